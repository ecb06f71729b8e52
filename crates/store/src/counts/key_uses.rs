//! In which minute each SDK key was last used.

use rusqlite::{Connection, params};
use signalbox_domain::key::SdkKeyId;

use crate::schema::Migration;
use crate::{ReadError, WriteError};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112209,
    sql: "
        CREATE TABLE sdk_key_uses (
            sdk_key     TEXT PRIMARY KEY,
            -- Minutes since 1970.
            last_minute INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
}];

/// Notes the last use of keys; a later one stays.
pub(super) fn note(connection: &Connection, uses: &[(SdkKeyId, i64)]) -> Result<(), WriteError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO sdk_key_uses (sdk_key, last_minute) VALUES (?1, ?2)
         ON CONFLICT (sdk_key) DO UPDATE SET last_minute = max(last_minute, excluded.last_minute)",
    )?;
    for (key, minute) in uses {
        insert.execute(params![key.as_str(), minute])?;
    }
    Ok(())
}

/// The last use of every key that was used.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(SdkKeyId, i64)>, ReadError> {
    let mut select = connection.prepare_cached("SELECT sdk_key, last_minute FROM sdk_key_uses")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (key, minute) = row?;
        Ok((SdkKeyId::new(key).map_err(|_| ReadError::Malformed("use of an SDK key"))?, minute))
    })
    .collect()
}
