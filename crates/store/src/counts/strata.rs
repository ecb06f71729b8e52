//! What was gathered of rollouts, one row for each stratum and kind of key.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::key::RolloutId;

use crate::schema::Migration;
use crate::{ReadError, WriteError};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112210,
    sql: "
        CREATE TABLE evidence_strata (
            rollout TEXT NOT NULL,
            -- Sequence of the event with which it began.
            began   INTEGER NOT NULL,
            kind    TEXT NOT NULL CHECK (kind IN ('server', 'client')),
            body    BLOB NOT NULL,
            PRIMARY KEY (rollout, began, kind)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE evidence_histories (
            rollout TEXT PRIMARY KEY,
            body    BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
}];

/// What was gathered of one stratum; what its bytes mean is up to whoever gathers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStratum {
    /// The rollout.
    pub rollout: RolloutId,
    /// Sequence of the event with which it began.
    pub began: u64,
    /// Which applications told it.
    pub kind: SdkKeyKind,
    /// What was gathered.
    pub bytes: Vec<u8>,
}

/// What the metrics of a rollout came to over time; what its bytes mean is up to whoever gathers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHistory {
    /// The rollout.
    pub rollout: RolloutId,
    /// All of it.
    pub bytes: Vec<u8>,
}

const fn name(kind: SdkKeyKind) -> &'static str {
    match kind {
        SdkKeyKind::Server => "server",
        SdkKeyKind::Client => "client",
    }
}

/// Keeps strata in place of what was gathered of them before.
pub(super) fn keep(connection: &Connection, strata: &[StoredStratum]) -> Result<(), WriteError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO evidence_strata (rollout, began, kind, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (rollout, began, kind) DO UPDATE SET body = excluded.body",
    )?;
    for StoredStratum { rollout, began, kind, bytes } in strata {
        insert.execute(params![rollout.as_str(), began, name(*kind), bytes])?;
    }
    Ok(())
}

/// Keeps a history in place of the one before.
pub(super) fn keep_history(connection: &Connection, history: &StoredHistory) -> Result<(), WriteError> {
    let StoredHistory { rollout, bytes } = history;
    connection
        .prepare_cached(
            "INSERT INTO evidence_histories (rollout, body) VALUES (?1, ?2)
             ON CONFLICT (rollout) DO UPDATE SET body = excluded.body",
        )?
        .execute(params![rollout.as_str(), bytes])?;
    Ok(())
}

/// Forgets everything but what is of these rollouts.
pub(super) fn forget_but(connection: &Connection, rollouts: &BTreeSet<RolloutId>) -> Result<(), WriteError> {
    let known: Vec<String> = connection
        .prepare_cached("SELECT rollout FROM evidence_strata UNION SELECT rollout FROM evidence_histories")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for rollout in known.iter().filter(|known| !rollouts.contains(known.as_str())) {
        for table in ["evidence_strata", "evidence_histories"] {
            connection.prepare_cached(&format!("DELETE FROM {table} WHERE rollout = ?1"))?.execute([rollout])?;
        }
    }
    Ok(())
}

/// Everything that was gathered.
pub(crate) fn all(connection: &Connection) -> Result<Vec<StoredStratum>, ReadError> {
    let mut select = connection.prepare("SELECT rollout, began, kind, body FROM evidence_strata")?;
    let rows = select.query_map([], |row| {
        let (rollout, kind): (String, String) = (row.get(0)?, row.get(2)?);
        Ok((rollout, row.get(1)?, kind, row.get(3)?))
    })?;
    let mut strata = Vec::new();
    for row in rows {
        let (rollout, began, kind, bytes) = row?;
        // An id that is none was not written by this program; what it is of cannot be known.
        let Ok(rollout) = RolloutId::new(rollout) else { continue };
        let kind = if kind == "client" { SdkKeyKind::Client } else { SdkKeyKind::Server };
        strata.push(StoredStratum { rollout, began, kind, bytes });
    }
    Ok(strata)
}

/// All histories.
pub(crate) fn histories(connection: &Connection) -> Result<Vec<StoredHistory>, ReadError> {
    let mut select = connection.prepare("SELECT rollout, body FROM evidence_histories")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut histories = Vec::new();
    for row in rows {
        let (rollout, bytes) = row?;
        let Ok(rollout) = RolloutId::new(rollout) else { continue };
        histories.push(StoredHistory { rollout, bytes });
    }
    Ok(histories)
}
