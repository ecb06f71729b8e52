//! Rollouts: planning them and moving them along their line.

use signalbox_domain::Refusal;
use signalbox_domain::command::Command;
use signalbox_domain::guard::Guard;
use signalbox_domain::rollout::{MOST_STAGES, Stage};

use signalbox_protocol::Endpoint;
use signalbox_protocol::endpoint::{
    AdvanceRollout, AtPlace, ChangeStagesEndpoint, DiscardRollout, DraftRolloutEndpoint, FinishRollout,
    GetConfiguration, HoldRollout, ResumeRollout, RollBackRollout, StartRollout,
};
use signalbox_protocol::wire::configuration::Configuration;
use signalbox_protocol::wire::rollout::DraftRollout;

use super::Api;
use super::answer::Answered;
use super::call::{Call, handlers};

handlers! {
    DraftRolloutEndpoint => draft_rollout,
    ChangeStagesEndpoint => change_stages,
    DiscardRollout => discard_rollout,
    StartRollout => start_rollout,
    AdvanceRollout => advance_rollout,
    HoldRollout => hold_rollout,
    ResumeRollout => resume_rollout,
    RollBackRollout => roll_back_rollout,
    FinishRollout => finish_rollout,
}

impl Api {
    async fn draft_rollout(&self, call: Call<DraftRolloutEndpoint>) -> Answered<Configuration> {
        let terms = call.terms()?;
        let rule = call.body.rule.clone();
        let (stages, guard) = self.plan_to_draft(&call.at, call.body)?;
        let path = GetConfiguration::path(&call.at);
        let draft = |place| Command::DraftRollout { place, rule, stages, guard };
        let made = self.configure(call.at.into(), terms, draft).await?;
        Ok(made.location(&path))
    }

    async fn change_stages(&self, call: Call<ChangeStagesEndpoint>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        let (stages, guard) = (call.body.stages, call.body.guard);
        self.configure(call.at.into(), terms, |place| Command::ChangeStages { place, stages, guard }).await
    }

    async fn discard_rollout(&self, call: Call<DiscardRollout>) -> Answered<Configuration> {
        let terms = call.terms()?;
        self.configure(call.at.into(), terms, |place| Command::DiscardRollout { place }).await
    }

    async fn start_rollout(&self, call: Call<StartRollout>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        self.configure(call.at.into(), terms, |place| Command::StartRollout { place }).await
    }

    async fn advance_rollout(&self, call: Call<AdvanceRollout>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        self.configure(call.at.into(), terms, |place| Command::AdvanceRollout { place }).await
    }

    async fn hold_rollout(&self, call: Call<HoldRollout>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        self.configure(call.at.into(), terms, |place| Command::HoldRollout { place }).await
    }

    async fn resume_rollout(&self, call: Call<ResumeRollout>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        self.configure(call.at.into(), terms, |place| Command::ResumeRollout { place }).await
    }

    async fn roll_back_rollout(&self, call: Call<RollBackRollout>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        let to = call.body.to;
        self.configure(call.at.into(), terms, |place| Command::RollBackRollout { place, to }).await
    }

    async fn finish_rollout(&self, call: Call<FinishRollout>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        self.configure(call.at.into(), terms, |place| Command::FinishRollout { place }).await
    }

    /// The stages given, or a copy of a plan's, and how it is watched.
    fn plan_to_draft(&self, at: &AtPlace, wanted: DraftRollout) -> Result<(Vec<Stage<String>>, Guard), Refusal> {
        match (wanted.stages, wanted.plan) {
            (Some(stages), None) => Ok((stages, wanted.guard.unwrap_or_default())),
            (None, Some(plan)) => self.look(|view| {
                view.project_state(&at.project).ok_or_else(|| Refusal::not_found("project", &at.project))?;
                let plan = view.plan(&at.project, &plan);
                let plan = plan.ok_or_else(|| Refusal::invalid("plan", "must be the key of a plan of this project"))?;
                Ok((plan.stages, wanted.guard.unwrap_or(plan.guard)))
            }),
            (None, None) => {
                Err(Refusal::invalid("stages", format!("must list 1 to {MOST_STAGES} stages, or give a plan")))
            }
            (Some(_), Some(_)) => Err(Refusal::invalid("plan", "must not be given beside stages; give one of them")),
        }
    }
}
