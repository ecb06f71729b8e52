//! The file of a cache: SQLite, one row for each resource.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use signalbox_domain::Timestamp;
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::stream::{Changed, Content};
use signalbox_protocol::wire::session::Me;

use crate::home::{beside, make_private_folder, remove_file};

/// Counts the forms that the file has had. A file of another form is not read.
const FORMAT: i64 = 1;

/// Ends the name of a file that could not be used.
const SET_ASIDE: &str = ".set-aside";

const TABLES: &str = "
    CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE resource (name TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
";

/// An open file.
#[derive(Debug)]
pub struct CacheFile {
    connection: Connection,
}

/// What is known beside the resources.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Sequence up to which the state is known.
    pub seq: Option<u64>,
    /// When the server last said that this is the state.
    pub as_of: Option<Timestamp>,
    /// Who the person is.
    pub me: Option<Me>,
}

/// What was in the file.
#[derive(Debug, Default)]
pub struct Stored {
    /// What was known beside the resources.
    pub facts: Facts,
    /// The resources.
    pub resources: Vec<Changed>,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    FileSystem(#[from] std::io::Error),
    #[error("it is of format {0}, and this version reads format {FORMAT}")]
    Format(i64),
    #[error("it is of another place")]
    OtherPlace,
    #[error("what it holds is not understood: {0}")]
    Contents(#[from] serde_json::Error),
}

/// Opens the file of a place. One that cannot be used is set aside, and a new one begun.
///
/// # Errors
/// When a new one cannot be begun either.
pub fn open(path: &Path, place: &str) -> Result<(CacheFile, Stored), Unusable> {
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    if path.exists() {
        match open_existing(path, place) {
            Ok(opened) => return Ok(opened),
            Err(why) => {
                tracing::warn!(file = %path.display(), %why, "a cache is set aside and filled anew");
                set_aside(path)?;
            }
        }
    }
    let file = begin(path, place)?;
    Ok((file, Stored::default()))
}

impl CacheFile {
    /// Replaces everything.
    pub fn replace<'a>(
        &mut self,
        facts: &Facts,
        resources: impl Iterator<Item = (&'a ResourceName, u64, &'a Value)>,
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.execute("DELETE FROM resource", [])?;
        for (name, version, body) in resources {
            put(&transaction, name, version, body)?;
        }
        set_facts(&transaction, facts)?;
        transaction.commit()
    }

    /// Replaces what is given; a resource that is none any more is deleted.
    pub fn update(
        &mut self,
        facts: &Facts,
        resources: impl IntoIterator<Item = (ResourceName, Option<(u64, Value)>)>,
    ) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        for (name, resource) in resources {
            match resource {
                Some((version, body)) => put(&transaction, &name, version, &body)?,
                None => {
                    transaction
                        .prepare_cached("DELETE FROM resource WHERE name = ?1")?
                        .execute(params![name.as_str()])?;
                }
            }
        }
        set_facts(&transaction, facts)?;
        transaction.commit()
    }
}

fn begin(path: &Path, place: &str) -> Result<CacheFile, Unusable> {
    let mut connection = connect(path)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    set_fact(&transaction, "place", Some(&place))?;
    transaction.commit()?;
    Ok(CacheFile { connection })
}

fn open_existing(path: &Path, place: &str) -> Result<(CacheFile, Stored), Unusable> {
    let connection = connect(path)?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format != FORMAT {
        return Err(Unusable::Format(format));
    }
    if fact::<String>(&connection, "place")?.as_deref() != Some(place) {
        return Err(Unusable::OtherPlace);
    }
    let facts =
        Facts { seq: fact(&connection, "seq")?, as_of: fact(&connection, "as_of")?, me: fact(&connection, "me")? };
    let mut resources = Vec::new();
    let mut statement = connection.prepare("SELECT name, version, body FROM resource")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(2)?;
        resources.push(Changed {
            resource: ResourceName::from_stored(row.get(0)?),
            version: row.get::<_, i64>(1)?.cast_unsigned(),
            content: Content::Body(serde_json::from_str(&body)?),
        });
    }
    drop(rows);
    drop(statement);
    Ok((CacheFile { connection }, Stored { facts, resources }))
}

fn connect(path: &Path) -> Result<Connection, Unusable> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A crash of the computer may cost the last changes, never the file: they are caught up.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

/// Deletes the file of a place, with one that was set aside.
///
/// # Errors
/// When the file system refuses.
pub fn delete(path: &Path) -> std::io::Result<()> {
    for ending in ["", "-wal", "-shm", SET_ASIDE] {
        remove_file(&beside(path, ending))?;
    }
    Ok(())
}

fn set_aside(path: &Path) -> std::io::Result<()> {
    for ending in ["-wal", "-shm"] {
        remove_file(&beside(path, ending))?;
    }
    fs::rename(path, beside(path, SET_ASIDE))
}

fn put(transaction: &Transaction<'_>, name: &ResourceName, version: u64, body: &Value) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO resource (name, version, body) VALUES (?1, ?2, ?3)")?
        .execute(params![name.as_str(), version.cast_signed(), body.to_string()])?;
    Ok(())
}

fn set_facts(transaction: &Transaction<'_>, facts: &Facts) -> rusqlite::Result<()> {
    set_fact(transaction, "seq", facts.seq.as_ref())?;
    set_fact(transaction, "as_of", facts.as_of.as_ref())?;
    set_fact(transaction, "me", facts.me.as_ref())
}

fn set_fact(transaction: &Transaction<'_>, name: &str, value: Option<&impl Serialize>) -> rusqlite::Result<()> {
    // Numbers, times and names always have a form in JSON.
    let text = value.and_then(|value| serde_json::to_string(value).ok());
    match text {
        Some(text) => transaction
            .prepare_cached("INSERT OR REPLACE INTO fact (name, value) VALUES (?1, ?2)")?
            .execute(params![name, text]),
        None => transaction.prepare_cached("DELETE FROM fact WHERE name = ?1")?.execute(params![name]),
    }?;
    Ok(())
}

fn fact<Value: DeserializeOwned>(connection: &Connection, name: &str) -> Result<Option<Value>, Unusable> {
    let text: Option<String> =
        connection.query_row("SELECT value FROM fact WHERE name = ?1", params![name], |row| row.get(0)).optional()?;
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(Unusable::from)
}
