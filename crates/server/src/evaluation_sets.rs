//! What applications evaluate: every flag of an environment, compiled, in an immutable set.
//!
//! Readers take the set of their environment and keep it for as long as they need it; no lock is in their way. A
//! change makes new sets that share every flag it did not touch, and takes as long as the flags that it touched.

mod flag_list;
mod given;
mod memory;
mod seen_since;
mod set;
mod source;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use signalbox_domain::State;
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey, SegmentKey};
use signalbox_domain::personal::Vault;
use signalbox_domain::targeting::CompiledSegments;

use crate::counting::Counting;
use memory::Room;
use source::Source;

pub use given::Given;
pub use memory::Answered;
pub use seen_since::{SeenSince, SeenVersions};
pub use set::{EvaluationSet, ServedFlag, Told};

/// An environment as each kind of key sees it.
#[derive(Clone)]
struct Served {
    whole: Arc<EvaluationSet>,
    for_browsers: Arc<EvaluationSet>,
}

impl Served {
    fn empty(project: &ProjectKey, environment: &EnvironmentKey) -> Self {
        let empty = Arc::new(EvaluationSet::empty(project, environment));
        Self { whole: Arc::clone(&empty), for_browsers: empty }
    }

    /// With the flags of these keys compiled anew, and those that wait for them.
    fn with<'keys>(
        &'keys self,
        from: Source<'_>,
        environment: &EnvironmentKey,
        segments: &Arc<CompiledSegments>,
        mut touched: BTreeSet<&'keys FlagKey>,
    ) -> Self {
        let waiting: Vec<_> = touched.iter().flat_map(|flag| self.whole.waiting_for(flag)).collect();
        touched.extend(waiting);
        let whole = self.whole.with(from, environment, segments, &touched);
        let for_browsers = self.for_browsers.with_those_of(&whole, from, environment, &touched);
        let (whole, for_browsers) = (Arc::new(whole), Arc::new(for_browsers));
        from.counting.settle_later(&whole);
        from.counting.settle_later(&for_browsers);
        Self { whole, for_browsers }
    }
}

/// The sets of one project, which share its segments.
#[derive(Clone, Default)]
struct ProjectSets {
    environments: BTreeMap<EnvironmentKey, Served>,
    segments: Arc<CompiledSegments>,
}

impl ProjectSets {
    fn compile_all(from: Source<'_>) -> Self {
        let segments = Arc::new(from.segments(&CompiledSegments::default(), &BTreeSet::new()));
        let environments = from.project.environments.iter().map(|environment| {
            let empty = Served::empty(&from.project.key, &environment.key);
            let flags = from.project.flags.keys().collect();
            (environment.key.clone(), empty.with(from, &environment.key, &segments, flags))
        });
        Self { environments: environments.collect(), segments }
    }

    /// With what was touched compiled anew.
    fn with<'a>(&mut self, from: Source<'a>, mut touched: TouchedIn<'a>) {
        if !touched.segments.is_empty() {
            self.segments = Arc::new(from.segments(&self.segments, &touched.segments));
            // Also where no flag looks at them: every set hands them on.
            for environment in &from.project.environments {
                touched.flags.entry(&environment.key).or_default();
            }
        }
        for (environment, flags) in touched.flags {
            let served = match self.environments.get(environment) {
                Some(served) => served.with(from, environment, &self.segments, flags),
                None => {
                    let flags = from.project.flags.keys().collect();
                    Served::empty(&from.project.key, environment).with(from, environment, &self.segments, flags)
                }
            };
            self.environments.insert(environment.clone(), served);
        }
    }
}

type Sets = BTreeMap<ProjectKey, ProjectSets>;

/// The sets of all environments.
pub struct EvaluationSets {
    sets: ArcSwap<Sets>,
    counting: Arc<Counting>,
    room: Arc<Room>,
}

impl EvaluationSets {
    /// Compiles everything; what it gives is counted by `counting`.
    #[must_use]
    pub fn new(state: &State, vault: &Vault, counting: Arc<Counting>) -> Self {
        let room = Arc::default();
        Self { sets: ArcSwap::from_pointee(compile_all(state, vault, &counting, &room)), counting, room }
    }

