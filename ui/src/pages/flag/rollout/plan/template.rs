//! Plan templates: begin from one, keep a plan as one, remove those that are no longer used.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::PlanKey;
use signalbox_domain::rollout::Stage;
use signalbox_protocol::endpoint::{AtPlan, AtProject, CreatePlanEndpoint, RemovePlan};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::plan::{CreatePlan, Plan};

use crate::components::{Button, ButtonKind, ButtonSize, Dialog, IconName, TextField};
use crate::form::{Problem, key_from_name};
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::plan::editor::Editor;
use crate::pages::flag::rollout::plan::rows::StageRow;
use crate::state::{ToastKind, use_store};

/// What is open over the plan.
#[derive(Debug, Clone, PartialEq)]
enum Open {
    /// To name a new template of these stages.
    Keep(Vec<Stage<String>>),
    /// To remove templates.
    Tidy,
}

/// Templates to begin from, and the ways to keep and remove them.
#[component]
pub fn Templates(
    /// The plan that is edited.
    editor: Editor,
    /// Whether the plan may begin anew from a template.
    choose: bool,
) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let open = RwSignal::new(None::<Open>);
    let begin = move |plan: &Plan| editor.replace(plan.stages.iter().cloned().map(StageRow::from).collect());
    view! {
        <div class="row wrap plan-templates">
            {choose
                .then(|| {
                    view! {
                        <span class="fs12 ink3">"Begin from"</span>
                        <button type="button" class="fchip" on:click=move |_| editor.usual()>
                            "The usual line"
                        </button>
                        <For each=move || store.plans() key=|plan| (plan.key.clone(), plan.version) let:plan>
                            {
                                let title = line(&plan);
                                let name = plan.name.clone();
                                view! {
                                    <button type="button" class="fchip" title=title on:click=move |_| begin(&plan)>
                                        {name}
                                    </button>
                                }
                            }
                        </For>
                    }
                })}
            <span class="end row gap1">
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    opens="dialog"
                    disabled=Signal::derive(move || {
                        page.locked()
                            .or_else(|| {
                                editor.stages().is_none().then(|| "Mend the stages first; then they can be kept.".into())
                            })
                    })
                    on_press=move |()| open.set(untrack(|| editor.stages()).map(Open::Keep))
                >
                    "Save as template…"
                </Button>
                <Show when=move || !store.plans().is_empty()>
                    <Button
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                        opens="dialog"
                        on_press=move |()| open.set(Some(Open::Tidy))
                    >
                        "Manage templates…"
                    </Button>
                </Show>
            </span>
        </div>
        {move || {
            let close = Callback::new(move |()| open.set(None));
            open.get()
                .map(|open| match open {
                    Open::Keep(stages) => view! { <KeepTemplate stages on_close=close /> }.into_any(),
                    Open::Tidy => view! { <ManageTemplates on_close=close /> }.into_any(),
                })
        }}
    }
}

/// "Staff → 1 % → 10 %".
fn line(plan: &Plan) -> String {
    plan.stages.iter().map(Stage::in_words).collect::<Vec<_>>().join(" → ")
}

/// A key that no other template has: the name's, with a number where that is taken.
fn free_key(name: &str, taken: &[Arc<Plan>]) -> Option<PlanKey> {
    let base = key_from_name(name);
    let base = if base.is_empty() { "plan".to_owned() } else { base };
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let free = std::iter::once(base.clone())
        .chain(numbered)
        .take(taken.len() + 1)
        .find(|key| taken.iter().all(|plan| plan.key.as_str() != key))?;
    PlanKey::new(free).ok()
}

