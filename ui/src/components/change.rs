//! A change in words: an entry of the history in a list.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::key::ActorId;
use signalbox_protocol::wire::audit::AuditEntry;

use super::{Avatar, Icon, IconName, Time};
use crate::time;

/// A change in words: who did what, before and after, and why. For lists of changes.
#[component]
pub fn ChangeEntry(
    /// The entry.
    entry: Arc<AuditEntry>,
    /// What was done, in place of the entry's own words: where the page says what it is about.
    #[prop(optional, into)]
    deed: Option<String>,
    /// With `deed`: before and after, in place of the entry's own words; empty for none.
    #[prop(optional, into)]
    change: Option<String>,
    /// Whether the day stands above, so that the time of day is enough.
    #[prop(optional)]
    under_day: bool,
) -> impl IntoView {
    let words = &entry.words;
    let change = match &deed {
        Some(_) => change.filter(|change| !change.is_empty()),
        None => change_of(&entry),
    };
    // A number and its sign stay on one line.
    let change = change.map(|change| change.replace(" %", "\u{a0}%"));
    let deed = deed.unwrap_or_else(|| format!("{} {}", words.action, words.subject));
    let awaited = entry.reason_awaited.then_some("The reason is still to be given.".to_owned());
    let reason = entry.reason.as_ref().map(|reason| format!("“{reason}”")).or(awaited);
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
            <div class="grow change-text">
                <div class="change-head">
                    <span class="grow">
                        <span class="m">{words.actor.clone()}</span>
                        " "
                        {deed}
                    </span>
                    <span class="fs11 ink3">
                        {if under_day {
                            let local = time::local(entry.time);
                            view! {
                                <time class="num nowrap" datetime=entry.time.to_string() title=time::full(&local)>
                                    {time::clock(&local)}
                                </time>
                            }
                                .into_any()
                        } else {
                            view! { <Time at=entry.time /> }.into_any()
                        }}
                    </span>
                </div>
                {change.map(|change| view! { <p class="fs12 ink2 num">{change}</p> })}
                {reason.map(|reason| view! { <p class="fs12 ink3">{reason}</p> })}
            </div>
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
