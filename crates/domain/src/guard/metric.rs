//! What is measured of a rollout, and what of it is too much.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::measure::Measure;
use crate::evidence::Direction;
use crate::key::MetricKey;

/// One thing that is measured of those with the feature and of those drawn to be without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    /// Names it among the metrics of its rollout.
    pub key: MetricKey,
    /// What people call it.
    pub name: String,
    /// What is measured.
    pub measure: Measure,
    /// Which way it gets worse.
    pub worse: Direction,
    /// What follows when it does.
    pub role: MetricRole,
    /// How much worse those with the feature may be, in the unit of the measure; 0 or more. A stage may have another.
    pub margin: Amount,
    /// What it may be by itself, in the unit of the measure, where nobody is drawn to be without the feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Amount>,
    /// How much better those with the feature are expected to be, in the unit of the measure; 0 or more, for goals alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Amount>,
}

/// What follows when a metric is shown to be worse than its margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MetricRole {
    /// The rollout is taken back.
    Guardrail,
    /// The rollout is held.
    Signal,
    /// Nothing: it is what the feature is for.
    Goal,
}

/// In which unit a measure is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Unit {
    /// A part of a whole, 0 to 1.
    Share,
    /// Milliseconds.
    Milliseconds,
    /// Whatever applications report.
    Number,
}
