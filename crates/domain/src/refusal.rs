//! Why a command is refused. A refused command changes nothing.

use crate::access::Role;

/// Why a command is refused, with what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A field of the command is not acceptable.
    #[error("{field}: {message}")]
    Invalid {
        /// Path of the field in the request, such as `stages[1].audience.share`.
        field: String,
        /// What would be accepted.
        message: String,
    },
    /// Something that the command names does not exist.
    #[error("there is no {what} \"{key}\"")]
    NotFound {
        /// Its kind, such as "flag".
        what: &'static str,
        /// The key or id that was asked for.
        key: String,
    },
    /// Something of this key exists already.
    #[error("there is already a {what} \"{key}\"")]
    Exists {
        /// Its kind.
        what: &'static str,
        /// Its key.
        key: String,
    },
    /// The command must say which version it was made against.
    #[error("say which version this change was made against")]
    VersionMissing,
    /// Somebody changed it in between.
    #[error("this was changed meanwhile: made against version {given}, now at {current}")]
    VersionStale {
        /// The version that the command was made against.
        given: u64,
        /// The version now.
        current: u64,
    },
    /// What people in production notice, and the end of a kill, must say why.
    #[error("this change needs a reason: say why")]
    ReasonRequired,
    /// The state does not allow it now.
    #[error("{0}")]
    Conflict(String),
    /// The role does not allow it.
    #[error("this needs the role {needed:?}")]
    Forbidden {
        /// The least role that may.
        needed: Role,
    },
}

impl Refusal {
    /// A field that is not acceptable, with what would be.
    pub fn invalid(field: impl Into<String>, message: impl ToString) -> Self {
        Self::Invalid { field: field.into(), message: message.to_string() }
    }

    /// Something that does not exist.
    pub fn not_found(what: &'static str, key: impl ToString) -> Self {
        Self::NotFound { what, key: key.to_string() }
    }

    /// Something that exists already.
    pub fn exists(what: &'static str, key: impl ToString) -> Self {
        Self::Exists { what, key: key.to_string() }
    }

    /// A state that does not allow it.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict(message.into())
    }
}
