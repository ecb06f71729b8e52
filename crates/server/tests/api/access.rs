//! Who may do what.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn each_role_may_do_what_the_one_before_it_may_and_more() {
    let server = Server::with_a_flag().await;
    let (_, _, viewer) = server.token("viewer").await;
    let (_, _, editor) = server.token("editor").await;
    let before = server.sequence().await;

    let plan = json!({"key": "p", "name": "P", "stages": [{"audience": {"kind": "percentage", "share": 5}}]});
    let status = async |token: &str, method: Method, path: &str, body: serde_json::Value| {
        server.ask_openly(method, path).token(token).body(body).send().await.status.as_u16()
    };
    let environments = "/api/v1/projects/bank/environments/dev/sdk-keys";
    assert_eq!(status(&viewer, Method::GET, "/api/v1/projects/bank/flags/pay", json!({})).await, 200);
    assert_eq!(status(&viewer, Method::GET, "/api/v1/audit", json!({})).await, 200);
    assert_eq!(status(&viewer, Method::GET, "/api/v1/tokens", json!({})).await, 403);
    assert_eq!(status(&viewer, Method::GET, environments, json!({})).await, 403);
    assert_eq!(status(&viewer, Method::POST, "/api/v1/projects/bank/plans", plan.clone()).await, 403);
    assert_eq!(status(&editor, Method::POST, "/api/v1/tokens", json!({"name": "x", "role": "admin"})).await, 403);
    assert_eq!(server.sequence().await, before, "what is refused changes nothing");
    assert_eq!(status(&editor, Method::POST, "/api/v1/projects/bank/plans", plan).await, 201);

    let me = server.ask_openly(Method::GET, "/api/v1/me").token(&editor).send().await;
    assert_eq!((&me.body["name"], &me.body["role"]), (&json!("Ann"), &json!("editor")));
}

