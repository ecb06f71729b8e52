//! From events to state. Whatever `decide` allowed folds; anything else is a damaged log.

use std::collections::HashSet;

use crate::access::{AccessToken, SdkKey};
use crate::envelope::Envelope;
use crate::environment::Environment;
use crate::event::{EnvironmentContent, Event, PeopleChange, Place};
use crate::flag::{Audience, ClientSide, Configuration, Flag, Kill, Override, WeightedVariant};
use crate::guard::{Source, Standing};
use crate::kept_apart::KeptHere;
use crate::key::{ActorId, FlagKey, ProjectKey};
use crate::personal::Commitment;
use crate::plan::Plan;
use crate::project::{Project, SegmentInProject};
use crate::rollout::{Approval, HeldBecause, MOST_STRATA, Position, Rollout, RolloutStatus, StratumBegan};
use crate::share::Share;
use crate::state::State;
use crate::targeting::{Segment, SegmentContent};
use crate::time::Timestamp;
use crate::webhook::{BOTH_SECRETS_MILLIS, Webhook};

/// An event that cannot follow on the state: the log is damaged or was written by something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence} cannot follow: {why}")]
pub struct Impossible {
    /// The event.
    pub sequence: u64,
    /// What does not fit.
    pub why: String,
}

/// Folds one event into the state.
///
/// # Errors
/// [`Impossible`] when the event does not fit; the state is then unusable and must be dropped.
pub fn apply(state: &mut State, envelope: &Envelope) -> Result<(), Impossible> {
    let impossible = |why: String| Impossible { sequence: envelope.sequence, why };
    if envelope.sequence != state.sequence + 1 {
        return Err(impossible(format!("expected event {}", state.sequence + 1)));
    }
    if envelope.time < state.time {
        return Err(impossible("it is older than the event before it".into()));
    }
    state.sequence = envelope.sequence;
    state.time = envelope.time;
    change(state, envelope).map_err(impossible)
}

/// Folds a whole log.
///
/// # Errors
/// [`Impossible`] at the first event that does not fit.
pub fn fold<'a>(envelopes: impl IntoIterator<Item = &'a Envelope>) -> Result<State, Impossible> {
    let mut state = State::default();
    for envelope in envelopes {
        apply(&mut state, envelope)?;
    }
    Ok(state)
}

type Changed = Result<(), String>;

