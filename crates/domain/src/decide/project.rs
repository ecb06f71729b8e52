//! Projects.

use super::{Desk, Events};
use crate::command::NewProject;
use crate::event::Event;
use crate::key::ProjectKey;
use crate::refusal::Refusal;
use crate::text;

impl Desk<'_> {
    pub(super) fn create_project(&mut self, new: NewProject) -> Events {
        let name = text::name(&new.name).map_err(|error| Refusal::invalid("name", error))?;
        if self.state.projects.contains_key(&new.key) {
            return Err(Refusal::exists("project", new.key));
        }
        Ok(vec![Event::ProjectCreated { project: new.key, name }])
    }

    pub(super) fn rename_project(&mut self, key: &ProjectKey, name: &str) -> Events {
        let project = self.project(key)?;
        self.made_against(project.version)?;
        let after = text::name(name).map_err(|error| Refusal::invalid("name", error))?;
        if after == project.name {
            return Ok(Vec::new());
        }
        Ok(vec![Event::ProjectRenamed { project: key.clone(), before: project.name.clone(), after }])
    }
}
