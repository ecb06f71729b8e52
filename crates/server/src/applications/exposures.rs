//! Exposures: applications report whom they showed which variant.
//!
//! An evaluation says that somebody asked; an exposure, that somebody saw. Applications that evaluate by themselves
//! are seen by nothing else.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use signalbox_protocol::wire::usage::{Exposure, ExposureRefusal, ExposuresTaken, RefusedExposure, ReportExposures};
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::{Admitted, Applications, ClientAddress, NotAdmitted, TOO_MANY, UNKNOWN_KEY, cors};
use crate::body;
use crate::counting::Counting;
use crate::evaluation_sets::EvaluationSet;
use crate::http::{Problem, parse};

/// Where exposures are reported.
pub const PATH: &str = "/api/v1/exposures";
/// Most exposures of one report.
pub const MOST_EXPOSURES: usize = 1_000;
/// Largest body: a thousand exposures with long keys.
pub const LARGEST_BODY_BYTES: usize = 512 * 1024;

pub fn router(applications: Applications) -> Router {
    Router::new().route(PATH, post(report).fallback(method_not_allowed)).layer(cors()).with_state(applications)
}

async fn report(
    State(applications): State<Applications>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Admitted { set, .. } = match applications.admit(&headers, address) {
        Ok(admitted) => admitted,
        Err(why) => return not_admitted(&why),
    };
    let body = match body::read(&headers, body, LARGEST_BODY_BYTES).await {
        Ok(body) => body,
        Err(unread) => return Problem::from(unread).into_response(),
    };
    match read(&body) {
        Ok(ReportExposures { exposures }) => {
            Json(take(&set, &exposures, applications.engine.counting())).into_response()
        }
        Err(error) => Problem::from(error).into_response(),
    }
}

fn read(body: &[u8]) -> Result<ReportExposures, ErrorBody> {
    let report: ReportExposures = parse(body)?;
    if (1..=MOST_EXPOSURES).contains(&report.exposures.len()) {
        return Ok(report);
    }
    let message = format!("must list 1 to {MOST_EXPOSURES} exposures; send more of them in further requests");
    Err(ErrorBody::new(ErrorCode::InvalidField, message).about("exposures"))
}

fn take(set: &EvaluationSet, exposures: &[Exposure], counting: &Counting) -> ExposuresTaken {
    let refusal = |Exposure { flag, variant, targeting_key }: &Exposure| {
        let Some(flag) = set.served(flag) else { return Some(ExposureRefusal::UnknownFlag) };
        let person = targeting_key.as_deref().filter(|key| !key.is_empty()).map(|key| counting.person(key));
        (!flag.told.counts.exposed(variant, person)).then_some(ExposureRefusal::UnknownVariant)
    };
    let refused = exposures.iter().enumerate().filter_map(|(index, exposure)| {
        let why = refusal(exposure)?;
        counting.unknown_exposure();
        Some(RefusedExposure { index, why })
    });
    let refused: Vec<_> = refused.collect();
    ExposuresTaken { taken: exposures.len() - refused.len(), refused }
}

/// Says why an application is not let in, as the management API says it.
pub(super) fn not_admitted(why: &NotAdmitted) -> Response {
    match why {
        NotAdmitted::Unknown => {
            let mut response = Problem::new(ErrorCode::Unauthenticated, UNKNOWN_KEY).into_response();
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        NotAdmitted::TooMany(seconds) => {
            Problem::new(ErrorCode::TooManyRequests, TOO_MANY).retry_after(*seconds).into_response()
        }
    }
}

async fn method_not_allowed() -> Response {
    let mut response = Problem::new(ErrorCode::MethodNotAllowed, "exposures are reported with POST").into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}
