//! Flags themselves: making, describing, variants, archive.

use std::collections::BTreeSet;

use super::{Desk, Events};
use crate::command::{NewFlag, boolean_variants};
use crate::event::{Event, VariantsContent};
use crate::flag::{Bucketing, Flag, FlagDetails, MOST_TAGS, MOST_VARIANTS, Variant, WeightedVariant};
use crate::import::PossibleResults;
use crate::key::{FlagKey, ProjectKey, VariantKey};
use crate::personal::Commitment;
use crate::project::Project;
use crate::refusal::Refusal;
use crate::share::Share;
use crate::text;
use crate::value::ValueKind;
use crate::words::ERASED;

/// Longest salt, in bytes.
const LONGEST_SALT: usize = 64;
/// Most flags in one project.
const MOST_FLAGS: usize = 10_000;

impl Desk<'_> {
    pub(super) fn create_flag(&mut self, project_key: ProjectKey, new: NewFlag) -> Events {
        let project = self.project(&project_key)?;
        if project.flags.contains_key(&new.key) {
            return Err(Refusal::exists("flag", new.key));
        }
        if let Some(environment) = project.environments_keeping_apart(new.key.as_str()).next() {
            return Err(Refusal::conflict(format!(
                "a flag \"{}\" is kept apart in \"{environment}\"; remove it there first",
                new.key
            )));
        }
        if project.flags.len() >= MOST_FLAGS {
            return Err(Refusal::conflict(format!("a project has at most {MOST_FLAGS} flags")));
        }
        let variants = match (new.variants, new.value_kind) {
            (Some(variants), kind) => accept_variants(kind, variants)?,
            (None, ValueKind::Boolean) => boolean_variants(),
            (None, _) => {
                return Err(Refusal::invalid("variants", "must list at least one variant"));
            }
        };
        let last = variants.last().map(|variant| variant.key.clone());
        let off_variant = new
            .off_variant
            .or(last)
            .filter(|key| variants.iter().any(|variant| variant.key == *key))
            .ok_or_else(|| Refusal::invalid("off_variant", "must be the key of one of the variants"))?;
        // Those let in get the first variant that is not the one for everybody else.
        let given = variants.iter().find(|variant| variant.key != off_variant).or(variants.first());
        let split = given
            .map(|variant| WeightedVariant { variant: variant.key.clone(), weight: Share::EVERYBODY })
            .into_iter()
            .collect();
        let salt = match new.salt {
            Some(salt) if salt.is_empty() || salt.len() > LONGEST_SALT || salt.chars().any(char::is_control) => {
                return Err(Refusal::invalid("salt", format!("must be 1 to {LONGEST_SALT} bytes of text")));
            }
            Some(salt) => salt,
            None => self.entropy.id(""),
        };
        let details = self.accept_details(new.details, None)?;
        Ok(vec![Event::FlagCreated {
            project: project_key,
            flag: new.key,
            details,
            value_kind: new.value_kind,
            variants,
            off_variant,
            split,
            bucketing: Bucketing { algorithm: new.bucketing, salt },
        }])
    }

    pub(super) fn change_flag(&mut self, project: ProjectKey, key: FlagKey, details: FlagDetails<String>) -> Events {
        let flag = self.open_flag(&project, &key)?;
        self.made_against(flag.version)?;
        let before = flag.details.clone();
        let after = self.accept_details(details, before.owner.clone())?;
        if before == after {
            return Ok(Vec::new());
        }
        Ok(vec![Event::FlagDetailsChanged { project, flag: key, before, after }])
    }

    pub(super) fn change_variants(
        &mut self,
        project_key: ProjectKey,
        key: FlagKey,
        variants: Vec<Variant>,
        off_variant: VariantKey,
    ) -> Events {
        let project = self.project(&project_key)?;
        let flag = self.open_flag(&project_key, &key)?;
        self.made_against(flag.version)?;
        let variants = accept_variants(flag.value_kind, variants)?;
        let kept: BTreeSet<_> = variants.iter().map(|variant| &variant.key).collect();
        if !kept.contains(&off_variant) {
            return Err(Refusal::invalid("off_variant", "must be the key of one of the variants"));
        }
        let gone: BTreeSet<_> =
            flag.variants.iter().map(|variant| &variant.key).filter(|key| !kept.contains(key)).collect();
        if let Some(used) = first_use(flag, &gone) {
            return Err(Refusal::conflict(format!("{used}; put another variant there first")));
        }
        if let Some((variant, waiting)) = awaited_variants(project, &key).find(|(variant, _)| !kept.contains(variant)) {
            return Err(Refusal::conflict(format!(
                "\"{waiting}\" waits for \"{variant}\" of this flag; change what it depends on first"
            )));
        }
        let before = VariantsContent { variants: flag.variants.clone(), off_variant: flag.off_variant.clone() };
        let after = VariantsContent { variants, off_variant };
        if before == after {
            return Ok(Vec::new());
        }
        self.reason_if(project.has_production())?;
        Ok(vec![Event::FlagVariantsChanged { project: project_key, flag: key, before, after }])
    }

    pub(super) fn change_client_side(&mut self, project: ProjectKey, key: FlagKey, client_side: bool) -> Events {
        let flag = self.open_flag(&project, &key)?;
        self.made_against(flag.version)?;
        let before = flag.client_side.allowed;
        if before == client_side {
            return Ok(Vec::new());
        }
        self.reason_if(self.project(&project)?.has_production())?;
        Ok(vec![Event::FlagClientSideChanged { project, flag: key, before, after: client_side }])
    }

    pub(super) fn archive_flag(&mut self, project: ProjectKey, key: FlagKey) -> Events {
        let flag = self.flag(&project, &key)?;
        if flag.archived.is_some() {
            return Ok(Vec::new());
        }
        self.made_against(flag.version)?;
        let under_way =
            flag.configurations.iter().find(|(_, configuration)| configuration.rollout_under_way().is_some());
        if let Some((environment, _)) = under_way {
            return Err(Refusal::conflict(format!(
                "a rollout is under way in \"{environment}\"; finish it or roll it back and finish it first"
            )));
        }
        if let Some((_, waiting)) = awaited_variants(self.project(&project)?, &key).next() {
            return Err(Refusal::conflict(format!(
                "\"{waiting}\" waits for this flag; change what it depends on first"
            )));
        }
        self.reason_if(self.project(&project)?.has_production())?;
        Ok(vec![Event::FlagArchived { project, flag: key }])
    }

    pub(super) fn restore_flag(&mut self, project: ProjectKey, key: FlagKey) -> Events {
        let flag = self.flag(&project, &key)?;
        if flag.archived.is_none() {
            return Ok(Vec::new());
        }
        self.made_against(flag.version)?;
        self.project(&project)?.prerequisites_still_hold(flag)?;
        self.reason_if(self.project(&project)?.has_production())?;
        Ok(vec![Event::FlagRestored { project, flag: key }])
    }

    /// The flag, unless it is in the archive.
    fn open_flag(&self, project: &ProjectKey, key: &FlagKey) -> Result<&Flag, Refusal> {
        let flag = self.state.flag(project, key);
        match flag {
            Some(flag) if flag.archived.is_some() => {
                Err(Refusal::conflict("this flag is in the archive; restore it first"))
            }
            Some(flag) => Ok(flag),
            None => Err(self.project(project).err().unwrap_or_else(|| Refusal::not_found("flag", key))),
        }
    }

    fn accept_details(
        &mut self,
        details: FlagDetails<String>,
        owner_before: Option<Commitment>,
    ) -> Result<FlagDetails<Commitment>, Refusal> {
        let tags: Vec<String> = details
            .tags
            .iter()
            .enumerate()
            .map(|(index, tag)| text::name(tag).map_err(|error| Refusal::invalid(format!("tags[{index}]"), error)))
            .collect::<Result<_, _>>()?;
        if tags.len() > MOST_TAGS {
            return Err(Refusal::invalid("tags", format!("must be at most {MOST_TAGS}")));
        }
        if let Some(index) = (1..tags.len()).find(|index| tags[..*index].contains(&tags[*index])) {
            return Err(Refusal::invalid(format!("tags[{index}]"), "must not be listed twice"));
        }
        let owner = match details.owner.filter(|owner| !owner.trim().is_empty()) {
            // Whoever was erased is shown so, and may be sent back so.
            Some(owner) if owner == ERASED => owner_before.filter(|before| self.vault.reveal(before).is_none()),
            Some(owner) => {
                let owner = text::name(&owner).map_err(|error| Refusal::invalid("owner", error))?;
                Some(self.seal_among(owner, owner_before.as_slice()))
            }
            None => None,
        };
        Ok(FlagDetails {
            name: text::name(&details.name).map_err(|error| Refusal::invalid("name", error))?,
            description: text::description(&details.description)
                .map_err(|error| Refusal::invalid("description", error))?,
            purpose: details.purpose,
            owner,
            tags,
            expected_removal: details.expected_removal,
        })
    }
}

