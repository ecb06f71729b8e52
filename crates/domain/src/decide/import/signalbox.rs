//! A document of our own: segments, then flags, those that wait for others last.

use std::collections::{BTreeMap, BTreeSet};

use super::Importer;
use crate::command::{Command, NewFlag, RuleChanges};
use crate::export::{flag_in_document, segment_in_document};
use crate::flag::{Flag, Variant};
use crate::flagd::document::DocumentFlag;
use crate::import::{Change, FlagInDocument, KeptInDocument, SIGNALBOX_FORMAT, SignalboxDocument};
use crate::kept_apart::KeptFlag;
use crate::key::FlagKey;
use crate::refusal::Refusal;
use crate::targeting::Segment;

/// Of two parts of one key, only one could be taken over.
fn once<'a>(list: &str, keys: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for (index, key) in keys.enumerate() {
        if !seen.insert(key) {
            return Err(Refusal::invalid(format!("{list}[{index}].key"), "must not be listed twice"));
        }
    }
    Ok(())
}

impl Importer<'_, '_> {
    pub(super) fn take_signalbox(&mut self, document: SignalboxDocument) -> Result<(), Refusal> {
        let SignalboxDocument { signalbox, segments, flags, kept_apart, .. } = document;
        if signalbox != SIGNALBOX_FORMAT {
            return Err(Refusal::invalid(
                "signalbox",
                format!("must be {SIGNALBOX_FORMAT}, the version of the format"),
            ));
        }
        once("segments", segments.iter().map(|segment| segment.key.as_str()))?;
        once("flags", flags.iter().map(|flag| flag.key.as_str()))?;
        once("kept_apart", kept_apart.iter().map(|kept| kept.key.as_str()))?;
        let cycles = cycles(&flags);
        let (naming, plain): (Vec<_>, Vec<_>) =
            segments.into_iter().partition(|segment| !segment.references().is_empty());
        for segment in plain.into_iter().chain(naming) {
            self.take_segment(segment)?;
        }
        let (waiting, free): (Vec<_>, Vec<_>) = flags.into_iter().partition(|flag| !flag.prerequisites.is_empty());
        for flag in free.into_iter().chain(waiting) {
            let cycle = cycles.get(&flag.key).cloned();
            self.take_flag_in_document(flag, cycle)?;
        }
        for KeptInDocument { key, generation, definition, why } in kept_apart {
            // As a definition is stored, so that what was exported is what is there.
            let definition = DocumentFlag::alone(&key, definition).to_json();
            self.keep_apart(key, KeptFlag { generation, definition, why })?;
        }
        Ok(())
    }

    fn take_segment(&mut self, segment: Segment<String>) -> Result<(), Refusal> {
        let place = format!("segments/{}", segment.key);
        let project = self.known()?;
        let (change, command) = match project.segments.get(&segment.key) {
            None => {
                let command = Command::CreateSegment { project: self.project.clone(), segment: Box::new(segment) };
                (Change::Created, command)
            }
            Some(known) if segment_in_document(&known.segment, self.desk.vault) == segment => {
                self.report.put(place, Change::Unchanged);
                return Ok(());
            }
            Some(_) => {
                let named_by = project.depending_on(&segment.key);
                let uses = named_by.iter().flat_map(|key| project.uses_of(key)).collect::<Vec<_>>();
                let elsewhere = uses
                    .iter()
                    .find(|user| user.place().is_some_and(|(_, environment)| *environment != self.environment));
                if let Some(user) = elsewhere {
                    let why =
                        format!("the project has this segment, and {user} uses it, where this import changes nothing");
                    self.report.leave_out(place, why);
                    return Ok(());
                }
                let command = Command::ChangeSegment { project: self.project.clone(), segment: Box::new(segment) };
                (Change::Changed, command)
            }
        };
        let before = self.events.len();
        match self.change(command) {
            Ok(()) if self.events.len() == before => self.report.put(place, Change::Unchanged),
            Ok(()) => self.report.put(place, change),
            Err(refusal) => self.report.leave_out(place, refusal),
        }
        Ok(())
    }

    fn take_flag_in_document(&mut self, mut flag: FlagInDocument, cycle: Option<Vec<FlagKey>>) -> Result<(), Refusal> {
        let key = flag.key.clone();
        let place = format!("flags.{key}");
        if let Some(cycle) = cycle {
            let names: Vec<_> = cycle.iter().map(FlagKey::as_str).collect();
            let why = format!(
                "leads back to itself: {}; that is left out, and the flag is turned off for everyone",
                names.join(" → ")
            );
            self.report.warn(format!("{place}.prerequisites"), why);
            flag.prerequisites.retain(|wanted| !cycle.contains(&wanted.flag));
            flag.killed = true;
        }
        let existing = self.known()?.flags.get(&key).cloned();
        if let Some(existing) = &existing
            && let Some(here) = existing.configurations.get(&self.environment)
            && existing.archived.is_none()
            && flag_in_document(existing, here, self.desk.vault) == flag
        {
            self.report.put(key.to_string(), Change::Unchanged);
            return Ok(());
        }
        if flag.rollout.take().is_some() {
            self.report.leave_out(
                format!("{place}.rollout"),
                "a rollout is not carried on elsewhere; who has it now is taken over, and a new one may be planned",
            );
        }
        let outcome = self.whole(&key, |importer| {
            match &existing {
                None => importer.create_as_written(&flag)?,
                Some(existing) => importer.describe_as_written(&flag, existing)?,
            }
            importer.configure_as_written(flag)
        })?;
        match outcome {
            Ok(change) => self.report.put(key.to_string(), change),
            Err(why) => self.report.leave_out(place, why),
        }
        Ok(())
    }

