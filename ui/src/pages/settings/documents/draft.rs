//! The document that is to be brought in: what it is, and what is wrong with it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use signalbox_domain::import::Format;
use signalbox_protocol::wire::import::LARGEST_DOCUMENT;
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::form::sentence;
use crate::json::{self, Fault, line_of};

/// What an import asks for beside the document; no fault of the document is about it.
const BESIDE: [&str; 5] = ["format", "environment", "generation", "dry_run", "reason"];

/// What tells the formats apart.
#[derive(Deserialize)]
struct Members {
    #[serde(default)]
    signalbox: Option<IgnoredAny>,
    #[serde(default)]
    flags: Option<IgnoredAny>,
}

/// The format that a document looks like, where it looks like one.
pub fn format_of(text: &str) -> Option<Format> {
    let members = serde_json::from_str::<Members>(text).ok()?;
    match (members.signalbox, members.flags) {
        (Some(_), _) => Some(Format::Signalbox),
        (None, Some(_)) => Some(Format::Flagd),
        (None, None) => None,
    }
}

/// Whether the text can be sent at all.
///
/// # Errors
/// [`Fault`] where there is nothing, too much, or no JSON.
pub fn check(text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::of_whole("Choose a file, or paste the text of a document."));
    }
    if text.len() > LARGEST_DOCUMENT {
        return Err(Fault::of_whole(too_large(text.len())));
    }
    json::read::<IgnoredAny>(text).map(drop)
}

/// What is said of a document of so many bytes, which is too large.
pub fn too_large(bytes: usize) -> String {
    format!(
        "The document has {}; at most {} can be brought in at once. Split it into documents of fewer flags.",
        size_words(bytes),
        size_words(LARGEST_DOCUMENT)
    )
}

/// What the server found wrong in the document itself, at its line; nothing where the error is about something else.
pub fn fault_of(error: &ErrorBody, text: &str) -> Option<Fault> {
    let detail = &error.error;
    if !matches!(detail.code, ErrorCode::MalformedRequest | ErrorCode::InvalidField) {
        return None;
    }
    match detail.field.as_deref() {
        Some(field) if BESIDE.contains(&field) => None,
        Some(field) => {
            let message = format!("{field}: {}", sentence(&detail.message, field));
            Some(Fault { line: line_of(text, field), column: None, message })
        }
        None => Some(Fault::of_whole(sentence(&detail.message, ""))),
    }
}

/// What is said of an error that is about something else than the document.
pub fn refusal(error: &ErrorBody) -> String {
    match error.error.code {
        // Only looked: nothing can have been changed, whatever became of the answer.
        ErrorCode::Unavailable => "The server does not answer. Nothing was changed; try again when it does.".into(),
        ErrorCode::TooLarge => "The server does not accept a document of this size. Split it into smaller ones.".into(),
        _ => sentence(&error.error.message, ""),
    }
}

/// "812 bytes", "12 KB", "1.2 MB"
pub fn size_words(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".into(),
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_what_it_is() {
        let check = |text, expect| assert_eq!(format_of(text), expect, "{text}");
        check(r#"{"flags": {}}"#, Some(Format::Flagd));
        check(r#"{"signalbox": 1, "flags": []}"#, Some(Format::Signalbox));
        check(r#"{"features": []}"#, None);
        check("[]", None);
        check("{", None);
    }

    #[test]
    fn what_cannot_be_sent_says_why_and_where() {
        let said = |text: &str| check(text).unwrap_err().sentence();
        assert_eq!(check(r#"{"flags": {}}"#), Ok(()));
        assert_eq!(said("  \n"), "Choose a file, or paste the text of a document.");
        assert!(
            said("{\n  \"flags\": {,}\n}").starts_with("Line 2, column 13: "),
            "{}",
            said("{\n  \"flags\": {,}\n}")
        );
        let large = format!("\"{}\"", "a".repeat(LARGEST_DOCUMENT));
        assert!(said(&large).starts_with("The document has 8.3 MB; at most 8.3 MB"), "{}", said(&large));
    }

    #[test]
    fn what_the_server_finds_stands_at_its_line() {
        let text = "{\n  \"signalbox\": 1,\n  \"flags\": [\n    {\"key\": \"a b\"}\n  ]\n}";
        let error = ErrorBody::new(ErrorCode::InvalidField, "must be a key").about("flags[0].key");
        let fault = fault_of(&error, text).unwrap();
        assert_eq!(fault.sentence(), "Line 4: flags[0].key: Must be a key.");
        let beside = ErrorBody::new(ErrorCode::InvalidField, "must be text").about("reason");
        assert_eq!(fault_of(&beside, text), None);
        assert_eq!(fault_of(&ErrorBody::new(ErrorCode::Forbidden, "no"), text), None);
        let whole = ErrorBody::new(ErrorCode::MalformedRequest, "a flagd document must be a JSON object");
        assert_eq!(fault_of(&whole, text).unwrap().sentence(), "A flagd document must be a JSON object.");
    }

    #[test]
    fn sizes_are_told_in_short() {
        let check = |bytes, expect: &str| assert_eq!(size_words(bytes), expect);
        check(1, "1 byte");
        check(812, "812 bytes");
        check(11_020, "12 KB");
        check(1_250_000, "1.2 MB");
    }
}
