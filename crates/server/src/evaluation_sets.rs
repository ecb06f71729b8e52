//! What applications evaluate: every flag of an environment, compiled, in an immutable set.
//!
//! Readers take the set of their environment and keep it for as long as they need it; no lock is in their way. A
//! change makes new sets that share every flag it did not touch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use signalbox_domain::State;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::evaluation::CompiledFlag;
use signalbox_domain::event::Event;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::personal::Vault;
use signalbox_domain::project::Project;

/// A flag as applications ask for it.
pub struct ServedFlag {
    /// What they ask for.
    pub key: FlagKey,
    /// What it gives.
    pub compiled: CompiledFlag,
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
}

impl EvaluationSet {
    /// The flag of this key.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<&CompiledFlag> {
        let position = self.flags.binary_search_by(|flag| flag.key.as_str().cmp(key)).ok()?;
        self.flags.get(position).map(|flag| &flag.compiled)
    }

    /// All flags, by key.
    pub fn flags(&self) -> impl ExactSizeIterator<Item = &ServedFlag> {
        self.flags.iter().map(AsRef::as_ref)
    }

    fn new(state: &State, project: &Project, environment: &EnvironmentKey, vault: &Vault) -> Self {
        let mut set = Self { id: format!("{}/{environment}", project.key), version: 0, flags: Vec::new() };
        set.flags = project.flags.keys().filter_map(|key| compile(project, key, environment, vault)).collect();
        set.version = version(state, project, environment);
        set
    }

    /// The same set with these flags compiled anew.
    fn with(
        &self,
        state: &State,
        project: &Project,
        environment: &EnvironmentKey,
        vault: &Vault,
        touched: &[&FlagKey],
    ) -> Self {
        let mut flags = self.flags.clone();
        for key in touched {
            let place = flags.binary_search_by(|flag| flag.key.cmp(key));
            match (place, compile(project, key, environment, vault)) {
                (Ok(position), Some(flag)) => flags[position] = flag,
                (Ok(position), None) => {
                    flags.remove(position);
                }
                (Err(position), Some(flag)) => flags.insert(position, flag),
                (Err(_), None) => {}
            }
        }
        Self { id: self.id.clone(), version: version(state, project, environment), flags }
    }
}

fn compile(project: &Project, key: &FlagKey, environment: &EnvironmentKey, vault: &Vault) -> Option<Arc<ServedFlag>> {
    let flag = project.flags.get(key).filter(|flag| flag.archived.is_none())?;
    let compiled = CompiledFlag::new(flag, flag.configurations.get(environment)?, vault);
    Some(Arc::new(ServedFlag { key: key.clone(), compiled }))
}

/// Archived flags count: a set from which one was taken is another set.
fn version(state: &State, project: &Project, environment: &EnvironmentKey) -> u64 {
    let versions = project.flags.values().filter_map(|flag| {
        let configuration = flag.configurations.get(environment)?;
        Some(flag.version.max(configuration.version))
    });
    versions.fold(state.last_erasure, Ord::max)
}

type Sets = BTreeMap<ProjectKey, BTreeMap<EnvironmentKey, Arc<EvaluationSet>>>;

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
        self.0.load().get(project)?.get(environment).cloned()
    }

    /// Takes in what these events changed; `state` and `vault` are those after them. One caller at a time.
    pub fn update(&self, state: &State, vault: &Vault, envelopes: &[Envelope]) {
        if envelopes.iter().any(|envelope| matches!(envelope.event, Event::PersonalValuesErased { .. })) {
            // Which flags named the person is not recorded anywhere, by intent.
            self.0.store(Arc::new(compile_all(state, vault)));
            return;
        }
        let touched = touched(state, envelopes);
        if touched.is_empty() {
            return;
        }
        let mut sets = Sets::clone(&self.0.load());
        for ((project_key, environment), flags) in touched {
            let Some(project) = state.projects.get(project_key) else { continue };
            let sets = sets.entry(project_key.clone()).or_default();
            let set = match sets.get(environment) {
                Some(set) => set.with(state, project, environment, vault, &Vec::from_iter(flags)),
                None => EvaluationSet::new(state, project, environment, vault),
            };
            sets.insert(environment.clone(), Arc::new(set));
        }
        self.0.store(Arc::new(sets));
    }
}

fn compile_all(state: &State, vault: &Vault) -> Sets {
    let sets_of = |project: &Project| {
        let environments = project.environments.iter().map(|environment| &environment.key);
        environments.map(|key| (key.clone(), Arc::new(EvaluationSet::new(state, project, key, vault)))).collect()
    };
    state.projects.values().map(|project| (project.key.clone(), sets_of(project))).collect()
}

/// The flags to compile anew, by environment; an environment without flags is itself new.
fn touched<'a>(
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
            (Some(project), None, Some(environment)) if matches!(event, Event::EnvironmentCreated { .. }) => {
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
    use signalbox_domain::flag::FlagDetails;
    use signalbox_domain::key::ActorId;
    use signalbox_domain::personal::Entropy;
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
                        let ann = flag.compiled.evaluate(Some("ann")).unwrap();
                        told.push(format!("{} at {}: {ann:?}", flag.key, flag.compiled.version()));
                    }
                }
            }
            told
        }

        fn value(&self, environment: &str, flag: &str, person: &str) -> Option<bool> {
            let set = self.sets.of(&project(), &environment.parse().unwrap())?;
            set.flag(flag)?.evaluate(Some(person)).unwrap().value.as_bool()
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
