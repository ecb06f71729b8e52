//! Resources as the live stream and the snapshot have them: which ones an event touches, and how they are now.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use signalbox_domain::State;
use signalbox_domain::access::Role;
use signalbox_domain::event::Event;
use signalbox_domain::key::{EnvironmentKey, FlagKey, PlanKey, ProjectKey, SdkKeyId, SegmentKey, TokenId};
use signalbox_domain::project::Project;
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::stream::{Changed, Content};
use signalbox_store::StoredEntry;

use super::wire::View;

/// A resource, by what it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A project.
    Project(ProjectKey),
    /// An environment.
    Environment(ProjectKey, EnvironmentKey),
    /// A segment as a row.
    SegmentRow(ProjectKey, SegmentKey),
    /// A segment with everything about it.
    Segment(ProjectKey, SegmentKey),
    /// A plan template.
    Plan(ProjectKey, PlanKey),
    /// A flag as a row.
    FlagRow(ProjectKey, FlagKey),
    /// A flag with everything about it.
    Flag(ProjectKey, FlagKey),
    /// An SDK key.
    SdkKey(ProjectKey, EnvironmentKey, SdkKeyId),
    /// An access token.
    Token(TokenId),
}

impl Resource {
    /// What an event may have changed, apart from the audit history.
    pub fn touched_by(event: &Event, state: &State) -> Vec<Self> {
        let mut touched = Self::changed_by(event, state);
        // A segment tells where it is used.
        if let Some(project) = event.project() {
            for segment in event.segments() {
                touched.push(Self::SegmentRow(project.clone(), segment.clone()));
                touched.push(Self::Segment(project.clone(), segment.clone()));
            }
            // These do not say which segments they free.
            if matches!(
                event,
                Event::PlanRemoved { .. } | Event::RolloutDiscarded { .. } | Event::RolloutFinished { .. }
            ) {
                let known = state.projects.get(project).into_iter().flat_map(|known| known.segments.keys());
                touched.extend(known.map(|segment| Self::SegmentRow(project.clone(), segment.clone())));
            }
        }
        touched
    }

    fn changed_by(event: &Event, state: &State) -> Vec<Self> {
        let project = || event.project().cloned();
        match event {
            // What is kept apart is asked for, not streamed.
            Event::SegmentCreated { .. } | Event::SegmentRemoved { .. } | Event::KeptApartChanged { .. } => Vec::new(),
            // Rules and stages tell its name and how many people it has.
            Event::SegmentChanged { project, segment, .. } => {
                let known = state.projects.get(project);
                known.into_iter().flat_map(|known| Self::flags_referring_to(known, segment)).collect()
            }
            // Flags tell which others wait for them.
            Event::PrerequisitesChanged { place, before, after } => {
                let others = before.iter().chain(after).map(|one| &one.flag).chain([&place.flag]);
                let others: BTreeSet<_> = others.collect();
                others.into_iter().flat_map(|flag| Self::of_flag(&place.project, flag)).collect()
            }
            Event::ProjectCreated { project, .. } | Event::ProjectRenamed { project, .. } => {
                vec![Self::Project(project.clone())]
            }
            // Every flag gets, or has, a share of the people of this environment, and the others may have moved.
            Event::EnvironmentCreated { .. } | Event::EnvironmentChanged { .. } => {
                let project = project().and_then(|key| state.projects.get(&key));
                project.into_iter().flat_map(Self::environments_and_rows).collect()
            }
            Event::PlanCreated { project, plan, .. }
            | Event::PlanChanged { project, plan, .. }
            | Event::PlanRemoved { project, plan, .. } => vec![Self::Plan(project.clone(), plan.clone())],
            Event::TokenCreated { token, .. } | Event::TokenRevoked { token } => vec![Self::Token(token.clone())],
            Event::SdkKeyCreated { sdk_key, project, environment, .. }
            | Event::SdkKeyRevoked { sdk_key, project, environment } => {
                vec![Self::SdkKey(project.clone(), environment.clone(), sdk_key.clone())]
            }
            about => match (project(), about.flag().cloned()) {
                (Some(project), Some(flag)) => Self::of_flag(&project, &flag).into(),
                _ => Vec::new(),
            },
        }
    }

    fn of_flag(project: &ProjectKey, flag: &FlagKey) -> [Self; 2] {
        [Self::FlagRow(project.clone(), flag.clone()), Self::Flag(project.clone(), flag.clone())]
    }

