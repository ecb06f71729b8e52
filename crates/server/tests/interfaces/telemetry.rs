//! Telemetry by OTLP: what is taken, what is counted, and how it says no.

use std::io::Write as _;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use prost::Message as _;
use serde_json::{Value, json};
use signalbox_domain::access::SdkKeyKind;
use signalbox_server::applications::{self, TrustedProxies};
use signalbox_server::clock;
use signalbox_server::telemetry::{LARGEST_BODY_BYTES, LOGS_PATH, TRACES_PATH};
use tower::ServiceExt;

use crate::bank::{Bank, production};

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const JSON: (&str, &str) = ("content-type", "application/json");

/// An application with a key.
struct Application {
    bank: Bank,
    router: Router,
    key: String,
}

impl Application {
    fn with(kind: SdkKeyKind) -> Self {
        let bank = Bank::new();
        bank.boolean("checkout", 100.0);
        bank.boolean("hidden", 100.0);
        bank.client_side("checkout", true);
        let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
        let (_, key) = bank.sdk_key_of(kind, "production");
        Self { bank, router, key }
    }

    fn new() -> Self {
        Self::with(SdkKeyKind::Server)
    }

    async fn send(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::post(path).header("authorization", format!("Bearer {}", self.key));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let Ok(response) = self.router.clone().oneshot(request.body(Body::from(body)).expect("a request")).await;
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(body, 1 << 20).await.expect("a whole body").to_vec())
    }

    async fn json(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let (status, headers, bytes) = self.send(path, &[JSON], body.to_string().into_bytes()).await;
        assert_eq!(headers["content-type"], "application/json");
        (status, serde_json::from_slice(&bytes).expect("JSON"))
    }

    /// Exposures of a flag in the last hour: how many, and about how many people.
    fn exposures(&self, flag: &str) -> (u64, u64) {
        let seen = self.bank.engine.counting().seen(&production(flag), clock::now()).expect("a flag");
        let exposures = seen.variants.iter().flat_map(|variant| &variant.minutes).map(|minute| minute.exposures).sum();
        let people = seen.people.iter().filter_map(|people| Some(people.exposed.as_ref()?.estimate())).sum();
        (exposures, people)
    }
}

fn attributes(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(key, value)| json!({ "key": key, "value": { "stringValue": value } })).collect()
}

fn evaluation(flag: &str, variant: &str, person: &str) -> Value {
    let own =
        [("feature_flag.key", flag), ("feature_flag.result.variant", variant), ("feature_flag.context.id", person)];
    attributes(&own)
}

/// A report of one span with these events.
fn traces(events: &[Value]) -> Value {
    let events: Vec<_> = events
        .iter()
        .map(|attributes| {
            json!({ "timeUnixNano": "1700000000000000000", "name": "feature_flag.evaluation", "attributes": attributes })
        })
        .collect();
    let span = json!({
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "POST /pay", "kind": 2,
        "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000000012000000", "events": events,
    });
    json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [span] }] }] })
}

#[tokio::test]
async fn evaluations_in_traces_and_logs_are_exposures() {
    let application = Application::new();
    let report = traces(&[evaluation("checkout", "on", "ann"), evaluation("checkout", "off", "ben")]);
    assert_eq!(application.json(TRACES_PATH, &report).await, (StatusCode::OK, json!({})));

    // The same in protobuf, packed, as most exporters send it.
    // Exporters send again what they are not sure arrived.
    assert_eq!(application.json(TRACES_PATH, &report).await, (StatusCode::OK, json!({})));
    assert_eq!(application.exposures("checkout"), (2, 2));
    let mut message: ExportTraceServiceRequest = serde_json::from_value(report).unwrap();
    message.resource_spans[0].scope_spans[0].spans[0].span_id = vec![7; 8];
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&message.encode_to_vec()).unwrap();
    let headers = [PROTOBUF, ("content-encoding", "gzip")];
    let (status, headers, bytes) = application.send(TRACES_PATH, &headers, packed.finish().unwrap()).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, PROTOBUF.1));
    assert_eq!(ExportTraceServiceResponse::decode(bytes.as_slice()).unwrap().partial_success, None);
    assert_eq!(application.exposures("checkout"), (4, 2));

    let mut named =
        json!({ "eventName": "feature_flag.evaluation", "attributes": evaluation("checkout", "on", "cay") });
    let logs = |record: &Value| json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": [record] }] }] });
    assert_eq!(application.json(LOGS_PATH, &logs(&named)).await, (StatusCode::OK, json!({})));
    named["eventName"] = json!("");
    named["attributes"]
        .as_array_mut()
        .unwrap()
        .extend_from_slice(attributes(&[("event.name", "feature_flag.evaluation")]).as_array().unwrap());
    let message: ExportLogsServiceRequest = serde_json::from_value(logs(&named)).unwrap();
    let (status, _, _) = application.send(LOGS_PATH, &[PROTOBUF], message.encode_to_vec()).await;
    assert_eq!((status, application.exposures("checkout")), (StatusCode::OK, (6, 3)));

    named["attributes"].as_array_mut().unwrap().pop();
    let (status, _) = application.json(LOGS_PATH, &logs(&named)).await;
    assert_eq!((status, application.exposures("checkout")), (StatusCode::OK, (6, 3)), "any other record is none");
}

