//! Evaluations and exposures: how many in which minute, later in which hour.

use rusqlite::{Connection, params};
use signalbox_domain::event::Place;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey, VariantKey};

use crate::schema::Migration;
use crate::{ReadError, WriteError};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112207,
    sql: "
        -- What is counted: one variant of one flag in one environment. All times are minutes since 1970.
        CREATE TABLE evaluation_series (
            id             INTEGER PRIMARY KEY,
            project        TEXT NOT NULL,
            environment    TEXT NOT NULL,
            flag           TEXT NOT NULL,
            variant        TEXT NOT NULL,
            last_evaluated INTEGER,
            last_exposed   INTEGER,
            UNIQUE (project, environment, flag, variant)
        ) STRICT;
        CREATE TABLE evaluation_counts (
            minutes   INTEGER NOT NULL CHECK (minutes IN (1, 60)),
            start     INTEGER NOT NULL,
            series    INTEGER NOT NULL REFERENCES evaluation_series (id),
            single    INTEGER NOT NULL,
            bulk      INTEGER NOT NULL,
            exposures INTEGER NOT NULL,
            PRIMARY KEY (minutes, start, series)
        ) STRICT, WITHOUT ROWID;
    ",
}];

/// What is counted together: one variant of one flag in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Series {
    /// The flag and environment.
    pub place: Place,
    /// The variant that was given.
    pub variant: VariantKey,
}

/// How often one variant was given in one minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationCount {
    /// What was given.
    pub series: Series,
    /// The minute, counted from 1970.
    pub minute: i64,
    /// Evaluations of this flag alone.
    pub single: u64,
    /// Evaluations together with all others.
    pub bulk: u64,
    /// Exposures that applications reported.
    pub exposures: u64,
}

/// When something was last counted, as minutes from 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesEnds {
    /// What was given.
    pub series: Series,
    /// The last minute with an evaluation.
    pub last_evaluated: Option<i64>,
    /// The last minute with a reported exposure.
    pub last_exposed: Option<i64>,
}

/// Adds counts to those of the same series and minute.
pub(super) fn add(connection: &Connection, counts: &[EvaluationCount]) -> Result<(), WriteError> {
    let mut series = connection.prepare_cached(
        "INSERT INTO evaluation_series (project, environment, flag, variant, last_evaluated, last_exposed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (project, environment, flag, variant) DO UPDATE SET
             last_evaluated = coalesce(max(last_evaluated, excluded.last_evaluated), last_evaluated, excluded.last_evaluated),
             last_exposed = coalesce(max(last_exposed, excluded.last_exposed), last_exposed, excluded.last_exposed)
         RETURNING id",
    )?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO evaluation_counts (minutes, start, series, single, bulk, exposures) VALUES (1, ?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (minutes, start, series) DO UPDATE SET
             single = single + excluded.single, bulk = bulk + excluded.bulk, exposures = exposures + excluded.exposures",
    )?;
    for EvaluationCount { series: Series { place, variant }, minute, single, bulk, exposures } in counts {
        let evaluated = (single + bulk > 0).then_some(minute);
        let exposed = (*exposures > 0).then_some(minute);
        let (project, environment, flag) = (place.project.as_str(), place.environment.as_str(), place.flag.as_str());
        let named = params![project, environment, flag, variant.as_str(), evaluated, exposed];
        let id: i64 = series.query_row(named, |row| row.get(0))?;
        insert.execute(params![minute, id, single, bulk, exposures])?;
    }
    Ok(())
}

/// Adds up by the hour what lies before this minute, the first of an hour.
pub(super) fn roll_up(connection: &Connection, before: i64) -> Result<(), WriteError> {
    connection.execute(
        "INSERT INTO evaluation_counts (minutes, start, series, single, bulk, exposures)
         SELECT 60, start / 60 * 60, series, sum(single), sum(bulk), sum(exposures) FROM evaluation_counts
         WHERE minutes = 1 AND start < ?1 GROUP BY start / 60, series
         ON CONFLICT (minutes, start, series) DO UPDATE SET
             single = single + excluded.single, bulk = bulk + excluded.bulk, exposures = exposures + excluded.exposures",
        [before],
    )?;
    connection.execute("DELETE FROM evaluation_counts WHERE minutes = 1 AND start < ?1", [before])?;
    Ok(())
}

/// Forgets the hours before this minute. When something was last counted is kept.
pub(super) fn forget(connection: &Connection, before: i64) -> Result<(), WriteError> {
    connection.execute("DELETE FROM evaluation_counts WHERE minutes = 60 AND start < ?1", [before])?;
    Ok(())
}

/// What was counted in each minute from this one on.
pub(crate) fn since_minute(connection: &Connection, minute: i64) -> Result<Vec<EvaluationCount>, ReadError> {
    let mut select = connection.prepare_cached(
        "SELECT project, environment, flag, variant, start, single, bulk, exposures
         FROM evaluation_counts JOIN evaluation_series ON id = series WHERE minutes = 1 AND start >= ?1",
    )?;
    let rows = select
        .query_map([minute], |row| Ok((series_texts(row)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?)))?;
    rows.map(|row| {
        let (texts, minute, single, bulk, exposures) = row?;
        Ok(EvaluationCount { series: series(texts)?, minute, single, bulk, exposures })
    })
    .collect()
}

/// When each series was last counted.
pub(crate) fn ends(connection: &Connection) -> Result<Vec<SeriesEnds>, ReadError> {
    let mut select = connection.prepare_cached(
        "SELECT project, environment, flag, variant, last_evaluated, last_exposed FROM evaluation_series",
    )?;
    let rows = select.query_map([], |row| Ok((series_texts(row)?, row.get(4)?, row.get(5)?)))?;
    rows.map(|row| {
        let (texts, last_evaluated, last_exposed) = row?;
        Ok(SeriesEnds { series: series(texts)?, last_evaluated, last_exposed })
    })
    .collect()
}

fn series_texts(row: &rusqlite::Row<'_>) -> rusqlite::Result<[String; 4]> {
    Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
}

fn series([project, environment, flag, variant]: [String; 4]) -> Result<Series, ReadError> {
    let malformed = |_| ReadError::Malformed("series of counts");
    let place = Place {
        project: ProjectKey::new(project).map_err(malformed)?,
        flag: FlagKey::new(flag).map_err(malformed)?,
        environment: EnvironmentKey::new(environment).map_err(malformed)?,
    };
    Ok(Series { place, variant: VariantKey::new(variant).map_err(malformed)? })
}
