//! Requests by operation and status. Both come from fixed lists, so their number stays bounded whatever is sent.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::response::Response;
use signalbox_protocol::endpoint;

use super::exposition::{Exposition, Kind};
use super::histogram::{Histogram, Limit};
use crate::engine::Engine;
use crate::{http, ofrep, telemetry};

/// The operations that are no endpoints of the management API: method, path, name.
const OTHERS: [(&str, &str, &str); 9] = [
    ("POST", ofrep::SINGLE_PATH, "evaluate_flag"),
    ("POST", ofrep::BULK_PATH, "evaluate_flags"),
    ("POST", telemetry::TRACES_PATH, "export_traces"),
    ("POST", telemetry::LOGS_PATH, "export_logs"),
    ("GET", http::STREAM_PATH, "stream"),
    ("GET", "/healthz", "healthz"),
    ("GET", "/readyz", "readyz"),
    ("GET", "/metrics", "metrics"),
    ("GET", "/api/openapi.json", "openapi"),
];
/// Everything else: the user interface, paths and methods that there are not.
const OTHER: &str = "other";

/// Statuses that are told apart; any other counts as the last.
const STATUSES: [(u16, &str); 22] = [
    (200, "200"),
    (201, "201"),
    (204, "204"),
    (206, "206"),
    (304, "304"),
    (400, "400"),
    (401, "401"),
    (403, "403"),
    (404, "404"),
    (405, "405"),
    (408, "408"),
    (409, "409"),
    (413, "413"),
    (415, "415"),
    (422, "422"),
    (428, "428"),
    (429, "429"),
    (431, "431"),
    (500, "500"),
    (503, "503"),
    (504, "504"),
    (0, OTHER),
];

static LIMITS: [Limit; 10] = [
    Limit::micros(250, "0.00025"),
    Limit::micros(1_000, "0.001"),
    Limit::micros(2_500, "0.0025"),
    Limit::micros(5_000, "0.005"),
    Limit::micros(10_000, "0.01"),
    Limit::micros(25_000, "0.025"),
    Limit::micros(100_000, "0.1"),
    Limit::micros(500_000, "0.5"),
    Limit::micros(2_500_000, "2.5"),
    Limit::micros(10_000_000, "10"),
];

/// One operation's requests.
struct Operation {
    name: &'static str,
    by_status: [AtomicU64; STATUSES.len()],
    took: Histogram<10>,
}

impl Operation {
    fn new(name: &'static str) -> Self {
        Self { name, by_status: std::array::from_fn(|_| AtomicU64::new(0)), took: Histogram::new(&LIMITS) }
    }
}

/// All requests since the server started.
pub struct Requests {
    /// The last one is [`OTHER`].
    operations: Vec<Operation>,
    /// From method and path to a place in `operations`.
    places: HashMap<(&'static str, &'static str), usize>,
}

impl Requests {
    pub(super) fn new() -> Self {
        let endpoints = endpoint::ALL.iter().map(|meta| (meta.method.as_str(), meta.path, meta.operation));
        let (mut operations, mut places) = (Vec::new(), HashMap::new());
        for (method, path, name) in endpoints.chain(OTHERS) {
            places.insert((method, path), operations.len());
            operations.push(Operation::new(name));
        }
        operations.push(Operation::new(OTHER));
        Self { operations, places }
    }

    /// Counts a request that was answered with `status` after `took`.
    pub fn answered(&self, method: &str, path: Option<&str>, status: StatusCode, took: Duration) {
        let place = path.and_then(|path| self.places.get(&(method, path)).copied());
        let Some(operation) = self.operations.get(place.unwrap_or(self.operations.len() - 1)) else { return };
        let status = STATUSES.iter().position(|(known, _)| *known == status.as_u16());
        operation.by_status[status.unwrap_or(STATUSES.len() - 1)].fetch_add(1, Ordering::Relaxed);
        operation.took.observe(took);
    }

    pub(super) fn write(&self, page: &mut Exposition) {
        let mut family = page.family(
            "signalbox_http_requests_total",
            Kind::Counter,
            "Requests that were answered, by operation (as in the OpenAPI document) and status.",
        );
        for operation in &self.operations {
            for (count, (_, status)) in operation.by_status.iter().zip(STATUSES) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    family.sample(&[("operation", operation.name), ("status", status)], count);
                }
            }
        }
        let mut family = page.family(
            "signalbox_http_request_duration_seconds",
            Kind::Histogram,
            "Time from the head of a request to the head of its answer, by operation.",
        );
        for operation in self.operations.iter().filter(|operation| operation.took.count() > 0) {
            operation.took.write(&mut family, &[("operation", operation.name)]);
        }
    }
}

/// Counts a request on its way through.
pub async fn count_request<Answer: Future<Output = Response>>(
    engine: &Engine,
    request: Request,
    next: impl FnOnce(Request) -> Answer,
) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next(request).await;
    let path = path.as_ref().map(MatchedPath::as_str);
    engine.metrics().requests.answered(method.as_str(), path, response.status(), begun.elapsed());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_cannot_make_new_series() {
        let requests = Requests::new();
        let took = Duration::from_millis(3);
        requests.answered("GET", Some("/api/v1/projects/{project}"), StatusCode::OK, took);
        requests.answered("POST", Some(ofrep::SINGLE_PATH), StatusCode::NOT_FOUND, took);
        requests.answered("BREW", Some("/api/v1/projects/{project}"), StatusCode::IM_A_TEAPOT, took);
        requests.answered("GET", None, StatusCode::OK, took);
        let mut page = Exposition::default();
        requests.write(&mut page);
        let text = page.into_text();
        let counted: Vec<_> = text.lines().filter(|line| line.starts_with("signalbox_http_requests_total")).collect();
        assert_eq!(
            counted,
            [
                r#"signalbox_http_requests_total{operation="get_project",status="200"} 1"#,
                r#"signalbox_http_requests_total{operation="evaluate_flag",status="404"} 1"#,
                r#"signalbox_http_requests_total{operation="other",status="200"} 1"#,
                r#"signalbox_http_requests_total{operation="other",status="other"} 1"#,
            ]
        );
    }

    #[test]
    fn every_operation_has_a_place_of_its_own() {
        let requests = Requests::new();
        assert_eq!(requests.places.len(), requests.operations.len() - 1);
    }
}
