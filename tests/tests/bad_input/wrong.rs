//! All the bad bodies that follow from a good one.

use serde_json::{Map, Value, json};

/// A body that must be refused.
pub struct Wrong {
    /// What is wrong with it.
    pub what: String,
    /// As it goes over the wire.
    pub body: Vec<u8>,
    /// The field that the error must name, where it is about one.
    pub field: Option<String>,
}

/// Stands where raw JSON text will be put in.
const GAP: &str = "@gap@";

/// Every bad body derived from `good`; `required` are the fields that it cannot do without.
pub fn bodies(good: &Value, required: &[&str]) -> Vec<Wrong> {
    let mut wrongs = shapes(good);
    // No body at all is as good as an empty object, so that stopping takes nothing but the address. An empty
    // object may change nothing, and then needs no reason.
    if required.iter().any(|name| *name != "reason") {
        wrongs.push(wrong("no body".into(), String::new(), None));
    }
    for name in required {
        let mut without = good.clone();
        without.as_object_mut().expect("an object").remove(*name);
        wrongs.push(wrong(format!("no {name}"), without.to_string(), Some((*name).to_owned())));
    }
    for path in paths(good) {
        let value = at(good, &path);
        if let Value::Object(object) = value
            && !is_free(&path)
        {
            wrongs.extend(strange_fields(good, &path, object));
        }
        for raw in unacceptable(&path, value, required) {
            wrongs.push(wrong(
                format!("{} = {}", spelt(&path), abbreviated(&raw)),
                with_raw(good, &path, &raw),
                // What cannot be read as JSON (`NaN`, `1e400`, half a surrogate pair) has no fields yet.
                is_json(&raw).then(|| spelt(&path)),
            ));
        }
    }
    wrongs
}

/// `good` with ten megabytes in its first text, or in a field of its own.
pub fn huge(good: &Value) -> Vec<u8> {
    let text = Value::String("a".repeat(10 * 1024 * 1024)).to_string();
    let path = paths(good).into_iter().find(|path| at(good, path).is_string());
    match path {
        Some(path) => with_raw(good, &path, &text).into_bytes(),
        None => format!("{{\"name\":{text}}}").into_bytes(),
    }
}

/// Bodies that are not what they should be as a whole.
fn shapes(good: &Value) -> Vec<Wrong> {
    let text = good.to_string();
    let cut = &text[..text.len() - 1];
    let mut wrongs: Vec<Wrong> = ["{", "[]", "null", "5", "\"text\"", "NaN", "{'a': 1}", "{\"a\": 1,}", cut]
        .iter()
        .map(|body| wrong(format!("the body {}", abbreviated(body)), (*body).to_owned(), None))
        .collect();
    wrongs.push(wrong("two bodies".into(), format!("{text}{text}"), None));
    wrongs.push(wrong("a byte order mark".into(), format!("\u{feff}{text}"), None));
    wrongs.push(Wrong {
        what: "bytes that are no UTF-8".into(),
        body: b"{\"name\":\"\xff\xfe\"}".to_vec(),
        field: None,
    });
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    wrongs.push(wrong("ten thousand brackets".into(), deep, None));
    wrongs
}

/// An object with a field that nobody knows, and with a field that stands there twice.
fn strange_fields(good: &Value, path: &[Step], object: &Map<String, Value>) -> Vec<Wrong> {
    let inside = |extra: String| {
        let mut text = Value::Object(object.clone()).to_string();
        text.pop();
        if !object.is_empty() {
            text.push(',');
        }
        text.push_str(&extra);
        text.push('}');
        with_raw(good, path, &text)
    };
    let place = if path.is_empty() { "the body".to_owned() } else { spelt(path) };
    let mut wrongs = vec![wrong(format!("an unknown field in {place}"), inside("\"unheard_of\":1".into()), None)];
    if let Some((name, value)) = object.iter().next() {
        wrongs.push(wrong(format!("{name} twice in {place}"), inside(format!("\"{name}\":{value}")), None));
    }
    wrongs
}

/// Raw JSON that may not stand at `path`, by what the field is called and what stands there.
fn unacceptable(path: &[Step], good: &Value, required: &[&str]) -> Vec<String> {
    let Some(Step::Field(name)) = path.iter().rev().find(|step| matches!(step, Step::Field(_))) else {
        return Vec::new();
    };
    if is_inside_free(path) {
        return Vec::new();
    }
    let own: &[&str] = match (name.as_str(), good) {
        ("share" | "weight", _) => &[
            "150", "-5", "\"abc\"", "1e400", "-1e400", "NaN", "Infinity", "100.001", "0.0005", "\"10\"", "true", "[10]",
        ],
        ("people", Value::Number(_)) => &["-5", "1.5", "1e400", "100000000001", "\"many\"", "true"],
        ("operator" | "match", _) => &["\"nonsense\"", "\"\"", "5", "[]"],
        ("ignore_case" | "not", _) => &["\"yes\"", "1", "[]"],
        ("audience", Value::Number(_)) => &["-5", "1.5", "1e400", "1e30", "100000000001", "\"many\"", "true"],
        ("position", _) => &["-1", "99", "0.5", "1e400", "\"first\""],
        ("production", _) => &["\"yes\"", "1", "[]"],
        ("purpose" | "value_kind" | "role" | "kind", _) => &["\"nonsense\"", "\"\"", "5", "[]"],
        ("expected_removal", _) => &["\"soon\"", "\"2026-13-01\"", "\"2026-02-30\"", "5"],
        ("to", _) => &["\"middle\"", "{\"stage\":-1}", "{\"stage\":99}", "{\"stage\":\"one\"}", "{}", "5"],
        // The value of a boolean flag's variant.
        ("value", Value::Bool(_)) => &["\"yes\"", "1", "null", "[]"],
        (_, Value::String(_)) => &["5", "true", "[]", "{}", "\"\\ud800\""],
        (_, Value::Array(_) | Value::Object(_)) => &["5", "\"text\"", "true"],
        _ => &[],
    };
    let mut raw: Vec<String> = own.iter().map(|text| (*text).to_owned()).collect();
    if good.is_string() {
        raw.extend(texts(name).into_iter().map(|text| Value::String(text).to_string()));
    }
    if path.len() == 1 && required.contains(&name.as_str()) {
        raw.push("null".into());
    }
    raw
}

