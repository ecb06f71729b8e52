//! Conditions in plain sentences, for people who decide who gets what. On screen a segment is called a group.

use std::collections::BTreeMap;

use super::attribute::{Seen, TARGETING_KEY};
use super::clause::{Clause, Condition};
use super::compiled::CompiledSegments;
use super::explain::SegmentExplanation;
use super::limits::LONGEST_READ;
use super::observer::{Found, Standing};
use super::rule::Rule;
use super::segment::{Group, Quantifier, Segment};
use super::time::{instant_words, moment_words};
use super::verdict::Verdict;
use super::version::{Requirement, Version};
use super::weekly::{Weekday, WeeklyHours};
use crate::key::SegmentKey;
use crate::people;
use crate::share::Share;

/// Most values that a sentence lists; it counts the rest.
const MOST_LISTED: usize = 6;
/// Most characters of a value that a sentence shows.
const MOST_SHOWN: usize = 80;

/// What segments are called.
pub trait SegmentNames {
    /// The name of this segment, if there is one.
    fn name_of(&self, key: &SegmentKey) -> Option<&str>;
}

impl SegmentNames for CompiledSegments {
    fn name_of(&self, key: &SegmentKey) -> Option<&str> {
        self.get(key).map(|segment| segment.name())
    }
}

impl<Person> SegmentNames for BTreeMap<SegmentKey, Segment<Person>> {
    fn name_of(&self, key: &SegmentKey) -> Option<&str> {
        self.get(key).map(|segment| segment.name.as_str())
    }
}

impl Clause {
    /// The clause in words: "country is DE or FR", "in the group Staff", "the time is …".
    #[must_use]
    pub fn words(&self, names: &impl SegmentNames) -> String {
        let predicate = self.predicate(names);
        match (&self.condition, self.condition.attribute()) {
            (Condition::InSegment(_), _) => predicate,
            (_, Some(path)) if path.as_str() == TARGETING_KEY => format!("key {predicate}"),
            (_, Some(path)) => format!("{path} {predicate}"),
            (_, None) => format!("the time {predicate}"),
        }
    }

    /// What is said of the attribute: "is DE or FR".
    fn predicate(&self, names: &impl SegmentNames) -> String {
        let not = self.not;
        let is = if not { "is not" } else { "is" };
        let verb = |third_person: &str, plain: &str| match not {
            true => format!("does not {plain}"),
            false => third_person.to_owned(),
        };
        let any_case = |ignore_case: bool| if ignore_case { " (capitals or not)" } else { "" };
        match &self.condition {
            Condition::OneOf(test) => {
                let values: Vec<_> = test.values.iter().map(|value| shown(value)).collect();
                let said = match (values.as_slice(), not) {
                    ([only], _) => format!("{is} {only}"),
                    ([first, second], false) => format!("is {first} or {second}"),
                    ([first, second], true) => format!("is neither {first} nor {second}"),
                    (values, false) => format!("is one of {}", listed(values)),
                    (values, true) => format!("is none of {}", listed(values)),
                };
                said + any_case(test.ignore_case)
            }
            Condition::Contains(test) => {
                format!("{} {}{}", verb("contains", "contain"), either(&test.values), any_case(test.ignore_case))
            }
            Condition::StartsWith(test) => {
                format!("{} {}{}", verb("starts with", "start with"), either(&test.values), any_case(test.ignore_case))
            }
            Condition::EndsWith(test) => {
                format!("{} {}{}", verb("ends with", "end with"), either(&test.values), any_case(test.ignore_case))
            }
            Condition::MatchesPattern(test) => {
                format!("{} the pattern {}{}", verb("fits", "fit"), shown(&test.pattern), any_case(test.ignore_case))
            }
            Condition::NumberEquals(test) => format!("{is} {}", number(test.number)),
            Condition::NumberLessThan(test) => format!("{is} below {}", number(test.number)),
            Condition::NumberAtMost(test) => format!("{is} at most {}", number(test.number)),
            Condition::NumberMoreThan(test) => format!("{is} above {}", number(test.number)),
            Condition::NumberAtLeast(test) => format!("{is} at least {}", number(test.number)),
            Condition::NumberBetween(test) => format!("{is} between {} and {}", number(test.least), number(test.most)),
            Condition::Modulo(test) => {
                format!("divided by {} {} {}", test.divisor, verb("leaves", "leave"), test.remainder)
            }
            Condition::VersionEquals(test) => format!("{is} version {}", shown(&test.version)),
            Condition::VersionLessThan(test) => format!("{is} older than {}", shown(&test.version)),
            Condition::VersionAtMost(test) => format!("{is} {} or older", shown(&test.version)),
            Condition::VersionMoreThan(test) => format!("{is} newer than {}", shown(&test.version)),
            Condition::VersionAtLeast(test) => format!("{is} {} or newer", shown(&test.version)),
            Condition::VersionCompatibleWith(test) => {
                format!("{is} {}", within(&test.version, Requirement::Compatible))
            }
            Condition::VersionCloseTo(test) => format!("{is} {}", within(&test.version, Requirement::Close)),
            Condition::TimeBefore(test) => format!("{is} before {}", moment_words(&test.time, test.zone.as_deref())),
            Condition::TimeAfter(test) => format!("{is} {} or later", moment_words(&test.time, test.zone.as_deref())),
            Condition::TimeBetween(test) => {
                let zone = test.zone.as_deref();
                format!("{is} from {} until {}", moment_words(&test.from, zone), moment_words(&test.until, zone))
            }
            Condition::TimeOfWeek(test) => format!("{is} {}", hours(test)),
            Condition::InNetwork(test) => format!("{is} in the network {}", either(&test.networks)),
            Condition::IsSet(_) => format!("{is} given"),
            Condition::InSegment(test) => {
                let called: Vec<_> =
                    test.segments.iter().map(|key| names.name_of(key).unwrap_or(key.as_str()).to_owned()).collect();
                match (called.as_slice(), not) {
                    ([only], false) => format!("in the group {only}"),
                    ([only], true) => format!("not in the group {only}"),
                    (called, false) => format!("in one of the groups {}", listed(called)),
                    (called, true) => format!("in none of the groups {}", listed(called)),
                }
            }
        }
    }
}

