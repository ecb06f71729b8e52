//! The load, by wrk (Debian package `wrk`; <https://github.com/wg/wrk>).

use std::fmt;
use std::io::ErrorKind;
use std::process::Command;

use super::Outcome;

/// How long each load lasts.
pub const SECONDS: u32 = 5;

/// What wrk measured.
pub struct Figures {
    requests_per_second: String,
    median: String,
    p99: String,
    failed: Option<String>,
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests_per_second, median, p99, failed } = self;
        write!(formatter, "{requests_per_second} requests/s, latency p50 {median}, p99 {p99}")?;
        failed.iter().try_for_each(|failed| write!(formatter, " ({failed})"))
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum People {
    /// Somebody else with every request.
    New,
    /// So many, one after the other, who ask again when all of them have asked: what clients that poll do.
    AskingAgain(u32),
}

/// Asks as fast as the server answers.
pub fn run(address: &str, path: &str, sdk_key: &str, people: People, connections: u32) -> Outcome<Figures> {
    let next = match people {
        People::New => "number + 1".to_owned(),
        People::AskingAgain(people) => format!("number % {people} + 1"),
    };
    let script = format!(
        r#"
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {sdk_key}"
local number = 0
request = function()
  number = {next}
  return wrk.format(nil, nil, nil, '{{"context":{{"targetingKey":"customer-' .. number .. '","country":"DE"}}}}')
end
"#
    );
    let file = tempfile::NamedTempFile::new().map_err(|error| format!("no temporary file: {error}"))?;
    std::fs::write(file.path(), script).map_err(|error| format!("the script cannot be written: {error}"))?;
    let output = Command::new("wrk")
        .args(["--threads", "1", "--latency"])
        .args(["--connections", &connections.to_string(), "--duration", &format!("{SECONDS}s")])
        .arg("--script")
        .arg(file.path())
        .arg(format!("http://{address}{path}"))
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => "wrk makes the load and is not installed: `apt-get install wrk`".to_owned(),
            _ => format!("wrk does not start: {error}"),
        })?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    figures(&told).ok_or_else(|| format!("wrk said no figures:\n{told}{}", String::from_utf8_lossy(&output.stderr)))
}

fn figures(told: &str) -> Option<Figures> {
    let after = |label: &str| {
        let line = told.lines().find_map(|line| line.trim().strip_prefix(label))?;
        Some(line.trim().to_owned())
    };
    Some(Figures {
        requests_per_second: after("Requests/sec:")?,
        median: after("50%")?,
        p99: after("99%")?,
        failed: after("Non-2xx or 3xx responses:").map(|count| format!("{count} of them failed")),
    })
}
