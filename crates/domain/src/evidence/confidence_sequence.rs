//! The asymptotic confidence sequence: bounds of a mean that hold at every look together.
//!
//! Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence
//! sequences", <https://arxiv.org/abs/2103.06476>, equations 9, 155 and 161; the mixture is Robbins', in the form of
//! Howard, Ramdas, McAuliffe, Sekhon, <https://arxiv.org/abs/1810.08240>.

use super::real::{exp, floor, ln, ln_1p, sqrt, turning_point};

/// Which way an error counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// Either bound may be wrong: for showing where the truth lies.
    Both,
    /// One bound alone is asked, the other is infinite: for deciding.
    One,
}

/// How wide bounds are after how many people.
///
/// The two parameters are fixed before anything is measured; `tightest_at` moves the width between early and late
/// looks and changes no guarantee.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidenceSequence {
    alpha: f64,
    sides: Sides,
    /// ρ of the paper.
    mixing: f64,
}

impl ConfidenceSequence {
    /// A sequence that is wrong at any look with probability `alpha` at most, 0 < `alpha` < ½, and tightest, for what it
    /// could be, after `tightest_at` people.
    ///
    /// Gives `None` for other numbers: there is no such sequence.
    #[must_use]
    pub fn new(alpha: f64, sides: Sides, tightest_at: f64) -> Option<Self> {
        let sensible = alpha > 0.0 && alpha < 0.5 && tightest_at >= 1.0 && tightest_at.is_finite();
        if !sensible {
            return None;
        }
        // What one side may spend, two sides would spend twice.
        let spent = if sides == Sides::One { 2.0 * alpha } else { alpha };
        let twice = -2.0 * ln(spent);
        Some(Self { alpha, sides, mixing: sqrt((twice + ln_1p(twice)) / tightest_at) })
    }

    /// How far a bound is from the mean of `people` observations whose standard deviation is `deviation`, in the unit
    /// of the observations. Infinite without people.
    #[must_use]
    pub fn half_width(&self, deviation: f64, people: f64) -> f64 {
        if people <= 0.0 {
            return f64::INFINITY;
        }
        let squared = self.mixing * self.mixing;
        let grown = people * squared + 1.0;
        let logarithm = match self.sides {
            Sides::Both => ln(sqrt(grown) / self.alpha),
            Sides::One => ln_1p(sqrt(grown) / (2.0 * self.alpha)),
        };
        deviation * sqrt(2.0 * grown / (people * people * squared) * logarithm)
    }

    /// How many people it takes until the bound is at most `distance` away: a whole number. `None` where more people
    /// than live would not do.
    #[must_use]
    pub fn people_until(&self, deviation: f64, distance: f64) -> Option<f64> {
        self.people_until_with(deviation, distance, 0.0)
    }

    /// As [`Self::people_until`], where the mean starts from this `sum` over all people and whoever comes adds nothing
    /// to it; 0 or more.
    #[must_use]
    pub fn people_until_with(&self, deviation: f64, distance: f64, sum: f64) -> Option<f64> {
        const EVERYBODY: f64 = 1e11;
        let close = |people: f64| {
            let people = floor(people);
            sum / people + self.half_width(deviation, people) <= distance
        };
        close(EVERYBODY).then(|| floor(turning_point(0.0, EVERYBODY, close)))
    }