/// A version and how far it reaches: "8.2.1 or newer, within 8".
fn within(text: &str, requirement: Requirement) -> String {
    let reach = Version::read(text).map(|version| {
        let parts: Vec<_> = version.core[..requirement.fixed_parts(&version)].iter().map(ToString::to_string).collect();
        format!(", within {}", parts.join("."))
    });
    format!("{} or newer{}", shown(text), reach.unwrap_or_default())
}

/// "on Monday to Friday from 09:00 until 17:30 (Europe/Berlin)"
fn hours(test: &WeeklyHours) -> String {
    let days = match test.days.as_slice() {
        [] => String::new(),
        days => format!("on {} ", days_in_words(days)),
    };
    let hours = match (&test.from, &test.until) {
        (Some(from), Some(until)) if from < until => format!("from {from} until {until} "),
        (Some(from), Some(until)) => format!("from {from} until {until} the next day "),
        _ => String::new(),
    };
    format!("{days}{hours}({})", test.zone)
}

/// "Monday to Friday" where at least three follow each other, else each by name.
fn days_in_words(days: &[Weekday]) -> String {
    let mut sorted = days.to_vec();
    sorted.sort_unstable();
    let runs_on = sorted.windows(2).all(|pair| pair[1] as u8 == pair[0] as u8 + 1);
    match sorted.as_slice() {
        [first, _, .., last] if runs_on => format!("{} to {}", first.name(), last.name()),
        days => alternatives(&days.iter().map(|day| day.name().to_owned()).collect::<Vec<_>>()),
    }
}

/// A number as people write it.
fn number(number: f64) -> String {
    if number.abs() < 1e15 { number.to_string() } else { format!("{number:e}") }
}

/// A text as a sentence shows it: on one line, not too long, and visible when there is nothing in it.
fn shown(text: &str) -> String {
    let mut shown: String =
        text.chars().take(MOST_SHOWN).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.chars().nth(MOST_SHOWN).is_some() {
        shown.push('…');
    }
    if shown.trim().is_empty() { "empty".to_owned() } else { shown }
}

