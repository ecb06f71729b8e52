//! The audit history.

use serde::{Deserialize, Serialize};
use signalbox_domain::Timestamp;
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::words::Words;

/// One event, told to people, with its link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// Its place in the order of all events, from 1.
    pub sequence: u64,
    /// When.
    pub time: Timestamp,
    /// Who, by opaque id.
    pub actor: ActorId,
    /// Which event, such as `rollout_advanced`.
    pub kind: String,
    /// The event in words, with before and after.
    pub words: Words,
    /// Why, where a reason was given with it or afterwards; "(erased)" where it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the reason is still to be given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reason_awaited: bool,
    /// The project it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectKey>,
    /// The flag it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<FlagKey>,
    /// The environment it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentKey>,
    /// The link before it, 64 hexadecimal digits.
    pub previous_link: String,
    /// Its own link: SHA-256 over the link before and the stored bytes.
    pub link: String,
}

/// Which entries to list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditQuery {
    /// Only entries before this sequence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// Only entries after this sequence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// At most so many entries, 1 to 500; by default 50.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 500)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only about this project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectKey>,
    /// Only about this flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<FlagKey>,
    /// Only about this environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentKey>,
    /// Only by this actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorId>,
    /// Only of this kind, such as `rollout_advanced`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Why an earlier hold or kill was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GiveReason {
    /// Why, 1 to 2,000 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 2000)))]
    pub reason: String,
}

/// Whether the chain holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChainReport {
    /// How many entries were checked.
    pub entries: u64,
    /// The last link.
    pub link: String,
    /// The first entry that does not fit, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// When the check ended.
    pub checked: Timestamp,
}
