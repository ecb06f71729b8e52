//! What happened to the flag, in all environments, newest first, a page at a time.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::EnvironmentKey;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{AtRoot, ListAudit};
use signalbox_protocol::wire::audit::{AuditEntry, AuditQuery};
use signalbox_protocol::wire::{Empty as NoBody, List};

use crate::api;
use crate::components::{Button, ButtonSize, ChangeEntry, Empty, Failed, FilterChip, SkeletonRows};
use crate::pages::flag::page::{Page, use_page};
use crate::state::use_store;
use crate::time;

/// How many entries a page has.
const PAGE: u32 = 50;

/// Entries that were fetched, newest first, and how far they reach.
#[derive(Debug, Clone, Default, PartialEq)]
struct Fetched {
    entries: Vec<Arc<AuditEntry>>,
    total: u64,
    next: Option<u64>,
}

impl Fetched {
    /// Adds an older page.
    fn append(&mut self, page: List<AuditEntry>) {
        self.next = page.next.and_then(|next| next.parse().ok());
        self.entries.extend(page.items.into_iter().map(Arc::new));
    }

    /// Puts the newest page in front, and takes over what of the old ones is older.
    fn refresh(&mut self, page: List<AuditEntry>) {
        let oldest = page.items.last().map_or(0, |entry| entry.sequence);
        let mut fresh = Self { total: page.total, ..Self::default() };
        fresh.append(page);
        let older: Vec<_> = self.entries.drain(..).filter(|entry| entry.sequence < oldest).collect();
        // Without old pages, the way on is the new page's.
        if !older.is_empty() {
            fresh.next = self.next;
        }
        fresh.entries.extend(older);
        *self = fresh;
    }
}

/// The history of the flag.
#[component]
pub fn HistoryTab() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let only_here = RwSignal::new(false);
    let fetched = RwSignal::new(Fetched::default());
    let failed = RwSignal::new(None::<ErrorBody>);
    let loading = RwSignal::new(true);
    let attempt = RwSignal::new(0_u32);
    let wanted = Memo::new(move |_| {
        attempt.track();
        page.scene.with(|scene| {
            let versions = scene.flag.configurations.values().map(|one| one.version).chain([scene.flag.version]).max();
            let awaited = scene.flag.configurations.values().map(|one| one.reasons_awaited.len()).sum::<usize>();
            (only_here.get().then(|| scene.environment.key.clone()), versions, awaited, attempt.get())
        })
    });
    Effect::new(move |before: Option<Option<EnvironmentKey>>| {
        let asked = wanted.get();
        let filter = asked.0.clone();
        // Another filter is another list.
        if before.is_none_or(|before| before != filter) {
            fetched.set(Fetched::default());
            loading.set(true);
        }
        let query = query(page, filter.clone(), None);
        spawn_local(async move {
            let answer = api::call::<ListAudit>(&AtRoot {}, &query, &NoBody {}, None).await;
            if wanted.try_get_untracked() != Some(asked) {
                return;
            }
            loading.set(false);
            match answer {
                Ok(list) => {
                    failed.set(None);
                    fetched.update(|fetched| fetched.refresh(list));
                }
                Err(error) => failed.set(Some(error)),
            }
        });
        filter
    });
    let fetching = RwSignal::new(false);
    let earlier = move |()| {
        let Some(before) = fetched.with_untracked(|fetched| fetched.next) else { return };
        let asked = wanted.get_untracked();
        let query = query(page, asked.0.clone(), Some(before));
        fetching.set(true);
        spawn_local(async move {
            let answer = api::call::<ListAudit>(&AtRoot {}, &query, &NoBody {}, None).await;
            fetching.try_set(false);
            if wanted.try_get_untracked().map(|wanted| wanted.0) != Some(asked.0) {
                return;
            }
            match answer {
                Ok(list) => {
                    failed.set(None);
                    fetched.update(|fetched| fetched.append(list));
                }
                Err(error) => failed.set(Some(error)),
            }
        });
    };
    let here = page.scene.with_untracked(|scene| scene.environment.name.clone());
    let count = move || {
        let (shown, total) = fetched.with(|fetched| (fetched.entries.len(), fetched.total));
        (total > 0).then(|| format!("{shown} of {total}"))
    };
    view! {
        <section class="card" aria-labelledby="history">
            <div class="card-h">
                <h2 id="history">"History"</h2>
                <FilterChip
                    label=format!("Only {here}")
                    pressed=only_here
                    on_press=move |()| only_here.update(|only_here| *only_here = !*only_here)
                />
                <span class="end num">{count}</span>
            </div>
            {move || {
                let entries = fetched.with(|fetched| fetched.entries.clone());
                match (entries.is_empty(), failed.get()) {
                    (true, Some(error)) => {
                        let again = move |()| attempt.update(|attempt| *attempt += 1);
                        view! { <Failed title="Could not load the history" error on_retry=again /> }.into_any()
                    }
                    (true, None) if loading.get() => view! { <SkeletonRows /> }.into_any(),
                    (true, None) => {
                        view! {
                            <Empty
                                title="Nothing has happened here yet"
                                text="Every change stands here, with who made it and why."
                            />
                        }
                            .into_any()
                    }
                    (false, failure) => {
                        view! {
                            <Entries entries />
                            {failure
                                .map(|failure| {
                                    view! {
                                        <p class="card-b fs12 ink2" role="alert">
                                            "Could not load more: " {failure.error.message}
                                        </p>
                                    }
                                })}
                        }
                            .into_any()
                    }
                }
            }}
            <Show when=move || fetched.with(|fetched| fetched.next.is_some())>
                <div class="card-f row">
                    <Button
                        size=ButtonSize::Small
                        busy=fetching
                        disabled=Signal::derive(move || {
                            store.is_offline().then(|| "You are offline. Earlier entries wait until the server answers.".to_owned())
                        })
                        on_press=earlier
                    >
                        {move || if fetching.get() { "Loading…" } else { "Show earlier" }}
                    </Button>
                </div>
            </Show>
        </section>
    }
}

