//! Whether the arms are as large as they were drawn to be.
//!
//! Lindon, Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022,
//! <https://arxiv.org/abs/2011.03567>: a Dirichlet-multinomial mixture against the intended shares. A share that is off
//! means that something lets people of one arm vanish, and then the arms differ by more than the feature. Looking
//! again and again at a χ² test would cry wolf; this may be looked at after everybody.

use super::real::{exp, ln, ln_gamma};

/// How strongly the mixture holds to the intended shares: that of PyPI `savvi`.
const CONCENTRATION: f64 = 100.0;

/// The intended shares of arms, watched for a mismatch.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRatio {
    /// Of each arm, summing to 1.
    shares: Box<[f64]>,
    smallest: f64,
}

/// Shares that nobody could be drawn by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("shares of arms must be finite, none negative and not all nothing")]
pub struct NotARatio;

impl SampleRatio {
    /// Arms of these weights; only how they relate matters.
    ///
    /// # Errors
    /// [`NotARatio`] where no shares follow from them.
    pub fn new(weights: &[f64]) -> Result<Self, NotARatio> {
        let sum: f64 = weights.iter().sum();
        if !(sum.is_finite() && sum > 0.0) || weights.iter().any(|weight| *weight < 0.0) {
            return Err(NotARatio);
        }
        Ok(Self { shares: weights.iter().map(|weight| weight / sum).collect(), smallest: 1.0 })
    }

    /// Looks at how many people there are in each arm by now, and gives the p-value over all looks so far: how likely a
    /// mismatch this large would ever have been seen, at most, if people were drawn as intended. 0 where an arm that
    /// nobody is drawn into has somebody, which no chance explains. An arm that is not counted is empty.
    pub fn look(&mut self, people: &[u64]) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "fewer people than 2^53")]
        let counted = |arm: usize| people.get(arm).map_or(0.0, |people| *people as f64);
        let (mut all, mut concentration, mut odds) = (0.0, 0.0, 0.0);
        for (arm, share) in self.shares.iter().enumerate() {
            let people = counted(arm);
            if *share == 0.0 {
                if people > 0.0 {
                    self.smallest = 0.0;
                }
                continue;
            }
            let own = CONCENTRATION * share;
            odds += ln_gamma(own + people) - ln_gamma(own) - people * ln(*share);
            all += people;
            concentration += own;
        }
        odds += ln_gamma(concentration) - ln_gamma(concentration + all);
        self.smallest = self.smallest.min(exp(-odds));
        self.smallest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PyPI savvi 0.2.0, `Multinomial` with k = 100: p after each batch.
    #[test]
    fn p_values_are_those_of_savvi() {
        let check = |weights: [f64; 2], batch: [u64; 2], expect: &[f64]| {
            let mut ratio = SampleRatio::new(&weights).unwrap();
            for (batches, expect) in (1..).zip(expect) {
                let p_value = ratio.look(&batch.map(|people| people * batches));
                assert!((p_value / expect - 1.0).abs() < 2e-9, "{batch:?} × {batches}: {p_value} is not {expect}");
            }
        };
        check(
            [0.5, 0.5],
            [55, 45],
            &[
                1.0,
                0.888_322_222_703_981_8,
                0.648_002_916_342_520_6,
                0.450_135_462_418_372_66,
                0.303_833_168_839_677_37,
                0.201_255_665_027_19,
                0.131_551_386_079_700_7,
                0.085_146_036_736_479_25,
                0.054_693_412_810_644_41,
                0.034_920_965_613_451_885,
            ],
        );
        check(
            [1.0, 1.0],
            [520, 480],
            &[
                1.0,
                0.999_737_474_098_510_8,
                0.546_348_591_242_186_9,
                0.282_442_229_323_867_5,
                0.141_567_270_842_948_7,
                0.069_570_888_428_959_41,
            ],
        );
        check(
            [0.9, 0.1],
            [930, 70],
            &[
                0.020_006_438_768_779_43,
                0.000_112_325_638_372_663_52,
                5.469_174_235_547_306e-7,
                2.511_179_540_101_811e-9,
                1.116_462_572_354_754_7e-11,
            ],
        );
    }

    #[test]
    fn somebody_in_an_arm_of_nobody_is_no_chance() {
        let mut ratio = SampleRatio::new(&[1.0, 0.0]).unwrap();
        assert_eq!(ratio.look(&[1_000_000, 0]), 1.0);
        assert_eq!(ratio.look(&[1_000_000, 1]), 0.0);
        assert_eq!(ratio.look(&[2_000_000, 0]), 0.0, "what was seen stays seen");
        for weights in [&[][..], &[0.0, 0.0], &[1.0, -0.5], &[f64::NAN, 1.0], &[f64::INFINITY, 1.0]] {
            assert_eq!(SampleRatio::new(weights), Err(NotARatio), "{weights:?}");
        }
    }
}
