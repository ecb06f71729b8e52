//! A `signalbox-server` of its own for a test.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;
use crate::given;
use crate::process::Process;

/// A running server with its data in a temporary folder. What it logs is printed only when the test fails.
pub struct Server {
    process: Option<Process>,
    data: TempDir,
    page: PathBuf,
    /// Its address, such as `http://127.0.0.1:40123`; the same after a restart.
    pub url: String,
    /// The token that it made on its first start.
    pub admin_token: String,
}

impl Server {
    /// Starts a server on a free port with an empty data folder; it serves the built page as well.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::with_page(given::page_folder())
    }

    /// As [`Self::start`], serving the page of this folder.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn with_page(page: PathBuf) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let (process, ready) = launch(data.path(), "127.0.0.1:0", &page);
        let admin_token = text(&ready, "admin_token");
        Self { process: Some(process), url: text(&ready, "listening"), admin_token, data, page }
    }

    /// The management API, as the administrator.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::new(&self.url, Some(&self.admin_token))
    }

    /// Where its data is.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.data.path().to_owned()
    }

    /// Stops it as an operator would, and waits until it has ended.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop();
        }
    }

    /// Starts it again on the same port with the same data.
    ///
    /// # Panics
    /// When it does not start, or listens elsewhere.
    pub fn start_again(&mut self) {
        let address = self.url.trim_start_matches("http://").to_owned();
        let (process, ready) = launch(self.data.path(), &address, &self.page);
        assert_eq!(text(&ready, "listening"), self.url);
        assert_eq!(ready.get("admin_token"), None, "a second start must not make another administrator");
        self.process = Some(process);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(log_of(self.data.path())).unwrap_or_default();
            let last: Vec<_> = log.lines().rev().take(20).collect();
            eprintln!("The last lines of the server's log, newest first:\n{}", last.join("\n"));
        }
    }
}

/// Where the server's log goes: beside its data, which it does not mind.
fn log_of(data: &Path) -> PathBuf {
    data.join("test.log")
}

/// Starts the program and waits for the line that says it is ready.
fn launch(data: &Path, listen: &str, page: &Path) -> (Process, Value) {
    let log = OpenOptions::new().create(true).append(true).open(log_of(data)).expect("a file for the log");
    let mut process = Process::start(
        Command::new(given::server_program())
            .args(["serve", "--look-every", "1", "--allow-private-webhooks", "--listen", listen, "--data-dir"])
            .arg(data)
            .arg("--ui-dir")
            .arg(page)
            .env_remove("SIGNALBOX_ADMIN_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log),
    );
    let output = process.child().stdout.take().expect("standard output is piped");
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).expect("standard output is text");
    let ready = serde_json::from_str(&line)
        .unwrap_or_else(|error| panic!("the server's first line is not JSON ({error}): {line:?}"));
    (process, ready)
}

fn text(ready: &Value, name: &str) -> String {
    ready[name].as_str().unwrap_or_else(|| panic!("the server's first line has no `{name}`: {ready}")).to_owned()
}
