//! How often one variant was given: counters that many threads add to without waiting for one another.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An evaluation of one flag.
    Single,
    /// An evaluation together with all other flags.
    Bulk,
    /// An exposure that an application reported.
    Exposure,
}

/// Single evaluations, bulk evaluations, exposures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Evaluations of one flag.
    pub single: u64,
    /// Evaluations together with all other flags.
    pub bulk: u64,
    /// Exposures that applications reported.
    pub exposures: u64,
}

impl Tally {
    /// Both together.
    pub fn add(&mut self, more: Self) {
        self.single += more.single;
        self.bulk += more.bulk;
        self.exposures += more.exposures;
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Threads that do not disturb each other; more share.
pub(super) const LANES: usize = 4;

/// Counters in a cache line of their own, so that a thread's own line stays with it.
#[repr(align(64))]
#[derive(Default)]
struct Lane([AtomicU32; 3]);

/// How often one variant was given since it was last looked.
#[derive(Default)]
pub struct VariantCounts([Lane; LANES]);

impl VariantCounts {
    /// So many more.
    pub fn count(&self, kind: Kind, more: u32) {
        self.0[lane()].0[kind as usize].fetch_add(more, Ordering::Relaxed);
    }

    /// What was counted since the last time.
    pub fn take(&self) -> Tally {
        let sum = |kind: Kind| {
            let counters = self.0.iter().map(|lane| &lane.0[kind as usize]);
            // Most are untouched most of the time, and reading leaves their line where it is.
            let taken = counters.filter(|counter| counter.load(Ordering::Relaxed) > 0);
            taken.map(|counter| u64::from(counter.swap(0, Ordering::Relaxed))).sum()
        };
        Tally { single: sum(Kind::Single), bulk: sum(Kind::Bulk), exposures: sum(Kind::Exposure) }
    }
}

/// The lane of this thread.
pub(super) fn lane() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static LANE: Cell<usize> = Cell::new(THREADS.fetch_add(1, Ordering::Relaxed) % LANES);
    }
    LANE.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_between_threads() {
        let counts = VariantCounts::default();
        let mut taken = Tally::default();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2 * LANES)
                .map(|_| {
                    scope.spawn(|| {
                        for number in 0..10_000 {
                            counts.count(if number % 4 == 0 { Kind::Single } else { Kind::Bulk }, 1);
                        }
                        counts.count(Kind::Exposure, 1);
                    })
                })
                .collect();
            while threads.iter().any(|thread| !thread.is_finished()) {
                taken.add(counts.take());
            }
        });
        taken.add(counts.take());
        let threads = 2 * LANES as u64;
        assert_eq!(taken, Tally { single: 2_500 * threads, bulk: 7_500 * threads, exposures: threads });
        assert!(counts.take().is_empty());
    }
}