fn change(state: &mut State, envelope: &Envelope) -> Changed {
    let version = envelope.sequence;
    let time = envelope.time;
    match &envelope.event {
        Event::ProjectCreated { project: key, name } => {
            let project = Project {
                key: key.clone(),
                name: name.clone(),
                environments: Vec::new(),
                flags: Default::default(),
                segments: Default::default(),
                kept_apart: Default::default(),
                plans: Default::default(),
                webhook: None,
                version,
            };
            state.projects.insert(key.clone(), project);
        }
        Event::ProjectRenamed { project: key, after, .. } => {
            let project = project(state, key)?;
            project.name.clone_from(after);
            project.version = version;
        }
        Event::EnvironmentCreated { project: key, environment } => {
            let project = project(state, key)?;
            project.environments.push(environment_of(environment, version));
            for flag in project.flags.values_mut() {
                // Nobody changed the flag: in a new environment it is as it was made.
                let configuration = Configuration::new(flag.initial_split(), version, flag.created);
                flag.configurations.insert(environment.key.clone(), configuration);
            }
        }
        Event::EnvironmentChanged { project: key, after, position, .. } => {
            let environments = &mut project(state, key)?.environments;
            if position.before >= environments.len() || position.after >= environments.len() {
                return Err("no environment at this position".into());
            }
            environments.remove(position.before);
            environments.insert(position.after, environment_of(after, version));
        }
        Event::TokenCreated { token: id, name, role } => {
            let token =
                AccessToken { id: id.clone(), name: name.clone(), role: *role, created: time, revoked: None, version };
            state.tokens.insert(id.clone(), token);
        }
        Event::TokenRevoked { token: id } => {
            let token = state.tokens.get_mut(id).ok_or("no such token")?;
            token.revoked = Some(time);
            token.version = version;
        }
        Event::SdkKeyCreated { sdk_key: id, project, environment, name, kind } => {
            let key = SdkKey {
                id: id.clone(),
                project: project.clone(),
                environment: environment.clone(),
                name: name.clone(),
                kind: *kind,
                created: time,
                revoked: None,
                version,
            };
            state.sdk_keys.insert(id.clone(), key);
        }
        Event::SdkKeyRevoked { sdk_key: id, .. } => {
            let key = state.sdk_keys.get_mut(id).ok_or("no such SDK key")?;
            key.revoked = Some(time);
            key.version = version;
        }
        Event::WebhookCreated { project: key, webhook, content } => {
            let created = Webhook { id: webhook.clone(), before: None, content: content.clone(), version };
            project(state, key)?.webhook = Some(created);
        }
        Event::WebhookChanged { project: key, after, .. } => {
            let webhook = webhook(state, key, version)?;
            webhook.content.clone_from(after);
        }
        Event::WebhookSecretRenewed { project: key, before, after } => {
            let webhook = webhook(state, key, version)?;
            let until = Timestamp::from_millis(time.millis().saturating_add(BOTH_SECRETS_MILLIS));
            webhook.before = Some((before.clone(), until));
            webhook.id.clone_from(after);
        }
        Event::WebhookRemoved { project: key, .. } => {
            project(state, key)?.webhook.take().ok_or("no webhook")?;
        }
        Event::FlagCreated { project: key, flag, details, value_kind, variants, off_variant, split, bucketing } => {
            let project = project(state, key)?;
            let configurations = project
                .environments
                .iter()
                .map(|environment| (environment.key.clone(), Configuration::new(split.clone(), version, time)))
                .collect();
            let flag = Flag {
                key: flag.clone(),
                details: details.clone(),
                value_kind: *value_kind,
                variants: variants.clone(),
                off_variant: off_variant.clone(),
                bucketing: bucketing.clone(),
                created: time,
                changed: time,
                archived: None,
                client_side: ClientSide::default(),
                configurations,
                version,
            };
            project.flags.insert(flag.key.clone(), flag);
        }
        Event::FlagDetailsChanged { project, flag: key, after, .. } => {
            flag(state, project, key, envelope)?.details = after.clone();
        }
        Event::FlagVariantsChanged { project, flag: key, after, .. } => {
            let flag = flag(state, project, key, envelope)?;
            flag.variants.clone_from(&after.variants);
            flag.off_variant = after.off_variant.clone();
            for configuration in flag.configurations.values_mut() {
                compare_anew(configuration, version, time);
            }
        }
        Event::FlagClientSideChanged { project, flag: key, after, .. } => {
            flag(state, project, key, envelope)?.client_side = ClientSide { allowed: *after, version };
        }
        Event::FlagArchived { project, flag: key } => flag(state, project, key, envelope)?.archived = Some(time),
        Event::FlagRestored { project, flag: key } => flag(state, project, key, envelope)?.archived = None,
        Event::SegmentCreated { project: key, segment } => {
            let known = SegmentInProject { segment: segment.clone(), changed: time, version };
            project(state, key)?.segments.insert(segment.key.clone(), known);
        }
        Event::SegmentChanged { project: key, segment, after, included, excluded, .. } => {
            let known = project(state, key)?.segments.get_mut(segment).ok_or("no such segment")?;
            change_segment(&mut known.segment, after, included, excluded);
            (known.changed, known.version) = (time, version);
        }
        Event::SegmentRemoved { project: key, segment, .. } => {
            project(state, key)?.segments.remove(segment).ok_or("no such segment")?;
        }
        Event::KeptApartChanged { project: of, environment, key, after, .. } => {
            let kept = project(state, of)?.kept_apart.entry(environment.clone()).or_default();
            kept.version = version;
            match after {
                Some(flag) => {
                    let here = KeptHere { flag: (**flag).clone(), changed: time, version };
                    kept.flags.insert(key.clone(), here);
                }
                None => {
                    kept.flags.remove(key).ok_or("no such flag is kept apart")?;
                }
            }
        }
        Event::PlanCreated { project: key, plan, name, stages, guard } => {
            let (name, stages, guard) = (name.clone(), stages.clone(), guard.clone());
            let created = Plan { key: plan.clone(), name, stages, guard, version };
            project(state, key)?.plans.insert(plan.clone(), created);
        }
        Event::PlanChanged { project: key, plan, after, .. } => {
            let plan = project(state, key)?.plans.get_mut(plan).ok_or("no such plan")?;
            plan.name.clone_from(&after.name);
            plan.stages.clone_from(&after.stages);
            plan.guard = after.guard.clone();
            plan.version = version;
        }
        Event::PlanRemoved { project: key, plan, .. } => {
            project(state, key)?.plans.remove(plan).ok_or("no such plan")?;
        }
        Event::ReasonGiven { about, .. } => {
            state.reasons_awaited.remove(about).ok_or("no reason was awaited")?;
        }
        Event::PersonalValuesErased { .. } => state.last_erasure = version,
        Event::Skipped { .. } => {}
        other => change_configuration(state, other, envelope)?,
    }
    Ok(())
}

