//! A value while a rule is evaluated, and how JSON Logic compares and converts values.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value};

/// A value: borrowed from the rule or the context wherever it stands in one of them.
#[derive(Debug, Clone)]
pub enum Datum<'a> {
    /// Nothing: also what is missing, and what an operator gives that cannot do its work.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite number.
    Number(Number),
    /// Text.
    Text(Cow<'a, str>),
    /// A list.
    List(List<'a>),
    /// An object; rules only pass them on.
    Object(&'a Map<String, Value>),
}

/// A list of the rule or the context, or one that an operator made.
#[derive(Debug, Clone)]
pub enum List<'a> {
    /// As it stands.
    Given(&'a [Value]),
    /// Made while evaluating.
    Made(Vec<Datum<'a>>),
}

/// A finite number; integers keep all their digits until something is calculated.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// A whole number of 64 bits.
    Integer(i64),
    /// Any other.
    Float(f64),
}

impl Number {
    /// The nearest 64-bit float.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 JSON Logic calculates with the nearest float")]
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Float(float) => float,
        }
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => Some(one.cmp(&other)),
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }

    /// As JavaScript writes it: `1` for `1.0`, exponents from 1e21 up and below 1e-6.
    fn to_text(self) -> String {
        let float = match self {
            Self::Integer(integer) => return integer.to_string(),
            Self::Float(float) => float,
        };
        match float.abs() {
            0.0 => "0".to_owned(),
            1e21.. => format!("{float:e}").replace('e', "e+"),
            size if size < 1e-6 => format!("{float:e}"),
            _ => float.to_string(),
        }
    }
}

impl From<&serde_json::Number> for Number {
    fn from(number: &serde_json::Number) -> Self {
        match number.as_i64() {
            Some(integer) => Self::Integer(integer),
            None => Self::Float(number.as_f64().unwrap_or_default()),
        }
    }
}

impl<'a> List<'a> {
    /// How many items it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Given(items) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at this place, counted from zero.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Datum<'a>> {
        match self {
            Self::Given(items) => items.get(index).map(Datum::from),
            Self::Made(items) => items.get(index).cloned(),
        }
    }

    /// Its items in order.
    pub fn iter(&self) -> impl Iterator<Item = Datum<'a>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl<'a> From<&'a Value> for Datum<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.into()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(items) => Self::List(List::Given(items)),
            Value::Object(members) => Self::Object(members),
        }
    }
}

impl Datum<'_> {
    /// What was calculated; null when that is no finite number.
    #[must_use]
    pub fn calculated(float: f64) -> Self {
        if float.is_finite() { Self::Number(Number::Float(float)) } else { Self::Null }
    }

    /// Whether a condition takes it for true: all but null, `false`, zero, the empty text and the empty list.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => number.as_f64() != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Object(_) => true,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// As a number to calculate with; NaN where it is none. Null, `false` and blank text are 0, `true` is 1.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.to_number().map_or(f64::NAN, Number::as_f64)
    }

    fn to_number(&self) -> Option<Number> {
        match self {
            Self::Null => Some(Number::Integer(0)),
            Self::Bool(value) => Some(Number::Integer(i64::from(*value))),
            Self::Number(number) => Some(*number),
            Self::Text(text) => number_in(text),
            Self::List(_) | Self::Object(_) => None,
        }
    }

    /// As text to join: null is empty, the items of a list stand between commas.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Number(number) => Cow::Owned(number.to_text()),
            Self::Text(text) => Cow::Borrowed(text),
            Self::List(list) => {
                let items: Vec<_> = list.iter().map(|item| item.to_text().into_owned()).collect();
                Cow::Owned(items.join(","))
            }
            Self::Object(_) => Cow::Borrowed("[object Object]"),
        }
    }

    /// `===`: the same type and value. Lists and objects are equal when all they hold is.
    #[must_use]
    pub fn is_identical(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one.compare(*other) == Some(Ordering::Equal),
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::List(one), Self::List(other)) => {
                one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| one.is_identical(&other))
            }
            (Self::Object(one), Self::Object(other)) => {
                one.len() == other.len()
                    && one.iter().all(|(key, value)| {
                        other.get(key).is_some_and(|other| Datum::from(value).is_identical(&other.into()))
                    })
            }
            _ => false,
        }
    }

    /// `==`: as `===`, but text, numbers and booleans are compared as numbers where their types differ.
    /// Null equals only null.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, _) | (_, Self::Null) => matches!((self, other), (Self::Null, Self::Null)),
            (Self::Bool(_) | Self::Number(_), Self::Bool(_) | Self::Number(_) | Self::Text(_))
            | (Self::Text(_), Self::Bool(_) | Self::Number(_)) => self.compare(other) == Some(Ordering::Equal),
            _ => self.is_identical(other),
        }
    }

    /// Which is greater: texts by their characters, all else as numbers. `None` where one is no number.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            _ => self.to_number()?.compare(other.to_number()?),
        }
    }

    /// How much room it takes beyond what the rule and the context hold anyway.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(Cow::Owned(text)) => 1 + text.len() / 64,
            Self::List(List::Made(items)) => 1 + items.iter().map(Self::weight).sum::<usize>(),
            _ => 1,
        }
    }
}

