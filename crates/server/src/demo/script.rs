//! A history as a list of steps, and how it is played: each step is a command of its time.

use std::collections::BTreeMap;

use signalbox_domain::command::Command;
use signalbox_domain::event::Place;
use signalbox_domain::{Refusal, State, Timestamp};

use super::people::Colleague;
use crate::engine::{Caller, Committed, Engine, SubmitError, Terms};

/// One thing that somebody did.
#[derive(Debug, Clone)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Who; nobody for what Signalbox does by itself.
    pub by: Option<Colleague>,
    /// What.
    pub deed: Deed,
    /// Why, where they said so.
    pub reason: Option<&'static str>,
}

/// What somebody did.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Gave a colleague a token. Its secret is thrown away: nobody ever signs in with it.
    Invite(Colleague),
    /// Changed something, as it stood then.
    Change(Box<Command>),
    /// Said afterwards why they held it or turned it off.
    Explain(Place),
}

/// Plays steps in the order of their times; those of the same time in the order given.
///
/// # Errors
/// [`SubmitError`] of the first step that is refused or cannot be stored.
pub fn play(engine: &Engine, mut steps: Vec<Step>) -> Result<(), SubmitError> {
    steps.sort_by_key(|step| step.at);
    let mut callers = BTreeMap::new();
    for Step { at, by, deed, reason } in steps {
        let terms = match by {
            Some(colleague) => Terms::of(callers.get(&colleague).ok_or_else(|| not_there_yet(colleague))?),
            None => Terms::system(),
        };
        let terms = terms.at(at).because(reason.map(str::to_owned));
        match deed {
            Deed::Invite(colleague) => {
                let (name, role) = (colleague.name().to_owned(), colleague.role());
                let committed = engine.submit_blocking(Command::CreateToken { name, role }, terms)?;
                let token = committed.token().ok_or_else(|| not_there_yet(colleague))?.clone();
                callers.insert(colleague, Caller { token, role });
            }
            Deed::Change(command) => {
                submit(engine, *command, terms)?;
            }
            Deed::Explain(place) => {
                let about = engine.read(|state, _| awaited(state, &place));
                let about = about.ok_or_else(|| Refusal::conflict("no reason is awaited there"))?;
                engine.submit_blocking(Command::GiveReason { about }, terms)?;
            }
        }
    }
    Ok(())
}

fn submit(engine: &Engine, command: Command, terms: Terms) -> Result<Committed, SubmitError> {
    let version = engine.read(|state, _| version_of(state, &command));
    engine.submit_blocking(command, terms.against(version))
}

fn not_there_yet(colleague: Colleague) -> Refusal {
    Refusal::not_found("colleague yet", colleague.name())
}

/// The last thing done there whose reason is still to be given.
fn awaited(state: &State, place: &Place) -> Option<u64> {
    state.reasons_awaited.iter().rev().find(|(_, about)| *about == place).map(|(sequence, _)| *sequence)
}

/// The version that whoever gives this command has before them.
fn version_of(state: &State, command: &Command) -> Option<u64> {
    match command {
        Command::ChangeEnvironment { project, environment, .. } => {
            Some(state.projects.get(project)?.environment(environment)?.version)
        }
        Command::ChangeFlag { project, flag, .. }
        | Command::ChangeVariants { project, flag, .. }
        | Command::ArchiveFlag { project, flag } => Some(state.flag(project, flag)?.version),
        Command::SetOverrides { place, .. }
        | Command::ChangeRule { place, .. }
        | Command::DraftRollout { place, .. }
        | Command::ChangeStages { place, .. }
        | Command::StartRollout { place }
        | Command::AdvanceRollout { place }
        | Command::ResumeRollout { place }
        | Command::RollBackRollout { place, .. }
        | Command::FinishRollout { place }
        | Command::LiftKillSwitch { place } => {
            Some(state.configuration(&place.project, &place.flag, &place.environment)?.version)
        }
        _ => None,
    }
}
