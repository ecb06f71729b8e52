//! From the state to what goes over the wire: with names of people, where they were not erased.

mod access;
mod audit;
mod flag;
mod place;
mod project;
mod segment;
mod webhook;

use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::personal::{Commitment, Vault};
use signalbox_domain::project::Project;
use signalbox_domain::rollout::Stage;
use signalbox_domain::words::Teller;
use signalbox_domain::{State, Timestamp};

use crate::engine::LastUses;

/// Everything at one moment, to be told to a reader.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What is so.
    pub state: &'a State,
    /// Personal values that were not erased.
    pub vault: &'a Vault,
    /// When SDK keys were last used.
    pub uses: &'a LastUses,
    /// Since when that is noted.
    pub uses_noted_since: Timestamp,
    /// Whether this server runs the demo.
    pub demo: bool,
}

impl<'a> View<'a> {
    fn teller(&self) -> Teller<'a> {
        Teller { state: self.state, vault: self.vault }
    }

    /// The name of whoever acts under this id.
    #[must_use]
    pub fn actor(&self, actor: &ActorId) -> String {
        self.teller().actor(actor)
    }

    fn person(&self, commitment: &Commitment) -> String {
        self.teller().person(commitment)
    }

    fn people(&self, commitments: &[Commitment]) -> Vec<String> {
        commitments.iter().map(|commitment| self.person(commitment)).collect()
    }

    fn stages(&self, stages: &[Stage<Commitment>]) -> Vec<Stage<String>> {
        stages.iter().map(|stage| self.stage(stage)).collect()
    }

    fn stage(&self, stage: &Stage<Commitment>) -> Stage<String> {
        match stage.clone().try_map(|person| Ok::<_, std::convert::Infallible>(self.person(&person))) {
            Ok(stage) => stage,
            Err(impossible) => match impossible {},
        }
    }

    /// The project of this key.
    #[must_use]
    pub fn project_state(&self, project: &ProjectKey) -> Option<&'a Project> {
        self.state.projects.get(project)
    }

    /// How many people use an environment, as its team stated.
    fn audience(&self, project: &ProjectKey, environment: &EnvironmentKey) -> u64 {
        let environment = self.project_state(project).and_then(|project| project.environment(environment));
        environment.map_or(0, |environment| environment.audience)
    }

    /// The sequence of the last event that changed anything of a flag.
    pub fn newest_version(&self, project: &ProjectKey, flag: &FlagKey) -> Option<u64> {
        let flag = self.state.flag(project, flag)?;
        flag.configurations.values().map(|configuration| configuration.version).chain([flag.version]).max()
    }
}
