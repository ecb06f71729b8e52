//! Documents that bring flags in: what they mean, and what became of each part of them.
//!
//! A flag in flagd's model becomes a flag of the project where that provably gives the same answers
//! ([`Native`]); else it is kept apart, as it is ([`crate::kept_apart`]); and where neither can be, the [`Report`]
//! says why. Nothing is dropped in silence. Deciding is in [`crate::decide`], as for every other change.

mod native;
mod references;
mod report;
mod results;
mod signalbox;

use serde::{Deserialize, Serialize};

use crate::flagd::Generation;
use crate::flagd::document::Document;
use crate::key::{EnvironmentKey, ProjectKey};

pub use native::{Native, SAID_OF_EVERY_ANSWER};
pub use references::{Unresolved, written_out};
pub use report::{Change, Kept, Report, Told};
pub use results::{PossibleResults, draws};
pub use signalbox::{
    BucketingAndSalt, DefaultInDocument, FlagInDocument, KeptInDocument, OverrideInDocument, RolloutInDocument,
    SIGNALBOX_FORMAT, SignalboxDocument,
};

/// The formats of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Format {
    /// flagd's: `{"flags": {…}}`.
    Flagd,
    /// Signalbox' own: `{"signalbox": 1, …}`.
    Signalbox,
}

/// Flags to bring into an environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Of which project.
    pub project: ProjectKey,
    /// Into which environment; what people get elsewhere stays as it is.
    pub environment: EnvironmentKey,
    /// What to bring in.
    pub content: ImportContent,
}

/// What is brought in.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportContent {
    /// A document of flagd's.
    Flagd {
        /// The document.
        document: Document,
        /// How `fractional` divides people, where the document itself does not say.
        generation: Generation,
    },
    /// A document of ours.
    Signalbox(Box<SignalboxDocument>),
}
