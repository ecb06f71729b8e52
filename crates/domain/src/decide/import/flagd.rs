//! A document of flagd's, flag by flag.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Importer;
use crate::command::{Command, NewFlag, RuleChanges};
use crate::export::{SIGNALBOX_MEMBER, as_definition};
use crate::flag::{Configuration, Flag, FlagDetails, Purpose, Variant, WeightedVariant};
use crate::flagd::Generation;
use crate::flagd::document::{Definition, Document, DocumentFlag};
use crate::import::{Native, Unresolved, draws, written_out};
use crate::kept_apart::{KeptFlag, LARGEST_DEFINITION};
use crate::key::RuleId;
use crate::refusal::Refusal;
use crate::share::Share;
use crate::targeting::Rule;

/// The id of the one rule that an imported flag has.
const IMPORTED_RULE: &str = "imported";
/// What shared rules, written out, may come to in one document, in bytes.
const MOST_WRITTEN_OUT: usize = 16 * 1024 * 1024;

impl Importer<'_, '_> {
    pub(super) fn take_flagd(&mut self, document: Document, generation: Generation) -> Result<(), Refusal> {
        let Document { metadata, evaluators, flags, others, warnings } = document;
        for warning in warnings {
            self.report.warn(warning.place, warning.message);
        }
        let generations = self.generations(&others);
        for name in others.keys().filter(|name| !["$schema", SIGNALBOX_MEMBER].contains(&name.as_str())) {
            self.report.warn(name.clone(), "means nothing in a flagd document and is not kept");
        }
        for name in crate::import::SAID_OF_EVERY_ANSWER.iter().filter(|name| metadata.contains_key(**name)) {
            self.report
                .warn(format!("metadata.{name}"), "answers name the set and its version as they are here instead");
        }
        let mut left = MOST_WRITTEN_OUT;
        for mut flag in flags {
            let generation = generations.get(&flag.key).copied().unwrap_or(generation);
            if !self.write_out(&mut flag, &evaluators, &mut left) {
                continue;
            }
            if let Ok(definition) = &mut flag.definition {
                let mut told: Map<String, Value> = metadata.clone();
                told.append(&mut definition.metadata);
                definition.metadata = told;
            }
            self.take_flag(flag, generation)?;
        }
        Ok(())
    }

    /// How flags divide people, where our own export says so.
    fn generations(&mut self, others: &Map<String, Value>) -> BTreeMap<String, Generation> {
        let Some(said) = others.get(SIGNALBOX_MEMBER).and_then(|ours| ours.get("generations")) else {
            return BTreeMap::new();
        };
        serde_json::from_value(said.clone()).unwrap_or_else(|_| {
            let place = format!("{SIGNALBOX_MEMBER}.generations");
            self.report.warn(place, "must give flagd-2 or flagd-3 by the key of a flag, and has no effect");
            BTreeMap::new()
        })
    }

    /// Puts the shared rules into the flag's rule; false where the flag is left out for it.
    fn write_out(&mut self, flag: &mut DocumentFlag, shared: &Map<String, Value>, left: &mut usize) -> bool {
        let place = format!("flags.{}.targeting", flag.key);
        let Ok(Definition { targeting: Some(rule), enabled, .. }) = &mut flag.definition else { return true };
        match written_out(rule, shared, LARGEST_DEFINITION.min(*left)) {
            Ok(written) => {
                *left = left.saturating_sub(written.to_string().len());
                *rule = written;
                true
            }
            Err(cycle @ Unresolved::Cycle(_)) => {
                *enabled = false;
                self.report.warn(place, format!("{cycle}; the flag is switched off until that is mended"));
                true
            }
            Err(large @ Unresolved::TooLarge(_)) => {
                self.report.leave_out(place, large);
                false
            }
        }
    }

    fn take_flag(&mut self, flag: DocumentFlag, generation: Generation) -> Result<(), Refusal> {
        let native = match &flag.definition {
            Ok(definition) => Native::of(&flag.key, definition),
            Err(broken) => Err(format!("it is broken: {}", broken.fault)),
        };
        let native = native.and_then(|native| match self.kept_apart_elsewhere(&flag.key) {
            Some(environment) => Err(format!("a flag of this key is kept apart in \"{environment}\" too")),
            None => Ok(native),
        });
        let native = match native {
            Ok(native) => native,
            Err(why) => {
                let kept = KeptFlag { generation, definition: flag.to_json(), why };
                return self.keep_apart(flag.key, kept);
            }
        };
        let place = format!("flags.{}", flag.key);
        if let Ok(definition) = &flag.definition {
            for name in definition.others.keys() {
                self.report.warn(format!("{place}.{name}"), "means nothing to flagd and is not kept");
            }
        }
        let existing = self.known()?.flags.get(&native.key).cloned();
        let key = native.key.clone();
        let outcome = self.whole(&key, |importer| match existing {
            None => importer.create_native(native, generation),
            Some(existing) => importer.change_native(native, generation, &existing),
        })?;
        match outcome {
            Ok(change) => self.report.put(key.to_string(), change),
            Err(why) => self.report.leave_out(place, why),
        }
        Ok(())
    }

    /// Another environment that keeps a flag of this key apart, so that the project can have none.
    fn kept_apart_elsewhere(&self, key: &str) -> Option<String> {
        let mut keeping = self.known().ok()?.environments_keeping_apart(key);
        keeping.find(|environment| **environment != self.environment).map(ToString::to_string)
    }

