use std::path::Path;

use serde_json::{Value, json};
use signalbox_client::scripted::{Exchange, OpenStream, ScriptedServer};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// Short pauses, and a silence that never ends a test by itself.
const QUICK: Timing = Timing {
    answer: Duration::from_secs(5),
    silence: Duration::from_secs(60),
    first_pause: Duration::from_millis(2),
    longest_pause: Duration::from_millis(10),
};

/// A window on a scripted server.
struct Window {
    status: Arc<Status>,
    news: mpsc::UnboundedReceiver<News>,
    following: JoinHandle<()>,
}

impl Window {
    fn open(cache: Cache, url: &str, timing: Timing) -> Self {
        let (sender, news) = mpsc::unbounded_channel();
        let tell: Tell = Arc::new(move |piece| drop(sender.send(piece)));
        let status = Arc::new(Status::new(cache, tell));
        let client = Client::new(url, "sbx_secret").unwrap();
        let shared = Arc::clone(&status);
        let following = tokio::spawn(async move { follow(&client, &shared, timing).await });
        Self { status, news, following }
    }

    async fn news(&mut self) -> News {
        timeout(Duration::from_secs(20), self.news.recv()).await.expect("news in time").expect("the connection goes on")
    }

    async fn enters(&mut self, expected: ConnectionState) {
        match self.news().await {
            News::Connection(connection) => assert_eq!(connection.state, expected),
            other => panic!("{other:?}"),
        }
    }
}

fn empty_cache() -> Cache {
    // There is nothing at this path and nothing can be made there: the cache is in memory.
    Cache::open(Path::new("/dev/null/cache.db"), "test")
}

fn cache_at(seq: u64) -> Cache {
    let mut cache = empty_cache();
    cache.replace(Snapshot { seq, resources: vec![] }, Timestamp::from_millis(1_000));
    cache
}

fn change(seq: u64, kind: &str) -> Value {
    json!({ "seq": seq, "words": format!("change {seq}"), "kind": kind, "changed": [
        { "resource": format!("projects/p{seq}"), "version": seq, "body": seq } ] })
}

async fn asked(server: &ScriptedServer, path: &str) -> Exchange {
    let exchange = timeout(Duration::from_secs(20), server.next()).await.expect("a request in time").unwrap();
    assert_eq!(exchange.path, path);
    exchange
}

/// Lets a reader in that is expected to go on after `seq`.
async fn let_in(server: &ScriptedServer, seq: u64) -> OpenStream {
    let exchange = asked(server, "/api/v1/stream").await;
    assert_eq!(exchange.header("Last-Event-ID"), Some(seq.to_string().as_str()));
    exchange.stream().await.unwrap()
}

#[tokio::test]
async fn what_is_known_is_caught_up_from_the_stream() {
    let server = ScriptedServer::start().await.unwrap();
    let mut window = Window::open(cache_at(7), &server.url(), QUICK);
    assert_eq!(window.status.connection().state, ConnectionState::CatchingUp);
    assert_eq!(window.status.connection().heard, Some(Timestamp::from_millis(1_000)));

    let mut open = let_in(&server, 7).await;
    open.event("change", Some(9), &change(9, "flag_created")).await.unwrap();
    open.event("live", Some(11), &Value::Null).await.unwrap();
    assert!(matches!(window.news().await, News::Change(change) if change.seq == 9));
    window.enters(ConnectionState::Live).await;

    let cache = window.status.cache();
    assert_eq!(cache.seq(), Some(11));
    assert_eq!(cache.snapshot().unwrap().resources.len(), 1);
    assert!(cache.as_of() > Some(Timestamp::from_millis(1_000)));
}

#[tokio::test]
async fn a_place_that_nothing_is_known_of_begins_with_a_snapshot() {
    let server = ScriptedServer::start().await.unwrap();
    let mut window = Window::open(empty_cache(), &server.url(), QUICK);
    asked(&server, "/api/v1/snapshot").await.answer(200, &json!({ "seq": 5, "resources": [] })).await.unwrap();
    assert_eq!(window.news().await, News::Snapshot(Snapshot { seq: 5, resources: vec![] }));
    let mut open = let_in(&server, 5).await;
    open.event("live", None, &Value::Null).await.unwrap();
    window.enters(ConnectionState::Live).await;
}

