//! Readers: beside the writer, from many threads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use signalbox_domain::chain::Link;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::personal::Commitment;

use crate::backup::{self, BackupReport};
use crate::chain_check::{self, ChainReport};
use crate::connection;
use crate::credential::{self, Credential, Session};
use crate::error::{BackupError, ReadError};
use crate::filter::{EntryFilter, Page, StoredEntry};

/// Idle connections that are kept; more may be open at once.
const KEPT: usize = 4;

/// An entry with the link before it and the reason given for it afterwards.
const ENTRY: &str = "SELECT entry.bytes, entry.link,
        (SELECT link FROM events WHERE sequence = entry.sequence - 1),
        (SELECT bytes FROM events WHERE about = entry.sequence)
    FROM events AS entry";

/// Reads the log; cheap to clone, usable from many threads. Every call blocks on the disk.
#[derive(Clone)]
pub struct Reader {
    path: Arc<Path>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Reader").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Reader {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path: path.into(), idle: Arc::default() }
    }

    /// Entries that match, the newest first.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn entries(&self, filter: &EntryFilter) -> Result<Page, ReadError> {
        self.with(|connection| {
            let mut wanted = Vec::new();
            let mut values: Vec<Value> = Vec::new();
            let columns = [
                ("project", filter.project.as_ref().map(ToString::to_string)),
                ("flag", filter.flag.as_ref().map(ToString::to_string)),
                ("environment", filter.environment.as_ref().map(ToString::to_string)),
                ("actor", filter.actor.as_ref().map(ToString::to_string)),
                ("kind", filter.kind.clone()),
            ];
            for (column, value) in columns {
                if let Some(value) = value {
                    wanted.push(format!("entry.{column} = ?"));
                    values.push(value.into());
                }
            }
            let condition = |wanted: &[String]| {
                if wanted.is_empty() { String::new() } else { format!(" WHERE {}", wanted.join(" AND ")) }
            };
            let total = connection
                .prepare_cached(&format!("SELECT count(*) FROM events AS entry{}", condition(&wanted)))?
                .query_row(params_from_iter(&values), |row| row.get(0))?;
            for (comparison, bound) in [("<", filter.before), (">", filter.after)] {
                if let Some(bound) = bound {
                    wanted.push(format!("entry.sequence {comparison} ?"));
                    values.push(i64::try_from(bound).unwrap_or(i64::MAX).into());
                }
            }
            values.push(filter.limit.map_or(-1, i64::from).into());
            let sql = format!("{ENTRY}{} ORDER BY entry.sequence DESC LIMIT ?", condition(&wanted));
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(&values))?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(entry(row)?);
            }
            Ok(Page { entries, total })
        })
    }

    /// One entry, if there is one of this sequence.
    ///
    /// # Errors
    /// [`ReadError`] when it cannot be read.
    pub fn entry(&self, sequence: u64) -> Result<Option<StoredEntry>, ReadError> {
        let Ok(sequence) = i64::try_from(sequence) else { return Ok(None) };
        self.with(|connection| {
            let mut statement = connection.prepare_cached(&format!("{ENTRY} WHERE entry.sequence = ?"))?;
            let mut rows = statement.query([sequence])?;
            rows.next()?.map(entry).transpose()
        })
    }

    /// Events after a sequence, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn since(&self, sequence: u64, limit: u32) -> Result<Vec<Envelope>, ReadError> {
        let Ok(sequence) = i64::try_from(sequence) else { return Ok(Vec::new()) };
        self.with(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT bytes FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?")?;
            let mut rows = statement.query([sequence, i64::from(limit)])?;
            let mut envelopes = Vec::new();
            while let Some(row) = rows.next()? {
                envelopes.push(Envelope::from_bytes(&row.get::<_, Vec<u8>>(0)?)?);
            }
            Ok(envelopes)
        })
    }

    /// Checks the whole log from its stored bytes: links, order, that every event decodes and folds, and that
    /// personal values are those committed to.
    ///
    /// # Errors
    /// [`ReadError`] when the database does not answer. A log that does not hold is no error: the report says so.
    pub fn verify(&self) -> Result<ChainReport, ReadError> {
        self.with(|connection| chain_check::check(connection))
    }

    /// Copies everything into one new file while others go on writing, and checks the copy.
    ///
    /// # Errors
    /// [`BackupError`]; there is no file then.
    pub fn backup(&self, to: &Path) -> Result<BackupReport, BackupError> {
        backup::write(&self.path, to)
    }

    /// All secrets, hashed, with what they open.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn credentials(&self) -> Result<Vec<Credential>, ReadError> {
        self.with(|connection| credential::all(connection))
    }

    /// All browser sessions, ended ones included.
    ///
    /// # Errors
    /// [`ReadError`] when they cannot be read.
    pub fn sessions(&self) -> Result<Vec<Session>, ReadError> {
        self.with(|connection| credential::sessions(connection))
    }

    fn with<Found>(&self, read: impl FnOnce(&Connection) -> Result<Found, ReadError>) -> Result<Found, ReadError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = idle().pop();
        let connection = match connection {
            Some(connection) => connection,
            None => connection::reader(&self.path)?,
        };
        let found = read(&connection)?;
        let mut idle = idle();
        if idle.len() < KEPT {
            idle.push(connection);
        }
        Ok(found)
    }
}

fn entry(row: &Row<'_>) -> Result<StoredEntry, ReadError> {
    let envelope = Envelope::from_bytes(&row.get::<_, Vec<u8>>(0)?)?;
    let later = row.get::<_, Option<Vec<u8>>>(3).optional()?.flatten();
    let later_reason = match later {
        Some(bytes) => {
            let later = Envelope::from_bytes(&bytes)?;
            later.reason.map(|reason: Commitment| (later.sequence, reason))
        }
        None => None,
    };
    Ok(StoredEntry {
        envelope,
        link: Link(row.get(1)?),
        previous_link: row.get::<_, Option<[u8; 32]>>(2)?.map_or(Link::FIRST, Link),
        later_reason,
    })
}
