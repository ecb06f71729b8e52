//! Segments compiled.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{CompiledClause, Question, every};
use crate::key::SegmentKey;
use crate::targeting::attribute::Attributes;
use crate::targeting::clause::Clause;
use crate::targeting::observer::{Observer, Standing, Unobserved};
use crate::targeting::segment::{Quantifier, Segment};

/// A segment, ready to be asked.
#[derive(Debug, Clone)]
pub struct CompiledSegment {
    key: SegmentKey,
    name: Box<str>,
    groups: Box<[(Quantifier, Box<[CompiledClause]>)]>,
    included: HashSet<Box<str>>,
    excluded: HashSet<Box<str>>,
}

impl CompiledSegment {
    /// Compiles a segment. `reveal` gives the key of a person; one whose key was erased matches nobody.
    pub fn new<'a, Person>(segment: &'a Segment<Person>, reveal: impl Fn(&'a Person) -> Option<&'a str>) -> Self {
        let keys = |people: &'a [Person]| people.iter().filter_map(&reveal).map(Into::into).collect();
        let compiled = |clauses: &[Clause]| clauses.iter().cloned().map(CompiledClause::new).collect();
        Self {
            key: segment.key.clone(),
            name: segment.name.as_str().into(),
            groups: segment.groups.iter().map(|group| (group.quantifier, compiled(&group.clauses))).collect(),
            included: keys(&segment.included),
            excluded: keys(&segment.excluded),
        }
    }

