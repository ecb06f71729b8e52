//! One flag in one environment: its rollout, who gets it, what it gives, what happened to it.
//!
//! The words and numbers are made in plain structs that are tested on the host; components show them.

pub mod base;
pub mod change;
mod chart;
mod client_side;
mod crosshair;
pub mod crowd;
mod evidence;
#[cfg(test)]
mod fixture;
pub mod form_foot;
mod header;
mod history;
mod keys;
mod page;
mod percent;
pub mod rollout;
mod scene;
mod settings;
mod standing;
mod tab;
mod targeting;
mod variants;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use signalbox_domain::key::FlagKey;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::flag::Flag;

use crate::components::{Aspect, Banner, ButtonSize, Empty, Failed, LinkButton, SkeletonRows, Time};
use crate::state::{Loaded, use_store};

use change::{ReasonBanner, ReasonDialog, StepDialog};
use header::{FlagHeader, FlagTabs};
use history::HistoryTab;
use page::{Asking, Page, use_page};
use rollout::RolloutTab;
use scene::Scene;
use settings::SettingsTab;
use tab::Tab;
use targeting::TargetingTab;
use variants::VariantsTab;

/// One flag.
#[component]
pub fn FlagPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.with(|params| FlagKey::new(params.get("flag")?).ok()));
    let tab = Memo::new(move |_| params.with(|params| Tab::of(&params.get("tab").unwrap_or_default())));
    // A flag of another key is another page; its sections and environments are not.
    move || match key.get() {
        Some(key) => view! { <OneFlag key tab /> }.into_any(),
        None => view! { <MissingFlag /> }.into_any(),
    }
}

/// How far a flag has come from the server.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    Loading,
    Missing,
    Failed(ErrorBody),
    NoEnvironment,
    Ready,
}

#[component]
fn OneFlag(key: FlagKey, tab: Memo<Tab>) -> impl IntoView {
    let store = use_store();
    let loading = store.flag(Signal::stored(key));
    let latest = Memo::new(move |_| {
        let Loaded::Ready(flag) = loading.resource.get() else { return None };
        let environment = store.environment()?;
        Scene::new(Flag::clone(&flag), Environment::clone(&environment), store.segments()).map(Arc::new)
    });
    let stage = Memo::new(move |_| match loading.resource.get() {
        Loaded::Loading => Stage::Loading,
        Loaded::Missing => Stage::Missing,
        Loaded::Failed(error) => Stage::Failed(error),
        // A new environment is there before what the flag gives in it.
        Loaded::Ready(_) if latest.with(Option::is_none) && store.environment().is_some() => Stage::Loading,
        Loaded::Ready(_) if latest.with(Option::is_none) => Stage::NoEnvironment,
        Loaded::Ready(_) => Stage::Ready,
    });
    move || match stage.get() {
        Stage::Loading => view! { <LoadingFlag /> }.into_any(),
        Stage::Missing => view! { <MissingFlag /> }.into_any(),
        Stage::Failed(error) => view! {
            <section class="card">
                <Failed title="Could not load the flag" error on_retry=move |()| loading.try_again() />
            </section>
        }
        .into_any(),
        Stage::NoEnvironment => view! {
            <section class="card">
                <Empty
                    title="No environment yet"
                    text="A flag gives something in an environment, such as production. Make one first."
                >
                    <LinkButton href="/settings">"Open settings"</LinkButton>
                </Empty>
            </section>
        }
        .into_any(),
        Stage::Ready => {
            let Some(first) = latest.get_untracked() else { return ().into_any() };
            // While the flag is fetched anew, the page keeps what it showed.
            let scene = Memo::new(move |shown: Option<&Arc<Scene>>| {
                latest.get().unwrap_or_else(|| Arc::clone(shown.unwrap_or(&first)))
            });
            view! { <Sections scene tab /> }.into_any()
        }
    }
}

/// The page of a flag that is here.
#[component]
fn Sections(scene: Memo<Arc<Scene>>, tab: Memo<Tab>) -> impl IntoView {
    let page = Page::new(scene);
    provide_context(page);
    keys::listen(page);
    // Another environment is another form: nothing typed for one may be saved in the other.
    let environment = Memo::new(move |_| scene.with(|scene| scene.environment.key.clone()));
    view! {
        <FlagHeader />
        <FlagTabs tab />
        <ReasonBanner />
        <ArchiveBanner />
        {move || {
            environment.track();
            match tab.get() {
                Tab::Rollout => view! { <RolloutTab /> }.into_any(),
                Tab::Targeting => view! { <TargetingTab /> }.into_any(),
                Tab::Variants => view! { <VariantsTab /> }.into_any(),
                Tab::History => view! { <HistoryTab /> }.into_any(),
                Tab::Settings => view! { <SettingsTab /> }.into_any(),
            }
        }}
        {move || {
            page.dialog
                .get()
                .map(|asking| match asking {
                    Asking::Confirm(step) => view! { <StepDialog step /> }.into_any(),
                    Asking::Why(sequence) => view! { <ReasonDialog sequence /> }.into_any(),
                })
        }}
    }
}

/// Says, as long as it is so, that the flag is in the archive and nothing of it can be changed.
#[component]
fn ArchiveBanner() -> impl IntoView {
    let scene = use_page().scene;
    let archived = Memo::new(move |_| scene.with(|scene| scene.flag.archived));
    let settings = scene.with_untracked(|scene| Tab::Settings.address(&scene.flag.key));
    move || {
        let settings = settings.clone();
        archived.get().map(|since| {
            view! {
                <div class="flag-banner">
                    <Banner aspect=Aspect::Dark>
                        <span class="grow">
                            "In the archive since " <Time at=since />
                            ". Applications do not know it any more; nothing can be changed until it is restored."
                        </span>
                        <LinkButton href=settings size=ButtonSize::Small>
                            "Open settings"
                        </LinkButton>
                    </Banner>
                </div>
            }
        })
    }
}

#[component]
fn LoadingFlag() -> impl IntoView {
    view! {
        <section class="card" aria-label="Flag">
            <SkeletonRows count=8 />
        </section>
    }
}

#[component]
fn MissingFlag() -> impl IntoView {
    view! {
        <section class="card">
            <Empty
                title="There is no such flag here"
                text="It may be in another project, or its key may be spelt differently."
            >
                <LinkButton href="/flags">"All flags"</LinkButton>
            </Empty>
        </section>
    }
}
