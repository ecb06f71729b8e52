//! Environments.

use super::{Desk, Events};
use crate::command::{EnvironmentChanges, NewEnvironment};
use crate::environment::LARGEST_AUDIENCE;
use crate::event::{EnvironmentContent, Event, PositionChange};
use crate::key::{EnvironmentKey, ProjectKey};
use crate::refusal::Refusal;
use crate::text;

/// Most environments in one project.
const MOST_ENVIRONMENTS: usize = 20;

impl Desk<'_> {
    pub(super) fn create_environment(&mut self, key: ProjectKey, new: NewEnvironment) -> Events {
        let project = self.project(&key)?;
        if project.environment(&new.key).is_some() {
            return Err(Refusal::exists("environment", new.key));
        }
        if project.environments.len() >= MOST_ENVIRONMENTS {
            return Err(Refusal::conflict(format!("a project has at most {MOST_ENVIRONMENTS} environments")));
        }
        let environment = EnvironmentContent {
            name: text::name(&new.name).map_err(|error| Refusal::invalid("name", error))?,
            audience: audience(new.audience)?,
            key: new.key,
            production: new.production,
        };
        Ok(vec![Event::EnvironmentCreated { project: key, environment }])
    }

    pub(super) fn change_environment(
        &mut self,
        project_key: &ProjectKey,
        key: &EnvironmentKey,
        changes: EnvironmentChanges,
    ) -> Events {
        let project = self.project(project_key)?;
        let environment = self.environment(project, key)?;
        self.made_against(environment.version)?;
        let here = project.environments.iter().position(|other| other.key == *key).unwrap_or_default();
        let before = EnvironmentContent::from(environment);
        let mut after = before.clone();
        if let Some(name) = changes.name {
            after.name = text::name(&name).map_err(|error| Refusal::invalid("name", error))?;
        }
        if let Some(size) = changes.audience {
            after.audience = audience(size)?;
        }
        after.production = changes.production.unwrap_or(before.production);
        let position = PositionChange { before: here, after: changes.position.unwrap_or(here) };
        if position.after >= project.environments.len() {
            let last = project.environments.len() - 1;
            return Err(Refusal::invalid("position", format!("must be a whole number from 0 to {last}")));
        }
        if before == after && position.before == position.after {
            return Ok(Vec::new());
        }
        // Unmarking production lifts a protection, and every other change to it shifts what its numbers mean.
        self.reason_if(before.production)?;
        Ok(vec![Event::EnvironmentChanged { project: project_key.clone(), before, after, position }])
    }
}

fn audience(size: u64) -> Result<u64, Refusal> {
    if size <= LARGEST_AUDIENCE {
        Ok(size)
    } else {
        Err(Refusal::invalid("audience", format!("must be a whole number from 0 to {LARGEST_AUDIENCE}")))
    }
}
