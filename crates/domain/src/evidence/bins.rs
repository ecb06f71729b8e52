//! What was measured of one arm, in bins of people.

use serde::{Deserialize, Serialize};

use super::real::sqrt;

/// Bins of one arm. More would hold fewer people each and tell no more; with fewer, how much they differ is known less
/// well (255 degrees of freedom leave it uncertain by 4 %).
pub const BINS: usize = 256;

/// Sums over the people of one bin, or of several.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Bin {
    /// What is divided by: requests, sessions, or people.
    pub weight: f64,
    /// What is divided: errors, milliseconds, purchases.
    pub sum: f64,
}

/// What was measured of one arm under one stage: sums by bin, never by person.
///
/// People fall into bins by a hash of their key that is independent of the one that draws arms. A bin then is a small
/// random group of people with all they did, and the groups are independent of each other even where the requests of
/// one person are not. Counting requests as independent instead calls harm without any in three rollouts of ten where
/// people make fifty requests each.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins(Box<[Bin; BINS]>);

impl Default for Bins {
    fn default() -> Self {
        Self(Box::new([Bin::default(); BINS]))
    }
}

/// A sum by weight, such as errors per request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The ratio itself.
    pub value: f64,
    /// Its variance, from how much bins differ: the square of its standard error.
    pub variance: f64,
}

impl Bins {
    /// Adds what one person did. `bin` is their hash; any number falls into one of the bins.
    pub fn add(&mut self, bin: u64, weight: f64, sum: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "a remainder below 256")]
        let bin = &mut self.0[(bin % BINS as u64) as usize];
        bin.weight += weight;
        bin.sum += sum;
    }

    /// Bins of these sums; `None` where they are not [`BINS`].
    #[must_use]
    pub fn from_slice(bins: &[Bin]) -> Option<Self> {
        Some(Self(Box::new(bins.try_into().ok()?)))
    }

    /// All bins.
    #[must_use]
    pub fn as_slice(&self) -> &[Bin] {
        self.0.as_slice()
    }

    /// All bins together.
    #[must_use]
    pub fn total(&self) -> Bin {
        self.0
            .iter()
            .fold(Bin::default(), |total, bin| Bin { weight: total.weight + bin.weight, sum: total.sum + bin.sum })
    }

    /// How many bins have anything in their sum: about as many people, while they are few.
    #[must_use]
    pub fn with_any(&self) -> usize {
        self.0.iter().filter(|bin| bin.sum != 0.0).count()
    }

    /// The ratio of both sums and how sure it is, by the delta method: the variance of Y/X is that of Y − RX, bin by
    /// bin, by the square of the mean of X (Deng, Knoblich, Lu, "Applying the Delta Method in Metric Analytics", KDD
    /// 2018, <https://arxiv.org/abs/1803.06336>, section 2). `None` where nothing was measured.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        const COUNT: f64 = BINS as f64;
        let total = self.total();
        let value = total.sum / total.weight;
        if !(total.weight > 0.0 && value.is_finite()) {
            return None;
        }
        let squares: f64 = self.0.iter().map(|bin| bin.sum - value * bin.weight).map(|rest| rest * rest).sum();
        let variance = squares / (COUNT - 1.0) * COUNT / (total.weight * total.weight);
        Some(Ratio { value, variance })
    }
}

impl Ratio {
    /// Standard error.
    #[must_use]
    pub fn error(&self) -> f64 {
        sqrt(self.variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_in_each_bin_has_the_variance_of_people() {
        let mut bins = Bins::default();
        // A quarter of them has an event: the variance of the share is p(1−p)/(n−1).
        (0..BINS as u64).for_each(|person| bins.add(person, 1.0, f64::from(u8::from(person.is_multiple_of(4)))));
        let ratio = bins.ratio().unwrap();
        assert_eq!(ratio.value, 0.25);
        assert!((ratio.variance - 0.25 * 0.75 / 255.0).abs() < 1e-15, "{ratio:?}");
        assert_eq!(bins.with_any(), 64);
        assert_eq!(bins.total(), Bin { weight: 256.0, sum: 64.0 });
    }

    #[test]
    fn requests_of_one_person_are_one_observation() {
        let (mut one_each, mut many_each) = (Bins::default(), Bins::default());
        for person in 0..1_000 {
            let failed = f64::from(u8::from(person % 10 == 0));
            one_each.add(person, 1.0, failed);
            many_each.add(person, 50.0, failed * 50.0);
        }
        let (one, many) = (one_each.ratio().unwrap(), many_each.ratio().unwrap());
        assert!((one.error() - many.error()).abs() < 1e-12, "fifty times the requests tell no more: {one:?} {many:?}");
    }

    #[test]
    fn what_was_not_measured_has_no_ratio() {
        assert_eq!(Bins::default().ratio(), None);
        let mut bins = Bins::default();
        bins.add(u64::MAX, 0.0, 3.0);
        assert_eq!(bins.ratio(), None);
        bins.add(3, 1.0, f64::INFINITY);
        assert_eq!(bins.ratio(), None);
    }
}
