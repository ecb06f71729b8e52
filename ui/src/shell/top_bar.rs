//! The top bar: where the reader is, which environment, the connection, the theme.

use leptos::prelude::*;
use signalbox_protocol::desktop::ConnectionState;

use super::crumbs::Crumbs;
use super::environment_switch::EnvironmentSwitch;
use super::theme::ThemeButton;
use super::{Overlay, use_overlays};
use crate::components::{Ago, Aspect, AspectGlyph, Icon, IconName, Key};
use crate::state::use_store;
use crate::time;

/// The top bar.
#[component]
pub fn TopBar() -> impl IntoView {
    let overlays = use_overlays();
    view! {
        <header class="topbar">
            <Crumbs />
            <div class="end row top-end">
                <EnvironmentSwitch />
                <button
                    type="button"
                    class="jump"
                    aria-haspopup="dialog"
                    aria-keyshortcuts="Control+K"
                    on:click=move |_| overlays.open(Overlay::Palette)
                >
                    <Icon name=IconName::Search small=true />
                    <span class="grow trunc jump-text">"Search" <span class="hide-n">" or jump to"</span></span>
                    <Key>"Ctrl K"</Key>
                </button>
                <ConnectionChip />
                <ThemeButton />
            </div>
        </header>
    }
}

/// How the connection is: live, catching up, or offline with the age of what is shown.
#[component]
fn ConnectionChip() -> impl IntoView {
    let store = use_store();
    let state = Memo::new(move |_| store.connection.get().state);
    let heard = move || {
        let now = store.now.get();
        store
            .as_of
            .get()
            .map(|heard| format!("Last heard {}", time::full(&time::local(heard)) + ", " + &time::ago(heard, now)))
    };
    view! {
        {move || {
            match state.get() {
                ConnectionState::Live => {
                    view! {
                        <span class="sync" role="status" title=heard>
                            <AspectGlyph aspect=Aspect::Clear />
                            <span class="m">"Live"</span>
                        </span>
                    }
                        .into_any()
                }
                ConnectionState::CatchingUp => {
                    view! {
                        <span class="sync sync--cached" role="status" title=heard>
                            <AspectGlyph aspect=Aspect::Caution />
                            <span class="m">"Catching up"</span>
                        </span>
                    }
                        .into_any()
                }
                ConnectionState::Offline | ConnectionState::SignedOut => {
                    view! {
                        <span class="sync sync--offline" role="status" title=heard>
                            <AspectGlyph aspect=Aspect::Dark />
                            <span class="m">"Offline"</span>
                            <span class="hide-n">"read-only, "</span>
                            {move || store.as_of.get().map(|at| view! { <Ago at /> })}
                        </span>
                    }
                        .into_any()
                }
            }
        }}
    }
}
