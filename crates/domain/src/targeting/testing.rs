//! Shared by the tests of clauses: one line per case.

use serde_json::Value;

use super::{Attributes, Clause, CompiledClause, CompiledSegment, CompiledSegments, Segment};
use crate::time::Timestamp;

/// Asserts that a clause may be stored and holds, or not, for a context; by matching and by explaining.
pub fn check(clause: &Value, context: Value, expect: bool) {
    check_at(clause, context, "1970-01-01T00:00:00Z", expect);
}

/// As [`check`], at a time.
pub fn check_at(clause: &Value, context: Value, now: &str, expect: bool) {
    let read: Clause = serde_json::from_value(clause.clone()).unwrap();
    read.check("clause").unwrap();
    let now: Timestamp = serde_json::from_value(Value::from(now)).unwrap();
    let attributes = Attributes::of_context(context.as_object().unwrap(), now);
    let (compiled, segments) = (CompiledClause::new(read), CompiledSegments::default());
    assert_eq!(compiled.matches(&attributes, &segments), expect, "{clause} for {context} at {now}");
    let explanation = compiled.explain(&attributes, &segments);
    assert_eq!(explanation.holds, expect, "{} for {context} at {now}", explanation.sentence());
}

/// Asserts that a clause may not be stored, and why.
pub fn check_refused(clause: &Value, expect: &str) {
    let read: Clause = serde_json::from_value(clause.clone()).unwrap();
    assert_eq!(read.check("clause").unwrap_err().to_string(), expect, "{clause}");
}

/// Segments as they are written, compiled.
pub fn segments(written: Value) -> CompiledSegments {
    let read: Vec<Segment<String>> = serde_json::from_value(written).unwrap();
    read.iter().map(|segment| CompiledSegment::new(segment, |person| Some(person))).collect()
}
