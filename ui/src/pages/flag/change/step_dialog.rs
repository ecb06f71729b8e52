//! The dialog of a step: start, advance, hold, roll back, and the kill switch.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::people;
use signalbox_domain::rollout::Position;

use crate::components::{Aspect, AspectGlyph};
use crate::pages::flag::change::act::{outcome, send};
use crate::pages::flag::change::confirmation::Confirmation;
use crate::pages::flag::change::step::{Asks, Step, ways_back};
use crate::pages::flag::change::step_confirmation::confirmation;
use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::pages::flag::crowd::{figure, in_words};
use crate::pages::flag::evidence::verdict;
use crate::pages::flag::page::{Asking, use_page};
use crate::pages::flag::rollout::plan::out_of_reach;
use crate::pages::flag::scene::Scene;
use crate::state::{ToastKind, use_store};

/// Asks to confirm a step. What it says is as it was when it opened: a change in between is noticed by
/// the server, since the version goes with the step.
#[component]
pub fn StepDialog(
    /// The step; for a roll back, where to at first.
    step: Step,
) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene.get_untracked();
    let step = RwSignal::new(step);
    let told = {
        let scene = Arc::clone(&scene);
        Memo::new(move |_| confirmation(&scene, step.get()))
    };
    let close = move |()| page.dialog.set(None);
    let Some(first) = told.get_untracked() else {
        // The step went away between the key and the dialog.
        request_animation_frame(move || close(()));
        return ().into_any();
    };
    let confirmation = Signal::derive(move || told.get().unwrap_or_else(|| Confirmation::clone(&first)));
    // As it was when the dialog opened, like everything else in it.
    let warning = match step.get_untracked() {
        Step::Advance | Step::Finish => page.evidence.with_untracked(|known| {
            let verdict = known.warns().then(|| verdict(&scene, known))?;
            Some(format!("{}. {}", verdict.title, verdict.sentence))
        }),
        Step::Start => out_of_reach(&scene, store.now.get_untracked()),
        _ => None,
    };
    let places = match (step.get_untracked(), scene.rollout_under_way()) {
        (Step::RollBack(_), Some(rollout)) => ways_back(rollout),
        _ => Vec::new(),
    };
    let change = {
        let scene = Arc::clone(&scene);
        sending(move |reason| {
            let scene = Arc::clone(&scene);
            let step = step.get_untracked();
            async move {
                let configuration = send(store, &scene, step, reason).await?;
                let awaited = configuration.reasons_awaited.last().copied();
                page.put_configuration(configuration);
                store.toast(ToastKind::Done, outcome(&scene, step));
                if step.asks() == Asks::Afterwards
                    && let Some(sequence) = awaited
                {
                    // After this dialog has gone and given the focus back.
                    request_animation_frame(move || {
                        page.dialog.try_set(Some(Asking::Why(sequence)));
                    });
                }
                Ok(())
            }
        })
    };
    view! {
        <ConfirmDialog confirmation send=change on_close=close>
            {warning.map(|warning| {
                view! {
                    <p class="row top fs12 step-warning">
                        <AspectGlyph aspect=Aspect::Caution />
                        <span class="num">{warning}</span>
                    </p>
                }
            })}
            <WaysBack scene places step />
        </ConfirmDialog>
    }
    .into_any()
}

/// Where a roll back may lead, with the people who lose the feature.
#[component]
fn WaysBack(scene: Arc<Scene>, places: Vec<Position>, step: RwSignal<Step>) -> impl IntoView {
    let rows = places
        .into_iter()
        .filter_map(|to| {
            let now = scene.unless_turned_off();
            let side = scene.at(scene.rollout_under_way()?, to);
            let title = match to {
                Position::Start => "The start".to_owned(),
                Position::Stage(_) => side.title.clone(),
            };
            let lose = match (now.people, side.people) {
                (Some(now), Some(after)) if now > after => {
                    format!("takes it away from {}", people::in_words(now - after))
                }
                (Some(_), Some(_)) => "takes it away from nobody by count".into(),
                _ => format!("leaves it with {}", in_words(side.people)),
            };
            let keep = match side.people {
                Some(0 | 1) => format!("{} keeps it", figure(side.people)),
                people => format!("{} keep it", figure(people)),
            };
            Some((to, title, lose, keep))
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <fieldset class="fs0 ways-back">
                <legend class="lbl">"Back to"</legend>
                {rows
                    .into_iter()
                    .map(|(to, title, lose, keep)| {
                        let chosen = move || step.get() == Step::RollBack(to);
                        view! {
                            <label class="opt" class:opt--on=chosen>
                                <input
                                    type="radio"
                                    name="back-to"
                                    class="check radio"
                                    prop:checked=chosen
                                    on:change=move |_| step.set(Step::RollBack(to))
                                />
                                <span class="m way-title trunc">{title}</span>
                                <span class="fs12 ink2 num">{lose}</span>
                                <span class="end fs12 ink3 num nowrap">{keep}</span>
                            </label>
                        }
                    })
                    .collect_view()}
            </fieldset>
        }
    })
}
