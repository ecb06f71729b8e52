use std::path::Path;

use serde_json::{Value, json};
use signalbox_client::scripted::{OpenStream, ScriptedServer};
use signalbox_domain::Timestamp;
use signalbox_protocol::stream::Snapshot;
use signalbox_protocol::wire::List;
use signalbox_protocol::wire::access::Token;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::project::Project;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;
use crate::connection::News;
use crate::token_keeper::tests::{Absent, Silent, Working};

/// An app with a home of its own.
struct App {
    desktop: Arc<Desktop>,
    news: mpsc::UnboundedReceiver<News>,
}

impl App {
    /// Starts the app, as a person does.
    fn start(home: &Path) -> Self {
        let (sender, news) = mpsc::unbounded_channel();
        let tell: Tell = Arc::new(move |piece| drop(sender.send(piece)));
        let home = Home::at(home);
        let desktop = Arc::new(Desktop::new(home.clone(), Tokens::new(home, Absent), tell));
        desktop.resume();
        Self { desktop, news }
    }

    async fn until(&mut self, state: ConnectionState) {
        let reached = async {
            while self.desktop.open().is_some_and(|open| open.status().connection().state != state) {
                self.news.recv().await.expect("the connection goes on");
            }
        };
        timeout(Duration::from_secs(20), reached).await.unwrap_or_else(|_| panic!("{state:?} in time"));
    }

    async fn get<Answer: serde::de::DeserializeOwned>(&self, path: &str) -> Answer {
        let response = self.desktop.call(request("GET", path, None)).await;
        assert_eq!(response.status, 200, "{path}: {}", response.body);
        serde_json::from_value(response.body).unwrap()
    }
}

fn request(method: &str, path: &str, body: Option<Value>) -> Request {
    Request { method: method.into(), path: path.into(), body, ..Request::default() }
}

fn code(response: &Response) -> Option<&str> {
    response.body["error"]["code"].as_str()
}

fn empty(name: &str) -> Choice {
    Choice::Empty { project_name: name.into() }
}

fn remote(server: &ScriptedServer, token: &str) -> Choice {
    Choice::Remote { url: server.url(), token: token.into() }
}

fn me(token: &str) -> Value {
    json!({ "token": token, "name": "Ann", "role": "admin" })
}

/// A team's server that lets a person in, up to the open stream.
async fn let_in(server: &ScriptedServer, token: &str, snapshot: Option<Value>) -> OpenStream {
    answer(server, "/api/v1/me", 200, &me(token)).await;
    if let Some(snapshot) = snapshot {
        answer(server, "/api/v1/snapshot", 200, &snapshot).await;
    }
    open_stream(server).await
}

async fn answer(server: &ScriptedServer, path: &str, status: u16, body: &Value) {
    let exchange = timeout(Duration::from_secs(20), server.next()).await.expect("a request in time").unwrap();
    assert_eq!(exchange.path, path);
    exchange.answer(status, body).await.unwrap();
}

async fn open_stream(server: &ScriptedServer) -> OpenStream {
    let exchange = timeout(Duration::from_secs(20), server.next()).await.expect("a request in time").unwrap();
    assert_eq!(exchange.path, "/api/v1/stream");
    let mut stream = exchange.stream().await.unwrap();
    stream.event("live", None, &Value::Null).await.unwrap();
    stream
}

#[tokio::test]
async fn a_first_start_shows_the_welcome_screen() {
    let home = tempfile::tempdir().unwrap();
    let app = App::start(home.path());
    let boot = app.desktop.boot().await;
    assert_eq!((boot.place, boot.snapshot, boot.me, boot.demo_exists), (None, None, None, false));
    let response = app.desktop.call(request("GET", "/api/v1/me", None)).await;
    assert_eq!((response.status, code(&response)), (0, Some("unavailable")));
}

#[tokio::test]
async fn an_empty_project_has_three_environments_and_is_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let mut app = App::start(home.path());
    let boot = app.desktop.choose(empty("Maple Bank")).await.unwrap();
    let place = boot.place.unwrap();
    assert_eq!((place.kind, place.token_kept_in), (PlaceKind::Embedded, TokenKeeper::File));
    assert!(boot.snapshot.is_some() && boot.me.is_some());
    app.until(ConnectionState::Live).await;

    let projects: List<Project> = app.get("/api/v1/projects").await;
    assert_eq!((projects.items[0].key.as_str(), projects.items[0].name.as_str()), ("maple-bank", "Maple Bank"));
    let environments: List<Environment> = app.get("/api/v1/projects/maple-bank/environments").await;
    let shown: Vec<_> =
        environments.items.iter().map(|one| (one.name.as_str(), one.production, one.audience)).collect();
    assert_eq!(shown, [("Development", false, 0), ("Staging", false, 0), ("Production", true, 0)]);
    app.desktop.close().await;

    let mut app = App::start(home.path());
    let again = app.desktop.boot().await;
    assert_eq!(again.place, Some(place), "applications wired to it find it where it was");
    assert!(again.me.is_some() && again.as_of.is_some());
    assert!(again.snapshot.is_some_and(|snapshot| snapshot.resources.len() >= 4));
    app.until(ConnectionState::Live).await;
    app.desktop.close().await;
}

