//! What applications evaluate: every flag of an environment, compiled, in an immutable set.
//!
//! Readers take the set of their environment and keep it for as long as they need it; no lock is in their way. A
//! change makes new sets that share every flag it did not touch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use signalbox_domain::State;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::evaluation::{CompiledFlag, Environs};
use signalbox_domain::event::Event;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey, SegmentKey};
use signalbox_domain::personal::Vault;
use signalbox_domain::project::Project;
use signalbox_domain::targeting::{CompiledSegment, CompiledSegments};

use crate::ofrep::{Fragments, KeptApartFlags};

/// A flag as applications ask for it.
pub struct ServedFlag {
    /// What they ask for.
    pub key: FlagKey,
    /// What it gives.
    pub compiled: Arc<CompiledFlag>,
    /// What of its answers is known beforehand.
    pub fragments: Fragments,
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
        }
    }
}

/// What sets are compiled from.
#[derive(Clone, Copy)]
struct Source<'a> {
    state: &'a State,
    project: &'a Project,
    vault: &'a Vault,
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
        let compiled = CompiledFlag::new(flag, flag.configurations.get(environment)?, environs);
        let fragments = Fragments::of(set, key, &compiled);
        Some(ServedFlag { key: key.clone(), compiled: Arc::new(compiled), fragments })
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
            (environment.key.clone(), Arc::new(empty.with(self, &environment.key, &segments, &flags)))
        });
        ProjectSets { environments: environments.collect(), segments }
    }
}

/// The sets of one project, which share its segments.
#[derive(Clone, Default)]
struct ProjectSets {
    environments: BTreeMap<EnvironmentKey, Arc<EvaluationSet>>,
    segments: Arc<CompiledSegments>,
}

type Sets = BTreeMap<ProjectKey, ProjectSets>;

/// The sets of all environments.
pub struct EvaluationSets(ArcSwap<Sets>);

impl EvaluationSets {
    /// Compiles everything.
    #[must_use]
    pub fn new(state: &State, vault: &Vault) -> Self {
        Self(ArcSwap::from_pointee(compile_all(state, vault)))
    }

    /// The flags of an environment, as they are now.
    #[must_use]
    pub fn of(&self, project: &ProjectKey, environment: &EnvironmentKey) -> Option<Arc<EvaluationSet>> {
        self.0.load().get(project)?.environments.get(environment).cloned()
    }

    /// Takes in what these events changed; `state` and `vault` are those after them. One caller at a time.
    pub fn update(&self, state: &State, vault: &Vault, envelopes: &[Envelope]) {
        if envelopes.iter().any(|envelope| matches!(envelope.event, Event::PersonalValuesErased { .. })) {
            // Which flags named the person is not recorded anywhere, by intent.
            self.0.store(Arc::new(compile_all(state, vault)));
            return;
        }
        let segments = touched_segments(envelopes);
        let touched = touched(state, envelopes, &segments);
        if touched.is_empty() && segments.is_empty() {
            return;
        }
        let mut sets = Sets::clone(&self.0.load());
        for (key, touched_segments) in &segments {
            let Some(project) = state.projects.get(*key) else { continue };
            let source = Source { state, project, vault };
            let sets = sets.entry((*key).clone()).or_default();
            sets.segments = Arc::new(source.segments(&sets.segments, touched_segments));
            for (environment, set) in &mut sets.environments {
                *set = Arc::new(set.with(source, environment, &sets.segments, &BTreeSet::new()));
            }
        }
        for ((key, environment), flags) in touched {
            let Some(project) = state.projects.get(key) else { continue };
            let source = Source { state, project, vault };
            let sets = sets.entry(key.clone()).or_default();
            let set = match sets.environments.get(environment) {
                Some(set) => set.with(source, environment, &sets.segments, &flags),
                None => {
                    let flags = project.flags.keys().collect();
                    EvaluationSet::empty(key, environment).with(source, environment, &sets.segments, &flags)
                }
            };
            sets.environments.insert(environment.clone(), Arc::new(set));
        }
        self.0.store(Arc::new(sets));
    }
}

