//! JSON with numbers that no double holds: they count as the greatest, or the least, that one does.
//!
//! JSON knows no bound, so an application may send `1e400`, or an integer of 400 digits. One such attribute must not
//! keep all flags from being evaluated. It stays a number, of the same sign, and beyond every number of a rule.

use serde::de::DeserializeOwned;

/// Reads JSON that tells of a person; a number beyond a double counts as the greatest of its sign.
///
/// # Errors
/// What is not JSON, or not of this shape.
pub fn read_context<Context: DeserializeOwned>(json: &[u8]) -> Result<Context, serde_json::Error> {
    let read = serde_json::from_slice(json);
    match read.is_err().then(|| bounded_numbers(json)).flatten() {
        Some(bounded) => serde_json::from_slice(&bounded),
        None => read,
    }
}

/// The same JSON with every number beyond a double in its bounds; `None` where there is none. What is no JSON stays
/// none.
#[must_use]
pub fn bounded_numbers(json: &[u8]) -> Option<Vec<u8>> {
    let mut bounded = Vec::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => at = end_of_text(json, at),
            b'-' | b'0'..=b'9' => {
                let end = json[at..].iter().position(|byte| !is_of_number(*byte)).map_or(json.len(), |so| at + so);
                if is_number(&json[at..end])
                    && let Ok(text) = std::str::from_utf8(&json[at..end])
                    && let Ok(number) = text.parse::<f64>()
                    && number.is_infinite()
                {
                    bounded.extend_from_slice(&json[copied..at]);
                    bounded.extend_from_slice(format!("{:e}", f64::MAX.copysign(number)).as_bytes());
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return None;
    }
    bounded.extend_from_slice(&json[copied..]);
    Some(bounded)
}

/// Behind the text that begins at `start`.
fn end_of_text(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match json.get(at) {
            None => return json.len(),
            Some(b'"') => return at + 1,
            // What is escaped does not end it.
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

const fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

/// Whether it is a number as JSON writes them; `01` and `1.` are none.
fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, text) = digits(text);
    if whole.is_empty() || whole.len() > 1 && whole[0] == b'0' {
        return false;
    }
    let text = match text.strip_prefix(b".").map(digits) {
        Some(([], _)) => return false,
        Some((_, text)) => text,
        None => text,
    };
    match text {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            let (digits, rest) = digits(exponent);
            !digits.is_empty() && rest.is_empty()
        }
        _ => false,
    }
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn numbers_beyond_a_double_are_the_greatest_of_their_sign() {
        let digits = "9".repeat(400);
        for (text, expect) in [
            ("1e400".to_owned(), json!(f64::MAX)),
            ("-1E+400".to_owned(), json!(-f64::MAX)),
            ("1e99999999999999999999".to_owned(), json!(f64::MAX)),
            (digits.clone(), json!(f64::MAX)),
            (format!("-{digits}.5"), json!(-f64::MAX)),
            (format!(r#"{{"a":[1e400,"1e400","\"1e400",{digits}],"1e400":-0}}"#), {
                json!({"a": [f64::MAX, "1e400", "\"1e400", f64::MAX], "1e400": -0.0})
            }),
        ] {
            assert_eq!(read_context::<Value>(text.as_bytes()).unwrap(), expect, "{text}");
        }
    }

    #[test]
    fn nothing_else_is_touched() {
        for text in ["1e300", "{\"x\":\"1e400\"}", "0e400", "1e-400", "\"1e400", "\"\\", "", "nothing", "-", "1e"] {
            assert_eq!(bounded_numbers(text.as_bytes()), None, "{text}");
        }
        for text in ["01e400", "1.e400", ".1e400", "1e400e", "1e400x", "[1e400", "+1e400", "--1e400", "1e400 1"] {
            assert!(read_context::<Value>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
