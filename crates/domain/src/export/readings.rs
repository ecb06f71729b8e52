//! What clauses read from one value, in JSON Logic: whether it is so, and whether it is known not to be so.
//!
//! A condition of a [`Reading`] is false for what the clause cannot read, lists and `null` included. Known to differ
//! are texts of more than 4 KiB, which clauses do not read, and numbers beyond 2^53 that are no whole number of 64
//! bits, which clauses do not read as texts.

use serde_json::{Value, json};

use crate::targeting::{TARGETING_KEY, TextValues};

/// A question to one value: both of its answers as conditions on an expression that gives the value.
pub struct Reading {
    yes: Box<Ask>,
    no: Box<Ask>,
}

type Ask = dyn Fn(&Value) -> Value;

impl Reading {
    fn new(yes: impl Fn(&Value) -> Value + 'static, no: impl Fn(&Value) -> Value + 'static) -> Self {
        Self { yes: Box::new(yes), no: Box::new(no) }
    }

    /// It is read, and it is so.
    pub fn yes(&self, value: &Value) -> Value {
        (self.yes)(value)
    }

    /// It is read, and it is not so.
    pub fn no(&self, value: &Value) -> Value {
        (self.no)(value)
    }

    /// The number leaves this remainder; for negative numbers too.
    pub fn remainder(divisor: u32, remainder: u32) -> Self {
        let leaves = move |value: &Value| {
            let left = json!({ "%": [value, divisor] });
            let raised = json!({ "===": [{ "+": [left, divisor] }, remainder] });
            json!({ "if": [{ "<": [left, 0] }, raised, { "===": [left, remainder] }] })
        };
        Self::new(
            move |value| json!({ "and": [may_be_number(value), leaves(value)] }),
            move |value| json!({ "and": [is_number(value), { "!": [leaves(value)] }] }),
        )
    }
}

/// Whoever asks has a key that is not empty.
pub fn given_key() -> Value {
    let key = json!({ "var": TARGETING_KEY });
    json!({ "and": [is_text(&key), { "!==": [key, ""] }] })
}

/// One of these, read as a text.
///
/// # Errors
/// Why JSON Logic does not read it alike.
pub fn words(test: &TextValues) -> Result<Reading, String> {
    let mut values = Vec::with_capacity(test.values.len());
    for word in with_capitals(test)? {
        values.push(json!(word));
        // A value that is a number or a boolean is found by its text, too.
        match word.parse::<i64>() {
            Ok(whole) if whole.to_string() == *word => values.push(json!(whole)),
            _ if word == "true" || word == "false" => values.push(json!(word == "true")),
            _ => {}
        }
    }
    let is_in = move |value: &Value| json!({ "in": [value, values] });
    let found = is_in.clone();
    Ok(Reading::new(is_in, move |value| json!({ "and": [reads_as_text(value), { "!": [found(value)] }] })))
}

/// Any of these in a text, where `finds` says how.
///
/// # Errors
/// Why JSON Logic does not read it alike.
pub fn parts_of_text(test: &TextValues, finds: fn(&Value, &str) -> Value) -> Result<Reading, String> {
    let parts = with_capitals(test)?.to_vec();
    let is_found = move |value: &Value| {
        let text = json!({ "cat": [value] });
        let mut found: Vec<_> = parts.iter().map(|part| finds(&text, part)).collect();
        if found.len() == 1 { found.remove(0) } else { json!({ "or": found }) }
    };
    let found = is_found.clone();
    Ok(Reading::new(
        move |value| json!({ "and": [reads_as_text(value), is_found(value)] }),
        move |value| json!({ "and": [reads_as_text(value), { "!": [found(value)] }] }),
    ))
}

/// A number from `least` to `most`, each with whether it is within itself; without an end where there is none.
pub fn within_numbers(least: Option<(f64, bool)>, most: Option<(f64, bool)>) -> Reading {
    // What is outside is compared, not negated: a text that is no number is on neither side.
    let compared = move |inside: bool| {
        move |value: &Value| {
            let above = least.map(|(end, within)| (if within == inside { ">=" } else { ">" }, end));
            let below = most.map(|(end, within)| (if within == inside { "<=" } else { "<" }, end));
            // On the other side of each end.
            let turned = |order| match order {
                ">=" => "<=",
                ">" => "<",
                "<=" => ">=",
                _ => ">",
            };
            let ends = [above, below].into_iter().flatten();
            let ends = ends.map(|(order, end)| (if inside { order } else { turned(order) }, plainly(end)));
            let mut ends: Vec<_> = ends.map(|(order, end)| json!({ (order): [value, end] })).collect();
            let within = match ends.len() {
                1 => ends.remove(0),
                _ if inside => json!({ "and": ends }),
                _ => json!({ "or": ends }),
            };
            json!({ "and": [may_be_number(value), within] })
        }
    };
    Reading::new(compared(true), compared(false))
}

/// Whole numbers without a decimal point.
#[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53 after the check")]
fn plainly(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 { json!(number as i64) } else { json!(number) }
}

fn with_capitals(test: &TextValues) -> Result<&[String], String> {
    if test.ignore_case {
        return Err("does not tell capitals from small letters, which JSON Logic cannot".into());
    }
    Ok(&test.values)
}

/// Only a text is what joining it to nothing gives.
fn is_text(value: &Value) -> Value {
    json!({ "===": [{ "cat": [value] }, value] })
}

/// A text, a boolean or a whole number.
fn reads_as_text(value: &Value) -> Value {
    let whole = json!({ "and": [begins_as_number(value), { "===": [{ "%": [value, 1] }, 0] }] });
    json!({ "or": [is_text(value), { "in": [value, [true, false]] }, whole] })
}

fn begins_as_number(value: &Value) -> Value {
    json!({ "in": [{ "substr": [{ "cat": [value] }, 0, 1] }, ["-", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]] })
}

/// Whether it is a number, a text that is wholly one, or nothing that compares with a number at all. JSON Logic also
/// takes blank texts, spaces around a number, `+5`, `.5` and `5.`, which clauses do not.
fn may_be_number(value: &Value) -> Value {
    let text = json!({ "cat": [value] });
    let last = json!({ "substr": [text, -1] });
    json!({ "and": [
        begins_as_number(value),
        { "in": [last, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]] },
        { "!": [{ "starts_with": [text, "-."] }] },
    ] })
}

/// A number, or a text that is wholly one.
fn is_number(value: &Value) -> Value {
    json!({ "and": [may_be_number(value), { "or": [{ "<": [value, 0] }, { ">=": [value, 0] }] }] })
}
