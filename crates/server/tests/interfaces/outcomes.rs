//! What people did after they were shown a variant, and what is kept of it.

use axum::Router;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use signalbox_domain::Timestamp;
use signalbox_domain::command::Command;
use signalbox_domain::evidence::Stratum;
use signalbox_domain::guard::Source;
use signalbox_server::applications::{self, MOST_OUTCOMES, TRACK_PATH, TrustedProxies};
use signalbox_server::clock;
use signalbox_server::telemetry::LOGS_PATH;

use crate::bank::{Answer, Bank, production, send};

/// A rollout to half of everybody, of which this is measured, and an application.
struct Shop {
    bank: Bank,
    router: Router,
    key: String,
}

impl Shop {
    fn measuring(measures: &[Value]) -> Self {
        let bank = Bank::new();
        bank.boolean("checkout", 0.0);
        let metrics: Vec<_> = measures
            .iter()
            .enumerate()
            .map(|(number, measure)| {
                json!({ "key": format!("m{number}"), "name": "Metric", "measure": measure, "worse": "less_is_worse",
                    "role": "goal", "margin": 0.1 })
            })
            .collect();
        let guard = serde_json::from_value(json!({ "metrics": metrics })).expect("a guard");
        let stages =
            serde_json::from_value(json!([{ "audience": { "kind": "percentage", "share": 50 } }])).expect("stages");
        bank.place("checkout", |place| Command::DraftRollout { place, rule: None, stages, guard });
        bank.place("checkout", |place| Command::StartRollout { place });
        let (_, key) = bank.sdk_key("production");
        let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
        Self { bank, router, key }
    }

    async fn post(&self, path: &str, body: impl Into<String>) -> Answer {
        let authorization = format!("Bearer {}", self.key);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        send(&self.router, Method::POST, path, &headers, body.into()).await
    }

