//! The list of tasks: what `cargo xtask help` prints, and what documents may mention.

use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;
use crate::{bench, page, run, serve, test, tidy};

/// Something a developer can ask for by name.
pub struct Task {
    /// The word after `cargo xtask`.
    pub name: &'static str,
    /// The arguments it takes, as shown in the list.
    pub arguments: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// Does it.
    pub run: fn(&Workspace, &[String]) -> Outcome,
}

/// Every task, in the order in which a newcomer needs them.
pub const TASKS: &[Task] = &[
    Task { name: "run", arguments: "", about: "set up, build and open the desktop app", run: run::run },
    Task {
        name: "serve",
        arguments: "[server arguments, such as --demo]",
        about: "set up, build and start the server with the page for a browser",
        run: serve::run,
    },
    Task {
        name: "test",
        arguments: "[--only STEP] [-- test arguments]",
        about: "set up, then run every check and every test",
        run: test::run,
    },
    Task { name: "ui", arguments: "", about: "build the page into target/ui", run: page::run },
    Task { name: "tidy", arguments: "", about: "check the project's own rules", run: tidy::run },
    Task {
        name: "bench",
        arguments: "[cargo bench arguments]",
        about: "measure, and print the figures",
        run: bench::run,
    },
];

/// The text of `cargo xtask help`.
pub fn usage() -> String {
    let mut text = String::from("Usage: cargo xtask <task>\n\n");
    for task in TASKS {
        let call = format!("{} {}", task.name, task.arguments);
        text.push_str(&format!("  {:<42} {}\n", call.trim_end(), task.about));
    }
    text
}

/// Refuses arguments to a task that takes none.
///
/// # Errors
/// When there is any.
pub fn takes_none(task: &str, arguments: &[String]) -> Outcome {
    match arguments.first() {
        None => Ok(()),
        Some(first) => Err(Failure::new(
            format!("`cargo xtask {task}` takes no arguments, but got `{first}`"),
            format!("run `cargo xtask {task}`"),
        )),
    }
}
