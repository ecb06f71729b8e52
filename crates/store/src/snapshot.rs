//! The folded state, kept so that start-up does not grow with the history.

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_domain::State;
use signalbox_domain::chain::Link;
use signalbox_domain::state::STATE_FORMAT;

use crate::error::WriteError;

pub(crate) fn write(connection: &mut Connection, state: &State) -> Result<(), WriteError> {
    let bytes = serde_json::to_vec(state)?;
    connection.execute(
        "INSERT OR REPLACE INTO snapshot (only, format, sequence, link, state)
         SELECT 1, ?1, sequence, link, ?3 FROM events WHERE sequence = ?2",
        params![STATE_FORMAT, state.sequence, bytes],
    )?;
    Ok(())
}

/// The newest snapshot, unless it is of another format, unreadable, or does not fit the log: then the log is folded
/// from its beginning, which is slower and always right.
pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Option<(State, Link)>> {
    let row = connection
        .query_row(
            "SELECT snapshot.state, snapshot.sequence, snapshot.link
             FROM snapshot JOIN events USING (sequence, link) WHERE format = ?1",
            [STATE_FORMAT],
            |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, u64>(1)?, row.get::<_, [u8; 32]>(2)?)),
        )
        .optional()?;
    Ok(row.and_then(|(bytes, sequence, link)| {
        let state: State = serde_json::from_slice(&bytes).ok()?;
        (state.sequence == sequence).then_some((state, Link(link)))
    }))
}
