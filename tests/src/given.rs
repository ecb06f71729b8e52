//! What `cargo xtask test` sets up and names by environment variables.

use std::path::PathBuf;

/// The built `signalbox-server`.
#[must_use]
pub fn server_program() -> PathBuf {
    path("SIGNALBOX_SERVER_BIN")
}

/// The built desktop app.
#[must_use]
pub fn desktop_program() -> PathBuf {
    path("SIGNALBOX_DESKTOP_BIN")
}

/// The folder of the built page.
#[must_use]
pub fn page_folder() -> PathBuf {
    path("SIGNALBOX_UI_DIR")
}

/// The folder of the vectors of evaluation, compiled for a browser.
#[must_use]
pub fn vectors_folder() -> PathBuf {
    path("SIGNALBOX_VECTORS_DIR")
}

/// A Node.js that the JavaScript client supports.
#[must_use]
pub fn node() -> PathBuf {
    path("SIGNALBOX_NODE")
}

/// The folder whose `node_modules` hold the JavaScript client.
#[must_use]
pub fn node_folder() -> PathBuf {
    path("SIGNALBOX_NODE_MODULES")
}

/// A Python that can import the Python client.
#[must_use]
pub fn python() -> PathBuf {
    path("SIGNALBOX_PYTHON")
}

/// A missing set-up fails the test: a test that was skipped would say nothing and look green.
fn path(variable: &str) -> PathBuf {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else {
        panic!("{variable} is not set: run cargo xtask test");
    };
    assert!(path.exists(), "{variable} names {}, which is missing: run cargo xtask test", path.display());
    path
}
