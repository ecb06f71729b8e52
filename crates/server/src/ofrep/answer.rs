//! What OFREP answers, put together from what is known beforehand.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use signalbox_domain::evaluation::TargetingKeyMissing;
use signalbox_domain::targeting::Attributes;

use super::events;
use super::fragments::Metadata;
use crate::applications::EntityTag;
use crate::counting::{Kind, PersonHash};
use crate::evaluation_sets::{EvaluationSet, ServedFlag};
use crate::metrics::{Outcome, Tally};

/// The error codes of OpenFeature that are answered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// There is no such flag.
    FlagNotFound,
    /// The body is not JSON.
    ParseError,
    /// The context, or the targeting key in it, is of the wrong type.
    InvalidContext,
    /// A share of people decides, and the context does not say who asks.
    TargetingKeyMissing,
    /// Anything else.
    General,
}

/// A flag, or a whole request, that failed. Clients index `errorDetails`, so it is always there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure<'a> {
    /// The flag, where it was about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'a str>,
    /// What failed.
    pub error_code: ErrorCode,
    /// In words.
    pub error_details: &'a str,
    /// Of the flag, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata<'a>>,
}

/// Who asks.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// What rules look at.
    pub attributes: &'a Attributes<'a>,
    /// The targeting key, hashed once however many flags are evaluated.
    pub person: Option<PersonHash>,
}

/// One flag evaluated, and counted.
pub fn single(set: &EvaluationSet, flag: &ServedFlag, asked: Asked<'_>) -> (Outcome, Response) {
    let mut bytes = Vec::with_capacity(flag.fragments.length());
    match flag.compiled.evaluate(asked.attributes, set.segments()) {
        Ok(answer) => {
            flag.counts.evaluated(Kind::Single, answer.variant_index, answer.rule_index, asked.person);
            flag.fragments.write(&answer, set.tells_rules(), &mut bytes);
            (Outcome::Given(answer.reason), written(StatusCode::OK, bytes))
        }
        Err(TargetingKeyMissing) => {
            flag.fragments.write_targeting_key_missing(&mut bytes);
            (Outcome::TargetingKeyMissing, written(StatusCode::BAD_REQUEST, bytes))
        }
    }
}

/// A flag that is kept apart; none where the set has no such flag.
pub fn kept_apart(set: &EvaluationSet, key: &str, attributes: &Attributes<'_>) -> Option<(Outcome, Response)> {
    let mut bytes = Vec::with_capacity(256);
    let outcome = set.kept_apart().write(key, &set.id, attributes, &mut bytes)?;
    let status = if matches!(outcome, Outcome::Given(_)) { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Some((outcome, written(status, bytes)))
}

/// All flags of a set evaluated, and counted; one that fails says so in its place, and the others still answer.
///
/// Gives a whole JSON object; [`evaluated`] adds what is not part of the result.
pub fn bulk(set: &EvaluationSet, asked: Asked<'_>) -> (Tally, Vec<u8>) {
    let flags = set.flags();
    let length = flags.map(|flag| flag.fragments.length()).sum::<usize>();
    let mut bytes = Vec::with_capacity(length + 512);
    let mut tally = Tally::default();
    bytes.extend_from_slice(br#"{"flags":["#);
    for (index, flag) in set.flags().enumerate() {
        if index > 0 {
            bytes.push(b',');
        }
        match flag.compiled.evaluate(asked.attributes, set.segments()) {
            Ok(answer) => {
                tally.count(Outcome::Given(answer.reason));
                flag.counts.evaluated(Kind::Bulk, answer.variant_index, answer.rule_index, asked.person);
                flag.fragments.write(&answer, set.tells_rules(), &mut bytes);
            }
            Err(TargetingKeyMissing) => {
                tally.count(Outcome::TargetingKeyMissing);
                flag.fragments.write_targeting_key_missing(&mut bytes);
            }
        }
    }
    for key in set.kept_apart().keys() {
        if bytes.last() != Some(&b'[') {
            bytes.push(b',');
        }
        if let Some(outcome) = set.kept_apart().write(key, &set.id, asked.attributes, &mut bytes) {
            tally.count(outcome);
        }
    }
    // An id of keys and a number have nothing that JSON escapes.
    let end = format!(r#"],"metadata":{{"flagSetId":"{}","version":"{}"}}}}"#, set.id, set.version);
    bytes.extend_from_slice(end.as_bytes());
    (tally, bytes)
}

/// The answer to a client that has this result already. It keeps what it was told about event streams.
pub fn unchanged(tag: &EntityTag) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response.headers_mut().extend(tag.header().map(|tag| (header::ETAG, tag)));
    response
}

/// The answer with an evaluated result, and where changes of it are told: `address` is relative to the origin, so
/// that it holds behind a proxy.
pub fn evaluated(mut result: Vec<u8>, tag: &EntityTag, address: &str) -> Response {
    // An address of ours has nothing that JSON escapes.
    let streams = format!(
        r#","eventStreams":[{{"type":"sse","endpoint":{{"requestUri":"{address}"}},"inactivityDelaySec":{}}}]}}"#,
        events::INACTIVITY_SECONDS
    );
    if result.pop() == Some(b'}') {
        result.extend_from_slice(streams.as_bytes());
    }
    let mut response = Response::new(Body::from(result));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.extend(tag.header().map(|tag| (header::ETAG, tag)));
    response
}

/// A request that failed; with the flag's key where it was about one.
pub fn failure(status: StatusCode, key: Option<&str>, error_code: ErrorCode, error_details: &str) -> Response {
    json(status, 256, &Failure { key, error_code, error_details, metadata: None })
}

fn json(status: StatusCode, expected_bytes: usize, body: &impl Serialize) -> Response {
    let mut bytes = Vec::with_capacity(expected_bytes);
    match serde_json::to_writer(&mut bytes, body) {
        Ok(()) => written(status, bytes),
        Err(error) => {
            tracing::error!(%error, "an OFREP answer could not be written");
            let said = br#"{"key":"","errorCode":"GENERAL","errorDetails":"the answer could not be written"}"#;
            written(StatusCode::INTERNAL_SERVER_ERROR, said.to_vec())
        }
    }
}

fn written(status: StatusCode, bytes: Vec<u8>) -> Response {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}
