use serde_json::json;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey};
use signalbox_protocol::ErrorCode;
use signalbox_protocol::endpoint::{AdvanceRollout, AtPlace, AtProject, AtRoot, DeleteSession, GetMe, ListFlags};
use signalbox_protocol::wire::flag::FlagQuery;
use signalbox_protocol::wire::{Empty, Why};

use super::*;
use crate::scripted::ScriptedServer;

async fn begin() -> (ScriptedServer, Client) {
    let server = ScriptedServer::start().await.unwrap();
    let client = Client::new(&server.url(), " sbx_secret\n").unwrap();
    (server, client)
}

fn place() -> AtPlace {
    AtPlace {
        project: ProjectKey::new("bank").unwrap(),
        flag: FlagKey::new("payments").unwrap(),
        environment: EnvironmentKey::new("production").unwrap(),
    }
}

async fn ask_me(client: &Client) -> Result<signalbox_protocol::wire::session::Me, ClientError> {
    client.call::<GetMe>(&AtRoot {}, &Empty {}, &Empty {}, Terms::default()).await
}

#[tokio::test]
async fn a_write_carries_token_version_and_key() {
    let (server, client) = begin().await;
    let terms = Terms { version: Some(7), idempotency_key: Some("k-1".into()) };
    let why = Why { reason: Some("errors are low".into()) };
    let serving = async {
        let exchange = server.next().await.unwrap();
        assert_eq!(exchange.method, "POST");
        assert_eq!(exchange.path, "/api/v1/projects/bank/flags/payments/environments/production/rollout/advance");
        assert_eq!(exchange.header("authorization"), Some("Bearer sbx_secret"));
        assert_eq!(exchange.header("if-match"), Some("\"7\""));
        assert_eq!(exchange.header("idempotency-key"), Some("k-1"));
        assert_eq!(exchange.header("content-type"), Some("application/json"));
        assert_eq!(exchange.body, json!({ "reason": "errors are low" }));
        let stale = json!({ "error": {
            "code": "version_stale", "message": "changed meanwhile", "versions": { "given": 7, "current": 9 } } });
        exchange.answer(409, &stale).await.unwrap();
    };
    let at = place();
    let call = client.call::<AdvanceRollout>(&at, &Empty {}, &why, terms);
    let ((), answer) = tokio::join!(serving, call);
    let Err(ClientError::Api { status: 409, body }) = answer else { panic!("{answer:?}") };
    assert_eq!(body.error.code, ErrorCode::VersionStale);
    assert_eq!(body.error.versions.map(|versions| versions.current), Some(9));
}

#[tokio::test]
async fn a_query_is_escaped_and_leaves_out_what_is_absent() {
    let (server, client) = begin().await;
    let at = AtProject { project: ProjectKey::new("bank").unwrap() };
    let query = FlagQuery { search: Some("a&b = ü".into()), archived: Some(true), after: None, limit: Some(5) };
    let serving = async {
        let exchange = server.next().await.unwrap();
        assert_eq!(exchange.path, "/api/v1/projects/bank/flags?archived=true&limit=5&search=a%26b%20%3D%20%C3%BC");
        assert_eq!(exchange.header("content-type"), None);
        exchange.answer(200, &json!({ "items": [], "total": 0 })).await.unwrap();
    };
    let call = client.call::<ListFlags>(&at, &query, &Empty {}, Terms::default());
    let ((), answer) = tokio::join!(serving, call);
    assert_eq!(answer.unwrap().total, 0);
}

#[tokio::test]
async fn an_empty_answer_is_read() {
    let (server, client) = begin().await;
    let serving = async { server.next().await.unwrap().answer(204, &Value::Null).await.unwrap() };
    let call = client.call::<DeleteSession>(&AtRoot {}, &Empty {}, &Empty {}, Terms::default());
    let ((), answer) = tokio::join!(serving, call);
    assert_eq!(answer, Ok(Empty {}));
}

#[tokio::test]
async fn what_is_no_signalbox_server_is_said_to_be_none() {
    let (server, client) = begin().await;
    for (status, kind, body) in [
        (200, "text/html", "<h1>Router</h1>"),
        (404, "text/plain", "not found"),
        (404, "application/json", "{\"detail\": \"no\"}"),
        (500, "application/json", ""),
    ] {
        let serving = async { server.next().await.unwrap().answer_as(kind, status, body).await.unwrap() };
        let ((), answer) = tokio::join!(serving, ask_me(&client));
        let Err(ClientError::Unreadable(message)) = answer else { panic!("{status} {body}: {answer:?}") };
        assert!(message.ends_with("is it a Signalbox server?"), "{message}");
    }
}

#[tokio::test]
async fn an_answer_of_another_shape_does_not_fit() {
    let (server, client) = begin().await;
    let serving = async { server.next().await.unwrap().answer(200, &json!({ "name": 1 })).await.unwrap() };
    let ((), answer) = tokio::join!(serving, ask_me(&client));
    assert!(matches!(&answer, Err(ClientError::Unreadable(message)) if message.contains("does not fit")), "{answer:?}");
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let (server, client) = begin().await;
    let serving = async { server.next().await.unwrap().redirect("https://elsewhere.example").await.unwrap() };
    let ((), answer) = tokio::join!(serving, ask_me(&client));
    assert!(
        matches!(&answer, Err(ClientError::Unreadable(message)) if message.contains("https://elsewhere.example")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn nobody_there_and_nobody_answering_are_unreachable() {
    let (server, client) = begin().await;
    let serving = async { drop(server.next().await.unwrap()) };
    let ((), answer) = tokio::join!(serving, ask_me(&client));
    assert!(matches!(&answer, Err(ClientError::Unreachable(_))), "{answer:?}");
    let url = server.url();
    drop(server);
    let Err(ClientError::Unreachable(message)) = ask_me(&client).await else { panic!("nobody is there") };
    assert!(message.starts_with(&format!("{url} cannot be reached: ")), "{message}");
}

#[test]
fn a_token_that_is_none_is_refused() {
    for token in ["", "  ", "two words", "schlüssel", "line\nbreak"] {
        let refusal = Client::new("127.0.0.1:1", token).expect_err(token);
        assert_eq!(refusal.field, "token", "{token:?}");
    }
}

#[test]
fn the_token_is_not_shown() {
    let client = Client::new("127.0.0.1:4600", "sbx_secret").unwrap();
    for text in [format!("{client:?}"), format!("{:?}", client.stream(3))] {
        assert!(text.contains("127.0.0.1:4600") && !text.contains("sbx_secret"), "{text}");
    }
}
