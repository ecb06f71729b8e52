//! Calls of the management API: one way to call, two ways to carry.
//!
//! In the desktop app a call goes to the app over IPC, which knows the token; in a browser it goes to
//! the server that the page came from, with the session cookie.

mod http;
pub mod ipc;
mod request;

use serde::de::DeserializeOwned;
use serde_json::Value;
use signalbox_protocol::desktop::{Request, Response};
use signalbox_protocol::endpoint::Method;
use signalbox_protocol::wire::Empty;
use signalbox_protocol::{Endpoint, ErrorBody, ErrorCode};

use crate::browser;

/// Calls an endpoint. `version` is the version that a write was made against, where it needs one.
///
/// # Errors
/// What the server answered, or [`ErrorCode::Unavailable`] when it did not answer.
pub async fn call<E: Endpoint>(
    at: &E::At,
    query: &E::Query,
    body: &E::Body,
    version: Option<u64>,
) -> Result<E::Response, ErrorBody> {
    let key = (!E::META.method.is_safe()).then(browser::random_hex);
    read(carry(request::build::<E>(at, query, body, version, key)).await, E::META.method)
}

/// Calls an endpoint whose body is any JSON, with a text of it that goes to the letter.
///
/// # Errors
/// As [`call`].
pub async fn send_document<E>(at: &E::At, query: &E::Query, document: String) -> Result<E::Response, ErrorBody>
where
    E: Endpoint<Body = Value>,
{
    let request = request::build::<E>(at, query, &Value::Null, None, Some(browser::random_hex()));
    read(carry(Request { body: None, document: Some(document), ..request }).await, E::META.method)
}

/// Reads a document: the text of its JSON, to the letter, and laid out to be read.
///
/// # Errors
/// As [`call`].
pub async fn read_document<E>(at: &E::At, query: &E::Query) -> Result<String, ErrorBody>
where
    E: Endpoint<Body = Empty, Response = Value>,
{
    let request = request::build::<E>(at, query, &Empty {}, None, None);
    read(carry(Request { answer_as_text: true, ..request }).await, E::META.method)
}

async fn carry(request: Request) -> Response {
    if ipc::is_here() { ipc::send(request).await } else { http::send(request).await }
}

/// The error for a server that did not answer.
fn no_answer(method: Method) -> ErrorBody {
    let message = if method.is_safe() {
        "the server does not answer"
    } else {
        "the server does not answer; look whether the change was made before you try again"
    };
    ErrorBody::new(ErrorCode::Unavailable, message)
}

/// Turns an answer into the resource or the error that it holds.
fn read<Body: DeserializeOwned>(response: Response, method: Method) -> Result<Body, ErrorBody> {
    let Response { status, body } = response;
    if (200..300).contains(&status) {
        // An answer without a body reads as the empty object.
        let body = if body.is_null() { Value::Object(serde_json::Map::new()) } else { body };
        return serde_json::from_value(body).map_err(|error| {
            ErrorBody::new(ErrorCode::Internal, format!("the server's answer is not understood: {error}"))
        });
    }
    Err(serde_json::from_value(body).unwrap_or_else(|_| match status {
        0 | 502..=504 => no_answer(method),
        _ => ErrorBody::new(ErrorCode::Internal, format!("the server answered with status {status}")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_are_read_by_their_status() {
        let check = |status: u16, body: Value, expect: Result<(), ErrorCode>| {
            let got = read::<Empty>(Response { status, body: body.clone() }, Method::Get);
            assert_eq!(got.map(|_| ()).map_err(|body| body.error.code), expect, "{status} {body}");
        };
        check(204, Value::Null, Ok(()));
        check(200, json!({}), Ok(()));
        check(200, json!({"unknown": 1}), Err(ErrorCode::Internal));
        check(404, json!({"error": {"code": "not_found", "message": "no"}}), Err(ErrorCode::NotFound));
        check(0, Value::Null, Err(ErrorCode::Unavailable));
        check(502, json!("<html>"), Err(ErrorCode::Unavailable));
        check(418, Value::Null, Err(ErrorCode::Internal));
    }
}
