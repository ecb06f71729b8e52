//! Why a condition holds or does not, clause by clause, in words. The verdicts are those of matching itself: it is
//! the same code, watched by a recorder.

use serde::{Deserialize, Serialize};

use super::attribute::Attributes;
use super::clause::Clause;
use super::compiled::{CompiledClause, CompiledRule, CompiledSegment, CompiledSegments};
use super::observer::{Found, Observer, Standing};
use super::segment::Quantifier;
use super::verdict::Verdict;
use super::words;
use crate::key::{RuleId, SegmentKey};

/// What a clause asked, what it found and what came of it. It tells attributes of a person: show it to who asked,
/// and log it nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClauseExplanation {
    /// What was asked: "country is DE or FR".
    pub asked: String,
    /// What was found: "is US", "is not given".
    pub found: String,
    /// Whether the clause holds.
    pub holds: bool,
    /// The segments that it asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentExplanation>,
}

impl ClauseExplanation {
    /// "country is DE or FR: is US, so no"; of segments, what was found names what was asked: "is in Staff, so yes"
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { asked, found, holds, segments } = self;
        let so = if *holds { "yes" } else { "no" };
        if segments.is_empty() { format!("{asked}: {found}, so {so}") } else { format!("{found}, so {so}") }
    }
}

/// How somebody stands to a segment, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SegmentExplanation {
    /// The segment.
    pub key: SegmentKey,
    /// What people call it.
    pub name: String,
    /// How they stand to it.
    pub standing: Standing,
    /// Every group that was asked; none where a name decided.
    pub groups: Vec<GroupExplanation>,
}

impl SegmentExplanation {
    /// Whether they are in it.
    #[must_use]
    pub const fn is_in(&self) -> bool {
        self.standing.is_in()
    }
}

/// A group of clauses, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupExplanation {
    /// How many of the clauses had to hold.
    #[serde(rename = "match")]
    pub quantifier: Quantifier,
    /// Whether the group holds.
    pub holds: bool,
    /// Every one of its clauses.
    pub clauses: Vec<ClauseExplanation>,
}

/// Whether somebody fits a rule, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleExplanation {
    /// The rule.
    pub rule: RuleId,
    /// Whether they fit: every clause holds.
    pub fits: bool,
    /// Every one of its clauses.
    pub clauses: Vec<ClauseExplanation>,
}

/// Writes down what is asked. A stack, because a clause may ask a segment, which asks clauses.
struct Recorder<'a> {
    /// For their names.
    segments: &'a CompiledSegments,
    page: Page,
    pages_below: Vec<Page>,
}

/// What was told since the innermost segment was entered.
#[derive(Default)]
struct Page {
    /// Since the last group was left.
    clauses: Vec<ClauseExplanation>,
    groups: Vec<GroupExplanation>,
    /// Since the last clause.
    segments: Vec<SegmentExplanation>,
}

impl Observer for Recorder<'_> {
    const EXHAUSTIVE: bool = true;

    fn clause(&mut self, clause: &Clause, found: Found<'_>, verdict: Verdict, holds: bool) {
        let segments = std::mem::take(&mut self.page.segments);
        self.page.clauses.push(ClauseExplanation {
            asked: clause.words(self.segments),
            found: match found {
                Found::Segments => words::standings(clause, &segments),
                found => words::found(clause, found, verdict),
            },
            holds,
            segments,
        });
    }

    fn leave_group(&mut self, quantifier: Quantifier, holds: bool) {
        let clauses = std::mem::take(&mut self.page.clauses);
        self.page.groups.push(GroupExplanation { quantifier, holds, clauses });
    }

    fn enter_segment(&mut self) {
        self.pages_below.push(std::mem::take(&mut self.page));
    }

    fn leave_segment(&mut self, segment: &CompiledSegment, standing: Standing) {
        let below = self.pages_below.pop().unwrap_or_default();
        let Page { groups, .. } = std::mem::replace(&mut self.page, below);
        self.page.segments.push(SegmentExplanation {
            key: segment.key().clone(),
            name: segment.name().to_owned(),
            standing,
            groups,
        });
    }
}

