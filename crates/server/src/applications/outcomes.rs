//! Outcomes: applications report what people did, to be put down to the variants that they were shown.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use signalbox_domain::Timestamp;
use signalbox_domain::access::SdkKeyKind;
use signalbox_protocol::wire::usage::{OutcomesTaken, TrackOutcomes, TrackedOutcome};
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::exposures::not_admitted;
use super::{Admitted, Applications, ClientAddress, cors};
use crate::engine::Engine;
use crate::evaluation_sets::EvaluationSet;
use crate::evidence::{MOST_AHEAD_MILLIS, OLDEST_MILLIS};
use crate::http::{Problem, parse};
use crate::{body, clock};

/// Where outcomes are reported.
pub const PATH: &str = "/api/v1/track";
/// Most outcomes of one report.
pub const MOST_OUTCOMES: usize = 1_000;
/// Largest body: a thousand outcomes with long keys.
pub const LARGEST_BODY_BYTES: usize = 512 * 1024;

pub fn router(applications: Applications) -> Router {
    Router::new().route(PATH, post(track).fallback(method_not_allowed)).layer(cors()).with_state(applications)
}

async fn track(
    State(applications): State<Applications>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Admitted { set, key } = match applications.admit(&headers, address) {
        Ok(admitted) => admitted,
        Err(why) => return not_admitted(&why),
    };
    let body = match body::read(&headers, body, LARGEST_BODY_BYTES).await {
        Ok(body) => body,
        Err(unread) => return Problem::from(unread).into_response(),
    };
    let now = clock::now();
    match read(&body, now) {
        Ok(outcomes) => Json(take(&applications.engine, &set, key.kind, &outcomes, now)).into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// One outcome by itself, or several in a list.
fn read(body: &[u8], now: Timestamp) -> Result<Vec<TrackedOutcome>, ErrorBody> {
    let is_list = serde_json::from_slice::<serde_json::Value>(body).is_ok_and(|body| body.get("outcomes").is_some());
    let outcomes = if is_list { parse::<TrackOutcomes>(body)?.outcomes } else { vec![parse::<TrackedOutcome>(body)?] };
    if !(1..=MOST_OUTCOMES).contains(&outcomes.len()) {
        let message = format!("must list 1 to {MOST_OUTCOMES} outcomes; send more of them in further requests");
        return Err(ErrorBody::new(ErrorCode::InvalidField, message).about("outcomes"));
    }
    for (index, outcome) in outcomes.iter().enumerate() {
        let field = |name: &str| if is_list { format!("outcomes[{index}].{name}") } else { name.to_owned() };
        let refuse =
            |name: &str, message: &str| Err(ErrorBody::new(ErrorCode::InvalidField, message).about(field(name)));
        if outcome.targeting_key.is_empty() {
            return refuse("targetingKey", "must name somebody, as the context of an evaluation does");
        }
        if outcome.at.is_some_and(|at| at.millis() > now.millis() + MOST_AHEAD_MILLIS) {
            return refuse("at", "must not lie in the future");
        }
        if outcome.at.is_some_and(|at| at.millis() < now.millis() - OLDEST_MILLIS) {
            return refuse("at", "must not be older than a day");
        }
    }
    Ok(outcomes)
}

fn take(
    engine: &Engine,
    set: &EvaluationSet,
    kind: SdkKeyKind,
    outcomes: &[TrackedOutcome],
    now: Timestamp,
) -> OutcomesTaken {
    let watched = engine.watch().in_set(&set.id);
    let mut taken = OutcomesTaken::default();
    for TrackedOutcome { targeting_key, event, value, at } in outcomes {
        let person = engine.counting().person(targeting_key);
        let at = at.unwrap_or(now);
        let asked = watched.iter().filter(|watched| watched.outcome(kind, person, event, *value, at)).count();
        *if asked > 0 { &mut taken.counted } else { &mut taken.not_asked } += 1;
    }
    taken
}

async fn method_not_allowed() -> Response {
    let mut response = Problem::new(ErrorCode::MethodNotAllowed, "outcomes are reported with POST").into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}
