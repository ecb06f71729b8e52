//! The list of entries by day, and what stands in its place while there are none.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::Timestamp;
use signalbox_protocol::wire::audit::AuditEntry;

use super::day::{Day, by_day, heading};
use super::entry::Entry;
use super::filter::Filter;
use super::history::holds;
use super::reader::{Reader, Reading};
use crate::components::{Button, ButtonSize, Empty, Failed, FieldError, LinkButton, SkeletonRows};
use crate::form::sentence;
use crate::state::use_store;

/// What stands where the list is.
#[derive(Clone, PartialEq)]
enum Showing {
    Skeleton,
    Failure(signalbox_protocol::ErrorBody),
    Nothing,
    NothingFound,
    NothingMatches,
    Entries,
}

/// The entries by day.
#[component]
pub fn EntryList(
    /// The history.
    reader: Reader,
    /// The filter.
    filter: Memo<Filter>,
    /// What is searched for.
    search: RwSignal<String>,
    /// Sequence of the entry that is picked.
    picked: Memo<Option<u64>>,
) -> impl IntoView {
    let days = Memo::new(move |_| {
        let search = search.get();
        reader.reading.with(|reading| match reading {
            Reading::Ready(history) => by_day(history.newest_first().filter(|entry| holds(entry, &search))),
            Reading::Loading | Reading::Failed(_) => Vec::new(),
        })
    });
    let showing = Memo::new(move |_| {
        let loaded = reader.reading.with(|reading| match reading {
            Reading::Loading => Err(Showing::Skeleton),
            Reading::Failed(error) => Err(Showing::Failure(error.clone())),
            Reading::Ready(history) => Ok(history.len()),
        });
        match loaded {
            Err(showing) => showing,
            Ok(0) if filter.with(Filter::is_empty) => Showing::Nothing,
            Ok(0) => Showing::NothingMatches,
            Ok(_) if days.with(Vec::is_empty) => Showing::NothingFound,
            Ok(_) => Showing::Entries,
        }
    });
    view! {
        {move || match showing.get() {
            Showing::Skeleton => view! { <SkeletonRows count=8 /> }.into_any(),
            Showing::Failure(error) => {
                view! { <Failed title="Could not load the history" error on_retry=move |()| reader.begin() /> }
                    .into_any()
            }
            Showing::Nothing => {
                view! {
                    <Empty
                        title="Nothing has happened yet"
                        text="Every change is kept here, with who made it, when and why."
                    />
                }
                    .into_any()
            }
            Showing::NothingMatches => {
                view! {
                    <Empty title="No change matches" text="Nothing of this kind has happened so far.">
                        <LinkButton size=ButtonSize::Small href="/audit">
                            "Clear filters"
                        </LinkButton>
                    </Empty>
                }
                    .into_any()
            }
            Showing::NothingFound => {
                view! {
                    <Empty
                        title="Not found in what is loaded"
                        text="The search looks at the entries loaded so far. Load older ones below, or search for less."
                    >
                        <Button size=ButtonSize::Small on_press=move |()| search.set(String::new())>
                            "Clear the search"
                        </Button>
                    </Empty>
                }
                    .into_any()
            }
            Showing::Entries => view! { <Days days filter picked /> }.into_any(),
        }}
        <Older reader />
    }
}

#[component]
fn Days(days: Memo<Vec<Day>>, filter: Memo<Filter>, picked: Memo<Option<u64>>) -> impl IntoView {
    let store = use_store();
    // Headings change at midnight, not every second.
    let today = Memo::new(move |_| {
        const HOUR: i64 = 3_600_000;
        Timestamp::from_millis(store.now.get().millis() / HOUR * HOUR)
    });
    view! {
        <div>
            <For each=move || days.with(|days| days.iter().map(|day| day.date).collect::<Vec<_>>()) key=|date| *date let:date>
                <section>
                    <h3 class="dayh">{move || heading(date, today.get())}</h3>
                    <ol class="evs">
                        <For
                            each=move || {
                                days.with(|days| {
                                    days.iter().find(|day| day.date == date).map(|day| day.entries.clone()).unwrap_or_default()
                                })
                            }
                            key=fingerprint
                            let:entry
                        >
                            <Entry entry filter picked />
                        </For>
                    </ol>
                </section>
            </For>
        </div>
    }
}

/// An entry is drawn anew when its reason came, and at no other time.
fn fingerprint(entry: &Arc<AuditEntry>) -> (u64, bool, bool) {
    (entry.sequence, entry.reason.is_some(), entry.reason_awaited)
}

/// A way to the entries before those shown, while there are any.
#[component]
fn Older(reader: Reader) -> impl IntoView {
    let store = use_store();
    let has_older = Memo::new(move |_| {
        reader.reading.with(|reading| matches!(reading, Reading::Ready(history) if history.older().is_some()))
    });
    let disabled = Signal::derive(move || {
        store.is_offline().then(|| "You are offline. Older entries come when the server answers.".to_owned())
    });
    let failed = Signal::derive(move || {
        reader
            .older_failed
            .get()
            .map(|error| format!("Older entries did not come: {}", sentence(&error.error.message, "")))
    });
    view! {
        <Show when=move || has_older.get()>
            <div class="row older">
                <Button
                    size=ButtonSize::Small
                    disabled=disabled
                    busy=reader.reads_older
                    on_press=move |()| reader.read_older()
                >
                    {move || if reader.reads_older.get() { "Loading older entries…" } else { "Older entries" }}
                </Button>
                <FieldError error=failed />
            </div>
        </Show>
    }
}
