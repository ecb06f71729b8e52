//! From a command to events, or a refusal. Pure: time, actor, role and entropy come in as arguments.

mod access;
mod configuration;
mod environment;
mod flag;
mod guard;
mod import;
mod kill;
mod personal;
mod plan;
mod prerequisites;
mod project;
mod rollout;
mod rules;
mod segment;
mod stages;
mod webhook;

use std::cell::Cell;

use crate::access::Role;
use crate::command::Command;
use crate::envelope::Envelope;
use crate::event::{Event, Place};
use crate::flag::{Configuration, Flag};
use crate::fold;
use crate::import::Report;
use crate::key::{ActorId, EnvironmentKey, ProjectKey};
use crate::personal::{Commitment, Entropy, PersonalValue, Vault};
use crate::project::Project;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text;
use crate::time::Timestamp;

/// Who asks for a change, when, and on what terms.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who.
    pub actor: ActorId,
    /// With which role.
    pub role: Role,
    /// When; an event never gets a time before the event ahead of it.
    pub now: Timestamp,
    /// The version of the thing that the change was made against.
    pub version: Option<u64>,
    /// Why.
    pub reason: Option<String>,
    /// Fresh randomness for ids and salts.
    pub entropy: Entropy,
}

/// What follows from a command: all of it is stored in one transaction, or none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// What happened, in order; empty when nothing had to change.
    pub envelopes: Vec<Envelope>,
    /// Personal values that the events commit to.
    pub personal: Vec<PersonalValue>,
    /// Personal values to delete.
    pub erased: Vec<Commitment>,
    /// What became of a document that was to be imported.
    pub report: Option<Report>,
}

/// Decides a command against the state.
///
/// # Errors
/// [`Refusal`] says why the command may not be; nothing changes then.
pub fn decide(state: &State, vault: &Vault, command: Command, act: Act) -> Result<Decision, Refusal> {
    let needed = command.required_role();
    if act.role < needed {
        return Err(Refusal::Forbidden { needed });
    }
    let Act { actor, now, version, reason, entropy, .. } = act;
    let reason = reason
        .filter(|reason| !reason.trim().is_empty())
        .map(|reason| text::reason(&reason).map_err(|error| Refusal::invalid("reason", error)))
        .transpose()?;
    let mut desk = Desk {
        state,
        vault,
        version,
        actor: actor.clone(),
        reason,
        reason_wanted: Cell::new(false),
        on_trial: false,
        entropy,
        personal: Vec::new(),
        erased: Vec::new(),
        report: None,
    };
    let events = desk.route(command)?;

    let reason = match desk.reason.take() {
        Some(reason) if !events.is_empty() => Some(desk.seal(reason)),
        _ => None,
    };
    let time = now.max(state.time);
    let envelopes = (state.sequence + 1..)
        .zip(events)
        .map(|(sequence, event)| Envelope { sequence, time, actor: actor.clone(), reason: reason.clone(), event })
        .collect();
    Ok(Decision { envelopes, personal: desk.personal, erased: desk.erased, report: desk.report })
}

/// Folds a decision into state and vault, after it was stored.
///
/// # Errors
/// [`fold::Impossible`] when the decision was not made against this very state.
pub fn settle(state: &mut State, vault: &mut Vault, decision: &Decision) -> Result<(), fold::Impossible> {
    for envelope in &decision.envelopes {
        fold::apply(state, envelope)?;
    }
    for value in &decision.personal {
        vault.keep(value.clone());
    }
    for commitment in &decision.erased {
        vault.forget(commitment);
    }
    Ok(())
}

type Events = Result<Vec<Event>, Refusal>;

/// What one decision is made on.
struct Desk<'a> {
    state: &'a State,
    vault: &'a Vault,
    version: Option<u64>,
    actor: ActorId,
    reason: Option<String>,
    /// Whether what was decided must say why.
    reason_wanted: Cell<bool>,
    /// Whether a reason that is missing is only noted, for whoever decides about the whole.
    on_trial: bool,
    entropy: Entropy,
    personal: Vec<PersonalValue>,
    erased: Vec<Commitment>,
    report: Option<Report>,
}

