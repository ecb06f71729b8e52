//! Opening a data directory.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use rusqlite::Connection;
use signalbox_domain::chain::Link;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::personal::{Commitment, PersonalValue, Salt, Vault};
use signalbox_domain::{State, fold};

use crate::error::{OpenError, ReadError};
use crate::log::Log;
use crate::reader::Reader;
use crate::{connection, schema, snapshot};

/// Name of the database in a data directory.
pub const DATABASE: &str = "signalbox.db";
/// Name of the file that is locked while a writer is open.
const LOCK: &str = "signalbox.lock";

/// An open data directory.
#[derive(Debug)]
pub struct Opened {
    /// The one writer.
    pub log: Log,
    /// Readers.
    pub reader: Reader,
    /// The fold of all events.
    pub state: State,
    /// Personal values that were not erased.
    pub vault: Vault,
    /// The last link of the chain.
    pub link: Link,
}

/// Opens a data directory, making it and its database when they do not exist. Blocks on the disk.
///
/// The chain is checked over every event that is folded: those after the snapshot, or all without one.
///
/// # Errors
/// [`OpenError`]; nothing was changed then.
pub fn open(data_dir: &Path) -> Result<Opened, OpenError> {
    let directory = |source| OpenError::Directory { path: data_dir.to_owned(), source };
    make_private(data_dir).map_err(directory)?;
    let lock = lock(data_dir)?;
    let path = data_dir.join(DATABASE);
    let damaged = |source| OpenError::Damaged { path: path.clone(), source };

    refuse_newer(&path)?;
    let mut writer = connection::writer(&path).map_err(damaged)?;
    schema::migrate(&mut writer).map_err(damaged)?;
    private_file(&path).map_err(directory)?;

    let (state, link) = load(&writer)?;
    let vault = personal_values(&writer)?;
    let reader = Reader::new(path);
    Ok(Opened { log: Log::new(writer, state.sequence, link, lock), reader, state, vault, link })
}

/// Readers of a data directory, whether or not somebody writes to it. Makes nothing.
///
/// # Errors
/// [`OpenError`] when there is no database, or one of a newer Signalbox.
pub fn read(data_dir: &Path) -> Result<Reader, OpenError> {
    let path = data_dir.join(DATABASE);
    fs::metadata(&path).map_err(|source| OpenError::Directory { path: data_dir.to_owned(), source })?;
    refuse_newer(&path)?;
    Ok(Reader::new(path))
}

/// Looks at the schema version before anything could be written.
fn refuse_newer(path: &Path) -> Result<(), OpenError> {
    if fs::metadata(path).map_or(0, |metadata| metadata.len()) == 0 {
        return Ok(());
    }
    let damaged = |source| OpenError::Damaged { path: path.to_owned(), source };
    let found = schema::version(&connection::reader(path).map_err(damaged)?).map_err(damaged)?;
    if found > schema::KNOWN { Err(OpenError::Newer { found, known: schema::KNOWN }) } else { Ok(()) }
}

/// State and last link, from the snapshot and the events after it.
pub(crate) fn load(connection: &Connection) -> Result<(State, Link), ReadError> {
    let (mut state, mut link) = snapshot::read(connection)?.unwrap_or((State::default(), Link::FIRST));
    let mut statement = connection.prepare("SELECT bytes, link FROM events WHERE sequence > ?1 ORDER BY sequence")?;
    let mut rows = statement.query([state.sequence])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_blob().map_err(|_| ReadError::Malformed("event"))?;
        link = link.next(bytes);
        if row.get::<_, [u8; 32]>(1)? != link.0 {
            return Err(ReadError::Chain(state.sequence + 1));
        }
        fold::apply(&mut state, &Envelope::from_bytes(bytes)?)?;
    }
    Ok((state, link))
}

pub(crate) fn personal_values(connection: &Connection) -> Result<Vault, ReadError> {
    let mut vault = Vault::default();
    let mut statement = connection.prepare("SELECT commitment, salt, value FROM personal_values")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let commitment = Commitment::from_stored(row.get(0)?);
        vault.keep(PersonalValue { commitment, salt: Salt(row.get(1)?), value: row.get(2)? });
    }
    Ok(vault)
}

fn lock(data_dir: &Path) -> Result<File, OpenError> {
    let directory = |source| OpenError::Directory { path: data_dir.to_owned(), source };
    let file = File::options().create(true).truncate(false).write(true).open(data_dir.join(LOCK)).map_err(directory)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: data_dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(directory(source)),
    }
}

/// Makes the directory, readable by its owner alone: it holds personal values and hashes of secrets.
fn make_private(data_dir: &Path) -> std::io::Result<()> {
    if data_dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data_dir)
}

pub(crate) fn private_file(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let _ = path;
    Ok(())
}
