//! `Idempotency-Key`: a POST sent again is done once.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn the_same_request_under_the_same_key_is_done_once() {
    let server = Server::start().await;
    let token = |name: &str, key: &str| {
        let asked = server.ask(Method::POST, "/api/v1/tokens").header("idempotency-key", key);
        asked.body(json!({"name": name, "role": "viewer"})).send()
    };
    let first = token("Ann", "k1").await;
    let again = token("Ann", "k1").await;
    assert_eq!((first.status, &again.body), (StatusCode::CREATED, &first.body));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(token("Ben", "k1").await.code(), (422, "idempotency_key_reused"));
    assert_eq!(token("Ben", "k2").await.status, StatusCode::CREATED);
    assert_eq!(server.get("/api/v1/tokens").await.body["total"], json!(3));
    assert_eq!(token("Cem", &"x".repeat(201)).await.code(), (400, "malformed_request"));

    // The key of one token says nothing about that of another.
    let other = again.body["secret"].as_str().unwrap();
    let refused = server.ask_openly(Method::POST, "/api/v1/tokens").token(other).header("idempotency-key", "k1");
    assert_eq!(refused.body(json!({"name": "Ann", "role": "viewer"})).send().await.code(), (403, "forbidden"));
}

#[tokio::test]
async fn many_at_once_are_done_once() {
    let server = Server::start().await;
    let attempts: Vec<_> = (0..16)
        .map(|_| {
            let asked = server.ask(Method::POST, "/api/v1/projects").header("idempotency-key", "once");
            tokio::spawn(asked.body(json!({"key": "bank", "name": "Bank"})).send())
        })
        .collect();
    for attempt in attempts {
        assert_eq!(attempt.await.unwrap().status, StatusCode::CREATED);
    }
    let made = server.get("/api/v1/audit?kind=project_created").await;
    assert_eq!(made.body["total"], json!(1));
}

#[tokio::test]
async fn what_was_refused_may_be_tried_again_under_its_key() {
    let server = Server::start().await;
    let project = |name: &str| {
        let asked = server.ask(Method::POST, "/api/v1/projects").header("idempotency-key", "k");
        asked.body(json!({"key": "bank", "name": name})).send()
    };
    assert_eq!(project(" ").await.code(), (422, "invalid_field"));
    assert_eq!(project("Bank").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn stopping_is_done_anew_each_time() {
    let server = Server::with_a_flag().await;
    let place = "/api/v1/projects/bank/flags/pay/environments/prod";
    let kill = async || {
        let asked = server.ask(Method::POST, &format!("{place}/kill-switch/engage")).header("idempotency-key", "k");
        asked.body(json!({})).send().await
    };
    let killed = kill().await;
    assert!(killed.body["killed"].is_string(), "{}", killed.body);
    let lift = server.ask(Method::POST, &format!("{place}/kill-switch/lift")).version(killed.version());
    assert_eq!(lift.body(json!({"reason": "Mended."})).send().await.status, StatusCode::OK);
    kill().await;
    assert!(server.get(place).await.body["killed"].is_string(), "the flag was turned off once more");
}

#[tokio::test]
async fn what_was_erased_is_not_answered_again() {
    let server = Server::with_a_flag().await;
    let stages = json!([{"audience": {"kind": "people", "people": ["ann@bank.example"]}}]);
    let plan = async || {
        let asked = server.ask(Method::POST, "/api/v1/projects/bank/plans").header("idempotency-key", "k");
        asked.body(json!({"key": "staff", "name": "Staff", "stages": stages})).send().await
    };
    assert_eq!(plan().await.status, StatusCode::CREATED);
    assert_eq!(plan().await.status, StatusCode::CREATED, "as remembered");
    server.make("/api/v1/erasures", json!({"value": "ann@bank.example"})).await;
    let again = plan().await;
    assert_eq!(again.code(), (409, "already_exists"));
    assert!(!again.body.to_string().contains("ann@bank.example"));
}
