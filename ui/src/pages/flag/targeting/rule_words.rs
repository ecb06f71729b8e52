//! Rules as sentences: who fits, what they get, and the whole of a flag in a line.

use std::collections::BTreeMap;

use signalbox_domain::Share;
use signalbox_domain::flag::WeightedVariant;
use signalbox_domain::key::{SegmentKey, VariantKey};
use signalbox_domain::people;
use signalbox_domain::targeting::{Rule, SegmentNames};
use signalbox_protocol::wire::configuration::Reach;

use crate::state::Segments;
use crate::words::capitalised;

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Plain words.
    Words(String),
    /// A group, to be shown with a link to it.
    Group(SegmentKey, String),
}

/// What whoever fits a rule gets, as a tag beside its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gives {
    /// They are left out: they get the off variant.
    Nothing(String),
    /// All of them get it.
    All(String),
    /// Some of them get it.
    Some(String),
}

/// Stands around the key of a group in a sentence that is to be taken apart; no keyboard types it.
const MARK: char = '\u{e000}';

/// Names each group by its key between two marks.
struct Marked(BTreeMap<SegmentKey, String>);

impl SegmentNames for Marked {
    fn name_of(&self, key: &SegmentKey) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// What a rule is called: by its name, or by its place among the others, from 1.
pub fn called(rule: &Rule<String>, place: usize) -> String {
    rule.name.clone().unwrap_or_else(|| format!("Rule {place}"))
}

/// What a rule is called after its place: "Rule 2, Staff first".
pub fn called_in_place(name: Option<&str>, place: usize) -> String {
    name.map_or_else(|| format!("Rule {place}"), |name| format!("Rule {place}, {name}"))
}

/// Who fits a rule, as pieces of a sentence, and what follows for them; `reach` as for [`gives`].
pub fn sentence(rule: &Rule<String>, reach: Option<&Reach>, off: &VariantKey, segments: &Segments) -> Vec<Piece> {
    let marked = segments.iter().map(|row| (row.key.clone(), format!("{MARK}{}{MARK}", row.key))).collect();
    let mut words = capitalised(&rule.who(&Marked(marked)));
    match gives(rule, reach, off) {
        Gives::Nothing(_) => words.push_str(" is left out, whatever comes next."),
        Gives::All(_) => words.push('.'),
        Gives::Some(_) => match &rule.split_by {
            _ if rule.expression.is_some() && rule.split.is_empty() => words.push('.'),
            Some(path) => words.push_str(&format!(". All who have the same {path} stay together.")),
            None => words.push_str(". Each person keeps their place, on every device."),
        },
    }
    let mut pieces = apart(&words, segments);
    if rule.share != Share::EVERYBODY && (!rule.segments.is_empty() || !rule.people.is_empty()) {
        pieces.push(Piece::Words(" Whatever the share, these have it: ".into()));
        pieces.extend(besides(rule, segments));
        pieces.push(Piece::Words(".".into()));
    }
    pieces
}

/// The groups and people whom a rule lets in whatever its share is.
fn besides(rule: &Rule<String>, segments: &Segments) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for key in &rule.segments {
        if !pieces.is_empty() {
            pieces.push(Piece::Words(", ".into()));
        }
        pieces.push(Piece::Group(key.clone(), segments.called(key)));
    }
    let named = match rule.people.len() {
        0 => return pieces,
        1 => "1 person by name".to_owned(),
        many => format!("{} people by name", people::grouped(many as u64)),
    };
    pieces.push(Piece::Words(if pieces.is_empty() { named } else { format!(" and {named}") }));
    pieces
}

/// Takes a sentence apart at its marks.
fn apart(words: &str, segments: &Segments) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, part) in words.split(MARK).enumerate() {
        let key = (index % 2 == 1).then(|| SegmentKey::new(part).ok()).flatten();
        match key.filter(|key| segments.get(key).is_some()) {
            Some(key) => {
                let name = segments.called(&key);
                pieces.push(Piece::Group(key, name));
            }
            None if part.is_empty() => {}
            None => pieces.push(Piece::Words(part.to_owned())),
        }
    }
    pieces
}

