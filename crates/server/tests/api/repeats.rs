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
