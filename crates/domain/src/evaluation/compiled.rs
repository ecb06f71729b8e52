//! A flag in an environment, compiled: immutable, shared between threads, evaluated without allocation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;
use smallvec::SmallVec;

use super::bucketing::Bucketer;
use super::explanation::{Step, StepKind};
use super::given_rule::GivenRule;
use super::grant::Grant;
use crate::flag::{Configuration, Flag};
use crate::key::{FlagKey, SegmentKey, VariantKey};
use crate::personal::Vault;
use crate::project::SegmentInProject;

/// A flag in an environment, ready to be asked. In this order, since what is asked first, and of every flag, should lie
/// together: evaluating many flags is waiting for memory.
#[derive(Clone)]
#[repr(C)]
pub struct CompiledFlag {
    pub(super) killed: bool,
    /// Whether everybody gets the same, kill switch aside.
    pub(super) is_static: bool,
    reads_attributes: bool,
    pub(super) off: usize,
    /// Variant of each person who has one of their own; absent where nobody has.
    #[expect(clippy::box_collection, reason = "a pointer that is mostly absent is a sixth of an empty map")]
    pub(super) overrides: Option<Box<HashMap<Box<str>, usize>>>,
    pub(super) prerequisites: Box<[CompiledPrerequisite]>,
    pub(super) bucketer: Bucketer,
    /// One lies in the flag itself, as most have no more.
    pub(super) rules: SmallVec<[GivenRule; 1]>,
    /// For those whom no rule fits.
    pub(super) fallback: Grant,
    pub(super) variants: Vec<(VariantKey, Value)>,
    pub(super) key: FlagKey,
    version: u64,
}

/// Another flag that must give something first.
#[derive(Clone)]
pub(super) struct CompiledPrerequisite {
    key: FlagKey,
    /// What it must give: one of these.
    pub(super) variants: Box<[VariantKey]>,
    /// The other flag; it waits for none itself. One that is gone gives nothing.
    pub(super) flag: Option<Arc<CompiledFlag>>,
}

/// What a flag is compiled beside.
#[derive(Clone, Copy)]
pub struct Environs<'a> {
    /// Keys of people; one that was erased matches nobody.
    pub vault: &'a Vault,
    /// The segments of the project, for their versions.
    pub segments: &'a BTreeMap<SegmentKey, SegmentInProject>,
    /// Another flag of the same environment, compiled.
    pub flag: &'a dyn Fn(&FlagKey) -> Option<Arc<CompiledFlag>>,
}

impl CompiledFlag {
    /// Compiles what `flag` gives by `configuration`.
    #[must_use]
    pub fn new(flag: &Flag, configuration: &Configuration, environs: Environs<'_>) -> Self {
        let variants: Vec<_> =
            flag.variants.iter().map(|variant| (variant.key.clone(), variant.value.clone())).collect();
        // A key that is not among the variants cannot come out of `decide`; the off variant stands in for it.
        let off = flag.variants.iter().position(|variant| variant.key == flag.off_variant).unwrap_or_default();
        let index = |key: &VariantKey| flag.variants.iter().position(|variant| variant.key == *key).unwrap_or(off);
        let vault = environs.vault;
        let rules: SmallVec<[_; 1]> = configuration
            .rules
            .iter()
            .map(|rule| {
                let rolling_out = configuration.rollout_of(Some(&rule.id)).is_some();
                let audience = configuration.effective_audience_of(Some(&rule.id)).unwrap_or_else(|| rule.audience());
                let grant = Grant::new(&audience, &rule.split, rule.split_by.as_ref(), rolling_out, index, vault);
                GivenRule::new(rule, flag.bucketing.algorithm.generation(), grant)
            })
            .collect();
        let rolling_out = configuration.rollout_of(None).is_some();
        let audience = configuration.effective_audience();
        let fallback = Grant::new(&audience, &configuration.split, None, rolling_out, index, vault);
        let overrides: HashMap<Box<str>, usize> = configuration
            .overrides
            .iter()
            .filter_map(|entry| Some((vault.reveal(&entry.person)?.into(), index(&entry.variant))))
            .collect();
        let prerequisites: Box<[_]> = configuration
            .prerequisites
            .iter()
            .map(|wanted| CompiledPrerequisite {
                key: wanted.flag.clone(),
                variants: wanted.variants.as_slice().into(),
                flag: (environs.flag)(&wanted.flag),
            })
            .collect();
        let overrides = (!overrides.is_empty()).then(|| Box::new(overrides));
        let is_static = overrides.is_none() && prerequisites.is_empty() && rules.is_empty() && fallback.is_static();
        let mut compiled = Self {
            key: flag.key.clone(),
            killed: configuration.kill.is_some(),
            bucketer: Bucketer::new(&flag.bucketing, flag.key.as_str()),
            reads_attributes: false,
            version: flag.version.max(configuration.version),
            variants,
            off,
            overrides,
            prerequisites,
            rules,
            fallback,
            is_static,
        };
        compiled.reads_attributes = compiled.looks_at_attributes();
        compiled.version = compiled.newest_version(environs);
        compiled
    }

