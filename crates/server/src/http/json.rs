//! Reading JSON strictly: no field twice, none unknown, every error with its path.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::explain::{explain, join};
use super::strict::Strict;

/// Reads a body.
///
/// # Errors
/// `malformed_request` or `invalid_field`, with the field.
pub fn parse<Body: DeserializeOwned>(bytes: &[u8]) -> Result<Body, ErrorBody> {
    read(&value(bytes)?)
}

/// Reads what is JSON already.
///
/// # Errors
/// As [`parse`].
pub fn read<Body: DeserializeOwned>(value: &Value) -> Result<Body, ErrorBody> {
    serde_path_to_error::deserialize(Strict(value))
        .map_err(|error| explain(&error.path().to_string(), &error.inner().to_string()))
}

/// Any JSON without a field given twice.
///
/// serde notices that only where it knows the fields; a variant has fields that nobody knows.
fn value(bytes: &[u8]) -> Result<Value, ErrorBody> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize::<_, Unique>(&mut deserializer);
    let Unique(value) = read.map_err(|error| {
        let message = error.inner().to_string();
        match message.split(MARK).nth(1) {
            Some(name) => ErrorBody::new(ErrorCode::MalformedRequest, "must not be given twice")
                .about(join(&error.path().to_string(), name)),
            None => not_json(error.inner()),
        }
    })?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> ErrorBody {
    ErrorBody::new(ErrorCode::MalformedRequest, format!("the body is not JSON: {error}"))
}

/// Stands around the name of a field given twice, in the error of [`Unique`]; `serde_json` itself never says it.
const MARK: char = '\u{1}';

/// Any JSON without a field given twice.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // Text of JSON has no number that is not finite.
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Unique(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            if fields.contains_key(&name) {
                return Err(Error::custom(format_args!("{MARK}{name}{MARK}")));
            }
            let Unique(value) = object.next_value()?;
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use signalbox_protocol::wire::configuration::{ChangeRule, SetOverrides};
    use signalbox_protocol::wire::environment::CreateEnvironment;
    use signalbox_protocol::wire::flag::CreateFlag;
    use signalbox_protocol::wire::plan::ChangePlan;
    use signalbox_protocol::wire::rollout::RollBack;
    use signalbox_protocol::wire::{Empty, Why};

    use super::*;

    fn check<Body: DeserializeOwned>(json: &str, code: ErrorCode, field: Option<&str>, message: &str) {
        let Err(ErrorBody { error }) = parse::<Body>(json.as_bytes()) else { panic!("{json} was accepted") };
        assert_eq!((error.code, error.field.as_deref(), error.message.as_str()), (code, field, message), "{json}");
    }

    #[test]
    fn errors_name_the_field_and_what_it_accepts() {
        use ErrorCode::{InvalidField as Invalid, MalformedRequest as Malformed};
        let share = "must be a number from 0 to 100 with at most three decimals";

        check::<ChangeRule>(r#"{"share":150}"#, Invalid, Some("share"), share);
        check::<ChangeRule>(r#"{"share":-5}"#, Invalid, Some("share"), share);
        check::<ChangeRule>(r#"{"share":"abc"}"#, Malformed, Some("share"), "must be a number, not text");
        check::<ChangeRule>(r#"{"split":[{"variant":"on","weight":101}]}"#, Invalid, Some("split[0].weight"), share);
        let key = "must be 1 to 100 characters from A-Z, a-z, 0-9, '.', '_' and '-', starting with a letter or digit";
        check::<ChangeRule>(r#"{"split":[{"variant":"","weight":1}]}"#, Invalid, Some("split[0].variant"), key);
        check::<ChangeRule>(r#"{"people":"ann"}"#, Malformed, Some("people"), "must be a list, not text");
        check::<ChangeRule>(
            r#"{"shares":1}"#,
            Malformed,
            Some("shares"),
            "is not a field here; there are share, split, people, segments, reason",
        );
        check::<ChangeRule>(r#"{"share":1,"share":2}"#, Malformed, Some("share"), "must not be given twice");

        let stages = |stage: &str| format!(r#"{{"name":"x","stages":[{{"audience":{stage}}}]}}"#);
        let deep = Some("stages[0].audience.share");
        check::<ChangePlan>(&stages(r#"{"kind":"percentage","share":150}"#), Invalid, deep, share);
        check::<ChangePlan>(
            &stages(r#"{"kind":"percentage","share":"a"}"#),
            Malformed,
            deep,
            "must be a number, not text",
        );
        check::<ChangePlan>(&stages(r#"{"kind":"percentage"}"#), Malformed, deep, "must be given");
        check::<ChangePlan>(
            &stages(r#"{"kind":"segment"}"#),
            Invalid,
            Some("stages[0].audience.kind"),
            "must be one of people, segments, percentage",
        );
        check::<ChangePlan>(
            &stages(r#"{"kind":"people","people":["a"],"share":1}"#),
            Malformed,
            deep,
            "is not a field here; there are kind, people",
        );

        let environment = |audience: &str| format!(r#"{{"key":"a","name":"A","production":1,"audience":{audience}}}"#);
        check::<CreateEnvironment>(
            &environment("1"),
            Malformed,
            Some("production"),
            "must be true or false, not a number of this kind",
        );
        let environment =
            |audience: &str| format!(r#"{{"key":"a","name":"A","production":true,"audience":{audience}}}"#);
        let whole = "must be a whole number, 0 or more";
        check::<CreateEnvironment>(&environment("-1"), Invalid, Some("audience"), whole);
        check::<CreateEnvironment>(
            &environment("1.5"),
            Malformed,
            Some("audience"),
            "must be a whole number, 0 or more, not a number of this kind",
        );
        check::<CreateEnvironment>("{}", Malformed, Some("key"), "must be given");

        let flag = |rest: &str| format!(r#"{{"key":"a","name":"A","value_kind":"json",{rest}}}"#);
        check::<CreateFlag>(
            &flag(r#""variants":[{"key":"a","value":{"x":[{"y":1,"y":2}]}}]"#),
            Malformed,
            Some("variants[0].value.x[0].y"),
            "must not be given twice",
        );
        check::<CreateFlag>(
            &flag(r#""expected_removal":"soon""#),
            Invalid,
            Some("expected_removal"),
            "must be a date such as 2026-12-31",
        );
        check::<RollBack>(r#"{"to":7}"#, Malformed, Some("to"), "must be text or an object, not a number of this kind");
        check::<RollBack>(r#"{"to":"begin"}"#, Invalid, Some("to"), "must be one of start, stage");
        check::<RollBack>(r#"{"to":{"stage":-1}}"#, Invalid, Some("to.stage"), whole);
        check::<Empty>(r#"{"x":1}"#, Malformed, Some("x"), "is not a field here; there are none");
        check::<Why>("[]", Malformed, None, "must be an object, not a list");
        check::<SetOverrides>(
            r#"{"overrides":[["ann","on"]]}"#,
            Malformed,
            Some("overrides[0]"),
            "must be an object, not a list",
        );
        check::<Why>(
            r#"{"reason":"a"} x"#,
            Malformed,
            None,
            "the body is not JSON: trailing characters at line 1 column 16",
        );
        check::<Why>("", Malformed, None, "the body is not JSON: EOF while parsing a value at line 1 column 0");
    }

    #[test]
    fn deep_nesting_is_refused_before_it_costs_the_stack() {
        let deep = "[".repeat(100_000);
        let Err(body) = parse::<Why>(deep.as_bytes()) else { panic!("accepted") };
        assert_eq!(body.error.code, ErrorCode::MalformedRequest);
    }
}
