//! Somebody who receives messages of a webhook, and verifies them by the stock library of Standard Webhooks.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::given;

/// How long a message may take: a first try comes at once, a second one after five seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running receiver, on loopback.
pub struct Receiver {
    /// Where it receives.
    pub url: String,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Receiver {
    /// Starts one.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        let mut process = Command::new(given::node())
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/clients/node/receiver.mjs"))
            .env("SIGNALBOX_NODE_MODULES", given::node_folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the receiver starts");
        let input = process.stdin.take().expect("standard input is piped");
        let output = process.stdout.take().expect("standard output is piped");
        let mut receiver =
            Self { url: String::new(), input, output: BufReader::new(output).lines(), _process: process };
        receiver.url = receiver.next().await["url"].as_str().expect("where it listens").to_owned();
        receiver
    }

    /// From now on, messages are to be signed with this.
    pub async fn trust(&mut self, secret: &str) {
        self.tell(&json!({ "secret": secret })).await;
    }

    /// The next messages are answered with these statuses.
    pub async fn answer(&mut self, statuses: &[u16]) {
        self.tell(&json!({ "answers": statuses })).await;
    }

    /// The next message.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn next(&mut self) -> Value {
        let line = timeout(PATIENCE, self.output.next_line()).await.expect("a message within its time");
        let line = line.expect("the receiver's output is text").expect("the receiver runs");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("the receiver wrote {line:?}: {error}"))
    }

    async fn tell(&mut self, told: &Value) {
        self.input.write_all(format!("{told}\n").as_bytes()).await.expect("the receiver reads");
        let answer = self.next().await;
        assert_eq!(answer, json!({ "ready": true }), "a message came in between");
    }
}
