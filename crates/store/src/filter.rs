//! Which entries of the log to read, and what is found.

use signalbox_domain::chain::Link;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::personal::Commitment;

/// Which entries to read; the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryFilter {
    /// Only entries before this sequence.
    pub before: Option<u64>,
    /// Only entries after this sequence.
    pub after: Option<u64>,
    /// At most so many; all when absent.
    pub limit: Option<u32>,
    /// Only about this project.
    pub project: Option<ProjectKey>,
    /// Only about this flag.
    pub flag: Option<FlagKey>,
    /// Only about this environment.
    pub environment: Option<EnvironmentKey>,
    /// Only by this actor.
    pub actor: Option<ActorId>,
    /// Only of this kind.
    pub kind: Option<String>,
}

/// Entries that were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The newest first, at most as many as asked for.
    pub entries: Vec<StoredEntry>,
    /// How many match, `before`, `after` and `limit` left aside.
    pub total: u64,
}

/// An event with its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// The event.
    pub envelope: Envelope,
    /// Its link.
    pub link: Link,
    /// The link before it.
    pub previous_link: Link,
    /// The reason that was given afterwards: the sequence of that event, and the reason.
    pub later_reason: Option<(u64, Commitment)>,
}
