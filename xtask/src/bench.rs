//! `cargo xtask bench`: prints figures, asserts none.

use crate::failure::Outcome;
use crate::workspace::Workspace;
use crate::{process, progress, setup};

/// Builds the optimised server and runs every bench; further arguments go to `cargo bench`.
///
/// # Errors
/// When something does not compile or a bench fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    setup::for_server()?;
    progress::heading(1, 2, "Server", "the optimised program that is measured");
    process::run(
        process::cargo().args(["build", "--release", "--package", "signalbox-server"]).current_dir(workspace.root()),
        "the messages above say what does not compile",
    )?;
    progress::heading(2, 2, "Measure", "close other programs for steady figures");
    process::run(
        process::cargo()
            .args(["bench", "--workspace"])
            .args(["--exclude", "ui", "--exclude", "signalbox", "--exclude", "xtask"])
            .args(arguments)
            .env("SIGNALBOX_SERVER_BIN", workspace.program("release", "signalbox-server"))
            .current_dir(workspace.root()),
        "the messages above say which bench failed",
    )
}
