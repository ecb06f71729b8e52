//! Clauses in JSON Logic, where the two hold for exactly the same people.
//!
//! They differ more often than it seems: a clause reads `5` and `"5"` alike, asks each element of a list, and what it
//! cannot judge holds neither way. JSON Logic compares all of that somehow. So each clause is written with what it
//! reads ([`super::readings`]), and asks single values and lists apart. What cannot be written so leaves its flag out
//! of the document, with the reason in words.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::readings::{Reading, given_key, parts_of_text, within_numbers, words};
use crate::key::SegmentKey;
use crate::project::SegmentInProject;
use crate::targeting::limits::DEEPEST_REFERENCE;
use crate::targeting::{AttributePath, Clause, Condition, Group, Membership, Quantifier, TARGETING_KEY};

/// The segments of the project, by key.
pub type Segments = BTreeMap<SegmentKey, SegmentInProject>;

/// A condition that holds when all of these clauses do.
///
/// # Errors
/// What one of them does that has no exact counterpart: "matches a pattern, which …".
pub fn all_of(clauses: &[Clause], segments: &Segments) -> Result<Value, String> {
    Writer { segments, depth: 0 }.all(clauses)
}

#[derive(Clone, Copy)]
struct Writer<'a> {
    segments: &'a Segments,
    /// How many segments deep the clauses stand.
    depth: usize,
}

impl Writer<'_> {
    fn all(self, clauses: &[Clause]) -> Result<Value, String> {
        let mut conditions = self.each(clauses)?;
        Ok(match conditions.len() {
            0 => json!(true),
            1 => conditions.remove(0),
            _ => json!({ "and": conditions }),
        })
    }

    fn each(self, clauses: &[Clause]) -> Result<Vec<Value>, String> {
        clauses.iter().map(|clause| self.clause(clause)).collect()
    }

    fn clause(self, Clause { condition, not }: &Clause) -> Result<Value, String> {
        let reading = match condition {
            Condition::OneOf(test) => words(test)?,
            Condition::Contains(test) => parts_of_text(test, |text, part| json!({ "in": [part, text] }))?,
            Condition::StartsWith(test) => parts_of_text(test, |text, part| json!({ "starts_with": [text, part] }))?,
            Condition::EndsWith(test) => parts_of_text(test, |text, part| json!({ "ends_with": [text, part] }))?,
            Condition::NumberEquals(test) => within_numbers(Some((test.number, true)), Some((test.number, true))),
            Condition::NumberLessThan(test) => within_numbers(None, Some((test.number, false))),
            Condition::NumberAtMost(test) => within_numbers(None, Some((test.number, true))),
            Condition::NumberMoreThan(test) => within_numbers(Some((test.number, false)), None),
            Condition::NumberAtLeast(test) => within_numbers(Some((test.number, true)), None),
            Condition::NumberBetween(test) => within_numbers(Some((test.least, true)), Some((test.most, true))),
            Condition::Modulo(test) => Reading::remainder(test.divisor, test.remainder),
            Condition::IsSet(test) => return is_set(&test.attribute, *not),
            Condition::InSegment(test) => return self.in_segment(test, *not),
            Condition::TimeBefore(test) if test.attribute.is_none() => {
                return at_the_time(None, test.second(), *not);
            }
            Condition::TimeAfter(test) if test.attribute.is_none() => {
                return at_the_time(test.second(), None, *not);
            }
            Condition::TimeBetween(test) if test.attribute.is_none() => {
                let (from, until) = test.seconds().ok_or(WITHIN_A_SECOND)?;
                return at_the_time(Some(from), Some(until), *not);
            }
            Condition::TimeBefore(_) | Condition::TimeAfter(_) | Condition::TimeBetween(_) => {
                return Err("reads moments from an attribute, which JSON Logic cannot".into());
            }
            Condition::TimeOfWeek(_) => {
                return Err("asks for days and hours in a time zone, which JSON Logic cannot".into());
            }
            Condition::MatchesPattern(_) => return Err("matches a pattern, which JSON Logic cannot".into()),
            Condition::InNetwork(_) => return Err("asks for networks, which JSON Logic cannot".into()),
            Condition::VersionEquals(_)
            | Condition::VersionLessThan(_)
            | Condition::VersionAtMost(_)
            | Condition::VersionMoreThan(_)
            | Condition::VersionAtLeast(_)
            | Condition::VersionCompatibleWith(_)
            | Condition::VersionCloseTo(_) => {
                return Err("compares versions such as 8.2-beta and 2026.08.1, which flagd does not read".into());
            }
        };
        let path = condition.attribute().ok_or("asks for no attribute")?;
        asked(path, *not, &reading)
    }

    fn in_segment(self, test: &Membership, not: bool) -> Result<Value, String> {
        let mut inside = Vec::with_capacity(test.segments.len());
        for key in &test.segments {
            let known = self.segments.get(key).filter(|_| self.depth <= DEEPEST_REFERENCE);
            let known = &known.ok_or_else(|| format!("asks for the group \"{key}\", which is not there"))?.segment;
            if !known.included.is_empty() || !known.excluded.is_empty() {
                return Err(format!("asks for the group \"{key}\", which names people one by one"));
            }
            let deeper = Self { depth: self.depth + 1, ..self };
            let sets = known.groups.iter().map(|group| deeper.group(group)).collect::<Result<Vec<_>, _>>()?;
            // Without sets nobody fits.
            inside.push(if sets.is_empty() { json!(false) } else { json!({ "and": sets }) });
        }
        let inside = json!({ "or": inside });
        Ok(if not { json!({ "!": [inside] }) } else { inside })
    }

    fn group(self, group: &Group) -> Result<Value, String> {
        let clauses = self.each(&group.clauses)?;
        Ok(match group.quantifier {
            Quantifier::All => json!({ "and": clauses }),
            Quantifier::Any => json!({ "or": clauses }),
            Quantifier::None => json!({ "!": [{ "or": clauses }] }),
        })
    }
}

