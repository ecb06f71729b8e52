//! The flags of an environment as one flagd document, for applications that evaluate by themselves.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::flagd::in_process;
use signalbox_protocol::ErrorCode;

use super::exposures::not_admitted;
use super::{Admitted, Applications, ClientAddress};
use crate::entity_tag::EntityTag;
use crate::http::Problem;

/// Where the document is.
pub const PATH: &str = "/flagd/v1/flags.json";

pub fn router(applications: Applications) -> Router {
    Router::new().route(PATH, get(serve).fallback(method_not_allowed)).with_state(applications)
}

async fn serve(
    State(applications): State<Applications>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
) -> Response {
    let Admitted { key, set } = match applications.admit(&headers, address) {
        Ok(admitted) => admitted,
        Err(why) => return not_admitted(&why),
    };
    if key.kind == SdkKeyKind::Client {
        let message = "this is a client key, which sees no rules; take the document with a server key";
        return Problem::new(ErrorCode::Forbidden, message).into_response();
    }
    let document = applications.engine.read(|state, vault| {
        let project = state.projects.get(&key.project)?;
        Some(in_process::document(project, &key.environment, set.version, vault))
    });
    match document.map(|document| serde_json::to_vec(&document)) {
        Some(Ok(bytes)) => answer(&headers, bytes),
        Some(Err(error)) => Problem::fault(&error.to_string()).into_response(),
        None => Problem::fault("an SDK key of a project that is not there").into_response(),
    }
}

/// The document, unless the client has it already.
fn answer(headers: &HeaderMap, bytes: Vec<u8>) -> Response {
    let tag = EntityTag::of(&[&bytes]);
    let known = tag.is_known_to(headers);
    let mut response = Response::new(if known { Body::empty() } else { Body::from(bytes) });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response.headers_mut().extend(tag.header().map(|tag| (header::ETAG, tag)));
    // It names people, and is to be asked for anew each time.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

async fn method_not_allowed() -> Response {
    let mut response = Problem::new(ErrorCode::MethodNotAllowed, "the document is taken with GET").into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
