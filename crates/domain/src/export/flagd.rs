//! An environment in flagd's form.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::conditions::{self, Segments};
use crate::flag::{BucketingAlgorithm, Configuration, Flag, WeightedVariant};
use crate::flagd::Generation;
use crate::flagd::document::Definition;
use crate::flagd::expression::{Evaluators, Expression};
use crate::import::{Native, PossibleResults, Told, draws};
use crate::kept_apart::KeptApart;
use crate::key::{EnvironmentKey, VariantKey};
use crate::personal::Commitment;
use crate::project::Project;
use crate::share::{BUCKETS, Share};
use crate::targeting::Rule;

/// Where a document says what flagd has no place for; flagd passes over it.
pub const SIGNALBOX_MEMBER: &str = "$signalbox";

/// An environment in flagd's form.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagdExport {
    /// The flags that could be written, with those kept apart as they are.
    pub flags: Map<String, Value>,
    /// The flags that divide people in another way than the latest.
    pub generations: BTreeMap<String, Generation>,
    /// The flags that could not be written, and why.
    pub not_representable: Vec<Told>,
}

impl FlagdExport {
    /// The document, with what flagd has no place for in [`SIGNALBOX_MEMBER`].
    #[must_use]
    pub fn into_document(self) -> Value {
        #[derive(Serialize)]
        struct Ours {
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            generations: BTreeMap<String, Generation>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            not_representable: Vec<Told>,
        }
        let Self { flags, generations, not_representable } = self;
        let mut document = json!({ "$schema": "https://flagd.dev/schema/v0/flags.json", "flags": flags });
        if !generations.is_empty() || !not_representable.is_empty() {
            document[SIGNALBOX_MEMBER] = json!(Ours { generations, not_representable });
        }
        document
    }
}

/// The flags of an environment in flagd's form. Archived flags, which applications do not know, are not in it.
#[must_use]
pub fn flagd_document(project: &Project, environment: &EnvironmentKey) -> FlagdExport {
    let mut export = FlagdExport { flags: Map::new(), generations: BTreeMap::new(), not_representable: Vec::new() };
    for flag in project.flags.values().filter(|flag| flag.archived.is_none()) {
        let Some(configuration) = flag.configurations.get(environment) else { continue };
        let definition = as_definition(flag, configuration, &project.segments);
        // What an import would not take for the same flag, such as a rule that has grown too large, is left out.
        let taken_again = definition.and_then(|definition| {
            let native = Native::of(flag.key.as_str(), &definition);
            native.map(|_| definition).map_err(|why| format!("written for flagd, {why}"))
        });
        match taken_again {
            Ok(definition) => {
                let generation = flag.bucketing.algorithm.generation();
                if generation != Generation::Flagd3 && definition.targeting.as_ref().is_some_and(draws) {
                    export.generations.insert(flag.key.to_string(), generation);
                }
                export.flags.insert(flag.key.to_string(), definition.to_json());
            }
            Err(why) => export.not_representable.push(Told { place: format!("flags.{}", flag.key), why }),
        }
    }
    let none = KeptApart::default();
    for (key, kept) in &project.kept_apart.get(environment).unwrap_or(&none).flags {
        if kept.flag.generation != Generation::Flagd3 {
            export.generations.insert(key.clone(), kept.flag.generation);
        }
        export.flags.insert(key.clone(), kept.flag.definition.clone());
    }
    export
}

/// What a flag gives in an environment, as a definition of flagd's that gives the same value to everybody who says
/// who they are.
///
/// # Errors
/// Why there is none, in words.
pub fn as_definition(flag: &Flag, configuration: &Configuration, segments: &Segments) -> Result<Definition, String> {
    if configuration.kill.is_some() {
        return Err("it is turned off for everyone, which flagd would take for the default in the code".into());
    }
    if !configuration.overrides.is_empty() {
        return Err("people have variants of their own".into());
    }
    if !configuration.prerequisites.is_empty() {
        return Err("it waits for other flags".into());
    }
    let writer = Writer { flag, configuration, segments };
    let (default, mut rest) = writer.default()?;
    for rule in configuration.rules.iter().rev() {
        let title = rule.title();
        rest = Some(writer.rule(rule, default, rest).map_err(|why| format!("rule \"{title}\" {why}"))?);
    }
    Ok(Definition {
        enabled: true,
        variants: flag.variants.iter().map(|variant| (variant.key.to_string(), variant.value.clone())).collect(),
        default_variant: Some(default.to_string()),
        targeting: rest,
        metadata: Map::new(),
        others: Map::new(),
    })
}

