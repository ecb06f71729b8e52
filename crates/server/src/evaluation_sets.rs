//! What applications evaluate: every flag of an environment, compiled, in an immutable set.
//!
//! Readers take the set of their environment and keep it for as long as they need it; no lock is in their way. A
//! change makes new sets that share every flag it did not touch.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use signalbox_domain::State;
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::evaluation::{CompiledFlag, Environs};
use signalbox_domain::event::{Event, Place};
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey, SegmentKey};
use signalbox_domain::personal::Vault;
use signalbox_domain::project::Project;
use signalbox_domain::targeting::{CompiledSegment, CompiledSegments};

use crate::counting::{Counting, FlagCounts};
use crate::ofrep::{Fragments, KeptApartFlags};

/// A flag as applications ask for it.
pub struct ServedFlag {
    /// What they ask for.
    pub key: FlagKey,
    /// What it gives.
    pub compiled: Arc<CompiledFlag>,
    /// What of its answers is known beforehand.
    pub fragments: Fragments,
    /// How often it gave what.
    pub counts: FlagCounts,
    /// Whether browsers may ask for it.
    client_side: bool,
}

/// The flags of one environment at one moment; archived ones are not among them.
pub struct EvaluationSet {
    /// Project and environment, as telemetry names the set: `fernhill/production`.
    pub id: String,
    /// Sequence of the last event that changed a flag in it, its description included, or that erased personal
    /// values, since the log does not say whom that touched; 0 without either.
    pub version: u64,
    /// Sorted by key.
    flags: Vec<Arc<ServedFlag>>,
    segments: Arc<CompiledSegments>,
    kept_apart: Arc<KeptApartFlags>,
    reads_attributes: bool,
    tells_rules: bool,
}

impl EvaluationSet {
    /// The flag of this key, as it is served.
    #[must_use]
    pub fn served(&self, key: &str) -> Option<&ServedFlag> {
        let position = self.flags.binary_search_by(|flag| flag.key.as_str().cmp(key)).ok()?;
        self.flags.get(position).map(AsRef::as_ref)
    }

    /// All flags, by key.
    pub fn flags(&self) -> impl ExactSizeIterator<Item = &ServedFlag> {
        self.flags.iter().map(AsRef::as_ref)
    }

    /// The segments of the project, which flags are asked with.
    #[must_use]
    pub fn segments(&self) -> &CompiledSegments {
        &self.segments
    }

    /// The flags that are kept apart; none has the key of one of the others.
    #[must_use]
    pub fn kept_apart(&self) -> &KeptApartFlags {
        &self.kept_apart
    }

    /// Whether any flag looks at more of whoever asks than the targeting key.
    #[must_use]
    pub const fn reads_attributes(&self) -> bool {
        self.reads_attributes
    }

    /// Whether answers say which rule decided; to a browser they do not.
    #[must_use]
    pub const fn tells_rules(&self) -> bool {
        self.tells_rules
    }

    /// This set with these flags compiled anew. A flag for which others wait comes before them.
    fn with(
        &self,
        from: Source<'_>,
        environment: &EnvironmentKey,
        segments: &Arc<CompiledSegments>,
        touched: &BTreeSet<&FlagKey>,
    ) -> Self {
        let mut flags: BTreeMap<&FlagKey, Arc<ServedFlag>> =
            self.flags.iter().map(|flag| (&flag.key, Arc::clone(flag))).collect();
        let waits = |key: &FlagKey| {
            let configuration = from.project.flags.get(key).and_then(|flag| flag.configurations.get(environment));
            configuration.is_some_and(|here| !here.prerequisites.is_empty())
        };
        let (last, first): (Vec<_>, Vec<_>) = touched.iter().partition(|key| waits(key));
        for key in first.into_iter().chain(last) {
            match from.compile(key, environment, &self.id, &flags) {
                Some(flag) => flags.insert(key, Arc::new(flag)),
                None => flags.remove(key),
            };
        }
        let flags: Vec<_> = flags.into_values().collect();
        let kept_apart = KeptApartFlags::following(&self.kept_apart, from.project.kept_apart.get(environment));
        Self {
            id: self.id.clone(),
            version: from.version(environment, &flags).max(kept_apart.version()),
            reads_attributes: !kept_apart.is_empty() || flags.iter().any(|flag| flag.compiled.reads_attributes()),
            kept_apart,
            segments: Arc::clone(segments),
            tells_rules: true,
            flags,
        }
    }

    /// What of this set browsers may ask for.
    fn for_browsers(&self, from: Source<'_>, environment: &EnvironmentKey) -> Self {
        let flags: Vec<_> = self.flags.iter().filter(|flag| flag.client_side).cloned().collect();
        Self {
            id: self.id.clone(),
            version: from.version_for_browsers(environment, &flags),
            reads_attributes: flags.iter().any(|flag| flag.compiled.reads_attributes()),
            segments: Arc::clone(&self.segments),
            // Nothing that is kept apart is marked for browsers.
            kept_apart: Arc::default(),
            tells_rules: false,
            flags,
        }
    }

