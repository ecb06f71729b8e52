//! The event log on SQLite: append, snapshot, read, verify, back up and restore.
//!
//! Only this crate knows SQL. One process writes ([`Log`]), any number of threads read ([`Reader`]). What
//! [`Log::append`] acknowledged is on disk: the call returns after the write-ahead log was synced.
//!
//! ```text
//! DIR/signalbox.sqlite        events, personal values, credentials, sessions, one snapshot
//! DIR/signalbox.sqlite-wal    the write-ahead log of SQLite, and -shm, its index
//! DIR/signalbox.lock          held by the process that writes
//! ```

mod backup;
mod chain_check;
mod connection;
mod credential;
mod directory;
mod entry;
mod error;
mod event;
mod header;
mod log;
mod mention;
mod open;
mod personal;
mod reader;
mod restore;
mod schema;
mod session;
mod snapshot;

pub use backup::BackupReport;
pub use chain_check::ChainReport;
pub use credential::{Credential, CredentialOwner};
pub use directory::DATA_FILE;
pub use entry::{EntryFilter, MOST_ENTRIES, Page, StoredEntry};
pub use error::StoreError;
pub use log::Log;
pub use open::{Opened, open};
pub use reader::Reader;
pub use restore::restore;
pub use session::Session;
