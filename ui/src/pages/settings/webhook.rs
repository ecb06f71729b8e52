//! Where notices of the project are sent, so that somebody hears of them at night.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::access::Role;
use signalbox_domain::notice::Notice;
use signalbox_protocol::endpoint::{
    AtProject, GetWebhook, RemoveWebhookEndpoint, RenewWebhookSecretEndpoint, TryWebhook,
};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::webhook::Webhook;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::confirm::{Asks, Confirm};
use super::deliveries::Deliveries;
use super::webhook_dialog::WebhookDialog;
use super::webhook_secret::WebhookSecretDialog;
use crate::api;
use crate::components::{Button, ButtonKind, ButtonSize, Empty, Failed, IconName, SkeletonRows, Time};
use crate::form::Attempt;
use crate::state::{Store, ToastKind, use_store};

/// What is known of the webhook.
#[derive(Debug, Clone, PartialEq)]
enum Known {
    Loading,
    None,
    Here(Arc<Webhook>),
    Failed(ErrorBody),
}

/// What is open over the page.
#[derive(Debug, Clone, PartialEq)]
enum Open {
    Edit(Option<Arc<Webhook>>),
    Renew(Arc<Webhook>),
    Secret(String),
    Remove(Arc<Webhook>),
}

/// The webhook of the project, and the messages to it.
#[component]
pub fn WebhookSection() -> impl IntoView {
    let store = use_store();
    let is_admin = Memo::new(move |_| store.me.with(|me| me.as_ref().is_some_and(|me| me.role == Role::Admin)));
    let known = RwSignal::new(Known::Loading);
    let open = RwSignal::new(None::<Open>);
    // Counts what was changed here, so that it is fetched anew.
    let changes = RwSignal::new(0_u32);
    let project = Memo::new(move |_| store.project().map(|project| project.key.clone()));
    let asked = Memo::new(move |_| {
        let here = (!store.is_offline() && is_admin.get()).then(|| project.get()).flatten();
        (here, changes.get())
    });
    Effect::new(move |_| {
        let (Some(project), _) = asked.get() else { return };
        spawn_local(async move {
            let answer = api::call::<GetWebhook>(&AtProject { project }, &NoBody {}, &NoBody {}, None).await;
            known.try_set(match answer {
                Ok(webhook) => Known::Here(Arc::new(webhook)),
                Err(error) if error.error.code == ErrorCode::NotFound => Known::None,
                Err(error) => Known::Failed(error),
            });
        });
    });
    let close = Callback::new(move |()| {
        open.set(None);
        changes.update(|changes| *changes += 1);
    });
    let disabled = Signal::derive(move || store.can_administer().err());
    view! {
        {move || {
            if !store.is_known() {
                return skeleton();
            }
            if !is_admin.get() {
                let text = "Ask one of them to send notices to where your team hears of them.";
                return empty("Only administrators see the webhook", text);
            }
            if store.is_offline() && !matches!(known.get(), Known::Here(_)) {
                return empty("The webhook cannot be shown", "The server does not answer now.");
            }
            match known.get() {
                Known::Loading => skeleton(),
                Known::Failed(error) => {
                    view! {
                        <section class="card">
                            <Failed title="The webhook cannot be shown" error on_retry=move |()| close.run(()) />
                        </section>
                    }
                        .into_any()
                }
                Known::None => {
                    view! {
                        <section class="card">
                            <Empty
                                title="No webhook yet"
                                text="Notices are shown by the desktop app of whoever has it open. A webhook tells the tools of your team as well: what looks harmful, what was rolled back or turned off, what waits for approval, and what could go on."
                            />
                            <div class="card-b row webhook-make">
                                <Button
                                    kind=ButtonKind::Primary
                                    icon=IconName::Plus
                                    opens="dialog"
                                    disabled
                                    on_press=move |()| open.set(Some(Open::Edit(None)))
                                >
                                    "New webhook"
                                </Button>
                            </div>
                        </section>
                    }
                        .into_any()
                }
                Known::Here(webhook) => view! { <Card webhook open disabled /> }.into_any(),
            }
        }}
        {move || {
            let is_here = matches!(known.get(), Known::Here(_));
            project.get().filter(|_| is_here).map(|project| view! { <Deliveries project changes /> })
        }}
        {move || match open.get() {
            None => ().into_any(),
            Some(Open::Edit(before)) => view! { <WebhookDialog before on_close=close /> }.into_any(),
            Some(Open::Secret(secret)) => view! { <WebhookSecretDialog secret on_close=close /> }.into_any(),
            Some(Open::Renew(webhook)) => {
                let made = Callback::new(move |secret| open.set(Some(Open::Secret(secret))));
                view! { <RenewDialog webhook on_made=made on_close=close /> }.into_any()
            }
            Some(Open::Remove(webhook)) => view! { <RemoveDialog webhook on_close=close /> }.into_any(),
        }}
    }
}

fn skeleton() -> AnyView {
    view! {
        <section class="card">
            <SkeletonRows count=3 />
        </section>
    }
    .into_any()
}

