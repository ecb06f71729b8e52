//! Clauses in JSON Logic, where the two hold for exactly the same people.
//!
//! They differ more often than it seems. A clause reads `5` and `"5"` alike, JSON Logic's `in` does not; a clause on
//! a list asks each element; what cannot be judged holds neither way here, and compares somehow there. So only what
//! is proven to be the same is written: a clause of one of the others leaves its flag out of the document.

use serde_json::{Value, json};

use crate::targeting::{AttributePath, Clause, Condition, TARGETING_KEY, TextValues};

/// A condition that holds when all of these clauses do; `None` where one of them has no exact counterpart.
pub fn all_of(clauses: &[Clause]) -> Option<Value> {
    let mut conditions = clauses.iter().map(condition).collect::<Option<Vec<_>>>()?;
    Some(match conditions.len() {
        0 => json!(true),
        1 => conditions.remove(0),
        _ => json!({ "and": conditions }),
    })
}

fn condition(clause: &Clause) -> Option<Value> {
    match (&clause.condition, clause.not) {
        (Condition::IsSet(test), not) => {
            let path = plain_path(&test.attribute)?;
            // An empty targeting key is none, which a comparison with null does not see.
            (path != TARGETING_KEY).then(|| json!({ (if not { "===" } else { "!==" }): [{ "var": path }, null] }))
        }
        (Condition::OneOf(test), false) => one_of(test),
        _ => None,
    }
}

/// Only words: what reads like a number or a boolean would also be found in one.
fn one_of(test: &TextValues) -> Option<Value> {
    let path = plain_path(&test.attribute)?;
    let are_words = test.values.iter().all(|value| is_word(value));
    if test.ignore_case || !are_words {
        return None;
    }
    let values = &test.values;
    let in_list = json!({ "some": [{ "var": path }, { "in": [{ "var": "" }, values] }] });
    Some(json!({ "or": [{ "in": [{ "var": path }, values] }, in_list] }))
}

/// A name without dots, which both find in the same place.
fn plain_path(path: &AttributePath) -> Option<&str> {
    Some(path.as_str()).filter(|path| !path.contains(['.', '$']))
}

fn is_word(value: &str) -> bool {
    value.starts_with(|first: char| first.is_alphabetic()) && !matches!(value, "true" | "false")
}
