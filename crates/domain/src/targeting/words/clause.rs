//! A clause in words.

use super::{SegmentNames, alternatives, either, listed, shown};
use crate::targeting::attribute::TARGETING_KEY;
use crate::targeting::clause::{Clause, Condition};
use crate::targeting::time::moment_words;
use crate::targeting::version::{Requirement, Version};
use crate::targeting::weekly::{Weekday, WeeklyHours};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targeting::words::staff;
    use serde_json::{Value, json};

    #[test]
    fn clauses_in_words() {
        let check = |clause: Value, expect: &str, inverted: &str| {
            for (not, expect) in [(false, expect), (true, inverted)] {
                let mut clause = clause.clone();
                clause["not"] = json!(not);
                let read: Clause = serde_json::from_value(clause).unwrap();
                assert_eq!(read.words(&staff()), expect);
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
}
