//! Attributes that rules and groups ask for already, to be suggested.

use std::collections::BTreeSet;

use signalbox_domain::targeting::{Clause, Rule, TARGETING_KEY};
use signalbox_protocol::wire::segment::Segment;

use crate::state::Store;

/// The attributes that clauses of the flags and groups at hand ask for, and the targeting key.
pub fn known_attributes(store: Store) -> Vec<String> {
    let mut known = BTreeSet::from([TARGETING_KEY.to_owned()]);
    for flag in store.flags_at_hand() {
        let rules = flag.configurations.values().flat_map(|configuration| &configuration.rules);
        rules.for_each(|told| known.extend(of_rules([&told.rule])));
    }
    known.extend(of_segments(store.segments_at_hand().iter().map(|segment| &**segment)));
    known.into_iter().collect()
}

/// The attributes that these rules ask for, the targeting key aside, each once.
pub fn of_rules<'a, Person: 'a>(rules: impl IntoIterator<Item = &'a Rule<Person>>) -> BTreeSet<String> {
    rules
        .into_iter()
        .flat_map(|rule| {
            let split = rule.split_by.as_ref().map(ToString::to_string);
            of_clauses(&rule.clauses).chain(split.filter(|path| path != TARGETING_KEY))
        })
        .collect()
}

/// The attributes that these groups ask for, the targeting key aside, each once.
pub fn of_segments<'a>(segments: impl IntoIterator<Item = &'a Segment>) -> BTreeSet<String> {
    segments
        .into_iter()
        .flat_map(|segment| segment.groups.iter().flat_map(|group| of_clauses(&group.clauses)))
        .collect()
}

fn of_clauses(clauses: &[Clause]) -> impl Iterator<Item = String> {
    let paths = clauses.iter().filter_map(|clause| clause.condition.attribute()).map(ToString::to_string);
    paths.filter(|path| path != TARGETING_KEY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_are_listed_once() {
        let rule: Rule<String> = serde_json::from_value(json!({
            "id": "r", "split_by": "company.id", "split": [{"variant": "on", "weight": 100}],
            "clauses": [
                {"operator": "one_of", "attribute": "country", "values": ["DE"]},
                {"operator": "is_set", "attribute": "country"},
                {"operator": "in_segment", "segments": ["staff"]},
                {"operator": "one_of", "attribute": "targetingKey", "values": ["x"]},
            ],
        }))
        .unwrap();
        assert_eq!(of_rules([&rule]).into_iter().collect::<Vec<_>>(), ["company.id", "country"]);
    }
}
