//! A group as it is typed, and what it comes to.

use std::collections::BTreeMap;

use signalbox_domain::key::SegmentKey;
use signalbox_domain::people::grouped;
use signalbox_domain::targeting::{Group, Quantifier, Segment};
use signalbox_domain::{Refusal, text};

use crate::clauses::ClauseDraft;
use crate::count;
use crate::form::sentence;

/// A group as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentDraft {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// About how many people are in it; empty where nobody stated it.
    pub people: String,
    /// Sets of conditions; whoever fits every set is in.
    pub groups: Vec<(Quantifier, Vec<ClauseDraft>)>,
    /// One key on each line.
    pub included: String,
    /// One key on each line.
    pub excluded: String,
}

/// What is wrong with each field, by the field's name.
pub type Problems = BTreeMap<&'static str, String>;

impl SegmentDraft {
    /// As it stands.
    pub fn of(segment: &Segment<String>) -> Self {
        let clauses = |group: &Group| group.clauses.iter().map(ClauseDraft::from).collect();
        Self {
            name: segment.name.clone(),
            description: segment.description.clone(),
            people: segment.people.map(grouped).unwrap_or_default(),
            groups: segment.groups.iter().map(|group| (group.quantifier, clauses(group))).collect(),
            included: segment.included.join("\n"),
            excluded: segment.excluded.join("\n"),
        }
    }

    /// The group, checked as the server does, as far as it stands alone.
    ///
    /// # Errors
    /// What is wrong with each field.
    pub fn read(&self, key: &SegmentKey) -> Result<Segment<String>, Problems> {
        let mut problems = Problems::new();
        let mut wrong = |field, message: String| {
            problems.entry(field).or_insert(message);
        };
        let mut groups = Vec::with_capacity(self.groups.len());
        for (quantifier, drafts) in &self.groups {
            let clauses: Result<Vec<_>, _> = drafts.iter().map(ClauseDraft::read).collect();
            match clauses {
                Ok(clauses) if clauses.is_empty() => {
                    wrong("groups", "Every set needs a condition; remove the set that has none.".into());
                }
                Ok(clauses) => groups.push(Group { quantifier: *quantifier, clauses }),
                Err(_) => wrong("groups", "Mend the conditions that are marked.".into()),
            }
        }
        let people = count::parse_optional(&self.people).map_err(|message| wrong("people", message)).ok().flatten();
        let mut keys = |field, typed: &str| match keys(typed) {
            Ok(keys) => keys,
            Err(message) => {
                problems.insert(field, message);
                Vec::new()
            }
        };
        let (included, excluded) = (keys("included", &self.included), keys("excluded", &self.excluded));
        if !problems.is_empty() {
            return Err(problems);
        }
        let segment = Segment {
            key: key.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            people,
            groups,
            included,
            excluded,
        };
        segment.accept().map_err(|refusal| BTreeMap::from([problem_of(&refusal)]))
    }
}

/// Keys typed one on each line, each once.
fn keys(typed: &str) -> Result<Vec<String>, String> {
    let mut keys = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    for (number, line) in (1..).zip(lines) {
        let key = text::person(line).map_err(|error| format!("Person {number}: {error}."))?;
        if !seen.insert(key.clone()) {
            return Err(format!("“{key}” is named twice."));
        }
        keys.push(key);
    }
    Ok(keys)
}

/// The field of the form that a refusal is about, and what it says.
fn problem_of(refusal: &Refusal) -> (&'static str, String) {
    const FIELDS: [&str; 6] = ["name", "description", "people", "groups", "included", "excluded"];
    let Refusal::Invalid { field, message } = refusal else { return ("groups", sentence(&refusal.to_string(), "")) };
    let name = FIELDS
        .into_iter()
        .find(|name| field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.'])));
    (name.unwrap_or("groups"), sentence(message, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key() -> SegmentKey {
        SegmentKey::new("staff").unwrap()
    }

    fn segment() -> Segment<String> {
        serde_json::from_value(json!({
            "key": "staff", "name": "Staff", "description": "Who works here", "people": 640,
            "groups": [
                {"match": "all", "clauses": [{"operator": "ends_with", "attribute": "email", "values": ["@bank.example"]}]},
                {"match": "none", "clauses": [{"operator": "in_segment", "segments": ["left"]}]},
            ],
            "included": ["ann", "ben"], "excluded": ["cleo"],
        }))
        .unwrap()
    }

    #[test]
    fn what_is_stored_is_what_was_typed() {
        let draft = SegmentDraft::of(&segment());
        assert_eq!(draft.included, "ann\nben");
        assert_eq!(draft.read(&key()), Ok(segment()));
    }

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        let check = |change: fn(&mut SegmentDraft), field: &str, expect: &str| {
            let mut draft = SegmentDraft::of(&segment());
            change(&mut draft);
            let problems = draft.read(&key()).unwrap_err();
            assert_eq!(problems.get(field).map(String::as_str), Some(expect), "{problems:?}");
        };
        check(|draft| draft.name.clear(), "name", "Must not be empty.");
        check(|draft| draft.people = "x".into(), "people", "Must be a whole number from 0 to 100,000,000,000.");
        check(|draft| draft.groups[0].1[0].list.clear(), "groups", "Mend the conditions that are marked.");
        check(
            |draft| draft.groups[1].1.clear(),
            "groups",
            "Every set needs a condition; remove the set that has none.",
        );
        check(|draft| draft.included.push_str("\nann"), "included", "“ann” is named twice.");
        check(
            |draft| draft.excluded = format!("cleo\n{}", "x".repeat(513)),
            "excluded",
            "Person 2: must be at most 512 bytes of UTF-8.",
        );
    }
}
