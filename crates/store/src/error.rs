//! What can go wrong, each with its way out.

use std::io;
use std::path::{Path, PathBuf};

use signalbox_domain::envelope::Unreadable;
use signalbox_domain::key::TokenId;

/// Why a data directory does not open. The database in it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory, or a file in it, cannot be made or used.
    #[error("{} cannot be used: {source}", path.display())]
    Directory {
        /// The directory or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process writes to it.
    #[error(
        "the data directory {} is in use by another Signalbox; stop that one first, or ask it through its API",
        path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// There is nothing to read.
    #[error(
        "the data directory {} cannot be used: there is no database in it; name another one, or start a server on it first",
        path.display()
    )]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// Not a database of Signalbox, or only a part of one.
    #[error("{} is not a whole Signalbox database: {why}; restore a backup into a new data directory", path.display())]
    NotWhole {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        why: String,
    },
    /// Written by a newer Signalbox.
    #[error(
        "{} is of schema version {found}, and this Signalbox knows versions up to {known}; \
         use a newer Signalbox, or restore a backup made by this one",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Schema version of the file.
        found: u32,
        /// Newest one known here.
        known: u32,
    },
    /// Written by an older Signalbox, and opened only to read.
    #[error(
        "{} is of schema version {found}, and this Signalbox reads version {known}; \
         start the server on it once, which brings it up to date",
        path.display()
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Schema version of the file.
        found: u32,
        /// The one read here.
        known: u32,
    },
    /// A restore was cut off here before it was verified.
    #[error(
        "a restore into the data directory {} did not end; restore again, or remove {} to start empty",
        path.display(),
        leftover.display()
    )]
    RestoreUnfinished {
        /// The directory.
        path: PathBuf,
        /// The file that it left.
        leftover: PathBuf,
    },
    /// A database that SQLite cannot read or use.
    #[error("the database {} cannot be used: {source}; if it is damaged, restore a backup into a new data directory", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The log does not hold.
    #[error(transparent)]
    Log(#[from] ReadError),
}

impl OpenError {
    /// What the system says about `path`.
    pub(crate) fn directory(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Directory { path: path.to_owned(), source }
    }

    /// What SQLite says about the file `path`.
    pub(crate) fn database(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Database { path: path.to_owned(), source }
    }
}

/// Why something stored cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database does not answer.
    #[error("the database does not answer: {0}")]
    Database(#[from] rusqlite::Error),
    /// The stored bytes are no event that this version knows.
    #[error("the log cannot be read: {0}")]
    Event(#[from] Unreadable),
    /// The events do not follow on one another.
    #[error(
        "the log is broken at event {sequence}: {why}; keep the data directory, and restore a backup into a new one"
    )]
    Broken {
        /// The first event that does not fit.
        sequence: u64,
        /// What does not fit.
        why: String,
    },
    /// A stored value is of a form that this version never writes.
    #[error("a stored {0} is not readable")]
    Malformed(&'static str),
}

/// Why something was not stored. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database refuses, such as for a full disk.
    #[error("the database does not take the change: {0}")]
    Database(#[from] rusqlite::Error),
    /// The decision, or the snapshot, was made on another state than the log's.
    #[error("event {given} does not fit the log, which would go on with event {next}")]
    OutOfOrder {
        /// Sequence of the event that was given.
        given: u64,
        /// Sequence that would follow.
        next: u64,
    },
    /// The secret was handed out before, perhaps to an owner since revoked; or its owner has another one.
    #[error("this secret was handed out before, or its owner has another one; choose another")]
    SecretTaken,
    /// A session for a token that has no secret here.
    #[error("there is no secret of the token {0} to open a session for")]
    UnknownToken(TokenId),
    /// The state does not serialise.
    #[error("the snapshot cannot be written: {0}")]
    Snapshot(#[from] serde_json::Error),
}

/// Why there is no backup. What stood at the target before still does.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be written.
    #[error("the backup {} cannot be written: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is a file already.
    #[error("{} exists already; choose another name, a backup overwrites nothing", .0.display())]
    Exists(PathBuf),
    /// The database does not answer.
    #[error("the database does not answer: {0}")]
    Database(#[from] rusqlite::Error),
    /// The copy was read back and does not hold.
    #[error("the copy does not verify, so it was dropped: {0}")]
    Unverified(String),
}

impl BackupError {
    /// What the system says about `path`.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}

/// Why nothing was restored. The target directory holds no database then, or the one it held before.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The file is no backup of a whole log.
    #[error("{} is not a whole backup: {why}", path.display())]
    NotWhole {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        why: String,
    },
    /// The target has something in it already.
    #[error(
        "the data directory {} is not empty, it holds {holds:?}; restore into a new one, or move what is there away first",
        path.display()
    )]
    NotEmpty {
        /// The directory.
        path: PathBuf,
        /// One thing in it.
        holds: String,
    },
    /// The directory cannot be used, or the backup is of a newer Signalbox.
    #[error(transparent)]
    Open(#[from] OpenError),
}
