//! Who gets it while a rollout decides: to look at, not to change here.

use leptos::prelude::*;
use signalbox_domain::rollout::Position;

use crate::components::{Icon, IconName};
use crate::pages::flag::change::step::next;
use crate::pages::flag::crowd::figure;
use crate::pages::flag::page::use_page;
use crate::pages::flag::tab::Tab;
use crate::pages::flag::targeting::people_grid::PeopleGrid;

/// The share that the rollout has come to, and where it is changed.
#[component]
pub fn DrivenByRollout() -> impl IntoView {
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
    let line = scene.with_untracked(|scene| Tab::Rollout.address(&scene.flag.key));
    view! {
        <section class="card" aria-labelledby="who">
            <div class="card-h">
                <h2 id="who">"Who gets it"</h2>
                <span class="ink3 fs12">"The rollout decides"</span>
            </div>
            <div class="card-b">
                <div class="row who-now">
                    <span class="num who-share">{move || reach.with(|reach| reach.share.to_string())}</span>
                    <span class="num">
                        <b>{move || reach.with(|reach| figure(reach.people))}</b>
                        " "
                        <span class="ink3">{of}</span>
                    </span>
                    {move || {
                        let named = reach.with(|reach| reach.named);
                        (named > 0)
                            .then(|| view! { <span class="end ink3 fs12 num">{format!("{named} named by their key")}</span> })
                    }}
                </div>
                <PeopleGrid now=Signal::derive(move || reach.with(|reach| reach.share)) then when off=Signal::derive(move || scene.with(|scene| scene.configuration.killed.is_some())) />
                <p class="row fs12 who-lock">
                    <Icon name=IconName::Lock small=true class="ink3" />
                    <span class="ink2">
                        "The rollout moves this share. "
                        <a class="link" href=line>
                            "Advance it, hold it or roll it back"
                        </a>
                        "; the share and the split are free again when it is finished."
                    </span>
                </p>
            </div>
        </section>
    }
}
