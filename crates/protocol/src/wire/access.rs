//! Access tokens, SDK keys and erasure.

use serde::{Deserialize, Serialize};
use signalbox_domain::Timestamp;
use signalbox_domain::access::{Role, SdkKeyKind};
use signalbox_domain::key::{EnvironmentKey, ProjectKey, SdkKeyId, TokenId};

/// An access token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Token {
    /// Opaque id; also the actor in the audit history.
    pub id: TokenId,
    /// Whose token it is; "(erased)" where the name was erased.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// When it was made.
    pub created: Timestamp,
    /// When it stopped working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
    /// For `If-Match`.
    pub version: u64,
}

/// An access token to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateToken {
    /// Whose token it is, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// What it allows.
    pub role: Role,
}

/// An access token just made. Its secret is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedToken {
    /// The token.
    pub token: Token,
    /// What to send as `Authorization: Bearer …`.
    pub secret: String,
}

/// An SDK key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SdkKey {
    /// Opaque id.
    pub id: SdkKeyId,
    /// The project it evaluates.
    pub project: ProjectKey,
    /// The environment it evaluates.
    pub environment: EnvironmentKey,
    /// What the key is for.
    pub name: String,
    /// Who holds it: a server that keeps it secret, or every browser.
    #[serde(default)]
    pub kind: SdkKeyKind,
    /// When it was made.
    pub created: Timestamp,
    /// When it stopped working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Timestamp>,
    /// Since when its use is noted: since it was made, or since this server began to note uses. Before that it may
    /// have been used all the same.
    pub use_noted_since: Timestamp,
    /// For `If-Match`.
    pub version: u64,
}

/// An SDK key to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateSdkKey {
    /// What the key is for, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// Who holds it; by default a server.
    #[serde(default)]
    pub kind: SdkKeyKind,
}

/// An SDK key just made. Its secret is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedSdkKey {
    /// The key.
    pub sdk_key: SdkKey,
    /// What applications send as `Authorization: Bearer …` or `X-API-Key: …`.
    pub secret: String,
}

impl std::fmt::Debug for CreatedToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CreatedToken").field("token", &self.token).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for CreatedSdkKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CreatedSdkKey").field("sdk_key", &self.sdk_key).finish_non_exhaustive()
    }
}

/// A personal value to erase wherever it stands: a user key, a name, a reason.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Erase {
    /// The value, exactly.
    pub value: String,
}

impl std::fmt::Debug for Erase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Erase(…)")
    }
}

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Erased {
    /// In how many places the value stood.
    pub places: u64,
}
