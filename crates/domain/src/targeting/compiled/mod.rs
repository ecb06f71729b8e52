//! Conditions compiled: immutable, shared between threads, asked without locks. Texts, numbers, versions and
//! addresses are matched without allocation (a text beyond 256 bytes whose capitals are ignored allocates once).
//!
//! Nothing here panics or fails. What was stored but cannot be read (by an older version, say) is never judged, so
//! it holds neither way.

mod clause;
mod rule;
mod segment;

pub use clause::CompiledClause;
pub use rule::CompiledRule;
pub use segment::{CompiledSegment, CompiledSegments};

use super::attribute::Attributes;
use super::limits::DEEPEST_REFERENCE;
use super::observer::Observer;
use super::verdict::Verdict;
use crate::key::SegmentKey;

/// What a question is asked about.
#[derive(Clone, Copy)]
struct Question<'a> {
    attributes: &'a Attributes<'a>,
    segments: &'a CompiledSegments,
    /// How many segments deep it is asked.
    depth: usize,
}

impl Question<'_> {
    /// Whether whoever asks is in one of these segments. A segment that does not exist, or that is too many steps
    /// away to be followed, leaves it unknown. Depth ends every circle.
    fn is_in_any<O: Observer>(self, keys: &[SegmentKey], observer: &mut O) -> Verdict {
        if self.depth > DEEPEST_REFERENCE {
            return Verdict::Unknown;
        }
        let deeper = Question { depth: self.depth + 1, ..self };
        let mut verdict = Verdict::No;
        for key in keys {
            match self.segments.get(key) {
                Some(segment) if segment.ask(deeper, observer) => {
                    verdict = Verdict::Yes;
                    if !O::EXHAUSTIVE {
                        break;
                    }
                }
                Some(_) => {}
                None if verdict == Verdict::No => verdict = Verdict::Unknown,
                None => {}
            }
        }
        verdict
    }
}

/// Whether every clause comes out as `wanted`. Stops at the first that does not, unless all are to be observed.
#[inline]
fn every<O: Observer>(clauses: &[CompiledClause], wanted: bool, question: Question<'_>, observer: &mut O) -> bool {
    let mut every = true;
    for clause in clauses {
        if clause.ask(question, observer) != wanted {
            every = false;
            if !O::EXHAUSTIVE {
                break;
            }
        }
    }
    every
}