#[component]
fn KeepTemplate(stages: Vec<Stage<String>>, on_close: Callback<()>) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let name = RwSignal::new(String::new());
    let problem = Problem::new();
    let busy = RwSignal::new(false);
    let words = stages.iter().map(Stage::in_words).collect::<Vec<_>>().join(" → ");
    let save = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        let typed = name.get_untracked();
        let Some(key) = free_key(&typed, &untrack(|| store.plans())) else { return };
        let at = AtProject { project: page.scene.with_untracked(|scene| scene.flag.project.clone()) };
        let body = CreatePlan { key, name: typed.trim().to_owned(), stages: stages.clone() };
        problem.clear();
        busy.set(true);
        spawn_local(async move {
            let answer = store.send::<CreatePlanEndpoint>(&at, &body, None).await;
            busy.try_set(false);
            match answer {
                Ok(plan) => {
                    store.toast(ToastKind::Done, format!("{} can be used for every flag of the project.", plan.name));
                    on_close.try_run(());
                }
                Err(error) => problem.set(error),
            }
        });
    });
    let (at_name, elsewhere) = (problem.at("name"), problem.elsewhere(&["name"]));
    view! {
        <Dialog
            title="Save as template"
            subtitle=ViewFn::from(move || words.clone())
            width=460
            on_close
            on_confirm=save
            footer=ViewFn::from(move || {
                view! {
                    <Button on_press=on_close>"Cancel"</Button>
                    <Button kind=ButtonKind::Primary submit=true busy attr:data-confirm="">
                        {move || if busy.get() { "Saving…" } else { "Save template" }}
                    </Button>
                }
            })
        >
            <TextField
                label="Name"
                value=name
                placeholder="Payments, careful"
                autofocus=true
                required=true
                error=Signal::derive(move || at_name.get().or_else(|| elsewhere.get()))
            />
        </Dialog>
    }
}

#[component]
fn ManageTemplates(on_close: Callback<()>) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let remove = move |plan: Arc<Plan>| {
        let at = AtPlan { project: plan.project.clone(), plan: plan.key.clone() };
        spawn_local(async move {
            match store.send::<RemovePlan>(&at, &Empty {}, Some(plan.version)).await {
                Ok(_) => store.toast(
                    ToastKind::Done,
                    format!("{} is removed. Rollouts that use its stages keep them.", plan.name),
                ),
                Err(error) => store.toast(ToastKind::Problem, format!("{} was not removed: {error}.", plan.name)),
            }
        });
    };
    view! {
        <Dialog
            title="Plan templates"
            subtitle=ViewFn::from(|| "Rollouts copy a template's stages; removing it changes no rollout.")
            width=560
            on_close
            footer=ViewFn::from(move || view! { <Button on_press=on_close>"Close"</Button> })
        >
            <ul class="list plan-list">
                <For each=move || store.plans() key=|plan| (plan.key.clone(), plan.version) let:plan>
                    {
                        let words = line(&plan);
                        let name = plan.name.clone();
                        let label = format!("Remove {name}");
                        view! {
                            <li class="row">
                                <span class="grow">
                                    <span class="m">{name}</span>
                                    <br />
                                    <span class="fs12 ink2">{words}</span>
                                </span>
                                <Button
                                    kind=ButtonKind::Quiet
                                    size=ButtonSize::Small
                                    icon=IconName::Trash
                                    label
                                    disabled=Signal::derive(move || page.locked())
                                    on_press=move |()| remove(Arc::clone(&plan))
                                />
                            </li>
                        }
                    }
                </For>
            </ul>
            <Show when=move || store.plans().is_empty()>
                <p class="fs12 ink2">"No templates are kept."</p>
            </Show>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_domain::key::ProjectKey;

    #[test]
    fn a_template_gets_a_key_that_is_free() {
        let plan = |key: &str| {
            Arc::new(Plan {
                project: ProjectKey::new("bank").unwrap(),
                key: PlanKey::new(key).unwrap(),
                name: key.into(),
                stages: Vec::new(),
                version: 1,
            })
        };
        let check = |name: &str, taken: &[&str], expect: &str| {
            let taken: Vec<_> = taken.iter().map(|key| plan(key)).collect();
            assert_eq!(free_key(name, &taken).unwrap().as_str(), expect);
        };
        check("Payments, careful", &[], "payments-careful");
        check("Payments, careful", &["payments-careful"], "payments-careful-2");
        check("A", &["a", "a-2"], "a-3");
        check("…", &[], "plan");
    }
}