/// Texts that a field of this name may not hold.
fn texts(name: &str) -> Vec<String> {
    let odd = || vec!["a\0b".to_owned(), "a\u{7}b".to_owned()];
    // Shown text would differ from stored text (UAX #9).
    let turned = || vec!["pay\u{202e}tnemyap".to_owned(), "\u{2066}name".to_owned()];
    match name {
        "key" | "variant" | "off_variant" | "plan" => {
            ["", "a b", "zoë", "../x", "-a", "a\n", "a/b", &"k".repeat(101)].map(str::to_owned).to_vec()
        }
        "name" => [odd(), turned(), vec![String::new(), "   ".into(), "two\nlines".into(), "é".repeat(121)]].concat(),
        "tags" => [odd(), turned(), vec![String::new(), "t".repeat(121)]].concat(),
        "owner" => [odd(), turned(), vec!["o".repeat(121)]].concat(),
        "description" | "reason" => [odd(), turned(), vec!["d".repeat(2_001)]].concat(),
        "people" | "user_key" | "included" | "excluded" => [odd(), vec![String::new(), "é".repeat(257)]].concat(),
        "attribute" | "split_by" => ["", " a", "a ", "a\n", &"a".repeat(201)].map(str::to_owned).to_vec(),
        "pattern" => ["", "(", "a{2000}{2000}", "(?=a)", &"p".repeat(501)].map(str::to_owned).to_vec(),
        "version" => ["", "eight", "1.2.3.4", "8.x"].map(str::to_owned).to_vec(),
        "networks" => ["", "10.0.0.0/33", "example.com", "10.0.0"].map(str::to_owned).to_vec(),
        "time" => ["", "soon", "2026-13-01", "2026-12-01T25:00"].map(str::to_owned).to_vec(),
        "zone" => ["", "Europe/Nowhere", "CET+1"].map(str::to_owned).to_vec(),
        "salt" => vec![String::new(), "s".repeat(65), "a\0b".into()],
        _ => Vec::new(),
    }
}

/// One step from the top of a body to a part of it.
#[derive(Clone, PartialEq)]
pub enum Step {
    /// Into a field.
    Field(String),
    /// Into an element.
    Element(usize),
}

/// The ways to all parts of a body, itself included.
fn paths(value: &Value) -> Vec<Vec<Step>> {
    let mut found = vec![Vec::new()];
    let below = |step: Step, part: &Value| {
        paths(part).into_iter().map(move |rest| [vec![step.clone()], rest].concat()).collect::<Vec<_>>()
    };
    match value {
        Value::Object(object) => {
            found.extend(object.iter().flat_map(|(name, part)| below(Step::Field(name.clone()), part)));
        }
        Value::Array(parts) => {
            found.extend(parts.iter().enumerate().flat_map(|(index, part)| below(Step::Element(index), part)));
        }
        _ => {}
    }
    found
}

fn at<'a>(value: &'a Value, path: &[Step]) -> &'a Value {
    path.iter().fold(value, |value, step| match step {
        Step::Field(name) => &value[name],
        Step::Element(index) => &value[*index],
    })
}

/// As errors spell it: `stages[1].audience.share`.
fn spelt(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Field(name) if text.is_empty() => text.push_str(name),
            Step::Field(name) => text.push_str(&format!(".{name}")),
            Step::Element(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// `good` with the part at `path` replaced by `raw`, which need not be JSON.
fn with_raw(good: &Value, path: &[Step], raw: &str) -> String {
    let mut holed = good.clone();
    let mut hole = &mut holed;
    for step in path {
        hole = match step {
            Step::Field(name) => &mut hole[name],
            Step::Element(index) => &mut hole[*index],
        };
    }
    *hole = json!(GAP);
    holed.to_string().replace(&format!("\"{GAP}\""), raw)
}

/// What a JSON flag gives, and what is known of a person, may hold any field.
fn is_free(path: &[Step]) -> bool {
    matches!(path.last(), Some(Step::Field(name)) if name == "value" || name == "context")
}

fn is_inside_free(path: &[Step]) -> bool {
    path.split_last().is_some_and(|(_, above)| (0..=above.len()).any(|end| is_free(&above[..end])))
}

fn is_json(raw: &str) -> bool {
    serde_json::from_str::<Value>(raw).is_ok()
}

fn abbreviated(raw: &str) -> String {
    if raw.len() <= 40 {
        raw.to_owned()
    } else {
        format!("{}… ({} bytes)", raw.chars().take(20).collect::<String>(), raw.len())
    }
}

fn wrong(what: String, body: String, field: Option<String>) -> Wrong {
    Wrong { what, body: body.into_bytes(), field }
}
