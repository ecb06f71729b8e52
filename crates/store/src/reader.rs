//! Reads, beside the writer and from any thread.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Place;
use signalbox_domain::key::{ProjectKey, SdkKeyId};
use signalbox_domain::personal::Vault;
use signalbox_domain::{State, Timestamp};

use crate::{
    BackupError, BackupReport, ChainReport, Credential, Delivery, EntryFilter, EvaluationCount, Page, ReadError,
    SeriesEnds, Session, StoredEntry, StoredSketch, backup, chain_check, connection, counts, credential, entry, open,
    personal, session,
};

/// Connections that are kept open between reads.
const MOST_IDLE: usize = 4;

/// Reads from any number of threads. A read sees what was acknowledged before it began, and holds up no write.
#[derive(Debug, Clone)]
pub struct Reader(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Reader {
    /// Reads from a file that was checked before.
    pub(crate) fn of(file: PathBuf) -> Self {
        Self(Arc::new(Pool { file, idle: Mutex::default() }))
    }

    /// One page of entries, newest first.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn entries(&self, filter: &EntryFilter) -> Result<Page, ReadError> {
        self.read(|connection| entry::page(connection, filter))
    }

    /// The entry of this sequence.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn entry(&self, sequence: u64) -> Result<Option<StoredEntry>, ReadError> {
        self.read(|connection| entry::find(connection, sequence))
    }

    /// Up to `limit` events after `sequence`, oldest first.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn since(&self, sequence: u64, limit: u32) -> Result<Vec<Envelope>, ReadError> {
        self.read(|connection| entry::since(connection, sequence, limit))
    }

    /// Checks everything that is stored: that no event is missing, that each link follows from the stored bytes,
    /// that each event can be read and folded, that it is found under what it says, that every personal value is
    /// there and is the one that the events commit to, and that the snapshot is what the events amount to.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer, or for events of a newer version. A log that does not hold is
    /// no error: the report says so.
    pub fn verify(&self) -> Result<ChainReport, ReadError> {
        self.read(chain_check::check)
    }

    /// Everything that is so, with the personal values that are kept: the fold of the log at one moment.
    ///
    /// # Errors
    /// [`ReadError`] when the log cannot be read or does not hold.
    pub fn state(&self) -> Result<(State, Vault), ReadError> {
        self.read(|connection| {
            // One transaction: a change in between would be in one of them and not in the other.
            let transaction = connection.unchecked_transaction()?;
            let (state, _) = open::state(&transaction)?;
            Ok((state, personal::vault(&transaction)?))
        })
    }

    /// All secrets, hashed, with whose they are.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn credentials(&self) -> Result<Vec<Credential>, ReadError> {
        self.read(credential::all)
    }

    /// All browser sessions, ended ones included.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn sessions(&self) -> Result<Vec<Session>, ReadError> {
        self.read(session::all)
    }

    /// What was counted in each minute from this one on, counted from 1970; none is older than
    /// [`HOURS_OF_MINUTES`](crate::HOURS_OF_MINUTES) full hours.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read.
    pub fn evaluation_counts(&self, minute: i64) -> Result<Vec<EvaluationCount>, ReadError> {
        self.read(|connection| counts::since_minute(connection, minute))
    }

    /// When anything was last counted of each flag, environment and variant of which something ever was.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read.
    pub fn series_ends(&self) -> Result<Vec<SeriesEnds>, ReadError> {
        self.read(counts::ends)
    }

    /// All sketches of distinct people of one day in UTC, counted from 1970.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn sketches_of_day(&self, day: i64) -> Result<Vec<StoredSketch>, ReadError> {
        self.read(|connection| counts::of_day(connection, day))
    }

    /// What was gathered of rollouts.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read.
    pub fn gathered_strata(&self) -> Result<Vec<crate::StoredStratum>, ReadError> {
        self.read(counts::strata)
    }

    /// Up to which event notices were looked for, for webhooks; none before the first time.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read.
    pub fn notices_told(&self) -> Result<Option<u64>, ReadError> {
        self.read(counts::told)
    }

    /// Up to `limit` messages to webhooks that are to be sent by now.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn due_deliveries(&self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>, ReadError> {
        self.read(|connection| counts::due_deliveries(connection, now, limit))
    }

    /// When the next message to a webhook is to be sent; none where none waits.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read.
    pub fn next_delivery(&self) -> Result<Option<Timestamp>, ReadError> {
        self.read(counts::next_delivery)
    }

    /// The newest messages to the webhook of a project, newest first.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn deliveries_of(&self, project: &ProjectKey, limit: u32) -> Result<Vec<Delivery>, ReadError> {
        self.read(|connection| counts::deliveries_of(connection, project, limit))
    }

    /// What the metrics of rollouts came to over time.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read.
    pub fn evidence_histories(&self) -> Result<Vec<crate::StoredHistory>, ReadError> {
        self.read(counts::histories)
    }

    /// The sketches of distinct people of one flag in one environment, from this day on.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn sketches_of_flag(&self, place: &Place, from: i64) -> Result<Vec<StoredSketch>, ReadError> {
        self.read(|connection| counts::of_flag(connection, place, from))
    }

    /// In which minute, counted from 1970, each SDK key was last used; those that were not are missing.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read.
    pub fn sdk_key_uses(&self) -> Result<Vec<(SdkKeyId, i64)>, ReadError> {
        self.read(counts::key_uses)
    }

    /// Backs up everything into the new file `to`, while others write. The file is complete, verified and on disk
    /// when it gets its name.
    ///
    /// A backup holds the personal values of its time: what is erased later stays in it. Keep backups no longer
    /// than you may keep those.
    ///
    /// # Errors
    /// [`BackupError`]; there is no new file then.
    pub fn backup(&self, to: &Path) -> Result<BackupReport, BackupError> {
        self.read(|connection| backup::write(connection, to))
    }

    fn read<Found, E: From<rusqlite::Error>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<Found, E>,
    ) -> Result<Found, E> {
        let idle = || self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => connection::reader(&self.0.file)?,
        };
        let found = read(&connection)?;
        let mut idle = idle();
        if idle.len() < MOST_IDLE {
            idle.push(connection);
        }
        Ok(found)
    }
}