/// Entries by day.
#[component]
fn Entries(entries: Vec<Arc<AuditEntry>>) -> impl IntoView {
    let store = use_store();
    let now = time::local(store.now.get_untracked());
    let mut days: Vec<(String, Vec<Arc<AuditEntry>>)> = Vec::new();
    for entry in entries {
        let day = time::day_heading(&time::local(entry.time), &now);
        match days.last_mut() {
            Some((last, entries)) if *last == day => entries.push(entry),
            _ => days.push((day, vec![entry])),
        }
    }
    days.into_iter()
        .map(|(day, entries)| {
            view! {
                <h3 class="history-day fs12 ink3">{day}</h3>
                <ul class="list history-list" data-testid="flag-history">
                    {entries
                        .into_iter()
                        .map(|entry| {
                            view! {
                                <li>
                                    <ChangeEntry entry under_day=true />
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            }
        })
        .collect_view()
}

fn query(page: Page, environment: Option<EnvironmentKey>, before: Option<u64>) -> AuditQuery {
    page.scene.with_untracked(|scene| AuditQuery {
        before,
        limit: Some(PAGE),
        project: Some(scene.flag.project.clone()),
        flag: Some(scene.flag.key.clone()),
        environment,
        ..AuditQuery::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(sequences: &[u64], next: Option<u64>) -> List<AuditEntry> {
        let entry = |sequence: &u64| {
            serde_json::from_value(json!({
                "sequence": sequence, "time": "2026-11-02T09:00:00.000Z", "actor": "system", "kind": "flag_created",
                "previous_link": "", "link": "", "words": { "actor": "", "action": "", "subject": "" },
            }))
            .unwrap()
        };
        List { items: sequences.iter().map(entry).collect(), total: 9, next: next.map(|next| next.to_string()) }
    }

    #[test]
    fn new_entries_come_in_front_of_the_pages_that_are_there() {
        let mut fetched = Fetched::default();
        fetched.refresh(page(&[6, 5], Some(5)));
        fetched.append(page(&[4, 3], Some(3)));
        fetched.refresh(page(&[7, 6], Some(6)));
        let shown: Vec<_> = fetched.entries.iter().map(|entry| entry.sequence).collect();
        assert_eq!(shown, [7, 6, 5, 4, 3]);
        assert_eq!(fetched.next, Some(3), "the way on is that of the oldest page");
        fetched.append(page(&[2], None));
        assert_eq!(fetched.next, None);
    }
}
