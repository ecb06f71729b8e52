//! Makes an SDK key and shows its secret this once, with the code to use it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::endpoint::{AtEnvironment, CreateSdkKeyEndpoint};
use signalbox_protocol::wire::access::CreateSdkKey;
use signalbox_protocol::wire::environment::Environment;

use super::confirm::Attempt;
use super::device::server_address;
use super::sdk_keys::example_flag;
use super::secret::Secret;
use super::snippet::Snippet;
use crate::components::{Button, ButtonKind, Dialog, FieldError, TextField};
use crate::state::use_store;

/// Asks what the key is for, makes it, and shows its secret this once.
#[component]
pub fn SdkKeyDialog(
    /// The environment that the key evaluates.
    environment: Arc<Environment>,
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let name = RwSignal::new(String::new());
    let secret = RwSignal::new(None::<String>);
    let disabled = Signal::derive(move || store.can_administer().err());
    let environment_name = environment.name.clone();
    let send = Callback::new(move |()| {
        if secret.with_untracked(Option::is_some) {
            return on_close.run(());
        }
        if disabled.with_untracked(Option::is_some) || !attempt.begin() {
            return;
        }
        let at = AtEnvironment { project: environment.project.clone(), environment: environment.key.clone() };
        let body = CreateSdkKey { name: name.get_untracked() };
        spawn_local(async move {
            let answer = store.send::<CreateSdkKeyEndpoint>(&at, &body, None).await;
            attempt.end();
            match answer {
                Ok(created) => {
                    secret.try_set(Some(created.secret));
                }
                Err(error) => attempt.problem.set(error),
            }
        });
    });
    let title = {
        let environment = environment_name.clone();
        Signal::derive(move || match secret.with(Option::is_some) {
            true => format!("The SDK key for {} in {environment}", name.get()),
            false => format!("New SDK key for {environment}"),
        })
    };
    view! {
        <Dialog
            title
            width=680
            on_close
            on_confirm=send
            footer=move || {
                view! {
                    <Show
                        when=move || secret.with(Option::is_some)
                        fallback=move || {
                            view! {
                                <Button on_press=on_close>"Cancel"</Button>
                                <Button kind=ButtonKind::Primary submit=true disabled=disabled busy=attempt.busy>
                                    {move || if attempt.busy.get() { "Making…" } else { "Make SDK key" }}
                                </Button>
                            }
                        }
                    >
                        <Button kind=ButtonKind::Primary submit=true>
                            "Done"
                        </Button>
                    </Show>
                }
            }
        >
            {move || match secret.get() {
                Some(secret) => {
                    view! {
                        <Secret secret=secret.clone()>
                            {format!(
                                "Whoever has it can read every flag of {environment_name}, and no more than that.",
                            )}
                        </Secret>
                        <Snippet
                            address=Signal::derive(move || server_address(store))
                            key=secret
                            flag=Signal::derive(move || example_flag(store))
                        />
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <TextField
                            label="For which application"
                            value=name
                            required=true
                            autofocus=true
                            placeholder="Web shop"
                            hint="One key for each application, so that one can be revoked without the others."
                            error=attempt.problem.at("name")
                        />
                        <FieldError error=attempt.problem.elsewhere(&["name"]) />
                    }
                        .into_any()
                }
            }}
        </Dialog>
    }
}