    /// Its key.
    #[must_use]
    pub const fn key(&self) -> &SegmentKey {
        &self.key
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether whoever asks is in it. `segments` holds those that it names.
    #[must_use]
    pub fn contains(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool {
        self.observe(attributes, segments, &mut Unobserved)
    }

    /// Whether whoever asks is in it, before the eyes of `observer`.
    pub fn observe(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        observer: &mut impl Observer,
    ) -> bool {
        self.ask(Question { attributes, segments, depth: 1 }, observer)
    }

    pub(super) fn ask<O: Observer>(&self, question: Question<'_>, observer: &mut O) -> bool {
        observer.enter_segment();
        let named =
            |people: &HashSet<Box<str>>| question.attributes.targeting_key().is_some_and(|key| people.contains(key));
        let standing = if named(&self.excluded) {
            Standing::Excluded
        } else if named(&self.included) {
            Standing::Included
        } else if self.groups.is_empty() || !self.fits(question, observer) {
            Standing::DoesNotFit
        } else {
            Standing::Fits
        };
        observer.leave_segment(self, standing);
        standing.is_in()
    }

    fn fits<O: Observer>(&self, question: Question<'_>, observer: &mut O) -> bool {
        let mut fits = true;
        for (quantifier, clauses) in &self.groups {
            let holds = match quantifier {
                Quantifier::All => every(clauses, true, question, observer),
                Quantifier::Any => !every(clauses, false, question, observer),
                Quantifier::None => every(clauses, false, question, observer),
            };
            observer.leave_group(*quantifier, holds);
            if !holds {
                fits = false;
                if !O::EXHAUSTIVE {
                    break;
                }
            }
        }
        fits
    }
}

/// The segments of a project, ready to be asked. Those that did not change are shared with the set before.
#[derive(Debug, Clone, Default)]
pub struct CompiledSegments(HashMap<SegmentKey, Arc<CompiledSegment>>);

impl CompiledSegments {
    /// The segment of this key.
    #[must_use]
    pub fn get(&self, key: &SegmentKey) -> Option<&Arc<CompiledSegment>> {
        self.0.get(key)
    }
}

impl FromIterator<Arc<CompiledSegment>> for CompiledSegments {
    fn from_iter<I: IntoIterator<Item = Arc<CompiledSegment>>>(segments: I) -> Self {
        Self(segments.into_iter().map(|segment| (segment.key.clone(), segment)).collect())
    }
}

impl FromIterator<CompiledSegment> for CompiledSegments {
    fn from_iter<I: IntoIterator<Item = CompiledSegment>>(segments: I) -> Self {
        segments.into_iter().map(Arc::new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::targeting::testing::segments;
    use serde_json::{Value, json};

    /// Where people stand to a segment `s` that names, where it does, `inner` (those whose `inner` is true).
    fn check(body: Value, people: &[(Value, bool)]) {
        let mut body = body;
        body["key"] = json!("s");
        body["name"] = json!("S");
        let inner = json!({"key": "inner", "name": "Inner", "groups": [
            {"match": "all", "clauses": [{"operator": "one_of", "attribute": "inner", "values": ["true"]}]},
        ]});
        let segments = segments(json!([body, inner]));
        for (context, expect) in people {
            let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
            let segment = segments.get(&SegmentKey::new("s").unwrap()).unwrap();
            assert_eq!(segment.contains(&attributes, &segments), *expect, "{context} in {body}");
            assert_eq!(segment.explain(&attributes, &segments).is_in(), *expect, "{context} in {body}, explained");
            // A rule asks for in and not in; between them they have everybody.
            for not in [false, true] {
                let clause = json!({"operator": "in_segment", "segments": ["s"], "not": not});
                let clause = CompiledClause::new(serde_json::from_value(clause).unwrap());
                assert_eq!(clause.matches(&attributes, &segments), *expect != not, "{context} not: {not}");
            }
        }
    }

    #[test]
    fn excluded_wins_over_included_over_fitting() {
        let a = json!({"operator": "number_at_least", "attribute": "a", "number": 1});
        check(
            json!({"groups": [{"match": "all", "clauses": [a]}], "included": ["ann", "ben"], "excluded": ["ben", "cleo"]}),
            &[
                (json!({"targetingKey": "ann"}), true),
                (json!({"targetingKey": "ann", "a": 0}), true),
                (json!({"targetingKey": "ben", "a": 1}), false),
                (json!({"targetingKey": "cleo", "a": 1}), false),
                (json!({"targetingKey": "dora", "a": 1}), true),
                (json!({"targetingKey": "dora", "a": 0}), false),
                (json!({"a": 1}), true),
                (json!({}), false),
            ],
        );
        check(
            json!({"included": ["ann"]}),
            &[(json!({"targetingKey": "ann"}), true), (json!({"targetingKey": "ben"}), false)],
        );
        check(json!({}), &[(json!({"targetingKey": "ann"}), false)]);
    }

    #[test]
    fn who_was_erased_is_nobody() {
        let written = json!({"key": "s", "name": "S", "included": ["ann", "(erased)"]});
        let written: Segment<String> = serde_json::from_value(written).unwrap();
        let compiled = CompiledSegment::new(&written, |person| Some(person.as_str()).filter(|key| *key != "(erased)"));
        for (key, expect) in [("ann", true), ("(erased)", false)] {
            let attributes = Attributes::of_key(key, Timestamp::default());
            assert_eq!(compiled.contains(&attributes, &CompiledSegments::default()), expect, "{key}");
        }
    }

    #[test]
    fn all_any_and_none_of_the_clauses() {
        let clauses = json!([
            {"operator": "one_of", "attribute": "a", "values": ["1"]},
            {"operator": "one_of", "attribute": "b", "values": ["1"]},
        ]);
        let people = [
            json!({"a": 1, "b": 1}),
            json!({"a": 1, "b": 0}),
            json!({"a": 0, "b": 1}),
            json!({"a": 0, "b": 0}),
            json!({"a": 1}),
            json!({"a": 0}),
            json!({}),
        ];
        for (quantifier, expected) in [
            ("all", [true, false, false, false, false, false, false]),
            ("any", [true, true, true, false, true, false, false]),
            // What is not known keeps nobody out.
            ("none", [false, false, false, true, false, true, true]),
        ] {
            let people: Vec<_> = people.iter().cloned().zip(expected).collect();
            check(json!({"groups": [{"match": quantifier, "clauses": clauses}]}), &people);
        }
        check(
            json!({"groups": [
                {"match": "any", "clauses": clauses},
                {"match": "none", "clauses": [{"operator": "in_segment", "segments": ["inner"]}]},
            ]}),
            &[(json!({"a": 1}), true), (json!({"a": 1, "inner": true}), false), (json!({"inner": false}), false)],
        );
    }

    #[test]
    fn references_are_followed_one_step_and_circles_end() {
        let refers = |key: &str, to: &str, not: bool| {
            json!({"key": key, "name": key, "groups": [
                {"match": "all", "clauses": [{"operator": "in_segment", "segments": [to], "not": not}]},
            ]})
        };
        let everybody = json!({"key": "everybody", "name": "Everybody", "groups": [
            {"match": "all", "clauses": [{"operator": "is_set", "attribute": "targetingKey"}]},
        ]});
        let segments = segments(json!([
            everybody,
            refers("one", "everybody", false),
            refers("two", "one", false),
            refers("not-two", "one", true),
            refers("circle", "circle", false),
            refers("not-circle", "not-circle", true),
            refers("lost", "gone", true),
        ]));
        let attributes = Attributes::of_key("ann", Timestamp::default());
        for (key, inside, outside) in [
            ("everybody", true, false),
            ("one", true, false),
            // Too many steps away: what "one" asks there is not known, so nobody is in "one" there.
            ("two", false, true),
            ("not-two", true, false),
            ("circle", false, true),
            ("not-circle", true, false),
            ("lost", false, true),
            // A segment that does not exist has neither an inside nor an outside.
            ("gone", false, false),
        ] {
            for (not, expect) in [(false, inside), (true, outside)] {
                let clause = json!({"operator": "in_segment", "segments": [key], "not": not});
                let clause = CompiledClause::new(serde_json::from_value(clause).unwrap());
                assert_eq!(clause.matches(&attributes, &segments), expect, "{key} not: {not}");
                assert_eq!(clause.explain(&attributes, &segments).holds, expect, "{key} not: {not}");
            }
        }
    }
}