impl<'a> Recorder<'a> {
    fn new(segments: &'a CompiledSegments) -> Self {
        Self { segments, page: Page::default(), pages_below: Vec::new() }
    }
}

impl CompiledRule {
    /// Whether whoever asks fits, and why, clause by clause.
    #[must_use]
    pub fn explain(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> RuleExplanation {
        let mut recorder = Recorder::new(segments);
        let fits = self.observe(attributes, segments, &mut recorder);
        RuleExplanation { rule: self.id().clone(), fits, clauses: recorder.page.clauses }
    }
}

impl CompiledSegment {
    /// How whoever asks stands to the segment, and why.
    #[must_use]
    pub fn explain(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> SegmentExplanation {
        let mut recorder = Recorder::new(segments);
        self.observe(attributes, segments, &mut recorder);
        recorder.page.segments.pop().expect("asking a segment leaves it, and leaving it writes it down")
    }
}

impl CompiledClause {
    /// Whether the clause holds, and why.
    #[must_use]
    pub fn explain(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> ClauseExplanation {
        let mut recorder = Recorder::new(segments);
        self.observe(attributes, segments, &mut recorder);
        recorder.page.clauses.pop().expect("asking a clause tells the observer of it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::targeting::Rule;
    use crate::targeting::testing::segments;
    use serde_json::{Value, json};

    fn clause(clause: Value) -> CompiledClause {
        CompiledClause::new(serde_json::from_value(clause).unwrap())
    }

    #[test]
    fn every_clause_says_what_it_asked_and_found() {
        let check = |asked: Value, context: Value, expect: &str| {
            let now = Timestamp::from_millis(1_796_112_000_000);
            let attributes = Attributes::of_context(context.as_object().unwrap(), now);
            let explanation = clause(asked).explain(&attributes, &CompiledSegments::default());
            assert_eq!(explanation.sentence(), expect);
        };
        let country =
            |not: bool| json!({"operator": "one_of", "attribute": "country", "values": ["DE", "FR"], "not": not});
        check(country(false), json!({"country": "US"}), "country is DE or FR: is US, so no");
        check(country(false), json!({"country": "FR"}), "country is DE or FR: is FR, so yes");
        check(country(true), json!({"country": "US"}), "country is neither DE nor FR: is US, so yes");
        check(country(false), json!({}), "country is DE or FR: is not given, so no");
        check(country(true), json!({}), "country is neither DE nor FR: is not given, so no");
        check(
            country(true),
            json!({"country": {}}),
            "country is neither DE nor FR: is an object, which is not a text, so no",
        );
        check(
            country(false),
            json!({"country": ["US", "FR", 5]}),
            "country is DE or FR: is the list US, FR, 5, so yes",
        );
        check(country(true), json!({"country": []}), "country is neither DE nor FR: is an empty list, so yes");
        check(country(false), json!({"country": ""}), "country is DE or FR: is empty, so no");
        check(
            country(false),
            json!({"country": "x".repeat(5_000)}),
            &format!("country is DE or FR: is {}…, which is longer than 4096 bytes, so no", "x".repeat(80)),
        );
        let age = json!({"operator": "number_at_least", "attribute": "age", "number": 18});
        check(age.clone(), json!({"age": "young"}), "age is at least 18: is young, which is not a number, so no");
        check(age.clone(), json!({"age": 35}), "age is at least 18: is 35, so yes");
        check(age.clone(), json!({"age": true}), "age is at least 18: is true, which is not a number, so no");
        check(
            age,
            json!({"age": ["a", {}]}),
            "age is at least 18: is the list a, an object, none of which is a number, so no",
        );
        check(
            json!({"operator": "time_after", "time": "2026-12-01T09:00", "zone": "Europe/Berlin"}),
            json!({}),
            "the time is 1 December 2026, 09:00 (Europe/Berlin) or later: it is Tuesday, 1 December 2026, 09:00 (Europe/Berlin), so yes",
        );
        check(
            json!({"operator": "is_set", "attribute": "plan", "not": true}),
            json!({}),
            "plan is not given: is not given, so yes",
        );
        check(
            json!({"operator": "version_at_least", "attribute": "app", "version": "next"}),
            json!({"app": "1.0"}),
            "app is next or newer: what is stored here cannot be read, so no",
        );
    }

    #[test]
    fn segments_are_explained_within() {
        let segments = segments(json!([
            {"key": "staff", "name": "Staff", "included": ["ann"], "excluded": ["ben"], "groups": [
                {"match": "any", "clauses": [
                    {"operator": "ends_with", "attribute": "email", "values": ["@fernhill.example"]},
                    {"operator": "in_segment", "segments": ["contractors"]},
                ]},
            ]},
            {"key": "contractors", "name": "Contractors", "groups": [
                {"match": "all", "clauses": [{"operator": "is_set", "attribute": "contract"}]},
                {"match": "none", "clauses": [{"operator": "one_of", "attribute": "contract", "values": ["over"]}]},
            ]},
        ]));
        let asked = clause(json!({"operator": "in_segment", "segments": ["staff", "gone"]}));
        let context = json!({"targetingKey": "cleo", "contract": "over"});
        let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
        let explanation = asked.explain(&attributes, &segments);
        assert_eq!(explanation.sentence(), "is not in Staff, and there is no group gone, so no");
        let [staff] = explanation.segments.as_slice() else { panic!("{explanation:?}") };
        assert_eq!((staff.name.as_str(), staff.standing), ("Staff", Standing::DoesNotFit));
        let [any] = staff.groups.as_slice() else { panic!("{staff:?}") };
        let sentences: Vec<_> = any.clauses.iter().map(ClauseExplanation::sentence).collect();
        assert_eq!(
            sentences,
            ["email ends with @fernhill.example: is not given, so no", "is not in Contractors, so no",]
        );
        let contractors = &any.clauses[1].segments[0];
        assert_eq!(
            contractors
                .groups
                .iter()
                .map(|group| (group.quantifier, group.holds, group.clauses.len()))
                .collect::<Vec<_>>(),
            [(Quantifier::All, true, 1), (Quantifier::None, false, 1)],
            "groups are told one by one, though the first would have decided"
        );
        for (key, standing, sentence) in [
            ("ann", Standing::Included, "is in Staff by name, and there is no group gone, so yes"),
            ("ben", Standing::Excluded, "is left out of Staff by name, and there is no group gone, so no"),
        ] {
            let explanation = asked.explain(&Attributes::of_key(key, Timestamp::default()), &segments);
            assert_eq!((explanation.segments[0].standing, explanation.sentence().as_str()), (standing, sentence));
        }
    }

    #[test]
    fn a_rule_is_explained_to_its_last_clause() {
        let rule = serde_json::from_value(json!({
            "id": "r1", "share": 100, "split": [{"variant": "on", "weight": 100}],
            "clauses": [
                {"operator": "one_of", "attribute": "country", "values": ["DE"]},
                {"operator": "number_at_least", "attribute": "age", "number": 18},
            ],
        }));
        let rule: Rule<String> = rule.unwrap();
        let rule = CompiledRule::new(&rule);
        let context = json!({"country": "US", "age": 20});
        let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
        let explanation = rule.explain(&attributes, &CompiledSegments::default());
        assert_eq!((explanation.rule.as_str(), explanation.fits), ("r1", false));
        let sentences: Vec<_> = explanation.clauses.iter().map(ClauseExplanation::sentence).collect();
        assert_eq!(sentences, ["country is DE: is US, so no", "age is at least 18: is 20, so yes"]);
    }
}
