//! What an endpoint is, apart from its types.

use signalbox_domain::access::Role;

use crate::error::ErrorCode;

/// HTTP methods of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the methods of HTTP")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As HTTP spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it only reads.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get)
    }
}

/// Whether a write says which version it was made against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// It changes nothing that has a version.
    Free,
    /// It stops something and must always work: no version, and done anew each time, whatever its `Idempotency-Key`.
    Always,
    /// It carries the version in `If-Match`.
    Versioned,
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Whoever has at least this role.
    Role(Role),
}

/// What an endpoint is, apart from its types.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Operation id in the OpenAPI document; also the name of the handler.
    pub operation: &'static str,
    /// The method.
    pub method: Method,
    /// The path with its named parts in braces.
    pub path: &'static str,
    /// What it does, in sentences.
    pub summary: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether it carries a version.
    pub precondition: Precondition,
    /// Status of a good answer.
    pub success: u16,
    /// What can go wrong, beside what can go wrong everywhere.
    pub errors: &'static [ErrorCode],
}
