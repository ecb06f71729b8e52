//! Entries of the audit history: stored events with their links, filtered and paged.

use signalbox_domain::chain::Link;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::personal::Commitment;

/// Most entries in one page.
pub const MOST_ENTRIES: u32 = 500;

/// Which entries to list; what is `None` does not narrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only entries before this sequence.
    pub before: Option<u64>,
    /// Only entries after this sequence.
    pub after: Option<u64>,
    /// At most so many, up to [`MOST_ENTRIES`].
    pub limit: u32,
    /// Only about this project.
    pub project: Option<ProjectKey>,
    /// Only about this flag.
    pub flag: Option<FlagKey>,
    /// Only about this environment.
    pub environment: Option<EnvironmentKey>,
    /// Only by this actor.
    pub actor: Option<ActorId>,
    /// Only of this kind, such as `rollout_advanced`.
    pub kind: Option<String>,
}

impl Default for EntryFilter {
    /// The newest 50 of all.
    fn default() -> Self {
        Self {
            before: None,
            after: None,
            limit: 50,
            project: None,
            flag: None,
            environment: None,
            actor: None,
            kind: None,
        }
    }
}

/// A stored event with its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// The event.
    pub envelope: Envelope,
    /// Its link.
    pub link: Link,
    /// The link before it; [`Link::FIRST`] before the first event.
    pub previous_link: Link,
    /// The reason that was given afterwards, with the sequence of the event that gave it.
    pub later_reason: Option<(u64, Commitment)>,
}

/// Some entries of many.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The entries, newest first.
    pub entries: Vec<StoredEntry>,
    /// How many entries fit the filter on all pages together: `before`, `after` and `limit` do not narrow it.
    pub total: u64,
}