/// Asks an attribute: a single value, or each element of a list.
///
/// Of a list any element may fit; asked for the opposite, none may, and of one it must be known. An empty list is
/// known to hold nothing.
fn asked(path: &AttributePath, not: bool, reading: &Reading) -> Result<Value, String> {
    let name = plain_name(path)?;
    let (value, item) = (json!({ "var": name }), json!({ "var": "" }));
    if name == TARGETING_KEY {
        let asked = if not { reading.no(&value) } else { reading.yes(&value) };
        return Ok(json!({ "and": [given_key(), asked] }));
    }
    let holds_something = json!({ "some": [value, true] });
    let (of_list, of_value) = if not {
        let known = json!([{ "none": [value, reading.yes(&item)] }, { "some": [value, reading.no(&item)] }]);
        // Null and what else a condition takes for false aside, only an empty list is left.
        let anything = json!({ "or": [value, { "===": [value, null] }, { "in": [value, ["", 0, false]] }] });
        (json!({ "and": known }), json!({ "or": [reading.no(&value), { "!": [anything] }] }))
    } else {
        (json!({ "some": [value, reading.yes(&item)] }), reading.yes(&value))
    };
    Ok(json!({ "if": [holds_something, of_list, of_value] }))
}

fn is_set(path: &AttributePath, not: bool) -> Result<Value, String> {
    let name = plain_name(path)?;
    if name == TARGETING_KEY {
        // An empty targeting key is none, and so is one that is no text.
        return Ok(if not { json!({ "!": [given_key()] }) } else { given_key() });
    }
    Ok(json!({ (if not { "===" } else { "!==" }): [{ "var": name }, null] }))
}

const WITHIN_A_SECOND: &str = "asks for a moment within a second, and flagd knows whole seconds";

/// Asks for the time of the question, from one second until another; it is always known.
fn at_the_time(from: Option<i64>, until: Option<i64>, not: bool) -> Result<Value, String> {
    let now = json!({ "var": "$flagd.timestamp" });
    let from = from.map(|from| json!({ ">=": [now, from] }));
    let until = until.map(|until| json!({ "<": [now, until] }));
    let within = match (from, until) {
        (Some(from), Some(until)) => json!({ "and": [from, until] }),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Err(WITHIN_A_SECOND.into()),
    };
    Ok(if not { json!({ "!": [within] }) } else { within })
}

/// A name that both find in the same place.
fn plain_name(path: &AttributePath) -> Result<&str, String> {
    match path.as_str() {
        name if name.contains('.') => {
            Err(format!("asks for \"{name}\", and JSON Logic does not find an attribute whose name has a dot in it"))
        }
        name if name.contains('$') => Err(format!("asks for \"{name}\", which flagd keeps for itself")),
        name => Ok(name),
    }
}
