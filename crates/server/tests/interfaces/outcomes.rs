//! What people did after they were shown a variant, and what is kept of it.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use signalbox_domain::Timestamp;
use signalbox_domain::command::Command;
use signalbox_domain::evidence::Stratum;
use signalbox_domain::guard::Source;
use signalbox_domain::rollout::Position;
use signalbox_server::applications::{MOST_OUTCOMES, TRACK_PATH};
use signalbox_server::clock;
use signalbox_server::evaluation_sets::SeenVersions;

use crate::bank::{production, send};
use crate::shop::Shop;

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

#[tokio::test]
async fn exposures_tell_whether_anybody_still_shows_what_was_before() {
    let shop = Shop::measuring(&[json!({ "kind": "failed_requests" })]);
    let before = shop.version();
    shop.shown("ann", "on", "split", Some(before)).await;
    let seen = || {
        let place = production("checkout");
        let set = shop.bank.engine.evaluation_set_of(&place.project, &place.environment).expect("a set");
        set.served("checkout").expect("a flag").told.seen.versions()
    };
    assert_eq!(seen(), SeenVersions { now: 1, before: 0, unknown: 0 });
    shop.bank.place("checkout", |place| Command::RollBackRollout { place, to: Position::Start });
    assert_eq!(seen(), SeenVersions::default(), "counted anew since the change");
    shop.shown("ann", "on", "split", Some(before)).await;
    shop.shown("ben", "off", "split", Some(shop.version())).await;
    shop.shown("eve", "off", "split", None).await;
    assert_eq!(seen(), SeenVersions { now: 1, before: 1, unknown: 1 });
}