#[tokio::test]
async fn a_revoked_token_or_key_works_no_more() {
    let server = Server::with_a_flag().await;
    let (id, version, secret) = server.token("editor").await;
    let me = || server.ask_openly(Method::GET, "/api/v1/me").token(&secret).send();
    assert_eq!(me().await.status, StatusCode::OK);
    let revoke = server.ask(Method::POST, &format!("/api/v1/tokens/{id}/revoke")).version(version).send().await;
    assert!(revoke.body["revoked"].is_string(), "{}", revoke.body);
    let refused = me().await;
    assert_eq!(refused.code(), (401, "unauthenticated"));
    assert!(refused.header("www-authenticate").starts_with("Bearer"));

    let admin = server.get("/api/v1/me").await.body["token"].as_str().unwrap().to_owned();
    let version = server.get("/api/v1/tokens").await.body["items"][0]["version"].as_u64().unwrap();
    let last = server.ask(Method::POST, &format!("/api/v1/tokens/{admin}/revoke")).version(version).send().await;
    assert_eq!(last.code(), (409, "not_possible_now"), "nobody could administer any more");

    let keys = "/api/v1/projects/bank/environments/dev/sdk-keys";
    let key = server.make(keys, json!({"name": "web shop"})).await.body;
    let sdk = key["secret"].as_str().unwrap();
    let evaluate = || server.ask_openly(Method::POST, "/ofrep/v1/evaluate/flags").token(sdk).body(json!({})).send();
    assert_eq!(evaluate().await.status, StatusCode::OK);
    assert_eq!(server.ask_openly(Method::GET, "/api/v1/me").token(sdk).send().await.code().0, 401);
    let (id, version) = (key["sdk_key"]["id"].as_str().unwrap(), key["sdk_key"]["version"].as_u64().unwrap());
    let elsewhere = format!("/api/v1/projects/bank/environments/prod/sdk-keys/{id}/revoke");
    let elsewhere = server.ask(Method::POST, &elsewhere).version(version).send().await;
    assert_eq!(elsewhere.code(), (404, "not_found"), "the key is of another environment");
    let revoked = server.ask(Method::POST, &format!("{keys}/{id}/revoke")).version(version).send().await;
    assert_eq!(revoked.status, StatusCode::OK);
    assert_eq!(evaluate().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn secrets_are_shown_once_and_a_name_can_be_erased() {
    let server = Server::with_a_flag().await;
    let (_, _, secret) = server.token("viewer").await;
    for path in ["/api/v1/tokens", "/api/v1/audit?limit=500", "/api/v1/snapshot"] {
        let text = server.get(path).await.body.to_string();
        assert!(!text.contains(&secret) && text.contains("Ann"), "{path}");
    }
    let erased = server.make("/api/v1/erasures", json!({"value": "Ann"})).await;
    assert_eq!(erased.body, json!({"places": 1}));
    for path in ["/api/v1/tokens", "/api/v1/audit?limit=500", "/api/v1/snapshot"] {
        let text = server.get(path).await.body.to_string();
        assert!(!text.contains("Ann") && text.contains("(erased)"), "{path}");
    }
    assert_eq!(server.get("/api/v1/audit/chain").await.body["broken_at"], json!(null));
    assert_eq!(server.post("/api/v1/erasures", json!({"value": "Ann"})).await.code(), (404, "not_found"));
}

#[tokio::test]
async fn those_who_try_many_tokens_must_wait_and_others_need_not() {
    let server = Server::start().await;
    let wrong = || server.ask_openly(Method::GET, "/api/v1/me").token("sbx_adm_guess").send();
    let mut refused = wrong().await;
    for _ in 0..100 {
        if refused.status != StatusCode::UNAUTHORIZED {
            break;
        }
        refused = wrong().await;
    }
    assert_eq!(refused.code(), (429, "too_many_requests"));
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    let sdk = server.ask_openly(Method::POST, "/ofrep/v1/evaluate/flags").token("sbx_sdk_guess").send().await;
    assert_eq!(sdk.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(server.get("/api/v1/me").await.status, StatusCode::OK, "a token that works is let in");
}

#[tokio::test]
async fn whoever_was_erased_stays_erased_when_what_was_read_is_written_back() {
    let server = Server::with_a_flag().await;
    let place = "/api/v1/projects/bank/flags/pay/environments/prod";
    let write = async |method: Method, what: &str, body: serde_json::Value| {
        let version = server.get(place).await.version();
        server.ask(method, &format!("{place}/{what}")).version(version).body(body).send().await
    };
    let overrides = json!({"overrides": [
        {"user_key": "ann", "variant": "on"}, {"user_key": "ben", "variant": "on"}, {"user_key": "cem", "variant": "on"},
    ], "reason": "Testers."});
    assert_eq!(write(Method::PUT, "overrides", overrides).await.status, StatusCode::OK);
    let people = json!({"people": ["ann", "ben", "cem"], "reason": "Testers."});
    assert_eq!(write(Method::PATCH, "rule", people).await.status, StatusCode::OK);
    for person in ["ann", "cem"] {
        server.make("/api/v1/erasures", json!({"value": person})).await;
    }

    let shown = server.get(place).await.body;
    assert_eq!(shown["rule"]["people"], json!(["(erased)", "ben", "(erased)"]));
    let same = write(Method::PATCH, "rule", json!({"people": shown["rule"]["people"], "reason": "Again."})).await;
    assert_eq!(same.body["rule"]["people"], shown["rule"]["people"]);
    let same = write(Method::PUT, "overrides", json!({"overrides": shown["overrides"], "reason": "Again."})).await;
    assert_eq!(same.body["overrides"], json!([{"user_key": "ben", "variant": "on"}]), "nobody else can be named");
}

#[tokio::test]
async fn a_reason_that_comes_with_a_second_stop_is_the_one_that_was_awaited() {
    let server = Server::with_a_flag().await;
    let place = "/api/v1/projects/bank/flags/pay/environments/prod";
    let kill = async |body: serde_json::Value| server.post(&format!("{place}/kill-switch/engage"), body).await.body;
    let killed = kill(json!({})).await;
    let entry = killed["reasons_awaited"][0].as_u64().unwrap();
    assert_eq!(kill(json!({"reason": "Payments fail."})).await["reasons_awaited"], json!([]));
    let told = server.get(&format!("/api/v1/audit/{entry}")).await.body;
    assert_eq!(told["reason"], "Payments fail.");
    assert_eq!(server.post("/api/v1/audit/99999/reason", json!({"reason": "x"})).await.code(), (404, "not_found"));
}
