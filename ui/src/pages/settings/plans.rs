//! Plans: lines of stages that the project's rollouts begin from.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_protocol::endpoint::{AtPlan, RemovePlan};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::plan::Plan;

use super::confirm::{Asks, Confirm};
use super::list_card::ListCard;
use super::plan_dialog::PlanDialog;
use crate::components::{Column, Empty, IconName, RowButton, SkeletonRows, Table};
use crate::form::Attempt;
use crate::pages::flag::rollout::plan::line;
use crate::state::{ToastKind, use_store};

/// What is open over the list.
#[derive(Clone, PartialEq)]
enum Open {
    New,
    Change(Arc<Plan>),
    Remove(Arc<Plan>),
}

/// What the table tells of each.
const COLUMNS: &[Column] = &[Column::Words("Name"), Column::Words("Stages"), Column::Actions];

/// The plans of the project.
#[component]
pub fn Plans() -> impl IntoView {
    let store = use_store();
    let open = RwSignal::new(None::<Open>);
    let close = Callback::new(move |()| open.set(None));
    let plans = Memo::new(move |_| store.plans());
    let disabled = Signal::derive(move || store.can_edit().err());
    view! {
        <ListCard
            id="plans"
            title="Plans"
            make="New plan"
            disabled
            on_make=move |()| open.set(Some(Open::New))
            note="A plan is a line of stages to begin a rollout from. The rollout takes a copy of it, \
                so changing or removing a plan changes no rollout."
        >
            {move || {
                if !store.is_known() {
                    return view! { <SkeletonRows count=3 /> }.into_any();
                }
                if plans.with(Vec::is_empty) {
                    return view! {
                        <Empty
                            title="No plan is kept yet"
                            text="Make one here, or keep the stages of a rollout as a template while you plan it."
                        />
                    }
                        .into_any();
                }
                view! {
                    <Table columns=COLUMNS>
                            <For each=move || plans.get() key=|one| (one.key.clone(), one.version) let:plan>
                                <Row plan disabled open />
                            </For>
                        </Table>
                }
                    .into_any()
            }}
        </ListCard>
        {move || match open.get() {
            None => ().into_any(),
            Some(Open::New) => view! { <PlanDialog plan=None on_close=close /> }.into_any(),
            Some(Open::Change(plan)) => view! { <PlanDialog plan=Some(plan) on_close=close /> }.into_any(),
            Some(Open::Remove(plan)) => view! { <RemoveDialog plan on_close=close /> }.into_any(),
        }}
    }
}

#[component]
fn Row(plan: Arc<Plan>, disabled: Signal<Option<String>>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let (change, remove) = (format!("Change {}", plan.name), format!("Remove {}", plan.name));
    // A number and its sign stay on one line.
    let stages = line(&plan.stages, &use_store().segments()).replace(" %", "\u{a0}%");
    let (name, other) = (plan.name.clone(), Arc::clone(&plan));
    view! {
        <tr>
            <td class="m">{name}</td>
            <td class="ink2 fs12 plan-stages">{stages}</td>
            <td class="right nowrap">
                <RowButton icon=IconName::Pencil label=change disabled=disabled on_press=move |()| open.set(Some(Open::Change(Arc::clone(&plan)))) />
                <RowButton icon=IconName::Trash label=remove disabled=disabled on_press=move |()| open.set(Some(Open::Remove(Arc::clone(&other)))) />
            </td>
        </tr>
    }
}

/// Asks before a plan is removed.
#[component]
fn RemoveDialog(plan: Arc<Plan>, on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let title = format!("Remove {}?", plan.name);
    let remove = move |_: Option<String>| {
        let at = AtPlan { project: plan.project.clone(), plan: plan.key.clone() };
        let (name, version) = (plan.name.clone(), plan.version);
        let answer = async move { store.send::<RemovePlan>(&at, &NoBody {}, Some(version)).await };
        attempt.send(answer, move |_| {
            store.toast(ToastKind::Done, format!("{name} is removed. Rollouts that began from it keep their stages."));
            on_close.try_run(());
        });
    };
    view! {
        <Confirm
            title
            verb="Remove the plan"
            doing="Removing…"
            asks=Asks::Nothing
            attempt
            on_confirm=remove
            on_close
        >
            <p>"Nobody gains or loses anything: rollouts that began from it keep their stages. It cannot be restored."</p>
        </Confirm>
    }
}
