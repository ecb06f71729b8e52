//! Makes an access token and shows its secret this once.

use leptos::prelude::*;
use signalbox_domain::access::Role;
use signalbox_protocol::endpoint::{AtRoot, CreateTokenEndpoint};
use signalbox_protocol::wire::access::CreateToken;

use super::secret::Secret;
use super::secret_dialog::SecretDialog;
use super::tokens::role_words;
use crate::components::{FieldError, TextField};
use crate::form::Attempt;
use crate::state::use_store;

const ROLES: [Role; 3] = [Role::Viewer, Role::Editor, Role::Admin];

/// Asks for a name and a role, makes the token, and shows its secret this once.
#[component]
pub fn TokenDialog(
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let name = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Viewer);
    let secret = RwSignal::new(None::<String>);
    let send = move |()| {
        let body = CreateToken { name: name.get_untracked(), role: role.get_untracked() };
        let answer = async move { store.send::<CreateTokenEndpoint>(&AtRoot {}, &body, None).await };
        attempt.send(answer, move |created| {
            secret.try_set(Some(created.secret));
        });
    };
    let title = Signal::derive(move || match secret.with(Option::is_some) {
        true => format!("The token of {}", name.get()),
        false => "New access token".into(),
    });
    view! {
        <SecretDialog
            title
            width=520
            make="Make token"
            attempt
            secret
            on_make=send
            on_close
            shown=move || {
                secret
                    .get()
                    .map(|secret| {
                        view! {
                            <Secret secret>"Whoever has it can act in this name until it is revoked."</Secret>
                        }
                    })
            }
        >
            <TextField
                label="Name"
                value=name
                required=true
                autofocus=true
                hint="The person or program that will use it. It stands in the history for what they do."
                error=attempt.problem.at("name")
            />
            <fieldset class="fs0">
                <legend class="lbl">"Role"</legend>
                {ROLES.into_iter().map(|one| view! { <RoleOption one role /> }).collect_view()}
            </fieldset>
            <FieldError error=attempt.problem.elsewhere(&["name"]) />
        </SecretDialog>
    }
}

#[component]
fn RoleOption(one: Role, role: RwSignal<Role>) -> impl IntoView {
    let (name, may) = role_words(one);
    view! {
        <label class="opt" class:opt--on=move || role.get() == one>
            <input
                type="radio"
                name="role"
                class="check radio"
                aria-label=name
                prop:checked=move || role.get() == one
                on:change=move |_| role.set(one)
            />
            <span>
                <b>{name}</b>
                " "
                <span class="ink2 fs12">{may}</span>
            </span>
        </label>
    }
}
