//! Writes carry the version that they were made against.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::server::Server;

const RULE: &str = "/api/v1/projects/bank/flags/pay/environments/dev/rule";

#[tokio::test]
async fn the_second_of_two_editors_is_told_and_nothing_is_overwritten() {
    let server = Server::with_a_flag().await;
    let before = server.get("/api/v1/projects/bank/flags/pay/environments/dev").await;
    let version = before.version();
    assert_eq!(before.header("etag"), format!("\"{version}\""));

    let change = |share: u64| server.ask(Method::PATCH, RULE).body(json!({"share": share}));
    let missing = change(5).send().await;
    assert_eq!(missing.code(), (428, "version_missing"));
    let first = change(10).version(version).send().await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.version() > version);
    let second = change(20).version(version).send().await;
    assert_eq!(second.code(), (409, "version_stale"));
    assert_eq!(second.body["error"]["versions"], json!({"given": version, "current": first.version()}));
    for nonsense in ["*", "W/\"5\"", "x", "\"1\", \"2\""] {
        let refused = change(30).header("if-match", nonsense).send().await;
        assert_eq!(refused.code(), (400, "malformed_request"), "{nonsense}");
        assert_eq!(refused.body["error"]["field"], "If-Match");
    }

    let after = server.get("/api/v1/projects/bank/flags/pay/environments/dev").await;
    assert_eq!((after.version(), &after.body["rule"]["share"]), (first.version(), &json!(10)));
}

#[tokio::test]
async fn hold_and_kill_need_no_version_no_reason_and_no_body_and_may_be_repeated() {
    let server = Server::with_a_flag().await;
    let place = "/api/v1/projects/bank/flags/pay/environments/prod";
    let version = server.get(place).await.version();
    let stages = json!([{"audience": {"kind": "percentage", "share": 10}}]);
    let draft = server.ask(Method::POST, &format!("{place}/rollout")).version(version).body(json!({"stages": stages}));
    let draft = draft.send().await;
    assert_eq!(draft.status, StatusCode::CREATED, "{}", draft.body);

    let start = |reason: serde_json::Value| {
        server.ask(Method::POST, &format!("{place}/rollout/start")).version(draft.version()).body(reason).send()
    };
    assert_eq!(start(json!({})).await.code(), (422, "reason_required"));
    assert_eq!(start(json!({"reason": "Ready."})).await.status, StatusCode::OK);

    let press = |path: &'static str| server.ask(Method::POST, &format!("{place}/{path}")).send();
    let held = press("rollout/hold").await;
    assert_eq!((held.status, &held.body["rollout"]["status"]), (StatusCode::OK, &json!("held")));
    assert_eq!(press("rollout/hold").await.version(), held.version());
    let killed = press("kill-switch/engage").await;
    assert!(killed.body["killed"].is_string());
    assert_eq!(press("kill-switch/engage").await.version(), killed.version());

    // The reasons are asked for afterwards, and kept.
    let awaited = killed.body["reasons_awaited"].as_array().unwrap().clone();
    assert_eq!(awaited.len(), 2);
    for sequence in &awaited {
        let path = format!("/api/v1/audit/{sequence}/reason");
        let entry = server.make(&path, json!({"reason": "Errors."})).await;
        assert_eq!((&entry.body["reason"], &entry.body["reason_awaited"]), (&json!("Errors."), &json!(null)));
        assert_eq!(server.post(&path, json!({"reason": "Again."})).await.code(), (409, "not_possible_now"));
    }
    assert_eq!(server.get(place).await.body["reasons_awaited"], json!([]));
    assert_eq!(server.get("/api/v1/audit/chain").await.body["broken_at"], json!(null));
}