struct Writer<'a> {
    flag: &'a Flag,
    configuration: &'a Configuration,
    segments: &'a Segments,
}

impl<'a> Writer<'a> {
    /// The default variant, and the rule for those whom no rule fits.
    fn default(&self) -> Result<(&'a VariantKey, Option<Value>), String> {
        let off = &self.flag.off_variant;
        let audience = self.configuration.effective_audience();
        if !audience.people.is_empty() || !audience.segments.is_empty() {
            return Err("people or segments are let in by name".into());
        }
        match (audience.share, self.configuration.split.as_slice()) {
            (Share::NOBODY, _) => Ok((off, None)),
            (Share::EVERYBODY, [WeightedVariant { variant, .. }]) => Ok((variant, None)),
            (share, split) => Ok((off, Some(self.drawn(share, split, off)?))),
        }
    }

    /// What a rule gives, and what those get whom it does not fit. `null` stands for the default variant.
    fn rule(&self, rule: &Rule<Commitment>, default: &VariantKey, rest: Option<Value>) -> Result<Value, String> {
        if let Some(expression) = &rule.expression {
            return self.expression(rule, expression, rest);
        }
        let condition = conditions::all_of(&rule.clauses, self.segments)?;
        let audience = self.configuration.effective_audience_of(Some(&rule.id)).unwrap_or_else(|| rule.audience());
        if !audience.people.is_empty() || !audience.segments.is_empty() {
            return Err("lets people or segments in by name".into());
        }
        if rule.split_by.is_some() {
            return Err("splits by another attribute than the targeting key".into());
        }
        let given = match (audience.share, rule.split.as_slice()) {
            (Share::NOBODY, _) => self.off(default),
            (Share::EVERYBODY, [WeightedVariant { variant, .. }]) => json!(variant),
            (share, split) => self.drawn(share, split, default)?,
        };
        Ok(match rest {
            // One chain of conditions stays one.
            Some(Value::Object(mut members))
                if members.len() == 1 && members.get("if").is_some_and(Value::is_array) =>
            {
                if let Some(Value::Array(chain)) = members.get_mut("if") {
                    chain.splice(..0, [condition, given]);
                }
                Value::Object(members)
            }
            Some(rest) => json!({ "if": [condition, given, rest] }),
            None => json!({ "if": [condition, given, null] }),
        })
    }

    fn expression(&self, rule: &Rule<Commitment>, expression: &Value, rest: Option<Value>) -> Result<Value, String> {
        if !rule.split.is_empty() {
            return Err("has JSON Logic and variants by weight".into());
        }
        // What was stored compiles, so this only guards the look at its results.
        Expression::compile(expression, &Evaluators::default()).map_err(|fault| format!("is malformed: {fault}"))?;
        let results = PossibleResults::of(expression);
        let are_variants =
            results.names.iter().all(|name| self.flag.variants.iter().any(|variant| variant.key.as_str() == name));
        if results.unknown || !are_variants {
            return Err("may give something that is no variant, which flagd takes for a fault".into());
        }
        match rest {
            None => Ok(expression.clone()),
            // `or` goes on where the first gives null, and also where it gives false or 0.
            Some(rest) if !results.scalars => Ok(json!({ "or": [expression, rest] })),
            Some(_) => Err("may give a boolean or a number, and others follow it".into()),
        }
    }

    /// A share of all, drawn as flagd draws.
    fn drawn(&self, share: Share, split: &[WeightedVariant], default: &VariantKey) -> Result<Value, String> {
        if self.flag.bucketing.algorithm == BucketingAlgorithm::Signalbox1 {
            return Err("draws people by signalbox-1, which flagd does not know".into());
        }
        match split {
            [WeightedVariant { variant, .. }] => {
                let outside = BUCKETS - share.buckets();
                Ok(json!({ "fractional": [[variant, share.buckets()], [self.off(default), outside]] }))
            }
            _ => Err("divides people among several variants, which flagd draws otherwise".into()),
        }
    }

    /// What those get who do not have the feature.
    fn off(&self, default: &VariantKey) -> Value {
        if self.flag.off_variant == *default { Value::Null } else { json!(self.flag.off_variant) }
    }
}
