//! Changing something: what a step means, the dialog that says so, and the reason that is kept.

pub mod act;
pub mod confirmation;
pub mod step;
pub mod step_confirmation;

mod confirm_body;
mod confirm_dialog;
mod confirming;
mod reason;
mod step_dialog;

pub use confirm_dialog::{ConfirmDialog, sending};
pub use confirming::Confirming;
pub use reason::{ReasonBanner, ReasonDialog, ReasonField};
pub use step_dialog::StepDialog;
