//! The data directory: what lies in it, and the lock that lets one process write.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::OpenError;

/// Name of the database in a data directory.
pub const DATABASE: &str = "signalbox.db";
/// The database while it is made: renamed when it is complete.
const CREATING: &str = "signalbox.db.creating";
/// The database while it is restored: renamed when it is complete and verified.
const RESTORING: &str = "signalbox.db.restoring";
/// Locked while a writer is open; its contents say nothing.
const LOCK: &str = "signalbox.lock";
/// What SQLite puts beside a database.
const COMPANIONS: [&str; 3] = ["-journal", "-wal", "-shm"];

/// A data directory that this process alone may write to, until it is dropped.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    /// The operating system gives the lock up when the process ends, however it ends.
    _lock: File,
}

impl Directory {
    /// Makes the directory when it does not exist, readable by its owner alone, and takes the lock.
    pub(crate) fn take(path: &Path) -> Result<Self, OpenError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(OpenError::directory(path))?;

        let lock_path = path.join(LOCK);
        let lock = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(OpenError::directory(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(OpenError::Directory { path: lock_path, source }),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    pub(crate) fn creating(&self) -> PathBuf {
        self.path.join(CREATING)
    }

    pub(crate) fn restoring(&self) -> PathBuf {
        self.path.join(RESTORING)
    }

    /// One thing in the directory that is neither the lock nor the leftover of a restore.
    pub(crate) fn holds(&self) -> Result<Option<String>, OpenError> {
        let unreadable = || OpenError::directory(&self.path);
        for entry in fs::read_dir(&self.path).map_err(unreadable())? {
            let name = entry.map_err(unreadable())?.file_name().to_string_lossy().into_owned();
            // `lost+found` is there from the start where the directory is a volume of its own.
            let counts = name != LOCK && name != "lost+found" && !name.starts_with(RESTORING);
            if counts {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Gives a complete file the database's name; on disk when this returns.
    pub(crate) fn complete(&self, file: &Path) -> Result<(), OpenError> {
        sync(file)
            .and_then(|()| fs::rename(file, self.database()))
            .and_then(|()| sync_directory(&self.path))
            .map_err(OpenError::directory(file))
    }
}

/// Whether changes of the database `file` may stand in its write-ahead log only.
pub(crate) fn has_write_ahead_log(file: &Path) -> bool {
    fs::metadata(companion(file, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// Removes a file that never became the database, with what SQLite put beside it.
pub(crate) fn remove_leftover(file: &Path) -> Result<(), OpenError> {
    let companions = COMPANIONS.map(|suffix| companion(file, suffix));
    for leftover in companions.iter().map(PathBuf::as_path).chain([file]) {
        match fs::remove_file(leftover) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(OpenError::directory(leftover)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn companion(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes an empty file that only its owner may read: personal values will stand in it.
pub(crate) fn create_private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Brings a file's contents to disk.
pub(crate) fn sync(file: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(file)?.sync_all()
}

/// Brings the names in a directory to disk; Windows does so by itself.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
