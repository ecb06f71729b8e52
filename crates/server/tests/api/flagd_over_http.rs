//! flagd's own suite over real HTTP: its documents brought in by the import, its questions asked over OFREP.

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::flagd_suite::{Evaluator, Response, Scenario, Tally, Testbed, applies_today, selects_a_flag_set};
use crate::server::{Answer, Server};

/// The features for providers that concern what is evaluated; the others test a client.
const PROVIDER_FEATURES: [&str; 4] = ["disabled", "evaluation", "metadata", "targeting"];
/// What Signalbox itself says of every answer, beside what the document says of the flag.
const OURS: [&str; 3] = ["flagSetId", "version", "rule"];

/// A server with an environment into which documents are brought.
struct World {
    server: Server,
    sdk_key: String,
}

impl World {
    async fn start() -> Self {
        let server = Server::with_a_flag().await;
        let made = server.make("/api/v1/projects/bank/environments/prod/sdk-keys", json!({"name": "suite"})).await;
        let sdk_key = made.body["secret"].as_str().unwrap().to_owned();
        Self { server, sdk_key }
    }

    async fn import(&self, query: &str, document: &Value) -> Value {
        let path = format!("/api/v1/projects/bank/import?environment=prod&{query}");
        let answer = self.server.post(&path, document.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    async fn export(&self, format: &str) -> Value {
        let path = format!("/api/v1/projects/bank/export?environment=prod&format={format}");
        let answer = self.server.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    async fn ask(&self, path: &str, context: &Map<String, Value>) -> Answer {
        let body = json!({ "context": context });
        self.server.ask_openly(Method::POST, path).token(&self.sdk_key).body(body).send().await
    }
}

/// The suite's questions, one call of OFREP each.
struct OverHttp<'a> {
    world: &'a World,
    runtime: tokio::runtime::Handle,
}

impl Evaluator for OverHttp<'_> {
    fn evaluate(&mut self, key: &str, context: &Map<String, Value>) -> Response {
        let path = format!("/ofrep/v1/evaluate/flags/{key}");
        let answer = self.runtime.block_on(self.world.ask(&path, context));
        let expected = if answer.body.get("errorCode").is_none() { vec![200] } else { vec![400, 404] };
        assert!(expected.contains(&answer.status.as_u16()), "{key}: {} {}", answer.status, answer.body);
        response(answer.body)
    }
}

/// As a client reads an answer. Clients index `variant`, so that it is there, empty, where there is none.
fn response(mut body: Value) -> Response {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut metadata = body["metadata"].take();
    let mut metadata = metadata.as_object_mut().map(std::mem::take).unwrap_or_default();
    metadata.retain(|name, _| !OURS.contains(&name.as_str()));
    let error_code = text(&body["errorCode"]);
    assert_eq!(error_code.is_none(), body["variant"].is_string(), "{body}");
    Response {
        variant: text(&body["variant"]),
        reason: text(&body["reason"]).unwrap_or_default(),
        error_code,
        metadata,
        value: body.as_object_mut().and_then(|members| members.remove("value")),
    }
}

/// Brings the two documents of the suite in, each into a server of its own, and runs the scenarios that `select`
/// takes.
async fn run(generation: &'static str, select: fn(&Scenario) -> bool) -> Tally {
    let testbed = Testbed::get();
    let mut tally = Tally::default();
    for (document, scenarios) in [
        (testbed.evaluator_flags(), testbed.scenarios("evaluator/gherkin", None)),
        (testbed.provider_flags(), testbed.scenarios("gherkin", Some(&PROVIDER_FEATURES))),
    ] {
        let world = World::start().await;
        let report = world.import(&format!("format=flagd&generation={generation}&reason=Suite"), &document).await;
        let flags = document["flags"].as_object().unwrap().len();
        let (created, kept) = (count(&report["created"]), count(&report["kept_apart"]));
        assert_eq!((created + kept, count(&report["not_representable"])), (flags, 0), "{report}");
        println!("{flags} flags: {created} of the project, {kept} kept apart");

        let runtime = tokio::runtime::Handle::current();
        tally = tokio::task::spawn_blocking(move || {
            tally.run(&scenarios, select, &mut OverHttp { world: &world, runtime });
            tally
        })
        .await
        .unwrap();
    }
    println!("{generation}: {} run, {} skipped, {} failed", tally.run, tally.skipped, tally.failures.len());
    tally
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_today_passes() {
    let tally = run("flagd-3", applies_today).await;
    assert_eq!(tally.failures, [""; 0]);
    assert_eq!((tally.run, tally.skipped), (343, 83));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_the_second_generation_passes() {
    let tally = run("flagd-2", |scenario| {
        let not_then = ["@fractional-v1", "@fractional-v3", "@deprecated"];
        !not_then.iter().any(|tag| scenario.tags.contains(*tag)) && !selects_a_flag_set(scenario)
    })
    .await;
    assert_eq!(tally.failures, [""; 0]);
    assert_eq!((tally.run, tally.skipped), (253, 173));
}

#[tokio::test]
async fn the_suites_documents_brought_in_again_change_nothing() {
    let testbed = Testbed::get();
    for document in [testbed.evaluator_flags(), testbed.provider_flags()] {
        let world = World::start().await;
        world.import("format=flagd&reason=Suite", &document).await;
        let sequence = world.server.sequence().await;
        let flags = document["flags"].as_object().unwrap().len();
        for (format, document) in [
            ("flagd", document),
            ("flagd", world.export("flagd").await),
            ("signalbox", world.export("signalbox").await),
        ] {
            let report = world.import(&format!("format={format}"), &document).await;
            assert_eq!(count(&report["created"]) + count(&report["changed"]), 0, "{report}");
            assert!(report["kept_apart"].as_array().unwrap().iter().all(|kept| kept["change"] == "unchanged"));
            // With the flag that was there before.
            let told = count(&report["unchanged"]) + count(&report["kept_apart"]);
            assert!((flags..=flags + 1).contains(&told), "{told} of {flags}: {report}");
        }
        assert_eq!(world.server.sequence().await, sequence, "no event was stored");

        // All at once they give what they give one by one.
        let context = json!({"targetingKey": "ann"});
        let all = world.ask("/ofrep/v1/evaluate/flags", context.as_object().unwrap()).await.body;
        let all = all["flags"].as_array().unwrap();
        assert_eq!(all.len(), flags + 1);
        for flag in all {
            let path = format!("/ofrep/v1/evaluate/flags/{}", flag["key"].as_str().unwrap());
            assert_eq!(world.ask(&path, context.as_object().unwrap()).await.body, *flag);
        }
    }
}

/// The example documents of flagd's schema, good and bad: each is told part by part or refused with its place.
#[tokio::test]
async fn the_examples_of_the_schema_are_told_part_by_part() {
    let world = World::start().await;
    for document in Testbed::get().schema_examples() {
        let flags = match &document["flags"] {
            Value::Array(flags) => flags.len(),
            flags => flags.as_object().map_or(0, Map::len),
        };
        let report = world.import("format=flagd&dry_run=true", &document).await;
        let lists = ["created", "changed", "unchanged", "kept_apart", "not_representable"];
        let told: usize = lists.iter().map(|list| count(&report[list])).sum();
        assert!(told + count(&report["warnings"]) >= flags && told <= flags, "{flags}: {report}");
    }
}
