//! What one metric came to, with everything it was computed from.

use serde::{Deserialize, Serialize};

use super::metric::{Metric, Unit};
use super::{Gate, Guard};
use crate::evidence::{
    Bounds, FEWEST_PEOPLE, Judgement, LIMIT_METHOD, METHOD, Outcome, Question, Stratum, judge, judge_against_limit,
};
use crate::key::MetricKey;
use crate::rollout::{Position, Rollout};

/// How often harm or safety may be said wrongly.
const ALPHA: f64 = 0.05;
/// After how many people bounds are tightest, for what they could be: what a stage of a middling product sees.
const TIGHTEST_AT: f64 = 5_000.0;

/// What was measured while nothing about who is drawn changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StratumInputs {
    /// Sequence of the event with which it began.
    pub began: u64,
    /// Both arms.
    #[serde(flatten)]
    pub stratum: Stratum,
}

/// Who told of what was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Applications with a server key, of people: what a rollout goes on and is taken back by.
    #[default]
    Servers,
    /// Browsers, of people: it never lets a rollout go on, and takes it back where the guard says so.
    Browsers,
    /// Applications with a server key that do not say who it was. Requests of one person are not told from those of
    /// many, so that chance is larger than it looks: it holds a rollout for somebody to look, and nothing else.
    Nobody,
}

impl Source {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_servers(&self) -> bool {
        *self == Self::Servers
    }
}

/// What one metric of a rollout came to. The log keeps those that changed something; each can be computed again from
/// what it holds, by the method that it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The metric.
    pub metric: MetricKey,
    /// Its name at the time.
    pub name: String,
    /// In which unit its numbers are.
    pub unit: Unit,
    /// Who told of what was measured.
    #[serde(default, skip_serializing_if = "Source::is_servers")]
    pub source: Source,
    /// By which method.
    pub method: String,
    /// What was asked.
    pub question: Question,
    /// The limit that it was held against, where nobody was drawn to be without the feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// What was measured, stratum by stratum.
    pub strata: Vec<StratumInputs>,
    /// What it came to.
    pub outcome: Outcome,
    /// How much worse those with the feature are; absent where nothing was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// People who count; requests, where nobody says whose they were.
    pub people: u64,
}

/// What is asked of a metric under a stage with this gate.
pub(super) fn question(guard: &Guard, metric: &Metric, gate: Option<&Gate>) -> Question {
    let margin = gate.and_then(|gate| gate.margins.get(&metric.key));
    Question {
        direction: metric.worse,
        margin: margin.copied().unwrap_or(metric.margin).get(),
        counts_events: metric.measure.counts_events(),
        alpha: ALPHA,
        // At most so many as there are metrics.
        guardrails: u32::try_from(guard.guardrails().count().max(1)).unwrap_or(u32::MAX),
        tightest_at: TIGHTEST_AT,
        fewest_people: FEWEST_PEOPLE,
    }
}

impl Verdict {
    /// Judges a metric of a rollout where it stands now, by what was measured so far. `None` where there is nothing to
    /// ask: before the first stage.
    #[must_use]
    pub fn reach(
        rollout: &Rollout,
        metric: &Metric,
        source: Source,
        strata: Vec<StratumInputs>,
    ) -> Option<(Self, Judgement)> {
        let Position::Stage(stage) = rollout.position else { return None };
        let question = question(&rollout.guard, metric, rollout.stages.get(stage).map(|stage| &stage.gate));
        let limit = metric.limit.map(super::Amount::get).filter(|_| !rollout.has_control());
        let method = if limit.is_some() { LIMIT_METHOD } else { METHOD };
        let asked = Self {
            metric: metric.key.clone(),
            name: metric.name.clone(),
            unit: metric.measure.unit(),
            source,
            method: method.to_owned(),
            question,
            limit,
            strata,
            outcome: Outcome::NoData,
            bounds: None,
            people: 0,
        };
        asked.judged()
    }

    /// The verdict that follows from what this one was computed from. `None` where it names a method that this version
    /// does not know, or asks what makes no sense.
    #[must_use]
    pub fn recomputed(&self) -> Option<Self> {
        self.clone().judged().map(|(verdict, _)| verdict)
    }

    fn judged(self) -> Option<(Self, Judgement)> {
        let judgement = match (self.method.as_str(), self.limit) {
            (METHOD, _) => {
                let strata: Vec<_> = self.strata.iter().map(|inputs| inputs.stratum).collect();
                judge(&self.question, &strata)
            }
            (LIMIT_METHOD, Some(limit)) => {
                // What was measured under other stages says nothing about those who came with this one.
                let last = self.strata.last().map(|inputs| inputs.stratum.treated).unwrap_or_default();
                judge_against_limit(&self.question, limit, &last)
            }
            _ => None,
        }?;
        let Judgement { outcome, bounds, people, .. } = judgement;
        Some((Self { outcome, bounds, people, ..self }, judgement))
    }
}
