//! What the difference between the arms comes to: harm, safety, or neither yet.

use serde::{Deserialize, Serialize};

use super::bernoulli::BernoulliSequence;
use super::confidence_sequence::{ConfidenceSequence, Sides};
use super::difference::{Arm, Difference, Stratum};
use super::real::sqrt;

/// Name and version of how it is judged, kept with every verdict. Whatever changes a single bit of a bound gets another
/// name, and this one stays, so that what was decided by it can be computed again.
pub const METHOD: &str = "stratified-sequence-1";

/// With fewer events in an arm its bounds are those of [`BernoulliSequence`]: without any, the difference of bins would
/// say that chance played no part.
pub const FEWEST_EVENTS: f64 = 10.0;

/// Which way a metric gets worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Direction {
    /// More is worse: errors, milliseconds.
    MoreIsWorse,
    /// Less is worse: purchases.
    LessIsWorse,
}

/// What is asked of the evidence about one metric. All of it is fixed before anything is measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Which way the metric gets worse.
    pub direction: Direction,
    /// How much worse those with the feature may be, in the unit of the metric; 0 or more.
    pub margin: f64,
    /// Whether the sum counts events, each of them rare or not, rather than adding up amounts.
    pub counts_events: bool,
    /// How often safety may be said of a feature that is exactly the margin worse: 0 to ½, both left out.
    pub alpha: f64,
    /// How many guardrails may call harm; together they do so wrongly with probability `alpha` at most.
    pub guardrails: u32,
    /// After how many people bounds are tightest, for what they could be.
    pub tightest_at: f64,
    /// Strata with fewer people in either arm do not count.
    pub fewest_people: u64,
}

/// What the evidence comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Outcome {
    /// It is worse by more than the margin.
    Harm,
    /// It is not worse by more than the margin.
    Safe,
    /// Neither is shown yet.
    Unclear,
    /// Nothing was measured of enough people. It never counts as either.
    NoData,
}

/// Bounds of how much worse those with the feature are, in the unit of the metric; negative is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bounds {
    /// The middle of it.
    pub estimate: f64,
    /// At least so much worse; above the margin it is harm.
    pub at_least: f64,
    /// At most so much worse; below the margin it is safe.
    pub at_most: f64,
}

/// What one metric says, with the numbers that say it: what decides is what is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// Harm, safety, neither, or nothing measured.
    pub outcome: Outcome,
    /// Absent where nothing was measured.
    pub bounds: Option<Bounds>,
    /// People who count, in both arms.
    pub people: u64,
    /// How many further people it takes, about, until safety is shown if there is no difference. Absent once something
    /// is shown, where too few events leave it unknown, and where it is out of reach.
    pub people_to_go: Option<f64>,
    /// The smallest difference that would be shown as harm by then if it were there; by now where nobody is to go.
    /// Absent where nothing was measured, and where too few events leave it unknown.
    pub detectable: Option<f64>,
}

