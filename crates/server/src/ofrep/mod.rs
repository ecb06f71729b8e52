//! Flag evaluation for applications: the OpenFeature Remote Evaluation Protocol, version 0.3
//! (<https://github.com/open-feature/protocol>), with the standard's own error bodies.
//!
//! The SDK key decides the environment. A key that is missing, unknown or revoked is 401; 404 says that there is no
//! such flag, and nothing else, because clients take it so.

mod answer;
pub mod events;
mod fragments;
mod kept_apart;
mod listening;
mod request;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{any, get, post};

use crate::applications::{Admitted, Applications, ClientAddress, NotAdmitted, TOO_MANY, UNKNOWN_KEY, cors};
use crate::body::{self, Unread};
use crate::clock;
use crate::counting::{Counting, PersonHash};
use crate::http::Message;
use crate::metrics::Outcome;
use answer::{Asked, ErrorCode, Evaluated, failure};
use request::EvaluationRequest;

pub use fragments::Fragments;
pub use kept_apart::KeptApartFlags;
pub use listening::{Arrived, Listening};

/// Evaluates one flag. The key takes all that follows, so that one with a slash is an unknown flag, not an unknown
/// path.
pub const SINGLE_PATH: &str = "/ofrep/v1/evaluate/flags/{*key}";
/// Evaluates all flags of the environment.
pub const BULK_PATH: &str = "/ofrep/v1/evaluate/flags";
/// Largest body: a context is a few attributes of one person.
pub const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// Serves everything under `/ofrep`.
pub fn router(applications: Applications) -> Router {
    Router::new()
        .route(SINGLE_PATH, post(evaluate_flag).fallback(method_not_allowed))
        .route(BULK_PATH, post(evaluate_flags).fallback(method_not_allowed))
        .route(events::PATH, get(events::serve).fallback(method_not_allowed))
        .route("/ofrep/{*rest}", any(no_such_path))
        .layer(cors())
        .with_state(applications)
}

async fn evaluate_flag(
    State(applications): State<Applications>,
    ClientAddress(address): ClientAddress,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // What is not UTF-8 once its escapes are resolved is no flag; it is said back as it was sent.
    let sent = uri.path().strip_prefix(BULK_PATH).unwrap_or_default().trim_start_matches('/');
    let key = path.as_ref().map_or(sent, |Path(key)| key);
    let key = &key[..key.floor_char_boundary(LONGEST_KEY_SAID_BACK)];
    let Admitted { set, .. } = match applications.admit(&headers, address) {
        Ok(admitted) => admitted,
        Err(why) => return not_admitted(why, Some(key)),
    };
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
    let engine = &applications.engine;
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
    let asked = Asked { attributes: &attributes, person: person(&request, engine.counting()) };
    let (outcome, response) = answer::single(&set, flag, asked);
    evaluations.count(outcome);
    response
}

async fn evaluate_flags(
    State(applications): State<Applications>,
    ClientAddress(address): ClientAddress,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Admitted { key, set } = match applications.admit(&headers, address) {
        Ok(admitted) => admitted,
        Err(why) => return not_admitted(why, None),
    };
    let body = match body::read(&headers, body, LARGEST_BODY_BYTES).await {
        Ok(body) => body,
        Err(unread) => return unreadable(unread, None),
    };
    let engine = &applications.engine;
    let evaluated = match Evaluated::again(&set, &body) {
        Some(evaluated) => evaluated,
        None => {
            let request = match request::read(&body, set.reads_attributes()) {
                Ok(request) => request,
                Err(bad) => return failure(StatusCode::BAD_REQUEST, None, bad.code, &bad.details),
            };
            let attributes = request.attributes(clock::now());
            let asked = Asked { attributes: &attributes, person: person(&request, engine.counting()) };
            Evaluated::all(&set, &body, asked)
        }
    };
    engine.metrics().evaluations.add(evaluated.tally());
    if let Some(told) = listening::version_told(uri.query()) {
        engine.listening().fetched(&set.id, key.kind, told, set.version);
    }
    let tag = evaluated.tag();
    if tag.is_known_to(&headers) {
        return answer::unchanged(&tag);
    }
    evaluated.response(&tag, &events::address(engine, &key))
}

fn person(request: &EvaluationRequest<'_>, counting: &Counting) -> Option<PersonHash> {
    request.targeting_key.as_deref().map(|key| counting.person(key))
}

/// No key is longer than 200 bytes; whoever sends a longer one is told about a flag that does not exist, without
/// getting all of it back.
const LONGEST_KEY_SAID_BACK: usize = 256;

fn not_admitted(why: NotAdmitted, key: Option<&str>) -> Response {
    match why {
        NotAdmitted::Unknown => {
            let mut response = failure(StatusCode::UNAUTHORIZED, key, ErrorCode::General, UNKNOWN_KEY);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        NotAdmitted::TooMany(seconds) => {
            let mut response = failure(StatusCode::TOO_MANY_REQUESTS, key, ErrorCode::General, TOO_MANY);
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            response
        }
    }
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
