//! What a flag gives in an environment: overrides, and the default for those whom no rule fits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Desk, Events, Spot};
use crate::command::RuleChanges;
use crate::event::{Event, Place, RuleContent};
use crate::flag::{Audience, Override};
use crate::key::VariantKey;
use crate::personal::Commitment;
use crate::refusal::Refusal;
use crate::rollout::MOST_PEOPLE;
use crate::targeting::check_split;
use crate::text;
use crate::words::ERASED;

impl Desk<'_> {
    pub(super) fn set_overrides(&mut self, place: &Place, wanted: Vec<(String, VariantKey)>) -> Events {
        let spot = self.open_place(place)?;
        self.made_against(spot.configuration.version)?;
        if wanted.len() > MOST_PEOPLE {
            return Err(Refusal::invalid("overrides", format!("must name at most {MOST_PEOPLE} people")));
        }
        let mut wanted_by_person = BTreeMap::new();
        for (index, (person, variant)) in wanted.into_iter().enumerate() {
            let field = |name: &str| format!("overrides[{index}].{name}");
            // Whoever was erased is shown so, and cannot be named any more.
            if person == ERASED {
                continue;
            }
            let person = text::person(&person).map_err(|error| Refusal::invalid(field("user_key"), error))?;
            if spot.flag.variant(&variant).is_none() {
                return Err(Refusal::invalid(field("variant"), "must be the key of one of the flag's variants"));
            }
            if wanted_by_person.insert(person, variant).is_some() {
                return Err(Refusal::invalid(field("user_key"), "must not be named twice"));
            }
        }

        let mut events = Vec::new();
        // Whoever was erased cannot be named any more, so their entry goes with the next edit.
        for Override { person, variant } in &spot.configuration.overrides {
            let wanted = self.vault.reveal(person).and_then(|known| wanted_by_person.remove(known));
            match wanted {
                Some(after) if after == *variant => {}
                Some(after) => events.push(Event::OverrideSet {
                    place: place.clone(),
                    person: person.clone(),
                    before: Some(variant.clone()),
                    after,
                }),
                None => events.push(Event::OverrideRemoved {
                    place: place.clone(),
                    person: person.clone(),
                    before: variant.clone(),
                }),
            }
        }
        for (person, after) in wanted_by_person {
            let person = self.seal(person);
            events.push(Event::OverrideSet { place: place.clone(), person, before: None, after });
        }
        if !events.is_empty() {
            self.reason_if(spot.production)?;
        }
        Ok(events)
    }

    pub(super) fn change_rule(&mut self, place: Place, changes: RuleChanges) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let changed = self.default_changed(&spot, &place, changes, "")?;
        if changed.is_some() {
            self.reason_if(spot.production)?;
        }
        Ok(changed.into_iter().collect())
    }

    /// What those get whom no rule fits, as it is with some changes; `None` where that is what it was. What is wrong
    /// is told of the field after `prefix`.
    pub(super) fn default_changed(
        &mut self,
        spot: &Spot<'_>,
        place: &Place,
        changes: RuleChanges,
        prefix: &str,
    ) -> Result<Option<Event>, Refusal> {
        if spot.configuration.rollout_of(None).is_some() {
            return Err(Refusal::conflict(
                "a rollout decides who has this now; advance it, roll it back or finish it instead",
            ));
        }
        let before =
            RuleContent { audience: spot.configuration.audience.clone(), split: spot.configuration.split.clone() };
        let named = match changes.people {
            Some(people) => self.accept_people(people, &format!("{prefix}people"), &before.audience.people)?,
            None => before.audience.people.clone(),
        };
        let segments = match changes.segments {
            Some(segments) => spot.accept_rings(segments, &format!("{prefix}segments"))?,
            None => before.audience.segments.clone(),
        };
        let share = changes.share.unwrap_or(before.audience.share);
        let after = RuleContent {
            audience: Audience { people: named, segments, share },
            split: match changes.split {
                Some(split) => {
                    check_split(&split, &format!("{prefix}split"), &|key| spot.flag.variant(key).is_some())?;
                    split
                }
                None => before.split.clone(),
            },
        };
        if before == after {
            return Ok(None);
        }
        let people_before = spot.people(None, &before.audience);
        let people_after = spot.people(None, &after.audience);
        Ok(Some(Event::RuleChanged { place: place.clone(), before, after, people_before, people_after }))
    }

    /// People named one by one: none twice, each keeping the commitment it has among `known`.
    ///
    /// Whoever was erased is shown as [`ERASED`] and may be sent back so: each such mark stands for the next erased
    /// person among `known`, so that what was not touched stays what it was. Further marks name nobody.
    pub(super) fn accept_people(
        &mut self,
        people: Vec<String>,
        field: &str,
        known: &[Commitment],
    ) -> Result<Vec<Commitment>, Refusal> {
        self.accept_so_many_people(people, MOST_PEOPLE, field, known)
    }

    /// As [`Self::accept_people`], for a list of up to `most` people.
    pub(super) fn accept_so_many_people(
        &mut self,
        people: Vec<String>,
        most: usize,
        field: &str,
        known: &[Commitment],
    ) -> Result<Vec<Commitment>, Refusal> {
        if people.len() > most {
            return Err(Refusal::invalid(field, format!("must name at most {most} people")));
        }
        let keys: HashMap<&str, &Commitment> =
            known.iter().filter_map(|commitment| Some((self.vault.reveal(commitment)?, commitment))).collect();
        let mut seen = BTreeSet::new();
        let mut erased = known.iter().filter(|commitment| self.vault.reveal(commitment).is_none());
        let mut accepted = Vec::with_capacity(people.len());
        for (index, person) in people.into_iter().enumerate() {
            if person == ERASED {
                accepted.extend(erased.next().cloned());
                continue;
            }
            let field = format!("{field}[{index}]");
            let person = text::person(&person).map_err(|error| Refusal::invalid(&field, error))?;
            if !seen.insert(person.clone()) {
                return Err(Refusal::invalid(field, "must not be named twice"));
            }
            accepted.push(match keys.get(person.as_str()) {
                Some(commitment) => (*commitment).clone(),
                None => self.seal(person),
            });
        }
        Ok(accepted)
    }
}
