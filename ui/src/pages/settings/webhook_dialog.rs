//! Makes or changes the webhook of the project.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::notice::Notice;
use signalbox_protocol::endpoint::{ChangeWebhookEndpoint, CreateWebhookEndpoint};
use signalbox_protocol::wire::webhook::{SetWebhook, Webhook};

use super::secret::Secret;
use super::secret_dialog::SecretDialog;
use super::webhook::{at_project, notice_words};
use super::webhook_secret::SECRET_IS_FOR;
use crate::components::{Checkbox, Dialog, DialogFoot, FieldError, TextField};
use crate::form::Attempt;
use crate::state::{ToastKind, use_store};

/// What is typed.
#[derive(Clone, Copy)]
struct Fields {
    address: RwSignal<String>,
    notices: [(Notice, RwSignal<bool>); 5],
}

impl Fields {
    fn of(before: Option<&Webhook>) -> Self {
        let wanted = |notice| before.is_none_or(|before| before.notices.contains(&notice));
        Self {
            address: RwSignal::new(before.map(|before| before.address.clone()).unwrap_or_default()),
            notices: Notice::ALL.map(|notice| (notice, RwSignal::new(wanted(notice)))),
        }
    }

    fn read(&self) -> SetWebhook {
        let wanted = self.notices.iter().filter(|(_, wanted)| wanted.get_untracked());
        let notices: BTreeSet<_> = wanted.map(|(notice, _)| *notice).collect();
        SetWebhook { address: self.address.get_untracked().trim().to_owned(), notices }
    }
}

/// Asks where notices go and which; shows the secret of a new webhook this once.
#[component]
pub fn WebhookDialog(
    /// The webhook as it is; none to make one.
    before: Option<Arc<Webhook>>,
    /// Called when it is closed, done or not.
    on_close: Callback<()>,
) -> impl IntoView {
    let fields = Fields::of(before.as_deref());
    match before {
        None => view! { <New fields on_close /> }.into_any(),
        Some(before) => view! { <Change fields version=before.version on_close /> }.into_any(),
    }
}

#[component]
fn New(fields: Fields, on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let secret = RwSignal::new(None::<String>);
    let make = move |()| {
        let (Some(at), body) = (at_project(store), fields.read()) else { return };
        let answer = async move { store.send::<CreateWebhookEndpoint>(&at, &body, None).await };
        attempt.send(answer, move |created| {
            secret.try_set(Some(created.secret));
        });
    };
    let title = Signal::derive(move || {
        if secret.with(Option::is_some) { "The secret of the webhook".to_owned() } else { "New webhook".to_owned() }
    });
    view! {
        <SecretDialog
            title
            width=600
            make="Make webhook"
            attempt
            secret
            on_make=make
            on_close
            shown=move || {
                secret.get().map(|secret| view! { <Secret secret>{SECRET_IS_FOR}</Secret> })
            }
        >
            <Form fields attempt />
        </SecretDialog>
    }
}

#[component]
fn Change(fields: Fields, version: u64, on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let disabled = Signal::derive(move || store.can_administer().err());
    let change = move |()| {
        let (Some(at), body) = (at_project(store), fields.read()) else { return };
        if disabled.with_untracked(Option::is_some) {
            return;
        }
        let answer = async move { store.send::<ChangeWebhookEndpoint>(&at, &body, Some(version)).await };
        attempt.send(answer, move |_| {
            store.toast(ToastKind::Done, "The webhook is changed.");
            on_close.try_run(());
        });
    };
    view! {
        <Dialog
            title="Change the webhook"
            width=600
            on_close
            on_confirm=change
            footer=move || {
                view! { <DialogFoot verb="Save" doing="Saving…" busy=attempt.busy disabled on_close /> }
            }
        >
            <Form fields attempt />
        </Dialog>
    }
}

#[component]
fn Form(fields: Fields, attempt: Attempt) -> impl IntoView {
    view! {
        <TextField
            label="Address"
            value=fields.address
            exact=true
            required=true
            autofocus=true
            placeholder="https://hooks.example.com/signalbox"
            hint="Messages are sent by POST, signed as Standard Webhooks has it, and again for 32 hours until they arrive. The history shows the host alone."
            error=attempt.problem.at("address")
        />
        <fieldset class="fs0 webhook-notices">
            <legend>"Tell of"</legend>
            {fields
                .notices
                .into_iter()
                .map(|(notice, value)| view! { <Checkbox value>{notice_words(notice)}</Checkbox> })
                .collect_view()}
            <FieldError error=attempt.problem.at("notices") />
        </fieldset>
        <FieldError error=attempt.problem.elsewhere(&["address", "notices"]) />
    }
}
