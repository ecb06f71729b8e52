//! The steps, with the rules of a client: an absent value is the default, and a value of another type is an error.

use serde_json::{Map, Number, Value};

use super::gherkin::{Scenario, Step};

/// What is tested.
pub trait Evaluator {
    /// Evaluates the flag of this key; the targeting key is the attribute `targetingKey`.
    fn evaluate(&mut self, key: &str, context: &Map<String, Value>) -> Response;
}

/// What an evaluator answers.
#[derive(Debug, Default)]
pub struct Response {
    /// Nothing to use the default.
    pub value: Option<Value>,
    pub variant: Option<String>,
    pub reason: String,
    pub error_code: Option<String>,
    pub metadata: Map<String, Value>,
}

/// Runs one scenario; the error says which step failed and how.
pub fn run(scenario: &Scenario, evaluator: &mut impl Evaluator) -> Result<(), String> {
    let mut world = World::default();
    for step in &scenario.steps {
        world.take(step, evaluator).map_err(|failure| format!("{}: {failure}", step.text))?;
    }
    Ok(())
}

#[derive(Default)]
struct World {
    asked: Option<Asked>,
    context: Map<String, Value>,
    response: Response,
}

/// A flag as application code asks for it.
struct Asked {
    kind: String,
    key: String,
    default: Value,
}

impl World {
    fn take(&mut self, step: &Step, evaluator: &mut impl Evaluator) -> Result<(), String> {
        let text = step.text.as_str();
        if matches!(text, "an evaluator" | "a stable flagd provider" | "a metadata flagd provider")
            || text.starts_with("an option \"cache\"")
        {
            Ok(())
        } else if let Some([kind, key, default]) =
            arguments(text, "a {}-flag with key \"{}\" and a fallback value \"{}\"")
                .or_else(|| arguments(text, "a {}-flag with key \"{}\" and a default value \"{}\""))
        {
            let default = typed(kind, default)?;
            self.asked = Some(Asked { kind: kind.to_owned(), key: key.to_owned(), default });
            Ok(())
        } else if let Some([value]) = arguments(text, "a context containing a targeting key with value \"{}\"") {
            self.context.insert("targetingKey".to_owned(), value.into());
            Ok(())
        } else if let Some([key, kind, value]) =
            arguments(text, "a context containing a key \"{}\", with type \"{}\" and with value \"{}\"")
        {
            self.context.insert(key.to_owned(), typed(kind, value)?);
            Ok(())
        } else if let Some([outer, inner, value]) = arguments(
            text,
            "a context containing a nested property with outer key \"{}\" and inner key \"{}\", with value \"{}\"",
        ) {
            let nested = Map::from_iter([(inner.to_owned(), Value::from(value))]);
            self.context.insert(outer.to_owned(), Value::Object(nested));
            Ok(())
        } else if step.text == "the flag was evaluated with details" {
            let asked = self.asked.as_ref().ok_or("no flag was asked for")?;
            self.response = as_client(evaluator.evaluate(&asked.key, &self.context), asked);
            Ok(())
        } else {
            self.expect(step)
        }
    }

    fn expect(&self, step: &Step) -> Result<(), String> {
        let is = |pattern: &str| arguments(&step.text, pattern).map(|[argument]| argument);
        let response = &self.response;
        if let Some(expected) = is("the resolved details value should be \"{}\"") {
            let asked = self.asked.as_ref().ok_or("no flag was asked for")?;
            let expected = typed(&asked.kind, expected)?;
            let got = response.value.as_ref().ok_or("nothing was resolved")?;
            check(&expected, got, is_same(&expected, got))
        } else if let Some(expected) = is("the reason should be \"{}\"") {
            check(&expected, &response.reason, expected == response.reason)
        } else if let Some(expected) = is("the variant should be \"{}\"") {
            let got = response.variant.as_deref().unwrap_or_default();
            check(&expected, &got, expected == got)
        } else if let Some(expected) = is("the error-code should be \"{}\"") {
            let got = response.error_code.as_deref().unwrap_or_default();
            check(&expected, &got, expected == got)
        } else if step.text == "the resolved metadata is empty" {
            check(&"nothing", &response.metadata, response.metadata.is_empty())
        } else if step.text == "the resolved metadata should contain" {
            for row in step.table.iter().skip(1) {
                let [key, kind, expected] = row.as_slice() else { return Err(format!("cannot read {row:?}")) };
                let expected = typed(kind, expected)?;
                let got = response.metadata.get(key).unwrap_or(&Value::Null);
                check(&expected, got, is_same(&expected, got))?;
            }
            Ok(())
        } else {
            Err("there is no such step".to_owned())
        }
    }
}

fn check(expected: &dyn std::fmt::Debug, got: &dyn std::fmt::Debug, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("expected {expected:?}, got {got:?}")) }
}

/// What application code sees.
fn as_client(response: Response, asked: &Asked) -> Response {
    let failed = |response: Response, code: String| Response {
        value: Some(asked.default.clone()),
        variant: None,
        reason: "ERROR".to_owned(),
        error_code: Some(code),
        ..response
    };
    if let Some(code) = response.error_code.clone() {
        return failed(response, code);
    }
    match &response.value {
        None => Response { value: Some(asked.default.clone()), ..response },
        Some(value) if is_of_kind(value, &asked.kind) => response,
        Some(_) => failed(response, "TYPE_MISMATCH".to_owned()),
    }
}

fn is_of_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "Boolean" => value.is_boolean(),
        "String" => value.is_string(),
        "Integer" => value.is_i64(),
        "Float" => value.is_number(),
        "Object" => value.is_object(),
        other => panic!("there is no kind {other}"),
    }
}

/// The value that a text of the suite stands for.
fn typed(kind: &str, text: &str) -> Result<Value, String> {
    let value = match kind {
        "String" => Some(text.into()),
        "Boolean" => text.parse().ok().map(Value::Bool),
        "Integer" | "Long" => text.parse::<i64>().ok().map(Value::from),
        "Float" => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
        "Object" => serde_json::from_str(&text.replace("\\\"", "\"")).ok(),
        _ => None,
    };
    value.ok_or_else(|| format!("{text:?} is no {kind}"))
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// What stands in `text` where `pattern` has `{}`; the last of them reaches as far as it can.
fn arguments<'t, const COUNT: usize>(text: &'t str, pattern: &str) -> Option<[&'t str; COUNT]> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let pieces: Vec<_> = pieces.collect();
    let mut found = Vec::with_capacity(COUNT);
    for (index, piece) in pieces.iter().enumerate() {
        let (argument, after) =
            if index + 1 == pieces.len() { (rest.strip_suffix(piece)?, "") } else { rest.split_once(piece)? };
        found.push(argument);
        rest = after;
    }
    found.try_into().ok()
}
