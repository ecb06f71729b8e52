//! What applications report of themselves by OpenTelemetry: OTLP over HTTP
//! (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>), version 1.11, with the protocol's own error bodies.
//!
//! Flags evaluated and shown are read from traces and logs, by the semantic conventions for feature flags
//! (<https://opentelemetry.io/docs/specs/semconv/feature-flags/>) and by the names that older hooks send. The SDK key
//! decides the environment. How requests went is read from traces and from metrics. Everything else in a report is
//! looked at and not kept.

mod encoding;
mod logs;
mod metrics;
mod reported;
mod traces;

use std::net::IpAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_domain::access::SdkKeyKind;

use crate::applications::{Admitted, Applications, ClientAddress, NotAdmitted, TOO_MANY, UNKNOWN_KEY, cors};
use crate::body::{self, Unread};
use crate::engine::Engine;
use crate::evaluation_sets::EvaluationSet;
use crate::evidence::Repeats;
use crate::http::Message;
use encoding::Refused;
use reported::{Reported, Taken};

pub use encoding::Encoding;

/// Where traces are sent.
pub const TRACES_PATH: &str = "/v1/traces";
/// Where logs are sent.
pub const LOGS_PATH: &str = "/v1/logs";
/// Where metrics are sent.
pub const METRICS_PATH: &str = "/v1/metrics";
/// Largest report, as it is sent and once it is unpacked: some ten thousand spans.
pub const LARGEST_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Serves what is under `/v1`.
pub fn router(applications: Applications) -> Router {
    Router::new()
        .route(TRACES_PATH, post(export_traces).fallback(method_not_allowed))
        .route(LOGS_PATH, post(export_logs).fallback(method_not_allowed))
        .route(METRICS_PATH, post(export_metrics).fallback(method_not_allowed))
        .layer(cors())
        .with_state(applications)
}

/// Whether a path belongs to this protocol.
#[must_use]
pub fn is_path(path: &str) -> bool {
    [TRACES_PATH, LOGS_PATH, METRICS_PATH].contains(&path)
}

async fn export_traces(
    State(applications): State<Applications>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    export(&applications, address, &headers, body, evaluations(traces::reported), |warning| {
        let partial_success =
            warning.map(|error_message| ExportTracePartialSuccess { rejected_spans: 0, error_message });
        ExportTraceServiceResponse { partial_success }
    })
    .await
}

async fn export_logs(
    State(applications): State<Applications>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    export(&applications, address, &headers, body, evaluations(logs::reported), |warning| {
        let partial_success =
            warning.map(|error_message| ExportLogsPartialSuccess { rejected_log_records: 0, error_message });
        ExportLogsServiceResponse { partial_success }
    })
    .await
}

async fn export_metrics(
    State(applications): State<Applications>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    export(
        &applications,
        address,
        &headers,
        body,
        |report: &ExportMetricsServiceRequest, set, kind, engine| metrics::take(report, set, kind, engine),
        |warning| {
            let partial_success =
                warning.map(|error_message| ExportMetricsPartialSuccess { rejected_data_points: 0, error_message });
            ExportMetricsServiceResponse { partial_success }
        },
    )
    .await
}

/// Counts every evaluation that `reported` finds in a report.
fn evaluations<Report>(
    reported: impl for<'report> FnOnce(&'report Report, &Repeats) -> Vec<Reported<'report>>,
) -> impl FnOnce(&Report, &EvaluationSet, SdkKeyKind, &Engine) -> Taken {
    |report, set, kind, engine| {
        let mut taken = Taken::default();
        for reported in reported(report, &engine.watch().repeats) {
            taken.add(&reported, set, kind, engine);
        }
        taken
    }
}

/// Takes a report in, and answers with what `told` makes of a warning.
async fn export<Report, Answer>(
    applications: &Applications,
    address: IpAddr,
    headers: &HeaderMap,
    body: Body,
    take: impl FnOnce(&Report, &EvaluationSet, SdkKeyKind, &Engine) -> Taken,
    told: impl FnOnce(Option<String>) -> Answer,
) -> Response
where
    Report: prost::Message + Default + DeserializeOwned,
    Answer: prost::Message + Serialize,
{
    let encoding = Encoding::of_answer(headers);
    let Admitted { set, key } = match applications.admit(headers, address) {
        Ok(admitted) => admitted,
        Err(why) => return not_admitted(&why, encoding),
    };
    let report: Report = match read(headers, body).await {
        Ok(report) => report,
        Err(refused) => return refused.response(encoding),
    };
    let taken = take(&report, &set, key.kind, &applications.engine);
    encoding.answer(&told(taken.warning()))
}

async fn read<Report>(headers: &HeaderMap, body: Body) -> Result<Report, Refused>
where
    Report: prost::Message + Default + DeserializeOwned,
{
    let encoding = Encoding::of_report(headers)?;
    let bytes = body::read(headers, body, LARGEST_BODY_BYTES).await.map_err(|unread| match unread {
        Unread::TooLarge { largest } => Refused::too_large(largest),
        Unread::Broken => Refused::malformed("the body did not arrive whole"),
    })?;
    encoding.read(&encoding::unpacked(headers, bytes, LARGEST_BODY_BYTES)?)
}

fn not_admitted(why: &NotAdmitted, encoding: Encoding) -> Response {
    match why {
        NotAdmitted::Unknown => {
            let mut response = Refused::new(StatusCode::UNAUTHORIZED, UNKNOWN_KEY).response(encoding);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        NotAdmitted::TooMany(seconds) => {
            let mut response = Refused::new(StatusCode::TOO_MANY_REQUESTS, TOO_MANY).response(encoding);
            response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
            response
        }
    }
}

async fn method_not_allowed(headers: HeaderMap) -> Response {
    let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, "reports are sent with POST");
    let mut response = refused.response(Encoding::of_answer(&headers));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

/// An answer of what stands in front of every endpoint, such as a limit, as exporters read it.
pub fn in_its_own_shape(mut response: Response, encoding: Encoding) -> Response {
    let Some(Message(details)) = response.extensions_mut().remove() else { return response };
    let mut ours = Refused::new(response.status(), details).response(encoding);
    if let Some(value) = response.headers_mut().remove(header::RETRY_AFTER) {
        ours.headers_mut().insert(header::RETRY_AFTER, value);
    }
    ours
}
