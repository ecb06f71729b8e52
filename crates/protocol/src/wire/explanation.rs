//! Asking what somebody gets, and why.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::Timestamp;
use signalbox_domain::evaluation::Explanation;
use signalbox_domain::key::FlagKey;

/// Whom to ask one flag for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AskFlag {
    /// What is known of them, as an application would send it: `targetingKey` and attributes.
    #[serde(default)]
    pub context: Map<String, Value>,
    /// The time for which to ask; absent for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Whom to ask every flag for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AskFlags {
    /// What is known of them, as an application would send it: `targetingKey` and attributes.
    #[serde(default)]
    pub context: Map<String, Value>,
    /// The time for which to ask; absent for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Only these flags; absent for all that are in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<Vec<FlagKey>>,
}

/// What a flag gives, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlagExplained {
    /// The flag.
    pub flag: FlagKey,
    /// Sequence of the last event that changed what it gives.
    pub version: u64,
    /// The time for which was asked.
    pub at: Timestamp,
    /// What it gives, and why.
    pub explanation: Explanation,
}

/// What every flag gives, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlagsExplained {
    /// Sequence of the last event that changed what any flag here gives.
    pub version: u64,
    /// By key.
    pub flags: Vec<FlagExplained>,
}
