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
mod targeting;

use std::path::Path;

use signalbox_domain::Timestamp;
use signalbox_domain::key::ProjectKey;

pub use customers::run;
pub use script::FillError;

/// Key of the made-up project.
pub const PROJECT: &str = "fernhill";

/// Whether a project is the made-up one, on a server that runs the demo.
#[must_use]
pub fn is_demo(project: &ProjectKey) -> bool {
    project.as_str() == PROJECT
}

/// Fills an empty data directory with the demo, as if it had been in use until shortly before `now`.
///
/// In one transaction: all of it is there afterwards, or nothing. Does nothing where something happened before: an
/// event never gets an earlier time than the one ahead of it, so the history must come first. Blocks on the disk.
///
/// # Errors
/// [`FillError`]; nothing was stored then.
pub fn fill(data_dir: &Path, now: Timestamp) -> Result<(), FillError> {
    let mut opened = signalbox_store::open(data_dir)?;
    if opened.state.sequence == 0 {
        let history = script::play(history::of_the_bank(now))?;
        opened.log.append(&history, &[])?;
    }
    Ok(())
}
