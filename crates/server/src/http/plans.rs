//! Plan templates.

use signalbox_domain::Refusal;
use signalbox_domain::command::Command;
use signalbox_domain::key::{PlanKey, ProjectKey};
use signalbox_protocol::Endpoint;
use signalbox_protocol::endpoint::{AtPlan, ChangePlanEndpoint, CreatePlanEndpoint, GetPlan, ListPlans, RemovePlan};
use signalbox_protocol::wire::plan::{ChangePlan, CreatePlan, Plan};
use signalbox_protocol::wire::{Empty, List};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::projects::whole;

handlers! {
    ListPlans => list_plans,
    CreatePlanEndpoint => create_plan,
    GetPlan => get_plan,
    ChangePlanEndpoint => change_plan,
    RemovePlan => remove_plan,
}

impl Api {
    async fn list_plans(&self, call: Call<ListPlans>) -> Answered<List<Plan>> {
        let project = call.at.project;
        let plans = self.look(|view| view.plans(&project)).ok_or_else(|| Refusal::not_found("project", project))?;
        Ok(Answer::of(whole(plans)))
    }

    async fn create_plan(&self, call: Call<CreatePlanEndpoint>) -> Answered<Plan> {
        let terms = call.terms()?;
        let project = call.at.project;
        let CreatePlan { key: plan, name, stages, guard } = call.body;
        let command = Command::CreatePlan { project: project.clone(), plan: plan.clone(), name, stages, guard };
        self.submit(command, terms).await?;
        Ok(self.plan(&project, &plan)?.location(&GetPlan::path(&AtPlan { project, plan })))
    }

    async fn get_plan(&self, call: Call<GetPlan>) -> Answered<Plan> {
        self.plan(&call.at.project, &call.at.plan)
    }

    async fn change_plan(&self, call: Call<ChangePlanEndpoint>) -> Answered<Plan> {
        let terms = call.terms()?;
        let AtPlan { project, plan } = call.at;
        let ChangePlan { name, stages, guard } = call.body;
        let command = Command::ChangePlan { project: project.clone(), plan: plan.clone(), name, stages, guard };
        self.submit(command, terms).await?;
        self.plan(&project, &plan)
    }

    async fn remove_plan(&self, call: Call<RemovePlan>) -> Answered<Empty> {
        let terms = call.terms()?;
        let AtPlan { project, plan } = call.at;
        self.submit(Command::RemovePlan { project, plan }, terms).await?;
        Ok(Answer::of(Empty {}))
    }

    fn plan(&self, project: &ProjectKey, key: &PlanKey) -> Answered<Plan> {
        self.look(|view| {
            view.project_state(project).ok_or_else(|| Refusal::not_found("project", project))?;
            let plan = view.plan(project, key).ok_or_else(|| Refusal::not_found("plan", key))?;
            let version = plan.version;
            Ok(Answer::of(plan).version(version))
        })
    }
}
