//! The one writer.

use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use signalbox_domain::chain::Link;
use signalbox_domain::decide::Decision;
use signalbox_domain::{State, Timestamp};

use crate::connection::empty_write_ahead_log;
use crate::directory::Directory;
use crate::{Credential, Session, WriteError, credential, event, personal, session, snapshot};

/// How long an erasure waits for readers that still see the erased values. Nobody can hold a rollout meanwhile,
/// so it is short; when it is not enough, later writes finish the erasure.
const ERASURE_PATIENCE: Duration = Duration::from_millis(250);

/// The one writer of a data directory; others are kept out while it lives, in this process and in every other.
#[derive(Debug)]
pub struct Log {
    connection: Connection,
    /// Whether erased values may still stand in the write-ahead log.
    erasure_pending: bool,
    /// Given up after the connection is closed: fields are dropped in this order.
    _directory: Directory,
}

impl Log {
    pub(crate) const fn new(connection: Connection, directory: Directory, erasure_pending: bool) -> Self {
        Self { connection, erasure_pending, _directory: directory }
    }

    /// Stores all that follows from a decision, and the credentials that came with it, in one transaction. The
    /// links of its events come back when everything is on disk.
    ///
    /// The sessions of a token that it revokes end with it. The hash of its secret stays, see [`Credential`].
    ///
    /// # Errors
    /// [`WriteError::OutOfOrder`] when the decision was not made on the latest state, [`WriteError::SecretTaken`]
    /// when a secret was handed out before, or what the database says. Nothing was stored then.
    pub fn append(&mut self, decision: &Decision, credentials: &[Credential]) -> Result<Vec<Link>, WriteError> {
        let links = self.write(|transaction| {
            let links = event::append(transaction, &decision.envelopes)?;
            personal::keep(transaction, &decision.personal)?;
            personal::erase(transaction, &decision.erased)?;
            credential::keep(transaction, credentials)?;
            session::remove_revoked(transaction, &decision.envelopes)?;
            Ok(links)
        })?;
        if !decision.erased.is_empty() {
            self.erasure_pending = true;
            self.try_to_finish_erasure(ERASURE_PATIENCE);
        }
        Ok(links)
    }

    /// Keeps `state`, which must be the fold of this log up to the state's sequence, for the next start.
    ///
    /// # Errors
    /// [`WriteError::OutOfOrder`] when the log does not reach that far, or what the database says.
    pub fn write_snapshot(&mut self, state: &State) -> Result<(), WriteError> {
        self.write(|transaction| snapshot::write(transaction, state))
    }

    /// Keeps a browser session, and forgets those that ended at `now` or before.
    ///
    /// # Errors
    /// [`WriteError::UnknownToken`] when the token has no secret here, or what the database says.
    pub fn open_session(&mut self, session: &Session, now: Timestamp) -> Result<(), WriteError> {
        self.write(|transaction| {
            session::remove_ended(transaction, now)?;
            session::put(transaction, session)
        })
    }

    /// Forgets the browser session of this hash, if there is one.
    ///
    /// # Errors
    /// What the database says.
    pub fn close_session(&mut self, hash: &[u8; 32]) -> Result<(), WriteError> {
        self.write(|transaction| Ok(session::remove(transaction, hash)?))
    }

    /// Makes sure that no erased value stands in the files any more; `false` while a reader, such as a backup
    /// under way, still reads from before the erasure.
    ///
    /// [`Self::append`] does this by itself, and every later write, stop and start does what could not be done at
    /// once. Calling it again makes it sooner.
    ///
    /// # Errors
    /// What the database says.
    pub fn finish_erasure(&mut self) -> Result<bool, WriteError> {
        if self.erasure_pending {
            self.erasure_pending = !empty_write_ahead_log(&self.connection, ERASURE_PATIENCE)?;
        }
        Ok(!self.erasure_pending)
    }

    /// The erasure itself is on disk already: what fails here is done later, and is no failure of the caller's.
    fn try_to_finish_erasure(&mut self, patience: Duration) {
        if self.erasure_pending {
            self.erasure_pending = !matches!(empty_write_ahead_log(&self.connection, patience), Ok(true));
        }
    }

    fn write<T>(&mut self, change: impl FnOnce(&Transaction<'_>) -> Result<T, WriteError>) -> Result<T, WriteError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = change(&transaction)?;
        transaction.commit()?;
        self.try_to_finish_erasure(Duration::ZERO);
        Ok(outcome)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.try_to_finish_erasure(ERASURE_PATIENCE);
    }
}
