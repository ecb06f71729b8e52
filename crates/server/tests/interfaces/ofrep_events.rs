//! The event stream of OFREP, as a browser's `EventSource` reads it.

use std::time::Duration;

use crate::bank::{Bank, production, send};
use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, StatusCode};
use futures_util::StreamExt;
use serde_json::{Value, json};
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::command::Command;
use signalbox_domain::event::Place;
use signalbox_domain::flagd::Generation;
use signalbox_domain::flagd::document::Document;
use signalbox_domain::import::{Import, ImportContent};
use signalbox_server::applications::{self, TrustedProxies};
use signalbox_server::engine::Terms;
use signalbox_server::ofrep::Arrived;
use tower::ServiceExt;

/// Longer than any message takes, and than the time between two signs of life.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where an application with this key hears of changes.
async fn address(router: &Router, key: &str) -> String {
    let authorization = format!("Bearer {key}");
    let headers = [("authorization", authorization.as_str())];
    let answer = send(router, Method::POST, "/ofrep/v1/evaluate/flags", &headers, "{}").await;
    let address = &answer.json()["eventStreams"][0]["endpoint"]["requestUri"];
    address.as_str().expect("an address in the answer").to_owned()
}

/// An open stream.
struct Listening(BodyDataStream);

impl Listening {
    async fn at(router: &Router, address: &str, last: Option<&str>) -> Self {
        let mut request = Request::get(address);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let Ok(response) = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response.into_body().into_data_stream())
    }

    async fn is_let_in(router: &Router, address: &str) -> bool {
        let request = Request::get(address).body(Body::empty()).expect("a request");
        let Ok(response) = router.clone().oneshot(request).await;
        response.status() == StatusCode::OK
    }

    /// Id and data of the next message, signs of life left out; `None` when the stream ends.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            let bytes = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a message in time")?;
            let text = String::from_utf8(bytes.expect("a whole message").to_vec()).expect("UTF-8");
            let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
            if let Some(data) = field("data:") {
                assert_eq!(field("event:").as_deref(), Some("message"));
                return Some((field("id:").expect("an id"), serde_json::from_str(&data).expect("JSON")));
            }
        }
    }
}

#[tokio::test]
async fn clients_hear_that_their_flags_changed_and_of_nothing_else() {
    let bank = Bank::new();
    bank.boolean("half", 50.0);
    let (id, key) = bank.sdk_key("production");
    let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
    let address = address(&router, &key).await;

    let mut listening = Listening::at(&router, &address, None).await;
    let (first, data) = listening.next().await.unwrap();
    assert_eq!(data["type"], "refetchEvaluation");
    assert_eq!(data["etag"].as_str(), Some(first.as_str()));
    assert!(data["lastModified"].as_i64().is_some_and(|seconds| seconds > 1_700_000_000), "{data}");

    // A new key changes no flag; the next message is about the change that does.
    bank.sdk_key("staging");
    bank.give("half", 60.0, None);
    let (second, _) = listening.next().await.unwrap();
    assert!(second.parse::<u64>().unwrap() > first.parse::<u64>().unwrap());

    // Who comes back is told only what was missed.
    let mut back = Listening::at(&router, &address, Some(&first)).await;
    assert_eq!(back.next().await.unwrap().0, second);
    let mut up_to_date = Listening::at(&router, &address, Some(&second)).await;
    bank.give("half", 70.0, None);
    let (third, _) = up_to_date.next().await.unwrap();
    assert!(third.parse::<u64>().unwrap() > second.parse::<u64>().unwrap());

    let version = bank.engine.read(|state, _| state.sdk_keys[&id].version);
    let terms = Terms::system().against(version).because("Lost.".to_owned());
    bank.engine.submit_blocking(Command::RevokeSdkKey { sdk_key: id }, terms).unwrap();
    while listening.next().await.is_some() {}
    let answer = send(&router, Method::GET, &address, &[], "").await;
    assert_eq!((answer.status, answer.json()["errorCode"].as_str()), (StatusCode::UNAUTHORIZED, Some("GENERAL")));
}

