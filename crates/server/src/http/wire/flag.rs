//! Flags: as rows, and with everything about them.

use signalbox_domain::event::Place;
use signalbox_domain::flag::Configuration;
use signalbox_domain::key::{FlagKey, ProjectKey};
use signalbox_domain::people;
use signalbox_domain::rollout::{Rollout, Stage};
use signalbox_protocol::wire::flag::{Details, Flag, FlagInEnvironment, FlagRow, RolloutRow};

use super::View;

impl View<'_> {
    /// A flag with everything about it.
    #[must_use]
    pub fn flag(&self, project: &ProjectKey, key: &FlagKey) -> Option<Flag> {
        let flag = self.state.flag(project, key)?;
        let environments = &self.project_state(project)?.environments;
        let configurations = environments.iter().filter_map(|environment| {
            Some((environment.key.clone(), self.configuration(project, key, &environment.key)?))
        });
        Some(Flag {
            project: project.clone(),
            key: flag.key.clone(),
            details: Details {
                name: flag.details.name.clone(),
                description: flag.details.description.clone(),
                purpose: flag.details.purpose,
                owner: flag.details.owner.as_ref().map(|owner| self.person(owner)),
                tags: flag.details.tags.clone(),
                expected_removal: flag.details.expected_removal,
            },
            value_kind: flag.value_kind,
            variants: flag.variants.clone(),
            off_variant: flag.off_variant.clone(),
            bucketing: flag.bucketing.algorithm,
            salt: flag.bucketing.salt.clone(),
            created: flag.created,
            archived: flag.archived,
            client_side: flag.client_side.allowed,
            configurations: configurations.collect(),
            version: flag.version,
        })
    }

    /// A flag as a row of a list.
    #[must_use]
    pub fn flag_row(&self, project: &ProjectKey, key: &FlagKey) -> Option<FlagRow> {
        let flag = self.state.flag(project, key)?;
        let changed = flag.configurations.values().map(|configuration| configuration.changed);
        let environments = flag.configurations.iter().map(|(environment, configuration)| {
            let here = Place { project: project.clone(), flag: key.clone(), environment: environment.clone() };
            let audience = self.audience(project, environment);
            (environment.clone(), in_environment(configuration, audience, self.reasons_awaited(&here)))
        });
        Some(FlagRow {
            project: project.clone(),
            key: flag.key.clone(),
            name: flag.details.name.clone(),
            description: flag.details.description.clone(),
            purpose: flag.details.purpose,
            value_kind: flag.value_kind,
            owner: flag.details.owner.as_ref().map(|owner| self.person(owner)),
            tags: flag.details.tags.clone(),
            expected_removal: flag.details.expected_removal,
            created: flag.created,
            changed: changed.fold(flag.changed, Ord::max),
            archived: flag.archived,
            environments: environments.collect(),
            version: self.newest_version(project, key)?,
        })
    }

    /// All flags of a project as rows, by key.
    pub fn flag_rows(&self, project: &ProjectKey) -> Option<impl Iterator<Item = FlagRow>> {
        let flags = self.project_state(project)?.flags.keys();
        Some(flags.filter_map(move |key| self.flag_row(project, key)))
    }
}

fn in_environment(configuration: &Configuration, audience: u64, reasons_awaited: Vec<u64>) -> FlagInEnvironment {
    let reach = configuration.effective_audience();
    FlagInEnvironment {
        killed: configuration.kill.map(|kill| kill.since),
        share: reach.share,
        named: reach.people.len() as u64,
        overrides: configuration.overrides.len() as u64,
        people: if configuration.kill.is_some() { 0 } else { people::reached(audience, &reach) },
        rollout: configuration.rollout.as_ref().map(rollout_row),
        reasons_awaited,
        version: configuration.version,
        changed: configuration.changed,
    }
}

fn rollout_row(rollout: &Rollout) -> RolloutRow {
    RolloutRow {
        status: rollout.status,
        position: rollout.position,
        held_because: rollout.held_because,
        held_since: rollout.held_since,
        stages: rollout.stages.iter().map(Stage::in_words).collect(),
        entered: rollout.entered,
    }
}
