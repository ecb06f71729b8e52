//! What the parts of the page share: the scene, and the dialog that is open.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_protocol::wire::configuration::Configuration;
use signalbox_protocol::wire::flag::Flag;

use crate::pages::flag::change::step::Step;
use crate::pages::flag::evidence::{Evidenced, follow};
use crate::pages::flag::scene::Scene;
use crate::state::{Store, use_store};

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub struct Page {
    /// The flag in the environment that is looked at, as it is now.
    pub scene: Memo<Arc<Scene>>,
    /// What production shows of its rollout.
    pub evidence: Signal<Evidenced>,
    /// The dialog that is open.
    pub dialog: RwSignal<Option<Asking>>,
    store: Store,
}

/// What a dialog of the page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// To confirm a step.
    Confirm(Step),
    /// Why something was stopped: the entry of the history that waits for it.
    Why(u64),
}

/// What the parts of the page share.
///
/// # Panics
/// Outside the tree of [`super::FlagPage`], which provides it.
pub fn use_page() -> Page {
    expect_context()
}

impl Page {
    /// For a scene that is kept up to date.
    pub fn new(scene: Memo<Arc<Scene>>) -> Self {
        let store = use_store();
        Self { scene, evidence: follow(store, scene), dialog: RwSignal::new(None), store }
    }

    /// Why nothing can be changed here now, if so: offline, a viewer, in the archive.
    pub fn locked(&self) -> Option<String> {
        if let Err(reason) = self.store.can_edit() {
            return Some(reason);
        }
        let archived = self.scene.with(|scene| scene.flag.archived.is_some());
        archived.then(|| "This flag is in the archive. Restore it first.".into())
    }

    /// Why a step cannot be taken now, if so.
    pub fn obstacle(&self, step: Step) -> Option<String> {
        let may_edit = self.store.can_edit().err();
        may_edit.or_else(|| self.scene.with(|scene| step.obstacle(scene).map(str::to_owned)))
    }

    /// Opens the dialog of a step, unless it cannot be taken.
    pub fn ask(&self, step: Step) {
        if untrack(|| self.obstacle(step)).is_none() {
            self.dialog.set(Some(Asking::Confirm(step)));
        }
    }

    /// Whether a change to the flag itself asks for a reason: some environment is production.
    pub fn touches_production(&self) -> bool {
        self.store.environments().iter().any(|environment| environment.production)
    }

    /// Takes over what the server answered about this place, before the stream brings it.
    pub fn put_configuration(&self, configuration: Configuration) {
        let mut flag = self.scene.with_untracked(|scene| scene.flag.clone());
        flag.configurations.insert(configuration.environment.clone(), configuration);
        self.store.put_flag(&flag);
    }

    /// Takes over what the server answered about the flag, before the stream brings it.
    pub fn put_flag(&self, flag: &Flag) {
        self.store.put_flag(flag);
    }

    /// The reason of an entry was given: it is no longer waited for.
    pub fn forget_awaited(&self, sequence: u64) {
        let mut configuration = self.scene.with_untracked(|scene| scene.configuration.clone());
        configuration.reasons_awaited.retain(|awaited| *awaited != sequence);
        self.put_configuration(configuration);
    }
}