/// The decimal number that a text spells, white space around it aside.
fn number_in(text: &str) -> Option<Number> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Number::Integer(0));
    }
    // The standard parser also takes "inf" and "nan".
    if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    let float = || text.parse().ok().filter(|float: &f64| float.is_finite()).map(Number::Float);
    text.parse().ok().map(Number::Integer).or_else(float)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_equal_as_javascript_has_it() {
        let check = |one: Value, other: Value, loose: bool, strict: bool| {
            let (one, other) = (Datum::from(&one), Datum::from(&other));
            assert_eq!((one.equals(&other), one.is_identical(&other)), (loose, strict), "{one:?} {other:?}");
            assert_eq!((other.equals(&one), other.is_identical(&one)), (loose, strict), "{other:?} {one:?}");
        };
        check(json!(1), json!(1.0), true, true);
        check(json!(1), json!("1"), true, false);
        check(json!(1), json!(" 1.0 "), true, false);
        check(json!(1), json!(true), true, false);
        check(json!(0), json!(""), true, false);
        check(json!("1"), json!("1.0"), false, false);
        check(json!(null), json!(0), false, false);
        check(json!(null), json!(false), false, false);
        check(json!(null), json!(null), true, true);
        check(json!("inf"), json!(1), false, false);
        check(json!([1, "a"]), json!([1.0, "a"]), true, true);
        check(json!([1]), json!(1), false, false);
        check(json!({"a": 1}), json!({"a": 1}), true, true);
        check(json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false, false);
    }

    #[test]
    fn values_are_ordered_as_texts_or_as_numbers() {
        let check = |one: Value, other: Value, expect: Option<Ordering>| {
            assert_eq!(Datum::from(&one).compare(&Datum::from(&other)), expect, "{one} {other}");
        };
        check(json!("10"), json!("9"), Some(Ordering::Less));
        check(json!("10"), json!(9), Some(Ordering::Greater));
        check(json!(null), json!(18), Some(Ordering::Less));
        check(json!("many"), json!(18), None);
        check(json!([1]), json!(0), None);
        check(json!(i64::MAX), json!(i64::MAX - 1), Some(Ordering::Greater));
    }

    #[test]
    fn values_join_as_javascript_writes_them() {
        for (value, expect) in [
            (json!(1.0), "1"),
            (json!(-0.0), "0"),
            (json!(1.5), "1.5"),
            (json!(1e21), "1e+21"),
            (json!(123_456_789_012_345_680_000.0), "123456789012345680000"),
            (json!(1.5e-7), "1.5e-7"),
            (json!(null), ""),
            (json!(false), "false"),
            (json!([1, null, ["a", "b"]]), "1,,a,b"),
        ] {
            assert_eq!(Datum::from(&value).to_text(), expect, "{value}");
        }
    }
}
