//! A flag, its variants, and what it gives in each environment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::key::{EnvironmentKey, FlagKey, VariantKey};
use crate::personal::Commitment;
use crate::rollout::Rollout;
use crate::share::Share;
use crate::time::Timestamp;
use crate::value::ValueKind;

/// Most variants of one flag.
pub const MOST_VARIANTS: usize = 50;
/// Most tags of one flag.
pub const MOST_TAGS: usize = 20;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum BucketingAlgorithm {
    /// XXH64 with two seeds; see [`crate::evaluation::bucketing`].
    #[serde(rename = "signalbox-1")]
    Signalbox1,
}

/// What a flag gives in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// Set while the flag is turned off for everyone.
    pub kill: Option<Kill>,
    /// People who get a variant whatever the rule says; kill alone stands above them.
    pub overrides: Vec<Override>,
    /// Who has the feature when no rollout is under way.
    pub audience: Audience,
    /// Which variants those who have the feature get, by weight.
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

/// Who has the feature: these people, and this share of everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Audience {
    /// People named one by one.
    pub people: Vec<Commitment>,
    /// Share of everybody.
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
    /// Who has the feature now: the rollout's audience while one is under way, else the rule's own.
    #[must_use]
    pub fn effective_audience(&self) -> Audience {
        match self.rollout_under_way() {
            Some(rollout) => rollout.audience_at(rollout.position),
            None => self.audience.clone(),
        }
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
