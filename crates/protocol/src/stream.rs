//! The live stream: what changed, as resources to put in place of the old ones.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use signalbox_domain::notice::Notice;

use crate::resource::ResourceName;

/// One change. Gaps in `seq` are normal: a reader gets only what it may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Sequence of the event; also the id of the server-sent event, for `Last-Event-ID`.
    pub seq: u64,
    /// The event in one sentence.
    pub words: String,
    /// Which event, such as `kill_switch_engaged`.
    pub kind: String,
    /// Why people should hear of it at once, where they should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Resources as they are now, or gone.
    pub changed: Vec<Changed>,
}

/// One resource as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Changed {
    /// Which resource.
    pub resource: ResourceName,
    /// Its version; a reader keeps the larger one.
    pub version: u64,
    /// The resource, or that it is gone.
    #[serde(flatten)]
    pub content: Content,
}

/// A resource, or that there is none any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Content {
    /// The resource as it is now.
    Body(Value),
    /// It is no more.
    Gone(bool),
}

/// Everything that a reader may see at one moment, in short: where the stream goes on from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// Sequence of the last event that is in it.
    pub seq: u64,
    /// Projects, environments, plans, flag rows; keys and tokens where the reader may see them.
    pub resources: Vec<Changed>,
}

/// Where to begin in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StreamQuery {
    /// Only changes after this sequence; `Last-Event-ID` stands above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
}

/// Names of the server-sent events.
pub mod event {
    /// Data is a [`super::Change`].
    pub const CHANGE: &str = "change";
    /// Data is empty: the connection is alive. Sent every second.
    pub const HEARTBEAT: &str = "heartbeat";
    /// Data is empty: everything up to now was sent; the reader is live.
    pub const LIVE: &str = "live";
    /// Data is empty: too much happened since; take a new snapshot.
    pub const RESET: &str = "reset";
}