    fn create_as_written(&mut self, flag: &FlagInDocument) -> Result<(), Refusal> {
        let new = NewFlag {
            key: flag.key.clone(),
            details: flag.details(),
            value_kind: flag.value_kind,
            variants: Some(flag.variants.clone()),
            off_variant: Some(flag.off_variant.clone()),
            salt: Some(flag.bucketing.salt.clone()),
            bucketing: flag.bucketing.algorithm,
        };
        self.change(Command::CreateFlag { project: self.project.clone(), flag: Box::new(new) })
    }

    /// Its words, and variants that it lacks; what all environments share stays otherwise.
    fn describe_as_written(&mut self, flag: &FlagInDocument, existing: &Flag) -> Result<(), Refusal> {
        let stays = |why: &str| Err(Refusal::conflict(format!("the project has a flag of this key, and {why}")));
        if existing.archived.is_some() {
            return stays("it is in the archive; restore it first");
        }
        if existing.value_kind != flag.value_kind {
            return stays("its values are of another kind");
        }
        if existing.off_variant != flag.off_variant {
            return stays("another variant is for those who do not have it, in all environments");
        }
        let bucketing = (existing.bucketing.algorithm, existing.bucketing.salt.as_str());
        if bucketing != (flag.bucketing.algorithm, flag.bucketing.salt.as_str()) {
            return stays("it draws people by another algorithm or salt, which would move them");
        }
        let here = existing.configurations.get(&self.environment);
        if !flag.killed && here.is_some_and(|here| here.kill.is_some()) {
            return stays("it is turned off for everyone here; lift the kill switch first");
        }
        let mut variants = existing.variants.clone();
        for Variant { key, value } in &flag.variants {
            match existing.variant(key) {
                Some(known) if known.value == *value => {}
                Some(_) => return stays("a variant of it has another value, in all environments"),
                None => variants.push(Variant { key: key.clone(), value: value.clone() }),
            }
        }
        if variants.len() > existing.variants.len() {
            self.change(Command::ChangeVariants {
                project: self.project.clone(),
                flag: flag.key.clone(),
                variants,
                off_variant: flag.off_variant.clone(),
            })?;
        }
        let (project, details) = (self.project.clone(), Box::new(flag.details()));
        self.change(Command::ChangeFlag { project, flag: flag.key.clone(), details })
    }

    fn configure_as_written(&mut self, flag: FlagInDocument) -> Result<(), Refusal> {
        let (project, key) = (self.project.clone(), flag.key.clone());
        self.change(Command::ChangeClientSide { project, flag: key, client_side: flag.client_side })?;
        let place = self.place(&flag.key);
        let overrides = flag.overrides.into_iter().map(|entry| (entry.user_key, entry.variant)).collect();
        self.change(Command::SetOverrides { place: place.clone(), overrides })?;
        let default = RuleChanges {
            share: Some(flag.default.share),
            split: Some(flag.default.split),
            people: Some(flag.default.people),
            segments: Some(flag.default.segments),
        };
        self.change(Command::SetRules { place: place.clone(), rules: flag.rules, default: Some(default) })?;
        self.change(Command::SetPrerequisites { place: place.clone(), prerequisites: flag.prerequisites })?;
        if flag.killed {
            self.change(Command::EngageKillSwitch { place })?;
        }
        Ok(())
    }
}

/// The flags that wait for themselves in the end, each with the way back to itself.
fn cycles(flags: &[FlagInDocument]) -> BTreeMap<FlagKey, Vec<FlagKey>> {
    let waits: BTreeMap<_, _> = flags.iter().map(|flag| (&flag.key, &flag.prerequisites)).collect();
    let mut found = BTreeMap::new();
    for flag in flags {
        // The shortest way back, found from the nearest to the farthest.
        let mut reached = BTreeMap::from([(&flag.key, None)]);
        let mut next = std::collections::VecDeque::from([&flag.key]);
        while let Some(key) = next.pop_front() {
            for wanted in waits.get(key).into_iter().flat_map(|wanted| wanted.iter()) {
                if wanted.flag == flag.key {
                    found.entry(flag.key.clone()).or_insert_with(|| way_back(&reached, key, &flag.key));
                } else if !reached.contains_key(&wanted.flag) {
                    reached.insert(&wanted.flag, Some(key));
                    next.push_back(&wanted.flag);
                }
            }
        }
    }
    found
}

/// From `start` over what led to `last`, and to `start` again.
fn way_back(reached: &BTreeMap<&FlagKey, Option<&FlagKey>>, last: &FlagKey, start: &FlagKey) -> Vec<FlagKey> {
    let mut way = vec![start.clone()];
    let mut at = Some(last);
    while let Some(key) = at {
        way.push(key.clone());
        at = reached.get(key).copied().flatten();
    }
    way.reverse();
    way
}
