//! Browsers: a token is exchanged for a cookie, and the cookie counts from our own pages only.

use axum::http::{Method, StatusCode};
use serde_json::json;
use signalbox_server::start;

use crate::server::{Answer, Server, options};

async fn sign_in(server: &Server, origin: &str) -> Answer {
    let asked = server.ask_openly(Method::POST, "/api/v1/session").header("origin", origin);
    asked.body(json!({"token": server.admin})).send().await
}

#[tokio::test]
async fn a_cookie_opens_the_api_to_our_own_pages_until_it_is_given_up() {
    let server = Server::start().await;
    let ours = server.running.url.clone();
    let signed_in = sign_in(&server, &ours).await;
    assert_eq!((signed_in.status, &signed_in.body["role"]), (StatusCode::CREATED, &json!("admin")));
    let set = signed_in.header("set-cookie").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(set.contains(attribute), "{set}");
    }
    assert!(!set.contains("Secure"), "a browser would not send it over plain HTTP: {set}");
    let cookie = set.split(';').next().unwrap().to_owned();

    let ask = |method: Method, path: &str| server.ask_openly(method, path).header("cookie", &cookie);
    assert_eq!(ask(Method::GET, "/api/v1/me").send().await.status, StatusCode::OK);
    let project = |key: &str| ask(Method::POST, "/api/v1/projects").body(json!({"key": key, "name": "P"}));
    assert_eq!(project("a").send().await.code(), (403, "forbidden"));
    assert_eq!(project("a").header("origin", "http://evil.example").send().await.code(), (403, "forbidden"));
    assert_eq!(project("a").header("sec-fetch-site", "cross-site").send().await.code(), (403, "forbidden"));
    assert_eq!(project("a").header("origin", &ours).send().await.status, StatusCode::CREATED);
    assert_eq!(project("b").header("sec-fetch-site", "same-origin").send().await.status, StatusCode::CREATED);

    let sign_out = || ask(Method::DELETE, "/api/v1/session");
    assert_eq!(sign_out().send().await.code(), (403, "forbidden"));
    let signed_out = sign_out().header("origin", &ours).send().await;
    assert_eq!(signed_out.status, StatusCode::NO_CONTENT);
    assert!(signed_out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(ask(Method::GET, "/api/v1/me").send().await.code(), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_session_ends_with_its_token_and_outlives_a_restart() {
    let server = Server::start().await;
    let (id, version, secret) = server.token("viewer").await;
    let signed_in = server.ask_openly(Method::POST, "/api/v1/session").body(json!({"token": secret})).send().await;
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();

    let Server { running, admin, data_dir } = server;
    running.stop().await;
    let server = Server { running: start(options(data_dir.path())).await.unwrap(), admin, data_dir };
    let me = || server.ask_openly(Method::GET, "/api/v1/me").header("cookie", &cookie).send();
    assert_eq!(me().await.body["token"], json!(id));
    server.ask(Method::POST, &format!("/api/v1/tokens/{id}/revoke")).version(version).send().await;
    assert_eq!(me().await.code(), (401, "unauthenticated"));
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_in_and_https_marks_the_cookie() {
    let server = Server::start().await;
    assert_eq!(sign_in(&server, "http://evil.example").await.code(), (403, "forbidden"));
    let by_https = sign_in(&server, &server.running.url.replace("http:", "https:")).await;
    assert!(by_https.header("set-cookie").contains("; Secure"), "{:?}", by_https.headers);
    let wrong = server.ask_openly(Method::POST, "/api/v1/session").body(json!({"token": "nonsense"})).send().await;
    assert_eq!(wrong.code(), (401, "unauthenticated"));
}