fn either(values: &[String]) -> String {
    alternatives(&values.iter().map(|value| shown(value)).collect::<Vec<_>>())
}

/// "a, b or c"; the rest counted.
fn alternatives(values: &[String]) -> String {
    match values {
        [first @ .., last] if (1..MOST_LISTED).contains(&first.len()) => format!("{} or {last}", first.join(", ")),
        values => listed(values),
    }
}

/// "a, b, c and 4 more"
fn listed(values: &[String]) -> String {
    match values.len() {
        0 => "nothing".to_owned(),
        1..=MOST_LISTED => values.join(", "),
        count => {
            format!("{} and {} more", values[..MOST_LISTED].join(", "), people::grouped((count - MOST_LISTED) as u64))
        }
    }
}

/// What a clause found: "is US", "is not given", "is abc, which is not a number".
pub(super) fn found(clause: &Clause, found: Found<'_>, verdict: Verdict) -> String {
    match found {
        Found::Unreadable => "what is stored here cannot be read".to_owned(),
        Found::Now(now) => format!("it is {}", instant_words(now.millis(), clause.condition.zone())),
        Found::Segments => "is asked of groups".to_owned(),
        Found::Attribute(None) => "is not given".to_owned(),
        Found::Attribute(Some(seen)) => {
            let wanted = wanted(&clause.condition);
            let said = seen_words(seen);
            match (verdict, seen) {
                (Verdict::Unknown, Seen::Text(text)) if text.len() > LONGEST_READ && wanted == "a text" => {
                    format!("is {said}, which is longer than {LONGEST_READ} bytes")
                }
                (Verdict::Unknown, Seen::List(_)) => format!("is {said}, none of which is {wanted}"),
                (Verdict::Unknown, _) => format!("is {said}, which is not {wanted}"),
                (Verdict::Yes | Verdict::No, _) => format!("is {said}"),
            }
        }
    }
}

/// What kind of value a clause asks for.
const fn wanted(condition: &Condition) -> &'static str {
    match condition {
        Condition::OneOf(_)
        | Condition::Contains(_)
        | Condition::StartsWith(_)
        | Condition::EndsWith(_)
        | Condition::MatchesPattern(_) => "a text",
        Condition::NumberEquals(_)
        | Condition::NumberLessThan(_)
        | Condition::NumberAtMost(_)
        | Condition::NumberMoreThan(_)
        | Condition::NumberAtLeast(_)
        | Condition::NumberBetween(_)
        | Condition::Modulo(_) => "a number",
        Condition::VersionEquals(_)
        | Condition::VersionLessThan(_)
        | Condition::VersionAtMost(_)
        | Condition::VersionMoreThan(_)
        | Condition::VersionAtLeast(_)
        | Condition::VersionCompatibleWith(_)
        | Condition::VersionCloseTo(_) => "the text of a version",
        Condition::TimeBefore(_) | Condition::TimeAfter(_) | Condition::TimeBetween(_) | Condition::TimeOfWeek(_) => {
            "a date and time with its offset"
        }
        Condition::InNetwork(_) => "an internet address",
        Condition::IsSet(_) | Condition::InSegment(_) => "a value",
    }
}

fn seen_words(seen: Seen<'_>) -> String {
    match seen {
        Seen::Text(text) => shown(text),
        Seen::Number(number) => number.to_string(),
        Seen::Boolean(value) => value.to_string(),
        Seen::Object => "an object".to_owned(),
        Seen::List([]) => "an empty list".to_owned(),
        Seen::List(items) => {
            let words = items.iter().take(MOST_LISTED).map(|item| match Seen::of(item) {
                None => "nothing".to_owned(),
                Some(Seen::List(_)) => "a list".to_owned(),
                Some(seen) => seen_words(seen),
            });
            let said = words.collect::<Vec<_>>();
            match items.len().saturating_sub(MOST_LISTED) {
                0 => format!("the list {}", said.join(", ")),
                more => format!("the list {} and {} more", said.join(", "), people::grouped(more as u64)),
            }
        }
    }
}

