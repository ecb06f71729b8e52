//! Stock OpenFeature clients, run as an application runs them.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::given;

/// A language with a stock client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// npm `@openfeature/server-sdk` with `@openfeature/ofrep-provider`.
    JavaScript,
    /// PyPI `openfeature-sdk` with `openfeature-provider-ofrep`.
    Python,
}

/// Both languages.
pub const LANGUAGES: [Language; 2] = [Language::JavaScript, Language::Python];

/// What a client answered to one evaluation.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Evaluated {
    /// The value; the fallback when the evaluation failed.
    pub value: Value,
    /// What the language calls the value's type.
    #[serde(rename = "type")]
    pub value_type: String,
    /// Key of the variant.
    pub variant: Option<String>,
    /// Why this value.
    pub reason: Option<String>,
    /// The error code, when the evaluation failed.
    pub error: Option<String>,
}

/// An application with a stock client.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its language.
    pub language: Language,
    /// Address of the server.
    pub url: String,
    /// The SDK key that it was given.
    pub sdk_key: String,
}

impl Application {
    /// Evaluates each of `evaluations`: objects with `flag`, `kind`, `fallback`, `user` and `attributes`.
    ///
    /// # Panics
    /// When the client does not run or fails as a whole.
    pub async fn evaluate(&self, evaluations: &[Value]) -> Vec<Evaluated> {
        let job = json!({ "url": self.url, "sdk_key": self.sdk_key, "evaluations": evaluations });
        let output = self.run("evaluate", &job).await;
        serde_json::from_slice(&output).unwrap_or_else(|error| {
            panic!("the {:?} client wrote {error}: {}", self.language, String::from_utf8_lossy(&output))
        })
    }

    /// Evaluates a boolean flag for each of `users` and reports it by OpenTelemetry, by this hook of the client where it
    /// has several.
    ///
    /// # Panics
    /// When the client does not run or fails as a whole.
    pub async fn report(&self, flag: &str, users: &[String], hook: Option<&str>) {
        let job = json!({ "url": self.url, "sdk_key": self.sdk_key, "flag": flag, "users": users, "hook": hook });
        self.run("report", &job).await;
    }

    /// Measures requests with and without a flag by a histogram and exports it in rounds, as `measure` of the client's
    /// programs says; `job` is what it reads beside the address and the key.
    ///
    /// # Panics
    /// When the client does not run or fails as a whole.
    pub async fn measure(&self, mut job: Value) {
        job["url"] = json!(self.url);
        job["sdk_key"] = json!(self.sdk_key);
        self.run("measure", &job).await;
    }

    /// Runs a service that evaluates a boolean flag in every request and reports its requests, as `service` of the
    /// client's programs says; gives what it says at its end.
    ///
    /// # Panics
    /// When the client does not run or fails as a whole.
    pub async fn serve(&self, flag: &str, service: &Service) -> Value {
        let mut job = serde_json::to_value(service).expect("a service is JSON");
        job["url"] = json!(self.url);
        job["sdk_key"] = json!(self.sdk_key);
        job["flag"] = json!(flag);
        let output = self.run("service", &job).await;
        serde_json::from_slice(&output).expect("a service says how it went, as JSON")
    }

    /// Runs one of the client's programs; gives what it writes.
    async fn run(&self, program: &str, job: &Value) -> Vec<u8> {
        let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");
        let mut command = match self.language {
            Language::JavaScript => {
                let mut command = Command::new(given::node());
                command.arg(format!("{scripts}/node/{program}.mjs"));
                command.env("SIGNALBOX_NODE_MODULES", given::node_folder());
                command
            }
            Language::Python => {
                let mut command = Command::new(given::python());
                command.arg(format!("{scripts}/python/{program}.py"));
                command
            }
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("the {:?} client does not start: {error}", self.language));
        let mut input = child.stdin.take().expect("standard input is piped");
        input.write_all(job.to_string().as_bytes()).await.expect("the client reads its job");
        drop(input);
        let output = child.wait_with_output().await.expect("the client's output");
        assert!(output.status.success(), "the {:?} client ended with {}", self.language, output.status);
        output.stdout
    }

    /// Which of `users` have a boolean flag.
    ///
    /// # Panics
    /// When an evaluation fails.
    pub async fn who_has(&self, flag: &str, users: &[String]) -> BTreeSet<String> {
        let evaluations: Vec<Value> = users
            .iter()
            .map(|user| json!({ "flag": flag, "kind": "boolean", "fallback": false, "user": user }))
            .collect();
        let answers = self.evaluate(&evaluations).await;
        assert_eq!(answers.len(), users.len());
        let mut having = BTreeSet::new();
        for (user, answer) in users.iter().zip(answers) {
            assert_eq!(answer.error, None, "{:?} for {user}: {answer:?}", self.language);
            if answer.value == json!(true) {
                having.insert(user.clone());
            }
        }
        having
    }
}

/// What a service is like.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Service {
    /// Number of the first person who comes.
    pub first: usize,
    /// How many people come, each once.
    pub people: usize,
    /// How many requests people make.
    pub requests: Requests,
    /// Requests without the feature.
    pub without: Behaviour,
    /// Requests with it.
    pub with: Behaviour,
}

/// How many requests people make.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Requests {
    /// Usually.
    pub each: usize,
    /// Of those with the feature, or of those without it, every tenth makes [`Self::busy`]; of nobody where it is none.
    pub busy_with: Option<bool>,
    /// How many that are.
    pub busy: usize,
}

/// How requests go.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Behaviour {
    /// Which part of them fails, at first.
    pub error: f64,
    /// Which part of them fails when the last person comes.
    pub error_at_end: f64,
    /// How long they take, half more or less.
    pub millis: f64,
}

/// So many user keys, as an application would send them.
#[must_use]
pub fn users(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("customer-{number}")).collect()
}

/// Asserts that `having` is `percent` of `users` people, give or take what chance does: five standard deviations of the
/// binomial distribution, which a draw with a fresh salt leaves once in 1.7 million runs.
///
/// # Panics
/// When it is not.
pub fn assert_share(having: usize, users: usize, percent: f64) {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let found = having as f64 * 100.0 / users as f64;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let tolerance = 5.0 * (percent * (100.0 - percent) / users as f64).sqrt();
    assert!((found - percent).abs() <= tolerance, "{found:.2} % of {users} people have it, {percent} % should");
}
