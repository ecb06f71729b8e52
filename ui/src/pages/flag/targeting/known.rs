//! What is known of a person who is checked: typed in fields, each with its type, or as JSON.

use serde_json::{Map, Value, json};
use signalbox_domain::targeting::TARGETING_KEY;

use crate::json::{self, Fault};

/// A person with what is known of them, as an application would send it.
pub type Context = Map<String, Value>;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Text, to the letter.
    #[default]
    Text,
    /// A number.
    Number,
    /// True or false.
    YesNo,
    /// Anything that JSON can say: a list, an object, null.
    Json,
}

/// An attribute while it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Its name; with dots, it is in an object.
    pub name: String,
    /// What its value is.
    pub kind: Kind,
    /// Its value.
    pub value: String,
}

impl Kind {
    /// All kinds, as they are listed: what stands for each, and its label.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Text, "text", "Text"),
        (Self::Number, "number", "Number"),
        (Self::YesNo, "yes-no", "Yes/no"),
        (Self::Json, "json", "JSON"),
    ];

    /// The kind that a text stands for.
    pub fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|(_, known, _)| *known == name).map(|(kind, ..)| kind).unwrap_or_default()
    }

    /// What is typed, as a value of this kind.
    ///
    /// # Errors
    /// What would be accepted, as a sentence.
    fn read(self, typed: &str) -> Result<Value, String> {
        match self {
            Self::Text => Ok(json!(typed)),
            Self::Number => match json::read_context::<Value>(typed) {
                Ok(Value::Number(number)) => Ok(Value::Number(number)),
                _ => Err("Must be a number, such as 42 or 8.5.".into()),
            },
            Self::YesNo => match typed.to_lowercase().as_str() {
                "true" | "yes" => Ok(json!(true)),
                "false" | "no" => Ok(json!(false)),
                _ => Err("Must be true or false.".into()),
            },
            Self::Json => json::read_context(typed).map_err(|fault: Fault| format!("Must be JSON. {}", fault.message)),
        }
    }
}

/// What an application would send of a person. Attributes without a name or a value are left out.
///
/// # Errors
/// Which of the attributes, counted from 0, cannot be read, and what would be accepted.
pub fn context(key: &str, attributes: &[Typed]) -> Result<Context, (usize, String)> {
    let mut context = Map::new();
    let key = key.trim();
    if !key.is_empty() {
        context.insert(TARGETING_KEY.to_owned(), json!(key));
    }
    for (place, Typed { name, kind, value }) in attributes.iter().enumerate() {
        let (name, typed) = (name.trim(), value.trim());
        if !name.is_empty() && !typed.is_empty() {
            insert(&mut context, name, kind.read(typed).map_err(|message| (place, message))?);
        }
    }
    Ok(context)
}

/// Reads what an application sends from JSON.
///
/// # Errors
/// [`Fault`] at its line.
pub fn of_json(text: &str) -> Result<Context, Fault> {
    let mut context: Context = json::read_context(text)?;
    match context.get(TARGETING_KEY) {
        // As in the field: an empty key is none.
        Some(Value::String(key)) if key.is_empty() => {
            context.remove(TARGETING_KEY);
            Ok(context)
        }
        None | Some(Value::String(_)) => Ok(context),
        Some(_) => {
            let message = format!("{TARGETING_KEY}: must be text, the key of the person.");
            Err(Fault { line: json::line_of(text, TARGETING_KEY), column: None, message })
        }
    }
}

/// The same in fields: the key of the person, and an attribute for each member; objects are fields of their members.
pub fn fields(context: &Context) -> (String, Vec<Typed>) {
    let key = context.get(TARGETING_KEY).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut rows = Vec::new();
    for (name, value) in context.iter().filter(|(name, _)| *name != TARGETING_KEY) {
        add(&mut rows, name, value);
    }
    (key, rows)
}

fn add(rows: &mut Vec<Typed>, name: &str, value: &Value) {
    let (kind, value) = match value {
        // A name with a dot of its own would be read as a way into an object.
        Value::Object(members) if !members.is_empty() && members.keys().all(|member| is_step(member)) => {
            return members.iter().for_each(|(member, value)| add(rows, &format!("{name}.{member}"), value));
        }
        // Fields leave out what is empty, and spaces around it.
        Value::String(text) if !text.is_empty() && text.trim() == text => (Kind::Text, text.clone()),
        Value::Number(number) => (Kind::Number, number.to_string()),
        Value::Bool(yes) => (Kind::YesNo, yes.to_string()),
        other => (Kind::Json, other.to_string()),
    };
    rows.push(Typed { name: name.to_owned(), kind, value });
}

