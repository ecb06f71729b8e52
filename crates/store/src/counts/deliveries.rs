//! What is sent to webhooks: which events still have to be told, how often that was tried, and what came of it.
//!
//! What a message says is not kept: it is written anew from its event whenever it is sent, so that nothing stays here
//! of what was erased meanwhile.

use rusqlite::{Connection, OptionalExtension, Row, params};
use signalbox_domain::Timestamp;
use signalbox_domain::key::ProjectKey;

use crate::schema::Migration;
use crate::{ReadError, WriteError};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112301,
    sql: "
        -- Up to which event notices were looked for.
        CREATE TABLE notices_told (
            only     INTEGER PRIMARY KEY CHECK (only = 1),
            sequence INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE deliveries (
            number      INTEGER PRIMARY KEY AUTOINCREMENT,
            message     TEXT NOT NULL UNIQUE,
            project     TEXT NOT NULL,
            -- The event; null for a trial message.
            sequence    INTEGER,
            -- Times are milliseconds since 1970-01-01T00:00:00Z.
            queued      INTEGER NOT NULL,
            attempts    INTEGER NOT NULL DEFAULT 0,
            -- When it is tried next; null once that is over.
            next        INTEGER,
            last        INTEGER,
            last_status INTEGER,
            last_error  TEXT,
            delivered   INTEGER NOT NULL DEFAULT 0 CHECK (delivered IN (0, 1))
        ) STRICT;
        CREATE INDEX deliveries_due ON deliveries (next) WHERE next IS NOT NULL;
        CREATE INDEX deliveries_of ON deliveries (project, number);
    ",
}];

/// Messages of a project that are kept once they are over, the newest.
const KEPT: i64 = 500;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Names it to whoever receives it; the same however often it is sent.
    pub message: String,
    /// The project whose webhook it goes to.
    pub project: ProjectKey,
    /// The event that it tells; none for a trial.
    pub sequence: Option<u64>,
}

/// A message, and what came of sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its place among all messages of the installation, in the order in which they were queued.
    pub number: i64,
    /// What is sent.
    pub new: NewDelivery,
    /// When it was queued.
    pub queued: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; none once that is over.
    pub next: Option<Timestamp>,
    /// The last try.
    pub last: Option<Attempt>,
    /// Whether it arrived.
    pub delivered: bool,
}

/// One try to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// What went wrong, in words.
    pub error: Option<String>,
}

/// Notes up to which event notices were looked for, and queues what was found. A message that is queued already stays
/// as it is.
pub(super) fn queue(
    connection: &Connection,
    told: Option<u64>,
    new: &[NewDelivery],
    now: Timestamp,
) -> Result<(), WriteError> {
    if let Some(told) = told {
        let put = "INSERT INTO notices_told (only, sequence) VALUES (1, ?1)
                   ON CONFLICT (only) DO UPDATE SET sequence = excluded.sequence";
        connection.prepare_cached(put)?.execute([told])?;
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO deliveries (message, project, sequence, queued, next) VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (message) DO NOTHING",
    )?;
    let mut tidy = connection.prepare_cached(
        "DELETE FROM deliveries WHERE project = ?1 AND next IS NULL AND number <=
           (SELECT number FROM deliveries WHERE project = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
    )?;
    for NewDelivery { message, project, sequence } in new {
        insert.execute(params![message, project.as_str(), sequence, now.millis()])?;
        tidy.execute(params![project.as_str(), KEPT])?;
    }
    Ok(())
}

/// Notes a try, whether it was the last one that had to be, and when the next one is.
pub(super) fn note(
    connection: &Connection,
    number: i64,
    attempt: &Attempt,
    next: Option<Timestamp>,
) -> Result<(), WriteError> {
    let Attempt { at, status, error } = attempt;
    connection
        .prepare_cached(
            "UPDATE deliveries SET attempts = attempts + 1, last = ?2, last_status = ?3, last_error = ?4, next = ?5,
               delivered = ?6 WHERE number = ?1",
        )?
        .execute(params![number, at.millis(), status, error, next.map(Timestamp::millis), error.is_none()])?;
    Ok(())
}

/// Up to which event notices were looked for; none before the first time.
pub(crate) fn told(connection: &Connection) -> Result<Option<u64>, ReadError> {
    Ok(connection.query_row("SELECT sequence FROM notices_told", [], |row| row.get(0)).optional()?)
}

/// Messages to send by now, those first that waited longest.
pub(crate) fn due(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, ReadError> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE next <= ?1 ORDER BY next, number LIMIT ?2");
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map(params![now.millis(), limit], read)?;
    rows.map(|row| row?.ok_or(ReadError::Malformed("message to a webhook"))).collect()
}

/// When the next message is to be sent; none where none waits.
pub(crate) fn next(connection: &Connection) -> Result<Option<Timestamp>, ReadError> {
    let next: Option<i64> = connection.query_row("SELECT min(next) FROM deliveries", [], |row| row.get(0))?;
    Ok(next.map(Timestamp::from_millis))
}

/// The newest messages of a project, newest first.
pub(crate) fn of_project(
    connection: &Connection,
    project: &ProjectKey,
    limit: u32,
) -> Result<Vec<Delivery>, ReadError> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE project = ?1 ORDER BY number DESC LIMIT ?2");
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map(params![project.as_str(), limit], read)?;
    rows.map(|row| row?.ok_or(ReadError::Malformed("message to a webhook"))).collect()
}

const COLUMNS: &str =
    "number, message, project, sequence, queued, attempts, next, last, last_status, last_error, delivered";

fn read(row: &Row<'_>) -> rusqlite::Result<Option<Delivery>> {
    let Ok(project) = ProjectKey::new(row.get::<_, String>(2)?) else { return Ok(None) };
    let last: Option<i64> = row.get(7)?;
    let (status, error) = (row.get(8)?, row.get(9)?);
    Ok(Some(Delivery {
        number: row.get(0)?,
        new: NewDelivery { message: row.get(1)?, project, sequence: row.get(3)? },
        queued: Timestamp::from_millis(row.get(4)?),
        attempts: row.get(5)?,
        next: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
        last: last.map(|at| Attempt { at: Timestamp::from_millis(at), status, error }),
        delivered: row.get(10)?,
    }))
}
