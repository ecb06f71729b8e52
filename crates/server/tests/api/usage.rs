//! What is counted of evaluations, and when keys were used.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use signalbox_server::start;

use crate::server::{Answer, Server, options};

const USAGE: &str = "/api/v1/projects/bank/flags/pay/environments/dev/usage";
const KEYS: &str = "/api/v1/projects/bank/environments/dev/sdk-keys";

/// A bank whose flag `pay` is given to everybody in `dev`, and the secret of a key for it.
async fn bank() -> (Server, String) {
    let server = Server::with_a_flag().await;
    let place = "/api/v1/projects/bank/flags/pay/environments/dev";
    let version = server.get(place).await.version();
    let given = server.ask(Method::PATCH, &format!("{place}/rule")).version(version).body(json!({"share": 100}));
    assert_eq!(given.send().await.status, StatusCode::OK);
    let key = server.make(KEYS, json!({"name": "web shop"})).await.body["secret"].as_str().unwrap().to_owned();
    (server, key)
}

async fn ask(server: &Server, key: &str, path: &str, person: &str) {
    let body = json!({"context": {"targetingKey": person}});
    let answer = server.ask_openly(Method::POST, path).token(key).body(body).send().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

async fn report(server: &Server, key: &str, exposures: Value) -> Answer {
    let body = json!({ "exposures": exposures });
    server.ask_openly(Method::POST, "/api/v1/exposures").token(key).body(body).send().await
}

/// Whether an estimate of up to a hundred people is what it may be: each installation draws its own hashes, two of
/// which may fall together, and six people off is over five standard errors.
fn near(estimate: &Value, truth: u64) -> bool {
    estimate["about"].as_u64().unwrap().abs_diff(truth) <= 6
}

#[tokio::test]
async fn evaluations_of_each_kind_and_exposures_are_counted_apart() {
    let (server, key) = bank().await;
    let before = server.get(USAGE).await.body;
    let nobody = json!({"reported": false});
    assert_eq!((&before["evaluations"], &before["exposures"]), (&nobody, &nobody), "nothing is known, not never");
    assert_eq!(before["minutes"].as_array().unwrap().len(), 60);

    for person in 0..20 {
        ask(&server, &key, "/ofrep/v1/evaluate/flags/pay", &format!("single-{person}")).await;
        ask(&server, &key, "/ofrep/v1/evaluate/flags", &format!("bulk-{}", person / 2)).await;
    }
    let exposures = json!([
        {"flag": "pay", "variant": "on", "targetingKey": "single-1"},
        {"flag": "pay", "variant": "on"},
        {"flag": "no-such-flag", "variant": "on"},
        {"flag": "pay", "variant": "maybe"},
    ]);
    let taken = report(&server, &key, exposures).await;
    let refused = json!([{"index": 2, "why": "unknown_flag"}, {"index": 3, "why": "unknown_variant"}]);
    assert_eq!((taken.status, taken.body), (StatusCode::OK, json!({"taken": 2, "refused": refused})));

    let usage = server.get(USAGE).await.body;
    assert_eq!(usage["last_hour"], json!({"single": 20, "bulk": 20, "exposures": 2}));
    assert_eq!(
        usage["variants"],
        json!([
            {"variant": "on", "single": 20, "bulk": 20, "exposures": 2},
            {"variant": "off", "single": 0, "bulk": 0, "exposures": 0},
        ])
    );
    let counted = |name: &str| -> u64 {
        usage["minutes"].as_array().unwrap().iter().map(|minute| minute[name].as_u64().unwrap()).sum()
    };
    assert_eq!((counted("single"), counted("bulk"), counted("exposures")), (20, 20, 2));
    assert_eq!(usage["evaluations"]["reported"], true);
    assert_eq!(usage["exposures"]["last"], usage["evaluations"]["last"], "both in this minute, to the minute");

    let [people] = usage["people"].as_array().unwrap().as_slice() else { panic!("{usage}") };
    assert_eq!(people.get("rule"), None);
    let today = &people["today"];
    assert!(near(&today["reached"], 30) && near(&today["asked"], 30), "{today}");
    assert_eq!(today["exposed"]["about"], 1);
    assert_eq!(people["last_7_days"], people["today"]);
    assert!(people["today"]["reached"]["standard_error"].as_f64().is_some_and(|error| 0.01 < error && error < 0.02));

    let rows = server.get("/api/v1/projects/bank/environments/dev/usage").await.body;
    assert_eq!(rows["items"][0]["flag"], "pay");
    assert_eq!(rows["items"][0]["last_hour"], usage["last_hour"]);
    let elsewhere = server.get("/api/v1/projects/bank/environments/prod/usage").await.body;
    assert_eq!(elsewhere["items"][0]["evaluations"], nobody);
}

#[tokio::test]
async fn what_was_counted_and_which_key_was_used_outlives_the_server() {
    let (server, key) = bank().await;
    let unused = server.make(KEYS, json!({"name": "next"})).await.body["sdk_key"].clone();
    assert_eq!(unused.get("last_used"), None);
    assert_eq!(unused["use_noted_since"], unused["created"], "so it was never used");
    for person in 0..50 {
        ask(&server, &key, "/ofrep/v1/evaluate/flags/pay", &format!("person-{person}")).await;
    }
    let usage = server.get(USAGE).await.body;
    let keys = server.get(KEYS).await.body["items"].clone();
    assert!(keys[0]["last_used"].as_str().is_some_and(|last| last.ends_with(":00.000Z")), "{keys}");
    assert_eq!(keys[1].get("last_used"), None);

    let Server { running, admin, data_dir } = server;
    running.stop().await;
    let running = start(options(data_dir.path())).await.unwrap();
    let server = Server { running, admin, data_dir };
    let again = server.get(USAGE).await.body;
    for part in ["counting_since", "evaluations", "last_hour", "variants", "people"] {
        assert_eq!(again[part], usage[part], "{part}");
    }
    assert_eq!(server.get(KEYS).await.body["items"], keys);
    // People who come again are no new people.
    for person in 40..60 {
        ask(&server, &key, "/ofrep/v1/evaluate/flags/pay", &format!("person-{person}")).await;
    }
    let again = server.get(USAGE).await.body;
    assert_eq!(again["last_hour"]["single"], 70);
    let reached = &again["people"][0]["today"]["reached"];
    assert!(near(reached, 60), "{reached}");
}

#[tokio::test]
async fn people_outside_a_share_asked_and_were_not_reached() {
    let (server, key) = bank().await;
    let place = "/api/v1/projects/bank/flags/pay/environments/dev";
    let version = server.get(place).await.version();
    server.ask(Method::PATCH, &format!("{place}/rule")).version(version).body(json!({"share": 50})).send().await;
    for person in 0..100 {
        ask(&server, &key, "/ofrep/v1/evaluate/flags/pay", &format!("person-{person}")).await;
    }
    let usage = server.get(USAGE).await.body;
    let on = usage["variants"][0]["single"].as_u64().unwrap();
    assert_eq!(on + usage["variants"][1]["single"].as_u64().unwrap(), 100);
    let people = &usage["people"][0]["today"];
    assert!(near(&people["reached"], on) && near(&people["asked"], 100), "{people} for {on}");
}

#[tokio::test]
async fn bad_reports_are_refused_whole() {
    let (server, key) = bank().await;
    let check = async |exposures: Value, status: u16, field: &str| {
        let answer = report(&server, &key, exposures).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["error"]["field"]),
            (status, &json!(field)),
            "{}",
            answer.body
        );
    };
    check(json!([]), 422, "exposures").await;
    check(json!(vec![json!({"flag": "pay", "variant": "on"}); 1_001]), 422, "exposures").await;
    check(json!([{"flag": "pay"}]), 400, "exposures[0].variant").await;
    check(json!([{"flag": "pay", "variant": "on"}, {"flag": 7, "variant": "on"}]), 400, "exposures[1].flag").await;
    check(json!([{"flag": "pay", "variant": "on", "user": "ann"}]), 400, "exposures[0].user").await;
    check(json!("pay"), 400, "exposures").await;
    assert_eq!(server.get(USAGE).await.body["exposures"], json!({"reported": false}), "nothing of it was counted");

    let openly = server.ask_openly(Method::POST, "/api/v1/exposures").body(json!({"exposures": []})).send().await;
    assert_eq!(openly.code(), (401, "unauthenticated"));
    let with_a_token = server.post("/api/v1/exposures", json!({"exposures": []})).await;
    assert_eq!(with_a_token.code(), (401, "unauthenticated"), "it takes an SDK key");
    assert_eq!(server.ask(Method::GET, "/api/v1/exposures").send().await.code(), (405, "method_not_allowed"));
}

