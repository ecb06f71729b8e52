//! What a handler answers, and what of it goes over the wire.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use signalbox_protocol::endpoint::Meta;

use super::precondition::etag;
use super::problem::Problem;

/// What a handler gives back.
pub type Answered<Body> = Result<Answer<Body>, Problem>;

/// A good answer.
pub struct Answer<Body> {
    body: Body,
    headers: HeaderMap,
}

impl<Body> Answer<Body> {
    /// This body.
    pub fn of(body: Body) -> Self {
        Self { body, headers: HeaderMap::new() }
    }

    /// With the version that a change of it is to be made against.
    pub fn version(self, version: u64) -> Self {
        self.header(header::ETAG, etag(version))
    }

    /// With the path of what was made. Keys and ids hold no character that a header would not.
    pub fn location(self, path: &str) -> Self {
        match HeaderValue::from_str(path) {
            Ok(path) => self.header(header::LOCATION, path),
            Err(_) => self,
        }
    }

    /// With this header.
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// An answer ready to be sent, and to be sent again.
#[derive(Debug, Clone)]
pub struct Rendered {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Rendered {
    /// The answer of an endpoint.
    ///
    /// # Errors
    /// A fault when the body cannot be written as JSON.
    pub fn new<Body: Serialize>(meta: &Meta, answer: Answer<Body>) -> Result<Self, Problem> {
        let Answer { body, mut headers } = answer;
        let status = StatusCode::from_u16(meta.success).map_err(|error| Problem::fault(&error.to_string()))?;
        if status == StatusCode::NO_CONTENT {
            return Ok(Self { status, headers, body: Bytes::new() });
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = serde_json::to_vec(&body).map_err(|error| Problem::fault(&error.to_string()))?;
        Ok(Self { status, headers, body: body.into() })
    }

    /// Bytes that it takes to remember.
    pub fn size(&self) -> usize {
        self.body.len()
    }

    /// With this header.
    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

impl IntoResponse for Rendered {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}
