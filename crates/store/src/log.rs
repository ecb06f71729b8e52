//! The writer.

use rusqlite::Connection;
use signalbox_domain::chain::Link;
use signalbox_domain::decide::Decision;
use signalbox_domain::{State, Timestamp};

use crate::{Credential, Session, StoreError};

/// The one writer of a data directory.
pub struct Log {
    _connection: Connection,
}

impl Log {
    /// Stores a decision with the credentials that came with it.
    pub fn append(&mut self, _decision: &Decision, _credentials: &[Credential]) -> Result<Vec<Link>, StoreError> {
        todo!()
    }
    /// Keeps `state` for the next start.
    pub fn write_snapshot(&mut self, _state: &State) -> Result<(), StoreError> {
        todo!()
    }
    /// Keeps a session, in place of one with the same hash.
    pub fn put_session(&mut self, _session: &Session) -> Result<(), StoreError> {
        todo!()
    }
    /// Ends a session; whether there was one.
    pub fn remove_session(&mut self, _hash: &[u8; 32]) -> Result<bool, StoreError> {
        todo!()
    }
    /// Ends all sessions that expire at or before `now`; how many.
    pub fn remove_expired_sessions(&mut self, _now: Timestamp) -> Result<usize, StoreError> {
        todo!()
    }
    /// Removes what erased values left behind in the write-ahead log; `true` when nothing is left.
    pub fn finish_erasure(&mut self) -> Result<bool, StoreError> {
        todo!()
    }
}