fn compile_all(state: &State, vault: &Vault) -> Sets {
    let compile = |project| Source { state, project, vault }.compile_all();
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

#[cfg(test)]
mod tests {
    use signalbox_domain::access::Role;
    use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject, RuleChanges};
    use signalbox_domain::decide::{Act, decide, settle};
    use signalbox_domain::event::Place;
    use signalbox_domain::flag::BucketingAlgorithm;
    use signalbox_domain::flag::FlagDetails;
    use signalbox_domain::key::ActorId;
    use signalbox_domain::personal::Entropy;
    use signalbox_domain::targeting::Attributes;
    use signalbox_domain::value::ValueKind;
    use signalbox_domain::{Share, Timestamp};

    use super::*;

    /// An installation whose sets follow every change.
    struct Followed {
        state: State,
        vault: Vault,
        sets: EvaluationSets,
    }

    impl Followed {
        fn new() -> Self {
            let (state, vault) = (State::default(), Vault::default());
            let sets = EvaluationSets::new(&state, &vault);
            Self { state, vault, sets }
        }

        /// Makes a change, and expects the sets to be those that would be compiled from scratch.
        fn change(&mut self, command: Command) {
            let place = match &command {
                Command::ChangeRule { place, .. } => Some(place.clone()),
                _ => None,
            };
            let version = match (&command, &place) {
                (Command::ArchiveFlag { project, flag } | Command::RestoreFlag { project, flag }, _) => {
                    self.state.flag(project, flag).map(|flag| flag.version)
                }
                (_, Some(place)) => self
                    .state
                    .configuration(&place.project, &place.flag, &place.environment)
                    .map(|configuration| configuration.version),
                _ => None,
            };
            let act = Act {
                actor: ActorId::System,
                role: Role::Admin,
                now: Timestamp::from_millis(1),
                version,
                reason: Some("test".into()),
                entropy: Entropy::new([u8::try_from(self.state.sequence % 251).unwrap(); 32]),
            };
            let decision = decide(&self.state, &self.vault, command, act).unwrap();
            settle(&mut self.state, &mut self.vault, &decision).unwrap();
            self.sets.update(&self.state, &self.vault, &decision.envelopes);

            let afresh = EvaluationSets::new(&self.state, &self.vault);
            assert_eq!(self.told(&self.sets), self.told(&afresh));
        }

        /// Everything that can be seen of the sets: who gets what, in which version.
        fn told(&self, sets: &EvaluationSets) -> Vec<String> {
            let mut told = Vec::new();
            for project in self.state.projects.values() {
                for environment in &project.environments {
                    let set = sets.of(&project.key, &environment.key).unwrap();
                    told.push(format!("{} at {}", set.id, set.version));
                    for flag in set.flags() {
                        let ann = Attributes::of_key("ann", Timestamp::default());
                        let ann = flag.compiled.evaluate(&ann, set.segments()).unwrap();
                        told.push(format!("{} at {}: {ann:?}", flag.key, flag.compiled.version()));
                    }
                }
            }
            told
        }

        fn value(&self, environment: &str, flag: &str, person: &str) -> Option<bool> {
            let set = self.sets.of(&project(), &environment.parse().unwrap())?;
            let person = Attributes::of_key(person, Timestamp::default());
            set.served(flag)?.compiled.evaluate(&person, set.segments()).unwrap().value.as_bool()
        }
    }

    fn project() -> ProjectKey {
        "bank".parse().unwrap()
    }

    fn environment(key: &str) -> Command {
        let environment =
            NewEnvironment { key: key.parse().unwrap(), name: key.into(), production: false, audience: 100 };
        Command::CreateEnvironment { project: project(), environment }
    }

    fn flag(key: &str) -> Command {
        let details = FlagDetails {
            name: key.into(),
            description: String::new(),
            purpose: Default::default(),
            owner: None,
            tags: Vec::new(),
            expected_removal: None,
        };
        let flag = NewFlag {
            key: key.parse().unwrap(),
            details,
            value_kind: ValueKind::Boolean,
            variants: None,
            off_variant: None,
            salt: Some(key.into()),
            bucketing: BucketingAlgorithm::Signalbox1,
        };
        Command::CreateFlag { project: project(), flag: Box::new(flag) }
    }

    fn rule(flag: &str, environment: &str, changes: RuleChanges) -> Command {
        let place =
            Place { project: project(), flag: flag.parse().unwrap(), environment: environment.parse().unwrap() };
        Command::ChangeRule { place, changes }
    }

    #[test]
    fn sets_that_follow_changes_are_those_compiled_from_scratch() {
        let mut followed = Followed::new();
        followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
        followed.change(environment("dev"));
        followed.change(flag("beta"));
        followed.change(flag("alpha"));
        followed.change(environment("production"));
        assert_eq!(followed.value("production", "alpha", "ann"), Some(false));

        let everybody = RuleChanges { share: Some(Share::EVERYBODY), ..RuleChanges::default() };
        followed.change(rule("alpha", "dev", everybody));
        assert_eq!(followed.value("dev", "alpha", "ann"), Some(true));
        assert_eq!(followed.value("production", "alpha", "ann"), Some(false));

        followed.change(Command::ArchiveFlag { project: project(), flag: "alpha".parse().unwrap() });
        assert_eq!(followed.value("dev", "alpha", "ann"), None);
        followed.change(Command::RestoreFlag { project: project(), flag: "alpha".parse().unwrap() });
        assert_eq!(followed.value("dev", "alpha", "ann"), Some(true));
    }

    #[test]
    fn an_erased_person_is_not_recognised_any_more() {
        let mut followed = Followed::new();
        followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
        followed.change(environment("dev"));
        followed.change(flag("alpha"));
        let named = RuleChanges { people: Some(vec!["ann".into()]), ..RuleChanges::default() };
        followed.change(rule("alpha", "dev", named));
        assert_eq!(followed.value("dev", "alpha", "ann"), Some(true));
        let version = |followed: &Followed| followed.sets.of(&project(), &"dev".parse().unwrap()).unwrap().version;
        let before = version(&followed);
        followed.change(Command::Erase { value: "ann".into() });
        assert_eq!(followed.value("dev", "alpha", "ann"), Some(false));
        assert!(version(&followed) > before, "what the set gives has changed");
    }

    #[test]
    fn a_change_shares_the_flags_it_did_not_touch() {
        let mut followed = Followed::new();
        followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
        followed.change(environment("dev"));
        followed.change(environment("production"));
        followed.change(flag("alpha"));
        followed.change(flag("beta"));
        let set = |followed: &Followed, key: &str| followed.sets.of(&project(), &key.parse().unwrap()).unwrap();
        let (dev, production) = (set(&followed, "dev"), set(&followed, "production"));
        let everybody = RuleChanges { share: Some(Share::EVERYBODY), ..RuleChanges::default() };
        followed.change(rule("alpha", "dev", everybody));
        assert!(Arc::ptr_eq(&production, &set(&followed, "production")));
        assert!(!Arc::ptr_eq(&dev.flags[0], &set(&followed, "dev").flags[0]));
        assert!(Arc::ptr_eq(&dev.flags[1], &set(&followed, "dev").flags[1]));
    }
}
