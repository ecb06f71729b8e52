//! The server as a program of its own.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Outcome;

/// The token of the administrator.
pub const ADMIN_TOKEN: &str = "sbx_adm_bench-0123456789-0123456789-0123456789";

/// A running server, ended when this is dropped.
pub struct Program {
    child: Child,
    /// Host and port.
    pub address: String,
    /// How long it took from its start until it listened.
    pub took: Duration,
}

impl Program {
    /// Starts it on a free port and waits for the line that says where it listens.
    pub fn start(program: &Path, data_dir: &Path) -> Outcome<Self> {
        let log = data_dir.with_extension("log");
        let errors = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .env("SIGNALBOX_ADMIN_TOKEN", ADMIN_TOKEN)
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", program.display()))?;
        let stdout = child.stdout.take().ok_or("the server has no standard output")?;
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        let took = begun.elapsed();
        let address = read
            .ok()
            .and_then(|_| serde_json::from_str::<serde_json::Value>(&line).ok())
            .and_then(|ready| Some(ready["listening"].as_str()?.strip_prefix("http://")?.to_owned()));
        let mut program = Self { child, address: String::new(), took };
        program.address = address.ok_or_else(|| {
            let told = std::fs::read_to_string(&log).unwrap_or_default();
            format!("the server did not say where it listens, but: {line}{told}")
        })?;
        Ok(program)
    }

    /// Bytes in RAM, as the server itself counts them.
    pub fn resident_memory(&self) -> Outcome<f64> {
        let page = self.metrics().map_err(|error| format!("no metrics: {error}"))?;
        let value = page.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
        value.and_then(|value| value.parse().ok()).ok_or_else(|| "the server does not count its memory here".into())
    }

    /// The body of the answer to one evaluation request.
    pub fn post(&self, path: &str, sdk_key: &str) -> Outcome<Vec<u8>> {
        let answer = || -> std::io::Result<Vec<u8>> {
            let mut stream = TcpStream::connect(&self.address)?;
            let body = r#"{"context":{"targetingKey":"customer-1","country":"DE"}}"#;
            write!(
                stream,
                "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {sdk_key}\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                self.address,
                body.len()
            )?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer)?;
            Ok(answer)
        };
        let answer = answer().map_err(|error| format!("no answer: {error}"))?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the answer has no body")?;
        Ok(answer[end + 4..].to_vec())
    }

    fn metrics(&self) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        let address = &self.address;
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut page = String::new();
        stream.read_to_string(&mut page)?;
        Ok(page)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; either way there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
