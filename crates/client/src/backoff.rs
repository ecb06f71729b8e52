//! Pauses between attempts.

use std::time::Duration;

use crate::entropy;

/// Pauses that double from one failure to the next, spread so that many clients of one server do not
/// come back at the same moment.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    /// Pauses of up to `first`, then up to twice as long each time, never over `longest`.
    #[must_use]
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// The pause after one more failure: between half of what is due and all of it.
    pub fn pause(&mut self) -> Duration {
        self.pause_spread_by(entropy::fraction())
    }

    /// Begins anew, after something worked.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    /// Takes over the first pause that a server asks for.
    pub fn set_first(&mut self, first: Duration) {
        self.first = first.min(self.longest);
    }

    fn pause_spread_by(&mut self, fraction: f64) -> Duration {
        let due = self.first.saturating_mul(2_u32.saturating_pow(self.failures)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        due.div_f64(2.0) + due.div_f64(2.0).mul_f64(fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
        let pauses: Vec<_> = (0..8).map(|_| backoff.pause_spread_by(1.0).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
        backoff.reset();
        assert_eq!(backoff.pause_spread_by(0.0).as_millis(), 125);
    }

    #[test]
    fn a_pause_is_at_least_half_of_what_is_due() {
        let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
        for due in [250, 500, 1000, 2000, 4000, 5000] {
            let pause = backoff.pause();
            assert!(pause >= Duration::from_millis(due / 2) && pause <= Duration::from_millis(due), "{pause:?}");
        }
    }

    #[test]
    fn a_thousand_failures_do_not_overflow() {
        let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
        let last = (0..1000).map(|_| backoff.pause_spread_by(1.0)).last();
        assert_eq!(last, Some(Duration::from_secs(5)));
    }
}
