//! Opening a data directory: created when absent, brought up to date, folded into a state.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use signalbox_domain::chain::Link;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::personal::Vault;
use signalbox_domain::{State, fold};

use crate::directory::{self, DATABASE, Directory};
use crate::event::Head;
use crate::snapshot::{self, Snapshot};
use crate::{Counts, Log, OpenError, ReadError, Reader, connection, event, header, personal, schema};

/// An open data directory: the writer, readers beside it, and what the log amounts to.
#[derive(Debug)]
pub struct Opened {
    /// The one writer.
    pub log: Log,
    /// Writes what is counted, beside it.
    pub counts: Counts,
    /// Reads beside them, from any thread.
    pub reader: Reader,
    /// The fold of every event.
    pub state: State,
    /// The personal values that are kept.
    pub vault: Vault,
    /// The link of the last event; [`Link::FIRST`] when there is none.
    pub link: Link,
}

/// Opens a data directory for writing, makes it when it does not exist, and brings an older one up to date. Blocks
/// on the disk.
///
/// Starts from the snapshot when it fits the log, and checks the chain over every event that is folded.
///
/// # Errors
/// [`OpenError`] says what cannot be used, and the way out.
pub fn open(data_dir: &Path) -> Result<Opened, OpenError> {
    let directory = Directory::take(data_dir)?;
    let file = directory.database();
    if !file.try_exists().map_err(OpenError::directory(&file))? {
        create(&directory)?;
    }
    header::check(&file)?;
    let refused = || OpenError::database(&file);
    let mut connection = connection::writer(&file).map_err(refused())?;
    schema::migrate(&mut connection, &file)?;
    // An erasure that an earlier process could not finish before it ended is finished here.
    let emptied = connection::empty_write_ahead_log(&connection, Duration::ZERO).map_err(refused())?;
    let (state, link) = state(&connection)?;
    let vault = personal::vault(&connection).map_err(refused())?;
    let counts = connection::writer(&file).and_then(Counts::new).map_err(refused())?;
    let log = Log::new(connection, directory, !emptied);
    Ok(Opened { log, counts, reader: Reader::of(file), state, vault, link })
}

/// Readers of a data directory, whether or not somebody writes to it. Makes nothing, and takes no lock.
///
/// # Errors
/// [`OpenError`] when there is no database, or none that this version reads as it is.
pub fn read(data_dir: &Path) -> Result<Reader, OpenError> {
    let file = data_dir.join(DATABASE);
    if !file.try_exists().map_err(OpenError::directory(&file))? {
        return Err(OpenError::Missing { path: data_dir.to_owned() });
    }
    header::check(&file)?;
    let connection = connection::reader(&file).map_err(OpenError::database(&file))?;
    schema::require_latest(&connection, &file)?;
    Ok(Reader::of(file))
}

/// Makes the database under another name first, so that a file of its own name is always complete.
fn create(directory: &Directory) -> Result<(), OpenError> {
    let (path, leftover) = (directory.database(), directory.restoring());
    if leftover.exists() {
        return Err(OpenError::RestoreUnfinished { path: directory.path().to_owned(), leftover });
    }
    if directory::has_write_ahead_log(&path) {
        // SQLite would mix a new file with the changes of the lost one.
        return Err(OpenError::NotWhole { path, why: "it is missing, but its write-ahead log is there".into() });
    }
    let creating = directory.creating();
    directory::remove_leftover(&creating)?;
    directory::create_private(&creating).map_err(OpenError::directory(&creating))?;
    let refused = || OpenError::database(&creating);
    let mut connection = connection::alone(&creating).map_err(refused())?;
    connection.pragma_update(None, "application_id", header::APPLICATION_ID).map_err(refused())?;
    schema::migrate(&mut connection, &creating)?;
    connection.close().map_err(|(_, error)| refused()(error))?;
    directory.complete(&creating)
}

/// The fold of the log: the snapshot, and every event after it.
pub(crate) fn state(connection: &Connection) -> Result<(State, Link), ReadError> {
    let start = Snapshot { state: State::default(), link: Link::FIRST };
    let Snapshot { mut state, mut link } = snapshot::load(connection)?.unwrap_or(start);
    event::each(connection, state.sequence, |stored| {
        let sequence = state.sequence + 1;
        let broken = |why: &str| ReadError::Broken { sequence, why: why.into() };
        if stored.sequence != sequence {
            return Err(broken(event::MISSING));
        }
        link = link.next(&stored.bytes);
        if link != stored.link {
            return Err(broken(event::WRONG_LINK));
        }
        let envelope = Envelope::from_bytes(&stored.bytes)?;
        fold::apply(&mut state, &envelope).map_err(|fold::Impossible { why, .. }| broken(&why))
    })?;
    let head = event::head(connection)?;
    if head != (Head { sequence: state.sequence, link }) {
        let sequence = state.sequence.min(head.sequence) + 1;
        let why = format!("the log ends with event {}, it should end with event {}", state.sequence, head.sequence);
        return Err(ReadError::Broken { sequence, why });
    }
    Ok((state, link))
}
