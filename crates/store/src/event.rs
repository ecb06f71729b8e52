//! The table of events: stored bytes, links, and columns to find them by. Rows are only ever added.

use rusqlite::{Connection, OptionalExtension, Row, params};
use signalbox_domain::chain::Link;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;

use crate::WriteError;
use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112201,
    sql: "
        CREATE TABLE events (
            sequence    INTEGER PRIMARY KEY CHECK (sequence > 0),
            kind        TEXT NOT NULL,
            actor       TEXT NOT NULL,
            project     TEXT,
            flag        TEXT,
            environment TEXT,
            -- The earlier event that this one gives the reason for.
            about       INTEGER REFERENCES events,
            link        BLOB NOT NULL CHECK (length(link) = 32),
            bytes       BLOB NOT NULL
        ) STRICT;
        CREATE INDEX events_by_flag ON events (project, flag);
        CREATE INDEX events_by_environment ON events (project, environment);
        CREATE INDEX events_by_actor ON events (actor);
        CREATE INDEX events_by_kind ON events (kind);
        CREATE UNIQUE INDEX events_by_about ON events (about) WHERE about IS NOT NULL;

        CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
        BEGIN SELECT raise(ABORT, 'events are never changed'); END;
        CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
        BEGIN SELECT raise(ABORT, 'events are never removed'); END;

        -- Where the log ends, kept apart, so that missing events at its end are noticed.
        CREATE TABLE head (
            only     INTEGER PRIMARY KEY CHECK (only = 1),
            sequence INTEGER NOT NULL CHECK (sequence >= 0),
            link     BLOB NOT NULL CHECK (length(link) = 32)
        ) STRICT;
        INSERT INTO head (only, sequence, link) VALUES (1, 0, zeroblob(32));
    ",
}];

/// What is wrong with an event that is not there.
pub(crate) const MISSING: &str = "it is missing";
/// What is wrong with an event whose bytes, or those before it, were changed.
pub(crate) const WRONG_LINK: &str = "its link does not follow from its bytes and the link before it";

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) sequence: u64,
    pub(crate) link: Link,
}

/// The columns that events are found by, all of which follow from the event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Index {
    kind: String,
    actor: String,
    project: Option<String>,
    flag: Option<String>,
    environment: Option<String>,
    about: Option<u64>,
}

impl Index {
    pub(crate) fn of(envelope: &Envelope) -> Self {
        let event = &envelope.event;
        Self {
            kind: event.kind(),
            actor: envelope.actor.to_string(),
            project: event.project().map(ToString::to_string),
            flag: event.flag().map(ToString::to_string),
            environment: event.environment().map(ToString::to_string),
            about: match event {
                Event::ReasonGiven { about, .. } => Some(*about),
                _ => None,
            },
        }
    }
}

/// A row as it stands in the table.
pub(crate) struct StoredEvent {
    pub(crate) sequence: u64,
    pub(crate) link: Link,
    pub(crate) bytes: Vec<u8>,
    pub(crate) index: Index,
}

/// Adds events after `head` and moves it; gives their links.
pub(crate) fn append(connection: &Connection, envelopes: &[Envelope]) -> Result<Vec<Link>, WriteError> {
    let mut head = head(connection)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO events (sequence, kind, actor, project, flag, environment, about, link, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut links = Vec::with_capacity(envelopes.len());
    for envelope in envelopes {
        let next = head.sequence + 1;
        if envelope.sequence != next {
            return Err(WriteError::OutOfOrder { given: envelope.sequence, next });
        }
        let bytes = envelope.to_bytes();
        head = Head { sequence: next, link: head.link.next(&bytes) };
        let Index { kind, actor, project, flag, environment, about } = Index::of(envelope);
        insert.execute(params![head.sequence, kind, actor, project, flag, environment, about, head.link.0, bytes])?;
        links.push(head.link);
    }
    connection
        .prepare_cached("UPDATE head SET sequence = ?1, link = ?2")?
        .execute(params![head.sequence, head.link.0])?;
    Ok(links)
}

/// Where the log ends.
pub(crate) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let mut select = connection.prepare_cached("SELECT sequence, link FROM head")?;
    select.query_row([], |row| Ok(Head { sequence: row.get(0)?, link: Link(row.get(1)?) }))
}

/// The link of one event, if it is there.
pub(crate) fn link(connection: &Connection, sequence: u64) -> rusqlite::Result<Option<Link>> {
    let mut select = connection.prepare_cached("SELECT link FROM events WHERE sequence = ?1")?;
    select.query_row([sequence], |row| row.get(0).map(Link)).optional()
}

/// Shows every row after `after` to `see`, oldest first, until it fails.
pub(crate) fn each<E: From<rusqlite::Error>>(
    connection: &Connection,
    after: u64,
    mut see: impl FnMut(&StoredEvent) -> Result<(), E>,
) -> Result<(), E> {
    let mut select = connection.prepare_cached(
        "SELECT sequence, link, bytes, kind, actor, project, flag, environment, about
         FROM events WHERE sequence > ?1 ORDER BY sequence",
    )?;
    let mut rows = select.query([after])?;
    while let Some(row) = rows.next()? {
        see(&read(row)?)?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent {
        sequence: row.get(0)?,
        link: Link(row.get(1)?),
        bytes: row.get(2)?,
        index: Index {
            kind: row.get(3)?,
            actor: row.get(4)?,
            project: row.get(5)?,
            flag: row.get(6)?,
            environment: row.get(7)?,
            about: row.get(8)?,
        },
    })
}