    async fn track(&self, outcome: Value) -> Value {
        let answer = self.post(TRACK_PATH, outcome.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// Somebody was shown a variant, as an application tells by a log record.
    async fn shown(&self, person: &str, variant: &str, reason: &str, version: Option<u64>) {
        let mut attributes = vec![
            ("feature_flag.key", "checkout".to_owned()),
            ("feature_flag.result.variant", variant.to_owned()),
            ("feature_flag.result.reason", reason.to_owned()),
            ("feature_flag.context.id", person.to_owned()),
        ];
        attributes.extend(version.map(|version| ("feature_flag.version", version.to_string())));
        let attributes: Vec<_> =
            attributes.iter().map(|(key, value)| json!({ "key": key, "value": { "stringValue": value } })).collect();
        let record = json!({ "eventName": "feature_flag.evaluation", "attributes": attributes });
        let report = json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": [record] }] }] });
        assert_eq!(self.post(LOGS_PATH, report.to_string()).await.status, StatusCode::OK);
    }

    fn version(&self) -> u64 {
        let place = production("checkout");
        let found = |state: &signalbox_domain::State| {
            state.configuration(&place.project, &place.flag, &place.environment).map(|here| here.version)
        };
        self.bank.engine.read(|state, _| found(state)).expect("a flag")
    }

    /// What of a metric is in the stratum that is now.
    fn gathered(&self, metric: &str) -> Stratum {
        let watched = self.bank.engine.watch().at(&production("checkout")).expect("a rollout that is watched");
        let began = watched.rollout.strata.last().expect("it has started").sequence;
        watched.gathered(Source::Servers).stratum(began, &metric.parse().expect("a key"))
    }
}

const COUNTED: fn() -> Value = || json!({ "counted": 1, "not_asked": 0 });
const NOT_ASKED: fn() -> Value = || json!({ "counted": 0, "not_asked": 1 });

#[tokio::test]
async fn outcomes_are_put_down_to_what_people_were_shown_before() {
    let shop = Shop::measuring(&[
        json!({ "kind": "people_who", "outcome": "paid" }),
        json!({ "kind": "times_per_person", "outcome": "paid" }),
        json!({ "kind": "value_per_person", "outcome": "paid" }),
        json!({ "kind": "value_per_time", "outcome": "paid" }),
        json!({ "kind": "times_per", "outcome": "paid", "of": "visited" }),
    ]);
    let paid = |person: &str, value: f64| json!({ "targetingKey": person, "event": "paid", "value": value });
    assert_eq!(shop.track(paid("ann", 10.0)).await, NOT_ASKED(), "nobody showed her anything yet");

    let version = Some(shop.version());
    shop.shown("ann", "on", "split", version).await;
    shop.shown("ben", "off", "SPLIT", version).await;
    assert_eq!(shop.track(paid("ann", 10.0)).await, COUNTED());
    assert_eq!(shop.track(paid("ann", 5.0)).await, COUNTED());
    let several = json!({ "outcomes": [
        paid("ben", 2.0),
        { "targetingKey": "ben", "event": "visited" },
        { "targetingKey": "ben", "event": "left" },
        paid("cay", 7.0),
    ] });
    assert_eq!(shop.track(several).await, json!({ "counted": 2, "not_asked": 2 }));

    let check = |metric: &str, control: (f64, f64), treated: (f64, f64)| {
        let found = shop.gathered(metric);
        let arms = [found.control, found.treated].map(|arm| (arm.total.weight, arm.total.sum));
        assert_eq!(arms, [control, treated], "{metric}");
    };
    check("m0", (1.0, 1.0), (1.0, 1.0));
    check("m1", (1.0, 1.0), (1.0, 2.0));
    check("m2", (1.0, 2.0), (1.0, 15.0));
    check("m3", (1.0, 2.0), (2.0, 15.0));
    check("m4", (1.0, 1.0), (0.0, 2.0));

    // Shown again, they are the same people.
    shop.shown("ann", "on", "split", version).await;
    check("m0", (1.0, 1.0), (1.0, 1.0));
    // What happened before they were shown anything has nothing to do with it.
    let earlier = Timestamp::from_millis(clock::now().millis() - 3_600_000);
    let early = json!({ "targetingKey": "ann", "event": "paid", "at": earlier });
    assert_eq!(shop.track(early).await, NOT_ASKED());
    check("m1", (1.0, 1.0), (1.0, 2.0));
}

#[tokio::test]
async fn only_those_whom_chance_put_somewhere_are_compared() {
    let shop = Shop::measuring(&[json!({ "kind": "people_who", "outcome": "paid" })]);
    let version = Some(shop.version());
    for (person, variant, reason, version) in [
        ("ann", "on", "TARGETING_MATCH", version),
        ("ben", "off", "DEFAULT", version),
        ("cay", "on", "STATIC", version),
        // Of a version before the rollout, and of none in the minute after it began.
        ("dan", "on", "split", Some(1)),
        ("eve", "on", "split", None),
    ] {
        shop.shown(person, variant, reason, version).await;
        assert_eq!(shop.track(json!({ "targetingKey": person, "event": "paid" })).await, NOT_ASKED(), "{person}");
    }
    assert_eq!(shop.gathered("m0"), Stratum::default());
}

#[tokio::test]
async fn what_nobody_asks_for_leaves_nothing_behind() {
    let shop = Shop::measuring(&[json!({ "kind": "people_who", "outcome": "paid" })]);
    let version = Some(shop.version());
    shop.shown("ann", "on", "split", version).await;
    let flood: Vec<_> = (0..MOST_OUTCOMES)
        .map(|number| json!({ "targetingKey": "ann", "event": format!("made-up-{number}") }))
        .collect();
    let told = shop.track(json!({ "outcomes": flood })).await;
    assert_eq!(told, json!({ "counted": 0, "not_asked": MOST_OUTCOMES }));
    for variant in ["purple", "on\u{0}", &"x".repeat(1_000)] {
        shop.shown("ann", variant, "split", version).await;
    }
    let watched = shop.bank.engine.watch().at(&production("checkout")).unwrap();
    let gathered = watched.gathered(Source::Servers);
    let metrics: usize = gathered.strata.values().flat_map(|stratum| &stratum.arms).map(|arm| arm.metrics.len()).sum();
    assert_eq!((gathered.strata.len(), metrics), (1, 1));
}

#[tokio::test]
async fn bad_outcomes_are_refused_by_name_and_none_of_their_report_counts() {
    let shop = Shop::measuring(&[json!({ "kind": "people_who", "outcome": "paid" })]);
    shop.shown("ann", "on", "split", Some(shop.version())).await;
    let good = json!({ "targetingKey": "ann", "event": "paid" });
    let with = |name: &str, value: Value| {
        let mut outcome = good.clone();
        outcome[name] = value;
        outcome
    };
    for (body, status, field) in [
        (json!({}), 400, "targetingKey"),
        (json!({ "targetingKey": "ann" }), 400, "event"),
        (with("targetingKey", json!("")), 422, "targetingKey"),
        (with("targetingKey", json!(5)), 400, "targetingKey"),
        (with("event", json!("two words")), 422, "event"),
        (with("event", json!("x".repeat(200))), 422, "event"),
        (with("value", json!("abc")), 400, "value"),
        (with("at", json!("yesterday")), 422, "at"),
        (with("at", json!("2001-01-01T00:00:00Z")), 422, "at"),
        (with("at", json!("2999-01-01T00:00:00Z")), 422, "at"),
        (with("color", json!("red")), 400, "color"),
        (json!({ "outcomes": [] }), 422, "outcomes"),
        (json!({ "outcomes": [good.clone(), with("targetingKey", json!(""))] }), 422, "outcomes[1].targetingKey"),
    ] {
        let answer = shop.post(TRACK_PATH, body.to_string()).await;
        let said = answer.json()["error"]["field"].clone();
        assert_eq!((answer.status.as_u16(), said), (status, json!(field)), "{body}: {}", answer.text);
    }
    for body in ["", "[]", "{\"outcomes\":", "null", "5"] {
        assert_eq!(shop.post(TRACK_PATH, body).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let huge = json!({ "targetingKey": "x".repeat(10_000_000), "event": "paid" }).to_string();
    assert_eq!(shop.post(TRACK_PATH, huge).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(shop.gathered("m0").treated.total.sum, 0.0);

    let unknown = send(&shop.router, Method::POST, TRACK_PATH, &[("authorization", "Bearer wrong")], "{}").await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    let read = send(&shop.router, Method::GET, TRACK_PATH, &[], "").await;
    assert_eq!(read.status, StatusCode::METHOD_NOT_ALLOWED);
}
