//! Signalbox' own document: everything of one environment that people decide, personal values in the clear.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flag::{BucketingAlgorithm, FlagDetails, Prerequisite, Purpose, Variant, WeightedVariant};
use crate::flagd::Generation;
use crate::key::{EnvironmentKey, FlagKey, ProjectKey, RuleId, SegmentKey, VariantKey};
use crate::rollout::{RolloutStatus, Stage};
use crate::share::Share;
use crate::targeting::{Rule, Segment};
use crate::value::ValueKind;

/// The version of the format that is written, and the only one that is read.
pub const SIGNALBOX_FORMAT: u32 = 1;

/// Everything of one environment that people decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalboxDocument {
    /// [`SIGNALBOX_FORMAT`].
    pub signalbox: u32,
    /// Where it is from; it may be brought in elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectKey>,
    /// Where it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentKey>,
    /// Segments of the project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment<String>>,
    /// Flags in use, by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<FlagInDocument>,
    /// Flags kept apart, by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept_apart: Vec<KeptInDocument>,
}

/// A flag with what it gives in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagInDocument {
    /// What application code asks for.
    pub key: FlagKey,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Which kind of flag it is.
    #[serde(default)]
    pub purpose: Purpose,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When it should be gone from the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_removal: Option<chrono::NaiveDate>,
    /// The kind of its values.
    pub value_kind: ValueKind,
    /// Its variants.
    pub variants: Vec<Variant>,
    /// What those get who do not have the feature.
    pub off_variant: VariantKey,
    /// How people are put into buckets.
    pub bucketing: BucketingAndSalt,
    /// Whether browsers may ask for it with client keys.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub client_side: bool,
    /// Whether it is turned off for everyone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub killed: bool,
    /// People who get a variant whatever is said below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideInDocument>,
    /// Other flags that must give something first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<Prerequisite>,
    /// Rules, asked from first to last. Where a rollout drives one, who has it now stands here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule<String>>,
    /// For those whom no rule fits. Where a rollout drives that, who has it now stands here.
    pub default: DefaultInDocument,
    /// The rollout that is planned or under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutInDocument>,
}

impl FlagInDocument {
    /// What the flag is.
    #[must_use]
    pub fn details(&self) -> FlagDetails<String> {
        FlagDetails {
            name: self.name.clone(),
            description: self.description.clone(),
            purpose: self.purpose,
            owner: self.owner.clone(),
            tags: self.tags.clone(),
            expected_removal: self.expected_removal,
        }
    }
}

/// How people are put into buckets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketingAndSalt {
    /// Which algorithm.
    pub algorithm: BucketingAlgorithm,
    /// Mixed into the hashes.
    pub salt: String,
}

/// One person with a variant of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverrideInDocument {
    /// Their key, as applications send it.
    pub user_key: String,
    /// What they get.
    pub variant: VariantKey,
}

/// For those whom no rule fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultInDocument {
    /// How many of them have the feature.
    pub share: Share,
    /// These people have it whatever the share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Whoever is in one of these segments has it whatever the share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentKey>,
    /// Which variants they get.
    pub split: Vec<WeightedVariant>,
}

/// A rollout, told so that a reader knows of it; importing does not carry it on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolloutInDocument {
    /// The rule whose people it is for; none where it is for those whom no rule fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// What it is doing.
    pub status: RolloutStatus,
    /// Its stages.
    pub stages: Vec<Stage<String>>,
}

/// A flag kept apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptInDocument {
    /// What applications ask for.
    pub key: String,
    /// How its `fractional` divides people.
    pub generation: Generation,
    /// Its definition in flagd's form.
    pub definition: Value,
    /// Why it is no flag of the project.
    pub why: String,
}
