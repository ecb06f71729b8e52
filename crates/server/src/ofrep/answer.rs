//! What OFREP answers, put together from what is known beforehand.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use signalbox_domain::evaluation::{Choice, TargetingKeyMissing};
use signalbox_domain::targeting::Attributes;

use super::events;
use super::fragments::Metadata;
use crate::counting::PersonHash;
use crate::entity_tag::EntityTag;
use crate::evaluation_sets::{Answered, EvaluationSet, Given, ServedFlag};
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
    let given = flag.compiled.choose(asked.attributes, set.segments());
    let mut bytes = Vec::with_capacity(flag.told.fragments.longest());
    flag.told.fragments.write(given, set.tells_rules(), &mut bytes);
    let status = if let Ok(choice) = given {
        flag.told.counts.evaluated(choice, asked.person);
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    (outcome(given), written(status, bytes))
}

const fn outcome(given: Result<Choice, TargetingKeyMissing>) -> Outcome {
    match given {
        Ok(Choice { reason, .. }) => Outcome::Given(reason),
        Err(TargetingKeyMissing) => Outcome::TargetingKeyMissing,
    }
}

/// A flag that is kept apart; none where the set has no such flag.
pub fn kept_apart(set: &EvaluationSet, key: &str, attributes: &Attributes<'_>) -> Option<(Outcome, Response)> {
    let mut bytes = Vec::with_capacity(256);
    let outcome = set.kept_apart().write(key, &set.id, attributes, &mut bytes)?;
    let status = if matches!(outcome, Outcome::Given(_)) { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Some((outcome, written(status, bytes)))
}

/// All flags of a set, evaluated; one that fails says so in its place, and the others still answer.
///
/// What they gave is kept in two bytes each. From that follow the entity tag, so that whoever has the answer already
/// costs no writing of it, and the answer itself.
pub struct Evaluated<'set> {
    set: &'set EvaluationSet,
    answered: Arc<Answered>,
    /// What flags that are kept apart answer, with a comma before each.
    kept_apart: Vec<u8>,
}

impl<'set> Evaluated<'set> {
    /// What this very request came to before, counted once more; none where that is not known.
    pub fn again(set: &'set EvaluationSet, request: &[u8]) -> Option<Self> {
        let answered = set.recall(request)?;
        set.count(&answered.given, answered.person);
        Some(Self { set, answered, kept_apart: Vec::new() })
    }

    /// Evaluates, and counts. What time has no part in is remembered of this `request`.
    pub fn all(set: &'set EvaluationSet, request: &[u8], asked: Asked<'_>) -> Self {
        let mut tally = Tally::default();
        let mut given = Vec::with_capacity(set.length() * Given::BYTES);
        for flag in set.flags() {
            let choice = flag.compiled.choose(asked.attributes, set.segments());
            tally.count(outcome(choice));
            given.extend_from_slice(&Given::of(choice).to_bytes());
        }
        set.count(&given, asked.person);
        let mut kept_apart = Vec::new();
        for key in set.kept_apart().keys() {
            kept_apart.push(b',');
            if let Some(outcome) = set.kept_apart().write(key, &set.id, asked.attributes, &mut kept_apart) {
                tally.count(outcome);
            }
        }
        let answered = Arc::new(Answered { given: given.into(), tally, person: asked.person });
        if !asked.attributes.told_time() {
            set.remember(request, &answered);
        }
        Self { set, answered, kept_apart }
    }

    /// What was given, by reason.
    pub fn tally(&self) -> Tally {
        self.answered.tally
    }

    /// Names the result.
    pub fn tag(&self) -> EntityTag {
        let Self { set, answered, kept_apart } = self;
        let beginning = [set.digest(), set.version, u64::from(set.tells_rules())].map(u64::to_le_bytes);
        // Given is as long as the set has flags, so nothing says where it ends.
        EntityTag::of(&[set.id.as_bytes(), &[0], beginning.as_flattened(), &answered.given, kept_apart])
    }

    /// The answer, and where changes of it are told: `address` is relative to the origin, so that it holds behind a
    /// proxy.
    pub fn response(self, tag: &EntityTag, address: &str) -> Response {
        let Self { set, answered, kept_apart } = self;
        let mut bytes = Vec::with_capacity(set.answer_bytes() + kept_apart.len() + 512);
        bytes.extend_from_slice(br#"{"flags":["#);
        let (given, _) = answered.given.as_chunks::<{ Given::BYTES }>();
        for (index, (flag, given)) in set.flags().zip(given).enumerate() {
            if index > 0 {
                bytes.push(b',');
            }
            flag.told.fragments.write(Given::from_bytes(*given).choice(), set.tells_rules(), &mut bytes);
        }
        let comma = usize::from(given.is_empty() && !kept_apart.is_empty());
        bytes.extend_from_slice(&kept_apart[comma..]);
        // An id of keys, a number and an address of ours have nothing that JSON escapes.
        let (id, version, inactivity) = (&set.id, set.version, events::INACTIVITY_SECONDS);
        let end = format!(
            r#"],"metadata":{{"flagSetId":"{id}","version":"{version}"}},"eventStreams":[{{"type":"sse","endpoint":{{"requestUri":"{address}"}},"inactivityDelaySec":{inactivity}}}]}}"#
        );
        bytes.extend_from_slice(end.as_bytes());
        let mut response = written(StatusCode::OK, bytes);
        response.headers_mut().extend(tag.header().map(|tag| (header::ETAG, tag)));
        response
    }
}

/// The answer to a client that has this result already. It keeps what it was told about event streams.
pub fn unchanged(tag: &EntityTag) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response.headers_mut().extend(tag.header().map(|tag| (header::ETAG, tag)));
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