#[tokio::test]
async fn what_is_not_counted_is_told_and_not_sent_again() {
    let application = Application::new();
    let mut elsewhere = evaluation("checkout", "on", "ann");
    elsewhere
        .as_array_mut()
        .unwrap()
        .extend_from_slice(attributes(&[("feature_flag.set.id", "bank/staging")]).as_array().unwrap());
    let failed = attributes(&[("feature_flag.key", "checkout"), ("error.type", "general")]);
    let report = traces(&[
        evaluation("no-such-flag", "on", "ann"),
        evaluation("checkout", "maybe", "ann"),
        elsewhere,
        failed,
        evaluation("checkout", "on", "ann"),
    ]);
    let (status, answer) = application.json(TRACES_PATH, &report).await;
    assert_eq!(status, StatusCode::OK);
    let warning = "flag evaluations not counted: 1 name a flag that is not in the environment of this key; \
                   1 name no variant of their flag; 1 are of another environment than this key";
    assert_eq!(answer["partialSuccess"]["errorMessage"], warning, "{answer}");
    assert_eq!(application.exposures("checkout"), (1, 1));
    assert_eq!(application.bank.engine.counting().unknown_exposures(), 3);
}

#[tokio::test]
async fn a_client_key_reports_what_it_may_ask_for() {
    let application = Application::with(SdkKeyKind::Client);
    let report = traces(&[evaluation("checkout", "on", "ann"), evaluation("hidden", "on", "ann")]);
    let (status, answer) = application.json(TRACES_PATH, &report).await;
    let warning = "flag evaluations not counted: 1 name a flag that is not in the environment of this key";
    assert_eq!((status, &answer["partialSuccess"]["errorMessage"]), (StatusCode::OK, &json!(warning)));
    assert_eq!((application.exposures("checkout").0, application.exposures("hidden").0), (1, 0));
    // Browsers ask first whether a page of another origin may send this.
    let asked = Request::builder().method("OPTIONS").uri(TRACES_PATH).header("origin", "https://shop.example");
    let asked = asked.header("access-control-request-method", "POST");
    let Ok(response) = application.router.clone().oneshot(asked.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (response.status(), &response.headers()["access-control-allow-origin"]),
        (StatusCode::OK, &"*".parse().unwrap())
    );
}

#[tokio::test]
async fn bad_reports_are_refused_as_the_protocol_has_it() {
    let application = Application::new();
    let whole = traces(&[evaluation("checkout", "on", "ann")]).to_string().into_bytes();
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; LARGEST_BODY_BYTES + 1]).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let gzip = ("content-encoding", "gzip");
    for (headers, body, status, code, said) in [
        (&[JSON][..], b"{".to_vec(), 400, 3, "EOF"),
        (&[JSON], whole[..whole.len() / 2].to_vec(), 400, 3, "EOF"),
        (&[PROTOBUF], b"\xff\xff\xff\xff".to_vec(), 400, 3, ""),
        (&[JSON, gzip], b"no gzip".to_vec(), 400, 3, "no gzip"),
        (&[JSON, gzip], bomb, 413, 8, "8388608"),
        (&[JSON], vec![b' '; LARGEST_BODY_BYTES + 1], 413, 8, "smaller batches"),
        (&[JSON, ("content-encoding", "zstd")], whole.clone(), 415, 3, "gzip"),
        (&[("content-type", "text/plain")], whole.clone(), 415, 3, "application/x-protobuf"),
        (&[], whole.clone(), 415, 3, "application/x-protobuf"),
    ] {
        let (got, answer, bytes) = application.send(TRACES_PATH, headers, body).await;
        assert_eq!(got.as_u16(), status, "{headers:?}");
        // google.rpc.Status: 1 is the code, 2 the message.
        let (got, message) = if answer["content-type"] == PROTOBUF.1 {
            assert_eq!(bytes[0], 0x08, "{headers:?}");
            (u64::from(bytes[1]), String::from_utf8_lossy(&bytes[4..]).into_owned())
        } else {
            let body: Value = serde_json::from_slice(&bytes).unwrap();
            (body["code"].as_u64().unwrap(), body["message"].as_str().unwrap().to_owned())
        };
        assert_eq!(got, code, "{headers:?}");
        assert!(message.contains(said), "{headers:?}: {message}");
    }
    let stranger = Application { key: "sbx_sdk_made-up".into(), ..application };
    let (status, answer) = stranger.json(TRACES_PATH, &json!({})).await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNAUTHORIZED, &json!(16)));
    assert_eq!(stranger.exposures("checkout"), (0, 0));
    let get = Request::get(TRACES_PATH).body(Body::empty()).unwrap();
    let Ok(response) = stranger.router.clone().oneshot(get).await;
    assert_eq!(
        (response.status(), &response.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
}
