//! How the two arms differ, over all stages together.

use serde::{Deserialize, Serialize};

use super::bins::{Bin, Bins, Ratio};
use super::real::sqrt;

/// Fewer people than this in either arm of a stratum, and it does not count unless a plan says otherwise: bins of a
/// person or less are too rough (of 200 people, 7 % false alarms were seen where 5 % were promised).
pub const FEWEST_PEOPLE: u64 = 1_000;

/// What the bins of one arm come to: all that a judgement looks at, and so all that is kept with one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Arm {
    /// Different people in it.
    pub people: u64,
    /// All bins together.
    pub total: Bin,
    /// Variance of the ratio of both sums; 0 where nothing was measured.
    pub variance: f64,
    /// Bins that have anything in their sum.
    pub bins_with_any: u16,
}

impl Arm {
    /// So many people, and what they did.
    #[must_use]
    pub fn of(people: u64, bins: &Bins) -> Self {
        Self {
            people,
            total: bins.total(),
            variance: bins.ratio().map_or(0.0, |ratio| ratio.variance),
            #[expect(clippy::cast_possible_truncation, reason = "at most 256")]
            bins_with_any: bins.with_any() as u16,
        }
    }

    /// The sum by weight; `None` where nothing was measured.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        let value = self.total.sum / self.total.weight;
        (self.total.weight > 0.0 && value.is_finite()).then_some(Ratio { value, variance: self.variance })
    }
}

/// Both arms while nothing about who is drawn changed: one stage of one revision of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Stratum {
    /// Drawn to be without the feature.
    pub control: Arm,
    /// Drawn to have it.
    pub treated: Arm,
}

/// What those with the feature have more of than those without, joined over strata.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Treated minus control, in the unit of the metric.
    pub estimate: f64,
    /// Its variance.
    pub variance: f64,
    /// As many people, half of them in each arm, would tell as much. This is the time by which bounds tighten: with
    /// 1 % treated, a million people tell as much as forty thousand.
    pub people: f64,
    /// Those people in all strata that count, both arms.
    pub people_asked: u64,
}

impl Stratum {
    /// People that count for as much, as if there were as many in either arm: 4/(1/n + 1/m).
    #[must_use]
    pub fn balanced_people(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "fewer people than 2^53")]
        let (control, treated) = (self.control.people as f64, self.treated.people as f64);
        if control + treated > 0.0 { 4.0 * control * treated / (control + treated) } else { 0.0 }
    }

    /// Whether both arms have at least so many people.
    #[must_use]
    pub const fn counts(&self, fewest: u64) -> bool {
        self.control.people >= fewest && self.treated.people >= fewest
    }
}

impl Difference {
    /// Joins strata in which both arms have at least `fewest` people; `None` where no stratum has, or nothing was
    /// measured in them.
    ///
    /// Each stratum is compared within itself and weighs by its people alone (Cochran's weights). Weighing by the
    /// variance that was seen would favour strata which by chance had few events, and so would call a feature safe too
    /// easily; not comparing within strata at all takes a busy hour for an effect of the feature.
    #[must_use]
    pub fn of(strata: &[Stratum], fewest: u64) -> Option<Self> {
        Self::with(strata, fewest, |_, _| 1.0)
    }

    /// As [`Self::of`], where the variance of those with the feature is multiplied by what `scale` gives for the ratios
    /// of control and treated, stratum by stratum.
    #[must_use]
    pub fn with(strata: &[Stratum], fewest: u64, scale: impl Fn(f64, f64) -> f64) -> Option<Self> {
        let (mut sum, mut variance, mut people, mut people_asked) = (0.0, 0.0, 0.0, 0);
        for stratum in strata.iter().filter(|stratum| stratum.counts(fewest)) {
            let Some((control, treated)) = stratum.control.ratio().zip(stratum.treated.ratio()) else {
                continue;
            };
            let weight = stratum.balanced_people();
            sum += weight * (treated.value - control.value);
            let scaled = treated.variance * scale(control.value, treated.value);
            variance += weight * weight * (scaled + control.variance);
            people += weight;
            people_asked += stratum.control.people + stratum.treated.people;
        }
        (people > 0.0).then(|| Self {
            estimate: sum / people,
            variance: variance / (people * people),
            people,
            people_asked,
        })
    }

    /// Standard deviation as if it were a mean over [`Self::people`].
    #[must_use]
    pub fn deviation(&self) -> f64 {
        sqrt(self.variance * self.people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An arm in which every `every`th of so many people has an event.
    fn arm(people: u64, every: u64) -> Arm {
        let mut bins = Bins::default();
        // 97 is odd, so that people of all kinds are in every bin.
        (0..people).for_each(|person| bins.add(person * 97, 1.0, f64::from(u8::from(person.is_multiple_of(every)))));
        Arm::of(people, &bins)
    }

    #[test]
    fn strata_are_compared_within_themselves() {
        // More events in the second stage, the same in both arms, and more people with the feature there.
        let quiet = Stratum { control: arm(99_000, 100), treated: arm(1_000, 100) };
        let busy = Stratum { control: arm(50_000, 20), treated: arm(50_000, 20) };
        let joined = Difference::of(&[quiet, busy], FEWEST_PEOPLE).unwrap();
        assert!(joined.estimate.abs() < 1e-12, "{joined:?}");
        assert_eq!(joined.people, quiet.balanced_people() + busy.balanced_people());
        assert_eq!(busy.balanced_people(), 100_000.0);
        assert!((quiet.balanced_people() - 3_960.0).abs() < 1e-9);
        assert_eq!(joined.people_asked, 200_000);
        // Pooled, the feature would seem to do harm.
        let rate = |arms: [&Arm; 2]| {
            let [one, other] = arms.map(|arm| arm.total);
            (one.sum + other.sum) / (one.weight + other.weight)
        };
        assert!(rate([&quiet.treated, &busy.treated]) - rate([&quiet.control, &busy.control]) > 0.01);
    }

    #[test]
    fn small_strata_do_not_count() {
        let small = Stratum { control: arm(100_000, 10), treated: arm(999, 2) };
        assert_eq!(Difference::of(std::slice::from_ref(&small), FEWEST_PEOPLE), None);
        assert!(Difference::of(&[small], 999).unwrap().estimate > 0.3);
        assert_eq!(Difference::of(&[], 0), None);
        assert_eq!(Difference::of(&[Stratum::default()], 0), None);
    }
}
