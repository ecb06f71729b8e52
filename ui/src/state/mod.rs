//! What the reader sees, kept up to date: one [`Store`] for the whole page.
//!
//! Reads such as [`Store::flag_rows`] are tracked: a view, memo or effect that calls one runs again when
//! what it read has changed. Each kind of resource is its own signal, so a change to a plan does not
//! touch a table of flags; where that is still too coarse, put a [`Memo`] around the read.

mod access;
mod detail;
mod flag;
mod live;
mod place;
mod segments;
mod selection;
mod send;
mod tables;
mod toast;

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::Timestamp;
use signalbox_domain::key::{FlagKey, ProjectKey};
use signalbox_protocol::ErrorBody;
use signalbox_protocol::desktop::{Connection, ConnectionState, Place};
use signalbox_protocol::resource;
use signalbox_protocol::stream::{Change, Changed, Snapshot};
use signalbox_protocol::wire::access::{SdkKey, Token};
use signalbox_protocol::wire::audit::AuditEntry;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::flag::FlagRow;
use signalbox_protocol::wire::plan::Plan;
use signalbox_protocol::wire::project::Project;
use signalbox_protocol::wire::session::Me;

pub use detail::Loaded;
pub use segments::Segments;
pub use toast::{Toast, ToastKind};

use selection::Selection;
use tables::Tables;

/// How far the page has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is known yet.
    Opening,
    /// First run of the desktop app: how would the person like to begin?
    Welcome,
    /// A browser without a session: an access token is asked for.
    SignIn,
    /// Nothing could be shown at all.
    Broken(ErrorBody),
    /// The pages are shown.
    Ready,
}

/// What the app tells of itself, without being asked.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Change(Change),
    Snapshot(Snapshot),
}

/// What the reader sees, kept up to date. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Store {
    /// How far the page has come.
    pub phase: RwSignal<Phase>,
    /// The connection to the server.
    pub connection: RwSignal<Connection>,
    /// Who the reader is; absent until the server has said so.
    pub me: RwSignal<Option<Me>>,
    /// Where the desktop app is connected; absent in a browser.
    pub place: RwSignal<Option<Place>>,
    /// Whether a demo's data is on this computer (desktop app).
    pub demo_exists: RwSignal<bool>,
    /// When what is shown was last known to be so; while live, the last heartbeat.
    pub as_of: RwSignal<Option<Timestamp>>,
    /// Now, by the clock of this device; moves on every second.
    pub now: RwSignal<Timestamp>,
    copy: StoredValue<resource::Copy>,
    /// What the app told while its answer with a whole copy was under way: the two go separate ways, so the
    /// answer may be older. Absent while no such answer is awaited.
    meanwhile: StoredValue<Option<Vec<Told>>>,
    /// Counts snapshots: what was fetched before the latest may have missed changes.
    generation: RwSignal<u64>,
    tables: Tables,
    /// From this sequence on the audit entries at hand have no gap; before it there are single ones.
    audit_from: RwSignal<u64>,
    selection: Selection,
    toasts: RwSignal<Vec<Toast>>,
}

/// The store of this page.
///
/// # Panics
/// Outside the tree of [`crate::app::App`], which provides it.
pub fn use_store() -> Store {
    expect_context()
}

impl Store {
    /// An empty store; [`Self::open`] fills it.
    pub fn new(now: Timestamp) -> Self {
        let tables = Tables::new();
        Self {
            phase: RwSignal::new(Phase::Opening),
            connection: RwSignal::new(Connection { state: ConnectionState::CatchingUp, heard: None }),
            me: RwSignal::new(None),
            place: RwSignal::new(None),
            demo_exists: RwSignal::new(false),
            as_of: RwSignal::new(None),
            now: RwSignal::new(now),
            copy: StoredValue::new(resource::Copy::default()),
            meanwhile: StoredValue::new(None),
            generation: RwSignal::new(0),
            tables,
            audit_from: RwSignal::new(0),
            selection: Selection::new(tables),
            toasts: RwSignal::new(Vec::new()),
        }
    }

    /// Whether anything was ever received: before that, show skeletons rather than emptiness.
    pub fn is_known(&self) -> bool {
        self.generation.get() > 0
    }

    /// All projects, by key.
    pub fn projects(&self) -> Vec<Arc<Project>> {
        self.tables.projects.within("projects/")
    }

    /// The environments of the current project, first to last.
    pub fn environments(&self) -> Vec<Arc<Environment>> {
        self.project_key().map(|project| self.tables.environments_of(&project)).unwrap_or_default()
    }

