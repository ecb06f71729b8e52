//! The schema: every table's migrations, applied in order of their time, all of them or none.

use std::cmp::Ordering;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::{OpenError, counts, credential, event, personal, session, snapshot};

/// A step from one schema to the next. It stands in the file of the table that it makes or changes, and is
/// never edited after a release: stored data has passed it.
#[derive(Debug)]
pub(crate) struct Migration {
    /// When it was written, as `YYYYMMDDNN`: the date and its number on that day. The latest one that a file has
    /// passed is the file's schema version, SQLite's `user_version`.
    pub(crate) version: u32,
    /// What it does.
    pub(crate) sql: &'static str,
}

const TABLES: [&[Migration]; 11] = [
    event::MIGRATIONS,
    personal::MIGRATIONS,
    snapshot::MIGRATIONS,
    credential::MIGRATIONS,
    session::MIGRATIONS,
    counts::MIGRATIONS,
    counts::EVALUATION_MIGRATIONS,
    counts::SKETCH_MIGRATIONS,
    counts::KEY_USE_MIGRATIONS,
    counts::STRATUM_MIGRATIONS,
    counts::DELIVERY_MIGRATIONS,
];

/// The schema version that this program reads and writes.
pub(crate) fn latest() -> u32 {
    in_order().last().map_or(0, |migration| migration.version)
}

/// The schema version of a file.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a file of any older schema up to the latest.
pub(crate) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), OpenError> {
    apply(connection, file, &in_order())
}

/// Refuses a file that is not of the latest schema.
pub(crate) fn require_latest(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let found = version(connection).map_err(OpenError::database(path))?;
    let known = latest();
    match found.cmp(&known) {
        Ordering::Less => Err(OpenError::Older { path: path.to_owned(), found, known }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(OpenError::Newer { path: path.to_owned(), found, known }),
    }
}

/// Every migration, oldest first.
fn in_order() -> Vec<&'static Migration> {
    let mut migrations: Vec<_> = TABLES.into_iter().flatten().collect();
    migrations.sort_by_key(|migration| migration.version);
    migrations
}

fn apply(connection: &mut Connection, path: &Path, migrations: &[&Migration]) -> Result<(), OpenError> {
    let refused = || OpenError::database(path);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refused())?;
    let found = version(&transaction).map_err(refused())?;
    let known = migrations.last().map_or(0, |migration| migration.version);
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        transaction.execute_batch(migration.sql).map_err(refused())?;
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known).map_err(refused())?;
    }
    transaction.commit().map_err(refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration { version: 2026010101, sql: "CREATE TABLE a (x)" };
    const SECOND: Migration = Migration { version: 2026010102, sql: "INSERT INTO a VALUES (1); CREATE TABLE b (x)" };
    const FAULTY: Migration = Migration { version: 2026020101, sql: "INSERT INTO a VALUES (2); DROP TABLE c" };

    fn rows(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM a", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_version_is_a_date_and_stands_once() {
        let versions: Vec<_> = in_order().iter().map(|migration| migration.version).collect();
        assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");
        for version in versions {
            let (month, day) = (version / 10_000 % 100, version / 100 % 100);
            assert!((1..=12).contains(&month) && (1..=31).contains(&day) && version % 100 > 0, "{version}");
        }
    }

    #[test]
    fn only_what_a_file_has_not_passed_is_applied() {
        let file = Path::new("data");
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, file, &[&FIRST]).unwrap();
        assert_eq!(version(&connection).unwrap(), FIRST.version);
        for _ in 0..2 {
            apply(&mut connection, file, &[&FIRST, &SECOND]).unwrap();
            assert_eq!((version(&connection).unwrap(), rows(&connection)), (SECOND.version, 1));
        }
        let newer = apply(&mut connection, file, &[&FIRST]).unwrap_err();
        assert!(
            matches!(newer, OpenError::Newer { found, known, .. } if found == SECOND.version && known == FIRST.version)
        );
    }

    #[test]
    fn all_migrations_take_effect_or_none() {
        let file = Path::new("data");
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, file, &[&FIRST]).unwrap();
        apply(&mut connection, file, &[&FIRST, &SECOND, &FAULTY]).unwrap_err();
        assert_eq!((version(&connection).unwrap(), rows(&connection)), (FIRST.version, 0));
    }
}
