//! Segments: named groups of people that rules refer to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clause::{Clause, Condition};
use super::limits::{
    MOST_CLAUSES, MOST_GROUPS, MOST_SEGMENT_CLAUSES, MOST_SEGMENT_PEOPLE, MOST_SEGMENTS, MOST_SEGMENTS_NAMED,
};
use crate::environment::LARGEST_AUDIENCE;
use crate::key::SegmentKey;
use crate::refusal::Refusal;
use crate::text;

/// A named group of people: those it names, and those who fit. Excluded wins over included, included over fitting.
///
/// Keys of people are personal. `Person` is how one stands here: a commitment in the log, a key on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Segment<Person> {
    /// Its key, unique in the project; never changes.
    pub key: SegmentKey,
    /// What people call it, such as "Staff".
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// About how many people are in it, as its team states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// Whoever fits every one of these groups is in. Without groups, nobody but those named is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// In, whether they fit or not.
    #[serde(default = "Vec::<Person>::new", skip_serializing_if = "Vec::is_empty")]
    pub included: Vec<Person>,
    /// Out, whatever else is said.
    #[serde(default = "Vec::<Person>::new", skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<Person>,
}

/// What of a segment people decide, those whom it names aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentContent {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// About how many people are in it, as its team states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// Whoever fits every one of these groups is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// Clauses of which all, any or none must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Group {
    /// How many of the clauses must hold.
    #[serde(rename = "match")]
    pub quantifier: Quantifier,
    /// The clauses; at least one.
    pub clauses: Vec<Clause>,
}

/// How many clauses of a group must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Quantifier {
    /// Every one.
    All,
    /// At least one.
    Any,
    /// Not a single one. A clause that cannot be judged does not hold, so it keeps nobody out.
    None,
}

/// Segments that whoever asks may be in; any of them suffices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    /// Their keys; at least one.
    pub segments: Vec<SegmentKey>,
}

impl Membership {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        if !(1..=MOST_SEGMENTS_NAMED).contains(&self.segments.len()) {
            return Err(Refusal::invalid(format!("{field}.segments"), format!("must list 1 to {MOST_SEGMENTS_NAMED}")));
        }
        match (1..self.segments.len()).find(|index| self.segments[..*index].contains(&self.segments[*index])) {
            Some(index) => Err(Refusal::invalid(format!("{field}.segments[{index}]"), "must not be listed twice")),
            None => Ok(()),
        }
    }
}

/// Checks the clauses of a rule or group; `field` is the path of their list.
pub(super) fn check_clauses(clauses: &[Clause], field: &str) -> Result<(), Refusal> {
    if clauses.len() > MOST_CLAUSES {
        return Err(Refusal::invalid(field, format!("must list at most {MOST_CLAUSES} clauses")));
    }
    clauses.iter().enumerate().try_for_each(|(index, clause)| clause.check(&format!("{field}[{index}]")))
}

/// The segments that clauses name, each with the path of its field; `field` is the path of their list.
pub(super) fn references_of<'a>(clauses: &'a [Clause], field: &str) -> Vec<(String, &'a SegmentKey)> {
    let mut found = Vec::new();
    for (clause, test) in clauses.iter().enumerate() {
        if let Condition::InSegment(test) = &test.condition {
            let keys = test.segments.iter().enumerate();
            found.extend(keys.map(|(index, key)| (format!("{field}[{clause}].segments[{index}]"), key)));
        }
    }
    found
}

fn references_of_groups(groups: &[Group]) -> Vec<(String, &SegmentKey)> {
    let groups = groups.iter().enumerate();
    groups.flat_map(|(index, group)| references_of(&group.clauses, &format!("groups[{index}].clauses"))).collect()
}

impl SegmentContent {
    /// The segments that this one names.
    #[must_use]
    pub fn references(&self) -> Vec<&SegmentKey> {
        references_of_groups(&self.groups).into_iter().map(|(_, key)| key).collect()
    }
}

impl<Person> Segment<Person> {
    /// The segment in its stored form: name and description trimmed, everything within its limits. Who the people
    /// are, and that the segments it names exist ([`Segment::check_references`]), is checked where that is known.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the path of the field.
    pub fn accept(mut self) -> Result<Self, Refusal> {
        self.name = text::name(&self.name).map_err(|error| Refusal::invalid("name", error))?;
        self.description =
            text::description(&self.description).map_err(|error| Refusal::invalid("description", error))?;
        if self.people.is_some_and(|people| people > LARGEST_AUDIENCE) {
            return Err(Refusal::invalid("people", format!("must be at most {LARGEST_AUDIENCE}")));
        }
        if self.groups.len() > MOST_GROUPS {
            return Err(Refusal::invalid("groups", format!("must list at most {MOST_GROUPS} groups")));
        }
        for (index, group) in self.groups.iter().enumerate() {
            let field = format!("groups[{index}].clauses");
            if group.clauses.is_empty() {
                return Err(Refusal::invalid(field, "must list at least one clause"));
            }
            check_clauses(&group.clauses, &field)?;
        }
        if self.groups.iter().map(|group| group.clauses.len()).sum::<usize>() > MOST_SEGMENT_CLAUSES {
            return Err(Refusal::invalid("groups", format!("must list at most {MOST_SEGMENT_CLAUSES} clauses in all")));
        }
        for (name, people) in [("included", &self.included), ("excluded", &self.excluded)] {
            if people.len() > MOST_SEGMENT_PEOPLE {
                return Err(Refusal::invalid(name, format!("must name at most {MOST_SEGMENT_PEOPLE} people")));
            }
        }
        Ok(self)
    }

