//! Makes an SDK key and shows its secret this once, with the code to use it.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::access::SdkKeyKind;
use signalbox_protocol::endpoint::{AtEnvironment, CreateSdkKeyEndpoint};
use signalbox_protocol::wire::access::CreateSdkKey;
use signalbox_protocol::wire::environment::Environment;

use super::device::server_address;
use super::sdk_keys::{example_flag, kind_words};
use super::secret::Secret;
use super::secret_dialog::SecretDialog;
use super::snippet::Snippet;
use crate::components::{FieldError, Segmented, TextField};
use crate::form::Attempt;
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
    let kind = RwSignal::new(SdkKeyKind::Server);
    let secret = RwSignal::new(None::<String>);
    let environment_name = environment.name.clone();
    let send = move |()| {
        let at = AtEnvironment { project: environment.project.clone(), environment: environment.key.clone() };
        let body = CreateSdkKey { name: name.get_untracked(), kind: kind.get_untracked() };
        let answer = async move { store.send::<CreateSdkKeyEndpoint>(&at, &body, None).await };
        attempt.send(answer, move |created| {
            secret.try_set(Some(created.secret));
        });
    };
    let title = {
        let environment = environment_name.clone();
        Signal::derive(move || match secret.with(Option::is_some) {
            true => format!("The SDK key for {} in {environment}", name.get()),
            false => format!("New SDK key for {environment}"),
        })
    };
    view! {
        <SecretDialog
            title
            width=680
            make="Make SDK key"
            attempt
            secret
            on_make=send
            on_close
            shown=move || {
                let environment = environment_name.clone();
                secret
                    .get()
                    .map(|secret| {
                        view! {
                            <Secret secret=secret.clone()>{what_it_opens(kind.get(), &environment)}</Secret>
                            <Snippet
                                address=Signal::derive(move || server_address(store))
                                key=secret
                                flag=Signal::derive(move || example_flag(store))
                            />
                        }
                    })
            }
        >
            <TextField
                label="For which application"
                value=name
                required=true
                autofocus=true
                placeholder="Web shop"
                hint="One key for each application, so that one can be revoked without the others."
                error=attempt.problem.at("name")
            />
            <div>
                <Segmented
                    label="Who holds the key"
                    options=Signal::stored(
                        [SdkKeyKind::Server, SdkKeyKind::Client]
                            .map(|kind| (kind, kind_words(kind).to_owned()))
                            .to_vec(),
                    )
                    value=Signal::derive(move || Some(kind.get()))
                    on_choose=move |chosen| kind.set(chosen)
                />
                <p class="ink3 fs12">{move || what_it_may(kind.get())}</p>
            </div>
            <FieldError error=attempt.problem.elsewhere(&["name"]) />
        </SecretDialog>
    }
}

/// What a key of this kind may see.
const fn what_it_may(kind: SdkKeyKind) -> &'static str {
    match kind {
        SdkKeyKind::Server => "Kept secret on a server: evaluates every flag of the environment.",
        SdkKeyKind::Client => {
            "Public, in every page: evaluates only flags that browsers may ask for, and sees no rules."
        }
    }
}

/// What whoever has the key can do with it.
fn what_it_opens(kind: SdkKeyKind, environment: &str) -> String {
    match kind {
        SdkKeyKind::Server => format!("Whoever has it can read every flag of {environment}, and no more than that."),
        SdkKeyKind::Client => {
            format!("It may be seen by everybody: it reads the flags of {environment} that browsers may ask for.")
        }
    }
}
