//! Clauses while they are edited: the questions of which rules and groups are made.
//!
//! What was typed is a [`ClauseDraft`], checked by the code that the server checks with; [`ClausesEditor`] shows it.

mod attributes;
mod draft;
mod editor;
mod operator;
mod value;

pub use attributes::{known_attributes, of_rules, of_segments};
pub use draft::ClauseDraft;
pub use editor::{Clauses, ClausesEditor};
pub use value::{Days, Zone};
