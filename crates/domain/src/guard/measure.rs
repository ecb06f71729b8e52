//! What can be measured of a rollout.

use serde::{Deserialize, Serialize};

use super::metric::Unit;
use crate::key::OutcomeKey;

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
        #[serde(deny_unknown_fields, rename = "measure")]
        struct Fields {
            kind: MeasureKind,
            longer_than_ms: Option<u32>,
            outcome: Option<OutcomeKey>,
            of: Option<OutcomeKey>,
        }

        let Fields { kind, longer_than_ms, outcome, of } = Fields::deserialize(deserializer)?;
        let fields = kind.fields();
        let given =
            [("longer_than_ms", longer_than_ms.is_some()), ("outcome", outcome.is_some()), ("of", of.is_some())];
        if let Some((other, _)) = given.into_iter().find(|(name, given)| *given && !fields.contains(name)) {
            return Err(Error::unknown_field(other, fields));
        }
        let outcome = || outcome.clone().ok_or_else(|| Error::missing_field("outcome"));
        Ok(match kind {
            MeasureKind::FailedRequests => Self::FailedRequests,
            MeasureKind::RequestDuration => Self::RequestDuration,
            MeasureKind::SlowRequests => Self::SlowRequests {
                longer_than_ms: longer_than_ms.ok_or_else(|| Error::missing_field("longer_than_ms"))?,
            },
            MeasureKind::PeopleWho => Self::PeopleWho { outcome: outcome()? },
            MeasureKind::TimesPerPerson => Self::TimesPerPerson { outcome: outcome()? },
            MeasureKind::ValuePerPerson => Self::ValuePerPerson { outcome: outcome()? },
            MeasureKind::ValuePerTime => Self::ValuePerTime { outcome: outcome()? },
            MeasureKind::TimesPer => {
                Self::TimesPer { outcome: outcome()?, of: of.clone().ok_or_else(|| Error::missing_field("of"))? }
            }
        })
    }
}

/// What can be measured, without what must be named for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// [`Measure::FailedRequests`]
    FailedRequests,
    /// [`Measure::SlowRequests`]
    SlowRequests,
    /// [`Measure::RequestDuration`]
    RequestDuration,
    /// [`Measure::PeopleWho`]
    PeopleWho,
    /// [`Measure::TimesPerPerson`]
    TimesPerPerson,
    /// [`Measure::ValuePerPerson`]
    ValuePerPerson,
    /// [`Measure::ValuePerTime`]
    ValuePerTime,
    /// [`Measure::TimesPer`]
    TimesPer,
}

impl MeasureKind {
    /// Each once, as they are listed.
    pub const ALL: [Self; 8] = [
        Self::FailedRequests,
        Self::SlowRequests,
        Self::RequestDuration,
        Self::PeopleWho,
        Self::TimesPerPerson,
        Self::ValuePerPerson,
        Self::ValuePerTime,
        Self::TimesPer,
    ];

    /// As it is written: `failed_requests`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FailedRequests => "failed_requests",
            Self::SlowRequests => "slow_requests",
            Self::RequestDuration => "request_duration",
            Self::PeopleWho => "people_who",
            Self::TimesPerPerson => "times_per_person",
            Self::ValuePerPerson => "value_per_person",
            Self::ValuePerTime => "value_per_time",
            Self::TimesPer => "times_per",
        }
    }

    /// The fields that a measure of this kind has.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::FailedRequests | Self::RequestDuration => &["kind"],
            Self::SlowRequests => &["kind", "longer_than_ms"],
            Self::PeopleWho | Self::TimesPerPerson | Self::ValuePerPerson | Self::ValuePerTime => &["kind", "outcome"],
            Self::TimesPer => &["kind", "outcome", "of"],
        }
    }

    /// Whether it looks at an outcome that applications report, rather than at requests.
    #[must_use]
    pub const fn has_outcome(self) -> bool {
        !matches!(self, Self::FailedRequests | Self::SlowRequests | Self::RequestDuration)
    }

    /// Whether its sum counts events, rather than adding up amounts.
    #[must_use]
    pub const fn counts_events(self) -> bool {
        !matches!(self, Self::RequestDuration | Self::ValuePerPerson | Self::ValuePerTime)
    }

    /// Its unit.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::FailedRequests | Self::SlowRequests | Self::PeopleWho => Unit::Share,
            Self::RequestDuration => Unit::Milliseconds,
            Self::TimesPerPerson | Self::ValuePerPerson | Self::ValuePerTime | Self::TimesPer => Unit::Number,
        }
    }

    /// Whether it is divided by the people who were let in, or left out, whatever they did.
    #[must_use]
    pub const fn is_by_person(self) -> bool {
        matches!(self, Self::PeopleWho | Self::TimesPerPerson | Self::ValuePerPerson)
    }
}

impl Measure {
    /// What kind it is of.
    #[must_use]
    pub const fn kind(&self) -> MeasureKind {
        match self {
            Self::FailedRequests => MeasureKind::FailedRequests,
            Self::SlowRequests { .. } => MeasureKind::SlowRequests,
            Self::RequestDuration => MeasureKind::RequestDuration,
            Self::PeopleWho { .. } => MeasureKind::PeopleWho,
            Self::TimesPerPerson { .. } => MeasureKind::TimesPerPerson,
            Self::ValuePerPerson { .. } => MeasureKind::ValuePerPerson,
            Self::ValuePerTime { .. } => MeasureKind::ValuePerTime,
            Self::TimesPer { .. } => MeasureKind::TimesPer,
        }
    }

    /// Whether its sum counts events, rather than adding up amounts.
    #[must_use]
    pub const fn counts_events(&self) -> bool {
        self.kind().counts_events()
    }

    /// Its unit.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.kind().unit()
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
        self.kind().is_by_person()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_written_by_its_name() {
        for kind in MeasureKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            let fields = kind.fields().iter().map(|field| {
                let value = match *field {
                    "kind" => kind.name().into(),
                    "longer_than_ms" => 300.into(),
                    _ => serde_json::Value::from("paid"),
                };
                ((*field).to_owned(), value)
            });
            let written = serde_json::Value::Object(fields.collect());
            let measure: Measure = serde_json::from_value(written.clone()).unwrap();
            assert_eq!((measure.kind(), serde_json::to_value(&measure).unwrap()), (kind, written));
        }
    }
}
