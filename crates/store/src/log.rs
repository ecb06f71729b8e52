//! The one writer.

use std::fs::File;

use rusqlite::{Connection, TransactionBehavior, params};
use signalbox_domain::chain::Link;
use signalbox_domain::decide::Decision;
use signalbox_domain::event::Event;
use signalbox_domain::{State, Timestamp};

use crate::credential::{self, Credential, Session};
use crate::error::WriteError;
use crate::snapshot;

/// The one writer of a data directory; the directory is locked while it lives.
pub struct Log {
    connection: Connection,
    next: u64,
    link: Link,
    _lock: File,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Log").field("next", &self.next).finish_non_exhaustive()
    }
}

impl Log {
    pub(crate) fn new(connection: Connection, sequence: u64, link: Link, lock: File) -> Self {
        Self { connection, next: sequence + 1, link, _lock: lock }
    }

    /// Stores a decision with the secrets it made, in one transaction. When this returns, it is on disk.
    ///
    /// Answers with the link of each event.
    ///
    /// # Errors
    /// [`WriteError`]; nothing was stored then.
    pub fn append(&mut self, decision: &Decision, credentials: &[Credential]) -> Result<Vec<Link>, WriteError> {
        let first = decision.envelopes.first().map_or(self.next, |envelope| envelope.sequence);
        if first != self.next {
            return Err(WriteError::OutOfOrder { given: first, next: self.next });
        }
        let mut link = self.link;
        let mut links = Vec::with_capacity(decision.envelopes.len());
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO events (sequence, bytes, link, kind, actor, project, flag, environment, about)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            for envelope in &decision.envelopes {
                let bytes = envelope.to_bytes();
                link = link.next(&bytes);
                links.push(link);
                let event = &envelope.event;
                let about = match event {
                    Event::ReasonGiven { about, .. } => Some(about),
                    _ => None,
                };
                insert.execute(params![
                    envelope.sequence,
                    bytes,
                    link.0,
                    event.kind(),
                    envelope.actor.to_string(),
                    event.project().map(|key| key.as_str()),
                    event.flag().map(|key| key.as_str()),
                    event.environment().map(|key| key.as_str()),
                    about,
                ])?;
            }
            let mut keep = transaction
                .prepare_cached("INSERT INTO personal_values (commitment, salt, value) VALUES (?1, ?2, ?3)")?;
            for value in &decision.personal {
                keep.execute(params![value.commitment.as_str(), value.salt.0, value.value])?;
            }
            let mut erase = transaction.prepare_cached("DELETE FROM personal_values WHERE commitment = ?1")?;
            for commitment in &decision.erased {
                erase.execute([commitment.as_str()])?;
            }
            for credential in credentials {
                credential::insert(&transaction, credential)?;
            }
        }
        transaction.commit()?;
        self.next += decision.envelopes.len() as u64;
        self.link = link;
        if !decision.erased.is_empty() {
            // The write-ahead log still holds pages with what was erased; fold it into the file and empty it.
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(links)
    }

    /// Keeps the state for a quick start; call it with the state that all appended events fold to.
    ///
    /// # Errors
    /// [`WriteError`]; an older snapshot stays then.
    pub fn write_snapshot(&mut self, state: &State) -> Result<(), WriteError> {
        snapshot::write(&mut self.connection, state)
    }

    /// Stores a browser session, and forgets those that ended before `now`.
    ///
    /// # Errors
    /// [`WriteError`] when it was not stored.
    pub fn open_session(&mut self, session: &Session, now: Timestamp) -> Result<(), WriteError> {
        Ok(credential::insert_session(&self.connection, session, now)?)
    }

    /// Forgets a browser session.
    ///
    /// # Errors
    /// [`WriteError`] when that was not stored.
    pub fn close_session(&mut self, hash: &[u8; 32]) -> Result<(), WriteError> {
        Ok(credential::remove_session(&self.connection, hash)?)
    }
}
