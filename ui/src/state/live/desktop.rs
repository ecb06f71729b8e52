//! The desktop app holds the connection and the cache; it tells by events what happens.

use leptos::prelude::*;
use signalbox_protocol::desktop::{Connection, ConnectionState, event};
use signalbox_protocol::stream::{Change, Snapshot};

use crate::api::ipc;
use crate::state::Store;

/// Takes over what the app tells, for as long as the page lives. From when this is done, nothing is missed.
pub async fn listen(store: Store) {
    ipc::listen::<Change>(event::CHANGE, move |change| store.apply(change)).await;
    ipc::listen::<Snapshot>(event::SNAPSHOT, move |snapshot| {
        store.replace(snapshot);
        super::catch_up(store);
    })
    .await;
    ipc::listen::<Connection>(event::CONNECTION, move |connection| {
        let was = store.connection.get_untracked();
        if connection.heard.is_some() {
            store.as_of.set(connection.heard);
        }
        store.connection.set(connection);
        if connection.state == ConnectionState::Live && was.state != ConnectionState::Live {
            super::catch_up(store);
        }
    })
    .await;
}