/// What whoever fits gets; while a rollout drives the rule, `reach` says how many.
pub fn gives(rule: &Rule<String>, reach: Option<&Reach>, off: &VariantKey) -> Gives {
    let (share, besides) = match reach {
        Some(reach) => (reach.share, reach.named > 0 || !reach.segments.is_empty()),
        None => (rule.share, !rule.people.is_empty() || !rule.segments.is_empty()),
    };
    if rule.split.is_empty() {
        return Gives::Some("By its logic".into());
    }
    if rule.split.iter().all(|part| part.variant == *off) {
        return Gives::Nothing(off.to_string());
    }
    match (share, besides) {
        (Share::NOBODY, false) => Gives::Nothing(off.to_string()),
        (Share::NOBODY, true) => Gives::Some("Some get it".into()),
        (Share::EVERYBODY, _) => Gives::All(match rule.split.as_slice() {
            [only] => format!("Gets {}", only.variant),
            _ => "Gets it".into(),
        }),
        (share, _) => Gives::Some(format!("{share} get it")),
    }
}

/// What everyone else gets, whom no rule fits.
pub fn gives_to_the_rest(reach: &Reach, split: &[WeightedVariant], off: &VariantKey) -> Gives {
    match (reach.share, reach.named > 0 || !reach.segments.is_empty(), split) {
        (Share::NOBODY, false, _) => Gives::Nothing(off.to_string()),
        (Share::NOBODY, true, _) => Gives::Some("Some get it".into()),
        (Share::EVERYBODY, _, [only]) => Gives::All(format!("Gets {}", only.variant)),
        (Share::EVERYBODY, ..) => Gives::All("Gets it".into()),
        (share, ..) => Gives::Some(format!("{share} get it")),
    }
}