    fn empty(project: &ProjectKey, environment: &EnvironmentKey) -> Self {
        Self {
            id: format!("{project}/{environment}"),
            version: 0,
            flags: Vec::new(),
            segments: Arc::default(),
            kept_apart: Arc::default(),
            reads_attributes: false,
            tells_rules: true,
        }
    }
}

/// What sets are compiled from.
#[derive(Clone, Copy)]
struct Source<'a> {
    state: &'a State,
    project: &'a Project,
    vault: &'a Vault,
    counting: &'a Counting,
}

impl Source<'_> {
    fn compile(
        self,
        key: &FlagKey,
        environment: &EnvironmentKey,
        set: &str,
        others: &BTreeMap<&FlagKey, Arc<ServedFlag>>,
    ) -> Option<ServedFlag> {
        let flag = self.project.flags.get(key).filter(|flag| flag.archived.is_none())?;
        let environs = Environs {
            vault: self.vault,
            segments: &self.project.segments,
            flag: &|other| Some(Arc::clone(&others.get(other)?.compiled)),
        };
        let configuration = flag.configurations.get(environment)?;
        let mut compiled = CompiledFlag::new(flag, configuration, environs);
        // Whom an erasure touched is not recorded, so whatever names people may give something else since.
        if self.state.last_erasure > compiled.version() && configuration.names_people(&self.project.segments) {
            compiled = compiled.not_before(self.state.last_erasure);
        }
        let fragments = Fragments::of(set, key, &compiled);
        let place = Place { project: self.project.key.clone(), flag: key.clone(), environment: environment.clone() };
        let off = flag.variants.iter().position(|variant| variant.key == flag.off_variant).unwrap_or_default();
        let variants = flag.variants.iter().map(|variant| variant.key.clone());
        let counts = self.counting.attach(place, variants, off, compiled.rules().cloned());
        let (compiled, client_side) = (Arc::new(compiled), flag.client_side.allowed);
        Some(ServedFlag { key: key.clone(), compiled, fragments, counts, client_side })
    }

    /// Archived flags count: a set from which one was taken is another set.
    fn version(self, environment: &EnvironmentKey, flags: &[Arc<ServedFlag>]) -> u64 {
        let own = self.project.flags.values().filter_map(|flag| {
            let configuration = flag.configurations.get(environment)?;
            Some(flag.version.max(configuration.version))
        });
        let compiled = flags.iter().map(|flag| flag.compiled.version());
        own.chain(compiled).fold(self.state.last_erasure, Ord::max)
    }

    /// As [`Self::version`], of what browsers can see: they are told nothing of other flags, not even that one changed.
    fn version_for_browsers(self, environment: &EnvironmentKey, flags: &[Arc<ServedFlag>]) -> u64 {
        let own = self.project.flags.values().filter_map(|flag| {
            let configuration = flag.configurations.get(environment)?;
            let changed = if flag.client_side.allowed { flag.version.max(configuration.version) } else { 0 };
            Some(flag.client_side.version.max(changed))
        });
        let compiled = flags.iter().map(|flag| flag.compiled.version());
        own.chain(compiled).fold(self.state.last_erasure, Ord::max)
    }

    fn segments(self, shared: &CompiledSegments, touched: &BTreeSet<&SegmentKey>) -> CompiledSegments {
        let known = self.project.segments.iter();
        known
            .map(|(key, known)| match shared.get(key) {
                Some(compiled) if !touched.contains(key) => Arc::clone(compiled),
                _ => Arc::new(CompiledSegment::new(&known.segment, |person| self.vault.reveal(person))),
            })
            .collect()
    }

    fn compile_all(self) -> ProjectSets {
        let segments = Arc::new(self.segments(&CompiledSegments::default(), &BTreeSet::new()));
        let flags = self.project.flags.keys().collect();
        let environments = self.project.environments.iter().map(|environment| {
            let empty = EvaluationSet::empty(&self.project.key, &environment.key);
            let whole = empty.with(self, &environment.key, &segments, &flags);
            (environment.key.clone(), Served::new(whole, self, &environment.key))
        });
        ProjectSets { environments: environments.collect(), segments }
    }
}

/// An environment as each kind of key sees it.
#[derive(Clone)]
struct Served {
    whole: Arc<EvaluationSet>,
    for_browsers: Arc<EvaluationSet>,
}

impl Served {
    fn new(whole: EvaluationSet, from: Source<'_>, environment: &EnvironmentKey) -> Self {
        let for_browsers = Arc::new(whole.for_browsers(from, environment));
        Self { whole: Arc::new(whole), for_browsers }
    }
}

/// The sets of one project, which share its segments.
#[derive(Clone, Default)]
struct ProjectSets {
    environments: BTreeMap<EnvironmentKey, Served>,
    segments: Arc<CompiledSegments>,
}

type Sets = BTreeMap<ProjectKey, ProjectSets>;

/// The sets of all environments.
pub struct EvaluationSets {
    sets: ArcSwap<Sets>,
    counting: Arc<Counting>,
}

