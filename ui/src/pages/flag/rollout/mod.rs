//! The rollout of the flag in this environment: its line, the next step, who had it over time.

mod automation;
mod course;
mod course_card;
mod course_chart;
mod decision;
mod line;
pub mod plan;
mod recent;
mod track;
mod usage_card;

use leptos::prelude::*;
use signalbox_domain::rollout::RolloutStatus;

use crate::components::{Button, ButtonKind, ButtonSize, IconName, Time};
use crate::pages::flag::evidence::{GuardrailCharts, HypothesisCard};
use crate::pages::flag::page::use_page;
use automation::AutomationSwitch;
use course_card::CourseCard;
use decision::Decision;
use plan::{DraftPreview, NoRollout, PlanCard, PlanMode};
use recent::{IfSomethingGoesWrong, RecentChanges};
use track::Track;
use usage_card::UsageCard;

pub use recent::History;

/// The line of the rollout, the next step, and what happened so far.
#[component]
pub fn RolloutTab() -> impl IntoView {
    let page = use_page();
    let history = History::follow(page);
    let editing = RwSignal::new(false);
    let status =
        Memo::new(move |_| page.scene.with(|scene| scene.configuration.rollout.as_ref().map(|rollout| rollout.status)));
    view! {
        {move || match status.get() {
            None => view! { <NoRollout /> }.into_any(),
            Some(status) => {
                let mode = if status == RolloutStatus::Draft { PlanMode::Draft } else { PlanMode::UnderWay };
                view! {
                    <TrackCard editing />
                    <Show when=move || editing.get()>
                        <PlanCard mode on_close=move |()| editing.set(false) />
                    </Show>
                    {(status == RolloutStatus::Finished).then(|| view! { <NoRollout /> })}
                }
                    .into_any()
            }
        }}
        <div class="grid g-rail flag-below">
            <div class="stack">
                {move || {
                    let open = status.get().is_some_and(|status| status != RolloutStatus::Finished);
                    let off = page.scene.with(|scene| scene.configuration.killed.is_some());
                    (open || off).then(|| view! { <Decision /> })
                }}
                <GuardrailCharts history />
                <CourseCard history />
            </div>
            <div class="stack railcol">
                <HypothesisCard />
                <UsageCard />
                <RecentChanges history />
                <IfSomethingGoesWrong />
            </div>
        </div>
    }
}

/// The line with what it is about.
#[component]
fn TrackCard(editing: RwSignal<bool>) -> impl IntoView {
    let page = use_page();
    let rollout = Memo::new(move |_| page.scene.with(|scene| scene.configuration.rollout.clone()));
    let about = move || {
        let rollout = rollout.get()?;
        let count = rollout.stages.len();
        let stages = if count == 1 { "1 stage".to_owned() } else { format!("{count} stages") };
        let status = match rollout.status {
            RolloutStatus::Draft => "not started",
            RolloutStatus::Running => "under way",
            RolloutStatus::Held => "held",
            RolloutStatus::Finished => "finished",
        };
        Some(view! {
            <span class="ink3 fs12">
                {stages} ", " {status}
                {rollout.started.map(|started| view! { " · started " <Time at=started /> })}
            </span>
        })
    };
    let over = move || {
        rollout.with(|rollout| rollout.as_ref().is_none_or(|rollout| rollout.status == RolloutStatus::Finished))
    };
    view! {
        <section class="card" aria-labelledby="rollout-line">
            <div class="card-h">
                <h2 id="rollout-line">"Rollout"</h2>
                {about}
                <span class="end">
                    <Show when=move || !over() && !editing.get()>
                        <Button
                            kind=ButtonKind::Quiet
                            size=ButtonSize::Small
                            icon=IconName::Pencil
                            disabled=Signal::derive(move || page.locked())
                            on_press=move |()| editing.set(true)
                        >
                            "Edit plan"
                        </Button>
                    </Show>
                </span>
            </div>
            <Track />
            <Show when=move || !editing.get()>
                <DraftPreview />
            </Show>
            <AutomationSwitch />
        </section>
    }
}
