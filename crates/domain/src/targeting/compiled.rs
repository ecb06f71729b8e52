//! Conditions compiled: immutable, shared between threads, asked without locks. Texts, numbers, versions and
//! addresses are matched without allocation (a text beyond 256 bytes whose capitals are ignored allocates once).
//!
//! Nothing here panics or fails. What was stored but cannot be read (by an older version, say) is never judged, so
//! it holds neither way.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use regex::Regex;

use super::attribute::{AttributePath, Attributes, Seen};
use super::clause::{Clause, Condition};
use super::limits::DEEPEST_REFERENCE;
use super::network::NetworkMatcher;
use super::number::{Comparison, NumberMatcher};
use super::observer::{Found, Observer, Standing, Unobserved};
use super::pattern;
use super::rule::Rule;
use super::segment::{Quantifier, Segment};
use super::text::{self, TextMatcher};
use super::time::{TimeMatcher, moment_of, within_years};
use super::verdict::Verdict;
use super::version::{Requirement, VersionMatcher};
use super::weekly::WeeklyMatcher;
use crate::key::{RuleId, SegmentKey};

/// A clause, ready to be asked.
#[derive(Debug, Clone)]
pub struct CompiledClause {
    clause: Clause,
    matcher: Matcher,
}

#[derive(Debug, Clone)]
enum Matcher {
    Text(TextMatcher),
    Pattern(Regex),
    Number(NumberMatcher),
    Version(VersionMatcher),
    Network(NetworkMatcher),
    Time(TimeMatcher),
    Weekly(WeeklyMatcher),
    IsSet,
    InSegment(Box<[SegmentKey]>),
    /// What is stored cannot be read.
    Unreadable,
}

/// What a question is asked about.
#[derive(Clone, Copy)]
struct Question<'a> {
    attributes: &'a Attributes<'a>,
    segments: &'a CompiledSegments,
    /// How many segments deep it is asked.
    depth: usize,
}

impl CompiledClause {
    /// Compiles a clause.
    #[must_use]
    pub fn new(clause: Clause) -> Self {
        Self { matcher: Matcher::of(&clause.condition), clause }
    }

    /// The clause as it was written.
    #[must_use]
    pub const fn clause(&self) -> &Clause {
        &self.clause
    }

    /// Whether it holds.
    #[must_use]
    pub fn matches(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool {
        self.observe(attributes, segments, &mut Unobserved)
    }

    /// Whether it holds, before the eyes of `observer`.
    pub fn observe(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        observer: &mut impl Observer,
    ) -> bool {
        self.ask(Question { attributes, segments, depth: 0 }, observer)
    }

    fn ask(&self, question: Question<'_>, observer: &mut impl Observer) -> bool {
        let (found, verdict) = match (&self.matcher, self.clause.condition.attribute()) {
            (Matcher::Unreadable, _) => (Found::Unreadable, Verdict::Unknown),
            (Matcher::InSegment(keys), _) => (Found::Segments, question.is_in_any(keys, observer)),
            (matcher, Some(path)) => {
                let seen = question.attributes.find(path);
                (Found::Attribute(seen), matcher.judge(seen))
            }
            (matcher, None) => {
                let now = question.attributes.now();
                (Found::Now(now), within_years(now.millis()).map_or(Verdict::Unknown, |now| matcher.judge_moment(now)))
            }
        };
        let holds = verdict.holds(self.clause.not);
        observer.clause(&self.clause, found, verdict, holds);
        holds
    }
}

impl Matcher {
    fn of(condition: &Condition) -> Self {
        let text = |comparison, test| Self::Text(TextMatcher::new(comparison, test));
        let number = |comparison, bound: f64| Self::Number(NumberMatcher::Bound(comparison, bound));
        let version = |requirement, test| VersionMatcher::new(requirement, test).map(Self::Version);
        let compared = |comparison, test| version(Requirement::Compared(comparison), test);
        let readable = match condition {
            Condition::OneOf(test) => Some(text(text::Comparison::OneOf, test)),
            Condition::Contains(test) => Some(text(text::Comparison::Contains, test)),
            Condition::StartsWith(test) => Some(text(text::Comparison::StartsWith, test)),
            Condition::EndsWith(test) => Some(text(text::Comparison::EndsWith, test)),
            Condition::MatchesPattern(test) => test.matcher().map(Self::Pattern),
            Condition::NumberEquals(test) => Some(number(Comparison::Equal, test.number)),
            Condition::NumberLessThan(test) => Some(number(Comparison::Less, test.number)),
            Condition::NumberAtMost(test) => Some(number(Comparison::AtMost, test.number)),
            Condition::NumberMoreThan(test) => Some(number(Comparison::More, test.number)),
            Condition::NumberAtLeast(test) => Some(number(Comparison::AtLeast, test.number)),
            Condition::NumberBetween(test) => Some(Self::Number(NumberMatcher::Range(test.least, test.most))),
            Condition::Modulo(test) => {
                Some(Self::Number(NumberMatcher::Modulo(f64::from(test.divisor), f64::from(test.remainder))))
            }
            Condition::VersionEquals(test) => compared(Comparison::Equal, test),
            Condition::VersionLessThan(test) => compared(Comparison::Less, test),
            Condition::VersionAtMost(test) => compared(Comparison::AtMost, test),
            Condition::VersionMoreThan(test) => compared(Comparison::More, test),
            Condition::VersionAtLeast(test) => compared(Comparison::AtLeast, test),
            Condition::VersionCompatibleWith(test) => version(Requirement::Compatible, test),
            Condition::VersionCloseTo(test) => version(Requirement::Close, test),
            Condition::TimeBefore(test) => TimeMatcher::before(test).map(Self::Time),
            Condition::TimeAfter(test) => TimeMatcher::after(test).map(Self::Time),
            Condition::TimeBetween(test) => TimeMatcher::between(test).map(Self::Time),
            Condition::TimeOfWeek(test) => WeeklyMatcher::new(test).map(Self::Weekly),
            Condition::InNetwork(test) => Some(Self::Network(NetworkMatcher::new(test))),
            Condition::IsSet(_) => Some(Self::IsSet),
            Condition::InSegment(test) => Some(Self::InSegment(test.segments.as_slice().into())),
        };
        readable.unwrap_or(Self::Unreadable)
    }

