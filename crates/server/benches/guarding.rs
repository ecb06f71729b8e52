//! What guarding rollouts costs: looking at two hundred of them, and taking in what applications report. Prints figures
//! and asserts none.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use serde_json::json;
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject};
use signalbox_domain::event::Place;
use signalbox_domain::flag::{BucketingAlgorithm, FlagDetails};
use signalbox_domain::value::ValueKind;
use signalbox_server::applications::{self, TrustedProxies};
use signalbox_server::clock;
use signalbox_server::controller::{Controller, LOOKS_EVERY};
use signalbox_server::counting::PersonHash;
use signalbox_server::engine::{Committed, Engine, SubmitError, Terms};
use signalbox_server::evidence::{Evaluation, Request as Asked};
use tower::ServiceExt as _;

type Outcome<Done = ()> = Result<Done, Box<dyn std::error::Error>>;

const ROLLOUTS: usize = 200;
const METRICS: usize = 6;
const PEOPLE: u64 = 20_000;
const TICKS: u32 = 20;
/// Spans of one report: a batch of the usual exporter.
const SPANS: usize = 512;
const REPORTS: usize = 400;

fn main() -> Outcome {
    // `cargo test --benches` runs this too; there is nothing to measure in an unoptimised build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let data_dir = tempfile::tempdir()?;
    let engine = Engine::open(data_dir.path())?;
    let sdk_key = fill(&engine)?;
    looking(&engine)?;
    reporting(&engine, &sdk_key)
}

/// Two hundred flags, each with a rollout at 10 % that measures six things of twenty thousand people.
fn fill(engine: &Engine) -> Outcome<String> {
    let project = || "bank".parse();
    submit(engine, Command::CreateProject(NewProject { key: project()?, name: "Bank".into() }), None)?;
    let environment =
        NewEnvironment { key: "production".parse()?, name: "Production".into(), production: true, audience: 1_000_000 };
    submit(engine, Command::CreateEnvironment { project: project()?, environment }, None)?;
    let key = Command::CreateSdkKey {
        project: project()?,
        environment: "production".parse()?,
        name: "bench".into(),
        kind: SdkKeyKind::Server,
    };
    let secret = submit(engine, key, None)?.secret.ok_or("no secret")?.reveal().to_owned();
    let metrics: Vec<_> = (0..METRICS)
        .map(|number| {
            let measure = match number % 3 {
                0 => json!({"kind": "failed_requests"}),
                1 => json!({"kind": "slow_requests", "longer_than_ms": 300}),
                _ => json!({"kind": "request_duration"}),
            };
            json!({"key": format!("metric-{number}"), "name": "Metric", "measure": measure,
                "worse": "more_is_worse", "role": "guardrail", "margin": 0.1})
        })
        .collect();
    for number in 0..ROLLOUTS {
        let place = place(number)?;
        let details = FlagDetails {
            name: place.flag.to_string(),
            description: String::new(),
            purpose: Default::default(),
            owner: None,
            tags: Vec::new(),
            expected_removal: None,
        };
        let flag = NewFlag {
            key: place.flag.clone(),
            details,
            value_kind: ValueKind::Boolean,
            variants: None,
            off_variant: None,
            salt: None,
            bucketing: BucketingAlgorithm::Signalbox1,
        };
        submit(engine, Command::CreateFlag { project: project()?, flag: Box::new(flag) }, None)?;
        let stages = json!([
            {"audience": {"kind": "percentage", "share": 10}, "gate": {"evidence": "safe"}},
            {"audience": {"kind": "percentage", "share": 100}},
        ]);
        let guard = json!({"metrics": metrics, "automation": "guard"});
        let (stages, guard) = (serde_json::from_value(stages)?, serde_json::from_value(guard)?);
        let draft = Command::DraftRollout { place: place.clone(), rule: None, stages, guard };
        submit(engine, draft, Some(&place))?;
        submit(engine, Command::StartRollout { place: place.clone() }, Some(&place))?;
        let version = version(engine, &place);
        let watched = engine.watch().at(&place).ok_or("a rollout that is not watched")?;
        for person in 0..PEOPLE {
            let hash = PersonHash::of(person.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let variant = if person % 10 == 0 { "on" } else { "off" };
            let evaluation =
                Evaluation { variant, reason: Some("split"), version, person: Some(hash), at: clock::now() };
            if let Some(exposed) = watched.expose(SdkKeyKind::Server, evaluation) {
                let request = Asked { failed: person % 49 == 0, millis: 20.0 + (person % 97) as f64 };
                watched.request(SdkKeyKind::Server, exposed, hash, request);
            }
        }
    }
    Ok(secret)
}

fn looking(engine: &Arc<Engine>) -> Outcome {
    let controller = Controller::new(Arc::clone(engine), LOOKS_EVERY);
    // The first look keeps what is news.
    let first = time(|| controller.tick(clock::now()));
    let all = time(|| (0..TICKS).for_each(|_| controller.tick(clock::now())));
    let one = all / TICKS;
    let share = one.as_secs_f64() / LOOKS_EVERY.as_secs_f64() * 100.0;
    println!(
        "{ROLLOUTS} rollouts × {METRICS} metrics: a look takes {one:.2?}, {share:.2} % of one processor at one in 10 s"
    );
    println!("  the first, which keeps {} verdicts: {first:.2?}", ROLLOUTS * METRICS);
    let sums = ROLLOUTS * METRICS * 2 * 256 * 2 * size_of::<f64>();
    let bytes = vec![1_u8; sums];
    let floor = time(|| {
        black_box(black_box(&bytes).iter().map(|byte| u64::from(*byte)).sum::<u64>());
    });
    println!("  floor: reading the {:.1} MB of sums once: {floor:.2?}", sums as f64 / 1e6);
    Ok(())
}

/// Reports through the router, on one thread.
fn reporting(engine: &Arc<Engine>, sdk_key: &str) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let router = applications::router(Arc::clone(engine), TrustedProxies::default(), 10);
    let place = place(7)?;
    let version = version(engine, &place).ok_or("a flag without a version")?;
    let mut taken = Duration::ZERO;
    let mut decoded = Duration::ZERO;
    for number in 0..REPORTS {
        let bytes = report(number, &place, version).encode_to_vec();
        let copy = bytes.clone();
        decoded += time(|| {
            black_box(ExportTraceServiceRequest::decode(black_box(copy.as_slice())).ok());
        });
        let request = Request::post("/v1/traces")
            .header(header::AUTHORIZATION, format!("Bearer {sdk_key}"))
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .body(Body::from(bytes))?;
        let started = Instant::now();
        let answer = runtime.block_on(router.clone().oneshot(request))?;
        taken += started.elapsed();
        if answer.status() != StatusCode::OK {
            return Err(format!("a report is refused: {}", answer.status()).into());
        }
    }
    let spans = (REPORTS * SPANS) as f64;
    let per_second = |time: Duration| spans / time.as_secs_f64();
    println!("spans with an evaluation each, reports of {SPANS}: {:.0} a second on one thread", per_second(taken));
    println!("  floor: decoding them and nothing else: {:.0} a second", per_second(decoded));
    Ok(())
}

