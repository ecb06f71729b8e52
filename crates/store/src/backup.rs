//! Backups: one file each, checked before it counts; and the way back.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;
use signalbox_domain::chain::Link;

use crate::chain_check::{self, ChainReport};
use crate::error::{BackupError, RestoreError};
use crate::open::{DATABASE, private_file};
use crate::{connection, schema};

/// Pages copied between looks at whether somebody writes.
const PAGES_AT_ONCE: i32 = 1_024;

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

pub(crate) fn write(database: &Path, to: &Path) -> Result<BackupReport, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let partial = beside(to, "partial");
    let made = copy(database, &partial).and_then(|report| {
        let file_error = |source| BackupError::File { path: to.to_owned(), source };
        private_file(&partial).map_err(file_error)?;
        File::open(&partial).and_then(|file| file.sync_all()).map_err(file_error)?;
        let bytes = fs::metadata(&partial).map_err(file_error)?.len();
        // A hard link, unlike a rename, overwrites nothing that appeared meanwhile.
        fs::hard_link(&partial, to).map_err(file_error)?;
        sync_directory_of(to).map_err(file_error)?;
        Ok(BackupReport { path: to.to_owned(), bytes, entries: report.entries, link: report.link })
    });
    let _ = fs::remove_file(&partial);
    made
}

/// Copies the database page by page, starting over where somebody writes in between, and checks the copy.
fn copy(database: &Path, partial: &Path) -> Result<ChainReport, BackupError> {
    let file_error = |source| BackupError::File { path: partial.to_owned(), source };
    match fs::remove_file(partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(file_error(error)),
        _ => {}
    }
    File::create_new(partial).map_err(file_error)?;
    let source = connection::reader(database)?;
    let mut target = Connection::open(partial)?;
    Backup::new(&source, &mut target)?.run_to_completion(PAGES_AT_ONCE, Duration::ZERO, None)?;
    // One file, not three: a backup is carried about.
    target.pragma_update(None, "journal_mode", "DELETE")?;
    let report = chain_check::check(&target).map_err(|error| BackupError::Unverified(error.to_string()))?;
    match &report.why {
        Some(why) => Err(BackupError::Unverified(why.clone())),
        None => Ok(report),
    }
}

/// Puts a backup into a new data directory, after checking all of it.
///
/// # Errors
/// [`RestoreError`]; the directory is as it was then.
pub fn restore(from: &Path, data_dir: &Path) -> Result<ChainReport, RestoreError> {
    let not_whole = |why: String| RestoreError::NotWhole { path: from.to_owned(), why };
    let directory = |source| RestoreError::Directory { path: data_dir.to_owned(), source };
    if data_dir.join(DATABASE).exists() {
        return Err(RestoreError::NotEmpty(data_dir.to_owned()));
    }
    let existed = data_dir.exists();
    fs::create_dir_all(data_dir).map_err(directory)?;
    let target = data_dir.join(DATABASE);
    let partial = beside(&target, "partial");

    let restored = (|| {
        let bytes = fs::copy(from, &partial).map_err(|error| not_whole(error.to_string()))?;
        if bytes == 0 {
            return Err(not_whole("it is empty".into()));
        }
        private_file(&partial).map_err(directory)?;
        let report = check_file(&partial).map_err(not_whole)?;
        File::open(&partial).and_then(|file| file.sync_all()).map_err(directory)?;
        fs::rename(&partial, &target).map_err(directory)?;
        sync_directory_of(&target).map_err(directory)?;
        Ok(report)
    })();
    if restored.is_err() {
        let _ = fs::remove_file(&partial);
        if !existed {
            let _ = fs::remove_dir(data_dir);
        }
    }
    restored
}

/// The report of a file whose whole log holds, or what is wrong with it.
fn check_file(path: &Path) -> Result<ChainReport, String> {
    let connection = connection::reader(path).map_err(|error| error.to_string())?;
    let found = schema::version(&connection).map_err(|error| error.to_string())?;
    if found < 1 || found > schema::KNOWN {
        return Err(format!("it is of schema version {found}, and this Signalbox knows 1 to {}", schema::KNOWN));
    }
    let report = chain_check::check(&connection).map_err(|error| error.to_string())?;
    match (report.broken_at, &report.why) {
        (Some(sequence), Some(why)) => Err(format!("at event {sequence}: {why}")),
        _ => Ok(report),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

/// A new name in a directory is durable only when the directory is.
fn sync_directory_of(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}
