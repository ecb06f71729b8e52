//! JSON for experts: an editor whose errors stand at their line.

mod editor;
mod fault;

pub use editor::JsonEditor;
pub use fault::{Fault, line_of, read, read_context};
