//! Projects, environments and plans.

use signalbox_domain::key::{EnvironmentKey, PlanKey, ProjectKey};
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::plan::Plan;
use signalbox_protocol::wire::project::Project;

use super::View;
use crate::demo;

impl View<'_> {
    /// A project.
    #[must_use]
    pub fn project(&self, key: &ProjectKey) -> Option<Project> {
        let project = self.project_state(key)?;
        Some(Project {
            key: project.key.clone(),
            name: project.name.clone(),
            demo: self.demo && demo::is_demo(&project.key),
            version: project.version,
        })
    }

    /// All projects, by key.
    #[must_use]
    pub fn projects(&self) -> Vec<Project> {
        self.state.projects.keys().filter_map(|key| self.project(key)).collect()
    }

    /// An environment.
    #[must_use]
    pub fn environment(&self, project: &ProjectKey, key: &EnvironmentKey) -> Option<Environment> {
        self.environments(project)?.into_iter().find(|environment| environment.key == *key)
    }

    /// All environments of a project, first to last.
    #[must_use]
    pub fn environments(&self, project: &ProjectKey) -> Option<Vec<Environment>> {
        let project = self.project_state(project)?;
        let environments = project.environments.iter().enumerate();
        Some(
            environments
                .map(|(position, environment)| Environment {
                    project: project.key.clone(),
                    key: environment.key.clone(),
                    name: environment.name.clone(),
                    production: environment.production,
                    audience: environment.audience,
                    position,
                    version: environment.version,
                })
                .collect(),
        )
    }

    /// A plan template.
    #[must_use]
    pub fn plan(&self, project: &ProjectKey, key: &PlanKey) -> Option<Plan> {
        let plan = self.project_state(project)?.plans.get(key)?;
        Some(Plan {
            project: project.clone(),
            key: plan.key.clone(),
            name: plan.name.clone(),
            stages: self.stages(&plan.stages),
            guard: plan.guard.clone(),
            version: plan.version,
        })
    }

    /// All plan templates of a project, by key.
    #[must_use]
    pub fn plans(&self, project: &ProjectKey) -> Option<Vec<Plan>> {
        let keys = self.project_state(project)?.plans.keys();
        Some(keys.filter_map(|key| self.plan(project, key)).collect())
    }
}
