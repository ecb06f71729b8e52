//! Environments.

use signalbox_domain::Refusal;
use signalbox_domain::command::{Command, EnvironmentChanges, NewEnvironment};
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use signalbox_protocol::Endpoint;
use signalbox_protocol::endpoint::{
    AtEnvironment, ChangeEnvironmentEndpoint, CreateEnvironmentEndpoint, GetEnvironment, ListEnvironments,
};
use signalbox_protocol::wire::List;
use signalbox_protocol::wire::environment::{ChangeEnvironment, CreateEnvironment, Environment};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::projects::whole;

handlers! {
    ListEnvironments => list_environments,
    CreateEnvironmentEndpoint => create_environment,
    GetEnvironment => get_environment,
    ChangeEnvironmentEndpoint => change_environment,
}

impl Api {
    async fn list_environments(&self, call: Call<ListEnvironments>) -> Answered<List<Environment>> {
        let project = call.at.project;
        let environments = self.look(|view| view.environments(&project));
        Ok(Answer::of(whole(environments.ok_or_else(|| Refusal::not_found("project", project))?)))
    }

    async fn create_environment(&self, call: Call<CreateEnvironmentEndpoint>) -> Answered<Environment> {
        let terms = call.terms()?;
        let project = call.at.project;
        let CreateEnvironment { key, name, production, audience } = call.body;
        let environment = NewEnvironment { key: key.clone(), name, production, audience };
        self.submit(Command::CreateEnvironment { project: project.clone(), environment }, terms).await?;
        let made = self.environment(&project, &key)?;
        Ok(made.location(&GetEnvironment::path(&AtEnvironment { project, environment: key })))
    }

    async fn get_environment(&self, call: Call<GetEnvironment>) -> Answered<Environment> {
        self.environment(&call.at.project, &call.at.environment)
    }

    async fn change_environment(&self, call: Call<ChangeEnvironmentEndpoint>) -> Answered<Environment> {
        let terms = call.terms()?;
        let AtEnvironment { project, environment } = call.at;
        let ChangeEnvironment { name, production, audience, position, reason } = call.body;
        let changes = EnvironmentChanges { name, production, audience, position };
        let command =
            Command::ChangeEnvironment { project: project.clone(), environment: environment.clone(), changes };
        self.submit(command, terms.because(reason)).await?;
        self.environment(&project, &environment)
    }

    fn environment(&self, project: &ProjectKey, key: &EnvironmentKey) -> Answered<Environment> {
        self.look(|view| {
            view.project_state(project).ok_or_else(|| Refusal::not_found("project", project))?;
            let found = view.environment(project, key).ok_or_else(|| Refusal::not_found("environment", key))?;
            let version = found.version;
            Ok(Answer::of(found).version(version))
        })
    }
}