#[tokio::test]
async fn a_client_key_is_made_and_marked_flags_are_told() {
    let server = Server::with_a_flag().await;
    let made = server.make(KEYS, json!({"name": "web shop", "kind": "client"})).await.body;
    assert_eq!(made["sdk_key"]["kind"], "client");
    assert!(made["secret"].as_str().unwrap().starts_with("sbx_web_"));
    assert_eq!(server.make(KEYS, json!({"name": "back end"})).await.body["sdk_key"]["kind"], "server");
    let unknown = server.post(KEYS, json!({"name": "x", "kind": "robot"})).await;
    assert_eq!(unknown.body["error"]["field"], "kind", "{}", unknown.body);

    let flag = "/api/v1/projects/bank/flags/pay";
    let before = server.get(flag).await;
    assert_eq!(before.body["client_side"], false);
    let mark = async |version: u64, body: Value| {
        server.ask(Method::PUT, &format!("{flag}/client-side")).version(version).body(body).send().await
    };
    let version = before.version();
    assert_eq!(mark(version, json!({"client_side": true})).await.code(), (422, "reason_required"));
    let reason = "The web shop asks for it.";
    assert_eq!(mark(1, json!({"client_side": true, "reason": reason})).await.code(), (409, "version_stale"));
    let marked = mark(version, json!({"client_side": true, "reason": reason})).await;
    assert_eq!((marked.status, &marked.body["client_side"]), (StatusCode::OK, &json!(true)));
    let told = server.get("/api/v1/audit?limit=1").await.body["items"][0].clone();
    assert_eq!(told["kind"], "flag_client_side_changed");
    assert_eq!(
        (&told["words"]["action"], &told["words"]["after"]),
        (&json!("let browsers ask for"), &json!("servers and browsers"))
    );
}
