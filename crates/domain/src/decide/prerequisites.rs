//! Flags that wait for other flags, one level deep.

use std::collections::BTreeSet;

use super::{Desk, Events};
use crate::event::{Event, Place};
use crate::flag::{Flag, MOST_PREREQUISITES, Prerequisite};
use crate::key::{EnvironmentKey, FlagKey};
use crate::project::Project;
use crate::refusal::Refusal;

impl Desk<'_> {
    pub(super) fn set_prerequisites(&mut self, place: Place, after: Vec<Prerequisite>) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        if after.len() > MOST_PREREQUISITES {
            let message = format!("must list at most {MOST_PREREQUISITES} flags");
            return Err(Refusal::invalid("prerequisites", message));
        }
        let mut seen = BTreeSet::new();
        for (index, prerequisite) in after.iter().enumerate() {
            let field = format!("prerequisites[{index}]");
            if !seen.insert(&prerequisite.flag) {
                return Err(Refusal::invalid(format!("{field}.flag"), "must not be listed twice"));
            }
            spot.project.check_prerequisite(&place, prerequisite, &field)?;
        }
        if let (Some(first), Some(waiting)) =
            (after.first(), spot.project.waiting_for(&place.flag, &place.environment).next())
        {
            return Err(Refusal::invalid(
                "prerequisites",
                format!(
                    "must be empty, since another flag waits for this one: {waiting} → {} → {} is one step too long",
                    place.flag, first.flag
                ),
            ));
        }
        let before = spot.configuration.prerequisites.clone();
        if before == after {
            return Ok(Vec::new());
        }
        self.reason_if(spot.production)?;
        Ok(vec![Event::PrerequisitesChanged { place, before, after }])
    }
}

impl Project {
    /// The flags in use that wait for this flag in an environment.
    pub fn waiting_for<'a>(
        &'a self,
        flag: &'a FlagKey,
        environment: &'a EnvironmentKey,
    ) -> impl Iterator<Item = &'a FlagKey> {
        let in_use = self.flags.values().filter(|other| other.archived.is_none());
        in_use
            .filter(move |other| {
                let configuration = other.configurations.get(environment);
                configuration.is_some_and(|here| here.prerequisites.iter().any(|one| one.flag == *flag))
            })
            .map(|other| &other.key)
    }

    /// Whether all that a flag in the archive waits for is still there for it.
    pub fn prerequisites_still_hold(&self, flag: &Flag) -> Result<(), Refusal> {
        for (environment, configuration) in &flag.configurations {
            let place = Place { project: self.key.clone(), flag: flag.key.clone(), environment: environment.clone() };
            for prerequisite in &configuration.prerequisites {
                self.check_prerequisite(&place, prerequisite, "prerequisites").map_err(|refusal| {
                    Refusal::conflict(format!("what this flag waits for in \"{environment}\" has changed: {refusal}"))
                })?;
            }
        }
        Ok(())
    }

    /// Whether the flag of `place` may wait for this one: it is in use, has the variants, and waits for none itself.
    fn check_prerequisite(&self, place: &Place, wanted: &Prerequisite, field: &str) -> Result<(), Refusal> {
        let Prerequisite { flag, variants } = wanted;
        let refuse = |name: &str, message: String| Err(Refusal::invalid(format!("{field}.{name}"), message));
        if *flag == place.flag {
            return refuse("flag", format!("must not lead back to itself: {flag} → {flag}"));
        }
        let Some(other) = self.flags.get(flag).filter(|other| other.archived.is_none()) else {
            return refuse("flag", format!("must be a flag of the project in use; there is no \"{flag}\""));
        };
        if variants.is_empty() {
            return refuse("variants", "must list at least one variant".into());
        }
        for (index, variant) in variants.iter().enumerate() {
            let field = format!("variants[{index}]");
            if other.variant(variant).is_none() {
                return refuse(&field, format!("must be the key of one of the variants of \"{flag}\""));
            }
            if variants[..index].contains(variant) {
                return refuse(&field, "must not be listed twice".into());
            }
        }
        let waits = other.configurations.get(&place.environment).map_or(&[][..], |here| &here.prerequisites);
        // What leads back says more than what is merely too long.
        let third = waits.iter().find(|third| third.flag == place.flag).or(waits.first());
        match third {
            Some(third) if third.flag == place.flag => {
                refuse("flag", format!("must not lead back to itself: {} → {flag} → {}", place.flag, third.flag))
            }
            Some(third) => refuse(
                "flag",
                format!(
                    "must be a flag that waits for no other: {} → {flag} → {} is one step too long",
                    place.flag, third.flag
                ),
            ),
            None => Ok(()),
        }
    }
}
