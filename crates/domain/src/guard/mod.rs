//! How a rollout is watched: what is measured, what must hold before it goes on, and what happens when it does harm.
//!
//! - [`Guard`]: the metrics of a rollout, how much of it goes by itself, and how it is taken back.
//! - [`Gate`]: what must hold before it leaves one stage.
//! - [`Verdict`]: what one metric came to, with everything it was computed from, so that it can be computed again.
//! - [`Preview`]: when a plan can be through, and which of its stages cannot show what they ask with this many people.
//! - [`Assessment`]: the checks of the gate one by one, and the one step that follows from all of it.
//! - [`Standing`]: whether, and for what, it waits for people.

mod amount;
mod assessment;
mod gate;
mod measure;
mod metric;
mod never_shown;
mod preview;
mod standing;
mod verdict;
mod words;

use serde::{Deserialize, Serialize};

use crate::key::MetricKey;
use crate::refusal::Refusal;
use crate::text;

pub use amount::{Amount, NotFinite};
pub use assessment::{Assessment, Check, CheckState, Demand, Facts, People, Step, assess};
pub use gate::{Gate, LONGEST_SOAK_MINUTES, Wanted, Window};
pub use measure::{Measure, MeasureKind};
pub use metric::{Metric, MetricRole, Unit};
pub use never_shown::NeverShown;
pub use preview::{Begin, Preview, Reckoning, Shortfall, StagePreview, Traffic, Usual, preview};
pub use standing::Standing;
pub use verdict::{Source, StratumInputs, Verdict};
pub use words::{difference_words, gate_words, guard_change_words, value_words, verdict_words};

/// Most metrics of one rollout.
pub const MOST_METRICS: usize = 12;
/// Most looks of which so many must say the same before it counts.
pub const MOST_LOOKS: u8 = 60;

/// How a rollout is watched. By default nothing is measured, and people do everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Guard {
    /// What the feature is expected to bring about, and why, in the words of whoever plans the rollout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypothesis: Option<String>,
    /// What is measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<Metric>,
    /// What goes by itself.
    #[serde(default)]
    pub automation: Automation,
    /// What happens when a guardrail is broken.
    #[serde(default)]
    pub on_harm: Reaction,
    /// How many looks in a row, ten seconds apart, must show it before something happens. 0 and 1 are the first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub looks: u8,
    /// How long nothing goes on by itself after the rollout moved, in minutes.
    #[serde(default, skip_serializing_if = "is_zero_minutes")]
    pub cooldown_minutes: u32,
    /// After how many hours in one stage the rollout is held, for somebody to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_stage_hours: Option<u32>,
    /// Whether what browsers report by themselves may take the rollout back. It never lets it go on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub heeds_browsers: bool,
}

/// What goes by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Automation {
    /// Nothing: people do everything, and are told what could be done.
    #[default]
    Recommend,
    /// Holding and taking back.
    Guard,
    /// Going on too, where no approval is asked.
    Auto,
}

/// What happens when a guardrail is broken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Reaction {
    /// The rollout is held where it is.
    Hold,
    /// It goes back to the stage before.
    PreviousStage,
    /// It goes back to before the first stage.
    #[default]
    Start,
    /// The flag is turned off for everyone.
    SwitchOff,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero_minutes(number: &u32) -> bool {
    *number == 0
}

impl Guard {
    /// Whether nothing is measured, and people do everything.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The metric of this key.
    #[must_use]
    pub fn metric(&self, key: &MetricKey) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.key == *key)
    }

    /// The metrics that take the rollout back.
    pub fn guardrails(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().filter(|metric| metric.role == MetricRole::Guardrail)
    }

    /// In its stored form, where it makes sense: names are trimmed, a hypothesis without words is none.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] names the part that does not, and what would.
    pub fn accepted(mut self) -> Result<Self, Refusal> {
        if self.metrics.len() > MOST_METRICS {
            return Err(Refusal::invalid("guard.metrics", format!("must list at most {MOST_METRICS} metrics")));
        }
        if self.looks > MOST_LOOKS {
            return Err(Refusal::invalid("guard.looks", format!("must be at most {MOST_LOOKS}")));
        }
        if let Some(hypothesis) = &self.hypothesis {
            let accepted = text::hypothesis(hypothesis).map_err(|error| Refusal::invalid("guard.hypothesis", error))?;
            self.hypothesis = (!accepted.is_empty()).then_some(accepted);
        }
        let a_year = 366 * 24;
        if self.cooldown_minutes > a_year * 60 {
            return Err(Refusal::invalid("guard.cooldown_minutes", "must be at most a year"));
        }
        if self.longest_stage_hours.is_some_and(|hours| hours == 0 || hours > a_year) {
            return Err(Refusal::invalid("guard.longest_stage_hours", format!("must be 1 to {a_year} hours")));
        }
        for index in 0..self.metrics.len() {
            let field = |name: &str| format!("guard.metrics[{index}].{name}");
            let (before, rest) = self.metrics.split_at_mut(index);
            let Some(metric) = rest.first_mut() else { break };
            if before.iter().any(|other| other.key == metric.key) {
                return Err(Refusal::invalid(
                    field("key"),
                    format!("must differ from others; \"{}\" is taken", metric.key),
                ));
            }
            metric.name = text::name(&metric.name).map_err(|error| Refusal::invalid(field("name"), error))?;
            if metric.margin.get() < 0.0 {
                return Err(Refusal::invalid(field("margin"), "must be 0 or more"));
            }
            if metric.expected.is_some() && metric.role != MetricRole::Goal {
                return Err(Refusal::invalid(field("expected"), "must be left out where the metric is no goal"));
            }
            if metric.expected.is_some_and(|expected| expected.get() < 0.0) {
                return Err(Refusal::invalid(field("expected"), "must be 0 or more"));
            }
            if metric.measure.unit() == Unit::Share {
                let is_share = |amount: Amount| (0.0..=1.0).contains(&amount.get());
                if !is_share(metric.margin) {
                    return Err(Refusal::invalid(field("margin"), "must be a part of 1, such as 0.005 for 0.5 %"));
                }
                if metric.expected.is_some_and(|expected| !is_share(expected)) {
                    return Err(Refusal::invalid(field("expected"), "must be a part of 1, such as 0.01 for 1 %"));
                }
                if metric.limit.is_some_and(|limit| !is_share(limit)) {
                    return Err(Refusal::invalid(field("limit"), "must be a part of 1, such as 0.01 for 1 %"));
                }
            }
            if let Measure::SlowRequests { longer_than_ms: 0 } = metric.measure {
                return Err(Refusal::invalid(field("measure.longer_than_ms"), "must be at least 1 millisecond"));
            }
        }
        Ok(self)
    }
}
