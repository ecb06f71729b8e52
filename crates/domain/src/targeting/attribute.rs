//! The evaluation context: who asks, when, and what is known of them.

use std::cell::Cell;
use std::io::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::comparable::Comparable;
use super::limits::LONGEST_ATTRIBUTE;
use crate::flagd::Context;
use crate::time::Timestamp;

/// The path under which the targeting key itself is addressed; OpenFeature's name for it.
pub const TARGETING_KEY: &str = "targetingKey";

/// Largest whole number that a double holds with all its neighbours: 2^53 − 1.
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

/// Where an attribute is found: its name, or a path of names through nested objects, `address.country`.
///
/// A member literally named `address.country` wins over nesting. Paths do not lead into lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct AttributePath {
    text: Comparable<Box<str>>,
    /// The names between the dots; empty where there is no dot.
    steps: Box<[Comparable<Box<str>>]>,
}

/// Why a text is not the path of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {LONGEST_ATTRIBUTE} bytes without control characters and without white space at its ends")]
pub struct NotAnAttribute;

impl AttributePath {
    /// Takes a path.
    ///
    /// # Errors
    /// [`NotAnAttribute`] when it is empty, too long, or holds what nobody could see.
    pub fn new(text: &str) -> Result<Self, NotAnAttribute> {
        let fits = (1..=LONGEST_ATTRIBUTE).contains(&text.len());
        if !fits || text.trim() != text || text.chars().any(char::is_control) {
            return Err(NotAnAttribute);
        }
        let comparable = |text: &str| Comparable::new(text.into());
        let steps = if text.contains('.') { text.split('.').map(comparable).collect() } else { Box::default() };
        Ok(Self { text: comparable(text), steps })
    }

    /// The path of the targeting key.
    #[must_use]
    pub fn targeting_key() -> Self {
        Self { text: Comparable::new(TARGETING_KEY.into()), steps: Box::default() }
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

impl From<AttributePath> for String {
    fn from(path: AttributePath) -> Self {
        path.as_str().to_owned()
    }
}

impl std::fmt::Display for AttributePath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AttributePath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Everything that evaluation knows: time included, so that the same question has the same answer everywhere.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    targeting_key: Option<&'a str>,
    now: Timestamp,
    told_time: Cell<bool>,
    values: Option<&'a Map<String, Value>>,
    /// All of `values` once more, to be found quickly; empty where they are too many for that.
    few: [(Comparable<&'a str>, &'a Value); FEW],
}

/// So many attributes are looked through one by one, each a comparison or two: flags ask for the same few again and
/// again.
const FEW: usize = 16;

impl<'a> Attributes<'a> {
    /// What is known of whoever asks. An empty targeting key is none.
    ///
    /// A member of `values` named `targetingKey` is not looked at; see [`Attributes::of_context`].
    #[must_use]
    pub fn new(targeting_key: Option<&'a str>, now: Timestamp, values: &'a Map<String, Value>) -> Self {
        let mut known = Self { values: Some(values), ..Self::of_key(targeting_key.unwrap_or_default(), now) };
        if values.len() <= FEW {
            for (place, (name, value)) in known.few.iter_mut().zip(values) {
                *place = (Comparable::new(name), value);
            }
        }
        known
    }

    /// An OpenFeature context: attributes with the targeting key among them, under `targetingKey`. One that is not
    /// a text is none.
    #[must_use]
    pub fn of_context(context: &'a Map<String, Value>, now: Timestamp) -> Self {
        Self::new(context.get(TARGETING_KEY).and_then(Value::as_str), now, context)
    }

    /// A person of whom only the key is known.
    #[must_use]
    pub fn of_key(targeting_key: &'a str, now: Timestamp) -> Self {
        let few = [(Comparable::new(""), &Value::Null); FEW];
        let targeting_key = Some(targeting_key).filter(|key| !key.is_empty());
        Self { targeting_key, now, told_time: Cell::new(false), values: None, few }
    }

    /// Who asks, if they said.
    #[must_use]
    pub const fn targeting_key(&self) -> Option<&'a str> {
        self.targeting_key
    }

