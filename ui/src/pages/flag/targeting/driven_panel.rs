//! Who gets it while a rollout decides: to look at, not to change here.

use leptos::prelude::*;
use signalbox_domain::rollout::{Position, StageAudience};

use crate::components::{Icon, IconName};
use crate::pages::flag::change::step::next;
use crate::pages::flag::crowd::figure;
use crate::pages::flag::page::use_page;
use crate::pages::flag::tab::Tab;
use crate::pages::flag::targeting::check_card::Checked;
use crate::pages::flag::targeting::people_grid::PeopleGrid;

/// The share that the rollout under way has come to, its stages, and where it is changed.
#[component]
pub fn DrivenPanel(
    /// The person who was checked last.
    checked: Checked,
) -> impl IntoView {
    let page = use_page();
    let scene = page.scene;
    let reach = Memo::new(move |_| scene.with(|scene| scene.unless_turned_off()));
    let ahead = Memo::new(move |_| {
        scene.with(|scene| {
            let rollout = scene.rollout_under_way()?;
            next(rollout).map(|stage| scene.at(rollout, Position::Stage(stage)))
        })
    });
    let then = Signal::derive(move || ahead.get().map_or_else(|| reach.with(|reach| reach.share), |ahead| ahead.share));
    let when = Signal::derive(move || ahead.get().map_or_else(String::new, |ahead| format!("at {}", ahead.title)));
    let of = move || {
        let size = scene.with(|scene| scene.crowd().size());
        size.map(|size| format!("of {}", figure(Some(size))))
    };
    let stops = Memo::new(move |_| {
        scene.with(|scene| {
            let stages = scene.rollout_under_way().map(|rollout| rollout.stages.as_slice()).unwrap_or_default();
            let share = |stage: &StageAudience<String>| match stage {
                StageAudience::Percentage { share } => Some(share.percent()),
                StageAudience::People { .. } | StageAudience::Segments { .. } => None,
            };
            stages.iter().filter_map(|stage| share(&stage.audience)).collect::<Vec<_>>()
        })
    });
    let you = Signal::derive(move || scene.with(|scene| checked.place(scene, scene.driven_rule())));
    let line = scene.with_untracked(|scene| Tab::Rollout.address(&scene.flag.key));
    let besides = move || {
        reach.with(|reach| {
            let mut besides = reach.groups.clone();
            match reach.named {
                0 => {}
                1 => besides.push("1 person by name".into()),
                many => besides.push(format!("{many} people by name")),
            }
            (!besides.is_empty()).then(|| format!("besides {}", besides.join(", ")))
        })
    };
    let width = move || format!("{}%", reach.with(|reach| reach.share.percent()));
    view! {
        <div class="pct">
            <div class="row who-now">
                <span class="num who-share">{move || reach.with(|reach| reach.share.to_string())}</span>
                <span class="slider slider--still grow" aria-hidden="true">
                    <span class="fill" style:width=width></span>
                    {move || {
                        stops
                            .get()
                            .into_iter()
                            .map(|stop| view! { <span class="stop" style:left=format!("{stop}%")></span> })
                            .collect_view()
                    }}
                    <span class="knob" style:left=width></span>
                </span>
                <span class="fs12 num nowrap">
                    <b>{move || reach.with(|reach| figure(reach.people))}</b>
                    " "
                    <span class="ink3">{of}</span>
                </span>
            </div>
            <PeopleGrid
                now=Signal::derive(move || reach.with(|reach| reach.share))
                then
                when
                you
                off=Signal::derive(move || scene.with(|scene| scene.configuration.killed.is_some()))
            />
            <p class="row fs12 who-lock">
                <Icon name=IconName::Lock small=true class="ink3" />
                <span class="ink2">
                    "The rollout moves this share. "
                    <a class="link" href=line>
                        "Advance it, hold it or roll it back"
                    </a>
                    "; it is free again when the rollout is finished."
                </span>
                <span class="end ink3">{besides}</span>
            </p>
        </div>
    }
}
