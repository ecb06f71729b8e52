//! Calls of the management API.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{Endpoint, Method};

use crate::address::{Address, Unusable};
use crate::error::ClientError;
use crate::stream::{EventStream, Timing};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a call may take in all.
const REQUEST: Duration = Duration::from_secs(30);

/// A client of one server with one access token. Cloning it is cheap and shares its connections.
#[derive(Clone)]
pub struct Client {
    address: Arc<Address>,
    http: reqwest::Client,
}

/// Under which terms a write is made. The default is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// The version that the change was made against, for `If-Match`.
    pub version: Option<u64>,
    /// The same key with the same request changes something once, however often it is sent.
    pub idempotency_key: Option<String>,
}

impl Terms {
    /// A change made against this version.
    #[must_use]
    pub const fn version(version: u64) -> Self {
        Self { version: Some(version), idempotency_key: None }
    }

    /// A change that happens once, however often it is sent with this key.
    #[must_use]
    pub fn once(idempotency_key: impl Into<String>) -> Self {
        Self { version: None, idempotency_key: Some(idempotency_key.into()) }
    }
}

/// An answer of the API, good or bad.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; null where there is none.
    pub body: Value,
}

impl Client {
    /// A client of the server at `base_url`, as [`Address::parse`] reads it, for the holder of `token`.
    ///
    /// # Errors
    /// [`Unusable`] when the address is not one, or the token has characters that no token has.
    pub fn new(base_url: &str, token: &str) -> Result<Self, Unusable> {
        let address = Address::parse(base_url)?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization(token)?);
        // Only refused when a provider was chosen already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            // A redirect would turn a write into a read, or carry it to where nobody meant it to go.
            .redirect(Policy::none());
        if address.is_loopback() {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| Unusable { field: "url", message: format!("no connection can be made: {error}") })?;
        Ok(Self { address: Arc::new(address), http })
    }

    /// The server's address.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Calls an endpoint.
    ///
    /// # Errors
    /// [`ClientError`] when the server refuses, is not there, or answers something else than `E::Response`.
    pub async fn call<E: Endpoint>(
        &self,
        at: &E::At,
        query: &E::Query,
        body: &E::Body,
        terms: Terms,
    ) -> Result<E::Response, ClientError> {
        let path = E::path(at) + &query_string(query)?;
        let body = match E::META.method {
            Method::Get | Method::Delete => None,
            Method::Post | Method::Put | Method::Patch => Some(to_value(body)?),
        };
        let answer = self.send(E::META.method, &path, body.as_ref(), &terms).await?;
        read(answer)
    }

    /// Sends a request with an untyped body and gives the answer as it is, a refusal included.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] or [`ClientError::Unreadable`]; never [`ClientError::Api`].
    pub async fn send(
        &self,
        method: Method,
        path_and_query: &str,
        body: Option<&Value>,
        terms: &Terms,
    ) -> Result<Answer, ClientError> {
        self.send_text(method, path_and_query, body.map(Value::to_string), terms).await
    }

    /// As [`Self::send`], with the text of a body that is JSON and goes to the letter.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_text(
        &self,
        method: Method,
        path_and_query: &str,
        body: Option<String>,
        terms: &Terms,
    ) -> Result<Answer, ClientError> {
        let mut request = self.request(method, path_and_query)?.timeout(REQUEST);
        if let Some(version) = terms.version {
            request = request.header("If-Match", format!("\"{version}\""));
        }
        if let Some(key) = &terms.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| self.failed(&error))?;
        let status = response.status();
        if status.is_redirection() {
            let elsewhere =
                response.headers().get(LOCATION).and_then(|place| place.to_str().ok()).unwrap_or("elsewhere");
            return Err(ClientError::Unreadable(format!(
                "{} sends callers on to {elsewhere}; connect to the address that answers itself",
                self.address
            )));
        }
        let bytes = response.bytes().await.map_err(|error| self.failed(&error))?;
        if bytes.is_empty() {
            return Ok(Answer { status: status.as_u16(), body: Value::Null });
        }
        let body = serde_json::from_slice(&bytes).map_err(|_| {
            ClientError::Unreadable(format!(
                "{} answered with something else than JSON (status {}): is it a Signalbox server?",
                self.address,
                status.as_u16()
            ))
        })?;
        Ok(Answer { status: status.as_u16(), body })
    }

    /// The live stream of everything that happens after the event with sequence `after`.
    #[must_use]
    pub fn stream(&self, after: u64) -> EventStream {
        self.stream_with(after, Timing::default())
    }

    /// The same with other waiting times.
    #[must_use]
    pub fn stream_with(&self, after: u64, timing: Timing) -> EventStream {
        EventStream::new(self.clone(), after, timing)
    }

    pub(crate) fn request(&self, method: Method, path_and_query: &str) -> Result<reqwest::RequestBuilder, ClientError> {
        let url = self
            .address
            .join(path_and_query)
            .ok_or_else(|| ClientError::Unreadable(format!("\"{path_and_query}\" is not a path of the API")))?;
        let method = match method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        Ok(self.http.request(method, url))
    }

    pub(crate) fn failed(&self, error: &reqwest::Error) -> ClientError {
        ClientError::from_attempt(self.address.as_str(), error)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The typed form of a good answer; a refusal becomes [`ClientError::Api`].
fn read<Response: DeserializeOwned>(answer: Answer) -> Result<Response, ClientError> {
    let Answer { status, body } = answer;
    if !(200..300).contains(&status) {
        return Err(refusal(status, body));
    }
    // An answer without a body is read as one without fields.
    let body = if body.is_null() { Value::Object(serde_json::Map::new()) } else { body };
    serde_json::from_value(body)
        .map_err(|error| ClientError::Unreadable(format!("the server's answer does not fit this version: {error}")))
}

/// A refusal with the error that the server gave.
pub(crate) fn refusal(status: u16, body: Value) -> ClientError {
    match serde_json::from_value::<ErrorBody>(body) {
        Ok(body) => ClientError::Api { status, body },
        Err(_) => ClientError::Unreadable(format!(
            "the answer has status {status} and says nothing more: is it a Signalbox server?"
        )),
    }
}

fn authorization(token: &str) -> Result<HeaderValue, Unusable> {
    let token = token.trim();
    let unusable = |message: &str| Unusable { field: "token", message: message.to_owned() };
    if token.is_empty() {
        return Err(unusable("the access token is missing"));
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable("an access token has letters, digits and signs only, no spaces"));
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| unusable("an access token has letters, digits and signs only, no spaces"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// `?name=value&…` of the fields that are there, or nothing.
fn query_string<Query: Serialize>(query: &Query) -> Result<String, ClientError> {
    let Value::Object(fields) = to_value(query)? else { return Ok(String::new()) };
    let mut text = String::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(&escaped(name));
        text.push('=');
        text.push_str(&escaped(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    Ok(text)
}

/// Percent-encodes all but the unreserved characters of RFC 3986, section 2.3.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn to_value(part: &impl Serialize) -> Result<Value, ClientError> {
    serde_json::to_value(part).map_err(|error| ClientError::Unreadable(format!("this cannot be sent: {error}")))
}

#[cfg(test)]
mod tests;
