//! The table of personal values, beside the log, so that they can be erased.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use signalbox_domain::personal::{Commitment, PersonalValue, Salt, Vault};

use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112202,
    sql: "
        CREATE TABLE personal_values (
            commitment TEXT PRIMARY KEY CHECK (length(commitment) = 64),
            salt       BLOB NOT NULL CHECK (length(salt) = 16),
            value      TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
}];

/// Adds values.
pub(crate) fn keep<'a>(
    connection: &Connection,
    values: impl IntoIterator<Item = &'a PersonalValue>,
) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT INTO personal_values (commitment, salt, value) VALUES (?1, ?2, ?3)")?;
    for PersonalValue { commitment, salt, value } in values {
        insert.execute(params![commitment.as_str(), salt.0, value])?;
    }
    Ok(())
}

/// Deletes values, so that no trace of them stays in the data file.
///
/// SQLite overwrites a deleted row (`secure_delete`), but not the copies that stay behind in the unused part of a
/// page when rows move to another page as the table grows. So the whole table is emptied, which overwrites every
/// page of it, and the values that are kept are written anew.
pub(crate) fn erase(connection: &Connection, erased: &[Commitment]) -> rusqlite::Result<()> {
    if erased.is_empty() {
        return Ok(());
    }
    let erased: HashSet<_> = erased.iter().collect();
    let mut kept = Vec::new();
    each(connection, |value| {
        if !erased.contains(&value.commitment) {
            kept.push(value);
        }
    })?;
    connection.execute("DELETE FROM personal_values", [])?;
    keep(connection, &kept)
}

/// All values that are kept.
pub(crate) fn vault(connection: &Connection) -> rusqlite::Result<Vault> {
    let mut vault = Vault::default();
    each(connection, |value| vault.keep(value))?;
    Ok(vault)
}

/// Shows every value to `see`, by commitment.
pub(crate) fn each(connection: &Connection, mut see: impl FnMut(PersonalValue)) -> rusqlite::Result<()> {
    let mut select =
        connection.prepare_cached("SELECT commitment, salt, value FROM personal_values ORDER BY commitment")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        see(PersonalValue {
            commitment: Commitment::from_stored(row.get(0)?),
            salt: Salt(row.get(1)?),
            value: row.get(2)?,
        });
    }
    Ok(())
}
