//! Conditions in plain sentences, for people who decide who gets what. On screen a segment is called a group.

mod change;
mod clause;
mod found;
mod sentence;

use std::collections::BTreeMap;

pub use change::rules_difference;
pub(super) use found::{found, standings};
pub use sentence::split_words;

use super::compiled::CompiledSegments;
use super::segment::Segment;
use crate::key::SegmentKey;
use crate::people;
use crate::project::SegmentInProject;

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

impl SegmentNames for BTreeMap<SegmentKey, SegmentInProject> {
    fn name_of(&self, key: &SegmentKey) -> Option<&str> {
        self.get(key).map(|known| known.segment.name.as_str())
    }
}

impl<Person> SegmentNames for BTreeMap<SegmentKey, Segment<Person>> {
    fn name_of(&self, key: &SegmentKey) -> Option<&str> {
        self.get(key).map(|segment| segment.name.as_str())
    }
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

#[cfg(test)]
fn staff() -> BTreeMap<SegmentKey, Segment<String>> {
    let staff: Segment<String> = serde_json::from_value(serde_json::json!({"key": "staff", "name": "Staff"})).unwrap();
    [(staff.key.clone(), staff)].into()
}
