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
                is.push(lacking(old));
            }
            Some(new) if new != old => {
                was.push(told(old, names));
                is.push(told(new, names));
            }
            Some(_) => {}
        }
    }
    for new in after.iter().filter(|new| !before.iter().any(|old| old.id == new.id)) {
        was.push(lacking(new));
        is.push(told(new, names));
    }
    let stayed = |here: &[Rule<Person>], there: &[Rule<Person>]| -> Vec<String> {
        let both = here.iter().filter(|rule| there.iter().any(|other| other.id == rule.id));
        both.map(|rule| rule.id.to_string()).collect()
    };
    if stayed(before, after) != stayed(after, before) {
        was.push(order(before, names));
        is.push(order(after, names));
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

/// A rule that is on the other side only; one without a name stands there in its words.
fn lacking<Person>(rule: &Rule<Person>) -> String {
    rule.name.as_ref().map_or_else(|| "no such rule".to_owned(), |name| format!("no rule “{name}”"))
}

/// The rules by name, those without one by who fits.
fn order<Person>(rules: &[Rule<Person>], names: &impl SegmentNames) -> String {
    let title = |rule: &Rule<Person>| rule.name.clone().unwrap_or_else(|| rule.who(names));
    let titles: Vec<_> = rules.iter().map(|rule| format!("“{}”", title(rule))).collect();
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
        check(&[], &[rule("a", 100)], "no such rule", all);
        check(&[rule("a", 100), rule("b", 100)], &[rule("b", 100)], all, "no such rule");
        check(&[rule("a", 100), rule("b", 50)], &[rule("a", 50), rule("b", 50)], all, half);
        let named = Rule { name: Some("Bees".into()), ..rule("b", 100) };
        check(&[], std::slice::from_ref(&named), "no rule “Bees”", &format!("Bees: {all}"));
        check(
            &[rule("a", 100), named.clone()],
            &[named, rule("a", 100)],
            "in the order “everyone in the group Staff”, “Bees”",
            "in the order “Bees”, “everyone in the group Staff”",
        );
    }
}
