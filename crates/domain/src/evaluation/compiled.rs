//! A flag in an environment, compiled: immutable, shared between threads, evaluated without allocation.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::bucketing::Bucketer;
use crate::flag::{Configuration, Flag};
use crate::key::VariantKey;
use crate::personal::Vault;
use crate::share::{BUCKETS, Share};

/// Why a flag gave what it gave; the names are OpenFeature's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Everybody gets this here.
    Static,
    /// This person is outside the rule's share.
    Default,
    /// This person is named, or within a share that no rollout drives.
    TargetingMatch,
    /// A hash decided while a rollout is under way: either arm of its split.
    Split,
    /// The flag is turned off for everyone.
    Disabled,
}

impl Reason {
    /// As OpenFeature spells it: `TARGETING_MATCH`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Static => "STATIC",
            Self::Default => "DEFAULT",
            Self::TargetingMatch => "TARGETING_MATCH",
            Self::Split => "SPLIT",
            Self::Disabled => "DISABLED",
        }
    }
}

/// What a flag gives to one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer<'a> {
    /// Place of the variant among the flag's variants.
    pub variant_index: usize,
    /// Key of the variant.
    pub variant: &'a VariantKey,
    /// Its value.
    pub value: &'a Value,
    /// Why.
    pub reason: Reason,
}

/// The rule that decides needs to know who asks, and the context did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this flag is given to a share of people, so the context needs a targetingKey")]
pub struct TargetingKeyMissing;

/// A flag in an environment, ready to be asked.
#[derive(Clone)]
pub struct CompiledFlag {
    variants: Vec<(VariantKey, Value)>,
    off: usize,
    killed: bool,
    /// Variant of each person who has one of their own.
    overrides: HashMap<Box<str>, usize>,
    /// People who have the feature by name.
    named: HashSet<Box<str>>,
    share: Share,
    /// Upper end of each variant's buckets, rising to [`BUCKETS`].
    split: Vec<(u32, usize)>,
    rolling_out: bool,
    bucketer: Bucketer,
    version: u64,
}

impl CompiledFlag {
    /// Compiles what `flag` gives by `configuration`. People whose key was erased match nobody.
    #[must_use]
    pub fn new(flag: &Flag, configuration: &Configuration, vault: &Vault) -> Self {
        let variants: Vec<_> =
            flag.variants.iter().map(|variant| (variant.key.clone(), variant.value.clone())).collect();
        // A key that is not among the variants cannot come out of `decide`; the off variant stands in for it.
        let off = flag.variants.iter().position(|variant| variant.key == flag.off_variant).unwrap_or_default();
        let index = |key: &VariantKey| flag.variants.iter().position(|variant| variant.key == *key).unwrap_or(off);
        let audience = configuration.effective_audience();
        let mut end = 0;
        let split = configuration
            .split
            .iter()
            .map(|part| {
                end += part.weight.buckets();
                (end, index(&part.variant))
            })
            .collect();
        Self {
            overrides: configuration
                .overrides
                .iter()
                .filter_map(|entry| Some((vault.reveal(&entry.person)?.into(), index(&entry.variant))))
                .collect(),
            named: audience.people.iter().filter_map(|person| vault.reveal(person).map(Into::into)).collect(),
            share: audience.share,
            killed: configuration.kill.is_some(),
            rolling_out: configuration.rollout_under_way().is_some(),
            bucketer: Bucketer::new(&flag.bucketing.salt),
            version: flag.version.max(configuration.version),
            variants,
            off,
            split,
        }
    }

    /// Sequence of the last event that changed what this flag gives.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// What this person gets. Asks for the targeting key only where it matters.
    ///
    /// # Errors
    /// [`TargetingKeyMissing`] when a share decides and nobody was named.
    pub fn evaluate(&self, targeting_key: Option<&str>) -> Result<Answer<'_>, TargetingKeyMissing> {
        if self.killed {
            return Ok(self.answer(self.off, Reason::Disabled));
        }
        if let Some(key) = targeting_key {
            if let Some(variant) = self.overrides.get(key) {
                return Ok(self.answer(*variant, Reason::TargetingMatch));
            }
            if self.named.contains(key) {
                return Ok(self.answer(self.variant_of(key), Reason::TargetingMatch));
            }
        }
        let (outside, within) =
            if self.rolling_out { (Reason::Split, Reason::Split) } else { (Reason::Default, Reason::TargetingMatch) };
        match self.share {
            Share::NOBODY if self.overrides.is_empty() && self.named.is_empty() => {
                Ok(self.answer(self.off, Reason::Static))
            }
            Share::NOBODY => Ok(self.answer(self.off, Reason::Default)),
            Share::EVERYBODY => match self.split.as_slice() {
                [(_, only)] => Ok(self.answer(*only, Reason::Static)),
                _ => {
                    let key = targeting_key.ok_or(TargetingKeyMissing)?;
                    Ok(self.answer(self.variant_of(key), within))
                }
            },
            share => {
                let key = targeting_key.ok_or(TargetingKeyMissing)?;
                if self.bucketer.is_member(key, share) {
                    Ok(self.answer(self.variant_of(key), within))
                } else {
                    Ok(self.answer(self.off, outside))
                }
            }
        }
    }

    fn answer(&self, variant_index: usize, reason: Reason) -> Answer<'_> {
        let (variant, value) = &self.variants[variant_index];
        Answer { variant_index, variant, value, reason }
    }

    /// Which variant a member gets; independent of whether they are one.
    fn variant_of(&self, key: &str) -> usize {
        if let [(BUCKETS, only)] = self.split.as_slice() {
            return *only;
        }
        let bucket = self.bucketer.variant_bucket(key);
        self.split.iter().find(|(end, _)| bucket < *end).map_or(self.off, |(_, variant)| *variant)
    }
}
