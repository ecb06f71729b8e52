//! What became of a document, part by part.

use serde::{Deserialize, Serialize};

/// What an import does, or would do.
///
/// Flags stand here by their key, segments as `segments/staff`. Each part of the document is in one of the lists,
/// and a part of a flag that could not be taken over is in `not_representable` beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// What is made.
    pub created: Vec<String>,
    /// What gives something else, or is described otherwise, than before.
    pub changed: Vec<String>,
    /// What is so already.
    pub unchanged: Vec<String>,
    /// Flags that are served as the document has them, beside the flags of the project, since they cannot be such.
    pub kept_apart: Vec<Kept>,
    /// What the document says and nothing here does.
    pub not_representable: Vec<Told>,
    /// What is taken over, but in a way that somebody should know of.
    pub warnings: Vec<Told>,
    /// Whether it must say why: it changes what people in production get, or who may ask for a flag there.
    #[serde(default)]
    pub reason_required: bool,
    /// The version of everything that it was tried against. Whoever sends it with the import is refused where
    /// something has changed since.
    #[serde(default)]
    pub version: u64,
}

/// A flag that is kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kept {
    /// What applications ask for.
    pub key: String,
    /// Why it cannot be a flag of the project.
    pub why: String,
    /// What that means beside how it was.
    pub change: Change,
}

/// How something stands to how it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Change {
    /// It was not there.
    Created,
    /// It was otherwise.
    Changed,
    /// It was so already.
    Unchanged,
}

/// Something said of a place in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Told {
    /// Where, from the top: `flags.checkout.metadata`.
    pub place: String,
    /// What is so, in words.
    pub why: String,
}

impl Report {
    /// Whether the import changes anything.
    #[must_use]
    pub fn changes_something(&self) -> bool {
        let kept = self.kept_apart.iter().any(|kept| kept.change != Change::Unchanged);
        kept || !self.created.is_empty() || !self.changed.is_empty()
    }

    pub(crate) fn put(&mut self, key: String, change: Change) {
        let list = match change {
            Change::Created => &mut self.created,
            Change::Changed => &mut self.changed,
            Change::Unchanged => &mut self.unchanged,
        };
        list.push(key);
    }

    pub(crate) fn warn(&mut self, place: impl Into<String>, why: impl ToString) {
        self.warnings.push(Told { place: place.into(), why: why.to_string() });
    }

    pub(crate) fn leave_out(&mut self, place: impl Into<String>, why: impl ToString) {
        self.not_representable.push(Told { place: place.into(), why: why.to_string() });
    }
}
