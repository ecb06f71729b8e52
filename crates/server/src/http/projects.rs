//! Projects.

use signalbox_domain::Refusal;
use signalbox_domain::command::{Command, NewProject};
use signalbox_domain::key::ProjectKey;
use signalbox_protocol::Endpoint;
use signalbox_protocol::endpoint::{AtProject, CreateProjectEndpoint, GetProject, ListProjects, RenameProjectEndpoint};
use signalbox_protocol::wire::List;
use signalbox_protocol::wire::project::Project;

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};

handlers! {
    ListProjects => list_projects,
    CreateProjectEndpoint => create_project,
    GetProject => get_project,
    RenameProjectEndpoint => rename_project,
}

impl Api {
    async fn list_projects(&self, _: Call<ListProjects>) -> Answered<List<Project>> {
        Ok(Answer::of(whole(self.look(|view| view.projects()))))
    }

    async fn create_project(&self, call: Call<CreateProjectEndpoint>) -> Answered<Project> {
        let terms = call.terms()?;
        let key = call.body.key;
        self.submit(Command::CreateProject(NewProject { key: key.clone(), name: call.body.name }), terms).await?;
        Ok(self.project(&key)?.location(&GetProject::path(&AtProject { project: key })))
    }

    async fn get_project(&self, call: Call<GetProject>) -> Answered<Project> {
        self.project(&call.at.project)
    }

    async fn rename_project(&self, call: Call<RenameProjectEndpoint>) -> Answered<Project> {
        let terms = call.terms()?;
        let project = call.at.project;
        self.submit(Command::RenameProject { project: project.clone(), name: call.body.name }, terms).await?;
        self.project(&project)
    }

    fn project(&self, key: &ProjectKey) -> Answered<Project> {
        let project = self.look(|view| view.project(key)).ok_or_else(|| Refusal::not_found("project", key))?;
        let version = project.version;
        Ok(Answer::of(project).version(version))
    }
}

/// A list that fits on one page.
pub(super) fn whole<Item>(items: Vec<Item>) -> List<Item> {
    List { total: items.len() as u64, items, next: None }
}
