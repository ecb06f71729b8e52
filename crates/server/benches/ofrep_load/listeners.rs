//! How soon a change that was acknowledged reaches every application that listens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::Outcome;
use super::program::{ADMIN_TOKEN, Program};

/// Applications that listen.
const LISTENERS: usize = 1_000;
/// Changes made one after the other.
const CHANGES: u64 = 50;
/// How long to wait for the last application to hear of one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Prints from acknowledgement to receipt, over all changes and applications.
pub fn measure(server: &Program, project: &str, sdk_key: &str) -> Outcome {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("no runtime: {error}"))?;
    let pass = pass(&server.post("/ofrep/v1/evaluate/flags", sdk_key)?)?;
    runtime.block_on(run(&server.address, project, &pass))
}

/// Where changes are told, from an answer for all flags.
fn pass(answer: &[u8]) -> Outcome<String> {
    let answer: serde_json::Value = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
    let address = &answer["eventStreams"][0]["endpoint"]["requestUri"];
    address.as_str().map(str::to_owned).ok_or_else(|| "the answer names no event stream".into())
}

async fn run(address: &str, project: &str, pass: &str) -> Outcome {
    rlimit::increase_nofile_limit(u64::MAX).map_err(|error| format!("no more files may be open: {error}"))?;
    // What was heard: the version, and when.
    let (heard, mut all_heard) = mpsc::unbounded_channel::<(u64, Instant)>();
    let connected = Arc::new(AtomicU64::new(0));
    for _ in 0..LISTENERS {
        let stream = listen(address, pass).await.map_err(|error| format!("a listener was not let in: {error}"))?;
        let (heard, connected) = (heard.clone(), Arc::clone(&connected));
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            let mut is_first = true;
            while let Ok(Some(line)) = lines.next_line().await {
                let Some(version) = line.strip_prefix("id:").and_then(|version| version.parse().ok()) else { continue };
                // Who connects is told the version at once.
                if std::mem::take(&mut is_first) {
                    connected.fetch_add(1, Ordering::SeqCst);
                } else if heard.send((version, Instant::now())).is_err() {
                    return;
                }
            }
        });
    }
    let waiting = Instant::now();
    while connected.load(Ordering::SeqCst) < LISTENERS as u64 {
        if waiting.elapsed() > PATIENCE {
            return Err(format!("only {} of {LISTENERS} listeners are connected", connected.load(Ordering::SeqCst)));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut took = Vec::new();
    for round in 0..CHANGES {
        let (version, acknowledged) = change(address, project, round).await?;
        for _ in 0..LISTENERS {
            let next = tokio::time::timeout(PATIENCE, all_heard.recv()).await;
            let (told, at) = next.ok().flatten().ok_or("a listener did not hear of a change")?;
            if told != version {
                return Err(format!("a listener heard of version {told}, not {version}"));
            }
            took.push(at.saturating_duration_since(acknowledged));
        }
    }
    took.sort();
    let at = |share: usize| took[took.len() * share / 1_000].as_secs_f64() * 1e3;
    println!(
        "{LISTENERS} listeners, {CHANGES} changes, from acknowledged to heard: p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        at(500),
        at(990),
        at(999)
    );
    Ok(())
}

async fn listen(address: &str, pass: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {pass} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

/// Moves the share of one flag: the version that follows, and when it was acknowledged.
async fn change(address: &str, project: &str, round: u64) -> Outcome<(u64, Instant)> {
    let place = format!("/api/v1/projects/{project}/flags/flag-0000/environments/live");
    let (now, _) = ask(address, &format!("GET {place}"), None, "").await?;
    let body = format!(r#"{{"share":{},"reason":"To be measured"}}"#, 1 + round % 90);
    ask(address, &format!("PATCH {place}/rule"), Some(now), &body).await
}

/// Asks the API: the version in the answer, and when it came.
async fn ask(address: &str, what: &str, version: Option<u64>, body: &str) -> Outcome<(u64, Instant)> {
    let condition = version.map(|version| format!("If-Match: \"{version}\"\r\n")).unwrap_or_default();
    let request = format!(
        "{what} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\n{condition}\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = answer.await.map_err(|error| format!("no answer: {error}"))?;
    let at = Instant::now();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the answer has no body")?;
    let body: serde_json::Value = serde_json::from_slice(&answer[end + 4..]).map_err(|error| error.to_string())?;
    let version = body["version"].as_u64().ok_or_else(|| format!("{what} was answered {body}"))?;
    Ok((version, at))
}
