//! Where in a JSON text something is wrong.

use serde::de::DeserializeOwned;
use signalbox_domain::Refusal;
use signalbox_domain::targeting::bounded_numbers;

use crate::form::sentence;

/// What is wrong with a JSON text, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1; absent where it is about the whole.
    pub line: Option<usize>,
    /// The place in the line, counted from 1, where the text is no JSON at all.
    pub column: Option<usize>,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// Reads a JSON text.
///
/// # Errors
/// [`Fault`] at the line where reading stopped.
pub fn read<Content: DeserializeOwned>(text: &str) -> Result<Content, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let line = Some(error.line()).filter(|line| *line > 0);
        let column = line.and(Some(error.column()).filter(|column| *column > 0 && !error.is_data()));
        Fault { line, column, message: sentence(message, "") }
    })
}

/// Reads what an application sends of a person: a number beyond a double counts as the greatest of its sign.
///
/// # Errors
/// As [`read`].
pub fn read_context<Content: DeserializeOwned>(text: &str) -> Result<Content, Fault> {
    let bounded = bounded_numbers(text.as_bytes()).and_then(|bounded| String::from_utf8(bounded).ok());
    read(bounded.as_deref().unwrap_or(text))
}

impl Fault {
    /// About the whole, in a sentence.
    pub fn of_whole(message: impl Into<String>) -> Self {
        Self { line: None, column: None, message: message.into() }
    }

    /// What a refusal is about, in the text of the value that stands at `root` in the request, such as `rule`.
    pub fn of_refusal(refusal: &Refusal, root: &str, text: &str) -> Self {
        match refusal {
            Refusal::Invalid { field, message } => {
                let path = field.strip_prefix(root).unwrap_or(field).trim_start_matches('.');
                Self { line: line_of(text, path), column: None, message: format!("{path}: {message}.") }
            }
            other => Self::of_whole(sentence(&other.to_string(), "")),
        }
    }

    /// "Line 4: must be a number."
    pub fn sentence(&self) -> String {
        match (self.line, self.column) {
            (None, _) => self.message.clone(),
            (Some(line), None) => format!("Line {line}: {}", self.message),
            (Some(line), Some(column)) => format!("Line {line}, column {column}: {}", self.message),
        }
    }
}

/// The line, counted from 1, where the value at a path such as `clauses[1].version` begins; that of the innermost
/// part of the path that is there.
pub fn line_of(text: &str, path: &str) -> Option<usize> {
    let steps: Vec<_> = path.split(['.', '[']).map(|step| step.trim_end_matches(']')).collect();
    let mut reader = Reader { rest: text.char_indices().peekable(), text };
    let at = reader.find(&steps)?;
    Some(text.get(..at)?.matches('\n').count() + 1)
}

/// Walks through a JSON text that is well formed.
struct Reader<'a> {
    rest: std::iter::Peekable<std::str::CharIndices<'a>>,
    text: &'a str,
}

impl<'a> Reader<'a> {
    /// Where the value that the steps lead to begins.
    fn find(&mut self, steps: &[&str]) -> Option<usize> {
        let (begin, open) = self.next_sign()?;
        let Some((step, deeper)) = steps.split_first().filter(|(step, _)| !step.is_empty()) else { return Some(begin) };
        let mut index = 0_usize;
        loop {
            let found = match open {
                '{' => {
                    let (at, quote) = self.next_sign()?;
                    if quote != '"' {
                        return Some(begin);
                    }
                    let name = self.text_from(at)?;
                    self.next_sign()?;
                    name == *step
                }
                '[' => index.to_string() == *step,
                _ => return Some(begin),
            };
            if found {
                return self.find(deeper);
            }
            self.skip_value()?;
            index += 1;
            if self.next_sign()?.1 != ',' {
                return Some(begin);
            }
        }
    }

    /// The next character that is no white space.
    fn next_sign(&mut self) -> Option<(usize, char)> {
        self.rest.find(|(_, sign)| !sign.is_whitespace())
    }

    /// The text whose opening quote, at this place, was just read.
    fn text_from(&mut self, at: usize) -> Option<&'a str> {
        let mut escaped = false;
        let (end, _) = self.rest.find(|(_, sign)| {
            let ends = *sign == '"' && !escaped;
            escaped = *sign == '\\' && !escaped;
            ends
        })?;
        self.text.get(at + 1..end)
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            // What ends the value belongs to what is around it.
            while self.rest.peek().is_some_and(|(_, sign)| sign.is_whitespace()) {
                self.rest.next();
            }
            let (_, sign) = *self.rest.peek()?;
            if depth == 0 && matches!(sign, ',' | ']' | '}') {
                return Some(());
            }
            let (at, sign) = self.rest.next()?;
            match sign {
                '{' | '[' => depth += 1,
                '}' | ']' => depth -= 1,
                '"' => {
                    self.text_from(at)?;
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "id": "r, \"1\" }",
  "clauses": [
    { "attribute": "a", "values": ["x", "]"] },
    {
      "attribute": "b",
      "version": "8"
    }
  ],
  "split": []
}"#;

    #[test]
    fn a_path_leads_to_its_line() {
        let check = |path, expect| assert_eq!(line_of(TEXT, path), expect, "{path}");
        check("id", Some(2));
        check("clauses", Some(3));
        check("clauses[0].values[1]", Some(4));
        check("clauses[1]", Some(5));
        check("clauses[1].version", Some(7));
        check("split", Some(10));
        check("", Some(1));
        // What is not there is told where it would be.
        check("clauses[1].zone", Some(5));
        check("name", Some(1));
        assert_eq!(line_of("", "id"), None);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let fault = read::<Vec<u8>>("[\n1,\n\"x\"]").unwrap_err();
        assert_eq!(fault.line, Some(3));
        assert!(fault.sentence().starts_with("Line 3: Invalid type"), "{}", fault.sentence());
        assert_eq!(read::<Vec<u8>>("[\n1,,\n]").unwrap_err().sentence(), "Line 2, column 3: Expected value.");
        assert_eq!(read::<Vec<u8>>("[1]"), Ok(vec![1]));
    }

    #[test]
    fn what_is_refused_says_where() {
        let fault = Fault::of_refusal(&Refusal::invalid("rule.clauses[1].version", "must be a version"), "rule", TEXT);
        assert_eq!(fault.sentence(), "Line 7: clauses[1].version: must be a version.");
        let fault = Fault::of_refusal(&Refusal::conflict("not now"), "rule", TEXT);
        assert_eq!((fault.line, fault.sentence()), (None, "Not now.".into()));
    }
}
