//! What stands above every page while changes cannot be made.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::desktop::ConnectionState;

use crate::components::{Aspect, Banner, Button, ButtonSize};
use crate::form::sentence;
use crate::state::{ToastKind, use_store};
use crate::time;

/// Says since when what is shown may be old, and offers the way back.
#[component]
pub fn OfflineBanner() -> impl IntoView {
    let store = use_store();
    let state = Memo::new(move |_| store.connection.get().state);
    let stood = Memo::new(move |_| {
        let now = time::local(store.now.get());
        store.as_of.get().map(|at| time::short(&time::local(at), &now))
    });
    let reconnect = move || {
        spawn_local(async move {
            if let Err(error) = store.leave().await {
                store.toast(ToastKind::Problem, sentence(&error.error.message, ""));
            }
        });
    };
    view! {
        {move || match state.get() {
            ConnectionState::Offline => {
                view! {
                    <div class="above">
                        <Banner aspect=Aspect::Dark>
                            <span>
                                <b>"You are offline. "</b>
                                {move || stood.get().map(|at| format!("This is how things stood at {at}. "))}
                                "You can look around; nothing can be changed until the server answers."
                            </span>
                            <span class="end">
                                <Button size=ButtonSize::Small on_press=move |()| store.try_connection()>
                                    "Try again"
                                </Button>
                            </span>
                        </Banner>
                    </div>
                }
                    .into_any()
            }
            ConnectionState::SignedOut => {
                view! {
                    <div class="above">
                        <Banner aspect=Aspect::Dark>
                            <span>
                                <b>"Your access token does not work any more. "</b>
                                {move || stood.get().map(|at| format!("This is how things stood at {at}."))}
                            </span>
                            <span class="end">
                                <Button size=ButtonSize::Small on_press=move |()| reconnect()>
                                    "Connect anew…"
                                </Button>
                            </span>
                        </Banner>
                    </div>
                }
                    .into_any()
            }
            ConnectionState::Live | ConnectionState::CatchingUp => ().into_any(),
        }}
    }
}
