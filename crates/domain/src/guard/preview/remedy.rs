//! What could be changed about a stage that can never be left as it is planned.

use std::collections::BTreeMap;

use super::super::Amount;
use super::super::gate::{Gate, Wanted};
use super::super::metric::{Metric, Unit};
use super::expected::{Asked, fewest};
use super::{Ahead, Shortfall};
use crate::share::Share;

/// Shares that people would choose, in percent.
const ROUND_SHARES: [u32; 10] = [1, 2, 5, 10, 15, 20, 25, 30, 40, 50];
/// First digits of numbers that people would choose.
const ROUND_DIGITS: [f64; 9] = [10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 80.0];
/// A margin so many times as large as what was asked is another promise.
const WIDEST: f64 = 20.0;

/// What a stage lacks with at most so many people, and what could be had instead.
pub fn shortfall(asked: &Asked<'_>, ahead: &Ahead<'_>, most: Option<u64>, within_minutes: Option<u32>) -> Shortfall {
    let gate = asked.gate;
    let Some(most) = most.filter(|_| ahead.share > Share::NOBODY) else {
        let fewest = ahead.named.unwrap_or_default();
        return Shortfall { fewest, within_minutes, lacks_people: true, ..Shortfall::default() };
    };
    let short = asked.guard.guardrails().filter(|metric| !asked.shows(metric, ahead.share, most));
    let metrics = short.map(|metric| (metric.key.clone(), margin(asked, metric, ahead.share, most))).collect();
    let below = ahead.next.unwrap_or(Share::EVERYBODY);
    let mut shares = ROUND_SHARES.into_iter().filter_map(|percent| Share::from_buckets(percent * 1_000).ok());
    let share = shares
        .find(|share| *share > ahead.share && *share < below && asked.people_needed(*share, Some(most)).is_some());
    let less = Gate { evidence: Wanted::NotHarmful, ..gate.clone() };
    let not_harmful = gate.evidence == Wanted::Safe
        && Asked { gate: &less, ..*asked }.people_needed(ahead.share, Some(most)).is_some();
    Shortfall {
        fewest: fewest(ahead.share, most),
        within_minutes,
        lacks_people: !asked.has_people(ahead.share, most),
        metrics,
        share,
        not_harmful,
    }
}

/// The smallest round margin, above the one that is asked, at which the metric would be shown safe.
fn margin(asked: &Asked<'_>, metric: &Metric, share: Share, most: u64) -> Option<Amount> {
    if asked.gate.evidence != Wanted::Safe {
        return None;
    }
    let now = asked.gate.margins.get(&metric.key).copied().unwrap_or(metric.margin).get();
    let widest = match metric.measure.unit() {
        Unit::Share => (now * WIDEST).min(0.5),
        Unit::Milliseconds | Unit::Number => now * WIDEST,
    };
    let mut margins = round_above(now, widest).into_iter().filter_map(|margin| Amount::new(margin).ok());
    margins.find(|margin| {
        let margins: BTreeMap<_, _> =
            asked.gate.margins.clone().into_iter().chain([(metric.key.clone(), *margin)]).collect();
        let gate = Gate { margins, ..asked.gate.clone() };
        Asked { gate: &gate, ..*asked }.shows(metric, share, most)
    })
}

/// Numbers with at most two digits that mean something, above one number and up to another, smallest first.
fn round_above(above: f64, widest: f64) -> Vec<f64> {
    let scales = (-9..=9_i32).flat_map(|scale| {
        // By division, so that 0.015 is the double that people write so.
        let ten = |power: i32| (0..power).fold(1.0, |product: f64, _| product * 10.0);
        ROUND_DIGITS.map(|digits| if scale < 0 { digits / ten(-scale) } else { digits * ten(scale) })
    });
    scales.filter(|number| *number > above * (1.0 + 1e-9) && *number <= widest * (1.0 + 1e-9)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_are_those_that_people_write() {
        assert_eq!(round_above(0.005, 0.03), [0.006, 0.008, 0.01, 0.015, 0.02, 0.025, 0.03]);
        assert_eq!(round_above(30.0, 60.0), [40.0, 50.0, 60.0]);
        assert_eq!(round_above(0.0, 0.0), Vec::<f64>::new());
    }
}
