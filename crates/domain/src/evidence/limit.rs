//! One arm against a fixed limit, where nobody was drawn to be without the feature.

use super::difference::Arm;
use super::judgement::{Bounds, Direction, Judgement, Outcome, Question, bounds_of};

/// Name and version of how it is judged; see [`super::METHOD`].
pub const LIMIT_METHOD: &str = "limit-sequence-1";

/// Judges those with the feature by themselves: harm where their ratio is surely beyond `limit`. That a feature keeps
/// a limit is no proof of its safety, for it may have been far better without it, so safety is never said. The margin
/// of the question is not looked at; bounds are of how far beyond the limit they are.
///
/// `None` where the question makes no sense.
#[must_use]
pub fn judge_against_limit(question: &Question, limit: f64, treated: &Arm) -> Option<Judgement> {
    let Question { direction, alpha, guardrails, tightest_at, fewest_people, .. } = *question;
    if guardrails == 0 || !limit.is_finite() {
        return None;
    }
    let for_harm = alpha / f64::from(guardrails);
    let none = Judgement { outcome: Outcome::NoData, bounds: None, people: 0, people_to_go: None, detectable: None };
    let Some(ratio) = treated.ratio().filter(|_| treated.people >= fewest_people) else { return Some(none) };
    let (lower, upper) = bounds_of(treated, for_harm, tightest_at)?;
    let (estimate, at_least, at_most) = match direction {
        Direction::MoreIsWorse => (ratio.value - limit, lower - limit, upper - limit),
        Direction::LessIsWorse => (limit - ratio.value, limit - upper, limit - lower),
    };
    // Where everybody did the same, bins do not differ, and chance would seem to be out of the game.
    let outcome = if at_least > 0.0 && upper > lower { Outcome::Harm } else { Outcome::Unclear };
    let bounds = Some(Bounds { estimate, at_least, at_most });
    Some(Judgement {
        outcome,
        bounds,
        people: treated.people,
        people_to_go: None,
        detectable: Some(estimate - at_least),
    })
}

#[cfg(test)]
mod tests {
    use super::super::bins::Bins;
    use super::*;

    const ERRORS: Question = Question {
        direction: Direction::MoreIsWorse,
        margin: 0.0,
        counts_events: true,
        alpha: 0.05,
        guardrails: 1,
        tightest_at: 5_000.0,
        fewest_people: 1_000,
    };

    fn arm(people: u64, of_thousand: u64) -> Arm {
        let mut bins = Bins::default();
        for person in 0..people {
            let event = person * 617 % 1_000 < of_thousand;
            bins.add(person.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32, 1.0, f64::from(u8::from(event)));
        }
        Arm::of(people, &bins)
    }

    #[test]
    fn a_limit_is_broken_or_not_but_never_proves_safety() {
        let check = |question: &Question, limit, arm: &Arm, expect| {
            assert_eq!(judge_against_limit(question, limit, arm).unwrap().outcome, expect);
        };
        check(&ERRORS, 0.01, &arm(20_000, 30), Outcome::Harm);
        check(&ERRORS, 0.01, &arm(20_000, 1), Outcome::Unclear);
        check(&ERRORS, 0.01, &arm(20_000, 11), Outcome::Unclear);
        check(&ERRORS, 0.01, &arm(20_000, 0), Outcome::Unclear);
        check(&ERRORS, 0.01, &arm(999, 900), Outcome::NoData);
        check(&ERRORS, 0.01, &Arm::default(), Outcome::NoData);
        let purchases = Question { direction: Direction::LessIsWorse, ..ERRORS };
        check(&purchases, 0.1, &arm(20_000, 70), Outcome::Harm);
        check(&purchases, 0.1, &arm(20_000, 200), Outcome::Unclear);
        assert_eq!(judge_against_limit(&ERRORS, f64::NAN, &arm(2_000, 1)), None);
    }
}
