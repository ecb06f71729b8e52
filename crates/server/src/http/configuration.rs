//! What a flag gives in an environment: the rule, overrides and the kill switch.

use signalbox_domain::Refusal;
use signalbox_domain::command::{Command, RuleChanges};
use signalbox_domain::event::Place;
use signalbox_protocol::endpoint::{
    ChangeRuleEndpoint, EngageKillSwitch, GetConfiguration, LiftKillSwitch, SetOverridesEndpoint,
    SetPrerequisitesEndpoint, SetRulesEndpoint,
};
use signalbox_protocol::wire::configuration::{ChangeRule, Configuration, DefaultChanges, SetRules};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use crate::engine::Terms;

handlers! {
    GetConfiguration => get_configuration,
    ChangeRuleEndpoint => change_rule,
    SetOverridesEndpoint => set_overrides,
    SetRulesEndpoint => set_rules,
    SetPrerequisitesEndpoint => set_prerequisites,
    EngageKillSwitch => engage_kill_switch,
    LiftKillSwitch => lift_kill_switch,
}

impl Api {
    async fn get_configuration(&self, call: Call<GetConfiguration>) -> Answered<Configuration> {
        self.configuration(&call.at.into())
    }

    async fn change_rule(&self, call: Call<ChangeRuleEndpoint>) -> Answered<Configuration> {
        let terms = call.terms()?;
        let ChangeRule { share, split, people, segments, reason } = call.body;
        let changes = RuleChanges { share, split, people, segments };
        self.configure(call.at.into(), terms.because(reason), |place| Command::ChangeRule { place, changes }).await
    }

    async fn set_overrides(&self, call: Call<SetOverridesEndpoint>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        let overrides = call.body.overrides.into_iter().map(|entry| (entry.user_key, entry.variant)).collect();
        self.configure(call.at.into(), terms, |place| Command::SetOverrides { place, overrides }).await
    }

    async fn set_rules(&self, call: Call<SetRulesEndpoint>) -> Answered<Configuration> {
        let terms = call.terms()?;
        let SetRules { rules, default, reason } = call.body;
        let default = default.map(|DefaultChanges { share, split, people, segments }| RuleChanges {
            share,
            split,
            people,
            segments,
        });
        self.configure(call.at.into(), terms.because(reason), |place| Command::SetRules { place, rules, default }).await
    }

    async fn set_prerequisites(&self, call: Call<SetPrerequisitesEndpoint>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        let prerequisites = call.body.prerequisites;
        self.configure(call.at.into(), terms, |place| Command::SetPrerequisites { place, prerequisites }).await
    }

    async fn engage_kill_switch(&self, call: Call<EngageKillSwitch>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        self.configure(call.at.into(), terms, |place| Command::EngageKillSwitch { place }).await
    }

    async fn lift_kill_switch(&self, call: Call<LiftKillSwitch>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        self.configure(call.at.into(), terms, |place| Command::LiftKillSwitch { place }).await
    }

    /// Makes a change at a place, and answers with how it is there then.
    pub(super) async fn configure(
        &self,
        place: Place,
        terms: Terms,
        command: impl FnOnce(Place) -> Command,
    ) -> Answered<Configuration> {
        self.submit(command(place.clone()), terms).await?;
        self.configuration(&place)
    }

    fn configuration(&self, place: &Place) -> Answered<Configuration> {
        let Place { project, flag, environment } = place;
        self.look(|view| {
            let known = view.project_state(project).ok_or_else(|| Refusal::not_found("project", project))?;
            known.flags.get(flag).ok_or_else(|| Refusal::not_found("flag", flag))?;
            let found = view.configuration(project, flag, environment);
            let found = found.ok_or_else(|| Refusal::not_found("environment", environment))?;
            let version = found.version;
            Ok(Answer::of(found).version(version))
        })
    }
}
