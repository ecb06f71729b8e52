//! What a clause found, in words.

use super::{MOST_LISTED, shown};
use crate::key::SegmentKey;
use crate::people;
use crate::targeting::attribute::Seen;
use crate::targeting::clause::{Clause, Condition};
use crate::targeting::explain::SegmentExplanation;
use crate::targeting::limits::LONGEST_READ;
use crate::targeting::observer::{Found, Standing};
use crate::targeting::time::instant_words;
use crate::targeting::verdict::Verdict;

/// What a clause found: "is US", "is not given", "is abc, which is not a number".
pub(in crate::targeting) fn found(clause: &Clause, found: Found<'_>, verdict: Verdict) -> String {
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
pub(in crate::targeting) fn standings(clause: &Clause, asked: &[SegmentExplanation]) -> String {
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
