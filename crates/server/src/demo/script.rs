//! A history as a list of steps, and how it is played: each step is a command of its time.

use std::collections::BTreeMap;

use signalbox_domain::access::Role;
use signalbox_domain::command::Command;
use signalbox_domain::decide::{Act, Decision, decide, settle};
use signalbox_domain::event::{Event, Place};
use signalbox_domain::fold::Impossible;
use signalbox_domain::key::{ActorId, TokenId};
use signalbox_domain::personal::Vault;
use signalbox_domain::{Refusal, State, Timestamp};
use signalbox_store::{OpenError, WriteError};

use super::people::Colleague;
use crate::entropy::{self, NoEntropy};

/// One thing that somebody did.
#[derive(Debug, Clone)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Who; nobody for what was done at the server's command line.
    pub by: Option<Colleague>,
    /// What.
    pub deed: Deed,
    /// Why, where they said so.
    pub reason: Option<&'static str>,
}

/// What somebody did.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Gave a colleague an editor's token. It has no secret, so nobody ever signs in with it.
    Invite(Colleague),
    /// Changed something, as it stood then.
    Change(Box<Command>),
    /// Said afterwards why they held it or turned it off.
    Explain(Place),
}

/// Why the demo was not stored.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// The data directory does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opened, but cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A step of the history is not allowed.
    #[error("the demo's history cannot be: {0}")]
    Refused(#[from] Refusal),
    /// What a step led to does not fold.
    #[error("the demo's history cannot be: {0}")]
    Impossible(#[from] Impossible),
    /// There are no ids to be had.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// Plays steps in the order of their times, those of the same time in the order given, from nothing; gives all that
/// happened.
///
/// # Errors
/// [`FillError`] of the first step that is not allowed.
pub fn play(mut steps: Vec<Step>) -> Result<Decision, FillError> {
    steps.sort_by_key(|step| step.at);
    let (mut state, mut vault) = (State::default(), Vault::default());
    let mut history = Decision::default();
    let mut tokens = BTreeMap::new();
    for Step { at, by, deed, reason } in steps {
        let (actor, role) = match by {
            Some(colleague) => {
                let token = tokens.get(&colleague).ok_or_else(|| Refusal::not_found("token of", colleague.name()))?;
                (ActorId::Token(TokenId::clone(token)), Role::Editor)
            }
            None => (ActorId::System, Role::Admin),
        };
        let invited = match &deed {
            Deed::Invite(colleague) => Some(*colleague),
            Deed::Change(_) | Deed::Explain(_) => None,
        };
        let command = deed.into_command(&state)?;
        let act = Act {
            actor,
            role,
            now: at,
            version: version_of(&state, &command),
            reason: reason.map(str::to_owned),
            entropy: entropy::for_decision()?,
        };
        let decision = decide(&state, &vault, command, act)?;
        settle(&mut state, &mut vault, &decision)?;
        for envelope in &decision.envelopes {
            if let (Event::TokenCreated { token, .. }, Some(colleague)) = (&envelope.event, invited) {
                tokens.insert(colleague, token.clone());
            }
        }
        history.envelopes.extend(decision.envelopes);
        history.personal.extend(decision.personal);
    }
    Ok(history)
}

impl Deed {
    fn into_command(self, state: &State) -> Result<Command, Refusal> {
        match self {
            Self::Invite(colleague) => Ok(Command::CreateToken { name: colleague.name().into(), role: Role::Editor }),
            Self::Change(command) => Ok(*command),
            Self::Explain(place) => {
                let about = awaited(state, &place).ok_or_else(|| Refusal::conflict("no reason is awaited there"))?;
                Ok(Command::GiveReason { about })
            }
        }
    }
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
        | Command::ChangeClientSide { project, flag, .. }
        | Command::ArchiveFlag { project, flag } => Some(state.flag(project, flag)?.version),
        Command::SetOverrides { place, .. }
        | Command::ChangeRule { place, .. }
        | Command::SetRules { place, .. }
        | Command::SetPrerequisites { place, .. }
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