    /// All flags of the current project, archived ones included, by key.
    pub fn flag_rows(&self) -> Vec<Arc<FlagRow>> {
        self.within_project("flag-rows").map(|prefix| self.tables.flag_rows.within(&prefix)).unwrap_or_default()
    }

    /// One flag of the current project, in short.
    pub fn flag_row(&self, flag: &FlagKey) -> Option<Arc<FlagRow>> {
        let project = self.project_key()?;
        self.tables.flag_rows.get(&resource::ResourceName::flag_row(&project, flag))
    }

    /// The plan templates of the current project, by key.
    pub fn plans(&self) -> Vec<Arc<Plan>> {
        self.within_project("plans").map(|prefix| self.tables.plans.within(&prefix)).unwrap_or_default()
    }

    /// The SDK keys of the current project, all environments, revoked ones included. Only administrators see any.
    pub fn sdk_keys(&self) -> Vec<Arc<SdkKey>> {
        self.within_project("sdk-keys").map(|prefix| self.tables.sdk_keys.within(&prefix)).unwrap_or_default()
    }

    /// All access tokens, revoked ones included. Only administrators see any.
    pub fn tokens(&self) -> Vec<Arc<Token>> {
        self.tables.tokens.within("tokens/")
    }

    /// The latest audit entries of all projects, newest first, without gaps: at least the last
    /// hundred, once the server has answered. For older ones, call `ListAudit`.
    pub fn audit_entries(&self) -> Vec<Arc<AuditEntry>> {
        let first = self.audit_from.get();
        let mut entries = self.tables.audit.within("audit/");
        entries.retain(|entry| entry.sequence >= first);
        entries.reverse();
        entries
    }

    /// Applies a change of the stream.
    pub fn apply(&self, change: Change) {
        self.note(|| Told::Change(change.clone()));
        let names: Vec<_> = change.changed.iter().map(|changed| changed.resource.clone()).collect();
        self.copy.update_value(|copy| copy.apply(change));
        self.copy.with_value(|copy| self.tables.refresh(copy, &names));
    }

    /// Puts resources in place, each unless a newer version is known.
    pub fn put(&self, resources: Vec<Changed>) {
        let names: Vec<_> = resources.iter().map(|changed| changed.resource.clone()).collect();
        self.copy.update_value(|copy| resources.into_iter().for_each(|changed| copy.put(changed)));
        self.copy.with_value(|copy| self.tables.refresh(copy, &names));
    }

    /// Replaces everything by a snapshot. Details of flags that are shown stay until they were fetched anew.
    pub fn replace(&self, snapshot: Snapshot) {
        self.note(|| Told::Snapshot(snapshot.clone()));
        self.copy.set_value(resource::Copy::new(snapshot));
        self.copy.with_value(|copy| self.tables.replace(copy));
        self.generation.update(|generation| *generation += 1);
    }

    /// From now on keeps what is told, until [`Self::answer_is_there`].
    fn await_answer(&self) {
        self.meanwhile.set_value(Some(Vec::new()));
    }

    /// Keeps no longer what is told.
    fn answer_is_there(&self) {
        self.meanwhile.set_value(None);
    }

    /// Replaces everything by the copy of an answer, and then by what was told while it was under way and is newer.
    fn take_answer(&self, snapshot: Snapshot) {
        let told = self.meanwhile.try_update_value(Option::take).flatten().unwrap_or_default();
        let seq = snapshot.seq;
        self.replace(snapshot);
        for told in told {
            match told {
                Told::Change(change) if change.seq > seq => self.apply(change),
                Told::Snapshot(snapshot) if snapshot.seq > seq => self.replace(snapshot),
                Told::Change(_) | Told::Snapshot(_) => {}
            }
        }
    }

    fn note(&self, told: impl FnOnce() -> Told) {
        self.meanwhile.update_value(|meanwhile| {
            if let Some(meanwhile) = meanwhile {
                meanwhile.push(told());
            }
        });
    }

    /// Forgets everything: the page is connected elsewhere.
    fn forget(&self) {
        self.copy.set_value(resource::Copy::default());
        self.tables.forget();
        self.audit_from.set(0);
        self.generation.set(0);
    }

    /// Sequence of the last change that was applied.
    pub fn seq(&self) -> u64 {
        self.copy.with_value(resource::Copy::seq)
    }

    fn within_project(&self, kind: &str) -> Option<String> {
        Some(format!("projects/{}/{kind}/", self.project_key()?))
    }

    fn project_key(&self) -> Option<ProjectKey> {
        self.project().map(|project| project.key.clone())
    }
}