fn is_step(name: &str) -> bool {
    !name.is_empty() && !name.contains('.') && name.trim() == name
}

/// Puts a value where its path leads: `address.country` into an object `address`.
fn insert(context: &mut Context, path: &str, value: Value) {
    match path.split_once('.').filter(|(first, rest)| !first.is_empty() && !rest.is_empty()) {
        Some((first, rest)) => {
            let inner = context.entry(first).or_insert_with(|| Value::Object(Map::new()));
            match inner {
                Value::Object(inner) => insert(inner, rest, value),
                // Something else stands there already; a member of the whole name is found as well.
                _ => drop(context.insert(path.to_owned(), value)),
            }
        }
        None => drop(context.insert(path.to_owned(), value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, kind: Kind, value: &str) -> Typed {
        Typed { name: name.into(), kind, value: value.into() }
    }

    #[test]
    fn what_is_known_is_told_as_applications_do() {
        let known = [
            row("country", Kind::Text, " DE "),
            row("app", Kind::Text, "8.20"),
            row("age", Kind::Number, "42"),
            row("balance", Kind::Number, "-8.50"),
            row("verified", Kind::YesNo, "true"),
            row("tags", Kind::Json, "[1, \"a\", null]"),
            row("address.city", Kind::Text, "Ulm"),
            row("address.zip", Kind::Text, "89073"),
            row("", Kind::Text, "x"),
            row("empty", Kind::Number, " "),
        ];
        assert_eq!(
            Value::Object(context(" ann ", &known).unwrap()),
            json!({
                "targetingKey": "ann", "country": "DE", "app": "8.20", "age": 42, "balance": -8.5, "verified": true,
                "tags": [1, "a", null], "address": {"city": "Ulm", "zip": "89073"}
            })
        );
        assert!(context("", &[]).unwrap().is_empty());
        let beyond = row("reach", Kind::Number, "1e400");
        assert_eq!(Value::Object(context("", &[beyond]).unwrap()), json!({"reach": f64::MAX}));
        assert_eq!(Value::Object(of_json(r#"{"reach": -1e400}"#).unwrap()), json!({"reach": f64::MIN}));
    }

    #[test]
    fn what_cannot_be_read_is_told_at_its_place() {
        let wrong = |kind, value| context("ann", &[row("a", Kind::Text, "x"), row("b", kind, value)]).unwrap_err();
        assert_eq!(wrong(Kind::Number, "8,5"), (1, "Must be a number, such as 42 or 8.5.".into()));
        assert_eq!(wrong(Kind::Number, "\"8\"").0, 1);
        assert_eq!(wrong(Kind::Number, "NaN").0, 1);
        assert_eq!(wrong(Kind::YesNo, "maybe"), (1, "Must be true or false.".into()));
        let (place, message) = wrong(Kind::Json, "[1");
        assert!(place == 1 && message.starts_with("Must be JSON. EOF while parsing a list"), "{message}");
    }

    #[test]
    fn fields_and_json_say_the_same() {
        let text = r#"{"targetingKey": "ann", "age": 42, "app": "8.20", "vip": false, "none": null, "blank": "",
            "tags": ["a"], "address": {"city": "Ulm", "geo": {"lat": 48.4}}, "odd": {"a.b": 1}, "bare": {}}"#;
        let told = of_json(text).unwrap();
        let (key, rows) = fields(&told);
        assert_eq!(key, "ann");
        assert!(rows.contains(&row("address.geo.lat", Kind::Number, "48.4")));
        assert!(rows.contains(&row("odd", Kind::Json, "{\"a.b\":1}")));
        assert_eq!(context(&key, &rows).unwrap(), told);
    }

    #[test]
    fn json_that_is_no_person_is_told_at_its_line() {
        let wrong = |text: &str| of_json(text).unwrap_err();
        assert_eq!(wrong("{\n\"targetingKey\": 7\n}").line, Some(2));
        assert_eq!(wrong("{\n\"age\": 04\n}").line, Some(2));
        assert_eq!(of_json("{\"targetingKey\": \"\"}"), Ok(Context::new()));
        assert!(wrong("[]").sentence().contains("Invalid type"));
    }
}
