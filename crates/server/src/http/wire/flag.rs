//! Flags: as rows, and with everything about them.

use signalbox_domain::event::Place;
use signalbox_domain::flag::Configuration;
use signalbox_domain::guard::Wanted;
use signalbox_domain::key::{ActorId, FlagKey, ProjectKey};
use signalbox_domain::people;
use signalbox_domain::project::Project;
use signalbox_domain::rollout::Rollout;
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
        let environments = flag.configurations.iter().filter_map(|(environment, configuration)| {
            let here = Place { project: project.clone(), flag: key.clone(), environment: environment.clone() };
            let audience = self.audience(project, environment);
            let known = self.project_state(project)?;
            Some((environment.clone(), in_environment(known, configuration, audience, self.reasons_awaited(&here))))
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

fn in_environment(
    project: &Project,
    configuration: &Configuration,
    audience: u64,
    reasons_awaited: Vec<u64>,
) -> FlagInEnvironment {
    // While a rollout is under way, the row tells of those whom it is for; else of those whom no rule fits.
    let driven = configuration.rollout_under_way().and_then(|rollout| rollout.rule.as_ref());
    let reach = configuration.effective_audience_of(driven).unwrap_or_default();
    let audience = configuration.audience_size(driven, audience);
    FlagInEnvironment {
        killed: configuration.kill.map(|kill| kill.since),
        share: reach.share,
        named: reach.people.len() as u64,
        overrides: configuration.overrides.len() as u64,
        rules: configuration.rules.len() as u64,
        people: if configuration.kill.is_some() { 0 } else { people::reached(audience, &reach, &project.segments) },
        rollout: configuration.rollout.as_ref().map(|rollout| rollout_row(project, configuration, rollout)),
        reasons_awaited,
        version: configuration.version,
        changed: configuration.changed,
    }
}

fn rollout_row(project: &Project, configuration: &Configuration, rollout: &Rollout) -> RolloutRow {
    let rule = rollout.rule.as_ref();
    let title = rule.map(|id| configuration.rule(id).map_or(id.as_str(), |rule| rule.title()).to_owned());
    RolloutRow {
        rule: title,
        status: rollout.status,
        position: rollout.position,
        held_because: rollout.held_because,
        held_since: rollout.held_since,
        held_by_machine: rollout.held_by == Some(ActorId::System),
        standing: rollout.standing,
        standing_since: rollout.standing_since,
        asks_less: rollout.gate().is_some_and(|gate| gate.evidence == Wanted::NotHarmful),
        stages: rollout.stages.iter().map(|stage| stage.in_words(&project.segments)).collect(),
        entered: rollout.entered,
    }
}