/// How somebody stands to the segments that a clause names: "is in Staff by name, and there is no group beta".
pub(super) fn standings(clause: &Clause, asked: &[SegmentExplanation]) -> String {
    let mut said: Vec<_> = asked
        .iter()
        .map(|segment| match segment.standing {
            Standing::Excluded => format!("is left out of {} by name", segment.name),
            Standing::Included => format!("is in {} by name", segment.name),
            Standing::Fits => format!("is in {}", segment.name),
            Standing::DoesNotFit => format!("is not in {}", segment.name),
        })
        .collect();
    if let Condition::InSegment(test) = &clause.condition {
        let is_missing = |key: &&SegmentKey| asked.iter().all(|segment| segment.key != **key);
        said.extend(test.segments.iter().filter(is_missing).map(|key| {
            match asked.is_empty() && test.segments.len() == 1 {
                true => format!("the group {key} cannot be asked"),
                false => format!("there is no group {key}"),
            }
        }));
    }
    match said.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{}, and {last}", first.join(", ")),
        said => said.concat(),
    }
}

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

impl Rule {
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
        let variants: Vec<_> = match self.split.as_slice() {
            [only] => vec![format!("“{}”", only.variant)],
            split => split.iter().map(|part| format!("“{}” ({})", part.variant, part.weight)).collect(),
        };
        let what = alternatives(&variants);
        let by = self.split_by.as_ref().map(|path| format!(", split by {path}")).unwrap_or_default();
        let tells_when = |clause: &Clause| {
            clause.condition.attribute().is_none() && !matches!(clause.condition, Condition::InSegment(_))
        };
        let comma = if self.clauses.iter().any(tells_when) { "," } else { "" };
        match self.share {
            Share::NOBODY => format!("Nobody yet of {who}{comma} gets {what}{by}."),
            Share::EVERYBODY => format!("{}{comma} gets {what}{by}.", capitalised(&who)),
            share => format!("{share} of {who}{comma} get {what}{by}."),
        }
    }
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
    use serde_json::{Value, json};

    fn names() -> BTreeMap<SegmentKey, Segment<String>> {
        let staff: Segment<String> = serde_json::from_value(json!({"key": "staff", "name": "Staff"})).unwrap();
        [(staff.key.clone(), staff)].into()
    }

    #[test]
    fn clauses_in_words() {
        let check = |clause: Value, expect: &str, inverted: &str| {
            for (not, expect) in [(false, expect), (true, inverted)] {
                let mut clause = clause.clone();
                clause["not"] = json!(not);
                let read: Clause = serde_json::from_value(clause).unwrap();
                assert_eq!(read.words(&names()), expect);
            }
        };
        let texts = |operator: &str, values: &[&str]| json!({"operator": operator, "attribute": "x", "values": values});
        let number = |operator: &str, number: f64| json!({"operator": operator, "attribute": "x", "number": number});
        let version =
            |operator: &str, version: &str| json!({"operator": operator, "attribute": "app", "version": version});
        check(texts("one_of", &["DE"]), "x is DE", "x is not DE");
        check(texts("one_of", &["DE", "AT"]), "x is DE or AT", "x is neither DE nor AT");
        check(texts("one_of", &["a", "b", "c"]), "x is one of a, b, c", "x is none of a, b, c");
        check(
            texts("one_of", &["a", "b", "c", "d", "e", "f", "g", "h"]),
            "x is one of a, b, c, d, e, f and 2 more",
            "x is none of a, b, c, d, e, f and 2 more",
        );
        check(texts("one_of", &["", "a\nb"]), "x is empty or a b", "x is neither empty nor a b");
        check(texts("contains", &["a", "b"]), "x contains a or b", "x does not contain a or b");
        check(texts("starts_with", &["a"]), "x starts with a", "x does not start with a");
        check(texts("ends_with", &["a", "b", "c"]), "x ends with a, b or c", "x does not end with a, b or c");
        check(
            json!({"operator": "one_of", "attribute": "targetingKey", "values": ["a"], "ignore_case": true}),
            "key is a (capitals or not)",
            "key is not a (capitals or not)",
        );
        check(
            json!({"operator": "matches_pattern", "attribute": "x", "pattern": "^a+$"}),
            "x fits the pattern ^a+$",
            "x does not fit the pattern ^a+$",
        );
        check(number("number_equals", 18.0), "x is 18", "x is not 18");
        check(number("number_less_than", 0.5), "x is below 0.5", "x is not below 0.5");
        check(number("number_at_most", -1.0), "x is at most -1", "x is not at most -1");
        check(number("number_more_than", 1e300), "x is above 1e300", "x is not above 1e300");
        check(number("number_at_least", 18.0), "x is at least 18", "x is not at least 18");
        check(
            json!({"operator": "number_between", "attribute": "x", "least": 1, "most": 5}),
            "x is between 1 and 5",
            "x is not between 1 and 5",
        );
        check(
            json!({"operator": "modulo", "attribute": "x", "divisor": 10, "remainder": 3}),
            "x divided by 10 leaves 3",
            "x divided by 10 does not leave 3",
        );
        check(version("version_equals", "8.2"), "app is version 8.2", "app is not version 8.2");
        check(version("version_less_than", "8.2"), "app is older than 8.2", "app is not older than 8.2");
        check(version("version_at_most", "8.2"), "app is 8.2 or older", "app is not 8.2 or older");
        check(version("version_more_than", "8.2"), "app is newer than 8.2", "app is not newer than 8.2");
        check(version("version_at_least", "8.2"), "app is 8.2 or newer", "app is not 8.2 or newer");
        check(
            version("version_compatible_with", "8.2"),
            "app is 8.2 or newer, within 8",
            "app is not 8.2 or newer, within 8",
        );
        check(
            version("version_close_to", "0.2.3"),
            "app is 0.2.3 or newer, within 0.2",
            "app is not 0.2.3 or newer, within 0.2",
        );
        check(
            json!({"operator": "time_before", "attribute": "joined", "time": "2026-12-01", "zone": "Europe/Berlin"}),
            "joined is before 1 December 2026, 00:00 (Europe/Berlin)",
            "joined is not before 1 December 2026, 00:00 (Europe/Berlin)",
        );
        check(
            json!({"operator": "time_between", "from": "2026-12-01T09:00:00Z", "until": "2026-12-02T09:00:00+01:00"}),
            "the time is from 1 December 2026, 09:00 (UTC) until 2 December 2026, 09:00 (UTC+01:00)",
            "the time is not from 1 December 2026, 09:00 (UTC) until 2 December 2026, 09:00 (UTC+01:00)",
        );
        let week = |days: &[&str], hours: Option<(&str, &str)>| json!({"operator": "time_of_week", "zone": "UTC", "days": days, "from": hours.map(|it| it.0), "until": hours.map(|it| it.1)});
        check(
            week(&["friday", "thursday", "wednesday"], Some(("09:00", "17:30"))),
            "the time is on Wednesday to Friday from 09:00 until 17:30 (UTC)",
            "the time is not on Wednesday to Friday from 09:00 until 17:30 (UTC)",
        );
        check(
            week(&["saturday", "sunday"], None),
            "the time is on Saturday or Sunday (UTC)",
            "the time is not on Saturday or Sunday (UTC)",
        );
        check(
            week(&[], Some(("22:00", "02:00"))),
            "the time is from 22:00 until 02:00 the next day (UTC)",
            "the time is not from 22:00 until 02:00 the next day (UTC)",
        );
        check(
            json!({"operator": "in_network", "attribute": "ip", "networks": ["10.0.0.0/8"]}),
            "ip is in the network 10.0.0.0/8",
            "ip is not in the network 10.0.0.0/8",
        );
        check(json!({"operator": "is_set", "attribute": "x"}), "x is given", "x is not given");
        check(json!({"operator": "in_segment", "segments": ["staff"]}), "in the group Staff", "not in the group Staff");
        check(
            json!({"operator": "in_segment", "segments": ["staff", "beta"]}),
            "in one of the groups Staff, beta",
            "in none of the groups Staff, beta",
        );
    }

    #[test]
    fn rules_in_words() {
        let check = |clauses: Value, changes: Value, expect: &str| {
            let mut rule =
                json!({"id": "r", "clauses": clauses, "share": 100, "split": [{"variant": "instant", "weight": 100}]});
            rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            let rule: Rule = serde_json::from_value(rule).unwrap();
            assert_eq!(rule.words(&names()), expect);
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
            assert_eq!(segment.words(&names()), expect);
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