/// Judges one metric by everything that was measured under all stages so far, first to last. `None` where the question
/// makes no sense: its numbers are not within what their documentation says.
#[must_use]
pub fn judge(question: &Question, strata: &[Stratum]) -> Option<Judgement> {
    let Question { direction, margin, counts_events, alpha, guardrails, tightest_at, fewest_people } = *question;
    if !(margin >= 0.0 && margin.is_finite()) || guardrails == 0 {
        return None;
    }
    let sequence = |alpha| ConfidenceSequence::new(alpha, Sides::One, tightest_at);
    let for_harm = alpha / f64::from(guardrails);
    let (safety, harm) = (sequence(alpha)?, sequence(for_harm)?);
    let Some(difference) = Difference::of(strata, fewest_people) else {
        return Some(Judgement {
            outcome: Outcome::NoData,
            bounds: None,
            people: 0,
            people_to_go: None,
            detectable: None,
        });
    };
    let deviation = difference.deviation();
    // Safety is said against a feature that is exactly the margin worse, and such a one would vary more than one with as
    // few events as were seen by chance.
    let at_margin = match counts_events {
        true => Difference::with(strata, fewest_people, |control, treated| {
            variance_at_margin(control, treated, margin, direction)
        })
        .map_or(deviation, |difference| difference.deviation()),
        false => deviation,
    };
    let few_events = counts_events && fewest_events(strata, fewest_people) < FEWEST_EVENTS;
    let bounds = if few_events {
        let largest = largest(strata, fewest_people)?;
        let (at_least, _) = apart(largest, for_harm, direction, tightest_at)?;
        let (_, at_most) = apart(largest, alpha, direction, tightest_at)?;
        Bounds { estimate: oriented(difference.estimate, direction), at_least, at_most }
    } else {
        let estimate = oriented(difference.estimate, direction);
        let reach = |sequence: ConfidenceSequence, deviation| sequence.half_width(deviation, difference.people);
        let (at_least, at_most) = (estimate - reach(harm, deviation), estimate + reach(safety, at_margin));
        Bounds { estimate, at_least, at_most }
    };
    // Where everybody did the same, bins do not differ, and chance would seem to be out of the game.
    let is_known = deviation > 0.0 || few_events;
    let outcome = match bounds {
        Bounds { at_least, .. } if is_known && at_least > margin => Outcome::Harm,
        Bounds { at_most, .. } if is_known && at_most < margin => Outcome::Safe,
        _ => Outcome::Unclear,
    };
    let to_go = || {
        // What was seen so far stays, and what comes shows no difference.
        let seen = oriented(difference.estimate, direction).max(0.0) * difference.people;
        let enough = safety.people_until_with(at_margin, margin, seen)?;
        #[expect(clippy::cast_precision_loss, reason = "fewer people than 2^53")]
        let each = difference.people_asked as f64 / difference.people;
        Some((enough - difference.people).max(0.0) * each)
    };
    let people_to_go = if outcome == Outcome::Unclear && is_known && !few_events { to_go() } else { None };
    let detectable = (is_known && !few_events).then(|| {
        #[expect(clippy::cast_precision_loss, reason = "fewer people than 2^53")]
        let each = difference.people_asked as f64 / difference.people;
        let by_then = difference.people + people_to_go.unwrap_or_default() / each;
        margin + harm.half_width(deviation, by_then)
    });
    Some(Judgement { outcome, bounds: Some(bounds), people: difference.people_asked, people_to_go, detectable })
}

const fn oriented(difference: f64, direction: Direction) -> f64 {
    match direction {
        Direction::MoreIsWorse => difference,
        Direction::LessIsWorse => -difference,
    }
}

/// By how much the variance of those with the feature would be larger if they were the margin worse than the control: the
/// variance of a count goes with its mean, that of a share with p(1 − p). Never less than 1.
///
/// Judging against the variance under what is to be refuted, not under what was seen, is what Farrington and Manning do
/// for shares ("Test statistics and sample size formulae for comparative binomial trials with null hypothesis of
/// non-zero risk difference", Statistics in Medicine 9, 1990). Without it, runs in which the feature had few events by
/// chance look both better and surer than they are.
fn variance_at_margin(control: f64, treated: f64, margin: f64, direction: Direction) -> f64 {
    let there = match direction {
        Direction::MoreIsWorse => control + margin,
        Direction::LessIsWorse => control - margin,
    };
    let among_events = if treated > 0.0 { there / treated } else { 1.0 };
    let among_others = if treated < 1.0 && there < 1.0 { (1.0 - there) / (1.0 - treated) } else { 1.0 };
    among_events.max(among_others).max(1.0)
}

/// Events of the arm that has fewer, over the strata that count.
fn fewest_events(strata: &[Stratum], fewest_people: u64) -> f64 {
    let counted = || strata.iter().filter(|stratum| stratum.counts(fewest_people));
    let control: f64 = counted().map(|stratum| stratum.control.total.sum).sum();
    let treated: f64 = counted().map(|stratum| stratum.treated.total.sum).sum();
    control.min(treated)
}