    /// How likely a mean this far from nothing would be at any look, at most, if there were nothing: the p-value that
    /// belongs to the two-sided bounds. 1 without people or without deviation.
    #[must_use]
    pub fn p_value(&self, mean: f64, deviation: f64, people: f64) -> f64 {
        if people <= 0.0 || deviation <= 0.0 {
            return 1.0;
        }
        let squared = self.mixing * self.mixing;
        let grown = people * squared + 1.0;
        let sum = mean * people / deviation;
        // In logarithms: the ratio itself overflows a double for strong effects.
        exp(ln(grown) / 2.0 - squared * sum * sum / (2.0 * grown)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expect: f64, tolerance: f64) {
        assert!((got - expect).abs() <= tolerance * expect.abs().max(1e-300), "{got} is not {expect}");
    }

    fn sequence(alpha: f64, sides: Sides, tightest_at: f64) -> ConfidenceSequence {
        ConfidenceSequence::new(alpha, sides, tightest_at).unwrap()
    }

    /// Standard error of a difference of two proportions, as gbstats computes it: p(1−p)/n of each arm.
    fn proportions(control: (f64, f64), treated: (f64, f64)) -> (f64, f64, f64) {
        let variance = |(events, people): (f64, f64)| events / people * (1.0 - events / people) / people;
        let people = control.1 + treated.1;
        let difference = treated.0 / treated.1 - control.0 / control.1;
        (difference, sqrt((variance(control) + variance(treated)) * people), people)
    }

    /// PyPI gbstats 0.8.0: ρ and half-widths at a standard deviation of 1.
    #[test]
    fn the_width_is_that_of_gbstats() {
        let both = sequence(0.05, Sides::Both, 5_000.0);
        close(both.mixing, 0.039_840_066_771_373_68, 1e-14);
        close(sequence(0.05, Sides::One, 5_000.0).mixing, 0.035_577_688_528_899, 1e-13);
        for (people, expect) in [
            (1_000.0, 0.106_375_470_065_575_05),
            (5_000.0, 0.042_924_337_188_268_456),
            (10_000.0, 0.030_614_772_188_674_165),
        ] {
            close(both.half_width(1.0, people), expect, 1e-14);
            assert_eq!(both.people_until(1.0, both.half_width(1.0, people)), Some(people));
        }
    }

    /// PyPI confseq 0.0.11, `normal_mixture_bound(v, 0.05, v_opt)`: the same bound on the sum rather than the mean.
    #[test]
    fn the_width_is_that_of_confseq() {
        for (people, tightest_at, expect) in
            [(1_000.0, 1_000.0, 95.981_735_842_090_47), (10_000.0, 5_000.0, 306.147_721_886_741_7)]
        {
            close(sequence(0.05, Sides::Both, tightest_at).half_width(1.0, people) * people, expect, 1e-14);
        }
        // Its one-sided bound is exact, this one is the simple form that is a little wider.
        let wider = sequence(0.05, Sides::One, 1_000.0).half_width(1.0, 1_000.0) * 1_000.0 / 87.470_841_599_667_89;
        assert!((1.0..1.02).contains(&wider), "{wider}");
    }

    /// PyPI gbstats 0.8.0 and the head of its repository: sequential tests of two proportions.
    #[test]
    fn bounds_of_proportions_are_those_of_gbstats() {
        let both = sequence(0.05, Sides::Both, 5_000.0);
        let one = sequence(0.05, Sides::One, 5_000.0);
        for (control, treated, low, high, p_value, greater, lesser) in [
            (
                (20., 2e3),
                (40., 2e3),
                -0.001_676_776_806_704_650_6,
                0.021_676_776_806_704_65,
                0.144_961_860_935_690_58,
                -0.000_704_278_464_350_519,
                0.020_704_278_464_350_52,
            ),
            (
                (100., 1e4),
                (200., 1e4),
                0.004_629_005_077_308_512,
                0.015_370_994_922_691_488,
                4.182_582_392_416_317e-7,
                0.005_073_710_666_811_141,
                0.014_926_289_333_188_859,
            ),
            (
                (200., 2e4),
                (240., 2e4),
                -0.001_350_205_162_389_456_6,
                0.005_350_205_162_389_456,
                1.0,
                -0.001_084_519_642_504_644,
                0.005_084_519_642_504_644,
            ),
            (
                (500., 5e3),
                (450., 5e3),
                -0.027_950_806_615_451_21,
                0.007_950_806_615_451_191,
                1.0,
                -0.026_425_451_667_515_372,
                0.006_425_451_667_515_354,
            ),
        ] {
            let (difference, deviation, people) = proportions(control, treated);
            let width = both.half_width(deviation, people);
            close(difference - width, low, 1e-12);
            close(difference + width, high, 1e-12);
            close(both.p_value(difference, deviation, people), p_value, 1e-9);
            let width = one.half_width(deviation, people);
            close(difference - width, greater, 1e-12);
            close(difference + width, lesser, 1e-12);
        }
        let (difference, deviation, people) = proportions((1_396., 3_000.), (2_422., 3_461.));
        assert!(both.p_value(difference, deviation, people) < 1e-30, "a strong effect does not overflow");
    }

    #[test]
    fn numbers_that_make_no_sense_make_no_sequence() {
        for (alpha, tightest_at) in
            [(0.0, 1e3), (0.5, 1e3), (-0.1, 1e3), (f64::NAN, 1e3), (0.05, 0.0), (0.05, f64::INFINITY), (0.05, f64::NAN)]
        {
            assert_eq!(ConfidenceSequence::new(alpha, Sides::Both, tightest_at), None, "{alpha} {tightest_at}");
        }
        let both = sequence(0.05, Sides::Both, 5_000.0);
        assert_eq!(both.half_width(1.0, 0.0), f64::INFINITY);
        assert_eq!(both.people_until(1.0, 0.0), None);
        assert_eq!(both.people_until(0.0, 0.0), Some(1.0));
        assert_eq!(both.p_value(1.0, 0.0, 100.0), 1.0);
    }
}
