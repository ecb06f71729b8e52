//! Keeping the store up to date: by the app's events on the desktop, by the server's stream in a browser.

mod browser;
mod desktop;
mod watch;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::rollout::RolloutStatus;
use signalbox_protocol::endpoint::{AtRoot, GetMe, ListAudit};
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::stream::{Changed, Content};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::audit::{AuditEntry, AuditQuery};
use signalbox_protocol::wire::flag::FlagInEnvironment;

use super::Store;
use crate::{api, clock};

pub use browser::{connect as connect_browser, try_now};
pub use desktop::listen as listen_to_app;

/// How many of the latest audit entries are kept at hand.
const RECENT: u32 = 100;
/// How many flags with a rollout under way are kept at hand with everything about them.
const IN_ROLLOUT: usize = 50;

/// Moves [`Store::now`] on, every second.
pub fn start_clock(store: Store) {
    // One for the life of the page.
    Interval::new(1_000, move || store.now.set(clock::now())).forget();
}

/// Fetches what neither the cache nor the stream brings.
pub fn catch_up(store: Store) {
    fetch_me(store);
    fetch_recent(store);
    fetch_in_rollout(store);
}

/// Fetches the latest audit entries, so that recent changes can be shown.
fn fetch_recent(store: Store) {
    spawn_local(async move {
        let query = AuditQuery { limit: Some(RECENT), ..AuditQuery::default() };
        let Ok(list) = api::call::<ListAudit>(&AtRoot {}, &query, &Empty {}, None).await else { return };
        let Some(oldest) = list.items.last().map(|entry| entry.sequence) else { return };
        store.tables.forget_audit_before(oldest);
        store.audit_from.set(oldest);
        store.put(list.items.into_iter().filter_map(changed).collect());
    });
}

/// An audit entry as the stream would bring it.
fn changed(entry: AuditEntry) -> Option<Changed> {
    let content = Content::Body(serde_json::to_value(&entry).ok()?);
    Some(Changed { resource: ResourceName::audit_entry(entry.sequence), version: entry.sequence, content })
}

/// Fetches everything about the flags that are in rollout, one after the other, so that they can be
/// looked at should the server go away.
fn fetch_in_rollout(store: Store) {
    let Some(project) = untrack(|| store.project_key()) else { return };
    let mut flags: Vec<_> = untrack(|| store.flag_rows());
    flags.retain(|flag| flag.environments.values().any(is_in_rollout));
    flags.truncate(IN_ROLLOUT);
    spawn_local(async move {
        for flag in flags {
            if store.fetch_flag(project.clone(), flag.key.clone()).await.is_err() {
                // The server has other worries; whoever opens the flag asks again.
                return;
            }
        }
    });
}

fn is_in_rollout(state: &FlagInEnvironment) -> bool {
    let status = state.rollout.as_ref().map(|rollout| rollout.status);
    state.killed.is_some() || matches!(status, Some(RolloutStatus::Running | RolloutStatus::Held))
}

/// Fetches who the reader is, where that is not known yet.
fn fetch_me(store: Store) {
    if store.me.with_untracked(Option::is_some) {
        return;
    }
    spawn_local(async move {
        if let Ok(me) = api::call::<GetMe>(&AtRoot {}, &Empty {}, &Empty {}, None).await {
            store.me.set(Some(me));
        }
    });
}
