//! Documents brought in and carried out, and the flags that are kept apart.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use signalbox_domain::Timestamp;
use signalbox_domain::flagd::Generation;
use signalbox_domain::import::{Format, Report};
use signalbox_domain::key::EnvironmentKey;

/// Largest document that is brought in, in bytes.
pub const LARGEST_DOCUMENT: usize = 8 * 1024 * 1024;

/// How a document is brought in. The body is the document itself, so all else stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImportQuery {
    /// The format of the document.
    pub format: Format,
    /// The environment that it is for; what people get elsewhere stays as it is.
    pub environment: EnvironmentKey,
    /// How `fractional` of a flagd document divides people, where the document does not say; absent: `flagd-3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<Generation>,
    /// Whether only to tell what would become of it; nothing is stored, and no reason is needed then.
    #[serde(default)]
    pub dry_run: bool,
    /// Why; required where the report says `reason_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The `version` of the report that it was decided on; refused as `version_stale` where something has changed
    /// since. Absent: whatever stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// What is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportQuery {
    /// The format of the document.
    pub format: Format,
    /// The environment.
    pub environment: EnvironmentKey,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImportReport {
    /// Whether it was only told.
    pub dry_run: bool,
    /// Part by part.
    #[serde(flatten)]
    pub report: Report,
}

/// An imported flag that cannot be a flag of the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptApartFlag {
    /// What applications ask for; any text.
    pub key: String,
    /// Why it cannot be a flag of the project.
    pub why: String,
    /// How its `fractional` divides people.
    pub generation: Generation,
    /// Its definition in flagd's form, shared rules written out.
    pub definition: Value,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// Which of the flags kept apart is removed. Its key may be any text, so it stands here and not in the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RemoveKeptApartQuery {
    /// Its key.
    pub key: String,
    /// Why; required in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
