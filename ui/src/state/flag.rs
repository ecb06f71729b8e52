//! A flag with everything about it: from the copy, else fetched when it is first looked at.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::{FlagKey, ProjectKey};
use signalbox_protocol::endpoint::{AtFlag, GetFlag};
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::stream::{Changed, Content};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::flag::Flag;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::Store;
use crate::api;

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

/// One flag that a page looks at.
#[derive(Clone, Copy)]
pub struct FlagView {
    /// The flag as it is now.
    pub flag: Memo<Loaded<Arc<Flag>>>,
    attempt: RwSignal<u32>,
}

impl FlagView {
    /// Fetches again after [`Loaded::Failed`].
    pub fn try_again(&self) {
        self.attempt.update(|attempt| *attempt += 1);
    }
}

impl Store {
    /// A flag of the current project with everything about it, kept up to date. Call it once in the
    /// component that shows the flag; it fetches what is not in the copy.
    pub fn flag(&self, key: Signal<FlagKey>) -> FlagView {
        let store = *self;
        let attempt = RwSignal::new(0);
        let failure = RwSignal::new(None::<(FlagKey, ErrorBody)>);
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
            let (Some(project), flag) = (store.project_key(), key.get()) else { return };
            spawn_local(async move {
                match store.fetch_flag(&project, &flag).await {
                    Ok(()) => failure.set(None),
                    Err(error) => failure.set(Some((flag, error))),
                }
            });
        });
        let flag = Memo::new(move |_| {
            let key = key.get();
            if let Some(project) = store.project_key()
                && let Some(flag) = store.tables.flags.get(&ResourceName::flag(&project, &key))
            {
                return Loaded::Ready(flag);
            }
            failure.with(|failure| match failure {
                Some((about, error)) if *about == key => match error.error.code {
                    ErrorCode::NotFound => Loaded::Missing,
                    _ => Loaded::Failed(error.clone()),
                },
                _ => Loaded::Loading,
            })
        });
        FlagView { flag, attempt }
    }

    /// Puts a flag that the server has just answered with in place, before the stream brings it.
    pub fn put_flag(&self, flag: &Flag) {
        // The version of the resource is that of the last event that changed anything of it.
        let configurations = flag.configurations.values().map(|configuration| configuration.version);
        let version = configurations.chain([flag.version]).max().unwrap_or_default();
        if let Ok(body) = serde_json::to_value(flag) {
            let resource = ResourceName::flag(&flag.project, &flag.key);
            self.put(vec![Changed { resource, version, content: Content::Body(body) }]);
        }
    }

    /// Fetches a flag and puts it in place.
    pub(super) async fn fetch_flag(&self, project: &ProjectKey, flag: &FlagKey) -> Result<(), ErrorBody> {
        let at = AtFlag { project: project.clone(), flag: flag.clone() };
        let flag = api::call::<GetFlag>(&at, &Empty {}, &Empty {}, None).await?;
        self.put_flag(&flag);
        Ok(())
    }
}
