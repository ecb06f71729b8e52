//! Reads.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use signalbox_domain::envelope::Envelope;

use crate::{BackupReport, ChainReport, CredentialOwner, EntryFilter, Page, Session, StoreError, StoredEntry};

/// Reads from many threads, beside the writer.
#[derive(Debug, Clone)]
pub struct Reader {
    _pool: Arc<()>,
}

impl Reader {
    /// Opens a data directory for reading only, whether or not a server writes to it.
    pub fn open(_data_dir: &Path) -> Result<Self, StoreError> {
        todo!()
    }
    /// One page of entries, newest first.
    pub fn entries(&self, _filter: &EntryFilter) -> Result<Page, StoreError> {
        todo!()
    }
    /// One entry.
    pub fn entry(&self, _sequence: u64) -> Result<Option<StoredEntry>, StoreError> {
        todo!()
    }
    /// Events after `sequence`, oldest first.
    pub fn since(&self, _sequence: u64, _limit: u32) -> Result<Vec<Envelope>, StoreError> {
        todo!()
    }
    /// Checks the whole log.
    pub fn verify(&self) -> Result<ChainReport, StoreError> {
        todo!()
    }
    /// Whose secret has this hash.
    pub fn credential_owner(&self, _hash: &[u8; 32]) -> Result<Option<CredentialOwner>, StoreError> {
        todo!()
    }
    /// All secrets, by hash.
    pub fn credentials(&self) -> Result<HashMap<[u8; 32], CredentialOwner>, StoreError> {
        todo!()
    }
    /// The session of this cookie, expired or not.
    pub fn session(&self, _hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
        todo!()
    }
    /// All sessions, expired ones included.
    pub fn sessions(&self) -> Result<Vec<Session>, StoreError> {
        todo!()
    }
    /// Backs up into a new file.
    pub fn backup(&self, _to: &Path) -> Result<BackupReport, StoreError> {
        todo!()
    }
}
