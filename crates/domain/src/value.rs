//! The five kinds of value that a flag can give.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// Largest JSON value of a variant, in bytes of its compact text.
pub const LARGEST_VALUE_BYTES: usize = 32 * 1024;

/// Integers beyond this lose digits in JavaScript clients, so they are refused.
const LARGEST_EXACT_INTEGER: i64 = (1 << 53) - 1;

/// What kind of value a flag gives; fixed when the flag is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ValueKind {
    /// `true` or `false`.
    Boolean,
    /// Text.
    String,
    /// A whole number within ±(2^53 − 1).
    Integer,
    /// A finite number; always sent with a decimal point.
    Float,
    /// A JSON object or array.
    Json,
}

/// Why a JSON value is not of a kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOfKind {
    /// Another kind of value.
    #[error("must be {0}")]
    Kind(&'static str),
    /// Too long.
    #[error("must be at most {LARGEST_VALUE_BYTES} bytes of JSON")]
    TooLarge,
}

impl ValueKind {
    /// Brings `value` into this kind's stored form: a float keeps its decimal point even when it was sent as `10`.
    ///
    /// # Errors
    /// [`NotOfKind`] when the value is of another kind or larger than [`LARGEST_VALUE_BYTES`].
    pub fn accept(self, value: Value) -> Result<Value, NotOfKind> {
        let accepted = match (self, value) {
            (Self::Boolean, value @ Value::Bool(_))
            | (Self::String, value @ Value::String(_))
            | (Self::Json, value @ (Value::Object(_) | Value::Array(_))) => value,
            (Self::Integer, Value::Number(number)) => {
                whole(&number).map(Value::from).ok_or(NotOfKind::Kind("a whole number within ±9007199254740991"))?
            }
            (Self::Float, Value::Number(number)) => number
                .as_f64()
                .and_then(Number::from_f64)
                .map(Value::Number)
                .ok_or(NotOfKind::Kind("a finite number"))?,
            (kind, _) => return Err(NotOfKind::Kind(kind.in_words())),
        };
        match accepted.to_string().len() {
            0..=LARGEST_VALUE_BYTES => Ok(accepted),
            _ => Err(NotOfKind::TooLarge),
        }
    }

    /// "true or false", "a text", …
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::String => "a text",
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Json => "a JSON object or array",
        }
    }
}

/// `number` as an integer when it is whole and exact in JavaScript, `5.0` included.
fn whole(number: &Number) -> Option<i64> {
    let exact = -LARGEST_EXACT_INTEGER..=LARGEST_EXACT_INTEGER;
    if let Some(integer) = number.as_i64() {
        return exact.contains(&integer).then_some(integer);
    }
    let float = number.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53 after the check")]
    (float.fract() == 0.0 && float.abs() <= LARGEST_EXACT_INTEGER as f64).then_some(float as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_accepted_by_kind() {
        let check = |kind: ValueKind, value: Value, expect: Option<&str>| {
            let got = kind.accept(value.clone()).ok().map(|value| value.to_string());
            assert_eq!(got.as_deref(), expect, "{kind:?} {value}");
        };
        check(ValueKind::Boolean, json!(true), Some("true"));
        check(ValueKind::Boolean, json!("true"), None);
        check(ValueKind::String, json!(""), Some("\"\""));
        check(ValueKind::Integer, json!(10.0), Some("10"));
        check(ValueKind::Integer, json!(10.5), None);
        check(ValueKind::Integer, json!(9_007_199_254_740_992_i64), None);
        check(ValueKind::Float, json!(10), Some("10.0"));
        check(ValueKind::Float, json!(0.1), Some("0.1"));
        check(ValueKind::Json, json!({"a": 1}), Some("{\"a\":1}"));
        check(ValueKind::Json, json!(1), None);
        check(ValueKind::Json, json!(null), None);
        check(ValueKind::String, json!("x".repeat(LARGEST_VALUE_BYTES)), None);
    }
}