    /// The time for which the question is asked.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.told_time.set(true);
        self.now
    }

    /// Whether anything that was evaluated with these asked for the time. Where nothing did, the same attributes give
    /// the same at any other time.
    #[must_use]
    pub const fn told_time(&self) -> bool {
        self.told_time.get()
    }

    /// Calls `use_it` with all attributes as one object, the targeting key among them as OpenFeature puts it there.
    /// Copies them where the application sent the key apart.
    pub(crate) fn with_object<Answer>(&self, use_it: impl FnOnce(&Map<String, Value>) -> Answer) -> Answer {
        let said = self.values.and_then(|values| values.get(TARGETING_KEY)).and_then(Value::as_str);
        match self.values {
            Some(values) if said.filter(|key| !key.is_empty()) == self.targeting_key => use_it(values),
            values => {
                let mut values = values.cloned().unwrap_or_default();
                match self.targeting_key {
                    Some(key) => values.insert(TARGETING_KEY.to_owned(), Value::String(key.to_owned())),
                    None => values.remove(TARGETING_KEY),
                };
                use_it(&values)
            }
        }
    }

    /// Calls `use_it` with what a rule of flagd's model sees: all attributes, and the time in whole seconds.
    pub fn with_context<Answer>(&self, use_it: impl FnOnce(Context<'_>) -> Answer) -> Answer {
        let timestamp = self.now().millis().div_euclid(1_000);
        self.with_object(|attributes| use_it(Context { attributes, timestamp }))
    }

    /// The attribute at `path`; `null` is as good as missing.
    #[must_use]
    #[inline(always)]
    pub fn find(&self, path: &AttributePath) -> Option<Seen<'a>> {
        if path.as_str() == TARGETING_KEY {
            return self.targeting_key.map(Seen::Text);
        }
        let value = self.member(&path.text).or_else(|| {
            let (first, rest) = path.steps.split_first()?;
            rest.iter().try_fold(self.member(first)?, |value, step| value.as_object()?.get(step.as_str()))
        })?;
        Seen::of(value)
    }

    #[inline(always)]
    fn member(&self, name: &Comparable<Box<str>>) -> Option<&'a Value> {
        let values = self.values?;
        if values.len() > FEW {
            return values.get(name.as_str());
        }
        let few = self.few.get(..values.len())?;
        few.iter().find(|(known, _)| known.is(name)).map(|(_, value)| *value)
    }

    /// Calls `use_it` with the attribute read as a text; none where it is missing, empty, or neither a text nor a
    /// whole number nor true or false. Allocates nothing.
    pub fn with_text<Answer>(&self, path: &AttributePath, use_it: impl FnOnce(Option<&str>) -> Answer) -> Answer {
        let mut digits = Digits::default();
        use_it(self.find(path).and_then(|seen| seen.as_text(&mut digits)).filter(|text| !text.is_empty()))
    }
}

/// The value of an attribute, as an application sent it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen<'a> {
    /// A text.
    Text(&'a str),
    /// A number; JSON has none that is infinite or not a number.
    Number(&'a Number),
    /// True or false.
    Boolean(bool),
    /// A list; a clause asks each of its elements.
    List(&'a [Value]),
    /// An object; only paths lead into it.
    Object,
}

impl<'a> Seen<'a> {
    /// A JSON value, unless it is `null`.
    #[must_use]
    #[inline(always)]
    pub fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(value) => Some(Self::Boolean(*value)),
            Value::Number(number) => Some(Self::Number(number)),
            Value::String(text) => Some(Self::Text(text)),
            Value::Array(items) => Some(Self::List(items)),
            Value::Object(_) => Some(Self::Object),
        }
    }

    /// Read as a text: a text itself, `true`, `false`, and the digits of a whole number.
    ///
    /// A customer number is the same customer whether it was sent as `204417` or as `"204417"`. Fractions have no
    /// one text, so they are none.
    #[inline(always)]
    pub(super) fn as_text<'buffer>(self, buffer: &'buffer mut Digits) -> Option<&'buffer str>
    where
        'a: 'buffer,
    {
        match self {
            Self::Text(text) => Some(text),
            Self::Boolean(true) => Some("true"),
            Self::Boolean(false) => Some("false"),
            Self::Number(number) => buffer.write(number),
            Self::List(_) | Self::Object => None,
        }
    }

    /// Read as a number: a number itself, and a text that is wholly one, such as `"35"`, since many applications
    /// send every attribute as text. Never infinite, never not-a-number.
    pub(super) fn as_number(self) -> Option<f64> {
        let number = match self {
            Self::Number(number) => number.as_f64()?,
            Self::Text(text) if is_decimal(text) => text.parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }
}

/// Whether a text is a decimal number as JSON writes it, leading zeros and all; not "inf", "nan", "+1", ".5".
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && !digits.ends_with('.')
}

/// Room for the digits of a whole number, so that reading one as text needs no allocation.
#[derive(Default)]
pub(super) struct Digits([u8; 24]);

impl Digits {
    fn write(&mut self, number: &Number) -> Option<&str> {
        let room = self.0.len();
        let mut rest = &mut self.0[..];
        if let Some(whole) = number.as_i64() {
            write!(rest, "{whole}").ok()?;
        } else if let Some(whole) = number.as_u64() {
            write!(rest, "{whole}").ok()?;
        } else {
            let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= LARGEST_EXACT)?;
            #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53 after the check")]
            let whole = float as i64;
            write!(rest, "{whole}").ok()?;
        }
        let written = room - rest.len();
        std::str::from_utf8(&self.0[..written]).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(context: &Value, path: &str) -> Option<String> {
        let path = AttributePath::new(path).unwrap();
        let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
        attributes.find(&path).map(|seen| format!("{seen:?}"))
    }

