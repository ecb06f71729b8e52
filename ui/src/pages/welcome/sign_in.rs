//! Sign-in of a browser: an access token becomes a session.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::Frame;
use crate::components::{Button, ButtonKind, ButtonSize, FieldError, IconName, TextField};
use crate::form::Problem;
use crate::state::use_store;

/// Asks for an access token and opens the page with it.
#[component]
pub fn SignInPage() -> impl IntoView {
    let store = use_store();
    let token = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let problem = Problem::new();
    let sign_in = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        problem.clear();
        let token = token.get_untracked().trim().to_owned();
        if token.is_empty() {
            return problem.set(ErrorBody::new(ErrorCode::InvalidField, "enter your access token").about("token"));
        }
        busy.set(true);
        spawn_local(async move {
            if let Err(error) = store.sign_in(token).await {
                problem.set(at_token(error));
            }
            busy.try_set(false);
        });
    };
    view! {
        <Frame
            title="Sign in to Signalbox"
            lead="Show a change to a few people, see how it goes, then let more in. Step back at any moment."
        >
            <form class="card wcard wsign" on:submit=sign_in novalidate>
                <TextField
                    label="Access token"
                    value=token
                    kind="password"
                    icon=IconName::KeyRound
                    autofocus=true
                    required=true
                    hint="Whoever runs this server makes one for you, in Settings or on its command line."
                    error=problem.at("token")
                />
                <FieldError error=problem.elsewhere(&["token"]) />
                <Button kind=ButtonKind::Primary size=ButtonSize::Large block=true submit=true busy>
                    {move || if busy.get() { "Signing in…" } else { "Sign in" }}
                </Button>
            </form>
        </Frame>
    }
}

/// A token that is not accepted is a mistake in that field.
fn at_token(error: ErrorBody) -> ErrorBody {
    match error.error.code {
        ErrorCode::Unauthenticated => {
            let message = "this token does not work: it may be mistyped or revoked";
            ErrorBody::new(ErrorCode::Unauthenticated, message).about("token")
        }
        _ => error,
    }
}