/// The stratum that tells most, by its people alone, and which one that is, counted from 1.
fn largest(strata: &[Stratum], fewest_people: u64) -> Option<(f64, &Stratum)> {
    let counted = (1_u32..).map(f64::from).zip(strata).filter(|(_, stratum)| stratum.counts(fewest_people));
    counted.max_by(|(_, one), (_, other)| one.balanced_people().total_cmp(&other.balanced_people()))
}

/// Bounds of how much worse, from bounds of each arm by itself. Half of what may be wrong goes to either arm, and of
/// that 6/(πk)² to the k-th stratum, which sums to 1 however many there come to be (Euler): which stratum is the
/// largest changes while a rollout goes on.
fn apart((number, stratum): (f64, &Stratum), alpha: f64, direction: Direction, tightest_at: f64) -> Option<(f64, f64)> {
    let euler = 6.0 / (std::f64::consts::PI * std::f64::consts::PI * number * number);
    let of = |arm| bounds_of(arm, alpha * euler / 2.0, tightest_at);
    let (control, treated) = (of(&stratum.control)?, of(&stratum.treated)?);
    Some(match direction {
        Direction::MoreIsWorse => (treated.0 - control.1, treated.1 - control.0),
        Direction::LessIsWorse => (control.0 - treated.1, control.1 - treated.0),
    })
}

/// Lower and upper bound of one arm's ratio, each wrong with probability `alpha` at most.
///
/// Few events are so many people with events, and a person has one or none: what they have each beyond that, and how
/// much weight people have each, is taken as it was seen.
pub(super) fn bounds_of(arm: &Arm, alpha: f64, tightest_at: f64) -> Option<(f64, f64)> {
    let (total, ratio) = (arm.total, arm.ratio()?);
    #[expect(clippy::cast_precision_loss, reason = "fewer people than 2^53")]
    let people = arm.people as f64;
    if total.sum >= FEWEST_EVENTS {
        let width =
            ConfidenceSequence::new(alpha, Sides::One, tightest_at)?.half_width(sqrt(ratio.variance * people), people);
        return Some(((ratio.value - width).max(0.0), ratio.value + width));
    }
    let with_events = f64::from(arm.bins_with_any);
    let each = if with_events > 0.0 { total.sum / with_events } else { 1.0 };
    let (lower, upper) = BernoulliSequence::new(alpha, tightest_at)?.bounds(with_events.min(people), people);
    let scale = each * people / total.weight;
    Some((lower * scale, upper * scale))
}

#[cfg(test)]
mod tests {
    use super::super::bins::Bins;
    use super::*;

    const ERRORS: Question = Question {
        direction: Direction::MoreIsWorse,
        margin: 0.005,
        counts_events: true,
        alpha: 0.05,
        guardrails: 1,
        tightest_at: 5_000.0,
        fewest_people: 1_000,
    };

    /// Arms of so many people; of a thousand, so many have an event.
    fn stratum(control: (u64, u64), treated: (u64, u64)) -> Stratum {
        let arm = |(people, of_thousand): (u64, u64)| {
            let mut bins = Bins::default();
            for person in 0..people {
                // Spread over all bins and all of the thousand.
                let event = person * 617 % 1_000 < of_thousand;
                bins.add(person.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32, 1.0, f64::from(u8::from(event)));
            }
            Arm::of(people, &bins)
        };
        Stratum { control: arm(control), treated: arm(treated) }
    }

    fn outcome(question: &Question, strata: &[Stratum]) -> Outcome {
        judge(question, strata).unwrap().outcome
    }

