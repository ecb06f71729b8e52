//! One entry in the list: who did what, before and after, and why.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::people::grouped;
use signalbox_protocol::wire::audit::AuditEntry;

use super::actor::ActorMark;
use super::address;
use super::filter::Filter;
use crate::components::{Aspect, AspectText, Icon, IconName, Tag};
use crate::form::sentence;
use crate::state::use_store;
use crate::time;

/// One entry. Pressing it anywhere picks it for the inspector.
#[component]
pub fn Entry(
    /// The entry.
    entry: Arc<AuditEntry>,
    /// The filter, which stays in the address.
    filter: Memo<Filter>,
    /// Sequence of the entry that is picked.
    picked: Memo<Option<u64>>,
) -> impl IntoView {
    let sequence = entry.sequence;
    let words = entry.words.clone();
    let at = time::local(entry.time);
    let name = format!("Entry {}, {}", grouped(sequence), time::clock(&at));
    let why = match (&entry.reason, &words.consequence) {
        (Some(reason), Some(consequence)) => Some(format!("“{reason}” {}", sentence(consequence, ""))),
        (Some(reason), None) => Some(format!("“{reason}”")),
        (None, Some(consequence)) => Some(sentence(consequence, "")),
        (None, None) => None,
    };
    view! {
        <li class="ev" aria-current=move || (picked.get() == Some(sequence)).then_some("true")>
            // Its surface reaches over the whole entry.
            <a
                class="ev-open fs12 ink3 num"
                href=move || filter.get().address(Some(sequence))
                aria-label=name
                title=time::full(&at)
                data-noscroll=""
                data-row=""
            >
                {time::clock(&at)}
            </a>
            <ActorMark actor=entry.actor.clone() name=words.actor.clone() />
            <div class="grow">
                <p class="ev-words">
                    <span class="m">{words.actor.clone()}</span>
                    " "
                    <span class="ink2">{words.action.clone()}</span>
                    " "
                    <Subject entry=Arc::clone(&entry) />
                    " "
                    {words.environment.clone().map(|environment| view! { <Tag>{environment}</Tag> })}
                </p>
                <Difference before=words.before after=words.after />
                {why.map(|why| view! { <p class="fs12 ink3 ev-why">{why}</p> })}
                {entry
                    .reason_awaited
                    .then(|| {
                        view! {
                            <p class="ev-why">
                                <AspectText aspect=Aspect::Caution>"The reason is still to be given"</AspectText>
                            </p>
                        }
                    })}
            </div>
        </li>
    }
}

/// What an entry is about, as a link where there is a page for it.
#[component]
pub fn Subject(
    /// The entry.
    entry: Arc<AuditEntry>,
) -> impl IntoView {
    let store = use_store();
    let subject = entry.words.subject.clone();
    let Some(href) = address::of_subject(&entry) else {
        return view! { <span class="m">{subject}</span> }.into_any();
    };
    // Pages show the current project, which may be another than the entry's.
    let project = entry.project.clone();
    let look_there = move |_| {
        if let Some(project) = &project {
            store.choose_project(project);
        }
    };
    view! {
        <a class="m ev-subject" href=href on:click=look_there>
            {subject}
        </a>
    }
    .into_any()
}

/// Before, struck out, and after; one of them where the other does not exist.
#[component]
fn Difference(before: Option<String>, after: Option<String>) -> impl IntoView {
    if before.is_none() && after.is_none() {
        return ().into_any();
    }
    let both = before.is_some() && after.is_some();
    view! {
        <div class="bd">
            {before
                .map(|before| {
                    view! {
                        <span class="was">
                            <span class="sr">"Before: "</span>
                            {before}
                        </span>
                    }
                })}
            {both.then(|| view! { <Icon name=IconName::ArrowRight small=true class="ink3" /> })}
            {after
                .map(|after| {
                    view! {
                        <span class="now">
                            <span class="sr">"After: "</span>
                            {after}
                        </span>
                    }
                })}
        </div>
    }
    .into_any()
}
