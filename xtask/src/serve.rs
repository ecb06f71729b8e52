//! `cargo xtask serve`: the server, with the page for a browser.

use std::process::Command;

use crate::failure::Outcome;
use crate::workspace::Workspace;
use crate::{page, process, progress, setup};

/// Sets up, builds and starts the server; further arguments go to it.
///
/// # Errors
/// When a step before the server fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    setup::for_server()?;
    progress::heading(1, 3, "Page", "the user interface, compiled for a browser");
    page::build(workspace)?;
    progress::heading(2, 3, "Server", "the first time takes a few minutes");
    process::run(
        process::cargo().args(["build", "--package", "signalbox-server"]).current_dir(workspace.root()),
        "the messages above say what does not compile",
    )?;
    progress::heading(3, 3, "Serve", "open the printed address in a browser; Ctrl C ends");
    process::become_program(
        Command::new(workspace.program("debug", "signalbox-server"))
            .arg("serve")
            .arg("--ui-dir")
            .arg(workspace.page())
            .args(arguments),
    )
}