/// Events about what a flag gives in one environment.
fn change_configuration(state: &mut State, event: &Event, envelope: &Envelope) -> Changed {
    let place = event.place().ok_or("an event about nothing")?;
    let time = envelope.time;
    // A hold or kill without a reason is asked for one afterwards. A hold that came with a kill is not asked twice.
    let asks = matches!(event, Event::KillSwitchEngaged { .. })
        || matches!(event, Event::RolloutHeld { because: HeldBecause::Hold, .. });
    if asks && envelope.reason.is_none() {
        state.reasons_awaited.insert(envelope.sequence, place.clone());
    }
    let configuration = configuration(state, place)?;
    if let Event::VerdictReached { verdict, .. } = event {
        // Nothing changed of what anybody gets, or of what anybody wants: no version, so nobody's change is refused.
        let rollout = configuration.rollout.as_mut().ok_or("no rollout is planned")?;
        if verdict.source == Source::Servers {
            rollout.verdicts.insert(verdict.metric.clone(), verdict.outcome);
        }
        return Ok(());
    }
    if let Event::StandingChanged { after, .. } = event {
        // The same as for verdicts.
        let rollout = configuration.rollout.as_mut().ok_or("no rollout is planned")?;
        (rollout.standing, rollout.standing_since) = (*after, Some(time));
        return Ok(());
    }
    configuration.version = envelope.sequence;
    configuration.changed = time;
    match event {
        Event::OverrideSet { person, after, .. } => {
            match configuration.overrides.iter_mut().find(|entry| entry.person == *person) {
                Some(entry) => entry.variant = after.clone(),
                None => {
                    configuration.overrides.push(Override { person: person.clone(), variant: after.clone() });
                }
            }
        }
        Event::OverrideRemoved { person, .. } => configuration.overrides.retain(|entry| entry.person != *person),
        Event::RulesChanged { after, .. } => {
            configuration.rules.clone_from(after);
            compare_anew(configuration, envelope.sequence, time);
        }
        Event::PrerequisitesChanged { after, .. } => configuration.prerequisites.clone_from(after),
        Event::RuleChanged { after, .. } => {
            configuration.audience = after.audience.clone();
            configuration.split.clone_from(&after.split);
            compare_anew(configuration, envelope.sequence, time);
        }
        Event::RolloutDrafted { rollout: id, rule, stages, guard, .. } => {
            configuration.rollout = Some(Rollout {
                id: id.clone(),
                rule: rule.clone(),
                stages: stages.clone(),
                status: RolloutStatus::Draft,
                position: Position::Start,
                held_because: None,
                held_since: None,
                held_by: None,
                epoch: 0,
                before: Audience::default(),
                started: None,
                entered: None,
                first_entered: Vec::new(),
                guard: guard.clone(),
                started_by: None,
                strata: Vec::new(),
                approved: None,
                verdicts: Default::default(),
                standing: Standing::default(),
                standing_since: None,
            });
        }
        Event::RolloutDiscarded { .. } => configuration.rollout = None,
        Event::KillSwitchEngaged { .. } => configuration.kill = Some(Kill { since: time }),
        Event::KillSwitchLifted { .. } => configuration.kill = None,
        _ => change_rollout(configuration, event, envelope)?,
    }
    Ok(())
}

