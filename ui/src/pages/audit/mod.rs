//! The history of all changes: who changed what, when and why, and that the record is whole.

mod actor;
mod address;
mod chain;
mod day;
mod entry;
mod filter;
mod filter_bar;
mod filter_menu;
#[cfg(test)]
mod fixture;
mod history;
mod inspector;
mod kind;
mod list;
mod reader;
mod reason;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use signalbox_domain::people::grouped;
use signalbox_protocol::endpoint::{AtEntry, GetAuditEntry};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::audit::AuditEntry;
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::api;
use crate::components::{Aspect, Banner, Empty, Failed, PageHead};
use crate::state::use_store;

use chain::{Chain, ChainBroken, ChainStatus};
use filter::Filter;
use filter_bar::FilterBar;
use inspector::Inspector;
use list::EntryList;
use reader::{Reader, Reading};

/// The history of all changes.
#[component]
pub fn AuditPage() -> impl IntoView {
    let store = use_store();
    let address = use_query_map();
    let filter = Memo::new(move |_| address.with(|address| Filter::from_address(|name| address.get(name))));
    let reader = Reader::new(store, filter);
    // The entry in the address, else the one that stood first when the history was read.
    let picked = Memo::new(move |_| {
        let named = address.with(|address| address.get("entry"));
        named.and_then(|sequence| sequence.parse().ok()).or_else(|| reader.first.get())
    });
    let search = RwSignal::new(String::new());
    let chain = Chain::new(store);
    let offline = Memo::new(move |_| {
        reader.reading.with(|reading| matches!(reading, Reading::Ready(history) if !history.is_from_server()))
    });
    view! {
        <PageHead title="Audit" sentence="Every change, by whom and why">
            <ChainStatus chain />
        </PageHead>
        <div class="stack">
            <ChainBroken chain />
            <Show when=move || offline.get()>
                <Banner aspect=Aspect::Dark>
                    "The server does not answer. These are the latest entries known on this device."
                </Banner>
            </Show>
            <div class="grid g-inspect">
                <section class="card" aria-label="Changes">
                    <FilterBar filter search reader />
                    <EntryList reader filter search picked />
                </section>
                <section class="card inspector" aria-label="Picked entry">
                    <Picked reader picked />
                </section>
            </div>
        </div>
    }
}

/// The picked entry: from the history at hand, else fetched.
#[component]
fn Picked(reader: Reader, picked: Memo<Option<u64>>) -> impl IntoView {
    let at_hand = Memo::new(move |_| {
        let sequence = picked.get()?;
        reader.reading.with(|reading| match reading {
            Reading::Ready(history) => history.get(sequence).cloned(),
            Reading::Loading | Reading::Failed(_) => None,
        })
    });
    let fetched = RwSignal::new(None::<(u64, Result<Arc<AuditEntry>, ErrorBody>)>);
    let fetch = move |sequence: u64| {
        spawn_local(async move {
            let answer = api::call::<GetAuditEntry>(&AtEntry { sequence }, &NoBody {}, &NoBody {}, None).await;
            fetched.try_set(Some((sequence, answer.map(Arc::new))));
        });
    };
    let is_read = Memo::new(move |_| reader.reading.with(|reading| *reading != Reading::Loading));
    Effect::new(move |_| {
        if let Some(sequence) = picked.get()
            && is_read.get()
            && at_hand.with(Option::is_none)
        {
            fetch(sequence);
        }
    });
    move || {
        if let Some(entry) = at_hand.get() {
            return view! { <Inspector entry reader /> }.into_any();
        }
        match (picked.get(), fetched.get()) {
            (Some(sequence), Some((about, Ok(entry)))) if about == sequence => {
                view! { <Inspector entry reader /> }.into_any()
            }
            (Some(sequence), Some((about, Err(error)))) if about == sequence => {
                if error.error.code == ErrorCode::NotFound {
                    let text = format!("The history has no entry {}.", grouped(sequence));
                    return view! { <Empty title="There is no such entry" text /> }.into_any();
                }
                view! { <Failed title="Could not load the entry" error on_retry=move |()| fetch(sequence) /> }
                    .into_any()
            }
            (Some(_), _) => ().into_any(),
            (None, _) => {
                view! { <Empty title="No entry picked" text="Pick an entry to see exactly what it changed." /> }
                    .into_any()
            }
        }
    }
}
