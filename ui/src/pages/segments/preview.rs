//! Who is in a group: made-up or pasted people, asked in the browser by the code that the server asks with.

use std::sync::Arc;

use serde_json::{Map, Value};
use signalbox_domain::Timestamp;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::targeting::{
    Attributes, CompiledSegment, CompiledSegments, Quantifier, Segment, SegmentExplanation, Standing, TARGETING_KEY,
    read_context,
};

use crate::form::sentence;

/// Most people that are asked for at once; more would not be read.
pub const MOST: usize = 200;

/// What came of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Whether they are in, and why.
    Person {
        /// Their key, or what is known of them.
        who: String,
        /// Whether they are in.
        is_in: bool,
        /// Why, in a few words.
        why: String,
    },
    /// It cannot be read.
    Wrong(String),
}

/// Asks for everybody who was typed: on each line a key, or a JSON object as an application would send it.
pub fn ask(typed: &str, segment: &Segment<String>, others: &[Arc<Segment<String>>], now: Timestamp) -> Vec<Line> {
    let compile = |segment: &Segment<String>| CompiledSegment::new(segment, |person| Some(person.as_str()));
    let asked = compile(segment);
    let others = others.iter().filter(|other| other.key != segment.key).map(|other| compile(other));
    let segments: CompiledSegments = others.chain([asked.clone()]).collect();
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST);
    lines
        .map(|line| match context(line) {
            Ok(context) => {
                let told = asked.explain(&Attributes::of_context(&context, now), &segments);
                let key = context.get(TARGETING_KEY).and_then(Value::as_str);
                let who = key.map_or_else(|| line.to_owned(), str::to_owned);
                Line::Person { who, is_in: told.is_in(), why: why(&told) }
            }
            Err(message) => Line::Wrong(message),
        })
        .collect()
}

/// "3 of 5 are in."
pub fn in_words(lines: &[Line]) -> String {
    let people: Vec<_> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Person { is_in, .. } => Some(*is_in),
            Line::Wrong(_) => None,
        })
        .collect();
    let within = people.iter().filter(|is_in| **is_in).count();
    match (people.len(), within) {
        (0, _) => "Nobody was asked for.".into(),
        (1, 1) => "They are in.".into(),
        (1, _) => "They are not in.".into(),
        (all, within) if all == within => format!("All {all} are in."),
        (all, 0) => format!("None of the {all} is in."),
        (all, within) => format!("{within} of {all} are in."),
    }
}

/// The segments of these keys that a segment names and that are not at hand.
pub fn missing(segment: &Segment<String>, others: &[Arc<Segment<String>>]) -> Vec<SegmentKey> {
    let mut missing = Vec::new();
    for (_, key) in segment.references() {
        if others.iter().all(|other| other.key != *key) && !missing.contains(key) {
            missing.push(key.clone());
        }
    }
    missing
}

/// What is known of somebody: a key alone, or JSON.
fn context(line: &str) -> Result<Map<String, Value>, String> {
    if !line.starts_with('{') {
        return Ok([(TARGETING_KEY.to_owned(), Value::String(line.to_owned()))].into_iter().collect());
    }
    read_context(line.as_bytes()).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        format!("{} In “{}”.", sentence(message, ""), shortened(line))
    })
}

fn shortened(line: &str) -> String {
    let short: String = line.chars().take(40).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

/// Why they are in or not, by the first thing that decides it.
fn why(told: &SegmentExplanation) -> String {
    match told.standing {
        Standing::Excluded => return "Left out by name.".into(),
        Standing::Included => return "In by name.".into(),
        Standing::Fits => {}
        Standing::DoesNotFit if told.groups.is_empty() => return "Not named.".into(),
        Standing::DoesNotFit => {}
    }
    let fits = told.is_in();
    let deciding = told.groups.iter().filter(|group| group.holds == fits);
    let said = deciding.flat_map(|group| {
        // Of a set that keeps out whoever fits it, what speaks is what holds in it.
        let speaks = match (group.quantifier, group.holds) {
            (Quantifier::All | Quantifier::Any, holds) => holds,
            (Quantifier::None, holds) => !holds,
        };
        group.clauses.iter().filter(move |clause| clause.holds == speaks)
    });
    let said: Vec<_> = said.map(|clause| format!("{}: {}", clause.asked, clause.found)).collect();
    let shown = if fits { said.as_slice() } else { said.get(..1).unwrap_or_default() };
    sentence(&shown.join("; "), "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn segment(key: &str, body: Value) -> Segment<String> {
        let mut segment = json!({"key": key, "name": key});
        segment.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        serde_json::from_value(segment).unwrap()
    }

    fn told(segment: &Segment<String>, others: &[Arc<Segment<String>>], typed: &str) -> Vec<String> {
        ask(typed, segment, others, Timestamp::default())
            .into_iter()
            .map(|line| match line {
                Line::Person { who, is_in, why } => format!("{who} {} {why}", if is_in { "in:" } else { "out:" }),
                Line::Wrong(message) => message,
            })
            .collect()
    }

    #[test]
    fn people_are_asked_one_by_one() {
        let country = json!({"operator": "one_of", "attribute": "country", "values": ["DE"]});
        let staff = segment(
            "staff",
            json!({"groups": [{"match": "all", "clauses": [country]}], "included": ["ann"], "excluded": ["ben"]}),
        );
        let typed =
            "ann\n\n ben \ncem\n{\"targetingKey\": \"dora\", \"country\": \"DE\"}\n{\"country\": \"AT\"}\n{\"x\": }";
        assert_eq!(
            told(&staff, &[], typed),
            [
                "ann in: In by name.",
                "ben out: Left out by name.",
                "cem out: Country is DE: is not given.",
                "dora in: Country is DE: is DE.",
                "{\"country\": \"AT\"} out: Country is DE: is AT.",
                "Expected value. In “{\"x\": }”.",
            ]
        );
        assert_eq!(in_words(&ask(typed, &staff, &[], Timestamp::default())), "2 of 5 are in.");
        assert_eq!(in_words(&[]), "Nobody was asked for.");
    }

    #[test]
    fn groups_that_it_names_are_asked_too() {
        let left = Arc::new(segment("left", json!({"included": ["cem"]})));
        let named = json!({"operator": "in_segment", "segments": ["left"]});
        let staff = segment("staff", json!({"groups": [{"match": "none", "clauses": [named]}]}));
        assert_eq!(missing(&staff, &[]), [SegmentKey::new("left").unwrap()]);
        assert!(missing(&staff, std::slice::from_ref(&left)).is_empty());
        let told = told(&staff, &[left], "ann\ncem");
        assert!(told[0].starts_with("ann in:") && told[1].starts_with("cem out: In the group left"), "{told:?}");
    }

    #[test]
    fn so_many_and_no_more() {
        let typed = "x\n".repeat(MOST + 1);
        assert_eq!(told(&segment("s", json!({})), &[], &typed).len(), MOST);
    }
}
