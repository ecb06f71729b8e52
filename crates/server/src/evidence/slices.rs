//! Requests of nobody in particular: sums by slices of time, where nobody says whose they were.

use signalbox_domain::Timestamp;
use xxhash_rust::xxh64::xxh64;

use crate::counting::PersonHash;

/// Fewer slices say nothing about how much they differ by chance.
pub const FEWEST_SLICES: u64 = 30;
/// How long a slice is where requests are told one by one, in milliseconds: as long as exporters gather them.
const SLICE_MILLIS: i64 = 10_000;

/// What takes the place of a person where nobody says who it was: requests that were told of together. Whoever makes
/// many requests makes them in few slices, so that slices differ by them as people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice(u64);

impl Slice {
    /// The slice of a request that happened at this time.
    #[must_use]
    pub fn of_time(at: Timestamp) -> Self {
        Self(xxh64(&at.millis().div_euclid(SLICE_MILLIS).to_le_bytes(), 0))
    }

    /// What a program told of at once by one instrument.
    #[must_use]
    pub fn of_report(told_by: u64, at: Timestamp) -> Self {
        Self(xxh64(&at.millis().to_le_bytes(), told_by))
    }

    /// In place of a person.
    pub(super) const fn as_person(self) -> PersonHash {
        PersonHash::of(self.0)
    }
}

/// Requests that were told of together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Requests<'a> {
    /// How many.
    pub count: f64,
    /// Whether all of them failed, or none did.
    pub failed: bool,
    /// How long they took together, in milliseconds, where that is told.
    pub millis: Option<f64>,
    /// How many took at least how long, in milliseconds, each request once.
    pub at_least: &'a [(f64, f64)],
}

impl Requests<'_> {
    /// How many surely took longer than this, in milliseconds. Those of which it is not sure do not count in either arm,
    /// so that both are held against the same limit, which may lie a little higher.
    pub(super) fn slower_than(&self, millis: f64) -> f64 {
        self.at_least.iter().filter(|(at_least, _)| *at_least >= millis).map(|(_, count)| count).sum()
    }
}
