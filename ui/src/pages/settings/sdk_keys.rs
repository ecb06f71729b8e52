//! SDK keys: what applications evaluate with. Each key decides the environment.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::access::{Role, SdkKeyKind};
use signalbox_domain::key::EnvironmentKey;
use signalbox_protocol::endpoint::{AtEnvironment, AtSdkKey, ListSdkKeys, RevokeSdkKey};
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::stream::{Changed, Content};
use signalbox_protocol::wire::access::SdkKey;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::{Empty as NoBody, Why};

use super::confirm::{Asks, Confirm};
use super::device::server_address;
use super::revocable::{RevokeButton, WorksOrNot};
use super::sdk_key_dialog::SdkKeyDialog;
use super::snippet::{NO_KEY, Snippet};
use crate::api;
use crate::components::{
    Button, ButtonSize, Column, CopyKey, Empty, IconName, SkeletonRows, Table, Tag, TagKind, Time,
};
use crate::form::Attempt;
use crate::state::{Store, ToastKind, use_store};

/// What is open over the list.
#[derive(Clone, PartialEq)]
enum Open {
    New(Arc<Environment>),
    Revoke(Arc<SdkKey>, bool),
}

/// What the table tells of each.
const COLUMNS: &[Column] = &[
    Column::Words("For"),
    Column::Words("Kind"),
    Column::Words("Made"),
    Column::Words("Last used"),
    Column::Words("State"),
    Column::Actions,
];

/// The SDK keys of every environment, and how an application is wired.
#[component]
pub fn SdkKeys() -> impl IntoView {
    let store = use_store();
    let open = RwSignal::new(None::<Open>);
    let close = Callback::new(move |()| open.set(None));
    let is_admin = Memo::new(move |_| store.me.with(|me| me.as_ref().is_some_and(|me| me.role == Role::Admin)));
    let environments = Memo::new(move |_| store.environments());
    view! {
        {move || {
            if !store.is_known() {
                return view! {
                    <section class="card">
                        <SkeletonRows count=4 />
                    </section>
                }
                    .into_any();
            }
            if !is_admin.get() {
                return view! {
                    <section class="card">
                        <Empty
                            title="Only administrators see SDK keys"
                            text="Ask one of them for the key of your application, or when a key must stop working."
                        />
                    </section>
                }
                    .into_any();
            }
            if environments.with(Vec::is_empty) {
                return view! {
                    <section class="card">
                        <Empty title="No environment yet" text="A key belongs to an environment. Make one first." />
                    </section>
                }
                    .into_any();
            }
            view! {
                <For each=move || environments.get() key=|one| (one.key.clone(), one.version) let:environment>
                    <InEnvironment environment open />
                </For>
            }
                .into_any()
        }}
        <section class="card" aria-labelledby="wiring">
            <div class="card-h">
                <h2 id="wiring">"Wire an application"</h2>
                <span class="end">
                    "Server"
                    <CopyKey text=Signal::derive(move || server_address(store)) what="address" />
                </span>
            </div>
            <div class="card-b">
                <Snippet
                    address=Signal::derive(move || server_address(store))
                    key=NO_KEY
                    flag=Signal::derive(move || example_flag(store))
                />
            </div>
        </section>
        {move || match open.get() {
            None => ().into_any(),
            Some(Open::New(environment)) => view! { <SdkKeyDialog environment on_close=close /> }.into_any(),
            Some(Open::Revoke(sdk_key, production)) => {
                view! { <RevokeDialog sdk_key production on_close=close /> }.into_any()
            }
        }}
    }
}

/// Key of a flag of the project, for examples.
pub fn example_flag(store: Store) -> String {
    let in_use = store.flag_rows().into_iter().find(|row| row.archived.is_none());
    in_use.map_or_else(|| "your-flag".into(), |row| row.key.to_string())
}