fn report(number: usize, place: &Place, version: u64) -> ExportTraceServiceRequest {
    let text = |key: &str, value: String| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(Any::StringValue(value)) }),
        ..KeyValue::default()
    };
    let spans = (0..SPANS).map(|index| {
        let person = number * SPANS + index;
        let attributes = vec![
            text("feature_flag.key", place.flag.to_string()),
            text("feature_flag.result.variant", if person.is_multiple_of(10) { "on" } else { "off" }.to_owned()),
            text("feature_flag.result.reason", "split".to_owned()),
            text("feature_flag.context.id", format!("customer-{person}")),
            text("feature_flag.set.id", "bank/production".to_owned()),
            text("feature_flag.version", version.to_string()),
            text("feature_flag.provider.name", "OFREP Provider".to_owned()),
        ];
        let now = u64::try_from(clock::now().millis()).unwrap_or_default() * 1_000_000;
        let event =
            Event { time_unix_nano: now, name: "feature_flag.evaluation".to_owned(), attributes, ..Event::default() };
        Span {
            trace_id: (person as u128 + 1).to_be_bytes().to_vec(),
            span_id: (person as u64 + 1).to_be_bytes().to_vec(),
            name: "POST /pay".to_owned(),
            kind: SpanKind::Server.into(),
            start_time_unix_nano: now - 20_000_000,
            end_time_unix_nano: now,
            events: vec![event],
            attributes: vec![text("http.route", "/pay".to_owned()), text("http.request.method", "POST".to_owned())],
            ..Span::default()
        }
    });
    let scope_spans = vec![ScopeSpans { spans: spans.collect(), ..ScopeSpans::default() }];
    ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }] }
}

fn place(number: usize) -> Outcome<Place> {
    Ok(Place { project: "bank".parse()?, flag: format!("flag-{number}").parse()?, environment: "production".parse()? })
}

fn version(engine: &Engine, place: &Place) -> Option<u64> {
    engine.read(|state, _| {
        state.configuration(&place.project, &place.flag, &place.environment).map(|found| found.version)
    })
}

fn submit(engine: &Engine, command: Command, at: Option<&Place>) -> Result<Committed, SubmitError> {
    let version = at.and_then(|place| version(engine, place));
    engine.submit_blocking(command, Terms::system().against(version).because("bench".to_owned()))
}

fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}
