//! Starting and stopping.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use serde_json::json;
use signalbox_server::{Options, StartError, start};

use crate::server::{Events, Server, options};

#[tokio::test]
async fn a_stop_ends_streams_keeps_everything_and_frees_the_directory() {
    let server = Server::with_a_flag().await;
    let mut events = Events::open(server.ask(Method::GET, "/api/v1/stream")).await;
    assert_eq!(events.next().await.unwrap().0, "live");
    assert_eq!(server.get("/readyz").await.status, StatusCode::OK);

    let before = server.get("/api/v1/snapshot").await.body;
    let Server { running, admin, data_dir } = server;
    let begun = Instant::now();
    running.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(events.next().await, None);

    let running = start(options(data_dir.path())).await.unwrap();
    assert_eq!(running.admin_token, None, "shown on the first start only");
    let server = Server { running, admin, data_dir };
    assert_eq!(server.get("/api/v1/snapshot").await.body, before);
}

#[tokio::test]
async fn one_server_at_a_time_uses_a_directory() {
    let server = Server::start().await;
    let refused = start(options(server.data_dir.path())).await.err().unwrap();
    assert!(refused.to_string().contains("in use"), "{refused}");
    let taken = Options { listen: server.running.address, ..options(&server.data_dir.path().join("other")) };
    let refused = start(taken).await.err().unwrap();
    assert!(matches!(refused, StartError::Listen { .. }), "{refused}");
    assert!(!server.data_dir.path().join("other").exists(), "nothing is made by a start that cannot listen");
}

#[tokio::test]
async fn a_given_token_administers_and_is_never_told() {
    let data_dir = tempfile::tempdir().unwrap();
    let given = |token: &str| Options { admin_token: Some(token.into()), ..options(data_dir.path()) };
    for unusable in ["short", "täglich-neu", "line\nbreak"] {
        assert!(matches!(start(given(unusable)).await, Err(StartError::NotAToken)), "{unusable:?}");
    }
    for _ in 0..2 {
        let running = start(given("a token that somebody chose")).await.unwrap();
        assert_eq!(running.admin_token, None);
        let server =
            Server { running, admin: "a token that somebody chose".into(), data_dir: tempfile::tempdir().unwrap() };
        assert_eq!(server.get("/api/v1/tokens").await.body["total"], json!(1));
        server.running.stop().await;
    }

    // A second administrator revokes it; then it opens nothing any more.
    let running = start(given("another one, chosen later")).await.unwrap();
    let server = Server { running, admin: "another one, chosen later".into(), data_dir: tempfile::tempdir().unwrap() };
    let first = server.get("/api/v1/tokens").await.body["items"][0].clone();
    let path = format!("/api/v1/tokens/{}/revoke", first["id"].as_str().unwrap());
    let revoked = server.ask(Method::POST, &path).version(first["version"].as_u64().unwrap()).send().await;
    assert_eq!(revoked.status, StatusCode::OK);
    server.running.stop().await;
    assert!(matches!(start(given("a token that somebody chose")).await, Err(StartError::TokenUnusable)));
}

#[tokio::test]
async fn the_demo_says_so_and_has_new_keys_at_each_start() {
    let data_dir = tempfile::tempdir().unwrap();
    let demo = || Options { demo: true, ..options(data_dir.path()) };
    let running = start(demo()).await.unwrap();
    let first = running.sdk_keys.clone();
    assert!(!first.is_empty());
    let admin = running.admin_token.clone().unwrap();
    let server = Server { running, admin, data_dir: tempfile::tempdir().unwrap() };
    let projects = server.get("/api/v1/projects").await.body;
    assert_eq!(projects["items"][0]["demo"], json!(true), "{projects}");
    let Server { running, admin, .. } = server;
    running.stop().await;

    let running = start(demo()).await.unwrap();
    assert_eq!(running.admin_token, None);
    let second = running.sdk_keys.clone();
    assert!(first.keys().eq(second.keys()) && first != second);
    let server = Server { running, admin, data_dir: tempfile::tempdir().unwrap() };
    let status = async |secret: &str| {
        server.ask_openly(Method::POST, "/ofrep/v1/evaluate/flags").token(secret).body(json!({})).send().await.status
    };
    for (old, new) in first.values().zip(second.values()) {
        assert_eq!((status(old).await, status(new).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    }
    server.running.stop().await;
}
