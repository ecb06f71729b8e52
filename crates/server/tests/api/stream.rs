//! The live stream: it resumes, resets, and sends to each what they may see.

use axum::http::Method;
use serde_json::{Value, json};
use signalbox_protocol::resource::Copy;
use signalbox_protocol::stream::{Change, Snapshot};

use crate::server::{Asked, Events, Server};

const STREAM: &str = "/api/v1/stream";
const PAY: &str = "/api/v1/projects/bank/flags/pay/environments/dev";

fn stream(server: &Server, after: u64) -> Asked {
    server.ask(Method::GET, &format!("{STREAM}?after={after}"))
}

fn names(change: &Value) -> Vec<&str> {
    change["changed"].as_array().unwrap().iter().map(|changed| changed["resource"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn changes_arrive_as_they_happen_with_resources_as_they_are() {
    let server = Server::with_a_flag().await;
    let mut events = Events::open(stream(&server, server.sequence().await)).await;
    assert_eq!(events.next().await.unwrap().0, "live");

    let killed = server.ask(Method::POST, &format!("{PAY}/kill-switch/engage")).send().await.body;
    let (name, id, change) = events.next().await.unwrap();
    assert_eq!((name.as_str(), &change["kind"]), ("change", &json!("kill_switch_engaged")));
    assert_eq!(id, change["seq"].to_string());
    assert_eq!(change["words"], "Administrator turned off Instant payments in dev: on → off for everyone");
    let entry = format!("audit/{id:0>20}");
    assert_eq!(names(&change), ["projects/bank/flag-rows/pay", "projects/bank/flags/pay", entry.as_str()]);
    assert_eq!(change["changed"][1]["body"]["configurations"]["dev"], killed);

    server.make(&format!("/api/v1/audit/{id}/reason"), json!({"reason": "Errors."})).await;
    let (_, _, change) = events.next().await.unwrap();
    assert!(names(&change).contains(&entry.as_str()), "the entry that the reason is about");
    assert_eq!(change["changed"][2]["body"]["reason"], "Errors.");

    let plan = json!({"key": "p", "name": "P", "stages": [{"audience": {"kind": "percentage", "share": 5}}]});
    let version = server.make("/api/v1/projects/bank/plans", plan).await.version();
    assert_eq!(names(&events.next().await.unwrap().2)[0], "projects/bank/plans/p");
    server.ask(Method::DELETE, "/api/v1/projects/bank/plans/p").version(version).send().await;
    assert_eq!(events.next().await.unwrap().2["changed"][0]["gone"], true);
}

#[tokio::test]
async fn a_reader_that_comes_back_is_sent_what_it_missed_each_resource_once() {
    let server = Server::with_a_flag().await;
    let seen = server.sequence().await;
    let mut version = server.get(PAY).await.version();
    for share in 1..=5 {
        let change = server.ask(Method::PATCH, &format!("{PAY}/rule")).version(version);
        version = change.body(json!({"share": share})).send().await.version();
    }
    let asked = server.ask(Method::GET, &format!("{STREAM}?after=0")).header("last-event-id", &seen.to_string());
    let mut events = Events::open(asked).await;
    let mut bodies = 0;
    for share in 1..=5 {
        let (_, id, change) = events.next().await.unwrap();
        assert_eq!(id, (seen + share).to_string());
        bodies += names(&change).iter().filter(|name| **name == "projects/bank/flags/pay").count();
    }
    assert_eq!((bodies, events.next().await.unwrap().0.as_str()), (1, "live"));
}

#[tokio::test]
async fn a_copy_that_follows_is_the_same_as_a_new_snapshot() {
    let server = Server::with_a_flag().await;
    let snapshot: Snapshot = serde_json::from_value(server.get("/api/v1/snapshot").await.body).unwrap();
    let mut copy = Copy::new(snapshot);
    let mut events = Events::open(stream(&server, copy.seq())).await;

    let environment = json!({"key": "stage", "name": "Stage", "production": false, "audience": 10});
    server.make("/api/v1/projects/bank/environments", environment).await;
    let moved = server.get("/api/v1/projects/bank/environments/stage").await.version();
    let change = server.ask(Method::PATCH, "/api/v1/projects/bank/environments/stage").version(moved);
    change.body(json!({"position": 0, "audience": 20})).send().await;
    server.ask(Method::POST, &format!("{PAY}/kill-switch/engage")).send().await;
    server.make("/api/v1/projects/bank/environments/dev/sdk-keys", json!({"name": "web"})).await;
    server.token("viewer").await;

    let fresh: Snapshot = serde_json::from_value(server.get("/api/v1/snapshot").await.body).unwrap();
    let fresh = Copy::new(fresh);
    while copy.seq() < fresh.seq() {
        let (name, _, change) = events.next().await.unwrap();
        if name == "change" {
            copy.apply(serde_json::from_value::<Change>(change).unwrap());
        }
    }
    // The stream also brings whole flags, of which a snapshot has the rows only.
    let of = |copy: &Copy| {
        let all = copy.within("").filter(|(name, ..)| !name.as_str().contains("/flags/"));
        all.map(|(name, version, body)| (name.clone(), version, body.clone())).collect::<Vec<_>>()
    };
    assert_eq!(of(&copy), of(&fresh));
}

#[tokio::test]
async fn only_administrators_are_sent_tokens_and_keys() {
    let server = Server::with_a_flag().await;
    let (_, _, viewer) = server.token("viewer").await;
    let snapshot = server.ask_openly(Method::GET, "/api/v1/snapshot").token(&viewer).send().await.body.to_string();
    assert!(!snapshot.contains("\"tokens/") && snapshot.contains("projects/bank/flag-rows/pay"));

    let asked = server.ask_openly(Method::GET, &format!("{STREAM}?after=0")).token(&viewer);
    let mut events = Events::open(asked).await;
    loop {
        let (name, _, change) = events.next().await.unwrap();
        if name == "live" {
            break;
        }
        assert!(names(&change).iter().all(|name| !name.starts_with("tokens/")), "{change}");
    }
}

#[tokio::test]
async fn a_reader_who_cannot_go_on_is_reset() {
    let server = Server::with_a_flag().await;
    let now = server.sequence().await;
    assert_eq!(Events::open(stream(&server, now + 1)).await.names_up_to("").await, ["reset"]);

    // Three changes of 1,000 events each.
    let people = |variant: &str| {
        let people = (0..1_000).map(|person| json!({"user_key": format!("u{person}"), "variant": variant}));
        json!({"overrides": people.collect::<Vec<_>>()})
    };
    let mut follower = Events::open(stream(&server, now)).await;
    assert_eq!(follower.next().await.unwrap().0, "live");
    let mut version = server.get(PAY).await.version();
    for variant in ["on", "off", "on"] {
        let change = server.ask(Method::PUT, &format!("{PAY}/overrides")).version(version);
        version = change.body(people(variant)).send().await.version();
    }
    assert_eq!(Events::open(stream(&server, now)).await.names_up_to("").await, ["reset"], "3,000 behind");
    let two_thousand = Events::open(stream(&server, now + 1_000)).await.names_up_to("live").await;
    assert_eq!(two_thousand.len(), 2_001);
    for _ in 0..3_000 {
        assert_eq!(follower.next().await.unwrap().0, "change", "whoever follows is sent all of it");
    }

    // Any resource may hold what was erased, so everything has to be taken anew.
    server.make("/api/v1/erasures", json!({"value": "u7"})).await;
    assert_eq!(follower.names_up_to("").await, ["reset"]);
    let at_the_erasure = stream(&server, server.sequence().await - 1);
    assert_eq!(Events::open(at_the_erasure).await.names_up_to("").await, ["reset"]);
}

#[tokio::test]
async fn a_stream_shows_that_it_lives_and_ends_with_its_token() {
    let server = Server::start().await;
    let (id, version, secret) = server.token("viewer").await;
    let mut events = Events::open(server.ask_openly(Method::GET, STREAM).token(&secret)).await;
    assert_eq!(events.next_of_any_kind().await.unwrap().0, "live");
    for _ in 0..2 {
        assert_eq!(events.next_of_any_kind().await.unwrap().0, "heartbeat");
    }
    server.ask(Method::POST, &format!("/api/v1/tokens/{id}/revoke")).version(version).send().await;
    assert_eq!(events.names_up_to("").await, ["change"], "the revocation itself, and the end");
    let refused = server.ask_openly(Method::GET, STREAM).token(&secret).send().await;
    assert_eq!(refused.code(), (401, "unauthenticated"));
    let asked = server.ask(Method::GET, STREAM).header("last-event-id", "x").send().await;
    assert_eq!(asked.code(), (400, "malformed_request"));
}