/// Variants in their stored form: at least one, keys unique, values of one kind.
fn accept_variants(kind: ValueKind, variants: Vec<Variant>) -> Result<Vec<Variant>, Refusal> {
    if variants.is_empty() || variants.len() > MOST_VARIANTS {
        return Err(Refusal::invalid("variants", format!("must list 1 to {MOST_VARIANTS} variants")));
    }
    let mut keys = BTreeSet::new();
    for (index, variant) in variants.iter().enumerate() {
        if !keys.insert(&variant.key) {
            return Err(Refusal::invalid(
                format!("variants[{index}].key"),
                "must differ from the other variants' keys",
            ));
        }
    }
    variants
        .into_iter()
        .enumerate()
        .map(|(index, Variant { key, value })| {
            let value =
                kind.accept(value).map_err(|error| Refusal::invalid(format!("variants[{index}].value"), error))?;
            Ok(Variant { key, value })
        })
        .collect()
}

/// Where one of these variants is used first, in words; whether anybody gets it now or not.
fn first_use(flag: &Flag, gone: &BTreeSet<&VariantKey>) -> Option<String> {
    let is_gone = |part: &&WeightedVariant| gone.contains(&part.variant);
    flag.configurations.iter().find_map(|(environment, configuration)| {
        if let Some(own) = configuration.overrides.iter().find(|entry| gone.contains(&entry.variant)) {
            return Some(format!("somebody has \"{}\" as their own in \"{environment}\"", own.variant));
        }
        let of_rule = configuration.rules.iter().find_map(|rule| {
            let part = rule.split.iter().find(is_gone).map(|part| part.variant.to_string());
            let named = || {
                let results = PossibleResults::of(rule.expression.as_ref()?);
                results.names.into_iter().find(|name| gone.iter().any(|key| key.as_str() == name))
            };
            Some((rule.title(), part.or_else(named)?))
        });
        if let Some((title, variant)) = of_rule {
            return Some(format!("rule \"{title}\" in \"{environment}\" can give \"{variant}\""));
        }
        let part = configuration.split.iter().find(is_gone)?;
        Some(format!("\"{}\" is what the default in \"{environment}\" gives its share of people", part.variant))
    })
}

/// Every variant of `flag` for which another flag in use waits, with that flag.
fn awaited_variants<'a>(
    project: &'a Project,
    flag: &'a FlagKey,
) -> impl Iterator<Item = (&'a VariantKey, &'a FlagKey)> {
    let in_use = project.flags.values().filter(|other| other.archived.is_none());
    in_use.flat_map(move |other| {
        let prerequisites = other.configurations.values().flat_map(|configuration| &configuration.prerequisites);
        let of_flag = prerequisites.filter(move |one| one.flag == *flag);
        of_flag.flat_map(|one| &one.variants).map(move |variant| (variant, &other.key))
    })
}
