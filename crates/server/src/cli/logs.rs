//! Structured logs on standard error: one JSON object a line for machines, text on a terminal.
//!
//! What is never logged: secrets, tokens, cookies, user keys, names, queries and bodies.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// Says what is logged, such as `debug` or `signalbox_server=debug,info`.
pub const LOG_VARIABLE: &str = "SIGNALBOX_LOG";

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl LogFormat {
    /// What suits wherever standard error goes.
    pub fn usual() -> Self {
        if io::stderr().is_terminal() { Self::Text } else { Self::Json }
    }
}

/// Begins to log.
///
/// # Errors
/// What is wrong with the variable [`LOG_VARIABLE`].
pub fn begin(format: LogFormat) -> Result<(), String> {
    let wanted = std::env::var(LOG_VARIABLE).unwrap_or_default();
    let wanted = if wanted.is_empty() { "info" } else { &wanted };
    let filter = EnvFilter::try_new(wanted).map_err(|error| format!("{LOG_VARIABLE}={wanted}: {error}"))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => logs.with_target(false).init(),
        LogFormat::Json => logs.json().flatten_event(true).with_current_span(true).with_span_list(false).init(),
    }
    // A panic is told like everything else, instead of as text between the lines of JSON.
    std::panic::set_hook(Box::new(|panic| {
        let what = panic.payload_as_str().unwrap_or_default();
        let place = panic.location().map(ToString::to_string);
        tracing::error!(what, place, "panicked");
    }));
    Ok(())
}