    #[test]
    fn attributes_are_found_by_path() {
        let context = json!({
            "targetingKey": "ann",
            "country": "DE",
            "address": {"country": "AT", "lines": ["a", "b"], "none": null, "": {"x": true}},
            "address.country": "CH",
            "a": {"b": {"c": 1}, "b.c": 2},
            "literal.null": null,
            "literal": {"null": "nested"},
            "plan": null,
        });
        let mut among_many = context.clone();
        among_many.as_object_mut().unwrap().extend((0..FEW).map(|number| (format!("more {number}"), number.into())));
        let check = |path: &str, expect: Option<&str>| {
            assert_eq!(found(&context, path).as_deref(), expect, "{path}");
            assert_eq!(found(&among_many, path).as_deref(), expect, "{path} among many");
        };
        check("targetingKey", Some("Text(\"ann\")"));
        check("country", Some("Text(\"DE\")"));
        check("address.country", Some("Text(\"CH\")"));
        check("a.b.c", Some("Number(Number(1))"));
        check("a.b", Some("Object"));
        check("address..x", Some("Boolean(true)"));
        check("address.lines.0", None);
        check("address.none", None);
        check("country.x", None);
        check("plan", None);
        check("literal.null", None);
        check("nowhere", None);
        check("nowhere.else", None);
    }

    #[test]
    fn an_attribute_is_split_by_as_a_text() {
        let context = json!({"targetingKey": "ann", "company": {"id": 7, "name": "", "tags": ["a"]}});
        let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
        for (path, expect) in [
            ("targetingKey", Some("ann")),
            ("company.id", Some("7")),
            ("company.name", None),
            ("company.tags", None),
            ("company", None),
            ("nothing", None),
        ] {
            let path = AttributePath::new(path).unwrap();
            assert_eq!(attributes.with_text(&path, |text| text.map(str::to_owned)).as_deref(), expect, "{path}");
        }
    }

    #[test]
    fn an_empty_or_foreign_targeting_key_is_none() {
        for context in
            [json!({}), json!({"targetingKey": ""}), json!({"targetingKey": 7}), json!({"targetingKey": null})]
        {
            assert_eq!(found(&context, TARGETING_KEY), None, "{context}");
        }
        let values = Map::new();
        assert_eq!(Attributes::new(Some(""), Timestamp::default(), &values).targeting_key(), None);
        assert_eq!(Attributes::of_key("ann", Timestamp::default()).targeting_key(), Some("ann"));
    }

    #[test]
    fn values_are_read_as_the_clause_asks() {
        let check = |value: Value, text: Option<&str>, number: Option<f64>| {
            let seen = Seen::of(&value).unwrap();
            assert_eq!(seen.as_text(&mut Digits::default()), text, "{value} as text");
            assert_eq!(seen.as_number(), number, "{value} as number");
        };
        check(json!("DE"), Some("DE"), None);
        check(json!(""), Some(""), None);
        check(json!(true), Some("true"), None);
        check(json!(false), Some("false"), None);
        check(json!(204_417), Some("204417"), Some(204_417.0));
        check(json!(-7), Some("-7"), Some(-7.0));
        check(json!(5.0), Some("5"), Some(5.0));
        check(json!(-0.0), Some("0"), Some(-0.0));
        check(json!(5.5), None, Some(5.5));
        check(json!(1e300), None, Some(1e300));
        check(json!(i64::MIN), Some("-9223372036854775808"), Some(-9_223_372_036_854_775_808.0));
        check(json!(u64::MAX), Some("18446744073709551615"), Some(18_446_744_073_709_551_615.0));
        check(json!("35"), Some("35"), Some(35.0));
        check(json!("-3.5e2"), Some("-3.5e2"), Some(-350.0));
        for text in ["", " 35", "35 ", "+35", ".5", "5.", "-", "1e999", "inf", "NaN", "1,5", "0x10", "1e", "1-1", "٣"]
        {
            check(json!(text), Some(text), None);
        }
        check(json!([1]), None, None);
        check(json!({}), None, None);
    }

    #[test]
    fn paths_keep_their_rule() {
        for text in ["country", "address.country", "a b", "größe", ".", "a..b", &"a".repeat(200)] {
            assert!(AttributePath::new(text).is_ok(), "{text:?}");
        }
        for text in ["", " a", "a ", "a\n", "a\0b", &"a".repeat(201)] {
            assert!(AttributePath::new(text).is_err(), "{text:?}");
        }
        let path: AttributePath = serde_json::from_str("\"a.b\"").unwrap();
        assert_eq!(serde_json::to_string(&path).unwrap(), "\"a.b\"");
    }
}
