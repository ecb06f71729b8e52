//! What is measured of a rollout, and what of it is too much.

use serde::{Deserialize, Serialize};

use super::amount::Amount;
use crate::evidence::Direction;
use crate::key::{MetricKey, OutcomeKey};

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
}

/// What is measured, by person rather than by request wherever it can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Measure {
    /// Requests that failed, by requests; from traces.
    FailedRequests,
    /// Requests that took longer than this, by requests: "95 % within 300 ms" is a share of at most 5 %; from traces.
    SlowRequests {
        /// In milliseconds.
        longer_than_ms: u32,
    },
    /// How long requests take on average, in milliseconds; from traces.
    RequestDuration,
    /// People who did this at least once, by people.
    PeopleWho {
        /// The outcome, as applications report it.
        outcome: OutcomeKey,
    },
    /// How often this happened, by people.
    TimesPerPerson {
        /// The outcome, as applications report it.
        outcome: OutcomeKey,
    },
    /// The values reported with this, by people.
    ValuePerPerson {
        /// The outcome, as applications report it.
        outcome: OutcomeKey,
    },
    /// The values reported with this, by how often it happened: a mean.
    ValuePerTime {
        /// The outcome, as applications report it.
        outcome: OutcomeKey,
    },
    /// How often this happened, by how often something else did.
    TimesPer {
        /// The outcome, as applications report it.
        outcome: OutcomeKey,
        /// What it is divided by.
        of: OutcomeKey,
    },
}

/// By hand, because the derived form of a tagged enum takes fields that a kind does not have, and numbers for kinds.
impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            FailedRequests,
            SlowRequests,
            RequestDuration,
            PeopleWho,
            TimesPerPerson,
            ValuePerPerson,
            ValuePerTime,
            TimesPer,
        }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename = "measure")]
        struct Fields {
            kind: Kind,
            longer_than_ms: Option<u32>,
            outcome: Option<OutcomeKey>,
            of: Option<OutcomeKey>,
        }

        let Fields { kind, longer_than_ms, outcome, of } = Fields::deserialize(deserializer)?;
        let fields: &'static [&'static str] = match kind {
            Kind::FailedRequests | Kind::RequestDuration => &["kind"],
            Kind::SlowRequests => &["kind", "longer_than_ms"],
            Kind::PeopleWho | Kind::TimesPerPerson | Kind::ValuePerPerson | Kind::ValuePerTime => &["kind", "outcome"],
            Kind::TimesPer => &["kind", "outcome", "of"],
        };
        let given =
            [("longer_than_ms", longer_than_ms.is_some()), ("outcome", outcome.is_some()), ("of", of.is_some())];
        if let Some((other, _)) = given.into_iter().find(|(name, given)| *given && !fields.contains(name)) {
            return Err(Error::unknown_field(other, fields));
        }
        let outcome = || outcome.clone().ok_or_else(|| Error::missing_field("outcome"));
        Ok(match kind {
            Kind::FailedRequests => Self::FailedRequests,
            Kind::RequestDuration => Self::RequestDuration,
            Kind::SlowRequests => Self::SlowRequests {
                longer_than_ms: longer_than_ms.ok_or_else(|| Error::missing_field("longer_than_ms"))?,
            },
            Kind::PeopleWho => Self::PeopleWho { outcome: outcome()? },
            Kind::TimesPerPerson => Self::TimesPerPerson { outcome: outcome()? },
            Kind::ValuePerPerson => Self::ValuePerPerson { outcome: outcome()? },
            Kind::ValuePerTime => Self::ValuePerTime { outcome: outcome()? },
            Kind::TimesPer => {
                Self::TimesPer { outcome: outcome()?, of: of.clone().ok_or_else(|| Error::missing_field("of"))? }
            }
        })
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

impl Measure {
    /// Whether its sum counts events, rather than adding up amounts.
    #[must_use]
    pub const fn counts_events(&self) -> bool {
        !matches!(self, Self::RequestDuration | Self::ValuePerPerson { .. } | Self::ValuePerTime { .. })
    }

    /// Its unit.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        match self {
            Self::FailedRequests | Self::SlowRequests { .. } | Self::PeopleWho { .. } => Unit::Share,
            Self::RequestDuration => Unit::Milliseconds,
            _ => Unit::Number,
        }
    }

    /// The outcomes that it looks at.
    pub fn outcomes(&self) -> impl Iterator<Item = &OutcomeKey> {
        let (first, second) = match self {
            Self::FailedRequests | Self::SlowRequests { .. } | Self::RequestDuration => (None, None),
            Self::PeopleWho { outcome }
            | Self::TimesPerPerson { outcome }
            | Self::ValuePerPerson { outcome }
            | Self::ValuePerTime { outcome } => (Some(outcome), None),
            Self::TimesPer { outcome, of } => (Some(outcome), Some(of)),
        };
        first.into_iter().chain(second)
    }

    /// Whether it is divided by the people who were let in, or left out, whatever they did.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::PeopleWho { .. } | Self::TimesPerPerson { .. } | Self::ValuePerPerson { .. })
    }
}