    /// Judges an attribute; of a list, whether any element will do. An element that cannot be judged is passed over;
    /// a list of nothing else cannot be judged, an empty one is known to hold nothing.
    fn judge(&self, seen: Option<Seen<'_>>) -> Verdict {
        match (self, seen) {
            (Self::IsSet, seen) => seen.is_some().into(),
            (_, None | Some(Seen::Object)) => Verdict::Unknown,
            (_, Some(Seen::List([]))) => Verdict::No,
            (_, Some(Seen::List(items))) => {
                let mut verdict = Verdict::Unknown;
                for item in items {
                    match Seen::of(item).map_or(Verdict::Unknown, |seen| self.judge_one(seen)) {
                        Verdict::Yes => return Verdict::Yes,
                        Verdict::No => verdict = Verdict::No,
                        Verdict::Unknown => {}
                    }
                }
                verdict
            }
            (_, Some(seen)) => self.judge_one(seen),
        }
    }

    fn judge_one(&self, seen: Seen<'_>) -> Verdict {
        match self {
            Self::Text(matcher) => matcher.judge(seen),
            Self::Pattern(matcher) => pattern::judge(matcher, seen),
            Self::Number(matcher) => matcher.judge(seen),
            Self::Version(matcher) => matcher.judge(seen),
            Self::Network(matcher) => matcher.judge(seen),
            Self::Time(_) | Self::Weekly(_) => {
                moment_of(seen).map_or(Verdict::Unknown, |millis| self.judge_moment(millis))
            }
            Self::IsSet => Verdict::Yes,
            Self::InSegment(_) | Self::Unreadable => Verdict::Unknown,
        }
    }

    fn judge_moment(&self, millis: i64) -> Verdict {
        match self {
            Self::Time(matcher) => matcher.judge(millis),
            Self::Weekly(matcher) => matcher.judge(millis),
            _ => Verdict::Unknown,
        }
    }
}

/// Whether every clause comes out as `wanted`. Stops at the first that does not, unless all are to be observed.
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

    fn ask<O: Observer>(&self, question: Question<'_>, observer: &mut O) -> bool {
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
            match self.segments.0.get(key) {
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

/// The condition of a rule, ready to be asked.
#[derive(Debug, Clone)]
pub struct CompiledRule {
    id: RuleId,
    clauses: Box<[CompiledClause]>,
    split_by: Option<AttributePath>,
}

impl CompiledRule {
    /// Compiles the condition of a rule.
    #[must_use]
    pub fn new(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            clauses: rule.clauses.iter().cloned().map(CompiledClause::new).collect(),
            split_by: rule.split_by.clone(),
        }
    }

    /// The id of the rule.
    #[must_use]
    pub const fn id(&self) -> &RuleId {
        &self.id
    }

    /// Whether whoever asks fits: all clauses hold.
    #[must_use]
    pub fn matches(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool {
        self.observe(attributes, segments, &mut Unobserved)
    }

    /// Whether whoever asks fits, before the eyes of `observer`.
    pub fn observe(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        observer: &mut impl Observer,
    ) -> bool {
        every(&self.clauses, true, Question { attributes, segments, depth: 0 }, observer)
    }

    /// Calls `decide` with the text whose bucket decides share and variant: the targeting key, or the attribute that
    /// the rule splits by, read as a text. None where it is missing, empty, or no text; such a person is in no bucket.
    pub fn with_split_key<Answer>(
        &self,
        attributes: &Attributes<'_>,
        decide: impl FnOnce(Option<&str>) -> Answer,
    ) -> Answer {
        match &self.split_by {
            None => decide(attributes.targeting_key()),
            Some(path) => attributes.with_text(path, decide),
        }
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

    #[test]
    fn a_rule_needs_all_its_clauses_and_knows_whose_bucket_counts() {
        let rule = |split_by: Option<&str>| -> CompiledRule {
            let rule: Rule = serde_json::from_value(json!({
                "id": "r", "share": 50, "split": [{"variant": "on", "weight": 100}], "split_by": split_by,
                "clauses": [
                    {"operator": "one_of", "attribute": "country", "values": ["DE"]},
                    {"operator": "number_at_least", "attribute": "age", "number": 18},
                ],
            }))
            .unwrap();
            CompiledRule::new(&rule)
        };
        let context =
            json!({"targetingKey": "ann", "country": "DE", "age": 20, "company": {"id": 7, "name": "", "tags": ["a"]}});
        let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
        let none = CompiledSegments::default();
        assert!(rule(None).matches(&attributes, &none));
        assert!(!rule(None).matches(&Attributes::of_key("ann", Timestamp::default()), &none));
        for (split_by, expect) in [
            (None, Some("ann")),
            (Some("targetingKey"), Some("ann")),
            (Some("company.id"), Some("7")),
            (Some("company.name"), None),
            (Some("company.tags"), None),
            (Some("company"), None),
            (Some("nothing"), None),
        ] {
            let got = rule(split_by).with_split_key(&attributes, |key| key.map(ToOwned::to_owned));
            assert_eq!(got.as_deref(), expect, "{split_by:?}");
        }
    }
}
