//! Erasing what is about a person, wherever it stands.

use leptos::prelude::*;
use signalbox_protocol::endpoint::{AtRoot, EraseEndpoint};
use signalbox_protocol::wire::access::Erase;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::confirm::{Asks, Confirm};
use crate::components::{Button, ButtonKind, FieldError, TextField};
use crate::form::{Attempt, Problem};
use crate::state::{ToastKind, use_store};

/// Erases a personal value, after saying exactly what happens.
#[component]
pub fn PersonalData() -> impl IntoView {
    let store = use_store();
    let value = RwSignal::new(String::new());
    let asking = RwSignal::new(None::<String>);
    let problem = Problem::new();
    let attempt = Attempt::new();
    let disabled = Signal::derive(move || store.can_administer().err());
    let ask = move || {
        problem.clear();
        attempt.problem.clear();
        let value = value.get_untracked();
        if value.is_empty() {
            let error = ErrorBody::new(ErrorCode::InvalidField, "type the value, exactly as it stands");
            return problem.set(error.about("value"));
        }
        asking.set(Some(value));
    };
    let erase = move |erased: String| {
        let answer = async move {
            match store.send::<EraseEndpoint>(&AtRoot {}, &Erase { value: erased }, None).await {
                Err(error) if error.error.code == ErrorCode::NotFound => Ok(None),
                answer => answer.map(Some),
            }
        };
        attempt.send(answer, move |erased| {
            asking.try_set(None);
            let Some(erased) = erased else {
                let error = ErrorBody::new(ErrorCode::NotFound, "it stands nowhere; check the spelling and the case");
                return problem.set(error.about("value"));
            };
            let places = if erased.places == 1 { "place" } else { "places" };
            store.toast(ToastKind::Done, format!("Erased in {} {places}.", erased.places));
            value.try_set(String::new());
        });
    };
    view! {
        <section class="card" aria-labelledby="personal-data">
            <div class="card-h">
                <h2 id="personal-data">"Erase a personal value"</h2>
            </div>
            <form
                class="card-b stack"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    if disabled.with_untracked(Option::is_none) {
                        ask();
                    }
                }
            >
                <p>
                    "When somebody asks to be forgotten: keys of people, names and reasons are kept beside the history, "
                    "so that they can be erased without breaking it."
                </p>
                <ul class="erase-facts">
                    <li>
                        "The value goes from everywhere it stands exactly like this: lists of named people, variants of "
                        "their own, owners of flags, names of access tokens, reasons."
                    </li>
                    <li>
                        "Somebody who has a feature because this key names them loses it, unless the share includes them."
                    </li>
                    <li>"The history keeps what was done, with “(erased)” in its place, and the chain still verifies."</li>
                    <li>"That something was erased stands in the history; the value does not."</li>
                    <li>"It cannot be undone. Backups made before still hold the value."</li>
                </ul>
                <TextField
                    label="Value"
                    value
                    exact=true
                    hint="Exactly as it stands: a key such as customer-4711, a name, or a whole reason."
                    error=problem.at("value")
                />
                <FieldError error=problem.elsewhere(&["value"]) />
                <Button kind=ButtonKind::Danger submit=true opens="dialog" disabled=disabled>
                    "Erase…"
                </Button>
            </form>
        </section>
        {move || {
            asking
                .get()
                .map(|asked| {
                    let shown = asked.clone();
                    let confirm = Callback::new(move |_: Option<String>| erase(asked.clone()));
                    view! {
                        <Confirm
                            title="Erase this value for ever?"
                            verb="Erase it"
                            doing="Erasing…"
                            asks=Asks::Nothing
                            attempt
                            on_confirm=confirm
                            on_close=move |()| asking.set(None)
                        >
                            <p>
                                <code class="exact">{shown}</code>
                            </p>
                            <p>"It goes from everywhere it stands, and nobody can bring it back."</p>
                        </Confirm>
                    }
                })
        }}
    }
}
