//! Plan templates: begin from one, keep a plan as one. They are changed and removed in the settings.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::guard::Wanted;
use signalbox_domain::key::PlanKey;
use signalbox_domain::rollout::Stage;
use signalbox_protocol::endpoint::{AtProject, CreatePlanEndpoint};
use signalbox_protocol::wire::plan::{CreatePlan, Plan};

use crate::components::{Button, ButtonKind, ButtonSize, Dialog, DialogFoot, TextField};
use crate::form::{Attempt, key_from_name};
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::plan::editor::{Editor, Planned};
use crate::pages::flag::rollout::plan::starts::Start;
use crate::state::{Segments, ToastKind, use_store};

/// Templates to begin from, and the ways to keep and remove them.
#[component]
pub fn Templates(
    /// The plan that is edited.
    editor: Editor,
    /// Whether the plan may begin anew from a template.
    choose: bool,
) -> impl IntoView {
    let page = use_page();
    let keeping = RwSignal::new(None::<Planned>);
    view! {
        <div class="row wrap plan-templates">
            {choose.then(|| view! { <BeginFrom editor /> })}
            <span class="end row gap1">
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    opens="dialog"
                    disabled=Signal::derive(move || {
                        page.locked()
                            .or_else(|| {
                                editor.planned().is_none().then(|| "Mend the plan first; then it can be kept.".into())
                            })
                    })
                    on_press=move |()| keeping.set(untrack(|| editor.planned()))
                >
                    "Save as template…"
                </Button>
            </span>
        </div>
        {move || {
            keeping.get().map(|planned| view! { <KeepTemplate planned on_close=move |()| keeping.set(None) /> })
        }}
    }
}

/// The usual lines, and the plans of the project, to begin from.
#[component]
pub fn BeginFrom(
    /// The plan that begins anew.
    editor: Editor,
) -> impl IntoView {
    let store = use_store();
    let begin = move |plan: &Plan| editor.begin_from(plan.stages.clone(), plan.guard.clone());
    let start = move |start: Start| {
        let groups = untrack(|| store.segments());
        let groups: Vec<_> = groups.iter().map(|group| group.key.clone()).collect();
        editor.start(start, &groups);
    };
    view! {
        <span class="fs12 ink3">"Begin from"</span>
        {Start::ALL
            .into_iter()
            .map(|one| {
                view! {
                    <button type="button" class="fchip" title=one.words() on:click=move |_| start(one)>
                        {one.name()}
                    </button>
                }
            })
            .collect_view()}
        <Show when=move || !store.plans().is_empty()>
            <span class="fs12 ink3">"or a kept plan"</span>
        </Show>
        <For each=move || store.plans() key=|plan| (plan.key.clone(), plan.version) let:plan>
            {
                let title = line(&plan.stages, &store.segments());
                let name = plan.name.clone();
                view! {
                    <button type="button" class="fchip" title=title on:click=move |_| begin(&plan)>
                        {name}
                    </button>
                }
            }
        </For>
    }
}

/// "Staff → 1 % (no harm shown) → 10 %": a stage that is left by less than safety says so.
pub fn line(stages: &[Stage<String>], segments: &Segments) -> String {
    let words = |stage: &Stage<String>| match stage.gate.evidence {
        Wanted::NotHarmful => format!("{} (no harm shown)", stage.in_words(segments)),
        Wanted::Nothing | Wanted::Safe => stage.in_words(segments),
    };
    stages.iter().map(words).collect::<Vec<_>>().join(" → ")
}

/// A key that no other template has: the name's, with a number where that is taken.
pub fn free_key(name: &str, taken: &[Arc<Plan>]) -> Option<PlanKey> {
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
fn KeepTemplate(planned: Planned, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let name = RwSignal::new(String::new());
    let attempt = Attempt::new();
    let Attempt { busy, problem } = attempt;
    let words = line(&planned.stages, &untrack(|| store.segments()));
    let save = Callback::new(move |()| {
        let typed = name.get_untracked();
        let Some(key) = free_key(&typed, &untrack(|| store.plans())) else { return };
        let at = AtProject { project: page.scene.with_untracked(|scene| scene.flag.project.clone()) };
        let Planned { stages, guard } = planned.clone();
        let body = CreatePlan { key, name: typed.trim().to_owned(), stages, guard };
        attempt.send(async move { store.send::<CreatePlanEndpoint>(&at, &body, None).await }, move |plan| {
            store
                .toast(ToastKind::Done, format!("{} can be used for every flag. Settings lists all plans.", plan.name));
            on_close.try_run(());
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
            footer=move || view! { <DialogFoot verb="Save template" doing="Saving…" busy on_close /> }
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

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_domain::guard::Guard;
    use signalbox_domain::key::ProjectKey;

    #[test]
    fn a_template_gets_a_key_that_is_free() {
        let plan = |key: &str| {
            Arc::new(Plan {
                project: ProjectKey::new("bank").unwrap(),
                key: PlanKey::new(key).unwrap(),
                name: key.into(),
                stages: Vec::new(),
                guard: Guard::default(),
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
