//! The program as an operator runs it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn program(arguments: &[&str], data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox-server"));
    command.args(arguments).arg("--data-dir").arg(data_dir);
    for variable in ["SIGNALBOX_ADMIN_TOKEN", "SIGNALBOX_DATA_DIR", "SIGNALBOX_LOG"] {
        command.env_remove(variable);
    }
    command
}

fn run(arguments: &[&str], data_dir: &Path) -> (i32, String, String) {
    told(&program(arguments, data_dir).output().unwrap())
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A server as its own process; killed when the test ends before it does.
struct Served {
    process: Child,
    ready: Value,
}

impl Served {
    fn start(data_dir: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = program(&["serve", "--listen", "127.0.0.1:0"], data_dir);
        command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { process, ready: serde_json::from_str(&line).unwrap() }
    }

    /// Sends a signal, and gives the exit status with what was logged.
    fn stop(mut self, signal: &str) -> (i32, String) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let status = self.process.wait().unwrap().code().unwrap_or(-1);
        let mut log = String::new();
        std::io::Read::read_to_string(self.process.stderr.as_mut().unwrap(), &mut log).unwrap();
        (status, log)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_server_says_when_it_is_ready_and_stops_when_asked() {
    let data_dir = tempfile::tempdir().unwrap();
    let server = Served::start(data_dir.path(), &[]);
    assert!(server.ready["listening"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let token = server.ready["admin_token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("sbx_adm_"));

    let (status, list, error) = run(&["token", "list"], data_dir.path());
    assert_eq!((status, list.lines().count()), (0, 1), "listing takes no lock: {error}");
    let (status, _, error) = run(&["token", "create", "--name", "Ann", "--role", "viewer"], data_dir.path());
    assert_eq!(status, 1);
    assert!(error.contains("a server is running") && error.contains("API"), "{error}");
    let (status, output, error) = run(&["verify"], data_dir.path());
    assert_eq!((status, output.starts_with("whole: 1 events")), (0, true), "{output}{error}");
    let backup = data_dir.path().join("backup.db");
    assert_eq!(run(&["backup", backup.to_str().unwrap()], data_dir.path()).0, 0);

    let (status, log) = server.stop("-TERM");
    assert_eq!(status, 0, "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    assert!(log.contains("SIGTERM") && log.contains("stopped") && !log.contains(&token), "{log}");

    let again = Served::start(data_dir.path(), &[]);
    assert_eq!(again.ready.get("admin_token"), None);
    assert_eq!(again.stop("-INT").0, 0);

    let elsewhere = data_dir.path().join("restored");
    assert_eq!(run(&["restore", backup.to_str().unwrap()], &elsewhere).0, 0);
    assert!(run(&["verify"], &elsewhere).1.starts_with("whole: 1 events"));
    assert_eq!(run(&["restore", backup.to_str().unwrap()], &elsewhere).0, 1, "it has data already");
}

#[test]
fn a_token_from_the_environment_is_never_echoed() {
    let data_dir = tempfile::tempdir().unwrap();
    let server = Served::start(data_dir.path(), &[("SIGNALBOX_ADMIN_TOKEN", "a token that somebody chose")]);
    assert_eq!(server.ready.get("admin_token"), None);
    let (status, log) = server.stop("-TERM");
    assert!(status == 0 && !log.contains("somebody chose"), "{log}");
    let (_, list, _) = run(&["token", "list"], data_dir.path());
    assert_eq!(list.lines().count(), 1, "{list}");
}

#[test]
fn tokens_are_made_listed_revoked_and_names_erased() {
    let data_dir = tempfile::tempdir().unwrap();
    let create = |name: &str, role: &str| run(&["token", "create", "--name", name, "--role", role], data_dir.path());
    assert_eq!(create("Boss", "admin").0, 0);
    let (status, secret, _) = create("Ann Vogt", "editor");
    assert!(status == 0 && secret.starts_with("sbx_edt_") && secret.trim().len() == 51, "{secret}");
    let (_, list, _) = run(&["token", "list"], data_dir.path());
    assert!(list.contains("Ann Vogt") && list.contains("editor") && !list.contains(secret.trim()), "{list}");
    let id = list.lines().find(|line| line.contains("Ann Vogt")).unwrap().split(' ').next().unwrap();
    assert_eq!(run(&["token", "revoke", id], data_dir.path()).0, 0);
    assert!(run(&["token", "list"], data_dir.path()).1.contains("revoked"));

    let mut erase = program(&["erase"], data_dir.path());
    let mut erase = erase.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    erase.stdin.take().unwrap().write_all(b"Ann Vogt\n").unwrap();
    let (status, output, error) = told(&erase.wait_with_output().unwrap());
    assert_eq!((status, output.trim()), (0, "erased in 1 place(s)"), "{error}");
    let (_, list, _) = run(&["token", "list"], data_dir.path());
    assert!(list.contains("(erased)") && !list.contains("Ann"), "{list}");
    assert_eq!(run(&["verify"], data_dir.path()).0, 0);
    assert_eq!(run(&["erase", "--value", "Ann Vogt"], data_dir.path()).0, 1, "it is nowhere any more");
}

#[test]
fn what_cannot_be_is_said_on_standard_error_with_status_2() {
    let data_dir = tempfile::tempdir().unwrap();
    let file = data_dir.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let check = |arguments: &[&str], at: &Path, expect: &str| {
        let (status, output, error) = run(arguments, at);
        assert_eq!((status, output.as_str()), (2, ""), "{arguments:?}: {error}");
        assert!(error.contains(expect), "{arguments:?}: {error}");
    };
    check(&["serve", "--listen", "nowhere"], data_dir.path(), "--listen");
    check(&["serve", "--listen", "127.0.0.1:99999"], data_dir.path(), "--listen");
    check(&["serve", "--listen", "203.0.113.7:4600"], data_dir.path(), "cannot listen at 203.0.113.7:4600");
    check(&["serve", "--listen", "127.0.0.1:0", "--ui-dir", "/nowhere"], data_dir.path(), "no index.html");
    check(&["serve", "--listen", "127.0.0.1:0"], &file, "cannot be used");
    let mistyped = data_dir.path().join("nothing");
    for command in [&["verify"][..], &["token", "list"], &["token", "revoke", "tok_1"], &["erase", "--value", "x"]] {
        check(command, &mistyped, "cannot be used");
    }
    assert!(!mistyped.exists(), "a mistyped name makes no data directory");
    check(&["token", "create", "--name", "x", "--role", "owner"], data_dir.path(), "viewer, editor, admin");
    let mut short = program(&["serve", "--listen", "127.0.0.1:0"], data_dir.path());
    let (status, _, error) = told(&short.env("SIGNALBOX_ADMIN_TOKEN", "short").output().unwrap());
    assert_eq!((status, error.contains("at least 8")), (2, true), "{error}");
}
