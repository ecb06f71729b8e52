//! Variants while they are edited: keys and values as they are typed, by kind of value.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use signalbox_domain::flag::{MOST_VARIANTS, Variant};
use signalbox_domain::key::VariantKey;
use signalbox_domain::value::ValueKind;
use signalbox_protocol::wire::configuration::Configuration;

use crate::words::capitalised;

/// A variant as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantRow {
    /// Its key.
    pub key: String,
    /// Its value: `true`, a text without quotes, a number, or JSON.
    pub value: String,
}

/// What typed variants come to.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedVariants {
    /// The variants, when nothing is wrong with them.
    pub variants: Option<Vec<Variant>>,
    /// What is wrong, by the path that the server would give it: `variants[1].value`.
    pub problems: BTreeMap<String, String>,
}

impl VariantRow {
    /// A variant as it stands.
    pub fn of(variant: &Variant, kind: ValueKind) -> Self {
        Self { key: variant.key.to_string(), value: typed(&variant.value, kind) }
    }
}

/// A value as it stands in its editor: a text without quotes, JSON over several lines.
pub fn typed(value: &Value, kind: ValueKind) -> String {
    match (kind, value) {
        (ValueKind::String, Value::String(text)) => text.clone(),
        (ValueKind::Json, value) => serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()),
        (_, value) => value.to_string(),
    }
}

/// A value as a table shows it: on one line.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("“{text}”"),
        value => value.to_string(),
    }
}

/// The value that was typed.
///
/// # Errors
/// A sentence with what would be accepted; for JSON also where it breaks.
pub fn parse(typed: &str, kind: ValueKind) -> Result<Value, String> {
    let value = match kind {
        ValueKind::String => Value::String(typed.to_owned()),
        ValueKind::Json => serde_json::from_str(typed).map_err(|error| {
            format!("Not JSON: {}, at line {}, column {}.", reason(&error), error.line(), error.column())
        })?,
        // What is no JSON is no value of these kinds either.
        ValueKind::Boolean | ValueKind::Integer | ValueKind::Float => {
            serde_json::from_str(typed.trim()).unwrap_or(Value::Null)
        }
    };
    kind.accept(value).map_err(|error| format!("{}.", capitalised(&error.to_string())))
}

/// The message of a JSON error without its place, which is said in words.
fn reason(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "it ends too early".into();
    }
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
}

/// Checks variants as the server does.
pub fn check(rows: &[VariantRow], kind: ValueKind) -> CheckedVariants {
    let mut problems = BTreeMap::new();
    if rows.is_empty() || rows.len() > MOST_VARIANTS {
        problems.insert("variants".into(), format!("A flag has 1 to {MOST_VARIANTS} variants."));
    }
    let mut seen = BTreeSet::new();
    let mut variants = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let key = VariantKey::new(row.key.trim()).map_err(|error| format!("{}.", capitalised(&error.to_string())));
        let key = key.and_then(|key| {
            if seen.insert(key.clone()) { Ok(key) } else { Err("Must differ from the other variants' keys.".into()) }
        });
        match (key, parse(&row.value, kind)) {
            (Ok(key), Ok(value)) => variants.push(Variant { key, value }),
            (key, value) => {
                problems.extend(key.err().map(|message| (format!("variants[{index}].key"), message)));
                problems.extend(value.err().map(|message| (format!("variants[{index}].value"), message)));
            }
        }
    }
    CheckedVariants { variants: problems.is_empty().then_some(variants), problems }
}

/// The environments where people get this variant by the split or by an override.
pub fn used_in<'a>(variant: &str, configurations: impl IntoIterator<Item = &'a Configuration>) -> Vec<String> {
    configurations
        .into_iter()
        .filter(|configuration| {
            let split = configuration.rule.split.iter().map(|part| &part.variant);
            let own = configuration.overrides.iter().map(|entry| &entry.variant);
            split.chain(own).any(|key| key.as_str() == variant)
        })
        .map(|configuration| configuration.environment.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;

    #[test]
    fn values_are_read_by_kind() {
        let check = |text: &str, kind, expect: Result<&str, &str>| {
            let got = parse(text, kind).map(|value| value.to_string());
            assert_eq!(got.as_deref().map_err(String::as_str), expect, "{text:?}");
        };
        check("true", ValueKind::Boolean, Ok("true"));
        check("yes", ValueKind::Boolean, Err("Must be true or false."));
        check(" a \"b\"", ValueKind::String, Ok(r#"" a \"b\"""#));
        check("10", ValueKind::Float, Ok("10.0"));
        check("1.5", ValueKind::Integer, Err("Must be a whole number within ±9007199254740991."));
        check("{\"a\": 1}", ValueKind::Json, Ok("{\"a\":1}"));
        check("{\"a\": }", ValueKind::Json, Err("Not JSON: expected value, at line 1, column 7."));
        check("{\"a\": ", ValueKind::Json, Err("Not JSON: it ends too early, at line 1, column 6."));
        check("1", ValueKind::Json, Err("Must be a JSON object or array."));
    }

    #[test]
    fn every_value_survives_its_editor() {
        for (value, kind) in [
            (json!(true), ValueKind::Boolean),
            (json!("a \"b\"\nc"), ValueKind::String),
            (json!(-7), ValueKind::Integer),
            (json!(10.0), ValueKind::Float),
            (json!({"a": [1, null]}), ValueKind::Json),
        ] {
            assert_eq!(parse(&typed(&value, kind), kind), Ok(value));
        }
    }

    #[test]
    fn what_is_wrong_stands_where_the_server_would_put_it() {
        let row = |key: &str, value: &str| VariantRow { key: key.into(), value: value.into() };
        let checked = check(&[row("a", "1"), row("a", "x"), row("-", "2")], ValueKind::Integer);
        let fields: Vec<_> = checked.problems.keys().map(String::as_str).collect();
        assert_eq!(fields, ["variants[1].key", "variants[1].value", "variants[2].key"]);
        assert_eq!(checked.variants, None);
        assert!(check(&[], ValueKind::Integer).problems.contains_key("variants"));
        assert_eq!(check(&[row(" a ", "1")], ValueKind::Integer).variants.unwrap()[0].key.as_str(), "a");
    }

    #[test]
    fn a_variant_in_use_is_found() {
        let configuration = fixture::nobody();
        assert_eq!(used_in("on", [&configuration]), ["production"]);
        assert_eq!(used_in("off", [&configuration]), [""; 0]);
    }
}
