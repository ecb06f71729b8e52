//! What an OFREP request says: the context, of which attributes are kept only where a rule looks at them.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use signalbox_domain::Timestamp;
use signalbox_domain::targeting::{Attributes, TARGETING_KEY, bounded_numbers};

use super::answer::ErrorCode;

/// What is asked, borrowed from the body.
#[derive(Debug, PartialEq, Default)]
pub struct EvaluationRequest<'body> {
    /// Who asks; absent, null and empty are the same, and so are a number and a boolean, which name nobody.
    pub targeting_key: Option<Cow<'body, str>>,
    /// What else is known of them, where that was wanted; of two values for one name the last counts. A targeting
    /// key that names nobody is here, as rules of flagd's model see it.
    pub values: Map<String, Value>,
}

impl EvaluationRequest<'_> {
    /// What rules look at, at this time.
    pub fn attributes(&self, now: Timestamp) -> Attributes<'_> {
        Attributes::new(self.targeting_key.as_deref(), now, &self.values)
    }

    fn into_owned(self) -> EvaluationRequest<'static> {
        let targeting_key = self.targeting_key.map(|key| Cow::Owned(key.into_owned()));
        EvaluationRequest { targeting_key, values: self.values }
    }
}

/// Why a body is no request.
#[derive(Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// `PARSE_ERROR` or `INVALID_CONTEXT`.
    pub code: ErrorCode,
    /// What is wrong, for people.
    pub details: String,
}

/// Reads a body; attributes only where `wants_attributes`, since most flags look at none.
///
/// The standard wants a context, but clients leave it out when they have none to give; a missing context and an
/// empty body are an empty context. Unknown fields are for servers that know more, and are passed over. A number that
/// no double holds is the greatest of its sign, so that one attribute does not keep every flag from being evaluated.
///
/// # Errors
/// [`BadRequest`] for what is not JSON (`PARSE_ERROR`), and for a context or targeting key of the wrong type
/// (`INVALID_CONTEXT`).
pub fn read(body: &[u8], wants_attributes: bool) -> Result<EvaluationRequest<'_>, BadRequest> {
    let read = read_exactly(body, wants_attributes);
    match read.is_err().then(|| bounded_numbers(body)).flatten() {
        Some(bounded) => read_exactly(&bounded, wants_attributes).map(EvaluationRequest::into_owned),
        None => read,
    }
}

fn read_exactly(body: &[u8], wants_attributes: bool) -> Result<EvaluationRequest<'_>, BadRequest> {
    if body.trim_ascii().is_empty() {
        return Ok(EvaluationRequest::default());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = Fields { wants_attributes }.deserialize(&mut deserializer);
    read.and_then(|request| deserializer.end().map(|()| request)).map_err(|error| {
        let code = if error.is_data() { ErrorCode::InvalidContext } else { ErrorCode::ParseError };
        BadRequest { code, details: format!("the body is not an evaluation request: {error}") }
    })
}

/// A body.
#[derive(Clone, Copy)]
struct Fields {
    wants_attributes: bool,
}

impl<'de> DeserializeSeed<'de> for Fields {
    type Value = EvaluationRequest<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = EvaluationRequest<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a context")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut context = None;
        while let Some(name) = map.next_key::<Name<'_>>()? {
            if name.0 == "context" {
                once(&context, "context")?;
                context = Some(map.next_value_seed(Context(self))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(context.unwrap_or_default())
    }
}

/// The object in it.
struct Context(Fields);

impl<'de> DeserializeSeed<'de> for Context {
    type Value = EvaluationRequest<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Context {
    type Value = EvaluationRequest<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a context that is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut targeting_key = None;
        let mut values = Map::new();
        while let Some(name) = map.next_key::<Name<'_>>()? {
            if name.0 == TARGETING_KEY {
                once(&targeting_key, TARGETING_KEY)?;
                targeting_key = Some(match map.next_value::<TargetingKey<'de>>()? {
                    TargetingKey::Text(key) => key,
                    TargetingKey::Scalar(value) => {
                        if self.0.wants_attributes {
                            values.insert(TARGETING_KEY.to_owned(), value);
                        }
                        None
                    }
                });
            } else if self.0.wants_attributes {
                values.insert(name.0.into_owned(), map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(EvaluationRequest { targeting_key: targeting_key.flatten(), values })
    }
}

/// Of two values for one name, readers before and after us may take different ones.
fn once<Found, E: serde::de::Error>(found: &Option<Found>, name: &'static str) -> Result<(), E> {
    if found.is_some() { Err(E::duplicate_field(name)) } else { Ok(()) }
}

/// The name of a field, without a copy where it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'body>(#[serde(borrow)] Cow<'body, str>);

/// Whoever asks, or what names nobody.
enum TargetingKey<'de> {
    Text(Option<Cow<'de, str>>),
    Scalar(Value),
}

impl<'de> Deserialize<'de> for TargetingKey<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TargetingKeyVisitor)
    }
}

struct TargetingKeyVisitor;

