//! Online backups: one file with everything in it, while others write.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;
use signalbox_domain::chain::Link;

use crate::{BackupError, ChainReport, chain_check, connection, directory};

/// A backup that was made and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many entries of the log are in it.
    pub entries: u64,
    /// The last link in it.
    pub link: Link,
}

/// Writes a backup under a name that nobody knows, verifies it, and gives it the name `to` when it is on disk.
pub(crate) fn write(source: &Connection, to: &Path) -> Result<BackupReport, BackupError> {
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = || BackupError::file(to);
    if to.try_exists().map_err(failed())? {
        return Err(BackupError::Exists(to.to_owned()));
    }
    // Readable by its owner alone, and removed when something fails.
    let unfinished = tempfile::Builder::new()
        .prefix(".signalbox-")
        .suffix(".unfinished")
        .tempfile_in(parent)
        .map_err(failed())?
        .into_temp_path();

    copy(source, &unfinished)?;
    let ChainReport { entries, link, .. } = verify(&unfinished)?;
    directory::sync(&unfinished).map_err(failed())?;
    let bytes = std::fs::metadata(&unfinished).map_err(failed())?.len();
    unfinished.persist_noclobber(to).map_err(|failure| match failure.error.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
        _ => failed()(failure.error),
    })?;
    directory::sync_directory(parent).map_err(failed())?;
    Ok(BackupReport { path: to.to_owned(), bytes, entries, link })
}

/// Copies all pages in one step: a copy in many steps begins anew whenever somebody writes in between, and under
/// steady writes never ends. Nobody is held up by it, what is written meanwhile goes to the write-ahead log.
fn copy(source: &Connection, to: &Path) -> rusqlite::Result<()> {
    let mut target = Connection::open(to)?;
    // It is synced once, at its end; until then it counts for nothing.
    target.pragma_update(None, "journal_mode", "OFF")?;
    target.pragma_update(None, "synchronous", "OFF")?;
    Backup::new(source, &mut target)?.run_to_completion(i32::MAX, Duration::from_millis(10), None)?;
    target.close().map_err(|(_, error)| error)
}

/// Reads the copy back, all of it, and leaves it as one file: a backup is carried about.
fn verify(copy: &Path) -> Result<ChainReport, BackupError> {
    let connection = connection::alone(copy)?;
    let report = chain_check::check(&connection).map_err(|error| BackupError::Unverified(error.to_string()))?;
    if let Some(fault) = report.fault() {
        return Err(BackupError::Unverified(fault));
    }
    connection.close().map_err(|(_, error)| error)?;
    Ok(report)
}
