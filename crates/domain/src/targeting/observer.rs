//! Watching conditions being asked, so that explaining and matching are one code path.

use super::attribute::Seen;
use super::clause::Clause;
use super::compiled::CompiledSegment;
use super::segment::Quantifier;
use super::verdict::Verdict;
use crate::time::Timestamp;

/// Sees what is asked and what comes of it, in order. What a segment asks is told between entering and leaving it,
/// and before the clause that named the segment.
pub trait Observer {
    /// Whether to go on asking when the outcome is decided, so that every clause is seen. It changes no outcome.
    const EXHAUSTIVE: bool;

    /// A clause was asked.
    fn clause(&mut self, clause: &Clause, found: Found<'_>, verdict: Verdict, holds: bool);

    /// The clauses since the last group were a group of the segment, and it held or did not.
    fn leave_group(&mut self, quantifier: Quantifier, holds: bool);

    /// A segment is about to be asked.
    fn enter_segment(&mut self);

    /// It is decided where whoever asks stands to this segment.
    fn leave_segment(&mut self, segment: &CompiledSegment, standing: Standing);
}

/// What a clause found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found<'a> {
    /// This attribute; none where it is missing.
    Attribute(Option<Seen<'a>>),
    /// The time of the question.
    Now(Timestamp),
    /// Where whoever asks stands to segments, which was told before.
    Segments,
    /// Nothing: what is stored cannot be read.
    Unreadable,
}

/// How somebody stands to a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Standing {
    /// Left out by name.
    Excluded,
    /// In by name.
    Included,
    /// In, since every group holds.
    Fits,
    /// Out, since a group does not hold or there is none.
    DoesNotFit,
}

impl Standing {
    /// Whether that is in the segment.
    #[must_use]
    pub const fn is_in(self) -> bool {
        matches!(self, Self::Included | Self::Fits)
    }
}

/// Nobody watches; costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {
    const EXHAUSTIVE: bool = false;
    fn clause(&mut self, _: &Clause, _: Found<'_>, _: Verdict, _: bool) {}
    fn leave_group(&mut self, _: Quantifier, _: bool) {}
    fn enter_segment(&mut self) {}
    fn leave_segment(&mut self, _: &CompiledSegment, _: Standing) {}
}
