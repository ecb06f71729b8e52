//! Makes an access token and shows its secret this once.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::access::Role;
use signalbox_protocol::endpoint::{AtRoot, CreateTokenEndpoint};
use signalbox_protocol::wire::access::CreateToken;

use super::confirm::Attempt;
use super::secret::Secret;
use super::tokens::role_words;
use crate::components::{Button, ButtonKind, Dialog, FieldError, TextField};
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
    let disabled = Signal::derive(move || store.can_administer().err());
    let send = Callback::new(move |()| {
        if secret.with_untracked(Option::is_some) {
            return on_close.run(());
        }
        if disabled.with_untracked(Option::is_some) || !attempt.begin() {
            return;
        }
        let body = CreateToken { name: name.get_untracked(), role: role.get_untracked() };
        spawn_local(async move {
            let answer = store.send::<CreateTokenEndpoint>(&AtRoot {}, &body, None).await;
            attempt.end();
            match answer {
                Ok(created) => {
                    secret.try_set(Some(created.secret));
                }
                Err(error) => attempt.problem.set(error),
            }
        });
    });
    let title = Signal::derive(move || match secret.with(Option::is_some) {
        true => format!("The token of {}", name.get()),
        false => "New access token".into(),
    });
    view! {
        <Dialog
            title
            width=520
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
                                    {move || if attempt.busy.get() { "Making…" } else { "Make token" }}
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
                        <Secret secret>"Whoever has it can act in this name until it is revoked."</Secret>
                    }
                        .into_any()
                }
                None => {
                    view! {
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
                    }
                        .into_any()
                }
            }}
        </Dialog>
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
