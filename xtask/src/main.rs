//! `cargo xtask <task>`: everything a developer runs, on nothing but Rust and the standard library.
//!
//! Each task sets up what it needs first, says what it installs and why, and asks nothing.

#[macro_use]
mod progress;

mod bench;
mod failure;
mod page;
mod process;
mod run;
mod serve;
mod setup;
mod task;
mod test;
mod tidy;
mod totals;
mod workspace;

use std::process::ExitCode;

use failure::{Failure, Outcome};
use task::TASKS;
use workspace::Workspace;

fn main() -> ExitCode {
    match dispatch(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(mut arguments: Vec<String>) -> Outcome {
    if arguments.is_empty() || ["help", "--help", "-h"].contains(&arguments[0].as_str()) {
        say!("{}", task::usage().trim_end());
        return Ok(());
    }
    let name = arguments.remove(0);
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        return Err(Failure::new(format!("there is no task called `{name}`"), "run `cargo xtask help` for the list"));
    };
    (task.run)(&Workspace::find()?, &arguments)
}
