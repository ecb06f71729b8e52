//! Keeping the store up to date: by the app's events on the desktop, by the server's stream in a browser.

mod browser;
mod desktop;
mod watch;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::endpoint::{AtRoot, GetMe, ListAudit};
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::stream::{Changed, Content};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::audit::AuditQuery;

use super::Store;
use crate::{api, clock};

pub use browser::{connect as connect_browser, try_now};
pub use desktop::listen as listen_to_app;

/// How many of the latest audit entries are kept at hand.
const RECENT: u32 = 100;

/// Moves [`Store::now`] on, every second.
pub fn start_clock(store: Store) {
    // One for the life of the page.
    Interval::new(1_000, move || store.now.set(clock::now())).forget();
}

/// Fetches what neither the cache nor the stream brings.
pub fn catch_up(store: Store) {
    fetch_me(store);
    fetch_recent(store);
}

/// Fetches the latest audit entries, so that recent changes can be shown.
fn fetch_recent(store: Store) {
    spawn_local(async move {
        let query = AuditQuery { limit: Some(RECENT), ..AuditQuery::default() };
        let Ok(list) = api::call::<ListAudit>(&AtRoot {}, &query, &Empty {}, None).await else { return };
        if let Some(oldest) = list.items.last() {
            store.tables.forget_audit_before(oldest.sequence);
        }
        for entry in list.items {
            if let Ok(body) = serde_json::to_value(&entry) {
                let resource = ResourceName::audit_entry(entry.sequence);
                store.put(Changed { resource, version: entry.sequence, content: Content::Body(body) });
            }
        }
    });
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
