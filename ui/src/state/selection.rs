//! Which project and which environment the reader looks at; remembered on this device.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::project::Project;

use super::Store;
use super::tables::Tables;
use crate::browser;

const PROJECT: &str = "signalbox-project";
const ENVIRONMENT: &str = "signalbox-environment";

/// What was chosen, and what that comes to with what exists.
#[derive(Clone, Copy)]
pub(super) struct Selection {
    chosen_project: RwSignal<Option<ProjectKey>>,
    chosen_environment: RwSignal<Option<EnvironmentKey>>,
    project: Memo<Option<Arc<Project>>>,
    environment: Memo<Option<Arc<Environment>>>,
}

impl Selection {
    pub(super) fn new(tables: Tables) -> Self {
        let chosen_project = RwSignal::new(None::<ProjectKey>);
        let chosen_environment = RwSignal::new(None::<EnvironmentKey>);
        let project = Memo::new(move |_| {
            let projects = tables.projects.within("projects/");
            chosen_project.with(|chosen| pick_project(&projects, chosen.as_ref()))
        });
        let environment = Memo::new(move |_| {
            let environments = tables.environments_of(&project.get()?.key);
            chosen_environment.with(|chosen| pick_environment(&environments, chosen.as_ref()))
        });
        Self { chosen_project, chosen_environment, project, environment }
    }

    /// Takes up the choices of the last visit.
    pub(super) fn recall(&self) {
        self.chosen_project.set(browser::remembered(PROJECT).and_then(|key| ProjectKey::new(key).ok()));
        self.chosen_environment.set(browser::remembered(ENVIRONMENT).and_then(|key| EnvironmentKey::new(key).ok()));
    }
}

impl Store {
    /// The current project; absent when there is none yet.
    pub fn project(&self) -> Option<Arc<Project>> {
        self.selection.project.get()
    }

    /// The current environment; absent when there is none yet.
    pub fn environment(&self) -> Option<Arc<Environment>> {
        self.selection.environment.get()
    }

    /// Looks at another project.
    pub fn choose_project(&self, key: &ProjectKey) {
        browser::remember(PROJECT, key.as_str());
        self.selection.chosen_project.set(Some(key.clone()));
    }

    /// Looks at another environment.
    pub fn choose_environment(&self, key: &EnvironmentKey) {
        browser::remember(ENVIRONMENT, key.as_str());
        self.selection.chosen_environment.set(Some(key.clone()));
    }

    /// Looks at the environment that is `steps` further, round and round.
    pub fn step_environment(&self, steps: isize) {
        let environments = untrack(|| self.environments());
        let current = untrack(|| self.environment());
        let Some(place) = environments.iter().position(|one| Some(&one.key) == current.as_ref().map(|one| &one.key))
        else {
            return;
        };
        let count = environments.len();
        let next = (place + count).saturating_add_signed(steps) % count;
        self.choose_environment(&environments[next].key);
    }
}

/// The chosen project where it exists, else the first.
fn pick_project(projects: &[Arc<Project>], chosen: Option<&ProjectKey>) -> Option<Arc<Project>> {
    projects.iter().find(|project| Some(&project.key) == chosen).or(projects.first()).cloned()
}

/// The chosen environment where it exists, else the first production, else the last.
fn pick_environment(environments: &[Arc<Environment>], chosen: Option<&EnvironmentKey>) -> Option<Arc<Environment>> {
    let chosen = environments.iter().find(|environment| Some(&environment.key) == chosen);
    let production = || environments.iter().find(|environment| environment.production);
    chosen.or_else(production).or(environments.last()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(key: &str, production: bool) -> Arc<Environment> {
        Arc::new(Environment {
            project: ProjectKey::new("bank").unwrap(),
            key: EnvironmentKey::new(key).unwrap(),
            name: key.into(),
            production,
            audience: 0,
            position: 0,
            version: 1,
        })
    }

    #[test]
    fn production_is_looked_at_unless_something_else_was_chosen() {
        let environments = [environment("dev", false), environment("prod", true), environment("sandbox", false)];
        let check = |environments: &[_], chosen: Option<&str>, expect: Option<&str>| {
            let chosen = chosen.map(|key| EnvironmentKey::new(key).unwrap());
            let picked = pick_environment(environments, chosen.as_ref());
            assert_eq!(picked.as_ref().map(|one| one.key.as_str()), expect);
        };
        check(&environments, None, Some("prod"));
        check(&environments, Some("dev"), Some("dev"));
        check(&environments, Some("gone"), Some("prod"));
        check(&environments[..1], None, Some("dev"));
        check(&[], None, None);
    }
}
