//! A flag with everything about it.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::key::{FlagKey, ProjectKey};
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{AtFlag, GetFlag};
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::stream::{Changed, Content};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::flag::Flag;

use super::Store;
use super::detail::DetailView;
use crate::api;

impl Store {
    /// Those flags of the current project of which everything is at hand already.
    pub fn flags_at_hand(&self) -> Vec<Arc<Flag>> {
        self.within_project("flags").map(|prefix| self.tables.flags.within(&prefix)).unwrap_or_default()
    }

    /// A flag of the current project with everything about it, kept up to date. Call it once in the
    /// component that shows the flag; it fetches what is not in the copy.
    pub fn flag(&self, key: Signal<FlagKey>) -> DetailView<Flag> {
        let fetch =
            |store: Self, project: ProjectKey, flag: FlagKey| async move { store.fetch_flag(project, flag).await };
        self.detail(key, self.tables.flags, ResourceName::flag, fetch)
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
    pub(super) async fn fetch_flag(self, project: ProjectKey, flag: FlagKey) -> Result<(), ErrorBody> {
        let at = AtFlag { project, flag };
        let flag = api::call::<GetFlag>(&at, &Empty {}, &Empty {}, None).await?;
        self.put_flag(&flag);
        Ok(())
    }
}
