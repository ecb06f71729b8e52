//! A fresh installation with a bank's flags in it, asked without a network.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use signalbox_domain::Share;
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject, RuleChanges};
use signalbox_domain::event::Place;
use signalbox_domain::flag::{BucketingAlgorithm, FlagDetails, Variant, WeightedVariant};
use signalbox_domain::key::SdkKeyId;
use signalbox_domain::value::ValueKind;
use signalbox_server::engine::{Committed, Engine, Terms};
use tempfile::TempDir;
use tower::ServiceExt;

/// A data directory of its own, with the project `bank` and the environments `staging` and `production`.
pub struct Bank {
    pub engine: Arc<Engine>,
    _data_dir: TempDir,
}

impl Bank {
    pub fn new() -> Self {
        let bank = Self::empty();
        let project = NewProject { key: "bank".parse().expect("a key"), name: "Bank".into() };
        bank.change(Command::CreateProject(project), None);
        for key in ["staging", "production"] {
            let environment = NewEnvironment {
                key: key.parse().expect("a key"),
                name: key.into(),
                production: key == "production",
                audience: 1_000,
            };
            let project = "bank".parse().expect("a key");
            bank.change(Command::CreateEnvironment { project, environment }, None);
        }
        bank
    }

    /// Nothing in it at all.
    fn empty() -> Self {
        Self::filled(|_| {})
    }

    /// With what `fill` puts into the data directory.
    pub fn filled(fill: impl FnOnce(&Path)) -> Self {
        let data_dir = tempfile::tempdir().expect("a temporary directory");
        fill(data_dir.path());
        let engine = Engine::open(data_dir.path()).expect("a data directory that opens");
        Self { engine, _data_dir: data_dir }
    }

    pub fn change(&self, command: Command, version: Option<u64>) -> Committed {
        let terms = Terms::system().against(version).because("test".to_owned());
        self.engine.submit_blocking(command, terms).expect("a change that is allowed")
    }

    /// Makes a flag whose last variant is for everybody else.
    pub fn flag(&self, key: &str, kind: ValueKind, variants: &[(&str, Value)]) {
        let variants =
            variants.iter().map(|(key, value)| Variant { key: key.parse().expect("a key"), value: value.clone() });
        let details = FlagDetails {
            name: key.into(),
            description: String::new(),
            purpose: Default::default(),
            owner: None,
            tags: Vec::new(),
            expected_removal: None,
        };
        let flag = NewFlag {
            key: key.parse().expect("a key"),
            details,
            value_kind: kind,
            variants: Some(variants.collect()),
            off_variant: None,
            salt: Some(key.into()),
            bucketing: BucketingAlgorithm::Signalbox1,
        };
        self.change(Command::CreateFlag { project: "bank".parse().expect("a key"), flag: Box::new(flag) }, None);
    }

    /// Makes a boolean flag and gives it to a share of everybody in production.
    pub fn boolean(&self, key: &str, percent: f64) {
        self.flag(key, ValueKind::Boolean, &[("on", json!(true)), ("off", json!(false))]);
        if percent > 0.0 {
            self.give(key, percent, None);
        }
    }

    /// Gives a flag to a share of everybody in production, divided among variants where a split is given.
    pub fn give(&self, flag: &str, percent: f64, split: Option<&[(&str, f64)]>) {
        let split = split.map(|parts| {
            let part = |(variant, percent): &(&str, f64)| WeightedVariant {
                variant: variant.parse().expect("a key"),
                weight: Share::from_percent(*percent).expect("a share"),
            };
            parts.iter().map(part).collect()
        });
        let changes = RuleChanges {
            share: Some(Share::from_percent(percent).expect("a share")),
            split,
            ..RuleChanges::default()
        };
        self.place(flag, |place| Command::ChangeRule { place, changes });
    }

    /// Changes what a flag gives in production, as it stands now.
    pub fn place(&self, flag: &str, command: impl FnOnce(Place) -> Command) -> Committed {
        let place = production(flag);
        let version = self.engine.read(|state, _| {
            state.configuration(&place.project, &place.flag, &place.environment).map(|found| found.version)
        });
        self.change(command(place), version)
    }

    /// Lets browsers ask for a flag, or not any more.
    pub fn client_side(&self, flag: &str, client_side: bool) {
        let Place { project, flag, .. } = production(flag);
        let version = self.engine.read(|state, _| state.flag(&project, &flag).map(|flag| flag.version));
        self.change(Command::ChangeClientSide { project, flag, client_side }, version);
    }

    /// Makes an SDK key for a server.
    pub fn sdk_key(&self, environment: &str) -> (SdkKeyId, String) {
        self.sdk_key_of(SdkKeyKind::Server, environment)
    }

    /// Makes an SDK key.
    pub fn sdk_key_of(&self, kind: SdkKeyKind, environment: &str) -> (SdkKeyId, String) {
        let committed = self.change(
            Command::CreateSdkKey {
                project: "bank".parse().expect("a key"),
                environment: environment.parse().expect("a key"),
                name: "test".into(),
                kind,
            },
            None,
        );
        let id = committed.sdk_key().expect("a key was made").clone();
        (id, committed.secret.expect("with a secret").reveal().to_owned())
    }
}

pub fn production(flag: &str) -> Place {
    Place {
        project: "bank".parse().expect("a key"),
        flag: flag.parse().expect("a key"),
        environment: "production".parse().expect("a key"),
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("a header of text")).unwrap_or_default()
    }
}

/// Sends a request to a router.
pub async fn send(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a request");
    let Ok(response) = router.clone().oneshot(request).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 24).await.expect("a whole body");
    let text = String::from_utf8(bytes.to_vec()).unwrap_or_else(|bytes| format!("{} bytes", bytes.as_bytes().len()));
    Answer { status: parts.status, headers: parts.headers, text }
}
