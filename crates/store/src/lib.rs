//! The event log on SQLite: the only durable truth of a Signalbox installation.
//!
//! [`open`] gives the one writer ([`Log`]), readers ([`Reader`]) and the folded state. An append is one
//! transaction and returns after `fsync`. Only this crate knows SQL.

mod backup;
mod chain_check;
mod connection;
mod credential;
mod error;
mod filter;
mod log;
mod open;
mod reader;
mod schema;
mod snapshot;

pub use backup::{BackupReport, restore};
pub use chain_check::ChainReport;
pub use credential::{Credential, CredentialOwner, Session};
pub use error::{BackupError, OpenError, ReadError, RestoreError, WriteError};
pub use filter::{EntryFilter, Page, StoredEntry};
pub use log::Log;
pub use open::{DATABASE, Opened, open, read};
pub use reader::Reader;
