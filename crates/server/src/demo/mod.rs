//! The demo: a made-up bank with weeks of history, and made-up customers who keep asking.
//!
//! Everything in it is a real command with real events, so that every screen works on it as on any other project;
//! only the times lie in the past, the people do not exist, and the project says on the wire that it is the demo.

mod calendar;
mod catalogue;
mod customers;
mod history;
mod people;
mod script;
mod story;

use signalbox_domain::Timestamp;
use signalbox_domain::key::ProjectKey;

use crate::engine::{Engine, SubmitError};

pub use customers::run;

/// Key of the made-up project.
pub const PROJECT: &str = "fernhill";

/// Whether a project is the made-up one, on a server that runs the demo.
#[must_use]
pub fn is_demo(project: &ProjectKey) -> bool {
    project.as_str() == PROJECT
}

/// Fills an empty installation with the demo, as if it had been in use until shortly before `now`.
///
/// Does nothing where something happened before: an event never gets an earlier time than the one ahead of it, so
/// the history must come first. Blocks on the disk.
///
/// # Errors
/// [`SubmitError`] when a change is refused or cannot be stored.
pub fn fill(engine: &Engine, now: Timestamp) -> Result<(), SubmitError> {
    if engine.read(|state, _| state.sequence) > 0 {
        return Ok(());
    }
    script::play(engine, history::of_the_bank(now))
}
