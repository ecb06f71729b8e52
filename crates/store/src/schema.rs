//! Tables and how they came to be: each migration once, in order, all or nothing.

use rusqlite::{Connection, TransactionBehavior};

/// One step from a schema version to the next.
struct Migration {
    /// When it was written; migrations run in this order.
    written: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[Migration {
    written: "2026-11-22",
    sql: "
        -- The log. `bytes` is what the chain covers; the other columns only find rows.
        CREATE TABLE events (
            sequence    INTEGER PRIMARY KEY,
            bytes       BLOB NOT NULL,
            link        BLOB NOT NULL,
            kind        TEXT NOT NULL,
            actor       TEXT NOT NULL,
            project     TEXT,
            flag        TEXT,
            environment TEXT,
            about       INTEGER
        ) STRICT;
        CREATE INDEX events_by_flag ON events (project, flag, sequence);
        CREATE INDEX events_by_about ON events (about) WHERE about IS NOT NULL;

        -- What commitments in the log stand for, until it is erased.
        CREATE TABLE personal_values (
            commitment TEXT PRIMARY KEY,
            salt       BLOB NOT NULL,
            value      TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- SHA-256 of secrets, never the secrets.
        CREATE TABLE credentials (
            hash BLOB PRIMARY KEY,
            kind TEXT NOT NULL,
            id   TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sessions (
            hash    BLOB PRIMARY KEY,
            token   TEXT NOT NULL,
            expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The folded state at one sequence: saves time at the next start, and is never trusted over the log.
        CREATE TABLE snapshot (
            only     INTEGER PRIMARY KEY CHECK (only = 1),
            format   INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            link     BLOB NOT NULL,
            state    BLOB NOT NULL
        ) STRICT;
    ",
}];

/// The newest schema version that this program knows.
pub(crate) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The schema version of an open database: how many migrations it has seen.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings the database to [`KNOWN`]; all missing migrations, or none.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    debug_assert!(MIGRATIONS.is_sorted_by_key(|migration| migration.written));
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let seen = usize::try_from(version(&transaction)?).unwrap_or_default();
    for migration in MIGRATIONS.iter().skip(seen) {
        transaction.execute_batch(migration.sql)?;
    }
    transaction.pragma_update(None, "user_version", KNOWN)?;
    transaction.commit()
}
