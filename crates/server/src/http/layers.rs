//! What happens to every request, whatever it asks for.
//!
//! Each layer is a function around the next one, and all of them are one layer to the router: a router copies what is
//! inside of each of its layers for every request, which took longer than answering most of them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use signalbox_domain::personal::hex;
use signalbox_protocol::ErrorCode;
use tracing::Instrument;

use super::call::Actor;
use super::failures::FailedAuthorisations;
use super::problem::Problem;
use crate::applications::{EXPOSURES_PATH, FLAGS_DOCUMENT_PATH, TRACK_PATH};
use crate::engine::Engine;
use crate::{entropy, metrics, ofrep, telemetry};

/// Longest that a request may take to arrive and to be answered; the live stream ends later, but begins within it.
pub const REQUEST_TIME: Duration = Duration::from_secs(30);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the layers look at.
#[derive(Clone)]
pub struct Surroundings {
    /// Where requests are counted.
    pub engine: Arc<Engine>,
    /// Which names this server has.
    pub hosts: Arc<Hosts>,
}

/// All layers, the outermost first.
pub async fn around(
    State(Surroundings { engine, hosts }): State<Surroundings>,
    request: Request,
    next: Next,
) -> Response {
    let answer = |request| limit_time(next.run(request));
    let guarded = |request| catch_panics(answer(request));
    let checked = |request| check_host(&hosts, request, guarded);
    let limited = |request| limit_headers(request, checked);
    let secured = |request| secure(request, limited);
    log(request, |request| metrics::count_request(&engine, request, secured)).await
}

