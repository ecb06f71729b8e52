//! Restoring a backup into a new data directory: all of it, verified, or nothing.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::directory::{self, Directory};
use crate::{ChainReport, OpenError, RestoreError, chain_check, connection, header, schema, session};

/// Puts a backup into a new or empty data directory, and brings it up to date when it is of an older version.
///
/// The copy gets the database's name only when it is verified and on disk; a restore that is cut off can be repeated.
/// Everybody is signed out: who signed out since the backup stays so. What was erased since the backup is back, and
/// must be erased again.
///
/// # Errors
/// [`RestoreError`]; there is no database in the directory then, or the one that was there before.
pub fn restore(from: &Path, data_dir: &Path) -> Result<ChainReport, RestoreError> {
    header::check(from).map_err(|error| of_backup(from, error))?;
    if directory::has_write_ahead_log(from) {
        let why = "its latest changes stand in a write-ahead log beside it; make a backup of it and restore that";
        return Err(RestoreError::NotWhole { path: from.to_owned(), why: why.into() });
    }
    let directory = Directory::take(data_dir)?;
    if let Some(holds) = directory.holds()? {
        return Err(RestoreError::NotEmpty { path: data_dir.to_owned(), holds });
    }
    let restoring = directory.restoring();
    directory::remove_leftover(&restoring)?;
    let restored = (|| {
        copy(from, &restoring).map_err(OpenError::directory(&restoring))?;
        let report = verify(&restoring).map_err(|error| of_backup(from, error))?;
        directory.complete(&restoring)?;
        Ok(report)
    })();
    if restored.is_err() {
        // The first error is the one to tell; a leftover that cannot be removed now goes with the next restore.
        let _ = directory::remove_leftover(&restoring);
    }
    restored
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    io::copy(&mut File::open(from)?, &mut directory::create_private(to)?)?;
    Ok(())
}

/// Brings the copy up to date and checks it, for it is the copy that will be used.
fn verify(copy: &Path) -> Result<ChainReport, OpenError> {
    let refused = || OpenError::database(copy);
    let mut connection = connection::alone(copy).map_err(refused())?;
    schema::migrate(&mut connection, copy)?;
    let report = chain_check::check(&connection)?;
    if let Some(why) = report.fault() {
        return Err(OpenError::NotWhole { path: copy.to_owned(), why });
    }
    session::remove_all(&connection).map_err(refused())?;
    connection.close().map_err(|(_, error)| refused()(error))?;
    Ok(report)
}

/// What is wrong with the backup `from`, told of it and not of its copy.
fn of_backup(from: &Path, error: OpenError) -> RestoreError {
    let path = from.to_owned();
    match error {
        OpenError::Newer { found, known, .. } => OpenError::Newer { path, found, known }.into(),
        OpenError::NotWhole { why, .. } => RestoreError::NotWhole { path, why },
        OpenError::Directory { source, .. } => RestoreError::NotWhole { path, why: source.to_string() },
        OpenError::Database { source, .. } => RestoreError::NotWhole { path, why: source.to_string() },
        other => RestoreError::NotWhole { path, why: other.to_string() },
    }
}
