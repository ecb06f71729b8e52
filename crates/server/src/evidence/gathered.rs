//! What was gathered of one rollout.

use std::collections::{BTreeMap, HashMap};

use signalbox_domain::Timestamp;
use signalbox_domain::evidence::{Arm, Bins, Stratum};
use signalbox_domain::guard::{Measure, Metric};
use signalbox_domain::key::{MetricKey, OutcomeKey};

use super::people_sample::PeopleSample;
use super::slices::{FEWEST_SLICES, Requests, Slice};
use crate::counting::PersonHash;

/// Most people of one rollout whose outcomes are followed: those who came first.
const MOST_FOLLOWED: usize = 131_072;

/// In which arm of which stratum somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposed {
    /// Sequence with which the stratum began.
    pub stratum: u64,
    /// Whether they have the feature.
    pub treated: bool,
}

/// A request in which a flag was evaluated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// Whether it failed.
    pub failed: bool,
    /// How long it took.
    pub millis: f64,
}

/// Both arms of a stratum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GatheredStratum {
    /// Without the feature, and with it.
    pub arms: [GatheredArm; 2],
    /// The smallest p-value of the sample ratio that was seen; a sequential test never forgets.
    pub smallest_p: Option<f64>,
    /// Evaluations that put somebody by chance where nobody is drawn to be: something gives what it should not.
    pub stray: u64,
    /// Whether there is more than was stored.
    pub unstored: bool,
}

/// One arm of a stratum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GatheredArm {
    /// Who is in it.
    pub people: PeopleSample,
    /// What they did, by metric.
    pub metrics: BTreeMap<MetricKey, Bins>,
}

/// Everything gathered of one rollout.
#[derive(Debug, Default)]
pub struct Gathered {
    /// By the sequence with which they began.
    pub strata: BTreeMap<u64, GatheredStratum>,
    /// Whose outcomes are followed, in the newest stratum in which they were seen. In memory alone: it says who is in
    /// which arm.
    followed: HashMap<PersonHash, Followed>,
    /// When anything was gathered last.
    pub last: Option<Timestamp>,
}

/// Somebody whose outcomes are followed.
#[derive(Debug, Clone, Copy)]
struct Followed {
    exposed: Exposed,
    /// Since when they are in that arm: what happened before has nothing to do with it.
    since: Timestamp,
    /// Metrics of people that they count for already, one bit each.
    counted: u16,
}

impl Gathered {
    /// Somebody was seen in an arm.
    pub fn expose(&mut self, exposed: Exposed, person: PersonHash, metrics: &[Metric], at: Timestamp) {
        self.touch(at);
        let stratum = self.strata.entry(exposed.stratum).or_default();
        stratum.unstored = true;
        let arm = &mut stratum.arms[usize::from(exposed.treated)];
        arm.people.add(person);
        if !metrics.iter().any(|metric| metric.measure.outcomes().next().is_some()) {
            return;
        }
        let known = self.followed.get(&person).map(|followed| followed.exposed);
        // Who is in an arm of a stratum stays there; in a newer stratum people are drawn anew.
        if known.is_some_and(|known| known.stratum >= exposed.stratum) {
            return;
        }
        if known.is_none() && self.followed.len() >= MOST_FOLLOWED {
            // Those who were last seen in an older stratum make room. Whoever finds none counts neither as a person nor
            // by what they do: in which arm they are has no part in that.
            self.followed.retain(|_, followed| followed.exposed.stratum >= exposed.stratum);
            if self.followed.len() >= MOST_FOLLOWED {
                return;
            }
        }
        self.followed.insert(person, Followed { exposed, since: at, counted: 0 });
        for metric in metrics.iter().filter(|metric| metric.measure.is_by_person()) {
            arm.bins(&metric.key).add(person.number(), 1.0, 0.0);
        }
    }

    /// Somebody was put by chance where nobody is drawn to be.
    pub fn stray(&mut self, stratum: u64, at: Timestamp) {
        self.touch(at);
        self.strata.entry(stratum).or_default().stray += 1;
    }

    /// Somebody made a request.
    pub fn request(&mut self, exposed: Exposed, person: PersonHash, request: Request, metrics: &[Metric]) {
        let Some(stratum) = self.strata.get_mut(&exposed.stratum) else { return };
        let arm = &mut stratum.arms[usize::from(exposed.treated)];
        for metric in metrics {
            let sum = match &metric.measure {
                Measure::FailedRequests => f64::from(u8::from(request.failed)),
                Measure::SlowRequests { longer_than_ms } => {
                    f64::from(u8::from(request.millis > f64::from(*longer_than_ms)))
                }
                Measure::RequestDuration => request.millis,
                _ => continue,
            };
            arm.bins(&metric.key).add(person.number(), 1.0, sum);
        }
    }

