//! A server on a port of its own with an empty data directory, and a plain HTTP client for it.

use std::net::SocketAddr;
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use futures_util::StreamExt;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use signalbox_server::{Options, Running, start};
use tempfile::TempDir;
use tokio::net::TcpStream;

pub struct Server {
    pub running: Running,
    pub admin: String,
    pub data_dir: TempDir,
}

impl Server {
    /// An empty installation.
    pub async fn start() -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let running = start(options(data_dir.path())).await.unwrap();
        let admin = running.admin_token.clone().unwrap();
        Self { running, admin, data_dir }
    }

    /// With the project `bank`, its environments `dev` and `prod`, and the flag `pay`.
    pub async fn with_a_flag() -> Self {
        let server = Self::start().await;
        server.make("/api/v1/projects", json!({"key": "bank", "name": "Bank"})).await;
        for (key, production) in [("dev", false), ("prod", true)] {
            let environment = json!({"key": key, "name": key, "production": production, "audience": 1_000});
            server.make("/api/v1/projects/bank/environments", environment).await;
        }
        let flag = json!({"key": "pay", "name": "Instant payments", "value_kind": "boolean"});
        server.make("/api/v1/projects/bank/flags", flag).await;
        server
    }

    /// Makes something, and expects that it can be.
    pub async fn make(&self, path: &str, body: Value) -> Answer {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.body);
        answer
    }

    /// A token of this role: its id, its version and its secret.
    pub async fn token(&self, role: &str) -> (String, u64, String) {
        let made = self.make("/api/v1/tokens", json!({"name": "Ann", "role": role})).await.body;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["token"]["id"]), made["token"]["version"].as_u64().unwrap(), text(&made["secret"]))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).send().await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path).body(body).send().await
    }

    /// A request with the administrator's token.
    pub fn ask(&self, method: Method, path: &str) -> Asked {
        self.ask_openly(method, path).token(&self.admin)
    }

    /// A request without any token.
    pub fn ask_openly(&self, method: Method, path: &str) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert("host", self.running.address.to_string().parse().unwrap());
        Asked { address: self.running.address, method, path: path.into(), headers, body: Vec::new() }
    }

    /// The sequence of the last event, to see that nothing happened.
    pub async fn sequence(&self) -> u64 {
        self.get("/api/v1/snapshot").await.body["seq"].as_u64().unwrap()
    }
}

pub fn options(data_dir: &Path) -> Options {
    Options {
        data_dir: data_dir.to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
        demo: false,
        admin_token: None,
        ui_dir: None,
    }
}

/// A request to be sent.
pub struct Asked {
    address: SocketAddr,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Asked {
    pub fn token(self, secret: &str) -> Self {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        self
    }

    pub fn version(self, version: u64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    pub fn body(self, body: Value) -> Self {
        self.text(&body.to_string())
    }

    pub fn text(self, body: &str) -> Self {
        let mut asked = self.header("content-type", "application/json");
        asked.body = body.into();
        asked
    }

    /// Sends it, and reads the whole answer.
    pub async fn send(self) -> Answer {
        let response = self.begin().await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends it, and reads the head of the answer.
    pub async fn begin(self) -> Response<Body> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().unwrap();
        *request.headers_mut() = self.headers;
        sender.send_request(request).await.unwrap().map(Body::new)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn version(&self) -> u64 {
        self.body["version"].as_u64().unwrap()
    }

    pub fn code(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["error"]["code"].as_str().unwrap_or_default())
    }
}

/// An open live stream.
pub struct Events {
    chunks: axum::body::BodyDataStream,
    bytes: Vec<u8>,
}

impl Events {
    pub async fn open(asked: Asked) -> Self {
        let response = asked.begin().await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { chunks: response.into_body().into_data_stream(), bytes: Vec::new() }
    }

    /// The next event that is no heartbeat: its name, its id and its data; nothing when the stream ended.
    pub async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            let (name, id, data) = self.next_of_any_kind().await?;
            if name != "heartbeat" {
                return Some((name, id, data));
            }
        }
    }

    /// The names of the events that come next, up to and with `last`.
    pub async fn names_up_to(&mut self, last: &str) -> Vec<String> {
        let mut names = Vec::new();
        while let Some((name, ..)) = self.next().await {
            names.push(name);
            if names.last().is_some_and(|name| name == last) {
                break;
            }
        }
        names
    }

    pub async fn next_of_any_kind(&mut self) -> Option<(String, String, Value)> {
        let end = loop {
            match self.bytes.windows(2).position(|pair| pair == b"\n\n") {
                Some(end) => break end,
                None => self.bytes.extend(self.chunks.next().await?.ok()?),
            }
        };
        let event: Vec<u8> = self.bytes.drain(..end + 2).collect();
        let event = String::from_utf8(event).unwrap();
        let field =
            |name: &str| event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::to_owned);
        let data = field("data").expect("browsers pass over events without data");
        let data = serde_json::from_str(&data).unwrap_or(Value::Null);
        let found = (field("event").unwrap_or_default(), field("id").unwrap_or_default(), data);
        Some(found)
    }
}