    #[test]
    fn harm_safety_and_neither() {
        assert_eq!(outcome(&ERRORS, &[stratum((20_000, 10), (20_000, 30))]), Outcome::Harm);
        assert_eq!(outcome(&ERRORS, &[stratum((20_000, 10), (20_000, 10))]), Outcome::Safe);
        assert_eq!(outcome(&ERRORS, &[stratum((20_000, 10), (20_000, 14))]), Outcome::Unclear);
        assert_eq!(outcome(&ERRORS, &[stratum((2_000, 10), (2_000, 10))]), Outcome::Unclear);
        let purchases = Question { direction: Direction::LessIsWorse, margin: 0.01, ..ERRORS };
        assert_eq!(outcome(&purchases, &[stratum((20_000, 100), (20_000, 70))]), Outcome::Harm);
        assert_eq!(outcome(&purchases, &[stratum((20_000, 70), (20_000, 100))]), Outcome::Safe);
    }

    #[test]
    fn more_guardrails_make_harm_harder_to_say_and_safety_not_easier() {
        let strata = [stratum((20_000, 10), (20_000, 20))];
        let bounds = |guardrails| judge(&Question { guardrails, ..ERRORS }, &strata).unwrap().bounds.unwrap();
        assert!(bounds(6).at_least < bounds(1).at_least);
        assert_eq!(bounds(6).at_most, bounds(1).at_most);
    }

    #[test]
    fn nothing_measured_is_neither_safe_nor_harmful() {
        let few = stratum((999, 0), (999, 900));
        for strata in [vec![], vec![Stratum::default()], vec![few]] {
            let judgement = judge(&ERRORS, &strata).unwrap();
            assert_eq!((judgement.outcome, judgement.bounds, judgement.people), (Outcome::NoData, None, 0));
        }
    }

    #[test]
    fn no_event_is_not_safety_until_there_are_enough_people() {
        let early = judge(&ERRORS, &[stratum((1_500, 0), (1_500, 0))]).unwrap();
        assert_eq!(early.outcome, Outcome::Unclear, "{early:?}");
        assert_eq!(outcome(&ERRORS, &[stratum((10_000, 0), (10_000, 0))]), Outcome::Safe);
        // Amounts that are all the same say nothing about chance, however many there are.
        let amounts = Question { counts_events: false, ..ERRORS };
        assert_eq!(outcome(&amounts, &[stratum((50_000, 0), (50_000, 0))]), Outcome::Unclear);
    }

    #[test]
    fn one_quiet_arm_does_not_hide_harm_in_the_other() {
        assert_eq!(outcome(&ERRORS, &[stratum((50_000, 0), (50_000, 20))]), Outcome::Harm);
        assert_eq!(outcome(&ERRORS, &[stratum((50_000, 20), (50_000, 0))]), Outcome::Safe);
    }

    #[test]
    fn the_forecast_holds_when_it_comes_true() {
        let now = judge(&ERRORS, &[stratum((3_000, 10), (3_000, 10))]).unwrap();
        let to_go = now.people_to_go.unwrap();
        assert!((1_000.0..20_000.0).contains(&to_go), "{to_go}");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
        let enough = 3_000 + (to_go * 1.25 / 2.0) as u64;
        assert_eq!(outcome(&ERRORS, &[stratum((enough, 10), (enough, 10))]), Outcome::Safe);
        let out_of_reach = judge(&Question { margin: 0.0, ..ERRORS }, &[stratum((3_000, 10), (3_000, 10))]).unwrap();
        assert_eq!(out_of_reach.people_to_go, None);
    }

    #[test]
    fn a_question_that_makes_no_sense_has_no_answer() {
        let strata = [stratum((2_000, 10), (2_000, 10))];
        for wrong in [
            Question { margin: -0.1, ..ERRORS },
            Question { margin: f64::NAN, ..ERRORS },
            Question { alpha: 0.0, ..ERRORS },
            Question { alpha: 0.5, ..ERRORS },
            Question { guardrails: 0, ..ERRORS },
            Question { tightest_at: 0.0, ..ERRORS },
        ] {
            assert_eq!(judge(&wrong, &strata), None, "{wrong:?}");
        }
    }
}
