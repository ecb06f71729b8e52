//! Planning: the stages of a rollout before it starts, and those ahead of it while it is under way.

mod card;
mod draft_preview;
mod editor;
mod entry;
mod figure;
mod gate_draft;
mod gate_fields;
mod guard_draft;
mod measured;
mod no_rollout;
mod preview;
mod rows;
mod starts;
mod template;

pub use card::{PlanCard, PlanMode, as_planned};
pub use draft_preview::{DraftPreview, out_of_reach};
pub use editor::{Editor, PlanEditor, Planned};
pub use no_rollout::NoRollout;
pub use preview::Counted;
pub use rows::{Floor, StageRow, usual};
pub use template::{BeginFrom, free_key, line};