#[tokio::test]
async fn a_lost_server_is_told_and_found_again() {
    let server = ScriptedServer::start().await.unwrap();
    let address = server.address();
    let mut window = Window::open(cache_at(7), &server.url(), QUICK);
    let mut open = let_in(&server, 7).await;
    open.event("live", None, &Value::Null).await.unwrap();
    window.enters(ConnectionState::Live).await;

    drop((open, server));
    window.enters(ConnectionState::Offline).await;
    assert_eq!(window.status.cache().seq(), Some(7), "what is known stays");

    let server = ScriptedServer::start_at(address).await.unwrap();
    let mut open = let_in(&server, 7).await;
    window.enters(ConnectionState::CatchingUp).await;
    open.event("change", Some(8), &change(8, "flag_created")).await.unwrap();
    open.event("live", None, &Value::Null).await.unwrap();
    assert!(matches!(window.news().await, News::Change(change) if change.seq == 8));
    window.enters(ConnectionState::Live).await;
}

#[tokio::test]
async fn a_pause_ends_when_a_person_says_so() {
    let hour = Duration::from_secs(3_600);
    let server = ScriptedServer::start().await.unwrap();
    let address = server.address();
    drop(server);
    let timing = Timing { first_pause: hour, longest_pause: hour, ..QUICK };
    for cache in [cache_at(7), empty_cache()] {
        let mut window = Window::open(cache, &format!("http://{address}"), timing);
        window.enters(ConnectionState::Offline).await;
        let server = ScriptedServer::start_at(address).await.unwrap();
        window.status.try_now();
        timeout(Duration::from_secs(20), server.next()).await.expect("an attempt at once").unwrap();
        window.following.abort();
    }
}

#[tokio::test]
async fn too_much_missed_is_made_up_by_a_snapshot() {
    let server = ScriptedServer::start().await.unwrap();
    let mut window = Window::open(cache_at(7), &server.url(), QUICK);
    let mut open = let_in(&server, 7).await;
    open.event("reset", None, &Value::Null).await.unwrap();
    let snapshot = json!({ "seq": 90, "resources": [{ "resource": "projects/a", "version": 80, "body": {} }] });
    asked(&server, "/api/v1/snapshot").await.answer(200, &snapshot).await.unwrap();
    assert!(matches!(window.news().await, News::Snapshot(snapshot) if snapshot.seq == 90));
    let mut open = let_in(&server, 90).await;
    open.event("live", None, &Value::Null).await.unwrap();
    window.enters(ConnectionState::Live).await;
    assert_eq!(window.status.cache().snapshot().unwrap().resources.len(), 1);
}

#[tokio::test]
async fn only_what_happens_while_live_alerts() {
    let server = ScriptedServer::start().await.unwrap();
    let mut window = Window::open(cache_at(7), &server.url(), QUICK);
    let mut open = let_in(&server, 7).await;
    let notable = |seq: u64, kind: &str, notice: &str| {
        let mut change = change(seq, kind);
        change["notice"] = notice.into();
        change
    };
    open.event("change", Some(8), &notable(8, "kill_switch_engaged", "turned_off")).await.unwrap();
    open.event("live", None, &Value::Null).await.unwrap();
    open.event("change", Some(9), &notable(9, "rollout_rolled_back", "rolled_back")).await.unwrap();
    open.event("change", Some(10), &change(10, "flag_created")).await.unwrap();
    assert!(matches!(window.news().await, News::Change(change) if change.seq == 8));
    window.enters(ConnectionState::Live).await;
    assert!(matches!(window.news().await, News::Change(change) if change.seq == 9));
    let alert = Alert { title: "Rollout rolled back", body: "change 9".into() };
    assert_eq!(window.news().await, News::Alert(alert));
    assert!(matches!(window.news().await, News::Change(change) if change.seq == 10));
}

#[tokio::test]
async fn a_refused_token_signs_out() {
    let refusal = json!({ "error": { "code": "unauthenticated", "message": "this token is not valid" } });
    for (cache, path) in [(cache_at(7), "/api/v1/stream"), (empty_cache(), "/api/v1/snapshot")] {
        let server = ScriptedServer::start().await.unwrap();
        let mut window = Window::open(cache, &server.url(), QUICK);
        asked(&server, path).await.answer(401, &refusal).await.unwrap();
        window.enters(ConnectionState::SignedOut).await;
        window.following.await.unwrap();
    }
}

#[tokio::test]
async fn a_heartbeat_says_when_the_server_was_heard() {
    let server = ScriptedServer::start().await.unwrap();
    let mut window = Window::open(cache_at(7), &server.url(), QUICK);
    let mut open = let_in(&server, 7).await;
    open.event("heartbeat", None, &Value::Null).await.unwrap();
    let News::Connection(connection) = window.news().await else { panic!("not the connection") };
    assert_eq!(connection.state, ConnectionState::CatchingUp);
    assert!(connection.heard > Some(Timestamp::from_millis(1_000)));
}
