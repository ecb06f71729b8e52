//! What a planned rollout comes to before somebody starts it; what would mend it is saved as it is chosen.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::Timestamp;
use signalbox_domain::guard::{Begin, Reckoning, Traffic, preview};
use signalbox_domain::rollout::RolloutStatus;
use signalbox_protocol::endpoint::ChangeStagesEndpoint;
use signalbox_protocol::wire::rollout::ChangeStages;

use crate::components::FieldError;
use crate::form::sentence;
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::plan::card::{as_planned, ground};
use crate::pages::flag::rollout::plan::editor::Planned;
use crate::pages::flag::rollout::plan::preview::{Counted, PlanPreview, remedied, troubles};
use crate::pages::flag::scene::Scene;
use crate::state::{ToastKind, use_store};

/// What the planned rollout comes to; nothing where none is planned, or it has started.
#[component]
pub fn DraftPreview() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let is_draft = Memo::new(move |_| page.scene.with(|scene| planned(scene).is_some()));
    let problem = RwSignal::new(None::<String>);
    let on_remedy = move |(place, remedy)| {
        let Some((at, Planned { stages, .. }, version)) =
            page.scene.with_untracked(|scene| Some((scene.at_place(), planned(scene)?, scene.configuration.version)))
        else {
            return;
        };
        problem.set(None);
        let body = ChangeStages { stages: remedied(stages, place, remedy), guard: None, reason: None };
        spawn_local(async move {
            match store.send::<ChangeStagesEndpoint>(&at, &body, Some(version)).await {
                Ok(configuration) => {
                    page.put_configuration(configuration);
                    store.toast(ToastKind::Done, "The plan is changed. Nobody gets anything until you start it.");
                }
                Err(error) => drop(problem.try_set(Some(sentence(&error.error.message, "")))),
            }
        });
    };
    view! {
        <Show when=move || is_draft.get()>
            <PlanPreview
                planned=Signal::derive(move || page.scene.with(|scene| planned(scene)))
                ground=Signal::derive(move || {
                    page.scene
                        .with(|scene| ground(scene, scene.open_rollout().and_then(|rollout| rollout.rule.as_ref())))
                })
                begin=Begin::default()
                counted=Counted::follow(page)
                locked=Signal::derive(move || page.locked())
                on_remedy
            />
            <FieldError error=problem />
        </Show>
    }
}

/// What of the planned rollout not even everybody there is could show: "1 % cannot be shown safe." Nothing where nobody
/// stated how many there are, and where all of it can be shown.
pub fn out_of_reach(scene: &Scene, now: Timestamp) -> Option<String> {
    let Planned { stages, guard } = planned(scene)?;
    let rule = scene.open_rollout().and_then(|rollout| rollout.rule.as_ref());
    let (floor, crowd) = ground(scene, rule);
    let traffic = Traffic { everybody: Some(crowd.size()?), a_day: None };
    let (share_before, begin, usual) = (floor.share, Begin::default(), BTreeMap::new());
    let found = preview(&stages, &Reckoning { guard: &guard, share_before, traffic, usual: &usual, begin, now });
    let titles = troubles(&stages, &guard, &found, &scene.segments).into_iter().map(|trouble| trouble.title);
    let titles = titles.collect::<Vec<_>>().join("; ");
    (!titles.is_empty()).then(|| format!("{titles}. The preview of the plan says what would mend it."))
}

fn planned(scene: &Scene) -> Option<Planned> {
    let rollout = scene.open_rollout().filter(|rollout| rollout.status == RolloutStatus::Draft)?;
    Some(Planned { stages: rollout.stages.iter().map(as_planned).collect(), guard: rollout.guard.clone() })
}
