//! Reads the history from the server and keeps it up to date.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::ProjectKey;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::desktop::ConnectionState;
use signalbox_protocol::endpoint::{AtEntry, AtRoot, GetAuditEntry, ListAudit};
use signalbox_protocol::wire::Empty;

use super::filter::Filter;
use super::history::{History, holds};
use crate::api;
use crate::state::Store;

/// How far the history has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// On its way.
    Loading,
    /// Here, and kept up to date.
    Ready(History),
    /// It could not be read, and nothing is known here either.
    Failed(ErrorBody),
}

/// Reads the history that a filter lets through. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Reader {
    store: Store,
    filter: Memo<Filter>,
    /// How far it has come.
    pub reading: RwSignal<Reading>,
    /// Sequence of the entry that stood first when the history was last begun.
    pub first: RwSignal<Option<u64>>,
    /// Whether an older page is on its way.
    pub reads_older: RwSignal<bool>,
    /// Why an older page did not come.
    pub older_failed: RwSignal<Option<ErrorBody>>,
    /// Counts beginnings: an answer to an earlier question is dropped.
    question: StoredValue<u64>,
}

impl Reader {
    /// Begins to read. Call it once, in the component that shows the history.
    pub fn new(store: Store, filter: Memo<Filter>) -> Self {
        let reader = Self {
            store,
            filter,
            reading: RwSignal::new(Reading::Loading),
            first: RwSignal::new(None),
            reads_older: RwSignal::new(false),
            older_failed: RwSignal::new(None),
            question: StoredValue::new(0),
        };
        // The project matters to filters by flag and environment.
        let project = Memo::new(move |_| store.project().map(|project| project.key.clone()));
        Effect::new(move |_| {
            filter.track();
            project.track();
            reader.reading.set(Reading::Loading);
            reader.begin();
        });
        Effect::new(move |_| {
            let latest = store.audit_entries();
            let keeps_up = reader.reading.try_update(|reading| match reading {
                Reading::Ready(history) => {
                    let (filter, project) = reader.terms();
                    history.take_in(&latest, |entry| filter.admits(project.as_ref(), entry))
                }
                Reading::Loading | Reading::Failed(_) => true,
            });
            if keeps_up == Some(false) {
                reader.begin();
            }
        });
        let live = Memo::new(move |_| store.connection.get().state == ConnectionState::Live);
        Effect::new(move |_| {
            let is_short = reader.reading.with_untracked(|reading| match reading {
                Reading::Ready(history) => !history.is_from_server(),
                Reading::Failed(_) => true,
                Reading::Loading => false,
            });
            if live.get() && is_short {
                reader.begin();
            }
        });
        reader
    }

    /// Reads the newest page anew.
    pub fn begin(&self) {
        let reader = *self;
        let question = self.question.get_value() + 1;
        self.question.set_value(question);
        self.older_failed.set(None);
        let known = untrack(|| self.store.seq());
        let (filter, project) = self.terms();
        spawn_local(async move {
            let query = filter.query(project.as_ref(), None);
            let answer = api::call::<ListAudit>(&AtRoot {}, &query, &Empty {}, None).await;
            if reader.question.try_get_value() != Some(question) {
                return;
            }
            let reading = match answer {
                Ok(page) => {
                    let mut history = History::begin(page, known);
                    let latest = untrack(|| reader.store.audit_entries());
                    // What came while the page was under way; a gap shows with the next change.
                    let _ = history.take_in(&latest, |entry| filter.admits(project.as_ref(), entry));
                    Reading::Ready(history)
                }
                Err(error) => {
                    let latest = untrack(|| reader.store.audit_entries());
                    let known = latest.iter().filter(|entry| filter.admits(project.as_ref(), entry));
                    if latest.is_empty() {
                        Reading::Failed(error)
                    } else {
                        Reading::Ready(History::without_server(known))
                    }
                }
            };
            if let Reading::Ready(history) = &reading {
                reader.first.set(history.newest_first().next().map(|entry| entry.sequence));
            }
            reader.reading.set(reading);
        });
    }

    /// Reads the next older page.
    pub fn read_older(&self) {
        let reader = *self;
        let question = self.question.get_value();
        let Some(before) = self.reading.with_untracked(|reading| match reading {
            Reading::Ready(history) => history.older(),
            Reading::Loading | Reading::Failed(_) => None,
        }) else {
            return;
        };
        let (filter, project) = self.terms();
        self.reads_older.set(true);
        spawn_local(async move {
            let query = filter.query(project.as_ref(), Some(before));
            let answer = api::call::<ListAudit>(&AtRoot {}, &query, &Empty {}, None).await;
            reader.reads_older.try_set(false);
            if reader.question.try_get_value() != Some(question) {
                return;
            }
            match answer {
                Ok(page) => {
                    reader.older_failed.set(None);
                    reader.reading.update(|reading| {
                        if let Reading::Ready(history) = reading {
                            history.add_older(page);
                        }
                    });
                }
                Err(error) => reader.older_failed.set(Some(error)),
            }
        });
    }

    /// Reads one entry anew, after its reason was given.
    pub fn refresh(&self, sequence: u64) {
        let reader = *self;
        spawn_local(async move {
            // Where it fails the stream brings the reason all the same.
            if let Ok(entry) = api::call::<GetAuditEntry>(&AtEntry { sequence }, &Empty {}, &Empty {}, None).await {
                reader.reading.try_update(|reading| {
                    if let Reading::Ready(history) = reading {
                        history.put(entry);
                    }
                });
            }
        });
    }

    /// How many entries hold what is searched for, of those at hand.
    pub fn found(&self, search: &str) -> usize {
        self.reading.with(|reading| match reading {
            Reading::Ready(history) => history.newest_first().filter(|entry| holds(entry, search)).count(),
            Reading::Loading | Reading::Failed(_) => 0,
        })
    }

    fn terms(&self) -> (Filter, Option<ProjectKey>) {
        untrack(|| (self.filter.get(), self.store.project().map(|project| project.key.clone())))
    }
}