impl<'de> Visitor<'de> for TargetingKeyVisitor {
    type Value = TargetingKey<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a targetingKey that is a string")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(TargetingKey::Text((!key.is_empty()).then_some(Cow::Borrowed(key))))
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(TargetingKey::Text((!key.is_empty()).then(|| Cow::Owned(key.to_owned()))))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(TargetingKey::Text(None))
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(TargetingKey::Scalar(value.into()))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(TargetingKey::Scalar(value.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(TargetingKey::Scalar(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(TargetingKey::Scalar(value.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_give_their_targeting_key_or_say_what_is_wrong() {
        let check_one = |body: &str, wants_attributes, expect: &Result<Option<&str>, ErrorCode>| {
            let read = read(body.as_bytes(), wants_attributes);
            let got = read.as_ref().map(|request| request.targeting_key.as_deref()).map_err(|bad| bad.code);
            assert_eq!(got, *expect, "{body}: {read:?}");
        };
        let check = |body: &str, expect: Result<Option<&str>, ErrorCode>| {
            check_one(body, false, &expect);
            check_one(body, true, &expect);
        };
        check(r#"{"context":{"targetingKey":"ann","plan":{"tier":[1,2]}}}"#, Ok(Some("ann")));
        check(r#"{"context":{"targetingKey":"Zo\u00eb"}}"#, Ok(Some("Zoë")));
        check(r#"{"context":{"targeting\u004bey":"ann"}}"#, Ok(Some("ann")));
        check(r#"{"before":1,"context":{"a":null,"targetingKey":"ann"},"after":[]}"#, Ok(Some("ann")));
        check(r#"{"context":{"nested":{"targetingKey":"inner"}}}"#, Ok(None));
        check(r#"{"context":{"targetingKey":""}}"#, Ok(None));
        check(r#"{"context":{"targetingKey":null}}"#, Ok(None));
        check(r#"{"context":{"targetingKey":7}}"#, Ok(None));
        check(r#"{"context":{"targetingKey":-7.5}}"#, Ok(None));
        check(r#"{"context":{"targetingKey":true}}"#, Ok(None));
        check(r#"{"context":{"targetingKey":7,"targetingKey":"b"}}"#, Err(ErrorCode::InvalidContext));
        check(r#"{"context":{}}"#, Ok(None));
        check("{}", Ok(None));
        check("", Ok(None));
        check(" \n", Ok(None));

        check(r#"{"context":{"targetingKey":[7]}}"#, Err(ErrorCode::InvalidContext));
        check(r#"{"context":{"targetingKey":{"id":"ann"}}}"#, Err(ErrorCode::InvalidContext));
        check(r#"{"context":{"targetingKey":"a","targetingKey":"b"}}"#, Err(ErrorCode::InvalidContext));
        check(r#"{"context":{},"context":{}}"#, Err(ErrorCode::InvalidContext));
        check(r#"{"context":[]}"#, Err(ErrorCode::InvalidContext));
        check(r#"{"context":null}"#, Err(ErrorCode::InvalidContext));
        check(r#"{"context":"ann"}"#, Err(ErrorCode::InvalidContext));
        check("[]", Err(ErrorCode::InvalidContext));
        check("null", Err(ErrorCode::InvalidContext));

        check("{", Err(ErrorCode::ParseError));
        check("context=1", Err(ErrorCode::ParseError));
        check(r#"{"context":{}} trailing"#, Err(ErrorCode::ParseError));
        check(r#"{"context":{"targetingKey":"\ud800"}}"#, Err(ErrorCode::ParseError));
        check(&format!(r#"{{"context":{{"deep":{}1{}}}}}"#, "[".repeat(100), "]".repeat(100)), Ok(None));
    }

    #[test]
    fn a_number_that_no_double_holds_is_the_greatest_of_its_sign() {
        let digits = "7".repeat(400);
        for (sent, number) in [("1e400", f64::MAX), ("-1e400", -f64::MAX), (digits.as_str(), f64::MAX)] {
            let body = format!(r#"{{"context":{{"targetingKey":"ann","deep":[{{"x":{sent}}}],"text":"{sent}"}}}}"#);
            let read = read(body.as_bytes(), true).unwrap();
            assert_eq!(read.targeting_key.as_deref(), Some("ann"));
            assert_eq!(serde_json::json!(read.values), serde_json::json!({"deep": [{"x": number}], "text": sent}));
        }
        // It is a number still, which names nobody, and what is no JSON is none.
        let key = read(br#"{"context":{"targetingKey":1e400}}"#, true).unwrap();
        assert_eq!(key.targeting_key, None);
        assert_eq!(read(br#"{"context":{"a":1e400}"#, true).unwrap_err().code, ErrorCode::ParseError);
        assert_eq!(
            read(br#"{"context":{"a":1e400,"targetingKey":[]}}"#, true).unwrap_err().code,
            ErrorCode::InvalidContext
        );
    }

    #[test]
    fn bodies_that_are_not_text_are_refused() {
        assert_eq!(read(b"{\"context\":{\"targetingKey\":\"\xff\"}}", false).unwrap_err().code, ErrorCode::ParseError);
        let deep = format!("{{\"context\":{{\"deep\":{}", "[".repeat(60_000));
        assert_eq!(read(deep.as_bytes(), true).unwrap_err().code, ErrorCode::ParseError);
    }

    #[test]
    fn a_plain_targeting_key_is_not_copied() {
        let request = read(br#"{"context":{"targetingKey":"ann"}}"#, false).unwrap();
        assert!(matches!(request.targeting_key, Some(Cow::Borrowed("ann"))));
    }
}