fn empty(title: &'static str, text: &'static str) -> AnyView {
    view! {
        <section class="card">
            <Empty title text />
        </section>
    }
    .into_any()
}

/// A kind of notice in a few words, as a thing that happens.
pub const fn notice_words(notice: Notice) -> &'static str {
    match notice {
        Notice::Danger => "Something is wrong: harm was shown, or evidence is missing",
        Notice::RolledBack => "A rollout was rolled back",
        Notice::TurnedOff => "A feature was turned off for everyone",
        Notice::ReviewPoint => "A rollout waits for approval",
        Notice::CouldGoOn => "A rollout could go on",
    }
}

#[component]
fn Card(webhook: Arc<Webhook>, open: RwSignal<Option<Open>>, disabled: Signal<Option<String>>) -> impl IntoView {
    let store = use_store();
    let (edited, renewed, removed) = (Arc::clone(&webhook), Arc::clone(&webhook), Arc::clone(&webhook));
    let attempt = Attempt::new();
    let try_it = move |()| {
        let Some(project) = store.project() else { return };
        let at = AtProject { project: project.key.clone() };
        let answer = async move { store.send::<TryWebhook>(&at, &NoBody {}, None).await };
        attempt.send(answer, move |_| store.toast(ToastKind::Done, "A trial message is on its way."));
    };
    let all = webhook.notices.len() == Notice::ALL.len();
    view! {
        <section class="card" aria-labelledby="webhook">
            <div class="card-h">
                <h2 id="webhook">"Webhook"</h2>
                <span class="end row">
                    <Button size=ButtonSize::Small disabled busy=attempt.busy on_press=try_it>
                        "Send a trial"
                    </Button>
                    <Button
                        size=ButtonSize::Small
                        icon=IconName::Pencil
                        opens="dialog"
                        disabled
                        on_press=move |()| open.set(Some(Open::Edit(Some(Arc::clone(&edited)))))
                    >
                        "Change"
                    </Button>
                </span>
            </div>
            <dl class="card-b ways">
                <dt>"Address"</dt>
                <dd>
                    <code class="trunc">{webhook.address.clone()}</code>
                </dd>
                <dt>"Told of"</dt>
                <dd>
                    {if all {
                        view! { "Everything that people should hear of at once" }.into_any()
                    } else {
                        let told = webhook.notices.iter().map(|notice| view! { <li>{notice_words(*notice)}</li> });
                        view! { <ul>{told.collect_view()}</ul> }.into_any()
                    }}
                </dd>
                <dt>"Signed with"</dt>
                <dd>
                    "A secret, as Standard Webhooks has it"
                    {webhook
                        .both_secrets_until
                        .map(|until| view! { <span class="ink3">"; with the one before as well until " <Time at=until /></span> })}
                </dd>
            </dl>
            <div class="card-b row">
                <Button
                    size=ButtonSize::Small
                    icon=IconName::RefreshCw
                    opens="dialog"
                    disabled
                    on_press=move |()| open.set(Some(Open::Renew(Arc::clone(&renewed))))
                >
                    "Renew the secret"
                </Button>
                <Button
                    size=ButtonSize::Small
                    icon=IconName::Trash
                    opens="dialog"
                    disabled
                    on_press=move |()| open.set(Some(Open::Remove(Arc::clone(&removed))))
                >
                    "Remove"
                </Button>
            </div>
        </section>
    }
}

/// The project that the page is about.
pub fn at_project(store: Store) -> Option<AtProject> {
    store.project().map(|project| AtProject { project: project.key.clone() })
}

#[component]
fn RenewDialog(webhook: Arc<Webhook>, on_made: Callback<String>, on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let version = webhook.version;
    let renew = move |_: Option<String>| {
        let Some(at) = at_project(store) else { return };
        let answer = async move { store.send::<RenewWebhookSecretEndpoint>(&at, &NoBody {}, Some(version)).await };
        attempt.send(answer, move |created| {
            on_made.try_run(created.secret);
        });
    };
    view! {
        <Confirm
            title="Renew the secret of the webhook?"
            verb="Renew the secret"
            doing="Renewing…"
            asks=Asks::Nothing
            attempt
            on_confirm=renew
            on_close
        >
            <p>
                "You get another secret to verify messages with. For a day messages are signed with both, "
                "so that nothing is refused while you put the new one in place."
            </p>
        </Confirm>
    }
}

#[component]
fn RemoveDialog(webhook: Arc<Webhook>, on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let version = webhook.version;
    let remove = move |_: Option<String>| {
        let Some(at) = at_project(store) else { return };
        let answer = async move { store.send::<RemoveWebhookEndpoint>(&at, &NoBody {}, Some(version)).await };
        attempt.send(answer, move |_| {
            store.toast(ToastKind::Done, "The webhook is gone.");
            on_close.try_run(());
        });
    };
    view! {
        <Confirm
            title="Remove the webhook?"
            verb="Remove the webhook"
            doing="Removing…"
            asks=Asks::Nothing
            attempt
            on_confirm=remove
            on_close
        >
            <p>"Nobody hears of notices there any more, and messages that still wait are given up."</p>
        </Confirm>
    }
}
