//! Flags in flagd's model that are kept as they were imported, beside the flags of the project.
//!
//! An imported document may hold what a flag of a project cannot be: an odd name, values of several kinds, a rule
//! that is broken, one that is switched off. Such a flag keeps its name and its definition, is served by the engine
//! of its own model, and stays until it is imported anew or removed. No flag of the project has the same key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flagd::Generation;
use crate::time::Timestamp;

/// Most flags kept apart in one environment.
pub const MOST_KEPT_APART: usize = 10_000;
/// Longest key of a flag kept apart, in bytes of UTF-8.
pub const LONGEST_KEPT_KEY: usize = 200;
/// Largest definition of a flag kept apart, in bytes of its compact JSON, shared rules written out.
pub const LARGEST_DEFINITION: usize = 256 * 1024;

/// The flags kept apart in one environment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptApart {
    /// By key.
    pub flags: BTreeMap<String, KeptHere>,
    /// Sequence of the last event that changed one of them, or removed one.
    pub version: u64,
}

/// A flag as it is kept apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptFlag {
    /// How its `fractional` divides people.
    pub generation: Generation,
    /// Its definition in flagd's form: shared rules written out, what was said of its set told of itself.
    pub definition: Value,
    /// Why it is no flag of the project, in words.
    pub why: String,
}

/// A flag kept apart, with when that was last changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptHere {
    /// The flag.
    pub flag: KeptFlag,
    /// When it was last changed.
    pub changed: Timestamp,
    /// Sequence of the event that did.
    pub version: u64,
}

impl KeptFlag {
    /// Whether another gives the same to everybody, whyever it is kept apart.
    #[must_use]
    pub fn gives_the_same_as(&self, other: &Self) -> bool {
        self.generation == other.generation && self.definition == other.definition
    }
}
