//! An environment as a flagd document, for applications that evaluate by themselves with one of flagd's engines.
//!
//! What gives everybody the same, people with a variant of their own and people let in by name come out exactly. A share
//! or a split is written as `fractional`: it is as large as here, but where the flag draws by `signalbox-1` flagd lets
//! other people in, and the flag's metadata says so. Targeting rules are written where [`as_definition`] can. Flags with
//! other rules, with segments or with prerequisites cannot be written without changing what they give; they are left
//! out, and named with the reason. Imported flags that are kept apart are here as they are.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::document::Definition;
use crate::export::as_definition;
use crate::flag::{BucketingAlgorithm, Configuration, Flag};
use crate::import::SAID_OF_EVERY_ANSWER;
use crate::key::{EnvironmentKey, SegmentKey, VariantKey};
use crate::personal::{Commitment, Vault};
use crate::project::{Project, SegmentInProject};
use crate::share::{BUCKETS, Share};

/// Where the document says what flagd has no place for; flagd passes over it.
pub const LEFT_OUT_MEMBER: &str = "$signalbox";
/// Stands in the metadata of a flag that draws other people in flagd than here.
pub const DRAWN_OTHERWISE: &str = "flagd draws other people than signalbox-1, as many of them";

/// The flags of an environment; archived ones, which applications do not know, are not in it. `version` is that of the
/// environment's flags.
#[must_use]
pub fn document(project: &Project, environment: &EnvironmentKey, version: u64, vault: &Vault) -> Value {
    let mut flags = Map::new();
    let mut left_out = Map::new();
    for flag in project.flags.values().filter(|flag| flag.archived.is_none()) {
        let Some(configuration) = flag.configurations.get(environment) else { continue };
        let writer = Writer { flag, configuration, segments: &project.segments, vault };
        match writer.definition() {
            Ok(definition) => flags.insert(flag.key.to_string(), definition),
            Err(why) => left_out.insert(flag.key.to_string(), why.into()),
        };
    }
    for (key, kept) in project.kept_apart.get(environment).into_iter().flat_map(|kept| &kept.flags) {
        let mut definition = kept.flag.definition.clone();
        if let Some(said) = definition.get_mut("metadata").and_then(Value::as_object_mut) {
            // These are of the set as it is here.
            said.retain(|name, _| !SAID_OF_EVERY_ANSWER.contains(&name.as_str()));
        }
        flags.insert(key.clone(), definition);
    }
    let set = format!("{}/{environment}", project.key);
    let mut document = json!({
        "$schema": "https://flagd.dev/schema/v0/flags.json",
        "metadata": { "flagSetId": set, "version": version.to_string() },
        "flags": flags,
    });
    if !left_out.is_empty() {
        document[LEFT_OUT_MEMBER] = json!({ "leftOut": left_out });
    }
    document
}

struct Writer<'a> {
    flag: &'a Flag,
    configuration: &'a Configuration,
    segments: &'a BTreeMap<SegmentKey, SegmentInProject>,
    vault: &'a Vault,
}

impl Writer<'_> {
    /// The flag as flagd has it, or why there is none.
    fn definition(&self) -> Result<Value, String> {
        let off = &self.flag.off_variant;
        // Not `DISABLED`: that would leave the value to the application's code.
        if self.configuration.kill.is_some() {
            return Ok(self.written(off.as_str(), None, false));
        }
        if !self.configuration.prerequisites.is_empty() {
            return Err("it waits for other flags".into());
        }
        if !self.configuration.rules.is_empty() {
            let Definition { default_variant, targeting, .. } =
                as_definition(self.flag, self.configuration, self.segments)?;
            return Ok(self.written(&default_variant.unwrap_or_default(), targeting, false));
        }
        let audience = self.configuration.effective_audience();
        if !audience.segments.is_empty() {
            return Err("segments are let in by name".into());
        }
        let split = self.split();
        let (default, mut rest) = match (audience.share, split.as_slice()) {
            (Share::NOBODY, _) => (off, None),
            (Share::EVERYBODY, [(variant, _)]) => (*variant, None),
            (share, split) => (off, Some(drawn(split, share, off))),
        };
        let mut draws = rest.is_some();
        let named = self.keys(&audience.people);
        if !named.is_empty() && (audience.share, split.len()) != (Share::EVERYBODY, 1) {
            draws |= split.len() > 1;
            rest = Some(first_for(&named, given(&split), rest));
        }
        let mut own = BTreeMap::<_, Vec<&str>>::new();
        for one in &self.configuration.overrides {
            own.entry(&one.variant).or_default().extend(self.vault.reveal(&one.person));
        }
        for (variant, people) in own.into_iter().rev().filter(|(_, people)| !people.is_empty()) {
            rest = Some(first_for(&people, json!(variant), rest));
        }
        Ok(self.written(default.as_str(), rest, draws))
    }

    /// The variants of those who have the feature, with their parts of all [`BUCKETS`].
    fn split(&self) -> Vec<(&VariantKey, u32)> {
        self.configuration.split.iter().map(|part| (&part.variant, part.weight.buckets())).collect()
    }

    fn keys(&self, people: &[Commitment]) -> Vec<&str> {
        people.iter().filter_map(|person| self.vault.reveal(person)).collect()
    }

    fn written(&self, default: &str, targeting: Option<Value>, draws: bool) -> Value {
        let variants = self.flag.variants.iter().map(|variant| (variant.key.to_string(), variant.value.clone()));
        let mut metadata = json!({ "version": self.flag.version.max(self.configuration.version).to_string() });
        if draws && self.flag.bucketing.algorithm == BucketingAlgorithm::Signalbox1 {
            metadata["remark"] = DRAWN_OTHERWISE.into();
        }
        let mut definition = json!({
            "state": "ENABLED",
            "variants": variants.collect::<Map<_, _>>(),
            "defaultVariant": default,
            "metadata": metadata,
        });
        if let Some(targeting) = targeting {
            definition["targeting"] = targeting;
        }
        definition
    }
}

/// What those get who have the feature.
fn given(split: &[(&VariantKey, u32)]) -> Value {
    match split {
        [(variant, _)] => json!(variant),
        parts => json!({ "fractional": parts }),
    }
}

/// A share of all, divided among variants; the others get the off variant.
fn drawn(split: &[(&VariantKey, u32)], share: Share, off: &VariantKey) -> Value {
    // Each part ends where its part of the share does, so that the parts make up the whole share.
    let end = |of_split: u32| u64::from(of_split) * u64::from(share.buckets()) / u64::from(BUCKETS);
    let mut before = 0;
    let mut parts: Vec<(&VariantKey, u64)> = Vec::with_capacity(split.len() + 1);
    for (variant, weight) in split {
        parts.push((variant, end(before + weight) - end(before)));
        before += weight;
    }
    parts.push((off, u64::from(BUCKETS - share.buckets())));
    parts.retain(|(_, weight)| *weight > 0);
    json!({ "fractional": parts })
}

/// These people get one thing, and the others what follows; `null` stands for the default variant.
fn first_for(people: &[&str], what: Value, rest: Option<Value>) -> Value {
    json!({ "if": [{ "in": [{ "var": "targetingKey" }, people] }, what, rest] })
}
