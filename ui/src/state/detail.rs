//! Something with everything about it: from the copy, else fetched when it is first looked at.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use signalbox_domain::key::ProjectKey;
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::Store;
use super::tables::Table;

/// Something that is fetched when it is first looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Loaded<Resource> {
    /// On its way: show a skeleton after 200 ms.
    Loading,
    /// Here, and kept up to date.
    Ready(Resource),
    /// There is no such thing.
    Missing,
    /// It could not be fetched: say what failed and offer to try again.
    Failed(ErrorBody),
}

/// One thing that a page looks at.
pub struct DetailView<Resource: Send + Sync + 'static> {
    /// The thing as it is now.
    pub resource: Memo<Loaded<Arc<Resource>>>,
    attempt: RwSignal<u32>,
}

impl<Resource: Send + Sync> Clone for DetailView<Resource> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Resource: Send + Sync> Copy for DetailView<Resource> {}

impl<Resource: Send + Sync> DetailView<Resource> {
    /// Fetches again after [`Loaded::Failed`].
    pub fn try_again(&self) {
        self.attempt.update(|attempt| *attempt += 1);
    }
}

impl Store {
    /// The thing of this key in the current project, kept up to date. `fetch` brings what is not in the copy and
    /// puts it into `table` under its `name`.
    pub(super) fn detail<Key, Resource, Fetching>(
        &self,
        key: Signal<Key>,
        table: Table<Resource>,
        name: fn(&ProjectKey, &Key) -> ResourceName,
        fetch: fn(Self, ProjectKey, Key) -> Fetching,
    ) -> DetailView<Resource>
    where
        Key: Clone + PartialEq + Send + Sync + 'static,
        Resource: DeserializeOwned + PartialEq + Send + Sync + 'static,
        Fetching: Future<Output = Result<(), ErrorBody>> + 'static,
    {
        let store = *self;
        let attempt = RwSignal::new(0);
        let failure = RwSignal::new(None::<(Key, ErrorBody)>);
        let offline = Memo::new(move |_| store.is_offline());
        Effect::new(move |_| {
            attempt.track();
            // Tries again by itself when the server is back.
            offline.track();
            // After a new snapshot the details may have missed changes; fetch them anew.
            if store.generation.get() == 0 {
                return;
            }
            // People are a share of an audience, so they change with the environments.
            store.environments();
            let (Some(project), key) = (store.project_key(), key.get()) else { return };
            spawn_local(async move {
                // The page may have gone meanwhile.
                match fetch(store, project, key.clone()).await {
                    Ok(()) => failure.try_set(None),
                    Err(error) => failure.try_set(Some((key, error))),
                };
            });
        });
        let resource = Memo::new(move |_| {
            let key = key.get();
            if let Some(project) = store.project_key()
                && let Some(resource) = table.get(&name(&project, &key))
            {
                return Loaded::Ready(resource);
            }
            failure.with(|failure| match failure {
                Some((about, error)) if *about == key => match error.error.code {
                    ErrorCode::NotFound => Loaded::Missing,
                    _ => Loaded::Failed(error.clone()),
                },
                _ => Loaded::Loading,
            })
        });
        DetailView { resource, attempt }
    }
}
