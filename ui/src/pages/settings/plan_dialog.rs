//! Makes or changes a plan.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::Share;
use signalbox_domain::guard::Begin;
use signalbox_protocol::endpoint::{AtPlan, AtProject, ChangePlanEndpoint, CreatePlanEndpoint};
use signalbox_protocol::wire::plan::{ChangePlan, CreatePlan, Plan};

use crate::components::{Dialog, DialogFoot, FieldError, TextField};
use crate::form::Attempt;
use crate::pages::flag::crowd::Crowd;
use crate::pages::flag::rollout::plan::{
    BeginFrom, Counted, Editor, Floor, PlanEditor, Planned, StageRow, free_key, usual,
};
use crate::state::{ToastKind, use_store};

/// Before a plan begins, nobody has the feature.
const NOBODY: Floor = Floor { share: Share::NOBODY, named: 0 };

/// Makes a plan, or changes the one given.
#[component]
pub fn PlanDialog(
    /// The plan to change; nothing for a new one.
    plan: Option<Arc<Plan>>,
    /// Called when it is closed, done or not.
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let name = RwSignal::new(plan.as_ref().map(|plan| plan.name.clone()).unwrap_or_default());
    let environment = untrack(|| store.environment());
    let crowd = Crowd::new(environment.as_ref().map_or(0, |environment| environment.audience));
    let rows = match &plan {
        Some(plan) => plan.stages.iter().cloned().map(StageRow::from).collect(),
        None => usual(NOBODY),
    };
    // What the server says about a stage stands at that stage, the rest below the fields.
    let guard = plan.as_ref().map(|plan| plan.guard.clone()).unwrap_or_default();
    let editor = Editor::new(rows, guard, NOBODY, crowd);
    let disabled = Signal::derive(move || store.can_edit().err());
    let is_new = plan.is_none();
    let title = plan.as_ref().map_or_else(|| "New plan".into(), |plan| format!("Change {}", plan.name));
    let send = move |()| {
        let Some(project) = untrack(|| store.project()) else { return };
        if disabled.with_untracked(Option::is_some) {
            return;
        }
        attempt.problem.clear();
        let Some(Planned { stages, guard }) = editor.finished() else { return };
        let name = name.get_untracked().trim().to_owned();
        let before = plan.clone();
        let answer = async move {
            let answer = match before {
                Some(before) => {
                    let at = AtPlan { project: project.key.clone(), plan: before.key.clone() };
                    let body = ChangePlan { name, stages, guard };
                    store.send::<ChangePlanEndpoint>(&at, &body, Some(before.version)).await
                }
                None => {
                    let at = AtProject { project: project.key.clone() };
                    // It runs out of keys for no number of plans.
                    let key = free_key(&name, &untrack(|| store.plans())).expect("a number makes any key free");
                    store.send::<CreatePlanEndpoint>(&at, &CreatePlan { key, name, stages, guard }, None).await
                }
            };
            answer.inspect_err(|error| {
                if error
                    .error
                    .field
                    .as_deref()
                    .is_some_and(|field| field.starts_with("stages") || field.starts_with("guard"))
                {
                    editor.fault.set(error.clone());
                }
            })
        };
        attempt.send(answer, move |plan| {
            store.toast(ToastKind::Done, format!("{} is saved. No rollout is changed by it.", plan.name));
            on_close.try_run(());
        });
    };
    let counted = environment.map(|environment| format!("People are counted for {}.", environment.name));
    view! {
        <Dialog
            title
            subtitle=ViewFn::from(move || counted.clone())
            width=860
            on_close
            on_confirm=send
            footer=move || view! { <DialogFoot verb="Save plan" doing="Saving…" busy=attempt.busy disabled on_close /> }
        >
            <TextField
                label="Name"
                value=name
                required=true
                autofocus=true
                placeholder="Payments, careful"
                error=attempt.problem.at("name")
            />
            {is_new.then(|| view! { <div class="row wrap gap1 plan-begin"><BeginFrom editor /></div> })}
            <div class="plan-in-dialog">
                <PlanEditor editor begin=Begin::default() counted=Counted::default() />
            </div>
            <FieldError error=attempt.problem.elsewhere(&["name", "stages", "guard"]) />
        </Dialog>
    }
}
