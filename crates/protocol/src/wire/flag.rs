//! Flags: summary rows for lists, detail on demand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use signalbox_domain::flag::{BucketingAlgorithm, Purpose, Variant};
use signalbox_domain::guard::Standing;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey, VariantKey};
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus};
use signalbox_domain::value::ValueKind;
use signalbox_domain::{Share, Timestamp};

use super::configuration::Configuration;

/// A flag as a row of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlagRow {
    /// The project it belongs to.
    pub project: ProjectKey,
    /// What application code asks for.
    pub key: FlagKey,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Which kind of flag it is.
    pub purpose: Purpose,
    /// The kind of its values.
    pub value_kind: ValueKind,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// When the flag should be gone from the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_removal: Option<NaiveDate>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed, in any environment.
    pub changed: Timestamp,
    /// When it was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<Timestamp>,
    /// What it does in each environment.
    pub environments: BTreeMap<EnvironmentKey, FlagInEnvironment>,
    /// Sequence of the last event that changed anything of it.
    pub version: u64,
}

/// What a flag does in one environment, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlagInEnvironment {
    /// Since when it is turned off for everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub killed: Option<Timestamp>,
    /// Share of everybody that has the feature now (what the rule says, even while killed).
    pub share: Share,
    /// How many people are named one by one in the rule or passed stages.
    pub named: u64,
    /// How many people have a variant of their own.
    pub overrides: u64,
    /// How many targeting rules there are.
    #[serde(default)]
    pub rules: u64,
    /// How many people have it now (0 while killed): an estimate from the stated audience.
    pub people: u64,
    /// The latest rollout, finished ones included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutRow>,
    /// Holds and kills here whose reason is still to be given, by sequence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons_awaited: Vec<u64>,
    /// For `If-Match` of changes to the configuration.
    pub version: u64,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// A rollout, in short: enough to draw its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RolloutRow {
    /// The targeting rule that it is for, by name; absent for those whom no rule fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What it is doing.
    pub status: RolloutStatus,
    /// Where it stands.
    pub position: Position,
    /// Why it is held, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_because: Option<HeldBecause>,
    /// Since when it is held, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_since: Option<Timestamp>,
    /// Whether a machine held it, or took it back, while it is held.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_by_machine: bool,
    /// What it waits for people to do.
    #[serde(default, skip_serializing_if = "Standing::is_nobody")]
    pub standing: Standing,
    /// Since when it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing_since: Option<Timestamp>,
    /// Whether the stage where it stands asks only that no harm is shown, which is less than safety.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks_less: bool,
    /// What each stage is called, first to last: "Staff", "10 %".
    pub stages: Vec<String>,
    /// When it entered the position where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Timestamp>,
}

/// A flag with everything about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flag {
    /// The project it belongs to.
    pub project: ProjectKey,
    /// What application code asks for.
    pub key: FlagKey,
    /// What the flag is, in words.
    #[serde(flatten)]
    pub details: Details,
    /// The kind of its values.
    pub value_kind: ValueKind,
    /// Its variants.
    pub variants: Vec<Variant>,
    /// What everyone gets who does not have the feature.
    pub off_variant: VariantKey,
    /// How people are put into buckets.
    pub bucketing: BucketingAlgorithm,
    /// Mixed into the hashes.
    pub salt: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<Timestamp>,
    /// Whether browsers may ask for it: client keys know it.
    #[serde(default)]
    pub client_side: bool,
    /// What it gives in each environment.
    pub configurations: BTreeMap<EnvironmentKey, Configuration>,
    /// For `If-Match` of changes to the flag itself (each configuration has its own version).
    pub version: u64,
}

/// What a flag is, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Details {
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// What it is for, at most 2,000 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 2000)))]
    #[serde(default)]
    pub description: String,
    /// Which kind of flag it is.
    #[serde(default)]
    pub purpose: Purpose,
    /// Who looks after it, at most 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 120)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Labels, at most 20.
    #[cfg_attr(feature = "schema", schemars(length(max = 20)))]
    #[serde(default)]
    pub tags: Vec<String>,
    /// When the flag should be gone from the code: `2026-12-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_removal: Option<NaiveDate>,
}

/// A flag to make; nobody has it until a rollout or a rule says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateFlag {
    /// What application code asks for; never changes.
    pub key: FlagKey,
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// What it is for, at most 2,000 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 2000)))]
    #[serde(default)]
    pub description: String,
    /// Which kind of flag it is.
    #[serde(default)]
    pub purpose: Purpose,
    /// Who looks after it, at most 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 120)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Labels, at most 20.
    #[cfg_attr(feature = "schema", schemars(length(max = 20)))]
    #[serde(default)]
    pub tags: Vec<String>,
    /// When the flag should be gone from the code: `2026-12-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_removal: Option<NaiveDate>,
    /// The kind of its values; never changes.
    pub value_kind: ValueKind,
    /// Its variants, 1 to 50; absent for the usual pair `on` and `off` of a boolean.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<Variant>>,
    /// What those get who do not have the feature; by default the last variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_variant: Option<VariantKey>,
    /// Mixed into the hashes, 1 to 64 bytes; by default fresh and random.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// How people are put into buckets; never changes.
    #[serde(default)]
    pub bucketing: BucketingAlgorithm,
}

/// A flag described anew; replaces the whole description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeFlag {
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// What it is for, at most 2,000 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 2000)))]
    #[serde(default)]
    pub description: String,
    /// Which kind of flag it is.
    #[serde(default)]
    pub purpose: Purpose,
    /// Who looks after it, at most 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 120)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Labels, at most 20.
    #[cfg_attr(feature = "schema", schemars(length(max = 20)))]
    #[serde(default)]
    pub tags: Vec<String>,
    /// When the flag should be gone from the code: `2026-12-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_removal: Option<NaiveDate>,
}

/// The variants of a flag, replaced as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeVariants {
    /// All variants, 1 to 50; one that is given to people cannot be left out.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 50)))]
    pub variants: Vec<Variant>,
    /// What those get who do not have the feature.
    pub off_variant: VariantKey,
    /// Why; required when the project has a production environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether browsers may ask for a flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeClientSide {
    /// Whether client keys know the flag: whoever opens a page can then see its key and what it gives them.
    pub client_side: bool,
    /// Why; required when the project has a production environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Which flags to list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlagQuery {
    /// Only those whose key, name, description, owner or tags contain this, whatever the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Archived ones instead of those in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Only keys after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// At most so many rows, 1 to 10,000; by default 1,000.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10000)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
