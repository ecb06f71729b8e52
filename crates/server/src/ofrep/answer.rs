//! What OFREP answers, written straight to bytes.

use std::cell::Cell;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::Value;
use signalbox_domain::evaluation::Answer;

use super::events;
use super::request::EvaluationRequest;
use crate::applications::EntityTag;
use crate::counting::{Counting, Kind, PersonHash};
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

/// A flag that gave a value. Clients index `variant` and `reason`, so both are always there.
#[derive(Serialize)]
struct Success<'a> {
    key: &'a str,
    /// As stored by the flag's kind of value: a float keeps its decimal point.
    value: &'a Value,
    reason: &'static str,
    variant: &'a str,
    metadata: Metadata<'a>,
}

/// A flag, or a whole request, that failed. Clients index `errorDetails`, so it is always there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    error_code: ErrorCode,
    error_details: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
}

/// Becomes `feature_flag.set.id` and `feature_flag.version` in telemetry (OpenFeature, appendix D).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    flag_set_id: &'a str,
    #[serde(serialize_with = "as_text")]
    version: u64,
}

fn as_text<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// The flags of a set, written as they are evaluated.
#[derive(Serialize)]
struct Bulk<'a> {
    flags: &'a Evaluated<'a>,
    metadata: Metadata<'a>,
}

/// Who asks.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    targeting_key: Option<&'a str>,
    person: Option<PersonHash>,
}

impl<'a> Asked<'a> {
    /// By this request. The person is hashed once, however many flags are evaluated.
    pub fn by(request: &'a EvaluationRequest<'_>, counting: &Counting) -> Self {
        let targeting_key = request.targeting_key.as_deref();
        Self { targeting_key, person: targeting_key.map(|key| counting.person(key)) }
    }
}

/// One flag evaluated, and counted.
pub fn single(set: &EvaluationSet, flag: &ServedFlag, asked: Asked<'_>) -> (Outcome, Response) {
    let key = flag.key.as_str();
    let metadata = Metadata { flag_set_id: &set.id, version: flag.compiled.version() };
    match flag.compiled.evaluate(asked.targeting_key) {
        Ok(Answer { variant_index, variant, value, reason }) => {
            flag.counts.evaluated(Kind::Single, variant_index, None, asked.person);
            let body = Success { key, value, reason: reason.as_str(), variant: variant.as_str(), metadata };
            (Outcome::Given(reason), json(StatusCode::OK, 256, &body))
        }
        Err(missing) => {
            let body = Failure {
                key: Some(key),
                error_code: ErrorCode::TargetingKeyMissing,
                error_details: &missing.to_string(),
                metadata: Some(metadata),
            };
            (Outcome::TargetingKeyMissing, json(StatusCode::BAD_REQUEST, 256, &body))
        }
    }
}

/// All flags of a set evaluated, and counted; one that fails says so in its place, and the others still answer.
///
/// Gives a whole JSON object; [`evaluated`] adds what is not part of the result. `None` when it cannot be written.
pub fn bulk(set: &EvaluationSet, asked: Asked<'_>) -> Option<(Tally, Vec<u8>)> {
    let evaluated = Evaluated { set, asked, tally: Cell::default() };
    let metadata = Metadata { flag_set_id: &set.id, version: set.version };
    let mut bytes = Vec::with_capacity(512 + 192 * set.flags().len());
    match serde_json::to_writer(&mut bytes, &Bulk { flags: &evaluated, metadata }) {
        Ok(()) => Some((evaluated.tally.into_inner(), bytes)),
        Err(error) => {
            tracing::error!(%error, "an OFREP answer could not be written");
            None
        }
    }
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

/// Evaluates while it is written, so that nothing but the text is ever built.
struct Evaluated<'a> {
    set: &'a EvaluationSet,
    asked: Asked<'a>,
    tally: Cell<Tally>,
}

impl Serialize for Evaluated<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let flags = self.set.flags();
        let mut list = serializer.serialize_seq(Some(flags.len()))?;
        let mut tally = Tally::default();
        for flag in flags {
            let key = flag.key.as_str();
            let metadata = Metadata { flag_set_id: &self.set.id, version: flag.compiled.version() };
            match flag.compiled.evaluate(self.asked.targeting_key) {
                Ok(Answer { variant_index, variant, value, reason }) => {
                    tally.count(Outcome::Given(reason));
                    flag.counts.evaluated(Kind::Bulk, variant_index, None, self.asked.person);
                    let item = Success { key, value, reason: reason.as_str(), variant: variant.as_str(), metadata };
                    list.serialize_element(&item)?;
                }
                Err(missing) => {
                    tally.count(Outcome::TargetingKeyMissing);
                    list.serialize_element(&Failure {
                        key: Some(key),
                        error_code: ErrorCode::TargetingKeyMissing,
                        error_details: &missing.to_string(),
                        metadata: Some(metadata),
                    })?;
                }
            }
        }
        self.tally.set(tally);
        list.end()
    }
}

/// A request that failed; with the flag's key where it was about one.
pub fn failure(status: StatusCode, key: Option<&str>, error_code: ErrorCode, error_details: &str) -> Response {
    json(status, 256, &Failure { key, error_code, error_details, metadata: None })
}

fn json(status: StatusCode, expected_bytes: usize, body: &impl Serialize) -> Response {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    let mut bytes = Vec::with_capacity(expected_bytes);
    let (status, bytes) = match serde_json::to_writer(&mut bytes, body) {
        Ok(()) => (status, Body::from(bytes)),
        Err(error) => {
            tracing::error!(%error, "an OFREP answer could not be written");
            let said = r#"{"key":"","errorCode":"GENERAL","errorDetails":"the answer could not be written"}"#;
            (StatusCode::INTERNAL_SERVER_ERROR, Body::from(said))
        }
    };
    let mut response = Response::new(bytes);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}
