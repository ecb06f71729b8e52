//! Segments and rules, each in one sentence.

use super::{SegmentNames, alternatives};
use crate::flag::WeightedVariant;
use crate::people;
use crate::share::Share;
use crate::targeting::clause::{Clause, Condition};
use crate::targeting::rule::Rule;
use crate::targeting::segment::{Group, Quantifier, Segment, SegmentContent};

impl<Person> Segment<Person> {
    /// Who is in the segment, in one sentence.
    #[must_use]
    pub fn words(&self, names: &impl SegmentNames) -> String {
        let groups: Vec<_> = self.groups.iter().map(|group| group_words(group, names)).collect();
        let count = |people: &[Person]| people::grouped(people.len() as u64);
        let mut sentence = match (groups.as_slice(), self.included.as_slice()) {
            ([], []) => "Nobody".to_owned(),
            ([], [_]) => "1 person by name".to_owned(),
            ([], included) => format!("{} people by name", count(included)),
            (groups, []) => format!("Everyone for whom {}", groups.join("; and ")),
            (groups, [_]) => format!("Everyone for whom {}; besides, 1 person by name", groups.join("; and ")),
            (groups, included) => {
                format!("Everyone for whom {}; besides, {} people by name", groups.join("; and "), count(included))
            }
        };
        match self.excluded.as_slice() {
            [] => {}
            [_] => sentence.push_str("; without 1 person left out by name"),
            excluded => sentence.push_str(&format!("; without {} people left out by name", count(excluded))),
        }
        sentence + "."
    }
}

fn group_words(group: &Group, names: &impl SegmentNames) -> String {
    let clauses: Vec<_> = group.clauses.iter().map(|clause| clause.words(names)).collect();
    let how_many = match (group.quantifier, clauses.as_slice()) {
        (Quantifier::None, [_]) => "this does not hold",
        (Quantifier::None, _) => "none of this holds",
        (_, [_]) => "this holds",
        (Quantifier::All, _) => "all of this holds",
        (Quantifier::Any, _) => "any of this holds",
    };
    format!("{how_many}: {}", clauses.join(", "))
}

impl SegmentContent {
    /// Who fits, in one sentence, those who are named aside.
    #[must_use]
    pub fn words(&self, names: &impl SegmentNames) -> String {
        let groups: Vec<_> = self.groups.iter().map(|group| group_words(group, names)).collect();
        match groups.as_slice() {
            [] => "Only who is named".to_owned(),
            groups => format!("Everyone for whom {}", groups.join("; and ")),
        }
    }
}

impl<Person> Rule<Person> {
    /// Who fits: "everyone in the group Staff whose app is 8.2 or newer".
    #[must_use]
    pub fn who(&self, names: &impl SegmentNames) -> String {
        let (mut groups, mut attributes, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for clause in &self.clauses {
            let words = clause.words(names);
            match (&clause.condition, clause.condition.attribute()) {
                (Condition::InSegment(_), _) => groups.push(words),
                (_, Some(_)) => attributes.push(words),
                (_, None) => times.push(words),
            }
        }
        if self.expression.is_some() {
            return "everyone whom its JSON Logic lets in".to_owned();
        }
        let mut who = "everyone".to_owned();
        for (before, said) in [(" ", groups), (" whose ", attributes), (", while ", times)] {
            if !said.is_empty() {
                who.push_str(before);
                who.push_str(&said.join(" and "));
            }
        }
        who
    }

    /// The rule in one sentence: "25 % of everyone whose country is DE or AT get “instant”."
    #[must_use]
    pub fn words(&self, names: &impl SegmentNames) -> String {
        let who = self.who(names);
        if self.expression.is_some() && self.split.is_empty() {
            return format!("{} gets what that says.", capitalised(&who));
        }
        let what = split_words(&self.split);
        let rings = self.segments.iter().map(|key| names.name_of(key).unwrap_or_else(|| key.as_str()));
        let mut beside: Vec<_> = rings.map(ToOwned::to_owned).collect();
        match self.people.len() {
            0 => {}
            1 => beside.push("1 person by name".into()),
            many => beside.push(format!("{} people by name", people::grouped(many as u64))),
        }
        let beside = if beside.is_empty() { String::new() } else { format!(", besides {}", beside.join(" and ")) };
        let by = self.split_by.as_ref().map(|path| format!(", split by {path}")).unwrap_or_default();
        let tells_when = |clause: &Clause| {
            clause.condition.attribute().is_none() && !matches!(clause.condition, Condition::InSegment(_))
        };
        let comma = if self.clauses.iter().any(tells_when) { "," } else { "" };
        match self.share {
            Share::NOBODY => format!("Nobody yet of {who}{comma} gets {what}{by}{beside}."),
            Share::EVERYBODY => format!("{}{comma} gets {what}{by}.", capitalised(&who)),
            share => format!("{share} of {who}{comma} get {what}{by}{beside}."),
        }
    }
}

/// "“on”", "“on” (90 %) or “off” (10 %)"
#[must_use]
pub fn split_words(split: &[WeightedVariant]) -> String {
    let variants: Vec<_> = match split {
        [only] => vec![format!("“{}”", only.variant)],
        split => split.iter().map(|part| format!("“{}” ({})", part.variant, part.weight)).collect(),
    };
    alternatives(&variants)
}

/// `text` with its first ASCII letter large.
fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targeting::words::staff;
    use serde_json::{Value, json};

