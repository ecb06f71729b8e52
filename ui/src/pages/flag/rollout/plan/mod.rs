//! Planning: the stages of a rollout before it starts, and those ahead of it while it is under way.

mod card;
mod editor;
mod no_rollout;
mod rows;
mod template;

pub use card::{PlanCard, PlanMode, as_planned};
pub use editor::{Editor, PlanEditor, Planned};
pub use no_rollout::NoRollout;
pub use rows::{Floor, StageRow, usual};
pub use template::{free_key, line};