/// Events in the life of a rollout that was drafted before.
fn change_rollout(configuration: &mut Configuration, event: &Event, envelope: &Envelope) -> Changed {
    let Envelope { sequence, time, ref actor, .. } = *envelope;
    let rule = configuration.rollout.as_ref().and_then(|rollout| rollout.rule.clone());
    let own_audience = configuration.own_audience_of(rule.as_ref()).ok_or("no such rule")?;
    let rollout = configuration.rollout.as_mut().ok_or("no rollout is planned")?;
    // Something was done, or what is asked is something else: the controller says anew what is waited for. Whoever
    // holds what does harm was called already, and is not called again.
    if rollout.standing != Standing::Help || !matches!(event, Event::RolloutHeld { .. }) {
        (rollout.standing, rollout.standing_since) = (Standing::Nobody, None);
    }
    match event {
        Event::RolloutPlanChanged { after, guard, .. } => {
            let first_changed = (0..rollout.stages.len().max(after.len()))
                .find(|stage| rollout.stages.get(*stage) != after.get(*stage));
            rollout.stages.clone_from(after);
            if let Some(first) = first_changed {
                // What was shown under stages that are now others says nothing about these.
                rollout.strata.retain(|stratum| stratum.position < Position::Stage(first));
            }
            if let Some(change) = guard {
                rollout.guard = change.after.clone();
            }
        }
        Event::RolloutStarted { after, .. } => {
            rollout.before = own_audience;
            rollout.status = RolloutStatus::Running;
            rollout.epoch = 1;
            rollout.started = Some(time);
            rollout.started_by = Some(actor.clone());
            enter(rollout, after.position, time)?;
            begin_stratum(rollout, sequence, time);
        }
        Event::RolloutAdvanced { after, .. } => {
            enter(rollout, after.position, time)?;
            begin_stratum(rollout, sequence, time);
        }
        Event::StageApproved { .. } => {
            let stratum = rollout.strata.last().ok_or("this rollout has not started")?.sequence;
            rollout.approved = Some(Approval { by: actor.clone(), at: time, stratum });
        }
        Event::RolloutHeld { because, .. } => {
            hold(rollout, *because, time, actor);
        }
        Event::RolloutResumed { epoch, .. } => {
            rollout.status = RolloutStatus::Running;
            if rollout.held_because.is_some_and(HeldBecause::ends_evidence) {
                forget_evidence(rollout);
            }
            end_hold(rollout);
            rollout.epoch = *epoch;
            begin_stratum(rollout, sequence, time);
        }
        Event::RolloutRolledBack { after, .. } => {
            hold(rollout, HeldBecause::RollBack, time, actor);
            enter(rollout, after.position, time)?;
            // It was taken back for what was shown; whether the rest does harm as well is asked of what comes now.
            forget_evidence(rollout);
            begin_stratum(rollout, sequence, time);
        }
        Event::RolloutFinished { audience, .. } => {
            rollout.status = RolloutStatus::Finished;
            end_hold(rollout);
            match rule {
                None => configuration.audience = audience.clone(),
                Some(id) => {
                    let rule = configuration.rules.iter_mut().find(|rule| rule.id == id).ok_or("no such rule")?;
                    rule.set_audience(audience.clone());
                }
            }
        }
        _ => return Err("an event about nothing".into()),
    }
    Ok(())
}

/// The segment as it is after a change; people who stayed keep their order, and those who came stand at the end.
fn change_segment(
    segment: &mut Segment<Commitment>,
    content: &SegmentContent,
    included: &PeopleChange,
    excluded: &PeopleChange,
) {
    let SegmentContent { name, description, people, groups } = content.clone();
    (segment.name, segment.description, segment.people, segment.groups) = (name, description, people, groups);
    for (list, change) in [(&mut segment.included, included), (&mut segment.excluded, excluded)] {
        let removed: HashSet<_> = change.removed.iter().collect();
        list.retain(|person| !removed.contains(person));
        list.extend(change.added.iter().cloned());
    }
}

