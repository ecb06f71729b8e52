//! When each SDK key was last used, to the minute.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use signalbox_domain::Timestamp;
use signalbox_domain::key::SdkKeyId;

use crate::counting::{minute_of, time_of};

/// Stands for a key that was not used since its use is noted.
const NEVER: i64 = i64::MIN;

/// When one key was last used. Noting it is one load, and once a minute a store.
#[derive(Debug)]
pub struct LastUse {
    /// The minute, counted from 1970.
    minute: AtomicI64,
    /// The minute that the store knows.
    stored: AtomicI64,
}

impl LastUse {
    fn new(minute: i64) -> Self {
        Self { minute: AtomicI64::new(minute), stored: AtomicI64::new(minute) }
    }

    /// The key was used now.
    pub fn note(&self, now: Timestamp) {
        let minute = minute_of(now);
        if self.minute.load(Ordering::Relaxed) < minute {
            self.minute.store(minute, Ordering::Relaxed);
        }
    }

    /// The minute in which it was last used, if it was since its use is noted.
    fn at(&self) -> Option<i64> {
        Some(self.minute.load(Ordering::Relaxed)).filter(|minute| *minute != NEVER)
    }
}

/// The last use of every key, revoked ones included.
#[derive(Debug, Default)]
pub struct LastUses(RwLock<HashMap<SdkKeyId, Arc<LastUse>>>);

impl LastUses {
    /// From what the store knows: keys with the minute of their last use.
    pub(super) fn new(known: Vec<(SdkKeyId, i64)>) -> Self {
        let known = known.into_iter().map(|(key, minute)| (key, Arc::new(LastUse::new(minute))));
        Self(RwLock::new(known.collect()))
    }

    /// That of a key, to hang on it.
    pub(super) fn of(&self, key: &SdkKeyId) -> Arc<LastUse> {
        let mut uses = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(uses.entry(key.clone()).or_insert_with(|| Arc::new(LastUse::new(NEVER))))
    }

    /// When a key was last used, to the minute; nothing when it was not, since its use is noted.
    #[must_use]
    pub fn last(&self, key: &SdkKeyId) -> Option<Timestamp> {
        let uses = self.0.read().unwrap_or_else(PoisonError::into_inner);
        uses.get(key)?.at().map(time_of)
    }

    /// What the store does not know yet.
    pub(super) fn unstored(&self) -> Vec<(SdkKeyId, i64)> {
        let uses = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let newer = uses.iter().filter_map(|(key, last)| {
            let minute = last.at()?;
            (minute != last.stored.load(Ordering::Relaxed)).then(|| (key.clone(), minute))
        });
        newer.collect()
    }

    /// The store knows these now.
    pub(super) fn stored(&self, known: &[(SdkKeyId, i64)]) {
        let uses = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for (key, minute) in known {
            if let Some(last) = uses.get(key) {
                last.stored.store(*minute, Ordering::Relaxed);
            }
        }
    }
}
