//! What can go wrong between a client and a server.

use std::error::Error;

use signalbox_protocol::{ErrorBody, ErrorCode};

/// Why a call gave no answer of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The server refused, and says why.
    #[error("{body}")]
    Api {
        /// HTTP status.
        status: u16,
        /// The error as the server put it.
        body: ErrorBody,
    },
    /// Nothing answered in time. Whether a change arrived is not known.
    #[error("{0}")]
    Unreachable(String),
    /// Something answered, but not as a Signalbox server of this version does.
    #[error("{0}")]
    Unreadable(String),
}

impl ClientError {
    /// The error as the API would tell it; without an answer it has the code `unavailable`.
    #[must_use]
    pub fn into_body(self) -> ErrorBody {
        match self {
            Self::Api { body, .. } => body,
            Self::Unreachable(message) | Self::Unreadable(message) => ErrorBody::new(ErrorCode::Unavailable, message),
        }
    }

    /// HTTP status; 0 where there was no answer that could be read.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Api { status, .. } => *status,
            Self::Unreachable(_) | Self::Unreadable(_) => 0,
        }
    }

    /// Whether the server does not accept the token (any more).
    #[must_use]
    pub const fn is_refused_token(&self) -> bool {
        matches!(self, Self::Api { status: 401, .. })
    }

    /// From an attempt on a server, whose address is named in the message.
    pub(crate) fn from_attempt(address: &str, error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Unreachable(format!("{address} did not answer in time"));
        }
        if error.is_decode() || error.is_body() {
            return Self::Unreachable(format!("the answer of {address} broke off: {}", innermost(error)));
        }
        Self::Unreachable(format!("{address} cannot be reached: {}", innermost(error)))
    }
}

/// The cause at the bottom, which is the one that tells something: "Connection refused".
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