/// The whole in two sentences: who gets it, in the order of the rules; and who does not, with what everyone else gets.
pub fn summary(
    rules: &[(Rule<String>, Reach)],
    rest: &Gives,
    off: &VariantKey,
    segments: &Segments,
) -> (String, String) {
    let (mut getting, mut left_out) = (Vec::new(), Vec::new());
    for (rule, reach) in rules {
        let title = rule.name.clone().unwrap_or_else(|| rule.who(segments));
        match gives(rule, Some(reach), off) {
            Gives::Nothing(_) => left_out.push(title),
            Gives::All(_) => getting.push(title),
            Gives::Some(_) if rule.split.is_empty() => getting.push(title),
            Gives::Some(_) if reach.share == Share::NOBODY => getting.push(format!("some of “{title}”")),
            Gives::Some(_) => getting.push(format!("{} of “{title}”", reach.share)),
        }
    }
    let mut first = capitalised(&getting.join(", then "));
    let mut then = Vec::new();
    if !left_out.is_empty() {
        then.push(format!("Left out: {}.", left_out.join(", ")));
    }
    let everyone = if rules.is_empty() { "Everyone" } else { "Everyone else" };
    let of_everyone = if rules.is_empty() { "everyone" } else { "everyone else" };
    let rest = match rest {
        Gives::Nothing(variant) => format!("{everyone} gets “{variant}”."),
        Gives::All(_) => format!("{everyone} gets it."),
        Gives::Some(words) => match words.strip_suffix(" get it") {
            Some("Some") | None => format!("Some of {of_everyone} get it."),
            Some(share) => format!("{share} of {of_everyone} get it."),
        },
    };
    if first.is_empty() {
        first = rest;
    } else {
        first.push('.');
        then.push(rest);
    }
    (first, then.join(" "))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use serde_json::{Value, json};

    fn segments() -> Segments {
        let row = json!({
            "project": "bank", "key": "staff", "name": "Staff", "description": "", "words": "", "included": 0,
            "excluded": 0, "used_by": [], "changed": "2026-11-01T09:00:00.000Z", "version": 1,
        });
        [Arc::new(serde_json::from_value(row).unwrap())].into_iter().collect()
    }

    fn rule(changes: Value) -> Rule<String> {
        let mut rule = json!({"id": "r", "split": [{"variant": "on", "weight": 100}]});
        rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        serde_json::from_value(rule).unwrap()
    }

    fn reach(share: f64) -> Reach {
        let share = Share::from_percent(share).unwrap();
        Reach { share, named: 0, segments: Vec::new(), audience: None, people: 0 }
    }

    fn off() -> VariantKey {
        VariantKey::new("off").unwrap()
    }

    fn plain(pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Group(key, name) => format!("[{key}: {name}]"),
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn sentences_have_their_groups_as_links() {
        let check = |changes: Value, expect: &str| {
            assert_eq!(plain(&sentence(&rule(changes), None, &off(), &segments())), expect);
        };
        let staff = json!({"operator": "in_segment", "segments": ["staff"]});
        let gone = json!({"operator": "in_segment", "segments": ["gone"]});
        let odd = json!({"operator": "one_of", "attribute": "x", "values": ["\u{e000}staff\u{e000}"]});
        check(json!({"clauses": [staff]}), "Everyone in the group [staff: Staff].");
        check(json!({"clauses": [gone]}), "Everyone in the group gone.");
        check(
            json!({"clauses": [staff], "split": [{"variant": "off", "weight": 100}]}),
            "Everyone in the group [staff: Staff] is left out, whatever comes next.",
        );
        check(
            json!({"share": 25, "segments": ["staff"], "people": ["ann", "ben"]}),
            "Everyone. Each person keeps their place, on every device. Whatever the share, these have it: \
             [staff: Staff] and 2 people by name.",
        );
        check(json!({"share": 25, "split_by": "company"}), "Everyone. All who have the same company stay together.");
        check(json!({"expression": true, "split": []}), "Everyone whom its JSON Logic lets in.");
        let driven = sentence(&rule(json!({"share": 0})), Some(&reach(10.0)), &off(), &segments());
        assert_eq!(plain(&driven), "Everyone. Each person keeps their place, on every device.");
        // A value that looks like a mark is not taken for the name of a group more than once.
        assert!(
            plain(&sentence(&rule(json!({"clauses": [odd]})), None, &off(), &Segments::default())).contains("staff")
        );
    }

    #[test]
    fn a_tag_says_what_they_get() {
        let check = |changes: Value, expect: Gives| assert_eq!(gives(&rule(changes), None, &off()), expect);
        check(json!({}), Gives::All("Gets on".into()));
        check(json!({"share": 25}), Gives::Some("25 % get it".into()));
        check(json!({"share": 0}), Gives::Nothing("off".into()));
        check(json!({"share": 0, "people": ["ann"]}), Gives::Some("Some get it".into()));
        check(json!({"split": [{"variant": "off", "weight": 100}]}), Gives::Nothing("off".into()));
        check(
            json!({"split": [{"variant": "on", "weight": 60}, {"variant": "b", "weight": 40}]}),
            Gives::All("Gets it".into()),
        );
        check(json!({"expression": true, "split": []}), Gives::Some("By its logic".into()));
        let driven = gives(&rule(json!({"share": 0})), Some(&reach(10.0)), &off());
        assert_eq!(driven, Gives::Some("10 % get it".into()));
    }

    #[test]
    fn a_flag_is_told_in_a_line() {
        let young = rule(json!({"name": "Nobody under 18", "split": [{"variant": "off", "weight": 100}]}));
        let staff = rule(json!({"name": "Staff first"}));
        let share = rule(json!({"name": "Germany and Austria", "share": 0}));
        let rules = [(young, reach(100.0)), (staff, reach(100.0)), (share, reach(25.0))];
        let rest = Gives::Nothing("standard".into());
        assert_eq!(
            summary(&rules, &rest, &off(), &segments()),
            (
                "Staff first, then 25 % of “Germany and Austria”.".into(),
                "Left out: Nobody under 18. Everyone else gets “standard”.".into()
            )
        );
        let alone = |rest: &Gives| summary(&[], rest, &off(), &segments());
        assert_eq!(alone(&rest), ("Everyone gets “standard”.".into(), String::new()));
        let share = gives_to_the_rest(&reach(10.0), &[], &off());
        assert_eq!(alone(&share), ("10 % of everyone get it.".into(), String::new()));
    }
}
