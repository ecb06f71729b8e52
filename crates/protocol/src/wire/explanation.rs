//! Asking what somebody gets, and why.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::Timestamp;
use signalbox_domain::evaluation::{Explanation, Reason};
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
    /// Imported flags that are kept apart, by key; left out where only some flags were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept_apart: Vec<KeptApartExplained>,
}

/// What a flag that is kept apart gives, and why: as its own model has it, so not clause by clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptApartExplained {
    /// What applications ask for; any text.
    pub key: String,
    /// Why it is no flag of the project.
    pub why: String,
    /// Sequence of the last event that changed it.
    pub version: u64,
    /// What it gives, unless it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<GivenApart>,
    /// Why it gives nothing, where it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultApart>,
}

/// What a flag that is kept apart gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GivenApart {
    /// The variant; absent where the default in the code is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Its value; absent where the default in the code is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why.
    pub reason: Reason,
}

/// Why a flag that is kept apart gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FaultApart {
    /// As applications are told: `PARSE_ERROR` or `GENERAL`.
    pub code: String,
    /// What is wrong, in words.
    pub details: String,
}
