//! Access tokens: who may use the management API and the pages, and in which role.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::access::Role;
use signalbox_protocol::endpoint::{AtToken, RevokeToken};
use signalbox_protocol::wire::Why;
use signalbox_protocol::wire::access::Token;

use super::confirm::{Asks, Confirm};
use super::list_card::ListCard;
use super::revocable::{RevokeButton, WorksOrNot};
use super::token_dialog::TokenDialog;
use crate::components::{Avatar, Column, Empty, Icon, IconName, SkeletonRows, Table, Tag, TagKind, Time};
use crate::form::Attempt;
use crate::state::{ToastKind, use_store};

/// What a role may do, in words.
pub const fn role_words(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Viewer => ("Viewer", "sees everything but tokens and keys"),
        Role::Editor => ("Editor", "also changes flags, plans and rollouts"),
        Role::Admin => ("Administrator", "also changes environments, tokens and keys, and erases personal data"),
    }
}

/// What is open over the list.
#[derive(Clone, PartialEq)]
enum Open {
    New,
    Revoke(Arc<Token>),
}

/// What the table tells of each.
const COLUMNS: &[Column] =
    &[Column::Words("Name"), Column::Words("Role"), Column::Words("Made"), Column::Words("State"), Column::Actions];

/// The access tokens.
#[component]
pub fn Tokens() -> impl IntoView {
    let store = use_store();
    let open = RwSignal::new(None::<Open>);
    let close = Callback::new(move |()| open.set(None));
    let disabled = Signal::derive(move || store.can_administer().err());
    let is_admin = Memo::new(move |_| store.me.with(|me| me.as_ref().is_some_and(|me| me.role == Role::Admin)));
    let tokens = Memo::new(move |_| {
        let mut tokens = store.tokens();
        // Those that work first, each in the order in which they were made.
        tokens.sort_by_key(|token| (token.revoked.is_some(), token.created));
        tokens
    });
    view! {
        <ListCard
            id="tokens"
            title="Access tokens"
            make="New token"
            disabled
            on_make=move |()| open.set(Some(Open::New))
            note="A token stands for one person or one program: it signs in to these pages and to the management API, \
                and its name is who did it in the history."
        >
            {move || {
                if !store.is_known() {
                    return view! { <SkeletonRows count=3 /> }.into_any();
                }
                if !is_admin.get() {
                    return view! {
                        <Empty
                            title="Only administrators see access tokens"
                            text="Ask one of them when somebody needs a token, or when one must stop working."
                        />
                    }
                        .into_any();
                }
                view! {
                    <Table columns=COLUMNS>
                            <For each=move || tokens.get() key=|one| (one.id.clone(), one.version) let:token>
                                <Row token disabled open />
                            </For>
                        </Table>
                }
                    .into_any()
            }}
        </ListCard>
        {move || match open.get() {
            None => ().into_any(),
            Some(Open::New) => view! { <TokenDialog on_close=close /> }.into_any(),
            Some(Open::Revoke(token)) => view! { <RevokeDialog token on_close=close /> }.into_any(),
        }}
    }
}

#[component]
fn Row(token: Arc<Token>, disabled: Signal<Option<String>>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let store = use_store();
    let id = token.id.clone();
    let is_own = Memo::new(move |_| store.me.with(|me| me.as_ref().is_some_and(|me| me.token == id)));
    let (role, may) = role_words(token.role);
    let for_dialog = Arc::clone(&token);
    view! {
        <tr>
            <td>
                <span class="row">
                    <Avatar name=token.name.clone() />
                    <span class="m trunc">{token.name.clone()}</span>
                    <Show when=move || is_own.get()>
                        <Tag kind=TagKind::Accent>"You"</Tag>
                    </Show>
                </span>
            </td>
            <td title=may>{role}</td>
            <td>
                <Time at=token.created />
            </td>
            <td>
                <WorksOrNot revoked=token.revoked />
            </td>
            <td class="right">
                <RevokeButton
                    label=format!("Revoke the token of {}", token.name)
                    revoked=token.revoked
                    disabled
                    on_press=move |()| open.set(Some(Open::Revoke(Arc::clone(&for_dialog))))
                />
            </td>
        </tr>
    }
}

/// Asks before a token stops working.
#[component]
fn RevokeDialog(token: Arc<Token>, on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let is_own = untrack(|| store.me.with(|me| me.as_ref().is_some_and(|me| me.token == token.id)));
    let name = token.name.clone();
    let revoke = {
        let token = Arc::clone(&token);
        move |reason: Option<String>| {
            let (at, version) = (AtToken { token: token.id.clone() }, token.version);
            let answer = async move { store.send::<RevokeToken>(&at, &Why { reason }, Some(version)).await };
            attempt.send(answer, move |token| {
                store.toast(ToastKind::Done, format!("The token of {} no longer works.", token.name));
                on_close.try_run(());
            });
        }
    };
    view! {
        <Confirm
            title=format!("Revoke the token of {name}?")
            verb="Revoke the token"
            doing="Revoking…"
            asks=Asks::MaySayWhy
            attempt
            on_confirm=revoke
            on_close
        >
            <p>
                "Whoever uses it is signed out at once, on every device, and cannot come back with it. "
                "What was done with it stays in the history. A revoked token never works again."
            </p>
            {is_own
                .then(|| {
                    view! {
                        <p class="row">
                            <Icon name=IconName::Info small=true />
                            <b>"It is your own: you will be signed out."</b>
                        </p>
                    }
                })}
        </Confirm>
    }
}