impl EvaluationSets {
    /// Compiles everything; what it gives is counted by `counting`.
    #[must_use]
    pub fn new(state: &State, vault: &Vault, counting: Arc<Counting>) -> Self {
        Self { sets: ArcSwap::from_pointee(compile_all(state, vault, &counting)), counting }
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
            self.sets.store(Arc::new(compile_all(state, vault, &self.counting)));
            return;
        }
        let segments = touched_segments(envelopes);
        let touched = touched(state, envelopes, &segments);
        if touched.is_empty() && segments.is_empty() {
            return;
        }
        let counting = self.counting.as_ref();
        let mut sets = Sets::clone(&self.sets.load());
        for (key, touched_segments) in &segments {
            let Some(project) = state.projects.get(*key) else { continue };
            let source = Source { state, project, vault, counting };
            let sets = sets.entry((*key).clone()).or_default();
            sets.segments = Arc::new(source.segments(&sets.segments, touched_segments));
            for (environment, served) in &mut sets.environments {
                let whole = served.whole.with(source, environment, &sets.segments, &BTreeSet::new());
                *served = Served::new(whole, source, environment);
            }
        }
        for ((key, environment), flags) in touched {
            let Some(project) = state.projects.get(key) else { continue };
            let source = Source { state, project, vault, counting };
            let sets = sets.entry(key.clone()).or_default();
            let whole = match sets.environments.get(environment) {
                Some(served) => served.whole.with(source, environment, &sets.segments, &flags),
                None => {
                    let flags = project.flags.keys().collect();
                    EvaluationSet::empty(key, environment).with(source, environment, &sets.segments, &flags)
                }
            };
            sets.environments.insert(environment.clone(), Served::new(whole, source, environment));
        }
        self.sets.store(Arc::new(sets));
    }
}

fn compile_all(state: &State, vault: &Vault, counting: &Counting) -> Sets {
    let compile = |project| Source { state, project, vault, counting }.compile_all();
    state.projects.iter().map(|(key, project)| (key.clone(), compile(project))).collect()
}

/// The segments to compile anew, by project.
fn touched_segments(envelopes: &[Envelope]) -> BTreeMap<&ProjectKey, BTreeSet<&SegmentKey>> {
    let mut touched = BTreeMap::<_, BTreeSet<_>>::new();
    for Envelope { event, .. } in envelopes {
        match event {
            Event::SegmentCreated { project, segment } => {
                touched.entry(project).or_default().insert(&segment.key);
            }
            Event::SegmentChanged { project, segment, .. } | Event::SegmentRemoved { project, segment, .. } => {
                touched.entry(project).or_default().insert(segment);
            }
            _ => {}
        }
    }
    touched
}

/// The flags to compile anew, by environment; an environment without flags is itself new, or what is kept apart in
/// it changed. A flag that waits for
/// another, or refers to a segment, is touched with it.
fn touched<'a>(
    state: &'a State,
    envelopes: &'a [Envelope],
    segments: &BTreeMap<&'a ProjectKey, BTreeSet<&'a SegmentKey>>,
) -> BTreeMap<(&'a ProjectKey, &'a EnvironmentKey), BTreeSet<&'a FlagKey>> {
    let mut touched = touched_themselves(state, envelopes);
    for (project_key, segments) in segments {
        let Some(project) = state.projects.get(*project_key) else { continue };
        let depending: BTreeSet<_> = segments.iter().flat_map(|segment| project.depending_on(segment)).collect();
        for flag in project.flags.values() {
            for (environment, configuration) in &flag.configurations {
                if depending.iter().any(|segment| configuration.refers_to(segment)) {
                    touched.entry((project_key, environment)).or_default().insert(&flag.key);
                }
            }
        }
    }
    for ((project, environment), flags) in &mut touched {
        let Some(project) = state.projects.get(*project) else { continue };
        let waiting: Vec<_> = flags.iter().flat_map(|flag| project.waiting_for(flag, environment)).collect();
        flags.extend(waiting);
    }
    touched
}

fn touched_themselves<'a>(
    state: &'a State,
    envelopes: &'a [Envelope],
) -> BTreeMap<(&'a ProjectKey, &'a EnvironmentKey), BTreeSet<&'a FlagKey>> {
    let mut touched = BTreeMap::<_, BTreeSet<_>>::new();
    for Envelope { event, .. } in envelopes {
        match (event.project(), event.flag(), event.environment()) {
            (Some(project), Some(flag), Some(environment)) => {
                touched.entry((project, environment)).or_default().insert(flag);
            }
            (Some(project), Some(flag), None) => {
                let environments = state.projects.get(project).into_iter().flat_map(|project| &project.environments);
                for environment in environments {
                    touched.entry((project, &environment.key)).or_default().insert(flag);
                }
            }
            (Some(project), None, Some(environment))
                if matches!(event, Event::EnvironmentCreated { .. } | Event::KeptApartChanged { .. }) =>
            {
                touched.entry((project, environment)).or_default();
            }
            _ => {}
        }
    }
    touched
}
