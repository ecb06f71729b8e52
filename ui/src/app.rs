//! The page as a whole: its phases and its addresses.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{ParamSegment, StaticSegment, WildcardSegment};

use crate::clock;
use crate::components::{Empty, Failed, LinkButton, PageHead, Toasts};
use crate::pages::audit::AuditPage;
use crate::pages::flag::FlagPage;
use crate::pages::flags::FlagsPage;
use crate::pages::overview::OverviewPage;
use crate::pages::segments::{SegmentPage, SegmentsPage};
use crate::pages::settings::SettingsPage;
use crate::pages::welcome::{SignInPage, WelcomePage};
use crate::shell::Shell;
use crate::state::{Phase, Store};

/// The page as a whole.
#[component]
pub fn App() -> impl IntoView {
    let store = Store::new(clock::now());
    provide_context(store);
    store.open();
    view! {
        {move || match store.phase.get() {
            Phase::Opening => ().into_any(),
            Phase::Welcome => view! { <WelcomePage /> }.into_any(),
            Phase::SignIn => view! { <SignInPage /> }.into_any(),
            Phase::Broken(error) => {
                view! {
                    <main class="boot">
                        <Failed title="Signalbox could not open" error on_retry=move |()| store.try_to_open() />
                    </main>
                }
                    .into_any()
            }
            Phase::Ready => view! { <Pages /> }.into_any(),
        }}
        <Toasts />
    }
}

/// The pages and their addresses.
#[component]
fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| ()>
                <ParentRoute path=StaticSegment("") view=Shell>
                    <Route path=StaticSegment("") view=OverviewPage />
                    <Route path=StaticSegment("flags") view=FlagsPage />
                    // The page reads what comes after the key itself: its tabs have addresses of their own.
                    <Route
                        path=(StaticSegment("flags"), ParamSegment("flag"), WildcardSegment("tab"))
                        view=FlagPage
                    />
                    <Route path=StaticSegment("groups") view=SegmentsPage />
                    <Route path=(StaticSegment("groups"), ParamSegment("group")) view=SegmentPage />
                    <Route path=StaticSegment("audit") view=AuditPage />
                    <Route path=(StaticSegment("settings"), WildcardSegment("section")) view=SettingsPage />
                    <Route path=WildcardSegment("elsewhere") view=NotFoundPage />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// For addresses that lead nowhere.
#[component]
fn NotFoundPage() -> impl IntoView {
    view! {
        <PageHead title="There is no such page" />
        <section class="card">
            <Empty title="Nothing is kept at this address" text="It may be misspelt, or belong to another version of Signalbox.">
                <LinkButton href="/">"Go to the overview"</LinkButton>
            </Empty>
        </section>
    }
}
