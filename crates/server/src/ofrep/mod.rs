//! Flag evaluation for applications: the OpenFeature Remote Evaluation Protocol, version 0.3
//! (<https://github.com/open-feature/protocol>), with the standard's own error bodies.
//!
//! The SDK key decides the environment. A key that is missing, unknown or revoked is 401; 404 says that there is no
//! such flag, and nothing else, because clients take it so.

mod answer;
mod credentials;
mod entity_tag;
pub mod events;
mod fragments;
mod kept_apart;
mod request;
mod stream_pass;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{any, get, post};
use tower_http::cors::{Any, CorsLayer};

use crate::body::{self, Unread};
use crate::clock;
use crate::engine::{Engine, SdkKeyPlace};
use crate::evaluation_sets::EvaluationSet;
use crate::http::Message;
use crate::metrics::Outcome;
use answer::{ErrorCode, failure};
use entity_tag::EntityTag;
pub use fragments::Fragments;
pub use kept_apart::KeptApartFlags;

/// Evaluates one flag. The key takes all that follows, so that one with a slash is an unknown flag, not an unknown
/// path.
pub const SINGLE_PATH: &str = "/ofrep/v1/evaluate/flags/{*key}";
/// Evaluates all flags of the environment.
pub const BULK_PATH: &str = "/ofrep/v1/evaluate/flags";
/// Largest body: a context is a few attributes of one person.
pub const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// Serves everything under `/ofrep`.
pub fn router(engine: Arc<Engine>) -> Router {
    Router::new()
        .route(SINGLE_PATH, post(evaluate_flag).fallback(method_not_allowed))
        .route(BULK_PATH, post(evaluate_flags).fallback(method_not_allowed))
        .route(events::PATH, get(events::serve).fallback(method_not_allowed))
        .route("/ofrep/{*rest}", any(no_such_path))
        .layer(cors())
        .with_state(engine)
}

/// Any page may ask: what it may see is decided by the SDK key it has, never by a cookie.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST, Method::GET])
        .allow_headers([header::AUTHORIZATION, credentials::X_API_KEY, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers([header::ETAG, header::RETRY_AFTER])
        .max_age(Duration::from_secs(24 * 60 * 60))
}

async fn evaluate_flag(
    State(engine): State<Arc<Engine>>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // What is not UTF-8 once its escapes are resolved is no flag; it is said back as it was sent.
    let sent = uri.path().strip_prefix(BULK_PATH).unwrap_or_default().trim_start_matches('/');
    let key = path.as_ref().map_or(sent, |Path(key)| key);
    let key = &key[..key.floor_char_boundary(LONGEST_KEY_SAID_BACK)];
    let Some((_, set)) = evaluation_set(&engine, &headers) else { return unauthorized(Some(key)) };
    let body = match body::read(&headers, body, LARGEST_BODY_BYTES).await {
        Ok(body) => body,
        Err(unread) => return unreadable(unread, Some(key)),
    };
    let served = set.served(key);
    let reads_attributes = match served {
        Some(flag) => flag.compiled.reads_attributes(),
        None => set.kept_apart().has(key),
    };
    let request = match request::read(&body, reads_attributes) {
        Ok(request) => request,
        Err(bad) => return failure(StatusCode::BAD_REQUEST, Some(key), bad.code, &bad.details),
    };
    let evaluations = &engine.metrics().evaluations;
    let attributes = request.attributes(clock::now());
    let Some(flag) = served else {
        if let Some((outcome, response)) = answer::kept_apart(&set, key, &attributes) {
            evaluations.count(outcome);
            return response;
        }
        evaluations.count(Outcome::FlagNotFound);
        return failure(StatusCode::NOT_FOUND, Some(key), ErrorCode::FlagNotFound, "there is no flag of this key");
    };
    let (outcome, response) = answer::single(&set, flag, &attributes);
    evaluations.count(outcome);
    response
}

async fn evaluate_flags(State(engine): State<Arc<Engine>>, headers: HeaderMap, body: Body) -> Response {
    let Some((sdk_key, set)) = evaluation_set(&engine, &headers) else { return unauthorized(None) };
    let body = match body::read(&headers, body, LARGEST_BODY_BYTES).await {
        Ok(body) => body,
        Err(unread) => return unreadable(unread, None),
    };
    let request = match request::read(&body, set.reads_attributes()) {
        Ok(request) => request,
        Err(bad) => return failure(StatusCode::BAD_REQUEST, None, bad.code, &bad.details),
    };
    let (tally, evaluated) = answer::bulk(&set, &request.attributes(clock::now()));
    engine.metrics().evaluations.add(tally);
    let tag = EntityTag::of(&evaluated);
    if tag.is_known_to(&headers) {
        return answer::unchanged(&tag);
    }
    answer::evaluated(evaluated, &tag, &events::address(&engine, &sdk_key))
}

/// No key is longer than 100 bytes; whoever sends a longer one is told about a flag that does not exist, without
/// getting all of it back.
const LONGEST_KEY_SAID_BACK: usize = 256;

/// The SDK key that a request shows, with what it evaluates.
fn evaluation_set(engine: &Engine, headers: &HeaderMap) -> Option<(Arc<SdkKeyPlace>, Arc<EvaluationSet>)> {
    let key = credentials::shown(headers).find_map(|secret| engine.sdk_key(secret))?;
    let set = engine.evaluation_set(&key)?;
    Some((key, set))
}

fn unauthorized(key: Option<&str>) -> Response {
    let details = "send an SDK key that works, as Authorization: Bearer or as X-API-Key";
    let mut response = failure(StatusCode::UNAUTHORIZED, key, ErrorCode::General, details);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// A body that is too large, or that stopped arriving.
fn unreadable(unread: Unread, key: Option<&str>) -> Response {
    match unread {
        Unread::TooLarge { largest } => {
            let details = format!("the body must be at most {largest} bytes");
            failure(StatusCode::PAYLOAD_TOO_LARGE, key, ErrorCode::General, &details)
        }
        Unread::Broken => failure(StatusCode::BAD_REQUEST, key, ErrorCode::ParseError, "the body did not arrive whole"),
    }
}

/// An answer of what stands in front of every endpoint, such as a limit, as clients of this protocol read it.
pub fn in_its_own_shape(mut response: Response) -> Response {
    let Some(Message(details)) = response.extensions_mut().remove() else { return response };
    let mut ours = failure(response.status(), Some(""), ErrorCode::General, &details);
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers_mut().remove(&name) {
            ours.headers_mut().insert(name, value);
        }
    }
    ours
}

async fn no_such_path() -> Response {
    let details = "evaluate one flag at /ofrep/v1/evaluate/flags/{key}, or all of them at /ofrep/v1/evaluate/flags";
    failure(StatusCode::NOT_FOUND, Some(""), ErrorCode::General, details)
}

async fn method_not_allowed() -> Response {
    let details = "flags are evaluated with POST";
    let mut response = failure(StatusCode::METHOD_NOT_ALLOWED, Some(""), ErrorCode::General, details);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}