    fn flags_referring_to(project: &Project, segment: &SegmentKey) -> Vec<Self> {
        let uses = project.uses_of(segment);
        let flags: BTreeSet<_> = uses.iter().filter_map(|one| Some(one.place()?.0)).collect();
        flags.into_iter().flat_map(|flag| Self::of_flag(&project.key, flag)).collect()
    }

    fn environments_and_rows(project: &Project) -> impl Iterator<Item = Self> {
        let environments = project.environments.iter();
        let environments =
            environments.map(|environment| Self::Environment(project.key.clone(), environment.key.clone()));
        environments.chain(project.flags.keys().map(|flag| Self::FlagRow(project.key.clone(), flag.clone())))
    }

    /// Everything that a snapshot has, apart from the audit history: rows, not details.
    pub fn all_in_short(state: &State) -> Vec<Self> {
        let projects = state.projects.values().flat_map(|project| {
            let plans = project.plans.keys().map(|plan| Self::Plan(project.key.clone(), plan.clone()));
            let segments = project.segments.keys();
            let segments = segments.map(|segment| Self::SegmentRow(project.key.clone(), segment.clone()));
            let own = [Self::Project(project.key.clone())].into_iter();
            own.chain(Self::environments_and_rows(project)).chain(plans).chain(segments)
        });
        let sdk_keys = state.sdk_keys.values();
        let sdk_keys = sdk_keys.map(|key| Self::SdkKey(key.project.clone(), key.environment.clone(), key.id.clone()));
        projects.chain(sdk_keys).chain(state.tokens.keys().cloned().map(Self::Token)).collect()
    }

    /// Whether a reader of this role may see it.
    pub const fn is_visible_to(&self, role: Role) -> bool {
        match self {
            Self::SdkKey(..) | Self::Token(_) => matches!(role, Role::Admin),
            _ => true,
        }
    }

    /// How it is now; gone, as of `sequence`, when there is none any more.
    pub fn now(&self, view: View<'_>, sequence: u64) -> Changed {
        let found = match self {
            Self::Project(key) => view.project(key).map(|project| (project.version, body(&project))),
            Self::Environment(project, key) => {
                view.environment(project, key).map(|environment| (environment.version, body(&environment)))
            }
            Self::SegmentRow(project, key) => view.segment_row(project, key).map(|row| (row.version, body(&row))),
            Self::Segment(project, key) => view.segment(project, key).map(|segment| (segment.version, body(&segment))),
            Self::Plan(project, key) => view.plan(project, key).map(|plan| (plan.version, body(&plan))),
            Self::FlagRow(project, key) => view.flag_row(project, key).map(|row| (row.version, body(&row))),
            Self::Flag(project, key) => {
                // The newest version of anything in it, as of its row: its own is that of its description alone.
                view.newest_version(project, key).zip(view.flag(project, key).map(|flag| body(&flag)))
            }
            Self::SdkKey(_, _, id) => view.sdk_key(id).map(|key| (key.version, body(&key))),
            Self::Token(id) => view.token(id).map(|token| (token.version, body(&token))),
        };
        let (version, content) = match found {
            Some((version, body)) => (version, Content::Body(body)),
            None => (sequence, Content::Gone(true)),
        };
        Changed { resource: self.name(), version, content }
    }

    fn name(&self) -> ResourceName {
        match self {
            Self::Project(key) => ResourceName::project(key),
            Self::Environment(project, key) => ResourceName::environment(project, key),
            Self::SegmentRow(project, key) => ResourceName::segment_row(project, key),
            Self::Segment(project, key) => ResourceName::segment(project, key),
            Self::Plan(project, key) => ResourceName::plan(project, key),
            Self::FlagRow(project, key) => ResourceName::flag_row(project, key),
            Self::Flag(project, key) => ResourceName::flag(project, key),
            Self::SdkKey(project, environment, id) => ResourceName::sdk_key(project, environment, id),
            Self::Token(id) => ResourceName::token(id),
        }
    }
}

/// An entry of the audit history. Its version is that of the reason given for it, where that came later.
pub fn audit_entry(view: View<'_>, stored: &StoredEntry) -> Changed {
    let sequence = stored.envelope.sequence;
    Changed {
        resource: ResourceName::audit_entry(sequence),
        version: stored.later_reason.as_ref().map_or(sequence, |(given, _)| *given),
        content: Content::Body(body(&view.audit_entry(stored))),
    }
}

fn body(resource: &impl Serialize) -> Value {
    // Wire types have text keys and finite numbers, so they always become JSON.
    serde_json::to_value(resource).unwrap_or_default()
}