    /// The flags of an environment that a key of this kind evaluates, as they are now.
    #[must_use]
    pub fn of(
        &self,
        project: &ProjectKey,
        environment: &EnvironmentKey,
        kind: SdkKeyKind,
    ) -> Option<Arc<EvaluationSet>> {
        let sets = self.sets.load();
        let served = sets.get(project)?.environments.get(environment)?;
        Some(Arc::clone(match kind {
            SdkKeyKind::Server => &served.whole,
            SdkKeyKind::Client => &served.for_browsers,
        }))
    }

    /// Takes in what these events changed; `state` and `vault` are those after them. One caller at a time.
    pub fn update(&self, state: &State, vault: &Vault, envelopes: &[Envelope]) {
        if envelopes.iter().any(|envelope| matches!(envelope.event, Event::PersonalValuesErased { .. })) {
            // Which flags named the person is not recorded anywhere, by intent.
            self.sets.store(Arc::new(compile_all(state, vault, &self.counting, &self.room)));
            return;
        }
        let touched = touched(state, envelopes);
        if touched.is_empty() {
            return;
        }
        let mut sets = Sets::clone(&self.sets.load());
        for (key, touched) in touched {
            let Some(project) = state.projects.get(key) else { continue };
            let source = Source { state, project, vault, counting: &self.counting, room: &self.room };
            sets.entry(key.clone()).or_default().with(source, touched);
        }
        self.sets.store(Arc::new(sets));
    }
}

fn compile_all(state: &State, vault: &Vault, counting: &Counting, room: &Arc<Room>) -> Sets {
    let compile = |project| ProjectSets::compile_all(Source { state, project, vault, counting, room });
    state.projects.iter().map(|(key, project)| (key.clone(), compile(project))).collect()
}

/// What of a project is to be compiled anew.
#[derive(Default)]
struct TouchedIn<'a> {
    segments: BTreeSet<&'a SegmentKey>,
    /// By environment; one without flags is itself new, or what is kept apart in it changed.
    flags: BTreeMap<&'a EnvironmentKey, BTreeSet<&'a FlagKey>>,
}

type Touched<'a> = BTreeMap<&'a ProjectKey, TouchedIn<'a>>;

/// What to compile anew. A flag that refers to a segment is touched with it.
fn touched<'a>(state: &'a State, envelopes: &'a [Envelope]) -> Touched<'a> {
    let mut touched = touched_themselves(state, envelopes);
    for (key, touched) in &mut touched {
        let Some(project) = state.projects.get(*key) else { continue };
        let depending: BTreeSet<_> =
            touched.segments.iter().copied().flat_map(|segment| project.depending_on(segment)).collect();
        if !depending.is_empty() {
            for flag in project.flags.values() {
                for (environment, configuration) in &flag.configurations {
                    if depending.iter().any(|segment| configuration.refers_to(segment)) {
                        touched.flags.entry(environment).or_default().insert(&flag.key);
                    }
                }
            }
        }
    }
    touched
}

fn touched_themselves<'a>(state: &'a State, envelopes: &'a [Envelope]) -> Touched<'a> {
    let mut touched = Touched::new();
    for Envelope { event, .. } in envelopes {
        let Some(project) = event.project() else { continue };
        let mut here = |environment: &'a EnvironmentKey, flag: Option<&'a FlagKey>| {
            let flags = &mut touched.entry(project).or_default().flags;
            flags.entry(environment).or_default().extend(flag);
        };
        match (event, event.flag(), event.environment()) {
            (Event::SegmentCreated { segment, .. }, ..) => {
                touched.entry(project).or_default().segments.insert(&segment.key);
            }
            (Event::SegmentChanged { segment, .. } | Event::SegmentRemoved { segment, .. }, ..) => {
                touched.entry(project).or_default().segments.insert(segment);
            }
            (_, Some(flag), Some(environment)) => here(environment, Some(flag)),
            (_, Some(flag), None) => {
                let environments = state.projects.get(project).into_iter().flat_map(|project| &project.environments);
                environments.for_each(|environment| here(&environment.key, Some(flag)));
            }
            (Event::EnvironmentCreated { .. } | Event::KeptApartChanged { .. }, None, Some(environment)) => {
                here(environment, None);
            }
            _ => {}
        }
    }
    touched
}
