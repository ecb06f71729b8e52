//! `signalbox-server serve`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::logs::{self, LogFormat};
use super::{ADMIN_TOKEN_VARIABLE, Failure, Serve, say};
use crate::running::{Edge, Options, Running, start_at};

/// Connections at once, where the system lets so many files be open.
const MOST_CONNECTIONS: usize = 16_384;
/// Files that are no connections: the database, logs, connections that are refused.
const OTHER_FILES: usize = 256;
/// Files that systems usually let a process have open.
const USUAL_FILES: usize = 1_024;
/// Threads for what blocks on the disk; changes wait for one another anyway.
const BLOCKING_THREADS: usize = 64;

/// The first line on standard output.
#[derive(Serialize)]
struct Ready<'a> {
    listening: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sdk_keys: Option<&'a BTreeMap<String, String>>,
}

pub fn serve(command: Serve) -> Result<(), Failure> {
    let private_webhooks = command.allow_private_webhooks;
    let Serve { listen, demo, ui_dir, allowed_hosts, trusted_proxies, log_format, look_every, at, .. } = command;
    logs::begin(log_format.unwrap_or_else(LogFormat::usual)).map_err(Failure::unusable)?;
    let admin_token = match std::env::var(ADMIN_TOKEN_VARIABLE) {
        // A file or `echo` ends a line; no token does.
        Ok(token) => Some(token.trim().to_owned()).filter(|token| !token.is_empty()),
        Err(std::env::VarError::NotPresent) => None,
        Err(error) => return Err(Failure::unusable(format!("{ADMIN_TOKEN_VARIABLE}: {error}"))),
    };
    let options = Options { data_dir: at.data_dir()?, listen, demo, admin_token, ui_dir };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    let looks_every = Duration::from_secs(look_every);
    runtime.block_on(run(
        options,
        Edge { allowed_hosts, trusted_proxies, most_connections: most_connections(), looks_every, private_webhooks },
    ))
}

/// As many as this process may have, once it may have as many files open as the system lets it.
fn most_connections() -> usize {
    let wanted = MOST_CONNECTIONS + OTHER_FILES;
    let files = match rlimit::increase_nofile_limit(wanted as u64) {
        Ok(files) => usize::try_from(files).unwrap_or(wanted),
        Err(error) => {
            tracing::warn!(%error, "how many files may be open is not known");
            USUAL_FILES
        }
    };
    let most = files.saturating_sub(OTHER_FILES).clamp(OTHER_FILES, MOST_CONNECTIONS);
    if most < MOST_CONNECTIONS {
        tracing::warn!(
            files,
            most_connections = most,
            "few files may be open at once; raise the hard limit (ulimit -Hn)"
        );
    }
    most
}

async fn run(options: Options, edge: Edge) -> Result<(), Failure> {
    // Before the server starts, so that a signal while it does is not lost.
    let mut asked_to_stop = Signals::listen().map_err(Failure::failed)?;
    let (demo, data_dir) = (options.demo, options.data_dir.clone());
    let running: Running = start_at(options, edge).await.map_err(Failure::unusable)?;
    tracing::info!(url = %running.url, data_dir = %data_dir.display(), version = env!("CARGO_PKG_VERSION"), "ready");
    if demo && running.sdk_keys.is_empty() {
        tracing::warn!("this data directory holds no demo: nothing was filled in, and no customers are simulated");
    }
    let ready = Ready {
        listening: &running.url,
        admin_token: running.admin_token.as_deref(),
        sdk_keys: demo.then_some(&running.sdk_keys),
    };
    say(serde_json::to_string(&ready).map_err(Failure::failed)?);

    let signal = asked_to_stop.next().await;
    tracing::info!(signal, "stopping");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => std::future::pending().await,
        }
    }
}
