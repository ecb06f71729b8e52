//! Whether applications still show what a flag gave before it was last changed.

use std::sync::atomic::{AtomicU64, Ordering};

use signalbox_domain::Timestamp;

use crate::clock;

/// Exposures that applications report of a flag since it is as it is, by which version of it they are of.
#[derive(Debug)]
pub struct SeenSince {
    /// Since when it is as it is; since the server runs, if it was changed before.
    pub since: Timestamp,
    now: AtomicU64,
    before: AtomicU64,
    unknown: AtomicU64,
}

/// How many exposures were of which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeenVersions {
    /// Of what the flag gives now.
    pub now: u64,
    /// Of what it gave before.
    pub before: u64,
    /// Of a version that was not told.
    pub unknown: u64,
}

impl Default for SeenSince {
    fn default() -> Self {
        let (now, before, unknown) = Default::default();
        Self { since: clock::now(), now, before, unknown }
    }
}

impl SeenSince {
    /// Counts an exposure of a `version` of the flag, which is of `current` now. One that happened before the change
    /// says nothing about what came of it.
    pub fn exposed(&self, version: Option<u64>, current: u64, at: Option<Timestamp>) {
        if at.is_some_and(|at| at < self.since) {
            return;
        }
        let counted = match version {
            Some(version) if version >= current => &self.now,
            Some(_) => &self.before,
            None => &self.unknown,
        };
        counted.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted.
    #[must_use]
    pub fn versions(&self) -> SeenVersions {
        let read = |counted: &AtomicU64| counted.load(Ordering::Relaxed);
        SeenVersions { now: read(&self.now), before: read(&self.before), unknown: read(&self.unknown) }
    }
}