/// The keys of one environment.
#[component]
fn InEnvironment(environment: Arc<Environment>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let store = use_store();
    let disabled = Signal::derive(move || store.can_administer().err());
    let keys = {
        let key = environment.key.clone();
        Memo::new(move |_| keys_of(store, &key))
    };
    // The stream tells of keys that were made or revoked, not of each use.
    let at = AtEnvironment { project: environment.project.clone(), environment: environment.key.clone() };
    spawn_local(async move {
        if let Ok(list) = api::call::<ListSdkKeys>(&at, &NoBody {}, &NoBody {}, None).await {
            store.put(list.items.iter().filter_map(changed).collect());
        }
    });
    let heading = format!("keys-of-{}", environment.key);
    let heading_id = heading.clone();
    let label = format!("New SDK key for {}", environment.name);
    let production = environment.production;
    let name = environment.name.clone();
    view! {
        <section class="card" aria-labelledby=heading>
            <div class="card-h">
                <h2 id=heading_id>{environment.name.clone()}</h2>
                {production.then(|| view! { <Tag kind=TagKind::Accent>"Production"</Tag> })}
                <span class="end">
                    <Button
                        size=ButtonSize::Small
                        icon=IconName::Plus
                        opens="dialog"
                        disabled=disabled
                        on_press=move |()| open.set(Some(Open::New(Arc::clone(&environment))))
                    >
                        {label}
                    </Button>
                </span>
            </div>
            {move || {
                if keys.with(Vec::is_empty) {
                    let text = format!("No application evaluates flags in {name} yet.");
                    return view! { <p class="card-note">{text}</p> }.into_any();
                }
                view! {
                    <Table columns=COLUMNS>
                            <For each=move || keys.get() key=|one| (one.id.clone(), one.version, one.last_used) let:sdk_key>
                                <Row sdk_key production disabled open />
                            </For>
                        </Table>
                }
                    .into_any()
            }}
        </section>
    }
}

/// A key that was fetched, as the stream would tell it.
fn changed(key: &SdkKey) -> Option<Changed> {
    let resource = ResourceName::sdk_key(&key.project, &key.environment, &key.id);
    Some(Changed { resource, version: key.version, content: Content::Body(serde_json::to_value(key).ok()?) })
}

/// The keys of an environment: those that work first, each in the order in which they were made.
fn keys_of(store: Store, environment: &EnvironmentKey) -> Vec<Arc<SdkKey>> {
    let mut keys: Vec<_> = store.sdk_keys().into_iter().filter(|key| key.environment == *environment).collect();
    keys.sort_by_key(|key| (key.revoked.is_some(), key.created));
    keys
}

#[component]
fn Row(
    sdk_key: Arc<SdkKey>,
    production: bool,
    disabled: Signal<Option<String>>,
    open: RwSignal<Option<Open>>,
) -> impl IntoView {
    let for_dialog = Arc::clone(&sdk_key);
    view! {
        <tr>
            <td class="m">{sdk_key.name.clone()}</td>
            <td>{kind_words(sdk_key.kind)}</td>
            <td>
                <Time at=sdk_key.created />
            </td>
            <td>
                <LastUse sdk_key=Arc::clone(&sdk_key) />
            </td>
            <td>
                <WorksOrNot revoked=sdk_key.revoked />
            </td>
            <td class="right">
                <RevokeButton
                    label=format!("Revoke the key for {}", sdk_key.name)
                    revoked=sdk_key.revoked
                    disabled
                    on_press=move |()| open.set(Some(Open::Revoke(Arc::clone(&for_dialog), production)))
                />
            </td>
        </tr>
    }
}

/// Who holds a key, in a word.
pub const fn kind_words(kind: SdkKeyKind) -> &'static str {
    match kind {
        SdkKeyKind::Server => "Server",
        SdkKeyKind::Client => "Browsers",
    }
}

/// When a key was last used; that it never was only where that is known.
#[component]
fn LastUse(sdk_key: Arc<SdkKey>) -> impl IntoView {
    let SdkKey { last_used, use_noted_since, created, .. } = *sdk_key;
    match last_used {
        Some(last) => view! { <Time at=last /> }.into_any(),
        None if use_noted_since <= created => view! { <span class="ink3">"Never used"</span> }.into_any(),
        None => view! { <span class="ink3">"Not since " <Time at=use_noted_since /></span> }.into_any(),
    }
}

/// Asks before an SDK key stops working.
#[component]
fn RevokeDialog(sdk_key: Arc<SdkKey>, production: bool, on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let name = sdk_key.name.clone();
    let revoke = move |reason: Option<String>| {
        let at = AtSdkKey {
            project: sdk_key.project.clone(),
            environment: sdk_key.environment.clone(),
            sdk_key: sdk_key.id.clone(),
        };
        let version = sdk_key.version;
        let answer = async move { store.send::<RevokeSdkKey>(&at, &Why { reason }, Some(version)).await };
        attempt.send(answer, move |sdk_key| {
            store.toast(ToastKind::Done, format!("The key for {} no longer works.", sdk_key.name));
            on_close.try_run(());
        });
    };
    view! {
        <Confirm
            title=format!("Revoke the key for {name}?")
            verb="Revoke the key"
            doing="Revoking…"
            asks=if production { Asks::MustSayWhy } else { Asks::MaySayWhy }
            attempt
            on_confirm=revoke
            on_close
        >
            <p>
                "Applications that use it are refused at once and fall back to the values in their code: "
                "whoever has a feature through them loses it until they get another key. "
                "A revoked key never works again."
            </p>
        </Confirm>
    }
}