/// Stops it where it is; one that was held already stays held since then.
fn hold(rollout: &mut Rollout, because: HeldBecause, time: Timestamp, actor: &ActorId) {
    rollout.status = RolloutStatus::Held;
    rollout.held_because = Some(because);
    rollout.held_since.get_or_insert(time);
    rollout.held_by = Some(actor.clone());
}

fn end_hold(rollout: &mut Rollout) {
    (rollout.held_because, rollout.held_since, rollout.held_by) = (None, None, None);
}

/// From here on, other people have the feature, or they have something else: what comes is compared by itself.
fn begin_stratum(rollout: &mut Rollout, sequence: u64, at: Timestamp) {
    rollout.strata.push(StratumBegan { sequence, at, position: rollout.position });
    let forgotten = rollout.strata.len().saturating_sub(MOST_STRATA);
    rollout.strata.drain(..forgotten);
}

/// Nothing that was shown so far counts any more.
fn forget_evidence(rollout: &mut Rollout) {
    rollout.strata.clear();
    rollout.verdicts.clear();
}

/// What a flag gives changed beside its rollout.
fn compare_anew(configuration: &mut Configuration, sequence: u64, at: Timestamp) {
    if let Some(rollout) = configuration.rollout.as_mut().filter(|rollout| rollout.is_under_way()) {
        begin_stratum(rollout, sequence, at);
    }
}

fn enter(rollout: &mut Rollout, position: Position, time: Timestamp) -> Changed {
    if let Position::Stage(stage) = position {
        if stage >= rollout.stages.len() {
            return Err("no such stage".into());
        }
        if stage == rollout.first_entered.len() {
            rollout.first_entered.push(time);
        }
    }
    rollout.position = position;
    rollout.entered = Some(time);
    Ok(())
}

impl Configuration {
    /// Nobody has it yet.
    fn new(split: Vec<WeightedVariant>, version: u64, changed: Timestamp) -> Self {
        Self {
            kill: None,
            overrides: Vec::new(),
            prerequisites: Vec::new(),
            rules: Vec::new(),
            audience: Audience::default(),
            split,
            rollout: None,
            version,
            changed,
        }
    }
}

impl Flag {
    /// What those let in get in an environment that says nothing else: the first variant that is not the off variant.
    fn initial_split(&self) -> Vec<WeightedVariant> {
        let given = self.variants.iter().find(|variant| variant.key != self.off_variant).or(self.variants.first());
        given
            .map(|variant| WeightedVariant { variant: variant.key.clone(), weight: Share::EVERYBODY })
            .into_iter()
            .collect()
    }
}

fn environment_of(content: &EnvironmentContent, version: u64) -> Environment {
    let EnvironmentContent { key, name, production, audience } = content.clone();
    Environment { key, name, production, audience, version }
}

fn project<'a>(state: &'a mut State, key: &ProjectKey) -> Result<&'a mut Project, String> {
    state.projects.get_mut(key).ok_or_else(|| format!("no project \"{key}\""))
}

fn webhook<'a>(state: &'a mut State, key: &ProjectKey, version: u64) -> Result<&'a mut Webhook, String> {
    let webhook = project(state, key)?.webhook.as_mut().ok_or("no webhook")?;
    webhook.version = version;
    Ok(webhook)
}

fn flag<'a>(
    state: &'a mut State,
    key: &ProjectKey,
    flag: &FlagKey,
    envelope: &Envelope,
) -> Result<&'a mut Flag, String> {
    let flag = project(state, key)?.flags.get_mut(flag).ok_or_else(|| format!("no flag \"{flag}\""))?;
    flag.version = envelope.sequence;
    flag.changed = envelope.time;
    Ok(flag)
}

fn configuration<'a>(state: &'a mut State, place: &Place) -> Result<&'a mut Configuration, String> {
    let flag = project(state, &place.project)?.flags.get_mut(&place.flag);
    flag.and_then(|flag| flag.configurations.get_mut(&place.environment))
        .ok_or_else(|| format!("no flag \"{}\" in \"{}\"", place.flag, place.environment))
}