    /// About how many people are in it: as stated, or as many as it names where nothing else lets anybody in.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.people.or_else(|| self.groups.is_empty().then_some(self.included.len() as u64))
    }

    /// What people decide of it, those whom it names aside.
    #[must_use]
    pub fn content(&self) -> SegmentContent {
        SegmentContent {
            name: self.name.clone(),
            description: self.description.clone(),
            people: self.people,
            groups: self.groups.clone(),
        }
    }

    /// The segments that this one names, each with the path of its field.
    #[must_use]
    pub fn references(&self) -> Vec<(String, &SegmentKey)> {
        references_of_groups(&self.groups)
    }

    /// Whether this segment, new or changed, may stand beside the others of the project: what it names exists, and
    /// no segment leads through another to a third.
    ///
    /// `others` may hold this segment as it was.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the path of the field and the chain that would come about.
    pub fn check_references<Other>(&self, others: &BTreeMap<&SegmentKey, &Segment<Other>>) -> Result<(), Refusal> {
        let chain = |keys: &[&SegmentKey]| {
            let names: Vec<_> = keys.iter().map(|key| key.as_str()).collect();
            names.join(" → ")
        };
        if !others.contains_key(&self.key) && others.len() >= MOST_SEGMENTS {
            return Err(Refusal::conflict(format!("a project has at most {MOST_SEGMENTS} segments")));
        }
        let references = self.references();
        for (field, named) in &references {
            if **named == self.key {
                let circle = chain(&[&self.key, named]);
                return Err(Refusal::invalid(field, format!("must not lead back to itself: {circle}")));
            }
            let Some(other) = others.get(named) else {
                return Err(Refusal::invalid(
                    field,
                    format!("must be a segment of the project; there is no \"{named}\""),
                ));
            };
            if let Some((_, third)) = other.references().first() {
                let chain = chain(&[&self.key, named, third]);
                return Err(Refusal::invalid(
                    field,
                    match **third == self.key {
                        true => format!("must not lead back to itself: {chain}"),
                        false => format!("must be a segment that names no other: {chain} is one step too long"),
                    },
                ));
            }
        }
        let Some((field, named)) = references.first() else { return Ok(()) };
        for (key, other) in others.iter().filter(|(key, _)| ***key != self.key) {
            if other.references().iter().any(|(_, named)| **named == self.key) {
                let chain = chain(&[key, &self.key, named]);
                return Err(Refusal::invalid(
                    field,
                    format!("must name no other segment, since another names this one: {chain} is one step too long"),
                ));
            }
        }
        Ok(())
    }

    /// The segment with each person put another way, such as a key for a commitment.
    ///
    /// # Errors
    /// The first error of `put`, which gets the path of the field.
    pub fn try_map_people<Other, E>(
        self,
        mut put: impl FnMut(String, Person) -> Result<Other, E>,
    ) -> Result<Segment<Other>, E> {
        let mut all = |name: &str, people: Vec<Person>| {
            people.into_iter().enumerate().map(|(index, person)| put(format!("{name}[{index}]"), person)).collect()
        };
        let included: Result<Vec<Other>, E> = all("included", self.included);
        let excluded: Result<Vec<Other>, E> = all("excluded", self.excluded);
        let Self { key, name, description, people, groups, .. } = self;
        Ok(Segment { key, name, description, people, groups, included: included?, excluded: excluded? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn segment(key: &str, names: &[&str]) -> Segment<String> {
        let groups = match names {
            [] => json!([{"match": "all", "clauses": [{"operator": "is_set", "attribute": "x"}]}]),
            names => json!([
                {"match": "all", "clauses": [{"operator": "is_set", "attribute": "x"}]},
                {"match": "none", "clauses": [
                    {"operator": "is_set", "attribute": "x"},
                    {"operator": "in_segment", "segments": names},
                ]},
            ]),
        };
        serde_json::from_value(json!({"key": key, "name": key, "groups": groups})).unwrap()
    }

    #[test]
    fn references_go_one_step_and_never_round() {
        let project = |segments: &[(&str, &[&str])]| -> BTreeMap<SegmentKey, Segment<String>> {
            segments.iter().map(|(key, names)| (SegmentKey::new(*key).unwrap(), segment(key, names))).collect()
        };
        let check = |changed: Segment<String>, others: &[(&str, &[&str])], expect: &str| {
            let others = project(others);
            let got = changed.check_references(&others.iter().collect()).map_err(|refusal| refusal.to_string());
            assert_eq!(got.err().unwrap_or_default(), expect);
        };
        check(segment("a", &[]), &[], "");
        check(segment("a", &["b", "c"]), &[("b", &[]), ("c", &[])], "");
        check(segment("a", &["b"]), &[("a", &["c"]), ("b", &[]), ("c", &[]), ("d", &["b"])], "");
        check(
            segment("a", &["b"]),
            &[],
            "groups[1].clauses[1].segments[0]: must be a segment of the project; there is no \"b\"",
        );
        check(
            segment("a", &["b", "a"]),
            &[("b", &[])],
            "groups[1].clauses[1].segments[1]: must not lead back to itself: a → a",
        );
        check(
            segment("a", &["b"]),
            &[("a", &[]), ("b", &["a"])],
            "groups[1].clauses[1].segments[0]: must not lead back to itself: a → b → a",
        );
        check(
            segment("a", &["b"]),
            &[("b", &["c"]), ("c", &[])],
            "groups[1].clauses[1].segments[0]: must be a segment that names no other: a → b → c is one step too long",
        );
        check(
            segment("b", &["c"]),
            &[("a", &["b"]), ("b", &[]), ("c", &[])],
            "groups[1].clauses[1].segments[0]: must name no other segment, since another names this one: a → b → c is one step too long",
        );
    }

    #[test]
    fn a_project_has_so_many_segments_and_no_more() {
        let mut others: BTreeMap<_, _> = (0..MOST_SEGMENTS)
            .map(|number| format!("s{number}"))
            .map(|key| (SegmentKey::new(key.clone()).unwrap(), segment(&key, &[])))
            .collect();
        assert!(segment("s0", &[]).check_references(&others.iter().collect()).is_ok(), "a change adds none");
        assert!(segment("new", &[]).check_references(&others.iter().collect()).is_err());
        others.pop_first();
        assert!(segment("new", &[]).check_references(&others.iter().collect()).is_ok());
    }

    #[test]
    fn refusals_name_the_field() {
        let check = |changes: Value, expect: &str| {
            let mut body = json!({"key": "staff", "name": " Staff ", "groups": []});
            body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            let segment: Segment<String> = serde_json::from_value(body).unwrap();
            match segment.accept() {
                Ok(accepted) => assert_eq!((accepted.name.as_str(), expect), ("Staff", "")),
                Err(refusal) => assert_eq!(refusal.to_string(), expect),
            }
        };
        let set = json!({"operator": "is_set", "attribute": "x"});
        check(json!({}), "");
        check(json!({"name": " "}), "name: must not be empty");
        check(json!({"description": "a\u{0}"}), "description: must not contain control or text-direction characters");
        check(json!({"groups": [{"match": "any", "clauses": []}]}), "groups[0].clauses: must list at least one clause");
        check(
            json!({"groups": [{"match": "any", "clauses": vec![&set; 31]}]}),
            "groups[0].clauses: must list at most 30 clauses",
        );
        check(
            json!({"groups": vec![json!({"match": "any", "clauses": [set]}); 11]}),
            "groups: must list at most 10 groups",
        );
        check(
            json!({"groups": vec![json!({"match": "any", "clauses": vec![&set; 26]}); 2]}),
            "groups: must list at most 50 clauses in all",
        );
        check(
            json!({"groups": [{"match": "all", "clauses": [set, {"operator": "in_segment", "segments": []}]}]}),
            "groups[0].clauses[1].segments: must list 1 to 20",
        );
        check(
            json!({"groups": [{"match": "all", "clauses": [{"operator": "in_segment", "segments": ["a", "a"]}]}]}),
            "groups[0].clauses[0].segments[1]: must not be listed twice",
        );
        check(json!({"excluded": vec!["ann"; 10_001]}), "excluded: must name at most 10000 people");
    }

    #[test]
    fn people_are_put_another_way_in_their_place() {
        let mut segment = segment("a", &[]);
        segment.included = vec!["ann".into(), "ben".into()];
        segment.excluded = vec!["cleo".into()];
        let put: Segment<(String, usize)> =
            segment.clone().try_map_people(|field, person| Ok::<_, ()>((field, person.len()))).unwrap();
        assert_eq!(put.included, [("included[0]".into(), 3), ("included[1]".into(), 3)]);
        assert_eq!(put.excluded, [("excluded[0]".into(), 4)]);
        let error = segment.try_map_people(|field, person| if person == "ben" { Err(field) } else { Ok(person) });
        assert_eq!(error.unwrap_err(), "included[1]");
    }

    #[test]
    fn in_the_log_people_are_commitments() {
        use crate::personal::{Commitment, Salt};
        let mut written = segment("a", &[]);
        written.included = vec!["ann".into()];
        let stored = written.try_map_people(|_, person| Ok::<_, ()>(Commitment::to(&person, &Salt([7; 16])))).unwrap();
        let text = serde_json::to_string(&stored).unwrap();
        assert!(!text.contains("ann"), "{text}");
        assert_eq!(serde_json::from_str::<Segment<Commitment>>(&text).unwrap(), stored);
    }
}
