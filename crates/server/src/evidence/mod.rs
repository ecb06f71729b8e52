//! What production shows of rollouts, gathered: who is in which arm, and what they did.
//!
//! Only rollouts that are under way and measure something are watched, and only what their metrics ask is kept: sums
//! in 256 bins of people by stratum, arm and metric. However much applications report, that does not grow. What they
//! say of flags, variants, outcomes and people that nothing asks for leaves nothing behind.
//!
//! An evaluation belongs to the stratum of the flag-set version that served it, however late it is told. It counts
//! only if its reason is SPLIT: then chance alone decided who has the feature. Where nobody is drawn to be without it,
//! those who have it count by themselves, to be held against fixed limits.
//!
//! Requests of which nobody says whose they were are kept apart, in slices of time in place of people, and in memory
//! alone: they may hold a rollout and do nothing else.

mod gathered;
mod history;
mod people_sample;
mod repeats;
mod series;
mod slices;
mod stored;
mod watched;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use signalbox_domain::State;
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::{Event, Place};
use signalbox_domain::key::RolloutId;
use signalbox_store::{Counts, StoredHistory, StoredStratum, WriteError};

pub use gathered::{Exposed, Gathered, GatheredArm, GatheredStratum, Request};
pub use history::{History, MetricPoint, Point};
pub use people_sample::PeopleSample;
pub use repeats::Repeats;
pub use series::{Followed, MOST_RANGES, Series, Sums};
pub use slices::{FEWEST_SLICES, Requests, Slice};
pub use watched::{Evaluation, Looked, Watched};

/// Older than this, and nobody knows what it is to be put down to.
pub const OLDEST_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// Clocks differ by so much at most.
pub const MOST_AHEAD_MILLIS: i64 = 5 * 60 * 1_000;

type ByFlag = BTreeMap<String, Arc<Watched>>;

/// All rollouts that are watched.
#[derive(Default)]
pub struct Watch {
    /// By set, then by flag: replaced as a whole when one begins, changes or ends, so that nothing waits for a lock.
    watched: ArcSwap<HashMap<String, ByFlag>>,
    /// What was taken, to recognise what is sent again.
    pub repeats: Repeats,
    /// Measurements that are told as sums since the start of a program.
    pub series: Series,
    /// Flushes until the next one that writes.
    writes_in: Mutex<u32>,
}

/// Of so many flushes one writes: what was gathered is some hundred kilobytes for a rollout, and a crash may take a
/// minute of it.
const FLUSHES_A_WRITE: u32 = 12;

/// What an earlier run of the server stored of rollouts.
#[derive(Default)]
struct Stored {
    strata: HashMap<RolloutId, Vec<StoredStratum>>,
    histories: HashMap<RolloutId, Vec<u8>>,
}

impl Watch {
    /// Everything that is under way in `state`, with what was gathered before.
    #[must_use]
    pub fn new(state: &State, strata: Vec<StoredStratum>, histories: Vec<StoredHistory>) -> Self {
        let watch = Self::default();
        let mut stored = Stored::default();
        for stratum in strata {
            stored.strata.entry(stratum.rollout.clone()).or_default().push(stratum);
        }
        stored.histories.extend(histories.into_iter().map(|history| (history.rollout, history.bytes)));
        let places = state.projects.values().flat_map(|project| {
            project.flags.values().flat_map(|flag| {
                flag.configurations.keys().map(|environment| Place {
                    project: project.key.clone(),
                    flag: flag.key.clone(),
                    environment: environment.clone(),
                })
            })
        });
        watch.refresh(state, places.collect(), &mut stored);
        watch
    }

