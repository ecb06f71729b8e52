//! What can go wrong, each with its way out.

use std::path::PathBuf;

use signalbox_domain::envelope::Unreadable;
use signalbox_domain::fold::Impossible;

/// Why a data directory does not open. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be made or used.
    #[error("the data directory {} cannot be used: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process writes to it.
    #[error("the data directory {} is in use by another Signalbox; stop that one first, or ask it through its API", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// Written by a newer Signalbox.
    #[error(
        "the database is of schema version {found}, and this Signalbox knows versions up to {known}; use a newer Signalbox, or restore a backup made by this one"
    )]
    Newer {
        /// Schema version in the file.
        found: i64,
        /// Newest one known here.
        known: i64,
    },
    /// Not a database, or a damaged one.
    #[error("the database {} cannot be read: {source}; restore a backup into a new data directory", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The log does not hold.
    #[error(transparent)]
    Log(#[from] ReadError),
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
    #[error("the log cannot be folded: {0}")]
    Fold(#[from] Impossible),
    /// A link of the chain does not fit.
    #[error("the chain is broken at event {0}: its link does not fit its bytes and the link before")]
    Chain(u64),
    /// A stored value is of a form that this version never writes.
    #[error("a stored {0} is not readable")]
    Malformed(&'static str),
}

/// Why something was not stored. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database refuses, such as a full disk.
    #[error("the database does not take the change: {0}")]
    Database(#[from] rusqlite::Error),
    /// The decision was made against another state than the stored one.
    #[error("event {given} cannot be stored: the next one is {next}")]
    OutOfOrder {
        /// Sequence of the first event given.
        given: u64,
        /// Sequence that would follow.
        next: u64,
    },
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
        source: std::io::Error,
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

/// Why nothing was restored. The target directory is as it was.
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
    /// The target has data already.
    #[error("the data directory {} has data already; restore into a new one", .0.display())]
    NotEmpty(PathBuf),
    /// The directory cannot be written.
    #[error("the data directory {} cannot be written: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The restored copy does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}
