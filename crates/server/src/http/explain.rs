//! What is wrong with a request, in the words of people: from serde's messages to a field and what it accepts.
//!
//! Two codes come out. A field of the wrong type or shape, missing, unknown or given twice is
//! `malformed_request`; a field of the right type whose value is not acceptable is `invalid_field`.

use signalbox_protocol::{ErrorBody, ErrorCode};

/// What serde says about the field at `path`.
pub fn explain(path: &str, message: &str) -> ErrorBody {
    let message = without_position(message);
    if let Some(name) = quoted_after(message, "missing field ") {
        return malformed("must be given").about(join(path, name));
    }
    if let Some(name) = quoted_after(message, "duplicate field ") {
        return malformed("must not be given twice").about(join(path, name));
    }
    if let Some(name) = quoted_after(message, "unknown field ") {
        let known = match names_after(message, ", expected ") {
            known if known.is_empty() => "there are none".to_owned(),
            known => format!("there are {}", known.join(", ")),
        };
        return malformed(format!("is not a field here; {known}")).about(join(path, name));
    }
    if message.starts_with("unknown variant ") {
        let known = names_after(message, ", expected ").join(", ");
        return invalid(format!("must be one of {known}")).at(path);
    }
    if let Some(mismatch) = message.strip_prefix("invalid type: ") {
        let (got, expected) = mismatch.rsplit_once(", expected ").unwrap_or((mismatch, "something else"));
        return malformed(format!("must be {}, not {}", type_in_words(expected), kind_in_words(got))).at(path);
    }
    if let Some(mismatch) = message.strip_prefix("invalid value: ") {
        let expected = mismatch.rsplit_once(", expected ").map_or("something else", |(_, expected)| expected);
        return invalid(format!("must be {}", type_in_words(expected))).at(path);
    }
    match message {
        // Texts of numbers and booleans, in the query or the path.
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            malformed("must be a whole number, 0 or more").at(path)
        }
        "provided string was not `true` or `false`" => malformed("must be true or false").at(path),
        "number too large to fit in target type" => invalid("must be a smaller number").at(path),
        // Dates; the messages of chrono say nothing to people.
        "input contains invalid characters"
        | "input is out of range"
        | "input is not enough for unique date and time"
        | "premature end of input"
        | "trailing input" => invalid("must be a date such as 2026-12-31").at(path),
        other if other.starts_with("must ") => invalid(other).at(path),
        other => malformed(format!("is not acceptable: {other}")).at(path),
    }
}

trait At {
    /// About the field at `path`, or about the whole when that is the root.
    fn at(self, path: &str) -> Self;
}

impl At for ErrorBody {
    fn at(self, path: &str) -> Self {
        match path {
            "" | "." | "?" => self,
            path => self.about(path),
        }
    }
}

fn malformed(message: impl Into<String>) -> ErrorBody {
    ErrorBody::new(ErrorCode::MalformedRequest, message)
}

fn invalid(message: impl Into<String>) -> ErrorBody {
    ErrorBody::new(ErrorCode::InvalidField, message)
}

/// The path of the field `name` in the object at `path`.
pub fn join(path: &str, name: &str) -> String {
    match path {
        "" | "." | "?" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}

/// `message` without the " at line 1 column 7" that `serde_json` adds.
fn without_position(message: &str) -> &str {
    match message.rsplit_once(" at line ") {
        Some((before, position))
            if position.bytes().all(|byte| byte.is_ascii_digit() || b" column".contains(&byte)) =>
        {
            before
        }
        _ => message,
    }
}

/// The name in back-ticks after `prefix`.
fn quoted_after<'message>(message: &'message str, prefix: &str) -> Option<&'message str> {
    let (name, _) = message.strip_prefix(prefix)?.strip_prefix('`')?.split_once('`')?;
    Some(name)
}

/// All names in back-ticks after the last `marker`.
fn names_after<'message>(message: &'message str, marker: &str) -> Vec<&'message str> {
    let names = message.rsplit_once(marker).map_or("", |(_, names)| names);
    names.split('`').skip(1).step_by(2).collect()
}

/// The type that serde expected.
fn type_in_words(expected: &str) -> &str {
    match expected {
        "f64" | "f32" => "a number",
        "u64" | "u32" | "usize" => "a whole number, 0 or more",
        "a boolean" => "true or false",
        "a string" | "string" => "text",
        "a sequence" => "a list",
        "string or map" => "text or an object",
        "a formatted date string" => "a date such as 2026-12-31",
        other if other.starts_with("struct ") || other.ends_with("map") => "an object",
        other => other,
    }
}

/// The kind of value that serde got, without the value.
fn kind_in_words(got: &str) -> &'static str {
    let starts = |prefix: &str| got.starts_with(prefix);
    if starts("string") {
        "text"
    } else if starts("integer") || starts("floating point") {
        "a number of this kind"
    } else if starts("boolean") {
        "true or false"
    } else if starts("null") || starts("unit") {
        "null"
    } else if starts("sequence") {
        "a list"
    } else {
        "an object"
    }
}
