//! Set-up: what each task needs beyond Rust. Every step says what it installs and why, asks
//! nothing, and skips what is already there.

mod clients;
mod node;
mod rust;
mod stamp;
mod system_packages;

use std::path::PathBuf;

use crate::failure::Outcome;
use crate::workspace::Workspace;

/// What the tests with real clients run.
pub struct Clients {
    /// A Node.js of version 20 or newer.
    pub node: PathBuf,
    /// The folder that holds `node_modules` with the JavaScript client.
    pub node_folder: PathBuf,
    /// A Python that can import the Python client.
    pub python: PathBuf,
}

/// What the server and the page for a browser need.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn for_server() -> Outcome {
    system_packages::ensure(system_packages::COMPILE)?;
    rust::ensure_wasm()
}

/// What the desktop app needs as well.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn for_desktop() -> Outcome {
    system_packages::ensure(&[system_packages::COMPILE, system_packages::DESKTOP].concat())?;
    rust::ensure_wasm()
}

/// What the benches need.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn for_benches() -> Outcome {
    system_packages::ensure(&[system_packages::COMPILE, system_packages::BENCH].concat())
}

/// What every check and every test needs.
///
/// # Errors
/// When something is missing and cannot be installed.
pub fn for_tests(workspace: &Workspace) -> Outcome<Clients> {
    system_packages::ensure(&[system_packages::COMPILE, system_packages::DESKTOP, system_packages::TEST].concat())?;
    rust::ensure_wasm()?;
    rust::ensure_components()?;
    let node = node::ensure(workspace)?;
    Ok(Clients {
        node_folder: clients::ensure_javascript(workspace)?,
        python: clients::ensure_python(workspace)?,
        node,
    })
}
