//! What can go wrong with the store, each with the way out.

use std::path::{Path, PathBuf};

use signalbox_domain::envelope::Unreadable;
use signalbox_domain::key::TokenId;

/// Why the store could not do it. Nothing was changed then, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes to this data directory.
    #[error("{} is in use by another Signalbox; stop that one first, or use another data directory", directory.display())]
    InUse {
        /// The data directory.
        directory: PathBuf,
    },
    /// There is nothing to read.
    #[error("{} holds no Signalbox data; start a server on it first, or name another data directory", directory.display())]
    Missing {
        /// The data directory.
        directory: PathBuf,
    },
    /// The file is something else, or was cut off.
    #[error("{} is not a Signalbox data file: {why}; it was left as it is. Name another file, or restore a backup", file.display())]
    NotData {
        /// The file.
        file: PathBuf,
        /// What it lacks.
        why: String,
    },
    /// The file is a Signalbox data file that SQLite cannot read any more.
    #[error("the data file is damaged ({0}); keep it, and restore a backup into a new directory")]
    Damaged(String),
    /// The file was written by a newer version.
    #[error(
        "{} was written by a newer Signalbox: its schema is {found}, this version knows up to {known}; \
         use a newer Signalbox, or restore a backup",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The schema version of the file.
        found: u32,
        /// The newest schema version that this program knows.
        known: u32,
    },
    /// The file was written by an older version and must be brought up to date by a writer first.
    #[error(
        "{} was written by an older Signalbox: its schema is {found}, this version reads {known}; \
         start the server on it once, which brings it up to date",
        file.display()
    )]
    Older {
        /// The file.
        file: PathBuf,
        /// The schema version of the file.
        found: u32,
        /// The schema version that this program reads.
        known: u32,
    },
    /// The log does not hold together.
    #[error(
        "the log is broken at event {sequence}: {why}; keep the data directory, and restore a backup into a new one"
    )]
    Broken {
        /// The first event that does not fit.
        sequence: u64,
        /// What does not fit.
        why: String,
    },
    /// An event of the log cannot be understood.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The decision or snapshot was made on a state that is not the log's.
    #[error("expected event {expected}, was given event {given}: this was not made on the latest state")]
    OutOfOrder {
        /// The sequence that fits.
        expected: u64,
        /// The sequence that was given.
        given: u64,
    },
    /// A session names a token that has no secret here.
    #[error("there is no access token \"{0}\" to open a session for")]
    UnknownToken(TokenId),
    /// The same secret was given to two owners.
    #[error("this secret already belongs to another token or key; choose another")]
    SecretTaken,
    /// A restore that was cut off left nothing but its beginnings.
    #[error(
        "a restore into {} did not end; restore again, or remove {} to start empty",
        directory.display(),
        leftover.display()
    )]
    RestoreUnfinished {
        /// The data directory.
        directory: PathBuf,
        /// What the restore left.
        leftover: PathBuf,
    },
    /// A restore would mix with what is there.
    #[error(
        "{} is not empty, it holds {holds:?}; restore into a new directory, or move what is there elsewhere first",
        directory.display()
    )]
    NotEmpty {
        /// The data directory.
        directory: PathBuf,
        /// One of the things that it holds.
        holds: String,
    },
    /// A backup never replaces a file.
    #[error("{} exists already; choose another name, or remove it first", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// There is no room on the disk.
    #[error("the disk is full; make room and try again")]
    DiskFull,
    /// The operating system refused.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What was being done, such as "create".
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("the database refused: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Names what was being done to which path when the operating system refused.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::Io { doing, path: path.to_owned(), source },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Database(Box::new(error)),
        }
    }
}
