//! How connections are opened: for the one writer, for readers, and for a file that nobody else knows.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// How long a statement waits for another connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// A write-ahead log that grew beyond this many bytes is cut back to it.
const LARGEST_RESTING_LOG: i64 = 16 << 20;

/// The writer's connection: every commit is on disk when it returns, and what is deleted is overwritten.
pub(crate) fn writer(file: &Path) -> rusqlite::Result<Connection> {
    let connection = existing(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS a plain fsync does not reach the disk.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "journal_size_limit", LARGEST_RESTING_LOG)?;
    Ok(connection)
}

/// A connection that changes nothing.
pub(crate) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    existing(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// A connection to a file that will become a database or a backup: nobody else knows it, and it stays one file.
pub(crate) fn alone(file: &Path) -> rusqlite::Result<Connection> {
    let connection = existing(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(connection)
}

fn existing(file: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is overwritten, and nothing is put into temporary files: erased must mean erased.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Brings the write-ahead log into the database and cuts it to nothing. Waits up to `patience` for readers;
/// `false` when one still reads.
pub(crate) fn empty_write_ahead_log(connection: &Connection, patience: Duration) -> rusqlite::Result<bool> {
    connection.busy_timeout(patience)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(PATIENCE)?;
    Ok(!busy?)
}
