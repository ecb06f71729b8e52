//! The event log on SQLite: the only durable truth of a Signalbox installation.
//!
//! [`open`] gives the one writer ([`Log`]), readers ([`Reader`]) and the folded state. An append is one
//! transaction and returns after `fsync`. [`read`] gives readers beside a writer. What is counted is no event and has a
//! writer of its own ([`Counts`]). Only this crate knows SQL.
//!
//! ```text
//! DIR/signalbox.db      events, personal values, hashes of secrets, sessions, one snapshot; beside them what is counted
//! DIR/signalbox.db-wal  what was written since the last checkpoint, and -shm, its index
//! DIR/signalbox.lock    held by the process that writes
//! ```

mod backup;
mod chain_check;
mod connection;
mod counts;
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
pub use counts::{
    Attempt, CountingStart, Counts, DAYS_KEPT, Delivery, EvaluationCount, HOURS_OF_MINUTES, NewDelivery, Series,
    SeriesEnds, SketchOf, StoredHistory, StoredSketch, StoredStratum,
};
pub use credential::{Credential, CredentialOwner};
pub use directory::DATABASE;
pub use entry::{EntryFilter, Page, StoredEntry};
pub use error::{BackupError, OpenError, ReadError, RestoreError, WriteError};
pub use log::Log;
pub use open::{Opened, open, read};
pub use reader::Reader;
pub use restore::restore;
pub use session::Session;
