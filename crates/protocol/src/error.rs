//! Error codes: one table of code, HTTP status and whether trying again helps.

use serde::{Deserialize, Serialize};
use signalbox_domain::Refusal;

/// What went wrong, for programs; the message beside it is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ErrorCode {
    /// The request is not readable: not JSON, wrong type, unknown or duplicate field.
    MalformedRequest,
    /// A field is not acceptable; `field` names it and `message` says what would be.
    InvalidField,
    /// No token, no session, or one that is not valid.
    Unauthenticated,
    /// The role does not allow it, or a browser request came from another site.
    Forbidden,
    /// What the path names does not exist.
    NotFound,
    /// The path does not know this method.
    MethodNotAllowed,
    /// Something of this key exists already.
    AlreadyExists,
    /// The state does not allow it now; the message says what to do first.
    NotPossibleNow,
    /// It was changed meanwhile; `versions` has both versions.
    VersionStale,
    /// The header `If-Match` with the version is missing.
    VersionMissing,
    /// A change to production must say why.
    ReasonRequired,
    /// The same `Idempotency-Key` was used for another request.
    IdempotencyKeyReused,
    /// The body is larger than accepted.
    TooLarge,
    /// The headers are larger, or more, than accepted.
    HeadersTooLarge,
    /// The body is not `application/json`.
    UnsupportedMediaType,
    /// Too many requests; `Retry-After` says when to come back.
    TooManyRequests,
    /// The request took too long to arrive or to be answered.
    TimedOut,
    /// The server is stopping or too busy.
    Unavailable,
    /// A fault of the server; nothing was changed.
    Internal,
}

impl ErrorCode {
    /// All codes, for documentation.
    pub const ALL: [Self; 19] = [
        Self::MalformedRequest,
        Self::InvalidField,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::AlreadyExists,
        Self::NotPossibleNow,
        Self::VersionStale,
        Self::VersionMissing,
        Self::ReasonRequired,
        Self::IdempotencyKeyReused,
        Self::TooLarge,
        Self::HeadersTooLarge,
        Self::UnsupportedMediaType,
        Self::TooManyRequests,
        Self::TimedOut,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The HTTP status that goes with it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::MalformedRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TimedOut => 408,
            Self::AlreadyExists | Self::NotPossibleNow | Self::VersionStale => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::InvalidField | Self::ReasonRequired | Self::IdempotencyKeyReused => 422,
            Self::VersionMissing => 428,
            Self::TooManyRequests => 429,
            Self::HeadersTooLarge => 431,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// Whether the same request may succeed later without being changed.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::TooManyRequests | Self::TimedOut | Self::Unavailable | Self::Internal)
    }
}

/// The body of every error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[error("{}", error.message)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorDetail {
    /// For programs.
    pub code: ErrorCode,
    /// For people: one sentence, with what would be accepted.
    pub message: String,
    /// Path of the field that is not acceptable, such as `stages[1].audience.share`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Both versions, when the change was made against an old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Versions>,
}

/// The version that a change was made against, and the one that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Versions {
    /// Given in `If-Match`.
    pub given: u64,
    /// Standing now.
    pub current: u64,
}

impl ErrorBody {
    /// An error without a field.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { error: ErrorDetail { code, message: message.into(), field: None, versions: None } }
    }

    /// The same error, about a field.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.error.field = Some(field.into());
        self
    }
}

impl From<Refusal> for ErrorBody {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            Refusal::Invalid { field, message } => Self::new(ErrorCode::InvalidField, message).about(field),
            Refusal::NotFound { .. } => Self::new(ErrorCode::NotFound, message),
            Refusal::Exists { .. } => Self::new(ErrorCode::AlreadyExists, message).about("key"),
            Refusal::VersionMissing => Self::new(
                ErrorCode::VersionMissing,
                "send the version that this change was made against in the header If-Match",
            ),
            Refusal::VersionStale { given, current } => {
                let mut body = Self::new(ErrorCode::VersionStale, message);
                body.error.versions = Some(Versions { given, current });
                body
            }
            Refusal::ReasonRequired => Self::new(ErrorCode::ReasonRequired, message).about("reason"),
            Refusal::Conflict(_) => Self::new(ErrorCode::NotPossibleNow, message),
            Refusal::Forbidden { .. } => Self::new(ErrorCode::Forbidden, message),
        }
    }
}
