//! What changed between two lists of rules, before and after, with what stayed left out.

use super::SegmentNames;
use crate::targeting::rule::Rule;

/// What differs, told of both sides: rules that came, went, changed, or stand in another order.
#[must_use]
pub fn rules_difference<Person: PartialEq>(
    before: &[Rule<Person>],
    after: &[Rule<Person>],
    names: &impl SegmentNames,
) -> (String, String) {
    let (mut was, mut is) = (Vec::new(), Vec::new());
    for old in before {
        match after.iter().find(|new| new.id == old.id) {
            None => {
                was.push(told(old, names));
                is.push(format!("no rule “{}”", old.title()));
            }
            Some(new) if new != old => {
                was.push(told(old, names));
                is.push(told(new, names));
            }
            Some(_) => {}
        }
    }
    for new in after.iter().filter(|new| !before.iter().any(|old| old.id == new.id)) {
        was.push(format!("no rule “{}”", new.title()));
        is.push(told(new, names));
    }
    let stayed = |here: &[Rule<Person>], there: &[Rule<Person>]| -> Vec<String> {
        let both = here.iter().filter(|rule| there.iter().any(|other| other.id == rule.id));
        both.map(|rule| rule.id.to_string()).collect()
    };
    if stayed(before, after) != stayed(after, before) {
        was.push(order(before));
        is.push(order(after));
    }
    (was.join("; "), is.join("; "))
}

/// "Staff first: Everyone in the group Staff gets “on”"
fn told<Person>(rule: &Rule<Person>, names: &impl SegmentNames) -> String {
    let words = rule.words(names);
    let words = words.trim_end_matches('.');
    match &rule.name {
        Some(name) => format!("{name}: {words}"),
        None => words.to_owned(),
    }
}

fn order<Person>(rules: &[Rule<Person>]) -> String {
    let titles: Vec<_> = rules.iter().map(|rule| format!("“{}”", rule.title())).collect();
    format!("in the order {}", titles.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::targeting::words::staff;

    #[test]
    fn only_what_changed_is_told() {
        let rule = |id: &str, share: u32| -> Rule<String> {
            serde_json::from_value(json!({"id": id, "share": share, "split": [{"variant": "on", "weight": 100}],
                "clauses": [{"operator": "in_segment", "segments": ["staff"]}]}))
            .unwrap()
        };
        let check = |before: &[Rule<String>], after: &[Rule<String>], was: &str, is: &str| {
            let told = rules_difference(before, after, &staff());
            assert_eq!((told.0.as_str(), told.1.as_str()), (was, is));
        };
        let all = "Everyone in the group Staff gets “on”";
        let half = "50 % of everyone in the group Staff get “on”";
        check(&[rule("a", 100)], &[rule("a", 100)], "", "");
        check(&[], &[rule("a", 100)], "no rule “a”", all);
        check(&[rule("a", 100), rule("b", 100)], &[rule("b", 100)], all, "no rule “a”");
        check(&[rule("a", 100), rule("b", 50)], &[rule("a", 50), rule("b", 50)], all, half);
        check(
            &[rule("a", 100), rule("b", 100)],
            &[rule("b", 100), rule("a", 100)],
            "in the order “a”, “b”",
            "in the order “b”, “a”",
        );
    }
}