    /// Takes in what these events changed; `state` is the one after them. One caller at a time.
    pub fn follow(&self, state: &State, envelopes: &[Envelope]) {
        let mut touched = BTreeSet::new();
        for Envelope { event, .. } in envelopes {
            match (event, event.place()) {
                // Nothing changed but what is known.
                (Event::VerdictReached { .. } | Event::StandingChanged { .. }, _) => {}
                (_, Some(place)) => {
                    touched.insert(Touched(place.clone()));
                }
                _ => {
                    let Some((project, flag)) = event.project().zip(event.flag()) else { continue };
                    let Some(found) = state.flag(project, flag) else { continue };
                    touched.extend(found.configurations.keys().map(|environment| {
                        Touched(Place {
                            project: project.clone(),
                            flag: flag.clone(),
                            environment: environment.clone(),
                        })
                    }));
                }
            }
        }
        if !touched.is_empty() {
            self.refresh(state, touched.into_iter().map(|Touched(place)| place).collect(), &mut Stored::default());
        }
    }

    fn refresh(&self, state: &State, places: Vec<Place>, stored: &mut Stored) {
        let mut all = HashMap::clone(&self.watched.load());
        let mut changed = false;
        for place in places {
            let set = set_of(&place);
            let before = all.get(&set).and_then(|flags| flags.get(place.flag.as_str())).cloned();
            let after = Watched::of(state, &place, before.as_deref(), stored);
            match after {
                Some(after) => {
                    all.entry(set).or_default().insert(place.flag.to_string(), Arc::new(after));
                    changed = true;
                }
                None if before.is_some() => {
                    if let Some(flags) = all.get_mut(&set) {
                        flags.remove(place.flag.as_str());
                    }
                    changed = true;
                }
                None => {}
            }
        }
        if changed {
            all.retain(|_, flags| !flags.is_empty());
            self.watched.store(Arc::new(all));
        }
    }

    /// The rollout of a flag in the set of this id, where it is watched. Takes no lock.
    #[must_use]
    pub fn of(&self, set: &str, flag: &str) -> Option<Arc<Watched>> {
        self.watched.load().get(set)?.get(flag).cloned()
    }

    /// All rollouts of a set that are watched.
    #[must_use]
    pub fn in_set(&self, set: &str) -> Vec<Arc<Watched>> {
        self.watched.load().get(set).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// The rollout in a place, where it is watched.
    #[must_use]
    pub fn at(&self, place: &Place) -> Option<Arc<Watched>> {
        self.of(&set_of(place), place.flag.as_str())
    }

    /// Has the next flush write, which otherwise happens once a minute.
    pub fn write_next(&self) {
        *self.writes_in.lock().unwrap_or_else(PoisonError::into_inner) = 0;
    }

    /// Writes what was gathered since the last time, if it is time. What could not be written is kept for the next time.
    ///
    /// # Errors
    /// What the store says.
    pub fn flush(&self, store: &mut Counts) -> Result<(), WriteError> {
        let mut writes_in = self.writes_in.lock().unwrap_or_else(PoisonError::into_inner);
        if *writes_in > 0 {
            *writes_in -= 1;
            return Ok(());
        }
        let all = self.watched.load_full();
        for watched in all.values().flat_map(BTreeMap::values) {
            let id = &watched.rollout.id;
            if let Some(bytes) = watched.history().unstored()
                && let Err(error) = store.keep_history(&StoredHistory { rollout: id.clone(), bytes })
            {
                watched.history().not_stored();
                return Err(error);
            }
            for kind in [SdkKeyKind::Server, SdkKeyKind::Client] {
                let (strata, known) = watched.unstored(kind);
                if strata.is_empty() {
                    continue;
                }
                if let Err(error) = store.keep_strata(&strata) {
                    watched.not_stored(kind, &known);
                    return Err(error);
                }
            }
        }
        let rollouts: BTreeSet<_> =
            all.values().flat_map(BTreeMap::values).map(|watched| watched.rollout.id.clone()).collect();
        store.forget_rollouts_but(&rollouts)?;
        *writes_in = FLUSHES_A_WRITE - 1;
        Ok(())
    }
}

/// A place, in an order.
struct Touched(Place);

impl Touched {
    fn key(&self) -> (&str, &str, &str) {
        let Place { project, flag, environment } = &self.0;
        (project.as_str(), flag.as_str(), environment.as_str())
    }
}

impl PartialEq for Touched {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Touched {}

impl PartialOrd for Touched {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Touched {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

fn set_of(Place { project, environment, .. }: &Place) -> String {
    format!("{project}/{environment}")
}
