//! The management API as bytes on the wire: what a caller with no typed client would send.

use std::net::{IpAddr, Ipv4Addr};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, IF_MATCH};
use reqwest::{Client, Method};
use serde_json::Value;

/// A caller of one server, with or without a token.
#[derive(Clone)]
pub struct Api {
    http: Client,
    url: String,
    token: Option<String>,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Call {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Body as it goes over the wire.
    pub body: Option<Vec<u8>>,
    /// Type of the body.
    pub content_type: Option<String>,
    /// For `If-Match`, as it goes over the wire.
    pub version: Option<String>,
}

/// What came back.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: HeaderMap,
    /// The body, null where it is empty or not JSON.
    pub body: Value,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.status, self.body)
    }
}

impl Call {
    /// A request without a body.
    #[must_use]
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.to_owned(), path: path.into(), body: None, content_type: None, version: None }
    }

    /// The same with a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.raw(body.to_string())
    }

    /// The same with a body that claims to be JSON.
    #[must_use]
    pub fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.content_type = Some("application/json".to_owned());
        self
    }

    /// The same, made against a version.
    #[must_use]
    pub fn against(mut self, version: impl ToString) -> Self {
        self.version = Some(version.to_string());
        self
    }
}

impl Api {
    /// A caller of the server at `url`.
    ///
    /// # Panics
    /// When the HTTP client cannot be made.
    #[must_use]
    pub fn new(url: &str, token: Option<&str>) -> Self {
        Self::from(url, token, Ipv4Addr::LOCALHOST)
    }

    /// As [`Self::new`], calling from another address of the loopback network: failed authorisations are
    /// limited for each address, and one test must not exhaust them for another.
    ///
    /// # Panics
    /// When the HTTP client cannot be made.
    #[must_use]
    pub fn from(url: &str, token: Option<&str>, address: Ipv4Addr) -> Self {
        // Without a provider the client does not even speak plain HTTP. An earlier one is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().local_address(IpAddr::V4(address)).build().expect("an HTTP client");
        Self { http, url: url.to_owned(), token: token.map(str::to_owned) }
    }

    /// The same caller with another token, or none.
    #[must_use]
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    /// Sends one request.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(&self, call: Call) -> Answer {
        let method: Method = call.method.parse().expect("a method");
        let mut request = self.http.request(method, format!("{}{}", self.url, call.path));
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(version) = &call.version {
            request = request.header(IF_MATCH, version);
        }
        if let Some(kind) = &call.content_type {
            request = request.header(CONTENT_TYPE, kind);
        }
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => panic!("{} {} got no answer: {error:?}", call.method, call.path),
        };
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().await.expect("a body");
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    /// Sends one request that must succeed, and returns its body.
    ///
    /// # Panics
    /// When it is refused; the message has the answer.
    pub async fn must(&self, call: Call) -> Value {
        let answer = self.send(call.clone()).await;
        assert!((200..300).contains(&answer.status), "{} {}: {answer:?}", call.method, call.path);
        answer.body
    }

    /// Reads a resource.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn get(&self, path: &str) -> Value {
        self.must(Call::new("GET", path)).await
    }

    /// Makes something, or does something that takes no version.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.must(Call::new("POST", path).json(body)).await
    }

    /// Changes something against the version that it has now.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn change(&self, method: &str, path: &str, resource: &str, body: &Value) -> Value {
        let version = self.get(resource).await["version"].clone();
        self.must(Call::new(method, path).json(body).against(version)).await
    }

    /// Sequence of the newest entry of the audit history.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn newest_entry(&self) -> u64 {
        let page = self.get("/api/v1/audit?limit=1").await;
        page["items"][0]["sequence"].as_u64().unwrap_or_else(|| panic!("no sequence in {page}"))
    }
}