#[tokio::test]
async fn clients_hear_of_flags_that_are_kept_apart() {
    let bank = Bank::new();
    let (_, key) = bank.sdk_key("production");
    let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
    let address = address(&router, &key).await;
    let mut listening = Listening::at(&router, &address, None).await;
    let mut told = listening.next().await.unwrap().0.parse::<u64>().unwrap();
    let import = |value: &str| {
        let odd = json!({"state": "ENABLED", "variants": {"x": value}, "defaultVariant": "x"});
        let content = ImportContent::Flagd {
            document: Document::read(json!({"flags": {"odd name": odd}})).unwrap(),
            generation: Generation::Flagd3,
        };
        let Place { project, environment, .. } = production("odd");
        Command::Import(Box::new(Import { project, environment, content }))
    };
    let Place { project, environment, .. } = production("odd");
    let remove = Command::RemoveKeptApart { project, environment, key: "odd name".to_owned() };
    for change in [import("a"), import("b"), remove] {
        let terms = Terms::system().because("Moving.".to_owned());
        bank.engine.submit_blocking(change, terms).unwrap();
        let version = listening.next().await.unwrap().0.parse().unwrap();
        assert!(version > told);
        told = version;
    }
}

#[tokio::test]
async fn a_stream_too_many_is_told_to_come_back_and_finds_a_place_when_one_is_free() {
    let bank = Bank::new();
    let (_, key) = bank.sdk_key("production");
    let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 1);
    let address = address(&router, &key).await;
    let mut listening = Listening::at(&router, &address, None).await;
    listening.next().await.unwrap();
    let refused = send(&router, Method::GET, &address, &[], "").await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    assert_eq!(refused.json()["errorCode"], "GENERAL");

    drop(listening);
    let begun = std::time::Instant::now();
    while !Listening::is_let_in(&router, &address).await {
        assert!(begun.elapsed() < PATIENCE, "nobody was let in");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_pass_that_is_none_lets_nobody_in() {
    let bank = Bank::new();
    let (_, key) = bank.sdk_key("production");
    let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
    let address = address(&router, &key).await;
    let forged = [
        "/ofrep/v1/events".to_owned(),
        "/ofrep/v1/events?t=".to_owned(),
        format!("/ofrep/v1/events?t={key}"),
        address[..address.len() - 1].to_owned(),
        address.replace("t=", "t=9"),
    ];
    for address in forged {
        let answer = send(&router, Method::GET, &address, &[], "").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{address}");
    }
}

#[tokio::test]
async fn a_roll_back_is_followed_until_clients_have_it() {
    let bank = Bank::new();
    bank.boolean("half", 50.0);
    let (_, key) = bank.sdk_key("production");
    let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
    let address = address(&router, &key).await;
    let mut clients = [Listening::at(&router, &address, None).await, Listening::at(&router, &address, None).await];
    for client in &mut clients {
        client.next().await.unwrap();
    }
    let set = bank.engine.evaluation_set_of(&production("half").project, &production("half").environment).unwrap();
    let id = set.id.clone();
    let arrived = |version| bank.engine.listening().of(&id, SdkKeyKind::Server, version);
    let before = set.version;

    bank.give("half", 0.0, None);
    let told = clients[0].next().await.unwrap().0;
    let version: u64 = told.parse().unwrap();
    assert!(version > before);
    clients[1].next().await.unwrap();
    assert_eq!(arrived(version), Arrived { listening: 2, told: 2, fetched: 0 }, "delivered, no more");
    let authorization = format!("Bearer {key}");
    let headers = [("authorization", authorization.as_str())];
    let path = format!("/ofrep/v1/evaluate/flags?flagConfigEtag={told}&flagConfigLastModified=1771622898");
    assert_eq!(send(&router, Method::POST, &path, &headers, "{}").await.status, StatusCode::OK);
    assert_eq!(arrived(version), Arrived { listening: 2, told: 2, fetched: 1 });
    let [_, other] = clients;
    drop(other);
    while arrived(version).listening == 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(arrived(version), Arrived { listening: 1, told: 1, fetched: 1 });
}
