//! The targeting rules of a flag in an environment.

use super::{Desk, Events, Spot};
use crate::command::RuleChanges;
use crate::event::{Event, Place};
use crate::key::{RuleId, SegmentKey};
use crate::personal::Commitment;
use crate::refusal::Refusal;
use crate::targeting::{Rule, Surroundings, accept_rules, check_rings};

impl Desk<'_> {
    /// The rules and, where it is to change with them, the default: both or neither.
    pub(super) fn set_rules(&mut self, place: Place, rules: Vec<Rule<String>>, default: Option<RuleChanges>) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rules = self.rules_changed(&spot, &place, rules)?;
        let default = match default {
            Some(changes) => self.default_changed(&spot, &place, changes, "default.")?,
            None => None,
        };
        let events: Vec<_> = rules.into_iter().chain(default).collect();
        if !events.is_empty() {
            self.reason_if(spot.production)?;
        }
        Ok(events)
    }

    fn rules_changed(
        &mut self,
        spot: &Spot<'_>,
        place: &Place,
        rules: Vec<Rule<String>>,
    ) -> Result<Option<Event>, Refusal> {
        let before = &spot.configuration.rules;
        let accepted = accept_rules(
            rules,
            Surroundings {
                has_variant: &|key| spot.flag.variant(key).is_some(),
                has_segment: &|key| spot.project.segments.contains_key(key),
            },
        )?;
        let mut after = Vec::with_capacity(accepted.len());
        for (index, rule) in accepted.into_iter().enumerate() {
            after.push(self.seal_rule(rule, index, before)?);
        }
        spot.keep_what_a_rollout_drives(&after)?;
        let changed = *before != after;
        Ok(changed.then(|| Event::RulesChanged { place: place.clone(), before: before.clone(), after }))
    }

    /// Puts commitments in place of the people of a rule; those whom the rule of the same id named keep theirs.
    fn seal_rule(
        &mut self,
        mut rule: Rule<String>,
        index: usize,
        before: &[Rule<Commitment>],
    ) -> Result<Rule<Commitment>, Refusal> {
        let known = before.iter().find(|known| known.id == rule.id).map_or(&[][..], |known| &known.people);
        let people = self.accept_people(std::mem::take(&mut rule.people), &format!("rules[{index}].people"), known)?;
        let nobody = rule.try_map_people(|_, _| Err(Refusal::conflict("nobody is left to name")))?;
        Ok(Rule { people, ..nobody })
    }
}

impl Spot<'_> {
    /// Segments to let in whole: of this project, not too many, none twice.
    pub(super) fn accept_rings(&self, segments: Vec<SegmentKey>, field: &str) -> Result<Vec<SegmentKey>, Refusal> {
        check_rings(&segments, field)?;
        match segments.iter().position(|key| !self.project.segments.contains_key(key)) {
            Some(index) => Err(Refusal::invalid(
                format!("{field}[{index}]"),
                format!("must be a segment of the project; there is no \"{}\"", segments[index]),
            )),
            None => Ok(segments),
        }
    }

    /// The rule that a rollout drives, or is planned for, stays; while it is driven, only its name and description
    /// may change and its place among the others.
    fn keep_what_a_rollout_drives(&self, after: &[Rule<Commitment>]) -> Result<(), Refusal> {
        let Some((rollout, id)) = self.configuration.rollout_in_use().and_then(|one| Some((one, one.rule.as_ref()?)))
        else {
            return Ok(());
        };
        let place = after.iter().position(|rule| rule.id == *id);
        let (Some(index), Some(before)) = (place, self.configuration.rule(id)) else {
            return Err(Refusal::conflict(format!(
                "the rollout here is for rule \"{}\"; finish or discard it before the rule goes",
                self.rule_title(id)
            )));
        };
        let after = &after[index];
        if rollout.is_under_way() {
            let renamed = Rule { name: after.name.clone(), description: after.description.clone(), ..before.clone() };
            if renamed != *after {
                return Err(Refusal::conflict(format!(
                    "a rollout decides who of rule \"{}\" has this now; advance it, roll it back or finish it instead",
                    before.title()
                )));
            }
        }
        Ok(())
    }

    fn rule_title(&self, id: &RuleId) -> String {
        self.configuration.rule(id).map_or_else(|| id.to_string(), |rule| rule.title().to_owned())
    }
}
