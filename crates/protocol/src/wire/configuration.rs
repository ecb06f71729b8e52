//! What a flag gives in an environment.

use serde::{Deserialize, Serialize};
use signalbox_domain::flag::{Prerequisite, WeightedVariant};
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey, SegmentKey, VariantKey};
use signalbox_domain::targeting;
use signalbox_domain::{Share, Timestamp};

use super::rollout::Rollout;

/// What a flag gives in an environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Configuration {
    /// The project.
    pub project: ProjectKey,
    /// The flag.
    pub flag: FlagKey,
    /// The environment.
    pub environment: EnvironmentKey,
    /// Since when it is turned off for everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub killed: Option<Timestamp>,
    /// People who get a variant of their own, whatever the rule says.
    pub overrides: Vec<Override>,
    /// Other flags that must give something first.
    #[serde(default)]
    pub prerequisites: Vec<Prerequisite>,
    /// Flags that wait for this one here.
    #[serde(default)]
    pub awaited_by: Vec<FlagKey>,
    /// Targeting rules, asked from first to last; the first that fits decides.
    #[serde(default)]
    pub rules: Vec<TargetingRule>,
    /// What those get whom no targeting rule fits, when no rollout drives that.
    pub rule: Rule,
    /// Who of those whom no targeting rule fits has the feature now, by the rollout or the rule, kill switch aside.
    pub reach: Reach,
    /// The latest rollout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// Holds and kills here whose reason is still to be given, by sequence.
    pub reasons_awaited: Vec<u64>,
    /// For `If-Match`.
    pub version: u64,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// One person with a variant of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Override {
    /// The person's key, as applications send it, 1 to 512 bytes; "(erased)" where it was erased.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 512)))]
    pub user_key: String,
    /// What they get.
    pub variant: VariantKey,
}

/// A targeting rule with what is told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TargetingRule {
    /// The rule, as it is when no rollout drives it.
    pub rule: targeting::Rule<String>,
    /// The rule in one sentence.
    pub words: String,
    /// Who of those who fit has the feature now, by the rollout or the rule, kill switch aside.
    pub reach: Reach,
}

/// Who has the feature, and what they get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule {
    /// Share of everybody.
    pub share: Share,
    /// People named one by one.
    pub people: Vec<String>,
    /// Segments that are let in whole.
    #[serde(default)]
    pub segments: Vec<SegmentKey>,
    /// Variants by weight; weights sum to 100.
    pub split: Vec<WeightedVariant>,
}

/// How many have the feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reach {
    /// Share of everybody.
    pub share: Share,
    /// How many people are named one by one.
    pub named: u64,
    /// Segments that are let in whole.
    #[serde(default)]
    pub segments: Vec<SegmentKey>,
    /// About how many people are considered: as stated of the environment, or of those whom the rule fits; absent
    /// where nobody stated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<u64>,
    /// How many people have it: an estimate from the stated audience; 0 where nobody stated it.
    pub people: u64,
}

/// What to change of a rule; what is absent stays. Not possible while a rollout is under way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeRule {
    /// Share of everybody, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Variants by weight in percent; weights sum to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Vec<WeightedVariant>>,
    /// People named one by one, at most 1,000.
    #[cfg_attr(feature = "schema", schemars(length(max = 1000)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<String>>,
    /// Segments that are let in whole, at most 20.
    #[cfg_attr(feature = "schema", schemars(length(max = 20)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<SegmentKey>>,
    /// Why; required in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// All people with a variant of their own; replaces the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetOverrides {
    /// The people, at most 1,000.
    #[cfg_attr(feature = "schema", schemars(length(max = 1000)))]
    pub overrides: Vec<Override>,
    /// Why; required in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// All targeting rules, first to last; replaces the list. With them, what those get whom none fits can be changed: both
/// or neither.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetRules {
    /// The rules, at most 100.
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub rules: Vec<targeting::Rule<String>>,
    /// What to change of what those get whom no rule fits; absent, that stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultChanges>,
    /// Why; required in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What to change of what those get whom no rule fits; what is absent stays. Not possible while a rollout of it is under
/// way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DefaultChanges {
    /// Share of those whom no rule fits, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Variants by weight in percent; weights sum to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Vec<WeightedVariant>>,
    /// People named one by one, at most 1,000.
    #[cfg_attr(feature = "schema", schemars(length(max = 1000)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<String>>,
    /// Segments that are let in whole, at most 20.
    #[cfg_attr(feature = "schema", schemars(length(max = 20)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<SegmentKey>>,
}

/// All other flags that must give something first; replaces the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetPrerequisites {
    /// The flags and what each must give, at most 10.
    #[cfg_attr(feature = "schema", schemars(length(max = 10)))]
    pub prerequisites: Vec<Prerequisite>,
    /// Why; required in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