    #[test]
    fn rules_in_words() {
        let check = |clauses: Value, changes: Value, expect: &str| {
            let mut rule =
                json!({"id": "r", "clauses": clauses, "share": 100, "split": [{"variant": "instant", "weight": 100}]});
            rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            let rule: Rule<String> = serde_json::from_value(rule).unwrap();
            assert_eq!(rule.words(&staff()), expect);
        };
        let country = json!({"operator": "one_of", "attribute": "country", "values": ["Germany", "Austria"]});
        let staff = json!({"operator": "in_segment", "segments": ["staff"]});
        let app = json!({"operator": "version_at_least", "attribute": "app", "version": "8.2"});
        let launch = json!({"operator": "time_after", "time": "2026-12-01T09:00", "zone": "Europe/Berlin"});
        check(json!([]), json!({}), "Everyone gets “instant”.");
        check(json!([staff, app]), json!({}), "Everyone in the group Staff whose app is 8.2 or newer gets “instant”.");
        check(
            json!([country, staff]),
            json!({"share": 25}),
            "25 % of everyone in the group Staff whose country is Germany or Austria get “instant”.",
        );
        check(
            json!([country, app]),
            json!({"share": 12.5, "split_by": "company.id", "split": [{"variant": "instant", "weight": 90}, {"variant": "instant-confirm", "weight": 10}]}),
            "12.5 % of everyone whose country is Germany or Austria and app is 8.2 or newer get “instant” (90 %) or “instant-confirm” (10 %), split by company.id.",
        );
        check(json!([staff]), json!({"share": 0}), "Nobody yet of everyone in the group Staff gets “instant”.");
        check(
            json!([launch]),
            json!({}),
            "Everyone, while the time is 1 December 2026, 09:00 (Europe/Berlin) or later, gets “instant”.",
        );
    }

    #[test]
    fn segments_in_words() {
        let check = |body: Value, expect: &str| {
            let mut segment = json!({"key": "s", "name": "S"});
            segment.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            let segment: Segment<String> = serde_json::from_value(segment).unwrap();
            assert_eq!(segment.words(&staff()), expect);
        };
        let (a, b) = (json!({"operator": "is_set", "attribute": "a"}), json!({"operator": "is_set", "attribute": "b"}));
        check(json!({}), "Nobody.");
        check(json!({"included": ["ann"]}), "1 person by name.");
        check(
            json!({"included": vec!["ann"; 1_200], "excluded": ["ben"]}),
            "1,200 people by name; without 1 person left out by name.",
        );
        check(json!({"groups": [{"match": "all", "clauses": [a]}]}), "Everyone for whom this holds: a is given.");
        check(
            json!({"groups": [{"match": "any", "clauses": [a, b]}, {"match": "none", "clauses": [b]}], "included": ["x", "y"]}),
            "Everyone for whom any of this holds: a is given, b is given; and this does not hold: b is given; besides, 2 people by name.",
        );
        check(
            json!({"groups": [{"match": "all", "clauses": [a, b]}], "included": ["x"], "excluded": ["y", "z"]}),
            "Everyone for whom all of this holds: a is given, b is given; besides, 1 person by name; without 2 people left out by name.",
        );
    }
}
