//! Counting of what applications ask: single evaluations, bulk evaluations and reported exposures apart, for each
//! variant of each flag in each environment by the minute, and how many different people each rule decided for.
//!
//! An evaluation of one flag adds to atomics that hang on it: it takes no lock, looks nothing up by name, and
//! allocates nothing but the first sketch of a rule's first person. Evaluations of all flags are kept for a moment and
//! counted [many at once](Batch). A [sweep](Counting::sweep) takes what was added
//! and puts it into the current minute, so a count may stand a few seconds after its minute; a
//! [flush](Counting::flush) writes it to the store. What is counted is bounded by the flags, variants and rules that
//! are configured: what an application says of others is a number, never a name.

mod batch;
mod counters;
mod flag_counts;
mod hyper_log_log;
mod last_hour;
mod people;
mod registry;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use signalbox_domain::Timestamp;
use signalbox_domain::event::Place;
use signalbox_domain::key::{RuleId, VariantKey};
use signalbox_store::{CountingStart, Counts, EvaluationCount, SeriesEnds, StoredSketch, WriteError};
use xxhash_rust::xxh64::xxh64;

pub use batch::{Batch, Waiting};
pub use counters::{Kind, Tally};
pub use flag_counts::FlagCounts;
pub use hyper_log_log::{Registers, STANDARD_ERROR};
pub use last_hour::MINUTES;
pub use people::PersonHash;
pub use registry::{Seen, SeenPeople, SeenVariant};

use registry::Registry;

/// Time between two flushes.
pub const FLUSHED_EVERY: Duration = Duration::from_secs(5);

const MINUTE_MILLIS: i64 = 60_000;
const MINUTES_OF_A_DAY: i64 = 24 * 60;

/// Full minutes from 1970 to this moment.
#[must_use]
pub const fn minute_of(time: Timestamp) -> i64 {
    time.millis().div_euclid(MINUTE_MILLIS)
}

/// When this minute began.
#[must_use]
pub const fn time_of(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute * MINUTE_MILLIS)
}

/// Full days, in UTC, from 1970 to this minute.
#[must_use]
pub const fn day_of(minute: i64) -> i64 {
    minute.div_euclid(MINUTES_OF_A_DAY)
}

/// What has evaluations that are not counted yet.
pub trait Uncounted: Send + Sync {
    /// Counts them.
    fn settle(&self);
}

/// Everything that is counted.
pub struct Counting {
    start: CountingStart,
    /// Never held while a flag is evaluated.
    registry: Mutex<Registry>,
    uncounted: Mutex<Vec<Weak<dyn Uncounted>>>,
    unknown_exposures: AtomicU64,
}

impl Counting {
    /// Nothing yet, at `now`.
    #[must_use]
    pub fn new(start: CountingStart, now: Timestamp) -> Self {
        let registry = Mutex::new(Registry::new(minute_of(now)));
        Self { start, registry, uncounted: Mutex::default(), unknown_exposures: AtomicU64::new(0) }
    }

    /// Since when this installation counts.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        self.start.since
    }

    /// The person of this targeting key, as sketches count them.
    #[must_use]
    pub fn person(&self, targeting_key: &str) -> PersonHash {
        PersonHash(xxh64(targeting_key.as_bytes(), self.start.seed))
    }

    /// The counters of a flag in an environment, with those of its variants and rules that it had before. `off` is
    /// the place of its off variant.
    #[must_use]
    pub fn attach(
        &self,
        place: Place,
        variants: impl Iterator<Item = VariantKey>,
        off: usize,
        rules: impl Iterator<Item = RuleId>,
    ) -> FlagCounts {
        self.registry().attach(place, variants, off, rules)
    }

    /// Has `uncounted` settled, for as long as it is used, whenever what was counted is looked at.
    pub fn settle_later(&self, uncounted: &Arc<impl Uncounted + 'static>) {
        let mut known = self.uncounted.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.strong_count() > 0);
        let uncounted: Weak<dyn Uncounted> = Arc::downgrade(&(Arc::clone(uncounted) as Arc<dyn Uncounted>));
        known.push(uncounted);
    }

    /// The registry when everything up to now is counted.
    fn settled(&self) -> MutexGuard<'_, Registry> {
        let known = self.uncounted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // What is not used any more settled when it was dropped.
        known.iter().filter_map(Weak::upgrade).for_each(|uncounted| uncounted.settle());
        self.registry()
    }

    /// Takes in what an earlier run of the server counted and stored: the last hour, when anything was counted last,
    /// and the people of today.
    pub fn restore(&self, counts: Vec<EvaluationCount>, ends: Vec<SeriesEnds>, sketches: Vec<StoredSketch>) {
        self.registry().restore(counts, ends, sketches);
    }

    /// Puts what was added since the last time into the minute that is now.
    pub fn sweep(&self, now: Timestamp) {
        self.settled().sweep(minute_of(now));
    }

    /// Sweeps and writes everything that is new. What could not be written is kept for the next time.
    ///
    /// # Errors
    /// What the store says.
    pub fn flush(&self, store: &mut Counts, now: Timestamp) -> Result<(), WriteError> {
        let minute = minute_of(now);
        let (counts, sketches) = {
            let mut registry = self.settled();
            registry.sweep(minute);
            (registry.unwritten(), registry.changed_sketches())
        };
        // Written without the lock: a change of a flag must not wait for it.
        if let Err((written, error)) = store.add(&counts) {
            let mut registry = self.registry();
            registry.keep_unwritten(counts, written);
            registry.keep_changed(sketches);
            return Err(error);
        }
        if let Err(error) = store.keep_sketches(&sketches) {
            self.registry().keep_changed(sketches);
            return Err(error);
        }
        if self.registry().is_time_to_tidy(minute) {
            store.tidy(minute)?;
        }
        Ok(())
    }

    /// Has sketches of people written with the next flush, which otherwise happens once a minute.
    pub fn write_people_next(&self) {
        self.registry().write_sketches_next();
    }

    /// What was counted of a flag in an environment up to now; nothing for one that is not configured.
    #[must_use]
    pub fn seen(&self, place: &Place, now: Timestamp) -> Option<Seen> {
        let mut registry = self.settled();
        registry.sweep(minute_of(now));
        registry.seen(place, minute_of(now))
    }

    /// As [`Self::seen`], for several at the same moment; without people.
    #[must_use]
    pub fn seen_in_short(&self, places: impl Iterator<Item = Place>, now: Timestamp) -> Vec<(Place, Seen)> {
        let mut registry = self.settled();
        registry.sweep(minute_of(now));
        let seen = |place: Place| Some((registry.seen_in_short(&place, minute_of(now))?, place));
        places.filter_map(seen).map(|(seen, place)| (place, seen)).collect()
    }

    /// Counts a reported exposure of a flag or variant that does not exist.
    pub fn unknown_exposure(&self) {
        self.unknown_exposures.fetch_add(1, Ordering::Relaxed);
    }

    /// Reported exposures of flags or variants that do not exist, since the server started.
    #[must_use]
    pub fn unknown_exposures(&self) -> u64 {
        self.unknown_exposures.load(Ordering::Relaxed)
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        // Counts that a panic left half swept are still counts.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
