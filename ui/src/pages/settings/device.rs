//! This device: where it is connected, as whom, and how to leave.

use leptos::prelude::*;
use signalbox_protocol::desktop::{ConnectionState, PlaceKind, TokenKeeper};

use super::confirm::{Asks, Confirm};
use super::tokens::role_words;
use crate::components::{Aspect, AspectText, Button, ButtonKind, CopyKey};
use crate::form::Attempt;
use crate::state::{Store, use_store};

/// Address of the server, as applications on this device reach it.
pub fn server_address(store: Store) -> String {
    match store.place.get() {
        Some(place) => place.url,
        None => window().location().origin().unwrap_or_default(),
    }
}

/// What is asked before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    Leave,
    RemoveDemo,
    SignOut,
}

/// Where this device is connected, as whom, and how to leave.
#[component]
pub fn Device() -> impl IntoView {
    let store = use_store();
    let asking = RwSignal::new(None::<Asking>);
    let in_app = Memo::new(move |_| store.place.with(Option::is_some));
    let connection = Memo::new(move |_| match store.connection.get().state {
        ConnectionState::Live => (Aspect::Clear, "Live: changes arrive as they happen"),
        ConnectionState::CatchingUp => (Aspect::Caution, "Catching up with what was missed"),
        ConnectionState::Offline => (Aspect::Dark, "Offline: everything can be read, nothing changed"),
        ConnectionState::SignedOut => (Aspect::Danger, "Signed out: the token does not work any more"),
    });
    view! {
        <section class="card" aria-labelledby="device">
            <div class="card-h">
                <h2 id="device">{move || if in_app.get() { "This computer" } else { "This browser" }}</h2>
            </div>
            <div class="card-b stack">
                <dl class="dl">
                    {move || {
                        store.place.get().map(|place| {
                            let (where_, _) = place_words(place.kind);
                            view! { <dt>"Connected to"</dt><dd>{where_}</dd> }
                        })
                    }}
                    <dt>"Server"</dt>
                    <dd>
                        <CopyKey text=Signal::derive(move || server_address(store)) what="address" />
                    </dd>
                    <dt>"Connection"</dt>
                    <dd>
                        {move || {
                            let (aspect, words) = connection.get();
                            view! { <AspectText aspect>{words}</AspectText> }
                        }}
                    </dd>
                    {move || {
                        store.me.get().map(|me| {
                            let (role, may) = role_words(me.role);
                            view! {
                                <dt>"You are"</dt>
                                <dd>{me.name} ", " {role.to_lowercase()} " (" {may} ")"</dd>
                            }
                        })
                    }}
                    {move || {
                        store.place.get().map(|place| {
                            view! {
                                <dt>"Access token"</dt>
                                <dd>{keeper_words(place.token_kept_in)}</dd>
                            }
                        })
                    }}
                </dl>
                <div class="row">
                    <Show
                        when=move || in_app.get()
                        fallback=move || {
                            view! { <Button on_press=move |()| asking.set(Some(Asking::SignOut))>"Sign out…"</Button> }
                        }
                    >
                        <Button on_press=move |()| asking.set(Some(Asking::Leave))>"Leave…"</Button>
                        <Show when=move || store.demo_exists.get()>
                            <Button kind=ButtonKind::Danger on_press=move |()| asking.set(Some(Asking::RemoveDemo))>
                                "Remove the demo…"
                            </Button>
                        </Show>
                    </Show>
                </div>
            </div>
        </section>
        {move || asking.get().map(|what| view! { <Ask what on_close=move |()| asking.set(None) /> })}
    }
}

/// What a place is, and what leaving it means.
const fn place_words(kind: PlaceKind) -> (&'static str, &'static str) {
    match kind {
        PlaceKind::Embedded => (
            "The server inside this app, with your own data",
            "The app goes back to its welcome screen. Nothing is deleted: your project is there when you come back. \
             The server inside the app stops, so applications on this computer fall back to the values in their code.",
        ),
        PlaceKind::Demo => (
            "The demo: a made-up bank inside this app",
            "The app goes back to its welcome screen. The demo stays on this computer until you remove it.",
        ),
        PlaceKind::Remote => (
            "Your team's server",
            "The app goes back to its welcome screen and forgets the access token. Nothing changes on the server; \
             you need the token to come back.",
        ),
    }
}

const fn keeper_words(keeper: TokenKeeper) -> &'static str {
    match keeper {
        TokenKeeper::Keyring => "Kept in the keyring of this computer",
        TokenKeeper::File => "Kept in a file that only you may read, since no keyring answered on this computer",
    }
}

/// Asks before this device is disconnected.
#[component]
fn Ask(what: Asking, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let leaving = untrack(|| store.place.get()).map_or("", |place| place_words(place.kind).1);
    let (title, verb, doing, meaning) = match what {
        Asking::Leave => ("Leave?", "Leave", "Leaving…", leaving),
        Asking::RemoveDemo => (
            "Remove the demo from this computer?",
            "Remove the demo",
            "Removing…",
            "The made-up bank is deleted with everything you tried in it. Your own projects are not touched. \
             You can begin a new demo from the welcome screen.",
        ),
        Asking::SignOut => (
            "Sign out of this browser?",
            "Sign out",
            "Signing out…",
            "This browser forgets who you are. You need your access token to come back.",
        ),
    };
    let act = move |_: Option<String>| {
        let answer = async move {
            match what {
                Asking::Leave => store.leave().await,
                Asking::RemoveDemo => store.remove_demo().await,
                Asking::SignOut => store.sign_out().await,
            }
        };
        // The dialog may have gone with the page.
        attempt.send(answer, move |()| {
            on_close.try_run(());
        });
    };
    view! {
        <Confirm title verb doing asks=Asks::Nothing attempt on_confirm=act on_close>
            <p>{meaning}</p>
        </Confirm>
    }
}
