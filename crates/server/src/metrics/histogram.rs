//! Durations, counted by size without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::exposition::{Family, Labels};

/// How many durations were at most so long. `BUCKETS` limits in rising order; longer ones are counted too.
pub struct Histogram<const BUCKETS: usize> {
    limits: &'static [Limit; BUCKETS],
    /// How many fell between a limit and the one before it.
    counts: [AtomicU64; BUCKETS],
    longer: AtomicU64,
    sum_nanos: AtomicU64,
}

/// The upper end of a bucket.
pub struct Limit {
    /// The longest duration that it holds.
    pub at_most: Duration,
    /// The same in seconds, as it is written.
    pub seconds: &'static str,
}

impl Limit {
    /// So many microseconds.
    #[must_use]
    pub const fn micros(micros: u64, seconds: &'static str) -> Self {
        Self { at_most: Duration::from_micros(micros), seconds }
    }
}

impl<const BUCKETS: usize> Histogram<BUCKETS> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(limits: &'static [Limit; BUCKETS]) -> Self {
        Self {
            limits,
            counts: std::array::from_fn(|_| AtomicU64::new(0)),
            longer: AtomicU64::new(0),
            sum_nanos: AtomicU64::new(0),
        }
    }

    /// Counts one duration.
    pub fn observe(&self, took: Duration) {
        let bucket = self.limits.iter().position(|limit| took <= limit.at_most);
        bucket.map_or(&self.longer, |bucket| &self.counts[bucket]).fetch_add(1, Ordering::Relaxed);
        // Wraps after 584 years of waiting.
        self.sum_nanos.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many durations were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        let within: u64 = self.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum();
        within + self.longer.load(Ordering::Relaxed)
    }

    /// Writes buckets, sum and count.
    pub fn write(&self, family: &mut Family<'_>, labels: Labels<'_>) {
        let mut so_far = 0;
        for (limit, count) in self.limits.iter().zip(&self.counts) {
            so_far += count.load(Ordering::Relaxed);
            family.bucket(labels, limit.seconds, so_far);
        }
        so_far += self.longer.load(Ordering::Relaxed);
        family.bucket(labels, "+Inf", so_far);
        let sum = Duration::from_nanos(self.sum_nanos.load(Ordering::Relaxed));
        // The count is the last bucket's, so that both agree even while others are counting.
        family.total(labels, sum.as_secs_f64(), so_far);
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposition::{Exposition, Kind};
    use super::*;

    #[test]
    fn durations_are_counted_up_to_each_limit() {
        static LIMITS: [Limit; 2] = [Limit::micros(1_000, "0.001"), Limit::micros(10_000, "0.01")];
        let histogram = Histogram::new(&LIMITS);
        for millis in [1, 2, 10, 11, 500] {
            histogram.observe(Duration::from_millis(millis));
        }
        assert_eq!(histogram.count(), 5);
        let mut page = Exposition::default();
        histogram.write(&mut page.family("took_seconds", Kind::Histogram, "Took."), &[]);
        let expected = r#"# HELP took_seconds Took.
# TYPE took_seconds histogram
took_seconds_bucket{le="0.001"} 1
took_seconds_bucket{le="0.01"} 3
took_seconds_bucket{le="+Inf"} 5
took_seconds_sum 0.524
took_seconds_count 5
"#;
        assert_eq!(page.into_text(), expected);
    }
}
