//! Error answers: always the same envelope.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use signalbox_domain::Refusal;
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::body::Unread;
use crate::engine::SubmitError;

/// An error as it is answered.
#[derive(Debug, Clone)]
pub struct Problem {
    body: ErrorBody,
    /// Seconds after which trying again makes sense.
    retry_after: Option<u64>,
}

impl Problem {
    /// An error without a field.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { body: ErrorBody::new(code, message), retry_after: None }
    }

    /// A request that is not readable.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::MalformedRequest, message)
    }

    /// A fault of the server. What went wrong goes to the log, not to the caller.
    pub fn fault(what: &str) -> Self {
        tracing::error!(error = what, "a request failed");
        Self::new(ErrorCode::Internal, "the server failed to do this; its log says why")
    }

    /// The same error, about a field, header or part of the path.
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.body = self.body.about(field);
        self
    }

    /// The same error, with when to come back.
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<ErrorBody> for Problem {
    fn from(body: ErrorBody) -> Self {
        Self { body, retry_after: None }
    }
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge { largest } => {
                Self::new(ErrorCode::TooLarge, format!("the body must be at most {} KiB", largest / 1024))
            }
            Unread::Broken => Self::malformed("the body did not arrive whole"),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        ErrorBody::from(refusal).into()
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Refused(refusal) => refusal.into(),
            SubmitError::Unavailable(message) => Self::new(ErrorCode::Unavailable, message).retry_after(5),
            SubmitError::Fault(what) => Self::fault(&what),
        }
    }
}

/// What an error answer says, for endpoints of a standard that says it in another shape.
#[derive(Debug, Clone)]
pub struct Message(pub String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let code = self.body.error.code;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = json(status, &self.body);
        response.extensions_mut().insert(Message(self.body.error.message));
        let headers = response.headers_mut();
        if code == ErrorCode::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"signalbox\""));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// An answer in JSON.
pub fn json(status: StatusCode, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            (status, [content_type], Bytes::from(bytes)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
