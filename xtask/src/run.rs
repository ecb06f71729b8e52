//! `cargo xtask run`: the desktop app.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;
use crate::{page, process, progress, setup, task};

/// Sets up, builds and opens the desktop app.
///
/// # Errors
/// When a step before the window fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    task::takes_none("run", arguments)?;
    setup::for_desktop()?;
    progress::heading(1, 3, "Page", "the user interface, compiled for the web view");
    page::build(workspace)?;
    progress::heading(2, 3, "App", "the desktop program; the first time takes several minutes");
    process::run(
        process::cargo()
            .args(["build", "--package", "signalbox"])
            .args(["--features", "custom-protocol"])
            .current_dir(workspace.root()),
        "the messages above say what does not compile",
    )?;
    if !has_display() {
        return Err(Failure::new(
            "the app is built, but there is no display to open its window on (neither \
             WAYLAND_DISPLAY nor DISPLAY is set)",
            "run it in a desktop session, or use a browser: cargo xtask serve --demo",
        ));
    }
    progress::heading(3, 3, "Open", "close the window to end");
    process::become_program(&mut Command::new(workspace.program("debug", "signalbox")))
}

fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["WAYLAND_DISPLAY", "DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
