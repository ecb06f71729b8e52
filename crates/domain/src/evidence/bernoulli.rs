//! Bounds of a share from few events, exact at every look.
//!
//! Howard, Ramdas, McAuliffe, Sekhon, <https://arxiv.org/abs/1810.08240>, on the beta-binomial mixture of a Bernoulli
//! variable: for each share p the likelihood ratio of a beta-binomial mixture with mean p against p itself is a
//! supermartingale, and the shares for which it stays below 1/α are the confidence sequence. `confseq`
//! (`bernoulli_confidence_interval`) computes the same.

use super::real::{ln, ln_1p, ln_beta, turning_point};

/// Bounds of a share that hold at every look together, however rare the event. Where the normal approximation needs
/// some ten events, this needs none: without any in n trials the share is still only known to be below
/// ln(1/α)/n or a little more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BernoulliSequence {
    /// ln(1/α).
    threshold: f64,
    /// How strongly the mixture holds to its mean.
    weight: f64,
}

impl BernoulliSequence {
    /// Wrong at any look with probability `alpha` at most, 0 < `alpha` < 1, and tightest after `tightest_at` trials.
    ///
    /// Gives `None` for other numbers.
    #[must_use]
    pub fn new(alpha: f64, tightest_at: f64) -> Option<Self> {
        // The α for which the mixture is tuned; another one changes widths by little, and no guarantee.
        const TUNED_FOR: f64 = 0.05;
        let sensible = alpha > 0.0 && alpha < 1.0 && tightest_at >= 1.0 && tightest_at.is_finite();
        let twice = -2.0 * ln(TUNED_FOR);
        sensible.then(|| Self { threshold: -ln(alpha), weight: (tightest_at / (twice + ln_1p(twice)) - 1.0).max(1e-3) })
    }

    /// Lower and upper bound after `events` in `trials`; from 0 to 1 without trials.
    #[must_use]
    pub fn bounds(&self, events: f64, trials: f64) -> (f64, f64) {
        if trials <= 0.0 {
            return (0.0, 1.0);
        }
        let seen = (events / trials).clamp(0.0, 1.0);
        let possible = |share: f64| self.log_ratio(events, trials, share) < self.threshold;
        let lower = if events <= 0.0 { 0.0 } else { turning_point(0.0, seen, possible) };
        let upper = if events >= trials { 1.0 } else { turning_point(seen, 1.0, |share| !possible(share)) };
        (lower, upper)
    }

    /// Logarithm of the mixture's likelihood ratio against `share`.
    fn log_ratio(&self, events: f64, trials: f64, share: f64) -> f64 {
        let others = trials - events;
        if share <= 0.0 || share >= 1.0 {
            return f64::INFINITY;
        }
        let (with, without) = (share * self.weight, (1.0 - share) * self.weight);
        ln_beta(with + events, without + others) - ln_beta(with, without) - events * ln(share) - others * ln_1p(-share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(events: f64, trials: f64, alpha: f64, tightest_at: f64) -> (f64, f64) {
        BernoulliSequence::new(alpha, tightest_at).unwrap().bounds(events, trials)
    }

    /// PyPI confseq 0.0.11; it bisects to 40 bits.
    #[test]
    fn bounds_are_those_of_confseq() {
        for (events, trials, tightest_at, low, high) in [
            (100., 1e4, 1e4, 0.007_242_820_787_546_407, 0.013_293_792_478_913_604),
            (5., 100., 1e3, 0.005_749_069_315_632_484, 0.190_328_998_303_590_46),
        ] {
            let (lower, upper) = bounds(events, trials, 0.05, tightest_at);
            assert!((lower / low - 1.0).abs() < 1e-9 && (upper / high - 1.0).abs() < 1e-9, "{lower} {upper}");
        }
    }

    #[test]
    fn without_events_the_share_is_small_but_not_nothing() {
        let mut before = 1.0;
        for trials in [10.0, 100.0, 1e4, 1e6, 1e8] {
            let (lower, upper) = bounds(0.0, trials, 0.05, 1e4);
            assert_eq!(lower, 0.0);
            // Whoever looks once, at the end, may say ln(1/α)/n.
            assert!(upper < before && upper > 2.995 / trials, "{trials}: {upper}");
            before = upper;
            let (lower, upper) = bounds(trials, trials, 0.05, 1e4);
            assert!(lower < 1.0 && upper == 1.0);
        }
    }

    #[test]
    fn numbers_that_make_no_sense_make_no_bounds() {
        assert_eq!(BernoulliSequence::new(0.0, 1e3), None);
        assert_eq!(BernoulliSequence::new(1.0, 1e3), None);
        assert_eq!(BernoulliSequence::new(0.05, f64::NAN), None);
        assert_eq!(bounds(0.0, 0.0, 0.05, 1e3), (0.0, 1.0));
    }
}
