//! Plan templates.

use super::guard::accept_guard;
use super::{Desk, Events};
use crate::event::{Event, PlanContent};
use crate::guard::Guard;
use crate::key::{PlanKey, ProjectKey};
use crate::refusal::Refusal;
use crate::rollout::Stage;
use crate::share::Share;
use crate::text;

impl Desk<'_> {
    pub(super) fn create_plan(
        &mut self,
        project_key: ProjectKey,
        plan: PlanKey,
        name: &str,
        stages: Vec<Stage<String>>,
        guard: Guard,
    ) -> Events {
        let project = self.project(&project_key)?;
        if project.plans.contains_key(&plan) {
            return Err(Refusal::exists("plan", plan));
        }
        let name = text::name(name).map_err(|error| Refusal::invalid("name", error))?;
        let stages = self.accept_stages(project, stages, &[], Share::NOBODY)?;
        let guard = accept_guard(guard, &stages)?;
        Ok(vec![Event::PlanCreated { project: project_key, plan, name, stages, guard }])
    }

    pub(super) fn change_plan(
        &mut self,
        project_key: ProjectKey,
        key: PlanKey,
        name: &str,
        stages: Vec<Stage<String>>,
        guard: Guard,
    ) -> Events {
        let project = self.project(&project_key)?;
        let plan = project.plans.get(&key).ok_or_else(|| Refusal::not_found("plan", &key))?;
        self.made_against(plan.version)?;
        let before = PlanContent { name: plan.name.clone(), stages: plan.stages.clone(), guard: plan.guard.clone() };
        let name = text::name(name).map_err(|error| Refusal::invalid("name", error))?;
        let stages = self.accept_stages(project, stages, &plan.stages, Share::NOBODY)?;
        let guard = accept_guard(guard, &stages)?;
        let after = PlanContent { name, stages, guard };
        if before == after {
            return Ok(Vec::new());
        }
        Ok(vec![Event::PlanChanged { project: project_key, plan: key, before, after }])
    }

    pub(super) fn remove_plan(&mut self, project: ProjectKey, key: PlanKey) -> Events {
        let plan = self.project(&project)?.plans.get(&key).ok_or_else(|| Refusal::not_found("plan", &key))?;
        self.made_against(plan.version)?;
        Ok(vec![Event::PlanRemoved { project, plan: key, name: plan.name.clone() }])
    }
}
