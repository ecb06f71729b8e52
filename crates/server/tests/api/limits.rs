//! What is the same for every request: envelopes, limits, headers.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn every_error_has_the_same_envelope() {
    let server = Server::start().await;
    let ask = |method: Method, path: &str| server.ask(method, path);
    let check = async |asked: crate::server::Asked, expect: (u16, &str)| {
        let answer = asked.send().await;
        assert_eq!(answer.code(), expect, "{}", answer.body);
        assert!(answer.body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
        assert_eq!(answer.header("content-type"), "application/json");
        answer
    };
    check(ask(Method::GET, "/api/v1/nothing"), (404, "not_found")).await;
    check(ask(Method::GET, "/api"), (404, "not_found")).await;
    check(ask(Method::POST, "/api/v1/nothing"), (404, "not_found")).await;
    let refused = check(ask(Method::DELETE, "/api/v1/projects"), (405, "method_not_allowed")).await;
    assert!(refused.header("allow").contains("POST"));
    check(server.ask_openly(Method::GET, "/api/v1/projects"), (401, "unauthenticated")).await;
    let text = ask(Method::POST, "/api/v1/projects").body(json!({})).header("content-type", "text/plain");
    check(text, (415, "unsupported_media_type")).await;
    let large = json!({"key": "bank", "name": "x".repeat(10_000_000)});
    check(ask(Method::POST, "/api/v1/projects").body(large), (413, "too_large")).await;
    check(ask(Method::POST, "/api/v1/projects").text("{"), (400, "malformed_request")).await;
    check(ask(Method::POST, "/api/v1/projects").text("[\"bank\",\"Bank\"]"), (400, "malformed_request")).await;
    let path = check(ask(Method::GET, "/api/v1/projects/a%20b"), (400, "malformed_request")).await;
    assert_eq!(path.body["error"]["field"], "project");
    let path = check(ask(Method::GET, "/api/v1/audit/first"), (400, "malformed_request")).await;
    assert_eq!(path.body["error"]["field"], "sequence");
    check(ask(Method::GET, "/api/v1/projects/%ff"), (400, "malformed_request")).await;
    assert_eq!(server.sequence().await, 1, "nothing but the first token was ever made");
}

#[tokio::test]
async fn browsers_are_told_to_be_careful_and_every_answer_has_a_number() {
    let server = Server::start().await;
    for path in ["/api/v1/me", "/api/v1/nothing", "/healthz", "/"] {
        let answer = server.get(path).await;
        for name in ["content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options"] {
            assert!(!answer.header(name).is_empty(), "{path} {name}");
        }
        assert_eq!(answer.header("x-request-id").len(), 16, "{path}");
    }
    assert_eq!(server.get("/api/v1/me").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_loopback_server_refuses_a_name_that_is_not_its_own() {
    let server = Server::start().await;
    let named = |host: &str| server.ask(Method::GET, "/api/v1/me").header("host", host).send();
    assert_eq!(named("localhost:1").await.status, StatusCode::OK);
    let rebound = named("evil.example").await;
    assert_eq!((rebound.code(), &rebound.body["error"]["field"]), ((403, "forbidden"), &json!("Host")));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::start().await;
    let with_header = |bytes: usize| server.ask(Method::GET, "/api/v1/me").header("x-long", &"x".repeat(bytes)).send();
    assert_eq!(with_header(15_000).await.status, StatusCode::OK);
    assert_eq!(with_header(17_000).await.code(), (431, "headers_too_large"));
    assert_eq!(with_header(200_000).await.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let many =
        (0..120).fold(server.ask(Method::GET, "/api/v1/me"), |asked, number| asked.header(&format!("x-{number}"), "x"));
    assert_eq!(many.send().await.code(), (431, "headers_too_large"));
}

#[tokio::test]
async fn what_applications_are_refused_has_the_shape_of_their_protocol() {
    let server = Server::start().await;
    let check = async |asked: crate::server::Asked, expect: u16, key: &str| {
        let answer = asked.send().await;
        assert_eq!(answer.status.as_u16(), expect, "{}", answer.body);
        assert_eq!((&answer.body["key"], &answer.body["errorCode"]), (&json!(key), &json!("GENERAL")));
        assert!(answer.body["errorDetails"].is_string() && answer.body.get("error").is_none(), "{}", answer.body);
        answer
    };
    let one = || server.ask(Method::POST, "/ofrep/v1/evaluate/flags/pay").body(json!({}));
    check(one().header("host", "evil.example"), 403, "").await;
    check(one().header("x-long", &"x".repeat(17_000)), 431, "").await;
    check(server.ask(Method::POST, "/ofrep/v2/anything").body(json!({})), 404, "").await;
    check(server.ask_openly(Method::POST, "/ofrep/v1/evaluate/flags/%ff").body(json!({})), 401, "%ff").await;
    let mut refused = check(one(), 401, "pay").await;
    for _ in 0..100 {
        if refused.status == StatusCode::UNAUTHORIZED {
            refused = one().send().await;
        }
    }
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.body["errorDetails"].as_str().unwrap().contains("wait"), "{}", refused.body);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
}
