//! The snapshot: the state at one event, so that a start does not fold the whole history. The log stands above
//! it: a snapshot that does not fit is as good as none.

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_domain::State;
use signalbox_domain::chain::Link;
use signalbox_domain::state::STATE_FORMAT;

use crate::schema::Migration;
use crate::{WriteError, event};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112203,
    sql: "
        CREATE TABLE snapshot (
            only     INTEGER PRIMARY KEY CHECK (only = 1),
            format   INTEGER NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence > 0),
            link     BLOB NOT NULL CHECK (length(link) = 32),
            -- SHA-256 over link and state, as if the state were the next event: finds a damaged file.
            checksum BLOB NOT NULL CHECK (length(checksum) = 32),
            state    BLOB NOT NULL
        ) STRICT;
    ",
}];

/// A state with the link of the last event in it.
pub(crate) struct Snapshot {
    pub(crate) state: State,
    pub(crate) link: Link,
}

/// Keeps `state` in place of the snapshot before it; the empty state needs none.
pub(crate) fn write(connection: &Connection, state: &State) -> Result<(), WriteError> {
    if state.sequence == 0 {
        return Ok(());
    }
    let Some(link) = event::link(connection, state.sequence)? else {
        let next = event::head(connection)?.sequence + 1;
        return Err(WriteError::OutOfOrder { given: state.sequence, next });
    };
    let bytes = serde_json::to_vec(state)?;
    connection.execute(
        "INSERT OR REPLACE INTO snapshot (only, format, sequence, link, checksum, state) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
        params![STATE_FORMAT, state.sequence, link.0, link.next(&bytes).0, bytes],
    )?;
    Ok(())
}

/// The snapshot, when it is whole, of this version's format, and taken on the very log that it stands beside.
pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Option<Snapshot>> {
    let row = connection
        .query_row("SELECT format, sequence, link, checksum, state FROM snapshot", [], |row| {
            let (format, sequence) = (row.get::<_, u32>(0)?, row.get::<_, u64>(1)?);
            Ok((format, sequence, Link(row.get(2)?), Link(row.get(3)?), row.get::<_, Vec<u8>>(4)?))
        })
        .optional()?;
    let Some((format, sequence, link, checksum, bytes)) = row else { return Ok(None) };
    if format != STATE_FORMAT || link.next(&bytes) != checksum || event::link(connection, sequence)? != Some(link) {
        return Ok(None);
    }
    let state = serde_json::from_slice::<State>(&bytes).ok().filter(|state| state.sequence == sequence);
    Ok(state.map(|state| Snapshot { state, link }))
}
