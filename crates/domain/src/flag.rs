//! A flag, its variants, and what it gives in each environment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flagd::Generation;
use crate::key::{EnvironmentKey, FlagKey, RuleId, SegmentKey, VariantKey};
use crate::personal::Commitment;
use crate::rollout::{Rollout, RolloutStatus};
use crate::share::Share;
use crate::targeting::Rule;
use crate::time::Timestamp;
use crate::value::ValueKind;

/// Most variants of one flag.
pub const MOST_VARIANTS: usize = 50;
/// Most tags of one flag.
pub const MOST_TAGS: usize = 20;
/// Most other flags that one flag waits for in one environment.
pub const MOST_PREREQUISITES: usize = 10;

/// A switch in application code, with what it is for and what it gives where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// What application code asks for; never changes.
    pub key: FlagKey,
    /// What the flag is.
    pub details: FlagDetails<Commitment>,
    /// The kind of its values; never changes.
    pub value_kind: ValueKind,
    /// Its variants; one kind of value.
    pub variants: Vec<Variant>,
    /// What everyone gets who does not have the feature.
    pub off_variant: VariantKey,
    /// How people are put into buckets; never changes by itself.
    pub bucketing: Bucketing,
    /// When it was made.
    pub created: Timestamp,
    /// When the flag itself was last changed (not a configuration).
    pub changed: Timestamp,
    /// When it was archived; an archived flag is unknown to applications.
    pub archived: Option<Timestamp>,
    /// Whether browsers may ask for it.
    pub client_side: ClientSide,
    /// What it gives in each environment.
    pub configurations: BTreeMap<EnvironmentKey, Configuration>,
    /// Sequence of the last event that changed the flag itself (not a configuration).
    pub version: u64,
}

/// Whether browsers may ask for a flag: whoever opens a page can then see its key and what it gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClientSide {
    /// Whether client keys know the flag.
    pub allowed: bool,
    /// Sequence of the last event that changed that; 0 when none did.
    pub version: u64,
}

/// What a flag is, in words. `Person` is how its owner stands here: a commitment in the log, a name on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagDetails<Person> {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Which kind of flag it is.
    pub purpose: Purpose,
    /// Who looks after it.
    pub owner: Option<Person>,
    /// Labels.
    pub tags: Vec<String>,
    /// When the flag should be gone from the code: a date, `2026-12-31`.
    pub expected_removal: Option<chrono::NaiveDate>,
}

/// Which kind of flag it is; says how long it should live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Purpose {
    /// Lets a new feature out, then goes.
    #[default]
    Release,
    /// Compares variants, then goes.
    Experiment,
    /// A safety switch that stays.
    Operations,
    /// Decides who may use something; stays.
    Permission,
    /// Carries configuration; stays.
    Configuration,
}

/// One value that a flag can give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Variant {
    /// Its key, unique in the flag.
    pub key: VariantKey,
    /// The value that applications get.
    pub value: Value,
}

/// How people are put into buckets. Each flag records its own, so an upgrade moves nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucketing {
    /// Which algorithm.
    pub algorithm: BucketingAlgorithm,
    /// Mixed into both hashes, so that two flags draw independently.
    pub salt: String,
}

/// The published bucketing algorithms; each keeps its meaning for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum BucketingAlgorithm {
    /// XXH64 with two seeds; see [`crate::evaluation::bucketing`].
    #[default]
    #[serde(rename = "signalbox-1")]
    Signalbox1,
    /// As flagd's second generation: MurmurHash3 over flag key and targeting key as text.
    #[serde(rename = "flagd-2")]
    Flagd2,
    /// As flagd's third generation: MurmurHash3 over the CBOR of flag key and targeting key.
    #[serde(rename = "flagd-3")]
    Flagd3,
}

impl BucketingAlgorithm {
    /// By what an advanced rule of such a flag draws.
    #[must_use]
    pub const fn generation(self) -> Generation {
        match self {
            Self::Flagd2 => Generation::Flagd2,
            Self::Signalbox1 | Self::Flagd3 => Generation::Flagd3,
        }
    }
}

impl From<Generation> for BucketingAlgorithm {
    fn from(generation: Generation) -> Self {
        match generation {
            Generation::Flagd2 => Self::Flagd2,
            Generation::Flagd3 => Self::Flagd3,
        }
    }
}