    fn create_native(&mut self, native: Native, generation: Generation) -> Result<(), Refusal> {
        if self.known()?.kept_apart_in(&self.environment, native.key.as_str()).is_some() {
            // What kept it apart is mended.
            self.change(Command::RemoveKeptApart {
                project: self.project.clone(),
                environment: self.environment.clone(),
                key: native.key.to_string(),
            })?;
        }
        let new = NewFlag {
            key: native.key.clone(),
            details: FlagDetails {
                name: native.key.to_string(),
                description: String::new(),
                purpose: Purpose::default(),
                owner: None,
                tags: Vec::new(),
                expected_removal: None,
            },
            value_kind: native.value_kind,
            variants: Some(native.variants.clone()),
            off_variant: Some(native.default_variant.clone()),
            salt: None,
            bucketing: generation.into(),
        };
        self.change(Command::CreateFlag { project: self.project.clone(), flag: Box::new(new) })?;
        self.set_imported_rule(&native)
    }

    /// Changes what the flag gives in this environment, and nothing that it gives elsewhere.
    fn change_native(&mut self, native: Native, generation: Generation, flag: &Flag) -> Result<(), Refusal> {
        if flag.archived.is_some() {
            return Err(Refusal::conflict("the project has a flag of this key in its archive; restore it first"));
        }
        let configuration = flag.configurations.get(&self.environment);
        let configuration = configuration.ok_or_else(|| Refusal::not_found("environment", &self.environment))?;
        let drawn_alike = |rule: &Value| !draws(rule) || flag.bucketing.algorithm.generation() == generation;
        let written = as_definition(flag, configuration, &self.known()?.segments);
        if written.is_ok_and(|written| native.is_said_by(&written)) && native.targeting.as_ref().is_none_or(drawn_alike)
        {
            return Ok(());
        }
        let stays = |why: &str| Err(Refusal::conflict(format!("the project has a flag of this key, and {why}")));
        if flag.value_kind != native.value_kind {
            return stays("its values are of another kind");
        }
        if configuration.kill.is_some() {
            return stays("it is turned off for everyone here; lift the kill switch first");
        }
        if !configuration.overrides.is_empty() {
            return stays("people have variants of their own here, which the document does not say");
        }
        if !configuration.prerequisites.is_empty() {
            return stays("it waits for other flags here, which the document does not say");
        }
        if !native.targeting.as_ref().is_none_or(drawn_alike) {
            return stays("people are divided in another way by it, which nothing but a person changes");
        }
        self.extend_variants(&native, flag)?;
        self.set_default(&native, flag)?;
        self.set_imported_rule(&native)
    }

    fn extend_variants(&mut self, native: &Native, flag: &Flag) -> Result<(), Refusal> {
        let mut variants = flag.variants.clone();
        for Variant { key, value } in &native.variants {
            match flag.variant(key) {
                Some(known) if known.value == *value => {}
                Some(_) => {
                    return Err(Refusal::conflict(format!(
                        "the project has a flag of this key, and its variant \"{key}\" has another value, in all \
                         environments"
                    )));
                }
                None => variants.push(Variant { key: key.clone(), value: value.clone() }),
            }
        }
        if variants.len() == flag.variants.len() {
            return Ok(());
        }
        self.change(Command::ChangeVariants {
            project: self.project.clone(),
            flag: flag.key.clone(),
            variants,
            off_variant: flag.off_variant.clone(),
        })
    }

    /// Gives the default variant to everybody whom no rule fits.
    fn set_default(&mut self, native: &Native, flag: &Flag) -> Result<(), Refusal> {
        let default = &native.default_variant;
        let here = flag.configurations.get(&self.environment);
        let audience = here.map(Configuration::effective_audience).unwrap_or_default();
        let given = match (audience.share, here.map(|here| here.split.as_slice())) {
            (Share::NOBODY, _) => Some(&flag.off_variant),
            (Share::EVERYBODY, Some([WeightedVariant { variant, .. }])) => Some(variant),
            _ => None,
        };
        if given == Some(default) && audience.people.is_empty() && audience.segments.is_empty() {
            return Ok(());
        }
        let is_off = *default == flag.off_variant;
        let all = vec![WeightedVariant { variant: default.clone(), weight: Share::EVERYBODY }];
        self.change(Command::ChangeRule {
            place: self.place(&flag.key),
            changes: RuleChanges {
                share: Some(if is_off { Share::NOBODY } else { Share::EVERYBODY }),
                split: (!is_off).then_some(all),
                people: Some(Vec::new()),
                segments: Some(Vec::new()),
            },
        })
    }

    fn set_imported_rule(&mut self, native: &Native) -> Result<(), Refusal> {
        let rules = match &native.targeting {
            None => Vec::new(),
            Some(expression) => vec![imported_rule(expression.clone())?],
        };
        self.change(Command::SetRules { place: self.place(&native.key), rules, default: None })
    }
}

fn imported_rule(expression: Value) -> Result<Rule<String>, Refusal> {
    Ok(Rule {
        id: RuleId::new(IMPORTED_RULE).map_err(|error| Refusal::invalid("id", error))?,
        name: Some("Imported rule".to_owned()),
        description: None,
        clauses: Vec::new(),
        expression: Some(expression),
        fits: None,
        share: Share::EVERYBODY,
        people: Vec::new(),
        segments: Vec::new(),
        split_by: None,
        split: Vec::new(),
    })
}

impl Native {
    /// Whether a definition says the same: these variants with these values, this default, this rule.
    fn is_said_by(&self, definition: &Definition) -> bool {
        let has = |variant: &Variant| definition.variants.get(variant.key.as_str()) == Some(&variant.value);
        definition.variants.len() == self.variants.len()
            && self.variants.iter().all(has)
            && definition.default_variant.as_deref() == Some(self.default_variant.as_str())
            && definition.targeting == self.targeting
    }
}
