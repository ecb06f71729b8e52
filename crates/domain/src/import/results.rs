//! What a rule in JSON Logic can give at all, whoever asks: found from its text alone.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::flagd::expression::Datum;

/// Everything that a rule may give, beside null, which every rule may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PossibleResults {
    /// Texts; also booleans and numbers, as the text that names a variant.
    pub names: BTreeSet<String>,
    /// Whether a boolean or a number is among them.
    pub scalars: bool,
    /// Whether it may give what its text does not tell.
    pub unknown: bool,
}

impl PossibleResults {
    /// Of a rule that compiles; so it is only so deep.
    #[must_use]
    pub fn of(rule: &Value) -> Self {
        let mut results = Self::default();
        results.add(rule);
        results
    }

    fn add(&mut self, rule: &Value) {
        match rule {
            Value::Null => {}
            Value::String(name) => {
                self.names.insert(name.clone());
            }
            Value::Bool(_) | Value::Number(_) => {
                self.scalars = true;
                self.names.insert(Datum::from(rule).to_text().into_owned());
            }
            Value::Array(_) => self.unknown = true,
            Value::Object(members) => match members.iter().next() {
                Some((operator, operands)) if members.len() == 1 => self.add_operation(operator, operands),
                _ => self.unknown = true,
            },
        }
    }

    fn add_operation(&mut self, operator: &str, operands: &Value) {
        let operands = match operands {
            Value::Array(operands) => operands.as_slice(),
            operand => std::slice::from_ref(operand),
        };
        match operator {
            "if" | "?:" => {
                let (pairs, otherwise) = operands.as_chunks::<2>();
                pairs.iter().map(|[_, consequence]| consequence).chain(otherwise).for_each(|rule| self.add(rule));
            }
            "and" | "or" => operands.iter().for_each(|rule| self.add(rule)),
            "log" => operands.iter().take(1).for_each(|rule| self.add(rule)),
            "fractional" => self.add_buckets(operands),
            "!" | "!!" | "==" | "===" | "!=" | "!==" | "<" | "<=" | ">" | ">=" | "in" | "all" | "none" | "some"
            | "starts_with" | "ends_with" | "sem_ver" => {
                self.scalars = true;
                self.names.extend(["true".to_owned(), "false".to_owned()]);
            }
            _ => self.unknown = true,
        }
    }

    fn add_buckets(&mut self, operands: &[Value]) {
        let buckets = match operands.split_first() {
            Some((unit, buckets)) if !unit.is_array() => buckets,
            _ => operands,
        };
        for bucket in buckets {
            match bucket.as_array().map(Vec::as_slice) {
                Some([variant, ..]) => self.add(variant),
                Some([]) => {}
                None => self.unknown = true,
            }
        }
    }
}

/// Whether a rule that compiles divides people by `fractional`.
#[must_use]
pub fn draws(rule: &Value) -> bool {
    match rule {
        Value::Array(items) => items.iter().any(draws),
        Value::Object(members) if members.len() == 1 => {
            members.iter().any(|(operator, operands)| operator == "fractional" || draws(operands))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn results_are_found_in_the_text_of_a_rule() {
        let check = |rule: Value, names: &[&str], unknown: bool| {
            let results = PossibleResults::of(&rule);
            let found: Vec<_> = results.names.iter().map(String::as_str).collect();
            assert_eq!((found.as_slice(), results.unknown), (names, unknown), "{rule}");
        };
        check(json!("on"), &["on"], false);
        check(json!(null), &[], false);
        check(json!(true), &["true"], false);
        check(json!(1), &["1"], false);
        check(json!({"if": [{"var": "x"}, "on"]}), &["on"], false);
        check(json!({"if": [{"var": "x"}, "on", {"var": "y"}, "off", null]}), &["off", "on"], false);
        check(json!({"if": [{"var": "x"}, {"if": [true, "a", "b"]}, "c"]}), &["a", "b", "c"], false);
        check(json!({"starts_with": [{"var": "x"}, "a"]}), &["false", "true"], false);
        check(json!({"and": [{"==": [1, 1]}, "on"]}), &["false", "on", "true"], false);
        check(json!({"fractional": [["a", 1], ["b", 1]]}), &["a", "b"], false);
        check(json!({"fractional": [{"var": "x"}, ["a", 1], [null, 1]]}), &["a"], false);
        check(json!({"fractional": [{"var": "x"}, ["a", 1], [{"if": [true, "b"]}, 1]]}), &["a", "b"], false);
        check(json!({"fractional": [["a", 1], {"var": "x"}]}), &["a"], true);
        check(json!({"var": "x"}), &[], true);
        check(json!({"cat": ["o", "n"]}), &[], true);
        check(json!(["on"]), &[], true);
        check(json!({"a": 1, "b": 2}), &[], true);
    }

    #[test]
    fn what_draws_is_known() {
        assert!(draws(&json!({"if": [true, {"fractional": [["a", 1]]}]})));
        assert!(!draws(&json!({"if": [true, "fractional"]})));
        assert!(!draws(&json!({"a": 1, "fractional": []})));
    }
}