#[tokio::test]
async fn leaving_deletes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut app = App::start(home.path());
    app.desktop.choose(empty("Maple Bank")).await.unwrap();
    let boot = app.desktop.leave().await.unwrap();
    assert_eq!((boot.place, boot.snapshot), (None, None));
    assert_eq!(App::start(home.path()).desktop.boot().await.place, None);

    let boot = app.desktop.choose(empty("Another name")).await.unwrap();
    assert!(boot.place.is_some());
    app.until(ConnectionState::Live).await;
    let projects: List<Project> = app.get("/api/v1/projects").await;
    assert_eq!((projects.total, projects.items[0].name.as_str()), (1, "Maple Bank"));
    app.desktop.close().await;
}

#[tokio::test]
async fn a_lost_token_is_replaced_without_losing_the_data() {
    let home = tempfile::tempdir().unwrap();
    let app = App::start(home.path());
    app.desktop.choose(empty("Maple Bank")).await.unwrap();
    app.desktop.close().await;
    remove_folder(&home.path().join("tokens")).unwrap();

    let mut app = App::start(home.path());
    app.until(ConnectionState::Live).await;
    let projects: List<Project> = app.get("/api/v1/projects").await;
    assert_eq!(projects.total, 1);
    app.desktop.close().await;
}

#[tokio::test]
async fn a_token_that_the_person_revoked_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let mut app = App::start(home.path());
    let me = app.desktop.choose(empty("Maple Bank")).await.unwrap().me.unwrap();
    app.until(ConnectionState::Live).await;
    // Another administrator must be left.
    let another = json!({ "name": "Ann", "role": "admin" });
    let made = app.desktop.call(request("POST", "/api/v1/tokens", Some(another))).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let tokens: List<Token> = app.get("/api/v1/tokens").await;
    let version = tokens.items.iter().find(|token| token.id == me.token).map(|token| token.version);
    let path = format!("/api/v1/tokens/{}/revoke", me.token);
    let revoked = app.desktop.call(Request { version, ..request("POST", &path, Some(json!({}))) }).await;
    assert_eq!(revoked.status, 200, "{}", revoked.body);
    app.until(ConnectionState::SignedOut).await;

    app.desktop.try_again();
    app.until(ConnectionState::Live).await;
    let projects: List<Project> = app.get("/api/v1/projects").await;
    assert_eq!(projects.total, 1);
    app.desktop.close().await;
}

#[tokio::test]
async fn the_demo_has_data_of_its_own_and_goes_without_a_trace() {
    let home = tempfile::tempdir().unwrap();
    let app = App::start(home.path());
    let boot = app.desktop.choose(Choice::Demo).await.unwrap();
    assert_eq!(boot.place.map(|place| place.kind), Some(PlaceKind::Demo));
    assert!(boot.demo_exists);
    let projects: List<Project> = app.get("/api/v1/projects").await;
    assert!(projects.items.iter().all(|project| project.demo));

    let boot = app.desktop.remove_demo().await.unwrap();
    assert_eq!((boot.place, boot.demo_exists), (None, false));
    let left = |folder: &str| home.path().join(folder).read_dir().map_or(0, Iterator::count);
    assert_eq!((home.path().join("demo").exists(), left("cache"), left("tokens")), (false, 0, 0));
}