    /// Requests were made of which nobody says whose they were.
    pub fn requests(
        &mut self,
        exposed: Exposed,
        slice: Slice,
        requests: Requests<'_>,
        metrics: &[Metric],
        at: Timestamp,
    ) {
        self.touch(at);
        let arm = &mut self.strata.entry(exposed.stratum).or_default().arms[usize::from(exposed.treated)];
        let slice = slice.as_person();
        arm.people.add(slice);
        for metric in metrics {
            let sum = match &metric.measure {
                Measure::FailedRequests => Some(if requests.failed { requests.count } else { 0.0 }),
                Measure::SlowRequests { longer_than_ms } => {
                    let told = !requests.at_least.is_empty();
                    told.then(|| requests.slower_than(f64::from(*longer_than_ms)))
                }
                Measure::RequestDuration => requests.millis,
                _ => None,
            };
            if let Some(sum) = sum {
                arm.bins(&metric.key).add(slice.number(), requests.count, sum);
            }
        }
    }

    /// Something happened with somebody. Gives whether they are followed: whether it counts.
    pub fn outcome(
        &mut self,
        person: PersonHash,
        outcome: &OutcomeKey,
        value: Option<f64>,
        metrics: &[Metric],
        at: Timestamp,
    ) -> bool {
        let Some(followed) = self.followed.get_mut(&person) else { return false };
        let Exposed { stratum, treated } = followed.exposed;
        if at < followed.since {
            return false;
        }
        let Some(stratum) = self.strata.get_mut(&stratum) else { return false };
        stratum.unstored = true;
        let arm = &mut stratum.arms[usize::from(treated)];
        for (index, metric) in metrics.iter().enumerate() {
            let is = |wanted: &OutcomeKey| wanted == outcome;
            let (weight, sum) = match &metric.measure {
                Measure::PeopleWho { outcome } if is(outcome) => {
                    let bit = 1 << index;
                    if followed.counted & bit != 0 {
                        continue;
                    }
                    followed.counted |= bit;
                    (0.0, 1.0)
                }
                Measure::TimesPerPerson { outcome } if is(outcome) => (0.0, 1.0),
                Measure::ValuePerPerson { outcome } if is(outcome) => match value {
                    Some(value) => (0.0, value),
                    None => continue,
                },
                Measure::ValuePerTime { outcome } if is(outcome) => match value {
                    Some(value) => (1.0, value),
                    None => continue,
                },
                Measure::TimesPer { outcome, of } if is(outcome) || is(of) => {
                    (f64::from(u8::from(is(of))), f64::from(u8::from(is(outcome))))
                }
                _ => continue,
            };
            arm.bins(&metric.key).add(person.number(), weight, sum);
        }
        self.touch(at);
        true
    }

    /// What of a metric is in each arm of a stratum; empty where nothing was gathered.
    #[must_use]
    pub fn stratum(&self, began: u64, metric: &MetricKey) -> Stratum {
        self.stratum_by(began, metric, |people, _| people)
    }

    /// The same where slices of time stand for people: requests count in their place, once there are slices enough.
    #[must_use]
    pub fn stratum_of_slices(&self, began: u64, metric: &MetricKey) -> Stratum {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of requests")]
        let requests = |bins: &Bins| bins.total().weight as u64;
        self.stratum_by(began, metric, |slices, bins| if slices < FEWEST_SLICES { 0 } else { requests(bins) })
    }

    fn stratum_by(&self, began: u64, metric: &MetricKey, count: impl Fn(u64, &Bins) -> u64) -> Stratum {
        let arm = |gathered: &GatheredArm| {
            let bins = gathered.metrics.get(metric);
            bins.map_or_else(Arm::default, |bins| Arm::of(count(gathered.people.estimate(), bins), bins))
        };
        self.strata.get(&began).map_or_else(Stratum::default, |stratum| {
            let [control, treated] = &stratum.arms;
            Stratum { control: arm(control), treated: arm(treated) }
        })
    }

    /// Forgets strata that no longer count.
    pub fn keep_only(&mut self, counts: impl Fn(u64) -> bool) {
        self.strata.retain(|began, _| counts(*began));
        self.followed.retain(|_, followed| counts(followed.exposed.stratum));
    }

    fn touch(&mut self, at: Timestamp) {
        self.last = self.last.max(Some(at));
    }
}

impl GatheredArm {
    fn bins(&mut self, metric: &MetricKey) -> &mut Bins {
        if !self.metrics.contains_key(metric) {
            self.metrics.insert(metric.clone(), Bins::default());
        }
        self.metrics.entry(metric.clone()).or_default()
    }
}
