//! People as they are expected to come, judged as people are who came.

use std::collections::BTreeMap;

use super::super::Guard;
use super::super::assessment::People;
use super::super::gate::{Gate, Wanted};
use super::super::metric::{Metric, Unit};
use super::super::verdict::question;
use crate::evidence::{Arm, BINS, Bin, Outcome, Stratum, judge, judge_against_limit};
use crate::key::MetricKey;
use crate::people::in_share;
use crate::share::Share;

/// More people than live.
const EVERYBODY: u64 = 10_000_000_000;

/// What a metric usually comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Usual {
    /// It counts events, so many for each person or request: somebody's assumption. Chance is then taken to be that of
    /// people who count once each.
    Rate(f64),
    /// It was measured of those without the feature.
    Measured {
        /// What it came to.
        value: f64,
        /// How far chance went: the standard deviation of the difference, as if it were a mean over people half of whom
        /// are in each group.
        deviation: f64,
    },
}

/// What one stage asks, after the stages before it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// How the rollout is watched.
    pub guard: &'a Guard,
    /// What the stage asks.
    pub gate: &'a Gate,
    /// What metrics usually come to.
    pub usual: &'a BTreeMap<MetricKey, Usual>,
    /// The share of each stage before, and how many people of both groups were seen in it.
    pub before: &'a [(Share, u64)],
}

impl Asked<'_> {
    /// How many people of both groups it takes until all that is asked of people and guardrails holds, if there is no
    /// difference; 0 where nothing of the kind is asked. `None` where even `most` people would not do.
    pub fn people_needed(&self, share: Share, most: Option<u64>) -> Option<u64> {
        let holds = |people| {
            self.has_people(share, people) && self.guard.guardrails().all(|metric| self.shows(metric, share, people))
        };
        let (mut low, mut high) = (0, most.unwrap_or(EVERYBODY));
        if holds(low) {
            return Some(low);
        }
        if !holds(high) {
            return None;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if holds(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }

    /// Whether so many people are as many in each group as the stage asks for.
    pub fn has_people(&self, share: Share, people: u64) -> bool {
        fewest(share, people) >= u64::from(self.gate.people)
    }

    /// Whether the metric shows what the stage asks of it once so many people have come.
    pub fn shows(&self, metric: &Metric, share: Share, people: u64) -> bool {
        let question = question(self.guard, metric, Some(self.gate));
        let stratum = |(share, people): (Share, u64)| self.stratum(metric, share, people);
        let judgement = if share.is_split() {
            let strata: Vec<_> = self.before.iter().copied().chain([(share, people)]).map(stratum).collect();
            judge(&question, &strata)
        } else {
            let treated = stratum((share, people)).treated;
            metric.limit.and_then(|limit| judge_against_limit(&question, limit.get(), &treated))
        };
        let outcome = judgement.map_or(Outcome::NoData, |judgement| judgement.outcome);
        match self.gate.evidence {
            Wanted::Nothing => true,
            Wanted::NotHarmful => matches!(outcome, Outcome::Safe | Outcome::Unclear),
            Wanted::Safe => outcome == Outcome::Safe,
        }
    }

    /// Whether what is asked is reckoned without knowing what every guardrail usually comes to.
    pub fn is_guessed(&self) -> bool {
        let unknown = |metric: &Metric| !self.usual.contains_key(&metric.key);
        self.gate.evidence != Wanted::Nothing && self.guard.guardrails().any(unknown)
    }

    fn stratum(&self, metric: &Metric, share: Share, people: u64) -> Stratum {
        let People { control, treated } = arms(share, people);
        let usual = self.usual.get(&metric.key).copied();
        Stratum { control: arm(metric, control, usual), treated: arm(metric, treated, usual) }
    }
}

/// How many of these people each group has.
pub fn arms(share: Share, people: u64) -> People {
    let treated = in_share(people, share);
    People { control: people - treated, treated }
}

/// How many of these people the smaller group has; all that have the feature, where nobody is left to compare with.
pub fn fewest(share: Share, people: u64) -> u64 {
    let People { control, treated } = arms(share, people);
    if share.is_split() { control.min(treated) } else { treated }
}

/// So many people who do what is usual. Where that is not known, they do what leaves least to chance: nothing.
fn arm(metric: &Metric, people: u64, usual: Option<Usual>) -> Arm {
    #[expect(clippy::cast_precision_loss, reason = "fewer people than 2^53")]
    let weight = people as f64;
    let value = match usual {
        Some(Usual::Rate(value) | Usual::Measured { value, .. }) => value,
        None => 0.0,
    };
    let counts = metric.measure.counts_events();
    let events = weight * value;
    // There are no fractions of an event, which tells where there are few of them.
    let sum = if counts && events < f64::from(u8::MAX) { events.floor() } else { events };
    let variance = match usual {
        Some(Usual::Measured { deviation, .. }) => deviation * deviation / 4.0,
        Some(Usual::Rate(rate)) if metric.measure.unit() == Unit::Share => rate * (1.0 - rate),
        // How often something happens varies as much as it happens (Poisson).
        Some(Usual::Rate(rate)) => rate,
        None if counts => 0.0,
        None => f64::MIN_POSITIVE,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 256")]
    let bins_with_any = sum.clamp(0.0, BINS as f64).ceil() as u16;
    let variance = if people == 0 { 0.0 } else { variance / weight };
    Arm { people, total: Bin { weight, sum }, variance, bins_with_any }
}
