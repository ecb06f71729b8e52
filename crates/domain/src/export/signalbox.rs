//! An environment in our own form, people in the clear.

use std::convert::Infallible;

use crate::flag::{Configuration, Flag, FlagDetails};
use crate::import::{
    BucketingAndSalt, DefaultInDocument, FlagInDocument, KeptInDocument, OverrideInDocument, RolloutInDocument,
    SIGNALBOX_FORMAT, SignalboxDocument,
};
use crate::key::EnvironmentKey;
use crate::personal::{Commitment, Vault};
use crate::project::Project;
use crate::targeting::Segment;
use crate::words::ERASED;

/// Everything of an environment that people decide. Archived flags are not in it; whoever was erased stands as
/// [`ERASED`].
#[must_use]
pub fn signalbox_document(project: &Project, environment: &EnvironmentKey, vault: &Vault) -> SignalboxDocument {
    let in_use = project.flags.values().filter(|flag| flag.archived.is_none());
    let kept = project.kept_apart.get(environment).into_iter().flat_map(|kept| &kept.flags);
    SignalboxDocument {
        signalbox: SIGNALBOX_FORMAT,
        project: Some(project.key.clone()),
        environment: Some(environment.clone()),
        segments: project.segments.values().map(|known| segment_in_document(&known.segment, vault)).collect(),
        flags: in_use
            .filter_map(|flag| Some(flag_in_document(flag, flag.configurations.get(environment)?, vault)))
            .collect(),
        kept_apart: kept
            .map(|(key, kept)| KeptInDocument {
                key: key.clone(),
                generation: kept.flag.generation,
                definition: kept.flag.definition.clone(),
                why: kept.flag.why.clone(),
            })
            .collect(),
    }
}

/// A segment with its people in the clear.
#[must_use]
pub fn segment_in_document(segment: &Segment<Commitment>, vault: &Vault) -> Segment<String> {
    match segment.clone().try_map_people(|_, commitment| Ok::<_, Infallible>(person(&commitment, vault))) {
        Ok(segment) => segment,
        Err(impossible) => match impossible {},
    }
}

/// A flag with what it gives in one environment.
#[must_use]
pub fn flag_in_document(flag: &Flag, configuration: &Configuration, vault: &Vault) -> FlagInDocument {
    let FlagDetails { name, description, purpose, owner, tags, expected_removal } = flag.details.clone();
    let people = |people: &[Commitment]| people.iter().map(|one| person(one, vault)).collect::<Vec<_>>();
    let rules = configuration.rules.iter().map(|rule| {
        let mut rule = rule.clone();
        if let Some(audience) = configuration.effective_audience_of(Some(&rule.id)) {
            rule.set_audience(audience);
        }
        match rule.try_map_people(|_, one| Ok::<_, Infallible>(person(&one, vault))) {
            Ok(rule) => rule,
            Err(impossible) => match impossible {},
        }
    });
    let audience = configuration.effective_audience();
    let overrides = configuration
        .overrides
        .iter()
        .map(|entry| OverrideInDocument { user_key: person(&entry.person, vault), variant: entry.variant.clone() });
    let rollout = configuration.rollout_in_use().map(|rollout| RolloutInDocument {
        rule: rollout.rule.clone(),
        status: rollout.status,
        stages: rollout
            .stages
            .iter()
            .map(|stage| match stage.clone().try_map(|one| Ok::<_, Infallible>(person(&one, vault))) {
                Ok(stage) => stage,
                Err(impossible) => match impossible {},
            })
            .collect(),
    });
    FlagInDocument {
        key: flag.key.clone(),
        name,
        description,
        purpose,
        owner: owner.map(|owner| person(&owner, vault)),
        tags,
        expected_removal,
        value_kind: flag.value_kind,
        variants: flag.variants.clone(),
        off_variant: flag.off_variant.clone(),
        bucketing: BucketingAndSalt { algorithm: flag.bucketing.algorithm, salt: flag.bucketing.salt.clone() },
        client_side: flag.client_side.allowed,
        killed: configuration.kill.is_some(),
        overrides: overrides.collect(),
        prerequisites: configuration.prerequisites.clone(),
        rules: rules.collect(),
        default: DefaultInDocument {
            share: audience.share,
            people: people(&audience.people),
            segments: audience.segments,
            split: configuration.split.clone(),
        },
        rollout,
    }
}

fn person(commitment: &Commitment, vault: &Vault) -> String {
    vault.reveal(commitment).unwrap_or(ERASED).to_owned()
}