impl<'a> Desk<'a> {
    fn route(&mut self, command: Command) -> Events {
        match command {
            Command::CreateProject(new) => self.create_project(new),
            Command::RenameProject { project, name } => self.rename_project(&project, &name),
            Command::CreateEnvironment { project, environment } => self.create_environment(project, environment),
            Command::ChangeEnvironment { project, environment, changes } => {
                self.change_environment(&project, &environment, changes)
            }
            Command::CreateToken { name, role } => self.create_token(&name, role),
            Command::RevokeToken { token } => self.revoke_token(token),
            Command::CreateSdkKey { project, environment, name, kind } => {
                self.create_sdk_key(project, environment, &name, kind)
            }
            Command::RevokeSdkKey { sdk_key } => self.revoke_sdk_key(sdk_key),
            Command::CreateFlag { project, flag } => self.create_flag(project, *flag),
            Command::ChangeFlag { project, flag, details } => self.change_flag(project, flag, *details),
            Command::ChangeVariants { project, flag, variants, off_variant } => {
                self.change_variants(project, flag, variants, off_variant)
            }
            Command::ChangeClientSide { project, flag, client_side } => {
                self.change_client_side(project, flag, client_side)
            }
            Command::ArchiveFlag { project, flag } => self.archive_flag(project, flag),
            Command::RestoreFlag { project, flag } => self.restore_flag(project, flag),
            Command::SetOverrides { place, overrides } => self.set_overrides(&place, overrides),
            Command::SetRules { place, rules, default } => self.set_rules(place, rules, default),
            Command::SetPrerequisites { place, prerequisites } => self.set_prerequisites(place, prerequisites),
            Command::CreateSegment { project, segment } => self.create_segment(project, *segment),
            Command::ChangeSegment { project, segment } => self.change_segment(project, *segment),
            Command::RemoveSegment { project, segment } => self.remove_segment(project, segment),
            Command::Import(import) => self.import(*import),
            Command::RemoveKeptApart { project, environment, key } => self.remove_kept_apart(project, environment, key),
            Command::ChangeRule { place, changes } => self.change_rule(place, changes),
            Command::CreateWebhook { project, address, notices } => self.create_webhook(project, &address, notices),
            Command::ChangeWebhook { project, address, notices } => self.change_webhook(project, &address, notices),
            Command::RenewWebhookSecret { project } => self.renew_webhook_secret(project),
            Command::RemoveWebhook { project } => self.remove_webhook(project),
            Command::CreatePlan { project, plan, name, stages, guard } => {
                self.create_plan(project, plan, &name, stages, guard)
            }
            Command::ChangePlan { project, plan, name, stages, guard } => {
                self.change_plan(project, plan, &name, stages, guard)
            }
            Command::RemovePlan { project, plan } => self.remove_plan(project, plan),
            Command::DraftRollout { place, rule, stages, guard } => self.draft_rollout(place, rule, stages, guard),
            Command::ChangeStages { place, stages, guard } => self.change_stages(place, stages, guard),
            Command::DiscardRollout { place } => self.discard_rollout(place),
            Command::StartRollout { place } => self.start_rollout(place),
            Command::AdvanceRollout { place } => self.advance_rollout(place),
            Command::ApproveStage { place } => self.approve_stage(place),
            Command::Judge { place, verdicts, step, standing } => self.judge(place, verdicts, step, standing),
            Command::HoldRollout { place } => self.hold_rollout(place),
            Command::ResumeRollout { place } => self.resume_rollout(place),
            Command::RollBackRollout { place, to } => self.roll_back_rollout(place, to),
            Command::FinishRollout { place } => self.finish_rollout(place),
            Command::EngageKillSwitch { place } => self.engage_kill_switch(place),
            Command::LiftKillSwitch { place } => self.lift_kill_switch(place),
            Command::GiveReason { about } => self.give_reason(about),
            Command::Erase { value } => self.erase(&value),
        }
    }

    /// The change must have been made against `current`.
    fn made_against(&self, current: u64) -> Result<(), Refusal> {
        match self.version {
            None => Err(Refusal::VersionMissing),
            Some(given) if given == current => Ok(()),
            Some(given) => Err(Refusal::VersionStale { given, current }),
        }
    }

    /// A change that real customers notice must say why.
    fn reason_if(&self, production: bool) -> Result<(), Refusal> {
        if production {
            self.reason_wanted.set(true);
        }
        if production && self.reason.is_none() && !self.on_trial { Err(Refusal::ReasonRequired) } else { Ok(()) }
    }

    /// Puts a personal value beside the log and gives what stands for it in events.
    fn seal(&mut self, value: String) -> Commitment {
        let salt = self.entropy.salt();
        let commitment = Commitment::to(&value, &salt);
        self.personal.push(PersonalValue { commitment: commitment.clone(), salt, value });
        commitment
    }

    /// As [`Self::seal`], but a value that already stands among `known` keeps its commitment.
    fn seal_among(&mut self, value: String, known: &[Commitment]) -> Commitment {
        match known.iter().find(|commitment| self.vault.reveal(commitment) == Some(&value)) {
            Some(commitment) => commitment.clone(),
            None => self.seal(value),
        }
    }

    fn project(&self, key: &ProjectKey) -> Result<&'a Project, Refusal> {
        self.state.projects.get(key).ok_or_else(|| Refusal::not_found("project", key))
    }

    fn flag(&self, project: &ProjectKey, key: &crate::key::FlagKey) -> Result<&'a Flag, Refusal> {
        self.project(project)?.flags.get(key).ok_or_else(|| Refusal::not_found("flag", key))
    }

    /// What a flag gives in an environment, with whether real customers are there.
    fn place(&self, place: &Place) -> Result<Spot<'a>, Refusal> {
        let project = self.project(&place.project)?;
        let flag = self.flag(&place.project, &place.flag)?;
        let environment = self.environment(project, &place.environment)?;
        let configuration = flag
            .configurations
            .get(&place.environment)
            .ok_or_else(|| Refusal::not_found("environment", &place.environment))?;
        Ok(Spot { project, flag, configuration, production: environment.production, audience: environment.audience })
    }

    /// As [`Self::place`], for a change: the flag must not be in the archive.
    fn open_place(&self, place: &Place) -> Result<Spot<'a>, Refusal> {
        let spot = self.place(place)?;
        match spot.flag.archived {
            Some(_) => Err(Refusal::conflict("this flag is in the archive; restore it first")),
            None => Ok(spot),
        }
    }

    fn environment(
        &self,
        project: &'a Project,
        key: &EnvironmentKey,
    ) -> Result<&'a crate::environment::Environment, Refusal> {
        project.environment(key).ok_or_else(|| Refusal::not_found("environment", key))
    }
}

/// A flag in an environment, as it stands.
struct Spot<'a> {
    project: &'a Project,
    flag: &'a Flag,
    configuration: &'a Configuration,
    production: bool,
    audience: u64,
}
