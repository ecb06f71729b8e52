//! What must hold before a rollout may leave a stage.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use crate::key::MetricKey;
use crate::refusal::Refusal;
use crate::targeting::{Weekday, WeeklyHours};
use crate::time::Timestamp;

/// Longest soak, in minutes: a year.
pub const LONGEST_SOAK_MINUTES: u32 = 366 * 24 * 60;

/// What must hold, all of it, before a rollout may leave a stage. By default nothing is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gate {
    /// How long the stage lasts at least, in minutes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub soak_minutes: u32,
    /// How many people must have been seen under this stage, in each arm.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub people: u32,
    /// What guardrails must have shown.
    #[serde(default, skip_serializing_if = "Wanted::is_nothing")]
    pub evidence: Wanted,
    /// Whether somebody other than whoever started the rollout must agree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approval: bool,
    /// When the rollout may go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Margins of this stage, where they differ from those of the metrics.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub margins: BTreeMap<MetricKey, Amount>,
}

/// What guardrails must have shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Wanted {
    /// Nothing is asked.
    #[default]
    Nothing,
    /// None of them was shown to be worse than its margin, and each was measured. Less than safety.
    NotHarmful,
    /// Each was shown to be no worse than its margin.
    Safe,
}

/// Days and hours at which a rollout may go on, as clocks in a time zone show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Window {
    /// IANA name of the zone, such as `Europe/Berlin`.
    pub zone: String,
    /// On these days; empty: on every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// From this time of day, `09:00`; given together with `until`, absent for the whole day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Up to but without this time of day, `17:30`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Wanted {
    fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Gate {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it asks more than the hours: something that a machine could name as the reason for going on.
    #[must_use]
    pub fn asks_something(&self) -> bool {
        self.soak_minutes > 0 || self.people > 0 || self.evidence != Wanted::Nothing || self.approval
    }

    /// Whether it makes sense by itself; `field` is its path in the request.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] names the part that does not, and what would.
    pub fn check(&self, field: &str) -> Result<(), Refusal> {
        if self.soak_minutes > LONGEST_SOAK_MINUTES {
            let message = format!("must be at most {LONGEST_SOAK_MINUTES} minutes, which is a year");
            return Err(Refusal::invalid(format!("{field}.soak_minutes"), message));
        }
        for (metric, margin) in &self.margins {
            if margin.get() < 0.0 {
                return Err(Refusal::invalid(format!("{field}.margins.{metric}"), "must be 0 or more"));
            }
        }
        self.window.as_ref().map_or(Ok(()), |window| window.hours().check(&format!("{field}.window")))
    }
}

impl Window {
    fn hours(&self) -> WeeklyHours {
        let Self { zone, days, from, until } = self.clone();
        WeeklyHours { attribute: None, zone, days, from, until }
    }

    /// Whether a rollout may go on at this time.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.hours().contains(now)
    }

    /// When it is open next, from this time on: the full minute, within eight days. `None` where it is not.
    #[must_use]
    pub fn opens(&self, now: Timestamp) -> Option<Timestamp> {
        const MINUTE: i64 = 60_000;
        let hours = self.hours();
        if hours.contains(now) {
            return Some(now);
        }
        let next = now.millis().div_euclid(MINUTE) + 1;
        let minutes = (next..next + 8 * 24 * 60).map(|minute| Timestamp::from_millis(minute * MINUTE));
        minutes.into_iter().find(|minute| hours.contains(*minute))
    }
}