    /// Sequence of the last event that changed what this flag gives, in itself, a segment that it names or a flag
    /// that it waits for.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The same, in no older version than this.
    #[must_use]
    pub fn not_before(self, version: u64) -> Self {
        Self { version: self.version.max(version), ..self }
    }

    /// Whether it looks at more of whoever asks than the targeting key.
    #[must_use]
    pub const fn reads_attributes(&self) -> bool {
        self.reads_attributes
    }

    /// The keys and values that it can give, in the order of [`super::Choice::variant`].
    pub fn variants(&self) -> impl ExactSizeIterator<Item = (&VariantKey, &Value)> {
        self.variants.iter().map(|(key, value)| (key, value))
    }

    /// Which of the variants is given to those who do not have the feature.
    #[must_use]
    pub const fn off_variant(&self) -> usize {
        self.off
    }

    /// The flags for which it waits.
    pub fn prerequisites(&self) -> impl ExactSizeIterator<Item = &FlagKey> {
        self.prerequisites.iter().map(|wanted| &wanted.key)
    }

    /// The ids of its rules, in the order of [`super::Choice::rule`].
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &crate::key::RuleId> {
        self.rules.iter().map(GivenRule::id)
    }

    fn looks_at_attributes(&self) -> bool {
        let waits = self.prerequisites.iter().filter_map(|wanted| wanted.flag.as_ref());
        !self.rules.is_empty()
            || self.fallback.reads_attributes()
            || waits.into_iter().any(|flag| flag.reads_attributes)
    }

    fn newest_version(&self, environs: Environs<'_>) -> u64 {
        let named = self.rules.iter().flat_map(GivenRule::segments).chain(self.fallback.segments());
        let segments = named.filter_map(|key| environs.segments.get(key));
        // A segment that a rule names may name others, which name none.
        let segments = segments.flat_map(|known| {
            let inner = known.segment.references().into_iter().filter_map(|(_, key)| environs.segments.get(key));
            inner.map(|inner| inner.version).chain([known.version])
        });
        let waits = self.prerequisites.iter().filter_map(|wanted| Some(wanted.flag.as_ref()?.version));
        segments.chain(waits).fold(self.version, Ord::max)
    }
}

impl CompiledPrerequisite {
    /// What came of it, in words.
    pub(super) fn step(&self, given: Option<&VariantKey>, met: bool) -> Step {
        let wanted: Vec<_> = self.variants.iter().map(|key| format!("“{key}”")).collect();
        let given = given.map_or("is not there".to_owned(), |key| format!("gives them “{key}”"));
        let title = format!("Depends on {}", self.key);
        Step::new(StepKind::Prerequisite, met, title, format!("It must give {} and {given}.", wanted.join(" or ")))
    }
}
