//! A change in words: an entry of the history in a list.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::key::ActorId;
use signalbox_protocol::wire::audit::AuditEntry;

use super::{Avatar, Icon, IconName, Time};

/// A change in words: who did what, before and after, and why. For lists of recent changes.
#[component]
pub fn ChangeEntry(
    /// The entry.
    entry: Arc<AuditEntry>,
    /// Leaves out the subject, where the page is about it.
    #[prop(optional)]
    without_subject: bool,
) -> impl IntoView {
    let words = &entry.words;
    let subject = if without_subject { String::new() } else { format!(" {}", words.subject) };
    let what = format!("{}{subject}", words.action);
    let change = change_of(&entry);
    let reason = entry.reason.clone().map(|reason| format!("“{reason}”"));
    let awaited = entry.reason_awaited.then_some("The reason is still to be given.");
    view! {
        <div class="row top change">
            {match entry.actor {
                ActorId::System => {
                    view! {
                        <span class="ava" aria-hidden="true">
                            <Icon name=IconName::Settings small=true />
                        </span>
                    }
                        .into_any()
                }
                ActorId::Token(_) => view! { <Avatar name=words.actor.clone() /> }.into_any(),
            }}
            <span class="grow change-text">
                <span>
                    <span class="m">{words.actor.clone()}</span>
                    " "
                    {what}
                </span>
                {change.map(|change| view! { <span class="fs12 ink2">{change}</span> })}
                {reason.map(|reason| view! { <span class="fs12 ink3">{reason}</span> })}
                {awaited.map(|awaited| view! { <span class="fs12 ink3">{awaited}</span> })}
            </span>
            <span class="fs11 ink3">
                <Time at=entry.time />
            </span>
        </div>
    }
}

/// "Production: 10 % → 25 %, about 24,600 more people".
fn change_of(entry: &AuditEntry) -> Option<String> {
    let words = &entry.words;
    let change = match (&words.before, &words.after) {
        (Some(before), Some(after)) => Some(format!("{before} → {after}")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    };
    let said: Vec<_> = change.into_iter().chain(words.consequence.clone()).collect();
    match (&words.environment, said.is_empty()) {
        (Some(environment), false) => Some(format!("{environment}: {}", said.join(", "))),
        (Some(environment), true) => Some(format!("in {environment}")),
        (None, false) => Some(said.join(", ")),
        (None, true) => None,
    }
}