/// What a flag gives in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// Set while the flag is turned off for everyone.
    pub kill: Option<Kill>,
    /// People who get a variant whatever is said below; kill alone stands above them.
    pub overrides: Vec<Override>,
    /// Other flags that must give something first; one level deep.
    pub prerequisites: Vec<Prerequisite>,
    /// Rules, asked from first to last; the first that fits decides.
    pub rules: Vec<Rule<Commitment>>,
    /// Who of those whom no rule fits has the feature when no rollout drives that.
    pub audience: Audience,
    /// Which variants those whom no rule fits and who have the feature get, by weight.
    pub split: Vec<WeightedVariant>,
    /// The latest rollout, if there was one.
    pub rollout: Option<Rollout>,
    /// Sequence of the last event that changed it.
    pub version: u64,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// The kill switch in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kill {
    /// Since when.
    pub since: Timestamp,
}

/// Another flag that must give one of these variants to whoever asks, in the same environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Prerequisite {
    /// The other flag.
    pub flag: FlagKey,
    /// What it must give: one of these, at least one.
    pub variants: Vec<VariantKey>,
}

/// Who has the feature: these people, those in these segments, and this share of everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Audience {
    /// People named one by one.
    pub people: Vec<Commitment>,
    /// Rings: whoever is in one of these segments, whatever the share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentKey>,
    /// Share of everybody, or of everybody whom a rule fits.
    pub share: Share,
}

/// One person who gets one variant, whatever the rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Who.
    pub person: Commitment,
    /// What they get.
    pub variant: VariantKey,
}

/// A variant with its part of those who have the feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WeightedVariant {
    /// The variant.
    pub variant: VariantKey,
    /// Its part; all parts of a split sum to 100 %.
    pub weight: Share,
}

impl Configuration {
    /// Who of those whom no rule fits has the feature now: the rollout's audience while one drives it, else its own.
    #[must_use]
    pub fn effective_audience(&self) -> Audience {
        match self.rollout_of(None) {
            Some(rollout) => rollout.audience_at(rollout.position),
            None => self.audience.clone(),
        }
    }

    /// As [`Self::effective_audience`], of those whom this rule fits, or of the rest; `None` without such a rule.
    #[must_use]
    pub fn effective_audience_of(&self, rule: Option<&RuleId>) -> Option<Audience> {
        match self.rollout_of(rule) {
            Some(rollout) => Some(rollout.audience_at(rollout.position)),
            None => self.own_audience_of(rule),
        }
    }

    /// Who of those whom this rule fits, or of the rest, has the feature when no rollout drives it; `None` without
    /// such a rule.
    #[must_use]
    pub fn own_audience_of(&self, rule: Option<&RuleId>) -> Option<Audience> {
        match rule {
            Some(id) => Some(self.rule(id)?.audience()),
            None => Some(self.audience.clone()),
        }
    }

    /// The rule of this id.
    #[must_use]
    pub fn rule(&self, id: &RuleId) -> Option<&Rule<Commitment>> {
        self.rules.iter().find(|rule| rule.id == *id)
    }

    /// The rollout, while it drives who of those whom this rule fits, or of the rest, has the feature.
    #[must_use]
    pub fn rollout_of(&self, rule: Option<&RuleId>) -> Option<&Rollout> {
        self.rollout_under_way().filter(|rollout| rollout.rule.as_ref() == rule)
    }

    /// About how many people a rule fits, as stated; for the rest, and for a rule that states none, as many as
    /// `environment` has.
    #[must_use]
    pub fn audience_size(&self, rule: Option<&RuleId>, environment: u64) -> u64 {
        rule.and_then(|id| self.rule(id)?.fits).map_or(environment, |fits| fits.min(environment))
    }

    /// The rollout, unless it is over: planned or under way.
    #[must_use]
    pub fn rollout_in_use(&self) -> Option<&Rollout> {
        self.rollout.as_ref().filter(|rollout| rollout.status != RolloutStatus::Finished)
    }

    /// The rollout, while it drives who has the feature.
    #[must_use]
    pub fn rollout_under_way(&self) -> Option<&Rollout> {
        self.rollout.as_ref().filter(|rollout| rollout.is_under_way())
    }
}

impl Flag {
    /// The variant of this key.
    #[must_use]
    pub fn variant(&self, key: &VariantKey) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.key == *key)
    }
}
