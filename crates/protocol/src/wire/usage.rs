//! What is counted of evaluations, and what applications report.

use serde::{Deserialize, Serialize};
use signalbox_domain::Timestamp;
use signalbox_domain::key::{EnvironmentKey, FlagKey, OutcomeKey, ProjectKey, RuleId, VariantKey};

/// How often something was counted. What applications evaluate by themselves, without asking, is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageCounts {
    /// Evaluations of this flag alone.
    pub single: u64,
    /// Evaluations together with all other flags of the environment.
    pub bulk: u64,
    /// Exposures that applications reported.
    pub exposures: u64,
}

impl UsageCounts {
    /// Evaluations of either kind.
    #[must_use]
    pub const fn evaluations(&self) -> u64 {
        self.single + self.bulk
    }
}

/// Whether anybody tells, and when they did last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reporting {
    /// Whether any was counted since `counting_since`; where none was, nothing is known, which is not the same as
    /// never.
    pub reported: bool,
    /// The last minute in which one was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
}

/// How often a flag was asked for in an environment, and by how many people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Usage {
    /// The project.
    pub project: ProjectKey,
    /// The flag.
    pub flag: FlagKey,
    /// The environment.
    pub environment: EnvironmentKey,
    /// Since when this installation counts.
    pub counting_since: Timestamp,
    /// Evaluations that applications asked for. Those of applications that evaluate by themselves are not seen.
    pub evaluations: Reporting,
    /// Exposures that applications reported.
    pub exposures: Reporting,
    /// The last sixty minutes together, the one that runs included.
    pub last_hour: UsageCounts,
    /// The last sixty minutes, by variant: first the flag's, in their order, then those that it had until lately.
    pub variants: Vec<VariantUsage>,
    /// The last sixty minutes one by one, oldest first.
    pub minutes: Vec<MinuteUsage>,
    /// How many different people, by the rule that decided: first those for whom none did.
    pub people: Vec<PeopleOfRule>,
}

/// How often a variant was given in the last sixty minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VariantUsage {
    /// The variant.
    pub variant: VariantKey,
    /// How often.
    #[serde(flatten)]
    pub counts: UsageCounts,
}

/// What was counted in one minute. A count may stand a few seconds late, in the minute after its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MinuteUsage {
    /// When it began.
    pub minute: Timestamp,
    /// How often.
    #[serde(flatten)]
    pub counts: UsageCounts,
}

/// How many different people one rule decided for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeopleOfRule {
    /// The rule; absent for those for whom none decided: the default, and people with a variant of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// Since the day began, in UTC. Absent where people could not be counted, for there are too many rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<People>,
    /// Today and the six days before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_7_days: Option<People>,
}

/// How many different people, estimated by HyperLogLog from hashes of their targeting keys. Who evaluates without a
/// targeting key is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct People {
    /// Those who were given another variant than the off variant.
    pub reached: Estimate,
    /// All who were given any.
    pub asked: Estimate,
    /// Those whom applications reported to have seen a variant; no rule is reported, so only where `rule` is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposed: Option<Estimate>,
}

/// A number that is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// About so many.
    pub about: u64,
    /// Standard error as a part of the number: 0.016 is 1.6 %. Two estimates in three are nearer to the truth.
    pub standard_error: f64,
}

/// How often a flag was asked for in an environment, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageRow {
    /// The flag.
    pub flag: FlagKey,
    /// Since when this installation counts.
    pub counting_since: Timestamp,
    /// Evaluations that applications asked for.
    pub evaluations: Reporting,
    /// Exposures that applications reported.
    pub exposures: Reporting,
    /// The last sixty minutes together, the one that runs included.
    pub last_hour: UsageCounts,
}

/// What applications showed to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportExposures {
    /// 1 to 1,000 exposures.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1000)))]
    pub exposures: Vec<Exposure>,
}

/// What people did after they were shown a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrackOutcomes {
    /// 1 to 1,000 outcomes.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 1000)))]
    pub outcomes: Vec<TrackedOutcome>,
}

/// Somebody did something: it is put down to the variants that they were shown before.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrackedOutcome {
    /// Who it was, as in the context of an evaluation. Only a hash of it is ever kept.
    pub targeting_key: String,
    /// What happened: `payment_completed`.
    pub event: OutcomeKey,
    /// How much, where that is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// When; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl std::fmt::Debug for TrackedOutcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TrackedOutcome").field("event", &self.event).finish_non_exhaustive()
    }
}

/// What became of a report of outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomesTaken {
    /// So many are evidence of a rollout under way: one of its metrics asks for them, and the person was seen in it
    /// before.
    pub counted: usize,
    /// So many are not, and leave nothing behind.
    pub not_asked: usize,
}

/// Somebody was shown a variant.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Exposure {
    /// Key of the flag.
    pub flag: String,
    /// Key of the variant.
    pub variant: String,
    /// Who it was, as in the context of an evaluation. Only a hash of it is ever counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targeting_key: Option<String>,
}

impl std::fmt::Debug for Exposure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { flag, variant, .. } = self;
        formatter.debug_struct("Exposure").field("flag", flag).field("variant", variant).finish_non_exhaustive()
    }
}

/// Which exposures were counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExposuresTaken {
    /// How many were counted.
    pub taken: usize,
    /// Those that were not, in their order.
    pub refused: Vec<RefusedExposure>,
}

/// An exposure that was not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefusedExposure {
    /// Its place among the exposures of the request, from 0.
    pub index: usize,
    /// Why not.
    pub why: ExposureRefusal,
}

/// Why an exposure was not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ExposureRefusal {
    /// There is no such flag, or none that this key may see.
    UnknownFlag,
    /// The flag has no such variant.
    UnknownVariant,
}