/// Writes one line about each request: never a query, a header or a body.
async fn log<Answer: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> Answer) -> Response {
    let begun = Instant::now();
    let id = entropy::bytes::<8>().map(|bytes| hex(&bytes)).unwrap_or_default();
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or("(none)", MatchedPath::as_str);
    // Applications ask thousands of times a second, which the metrics count.
    let frequent = of_applications(path) || path == "/healthz" || path == "/readyz" || path == "/metrics";
    let span = if frequent {
        tracing::debug_span!("request", request_id = %id)
    } else {
        tracing::info_span!("request", request_id = %id)
    };

    let mut response = next(request).instrument(span).await;

    let status = response.status().as_u16();
    let latency_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let actor = response.extensions().get::<Actor>().map(|Actor(token)| token.as_str());
    if frequent {
        tracing::debug!(request_id = %id, %method, path, status, latency_ms, "answered");
    } else {
        tracing::info!(request_id = %id, %method, path, status, latency_ms, actor, "answered");
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Whether applications ask this, with an SDK key.
fn of_applications(path: &str) -> bool {
    path.starts_with("/ofrep/")
        || telemetry::is_path(path)
        || [EXPOSURES_PATH, TRACK_PATH, FLAGS_DOCUMENT_PATH].contains(&path)
}

/// What browsers are told about every answer, unless the answer says otherwise itself.
const SECURITY: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Sets the headers that keep browsers safe, and keeps answers of the API out of caches.
///
/// What applications evaluate is no page and is read from any origin: it only keeps its type.
async fn secure<Answer: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> Answer) -> Response {
    let path = request.uri().path();
    let (of_api, of_applications) = (path.starts_with("/api/"), path.starts_with("/ofrep/"));
    let telemetry = telemetry::is_path(path).then(|| telemetry::Encoding::of_answer(request.headers()));
    let mut response = next(request).await;
    let headers = response.headers_mut();
    if of_applications {
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        return ofrep::in_its_own_shape(response);
    }
    if let Some(encoding) = telemetry {
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        return telemetry::in_its_own_shape(response, encoding);
    }
    for (name, value) in SECURITY {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if of_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// Most bytes of the headers of a request, names and values together.
pub const LARGEST_HEADERS: usize = 16 * 1024;
/// Most headers of a request.
pub const MOST_HEADERS: usize = 100;

/// Refuses headers that no client of ours sends. What the connection itself cannot hold never comes so far.
async fn limit_headers<Answer: Future<Output = Response>>(
    request: Request,
    next: impl FnOnce(Request) -> Answer,
) -> Response {
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes <= LARGEST_HEADERS && headers.len() <= MOST_HEADERS {
        return next(request).await;
    }
    let message = format!("send at most {MOST_HEADERS} headers of {LARGEST_HEADERS} bytes together");
    Problem::new(ErrorCode::HeadersTooLarge, message).into_response()
}

/// Ends requests that take too long. What was begun is carried through all the same.
async fn limit_time(answer: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(REQUEST_TIME, answer).await {
        Ok(response) => response,
        Err(_) => {
            let message = "the request took too long; look whether it was done before sending it again";
            Problem::new(ErrorCode::TimedOut, message).into_response()
        }
    }
}

/// Turns a panic into an answer. The message of the panic is in the log already.
async fn catch_panics(answer: impl Future<Output = Response>) -> Response {
    let answered = AssertUnwindSafe(answer).catch_unwind().await;
    answered.unwrap_or_else(|_| Problem::fault("a handler panicked").into_response())
}

/// Which names this server may be called by.
///
/// A page of another site can make a browser connect to a loopback address under a name of its own (DNS rebinding),
/// and would then be of the same origin. So a server that listens on loopback answers to loopback names only, and to
/// those that its operator allows, such as the public name that a proxy on the same machine passes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    loopback_only: bool,
    allowed: Vec<String>,
}

impl Hosts {
    /// For a server that listens on `address`; `allowed` are further names, without a port.
    #[must_use]
    pub fn new(address: IpAddr, allowed: Vec<String>) -> Self {
        Self { loopback_only: address.is_loopback(), allowed }
    }

    fn accept(&self, headers: &HeaderMap) -> bool {
        if !self.loopback_only {
            return true;
        }
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let name = without_port(host);
        let is_loopback = match name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => {
                let name = name.to_ascii_lowercase();
                name == "localhost" || name.ends_with(".localhost")
            }
        };
        is_loopback || self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Refuses requests under a name that is not ours.
async fn check_host<Answer: Future<Output = Response>>(
    hosts: &Hosts,
    request: Request,
    next: impl FnOnce(Request) -> Answer,
) -> Response {
    if hosts.accept(request.headers()) {
        return next(request).await;
    }
    let message = "this server answers to loopback names only; start it with --allow-host for another one";
    Problem::new(ErrorCode::Forbidden, message).about("Host").into_response()
}

/// Slows down those who try SDK keys, as [`super::authorise`] does for access tokens.
pub async fn limit_failures(
    State(failures): State<Arc<FailedAuthorisations>>,
    request: Request,
    next: Next,
) -> Response {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    let tried = request.headers().contains_key(header::AUTHORIZATION) || request.headers().contains_key("x-api-key");
    let mut response = next.run(request).await;
    if tried
        && response.status() == StatusCode::UNAUTHORIZED
        && let Some(seconds) = failures.count(address, Instant::now())
    {
        let message = "too many failed attempts from this address; wait a little";
        response = Problem::new(ErrorCode::TooManyRequests, message).retry_after(seconds).into_response();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_server_answers_to_loopback_names() {
        let check = |listen: &str, host: &str, expect: bool| {
            let hosts = Hosts::new(listen.parse().unwrap(), vec!["flags.example".into()]);
            let headers = [(header::HOST, host.parse().unwrap())].into_iter().collect();
            assert_eq!(hosts.accept(&headers), expect, "{listen} {host}");
        };
        check("127.0.0.1", "127.0.0.1:4600", true);
        check("127.0.0.1", "localhost:4600", true);
        check("127.0.0.1", "Localhost", true);
        check("127.0.0.1", "app.localhost:4600", true);
        check("127.0.0.1", "[::1]:4600", true);
        check("::1", "[::1]", true);
        check("127.0.0.1", "flags.example", true);
        check("127.0.0.1", "flags.example:443", true);
        check("127.0.0.1", "evil.example:4600", false);
        check("127.0.0.1", "127.0.0.1.evil.example", false);
        check("127.0.0.1", "192.168.0.7:4600", false);
        check("127.0.0.1", "", false);
        check("0.0.0.0", "whatever.example", true);
    }
}