#[tokio::test]
async fn a_damaged_server_is_told_and_what_is_known_stays() {
    let home = tempfile::tempdir().unwrap();
    let app = App::start(home.path());
    app.desktop.choose(empty("Maple Bank")).await.unwrap();
    app.desktop.close().await;
    for file in home.path().join("server").read_dir().unwrap() {
        std::fs::write(file.unwrap().path(), "this is not what it was, and much too short").unwrap();
    }
    let mut app = App::start(home.path());
    let boot = app.desktop.boot().await;
    assert!(boot.snapshot.is_some());
    app.until(ConnectionState::Offline).await;
    let response = app.desktop.call(request("GET", "/api/v1/me", None)).await;
    assert_eq!((response.status, code(&response)), (0, Some("unavailable")));
    let message = response.body["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("the server in this app cannot start: "), "{message}");
    app.desktop.close().await;
}

#[tokio::test]
async fn a_team_s_server_is_shown_from_the_cache_before_it_answers() {
    let home = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start().await.unwrap();
    let address = server.address();
    let mut app = App::start(home.path());
    let snapshot = json!({ "seq": 5, "resources": [{ "resource": "projects/a", "version": 3, "body": {} }] });
    let choosing = app.desktop.choose(remote(&server, "sbx_adm_1"));
    let (boot, stream) = tokio::join!(choosing, let_in(&server, "tok_ann", Some(snapshot)));
    assert_eq!(boot.unwrap().snapshot.map(|snapshot| snapshot.seq), Some(5));
    app.until(ConnectionState::Live).await;
    app.desktop.close().await;
    drop((stream, server));

    let mut app = App::start(home.path());
    let boot = app.desktop.boot().await;
    assert_eq!(boot.place.unwrap().url, format!("http://{address}"));
    assert_eq!(boot.snapshot.map(|snapshot: Snapshot| snapshot.resources.len()), Some(1));
    assert!(boot.as_of > Some(Timestamp::from_millis(0)));
    app.until(ConnectionState::Offline).await;
    let write = request("POST", "/api/v1/projects", Some(json!({ "key": "a", "name": "A" })));
    let response = app.desktop.call(write).await;
    assert_eq!((response.status, code(&response)), (0, Some("unavailable")));

    let server = ScriptedServer::start_at(address).await.unwrap();
    app.desktop.try_again();
    let _stream = open_stream(&server).await;
    app.until(ConnectionState::Live).await;
}

#[tokio::test]
async fn calls_go_out_with_the_token_and_flags_are_kept() {
    let home = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start().await.unwrap();
    let mut app = App::start(home.path());
    let choosing = app.desktop.choose(remote(&server, "sbx_adm_1"));
    let (boot, _stream) =
        tokio::join!(choosing, let_in(&server, "tok_ann", Some(json!({ "seq": 5, "resources": [] }))));
    boot.unwrap();
    app.until(ConnectionState::Live).await;

    let flag = json!({
        "project": "bank", "key": "pay", "name": "Pay", "description": "", "purpose": "release", "tags": [],
        "value_kind": "boolean", "variants": [], "off_variant": "off", "bucketing": "signalbox-1", "salt": "s",
        "created": "2026-11-18T11:06:40.123Z", "configurations": {}, "version": 4 });
    let serving = async {
        let exchange = server.next().await.unwrap();
        assert_eq!(exchange.header("authorization"), Some("Bearer sbx_adm_1"));
        exchange.answer(200, &flag).await.unwrap();
    };
    let path = "/api/v1/projects/bank/flags/pay";
    let ((), response) = tokio::join!(serving, app.desktop.call(request("GET", path, None)));
    assert_eq!((response.status, &response.body), (200, &flag));
    let kept = app.desktop.boot().await.snapshot.unwrap().resources;
    assert_eq!(kept[0].resource.as_str(), "projects/bank/flags/pay");

    let refusal = json!({ "error": { "code": "version_missing", "message": "say which" } });
    let serving = async { server.next().await.unwrap().answer(428, &refusal).await.unwrap() };
    let write = request("PUT", "/api/v1/projects/bank/flags/pay/details", Some(json!({})));
    let ((), response) = tokio::join!(serving, app.desktop.call(write));
    assert_eq!((response.status, response.body), (428, refusal), "a refusal is passed on as it is");

    let outside = app.desktop.call(request("GET", "/metrics", None)).await;
    assert_eq!((outside.status, code(&outside)), (403, Some("forbidden")));
    let unknown = app.desktop.call(request("TRACE", "/api/v1/me", None)).await;
    assert_eq!((unknown.status, code(&unknown)), (405, Some("method_not_allowed")));
}

#[tokio::test]
async fn another_person_on_the_same_server_sees_nothing_of_the_first() {
    let home = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start().await.unwrap();
    let app = App::start(home.path());
    let secret = json!({ "seq": 5, "resources": [{ "resource": "tokens/t", "version": 3, "body": {} }] });
    let choosing = app.desktop.choose(remote(&server, "sbx_adm_1"));
    let (boot, stream) = tokio::join!(choosing, let_in(&server, "tok_ann", Some(secret)));
    assert_eq!(boot.unwrap().snapshot.map(|snapshot| snapshot.resources.len()), Some(1));
    drop(stream);

    let choosing = app.desktop.choose(remote(&server, "sbx_vwr_2"));
    let serving = async {
        // The first connection may have come back before it ends.
        loop {
            let exchange = server.next().await.unwrap();
            if exchange.path == "/api/v1/me" {
                break exchange.answer(200, &me("tok_bea")).await.unwrap();
            }
        }
        loop {
            let exchange = server.next().await.unwrap();
            if exchange.path == "/api/v1/snapshot" {
                break exchange.answer(200, &json!({ "seq": 5, "resources": [] })).await.unwrap();
            }
        }
        open_stream(&server).await
    };
    let (boot, _stream) = tokio::join!(choosing, serving);
    let boot = boot.unwrap();
    assert_eq!(boot.me.map(|me| me.token.to_string()), Some("tok_bea".to_owned()));
    assert_eq!(boot.snapshot.map(|snapshot| snapshot.resources.len()), Some(0));
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_about_its_field() {
    let home = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start().await.unwrap();
    let app = App::start(home.path());
    let refusal = |error: ErrorBody| (error.error.code, error.error.field);
    let about = |field: &str| Some(field.to_owned());

    let choice = Choice::Remote { url: "ftp://example.com".into(), token: "sbx".into() };
    assert_eq!(refusal(app.desktop.choose(choice).await.unwrap_err()), (ErrorCode::InvalidField, about("url")));
    let error = app.desktop.choose(remote(&server, " ")).await.unwrap_err();
    assert_eq!(refusal(error), (ErrorCode::InvalidField, about("token")));
    let error = app.desktop.choose(empty("  ")).await.unwrap_err();
    assert_eq!(refusal(error), (ErrorCode::InvalidField, about("project_name")));

    let invalid = json!({ "error": { "code": "unauthenticated", "message": "this token is not valid" } });
    for (status, body, expected) in [
        (401, invalid, (ErrorCode::Unauthenticated, about("token"))),
        (200, json!({ "hello": "world" }), (ErrorCode::InvalidField, about("url"))),
        (404, json!("nothing here"), (ErrorCode::InvalidField, about("url"))),
    ] {
        let serving = answer(&server, "/api/v1/me", status, &body);
        let ((), error) = tokio::join!(serving, app.desktop.choose(remote(&server, "sbx_adm_1")));
        assert_eq!(refusal(error.unwrap_err()), expected, "{body}");
    }
    let gone = remote(&server, "sbx_adm_1");
    drop(server);
    assert_eq!(refusal(app.desktop.choose(gone).await.unwrap_err()), (ErrorCode::Unavailable, about("url")));
    assert_eq!(app.desktop.boot().await.place, None);
    assert!(!home.path().join("tokens").exists(), "a token that opens nothing is not kept");
}

#[tokio::test]
async fn a_token_that_is_gone_signs_out_and_shows_what_is_known() {
    let home = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start().await.unwrap();
    let app = App::start(home.path());
    let choosing = app.desktop.choose(remote(&server, "sbx_adm_1"));
    let (boot, stream) = tokio::join!(choosing, let_in(&server, "tok_ann", Some(json!({ "seq": 5, "resources": [] }))));
    boot.unwrap();
    app.desktop.close().await;
    drop(stream);
    remove_folder(&home.path().join("tokens")).unwrap();

    let mut app = App::start(home.path());
    app.until(ConnectionState::SignedOut).await;
    assert_eq!(app.desktop.boot().await.snapshot.map(|snapshot| snapshot.seq), Some(5));
    let write = app.desktop.call(request("POST", "/api/v1/projects", Some(json!({})))).await;
    assert_eq!((write.status, code(&write)), (401, Some("unauthenticated")));
}

#[tokio::test]
async fn with_a_keyring_no_token_is_on_disk() {
    let home = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start().await.unwrap();
    let tokens = Tokens::new(Home::at(home.path()), Working::default());
    let desktop = Arc::new(Desktop::new(Home::at(home.path()), tokens, Arc::new(drop)));
    let choosing = desktop.choose(remote(&server, "sbx_adm_1"));
    let (boot, _stream) =
        tokio::join!(choosing, let_in(&server, "tok_ann", Some(json!({ "seq": 5, "resources": [] }))));
    assert_eq!(boot.unwrap().place.map(|place| place.token_kept_in), Some(TokenKeeper::Keyring));
    let mut folders = vec![home.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(9).any(|bytes| bytes == b"sbx_adm_1"), "{}", path.display());
            }
        }
    }
    desktop.close().await;
}

#[tokio::test]
async fn who_leaves_does_not_wait_for_a_keyring() {
    let home = tempfile::tempdir().unwrap();
    let place =
        Place { kind: PlaceKind::Remote, url: "https://flags.example.com".into(), token_kept_in: TokenKeeper::Keyring };
    Places::read(Home::at(home.path()).places()).choose(place.clone()).unwrap();
    let tokens = Tokens::new(Home::at(home.path()), Silent);
    let desktop = Arc::new(Desktop::new(Home::at(home.path()), tokens, Arc::new(drop)));
    desktop.resume();
    assert_eq!(desktop.boot().await.place, Some(place));
    let left = timeout(Duration::from_secs(20), desktop.leave()).await.expect("in time");
    assert_eq!(left.unwrap().place, None);
}
