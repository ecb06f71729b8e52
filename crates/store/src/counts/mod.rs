//! What is counted, beside the log: evaluations and exposures by the minute, sketches of distinct people by the day,
//! what is gathered of rollouts, what is sent to webhooks, and when SDK keys were last used.
//!
//! None of it is an event. It is written by a connection of its own, in short transactions of its own, so that a
//! change never waits long for it. A count that was not written yet is lost with the process, a few seconds at most;
//! what was written survives as the log does.
//!
//! ```text
//! minutes   kept two hours, then added up by the hour
//! hours     kept 31 days
//! sketches  kept 31 days
//! strata    kept while their rollout is under way
//! messages  the newest 500 of a project are kept
//! ```

mod deliveries;
mod evaluations;
mod key_uses;
mod sketches;
mod strata;

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use signalbox_domain::Timestamp;
use signalbox_domain::key::{RolloutId, SdkKeyId};

use crate::WriteError;
use crate::schema::Migration;

pub use deliveries::{Attempt, Delivery, NewDelivery};
pub use evaluations::{EvaluationCount, Series, SeriesEnds};
pub use sketches::{SketchOf, StoredSketch};
pub use strata::{StoredHistory, StoredStratum};

pub(crate) use deliveries::{
    MIGRATIONS as DELIVERY_MIGRATIONS, due as due_deliveries, next as next_delivery, of_project as deliveries_of, told,
};
pub(crate) use evaluations::{MIGRATIONS as EVALUATION_MIGRATIONS, ends, since_minute};
pub(crate) use key_uses::{MIGRATIONS as KEY_USE_MIGRATIONS, all as key_uses};
pub(crate) use sketches::{MIGRATIONS as SKETCH_MIGRATIONS, of_day, of_flag};
pub(crate) use strata::{MIGRATIONS as STRATUM_MIGRATIONS, all as strata, histories};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112206,
    sql: "
        CREATE TABLE counting (
            only  INTEGER PRIMARY KEY CHECK (only = 1),
            -- Milliseconds since 1970-01-01T00:00:00Z.
            since INTEGER NOT NULL,
            seed  BLOB NOT NULL CHECK (length(seed) = 8)
        ) STRICT;
    ",
}];

/// Rows of one transaction: so few that whoever changes a flag meanwhile does not notice.
const ROWS_AT_ONCE: usize = 2_000;
/// Days for which hours and sketches are kept.
pub const DAYS_KEPT: i64 = 31;
/// Hours for which minutes are kept.
pub const HOURS_OF_MINUTES: i64 = 2;
const MINUTES_OF_A_DAY: i64 = 24 * 60;

/// How counting began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountingStart {
    /// Since when evaluations, exposures and uses of keys are counted here.
    pub since: Timestamp,
    /// Mixed into the hash of a person before they are counted, so that a sketch says nothing to whoever does not
    /// have it, and nobody can choose keys that upset it.
    pub seed: u64,
}

/// Writes what is counted. One at a time; it takes turns with the writer of the log.
#[derive(Debug)]
pub struct Counts(Connection);

impl Counts {
    pub(crate) fn new(connection: Connection) -> rusqlite::Result<Self> {
        // What is lost with the machine's power is a few counts; the log's own commits reach the disk regardless.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(Self(connection))
    }

    /// How counting began: now, and with this seed, unless it began before.
    ///
    /// # Errors
    /// What the database says.
    pub fn begin(&mut self, now: Timestamp, seed: u64) -> Result<CountingStart, WriteError> {
        self.write(|transaction| {
            let known = transaction
                .query_row("SELECT since, seed FROM counting", [], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((since, seed)) = known {
                return Ok(CountingStart { since: Timestamp::from_millis(since), seed: u64::from_le_bytes(seed) });
            }
            let row = (now.millis(), seed.to_le_bytes());
            transaction.execute("INSERT INTO counting (only, since, seed) VALUES (1, ?1, ?2)", row)?;
            Ok(CountingStart { since: now, seed })
        })
    }

    /// Adds to what was counted, a bounded number of rows in a transaction.
    ///
    /// # Errors
    /// What the database says, with how many of `counts`, from the first on, were stored before.
    pub fn add(&mut self, counts: &[EvaluationCount]) -> Result<(), (usize, WriteError)> {
        for (number, some) in counts.chunks(ROWS_AT_ONCE).enumerate() {
            let stored = self.write(|transaction| evaluations::add(transaction, some));
            stored.map_err(|error| (number * ROWS_AT_ONCE, error))?;
        }
        Ok(())
    }

    /// Keeps sketches in place of those of the same flag, rule, day and part.
    ///
    /// # Errors
    /// What the database says; some may have been kept.
    pub fn keep_sketches(&mut self, sketches: &[StoredSketch]) -> Result<(), WriteError> {
        sketches.chunks(ROWS_AT_ONCE / 20).try_for_each(|some| self.write(|to| sketches::keep(to, some)))
    }

    /// Keeps what was gathered of strata in place of what was gathered of them before.
    ///
    /// # Errors
    /// What the database says; none is kept then.
    pub fn keep_strata(&mut self, strata: &[StoredStratum]) -> Result<(), WriteError> {
        self.write(|to| strata::keep(to, strata))
    }

    /// Keeps what the metrics of a rollout came to over time.
    ///
    /// # Errors
    /// What the database says; what was kept before stays then.
    pub fn keep_history(&mut self, history: &StoredHistory) -> Result<(), WriteError> {
        self.write(|to| strata::keep_history(to, history))
    }

    /// Forgets what was gathered of all rollouts but these.
    ///
    /// # Errors
    /// What the database says; nothing is forgotten then.
    pub fn forget_rollouts_but(&mut self, rollouts: &BTreeSet<RolloutId>) -> Result<(), WriteError> {
        self.write(|to| strata::forget_but(to, rollouts))
    }

    /// Queues messages to webhooks; with `told`, notes up to which event notices were looked for.
    ///
    /// # Errors
    /// What the database says; nothing is queued or noted then.
    pub fn queue_deliveries(
        &mut self,
        told: Option<u64>,
        new: &[NewDelivery],
        now: Timestamp,
    ) -> Result<(), WriteError> {
        self.write(|to| deliveries::queue(to, told, new, now))
    }

    /// Notes that a message was tried, and when it is tried next; without that, it is over.
    ///
    /// # Errors
    /// What the database says; nothing is noted then.
    pub fn note_attempt(&mut self, number: i64, attempt: &Attempt, next: Option<Timestamp>) -> Result<(), WriteError> {
        self.write(|to| deliveries::note(to, number, attempt, next))
    }

    /// Notes in which minute, counted from 1970, keys were last used.
    ///
    /// # Errors
    /// What the database says; none is noted then.
    pub fn note_uses(&mut self, uses: &[(SdkKeyId, i64)]) -> Result<(), WriteError> {
        self.write(|transaction| key_uses::note(transaction, uses))
    }

    /// Adds minutes up by the hour and forgets what is too old, seen from this minute.
    ///
    /// # Errors
    /// What the database says; nothing changed then.
    pub fn tidy(&mut self, minute: i64) -> Result<(), WriteError> {
        self.write(|transaction| {
            evaluations::roll_up(transaction, (minute.div_euclid(60) - HOURS_OF_MINUTES) * 60)?;
            evaluations::forget(transaction, minute - DAYS_KEPT * MINUTES_OF_A_DAY)?;
            sketches::forget(transaction, minute.div_euclid(MINUTES_OF_A_DAY) - DAYS_KEPT)
        })
    }

    fn write<Done>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<Done, WriteError>,
    ) -> Result<Done, WriteError> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = change(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }
}
