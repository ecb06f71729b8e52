//! Sketches of distinct people: one for each flag, environment, rule, part and day.

use rusqlite::{Connection, Row, params};
use signalbox_domain::event::Place;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey, RuleId};

use crate::schema::Migration;
use crate::{ReadError, WriteError};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112208,
    sql: "
        CREATE TABLE people_sketches (
            project     TEXT NOT NULL,
            environment TEXT NOT NULL,
            flag        TEXT NOT NULL,
            -- Empty where no rule decided.
            rule        TEXT NOT NULL,
            part        TEXT NOT NULL CHECK (part IN ('given', 'withheld', 'exposed')),
            -- Days since 1970, in UTC.
            day         INTEGER NOT NULL,
            sketch      BLOB NOT NULL,
            UNIQUE (project, environment, flag, day, rule, part)
        ) STRICT;
        CREATE INDEX people_sketches_by_day ON people_sketches (day);
    ",
}];

/// Which people a sketch is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SketchOf {
    /// Those who were given a variant other than the off variant.
    Given,
    /// Those who were given the off variant.
    Withheld,
    /// Those whom an application reported to have seen a variant.
    Exposed,
}

impl SketchOf {
    const ALL: [Self; 3] = [Self::Given, Self::Withheld, Self::Exposed];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Withheld => "withheld",
            Self::Exposed => "exposed",
        }
    }
}

/// A sketch as it is stored; what its bytes mean is up to whoever counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSketch {
    /// The flag and environment.
    pub place: Place,
    /// The rule that decided; `None` where none did.
    pub rule: Option<RuleId>,
    /// Which people it is of.
    pub of: SketchOf,
    /// The day in UTC, counted from 1970.
    pub day: i64,
    /// The sketch.
    pub bytes: Vec<u8>,
}

/// Keeps sketches in place of those before.
pub(super) fn keep(connection: &Connection, sketches: &[StoredSketch]) -> Result<(), WriteError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO people_sketches (project, environment, flag, rule, part, day, sketch)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (project, environment, flag, day, rule, part) DO UPDATE SET sketch = excluded.sketch",
    )?;
    for StoredSketch { place, rule, of, day, bytes } in sketches {
        let rule = rule.as_ref().map_or("", RuleId::as_str);
        let (project, environment, flag) = (place.project.as_str(), place.environment.as_str(), place.flag.as_str());
        insert.execute(params![project, environment, flag, rule, of.as_str(), day, bytes])?;
    }
    Ok(())
}

/// Forgets the days before this one.
pub(super) fn forget(connection: &Connection, before: i64) -> Result<(), WriteError> {
    connection.execute("DELETE FROM people_sketches WHERE day < ?1", [before])?;
    Ok(())
}

/// All sketches of one day.
pub(crate) fn of_day(connection: &Connection, day: i64) -> Result<Vec<StoredSketch>, ReadError> {
    let mut select = connection.prepare_cached(
        "SELECT project, environment, flag, rule, part, day, sketch FROM people_sketches WHERE day = ?1",
    )?;
    select.query_map([day], row)?.map(|row| stored(row?)).collect()
}

/// The sketches of one flag in one environment, from this day on.
pub(crate) fn of_flag(connection: &Connection, place: &Place, from: i64) -> Result<Vec<StoredSketch>, ReadError> {
    let mut select = connection.prepare_cached(
        "SELECT project, environment, flag, rule, part, day, sketch FROM people_sketches
         WHERE project = ?1 AND environment = ?2 AND flag = ?3 AND day >= ?4",
    )?;
    let named = params![place.project.as_str(), place.environment.as_str(), place.flag.as_str(), from];
    select.query_map(named, row)?.map(|row| stored(row?)).collect()
}

type StoredRow = ([String; 5], i64, Vec<u8>);

fn row(row: &Row<'_>) -> rusqlite::Result<StoredRow> {
    Ok(([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?], row.get(5)?, row.get(6)?))
}

fn stored(([project, environment, flag, rule, part], day, bytes): StoredRow) -> Result<StoredSketch, ReadError> {
    const MALFORMED: ReadError = ReadError::Malformed("sketch of people");
    let place = Place {
        project: ProjectKey::new(project).map_err(|_| MALFORMED)?,
        flag: FlagKey::new(flag).map_err(|_| MALFORMED)?,
        environment: EnvironmentKey::new(environment).map_err(|_| MALFORMED)?,
    };
    let rule = match rule.as_str() {
        "" => None,
        id => Some(RuleId::new(id).map_err(|_| MALFORMED)?),
    };
    let of = SketchOf::ALL.into_iter().find(|of| of.as_str() == part).ok_or(MALFORMED)?;
    Ok(StoredSketch { place, rule, of, day, bytes })
}
