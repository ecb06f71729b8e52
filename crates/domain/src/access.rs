//! Who may do what: access tokens with a role, and the keys that applications evaluate with.

use serde::{Deserialize, Serialize};

use crate::key::{EnvironmentKey, ProjectKey, SdkKeyId, TokenId};
use crate::personal::Commitment;
use crate::time::Timestamp;

/// What the holder of a token may do; each role may do all that the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Role {
    /// Reads everything but tokens and keys.
    Viewer,
    /// Changes flags, plans and rollouts.
    Editor,
    /// Also projects, environments, tokens, SDK keys and erasure.
    Admin,
}

/// A named access token. Its secret is not here: only its hash is kept, beside the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// Opaque id; also the actor in events.
    pub id: TokenId,
    /// Whose token it is.
    pub name: Commitment,
    /// What it allows.
    pub role: Role,
    /// When it was made.
    pub created: Timestamp,
    /// When it stopped working.
    pub revoked: Option<Timestamp>,
    /// Sequence of the last event that changed it.
    pub version: u64,
}

/// Who holds an SDK key, and so what it may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SdkKeyKind {
    /// A server keeps it secret: it evaluates every flag.
    #[default]
    Server,
    /// It is public, in every browser and app: it evaluates only flags marked for browsers, at a bounded rate.
    Client,
}

impl SdkKeyKind {
    /// Whether a server keeps it secret.
    #[must_use]
    pub const fn is_server(&self) -> bool {
        matches!(self, Self::Server)
    }
}

/// A key that an application evaluates with; it decides the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SdkKey {
    /// Opaque id.
    pub id: SdkKeyId,
    /// The project it belongs to.
    pub project: ProjectKey,
    /// The environment it evaluates.
    pub environment: EnvironmentKey,
    /// What the key is for, such as "web shop".
    pub name: String,
    /// Who holds it.
    pub kind: SdkKeyKind,
    /// When it was made.
    pub created: Timestamp,
    /// When it stopped working.
    pub revoked: Option<Timestamp>,
    /// Sequence of the last event that changed it.
    pub version: u64,
}
