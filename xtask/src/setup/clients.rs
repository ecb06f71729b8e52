//! Stock OpenFeature clients, unmodified from their registries: the tests show that they work.

use std::path::PathBuf;
use std::process::Command;

use super::node;
use super::stamp::{Stamp, start_afresh};
use crate::failure::Outcome;
use crate::workspace::Workspace;
use crate::{process, progress};

const JAVASCRIPT: &[&str] = &[
    "@openfeature/server-sdk@1.23.0",
    "@openfeature/ofrep-provider@0.1.3",
    "@openfeature/ofrep-core@0.1.4",
    "@openfeature/core@1.12.0",
    "@openfeature/web-sdk@1.10.0",
    "@openfeature/ofrep-web-provider@0.4.3",
    "eventsource@4.1.1",
    "@openfeature/open-telemetry-hooks@1.0.0",
    "@opentelemetry/api@1.9.0",
    // Those that the hooks above were made for.
    "@opentelemetry/api-logs@0.205.0",
    "@opentelemetry/sdk-logs@0.205.0",
    "@opentelemetry/exporter-logs-otlp-http@0.205.0",
    "@opentelemetry/exporter-trace-otlp-proto@0.205.0",
    "@opentelemetry/sdk-trace-base@2.1.0",
    "@opentelemetry/context-async-hooks@2.1.0",
    "@opentelemetry/sdk-metrics@2.1.0",
    "@opentelemetry/exporter-metrics-otlp-proto@0.205.0",
    "standardwebhooks@1.1.1",
];

const PYTHON: &[&str] = &[
    "openfeature-sdk==0.10.0",
    "openfeature-provider-ofrep==0.3.0",
    "openfeature-hooks-opentelemetry==0.3.1",
    "opentelemetry-sdk==1.45.2",
    "opentelemetry-exporter-otlp-proto-http==1.45.2",
];

/// Installs the JavaScript client and returns the folder that holds its `node_modules`.
///
/// # Errors
/// When npm fails.
pub fn ensure_javascript(workspace: &Workspace) -> Outcome<PathBuf> {
    let folder = workspace.output("clients").join("node");
    let stamp = Stamp::new(&folder, JAVASCRIPT);
    if !stamp.is_current() {
        progress::announce(
            "Installing the JavaScript OpenFeature client into target/clients/node, for the tests \
             with real clients",
        );
        start_afresh(&folder)?;
        node::install(&folder, JAVASCRIPT)?;
        stamp.write()?;
    }
    Ok(folder)
}

/// Installs the Python client and returns the Python that can import it.
///
/// # Errors
/// When the virtual environment cannot be made or pip fails.
pub fn ensure_python(workspace: &Workspace) -> Outcome<PathBuf> {
    let folder = workspace.output("clients").join("python");
    let python = folder.join("bin").join("python");
    let stamp = Stamp::new(&folder, PYTHON);
    if !(stamp.is_current() && python.exists()) {
        progress::announce(
            "Installing the Python OpenFeature client into target/clients/python, for the tests \
             with real clients",
        );
        start_afresh(&folder)?;
        process::run(
            Command::new("python3").args(["-m", "venv"]).arg(&folder),
            "install Python 3.10 or newer with its `venv` module (Debian: python3-venv)",
        )?;
        process::run(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--no-input"])
                .arg("--disable-pip-version-check")
                .args(PYTHON),
            "check that the network reaches pypi.org, then run this again",
        )?;
        stamp.write()?;
    }
    Ok(python)
}
