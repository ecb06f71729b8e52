//! Limits on texts that people type.

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 120;
/// Longest description or reason, in characters.
pub const LONGEST_TEXT: usize = 2_000;
/// Longest hypothesis of a rollout, in characters.
pub const LONGEST_HYPOTHESIS: usize = 500;
/// Longest key of a person in overrides and stages, in bytes.
pub const LONGEST_PERSON: usize = 512;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAText {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Too long.
    #[error("must be at most {0} characters")]
    TooLong(usize),
    /// Too long, where bytes count.
    #[error("must be at most {0} bytes of UTF-8")]
    TooManyBytes(usize),
    /// A control character, or one that reorders the text around it.
    #[error("must not contain control or text-direction characters")]
    Control,
}

/// One line that must say something: trimmed, 1 to [`LONGEST_NAME`] characters.
///
/// # Errors
/// [`NotAText`] says which limit was broken.
pub fn name(text: &str) -> Result<String, NotAText> {
    required(text, LONGEST_NAME, false)
}

/// One or more lines that must say something: trimmed, 1 to [`LONGEST_TEXT`] characters.
///
/// # Errors
/// [`NotAText`] says which limit was broken.
pub fn reason(text: &str) -> Result<String, NotAText> {
    required(text, LONGEST_TEXT, true)
}

/// One or more lines that may be empty: trimmed, at most [`LONGEST_TEXT`] characters.
///
/// # Errors
/// [`NotAText`] says which limit was broken.
pub fn description(text: &str) -> Result<String, NotAText> {
    optional(text, LONGEST_TEXT)
}

/// What a rollout is expected to bring about; may be empty: trimmed, at most [`LONGEST_HYPOTHESIS`] characters.
///
/// # Errors
/// [`NotAText`] says which limit was broken.
pub fn hypothesis(text: &str) -> Result<String, NotAText> {
    optional(text, LONGEST_HYPOTHESIS)
}

fn optional(text: &str, longest: usize) -> Result<String, NotAText> {
    match required(text, longest, true) {
        Err(NotAText::Empty) => Ok(String::new()),
        other => other,
    }
}

/// The key of a person as an application sends it: kept as it is, 1 to [`LONGEST_PERSON`] bytes.
///
/// # Errors
/// [`NotAText`] says which limit was broken.
pub fn person(text: &str) -> Result<String, NotAText> {
    match text.len() {
        0 => Err(NotAText::Empty),
        1..=LONGEST_PERSON if text.chars().any(char::is_control) => Err(NotAText::Control),
        1..=LONGEST_PERSON => Ok(text.to_owned()),
        _ => Err(NotAText::TooManyBytes(LONGEST_PERSON)),
    }
}

fn required(text: &str, longest: usize, lines: bool) -> Result<String, NotAText> {
    let text = text.trim();
    if !text.chars().any(is_seen) {
        return Err(NotAText::Empty);
    }
    if text.chars().count() > longest {
        return Err(NotAText::TooLong(longest));
    }
    if text.chars().any(|character| is_disruptive(character, lines)) {
        return Err(NotAText::Control);
    }
    Ok(text.to_owned())
}

/// Whether a character leaves a mark: not white space, and none of the joiners, fillers and noncharacters that
/// show as nothing.
fn is_seen(character: char) -> bool {
    let shows_nothing = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}');
    !shows_nothing && !character.is_whitespace() && !character.is_control()
}

/// Control characters, and the Unicode marks (UAX #9) that make shown text differ from stored text.
fn is_disruptive(character: char, lines: bool) -> bool {
    match character {
        '\n' | '\t' | '\r' => !lines,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_limits() {
        assert_eq!(name("  Instant payments "), Ok("Instant payments".into()));
        assert_eq!(name(" \t "), Err(NotAText::Empty));
        assert_eq!(name("\u{200b}\u{feff}"), Err(NotAText::Empty));
        assert_eq!(name("👩\u{200d}🔬"), Ok("👩\u{200d}🔬".into()));
        assert_eq!(name(&"é".repeat(121)), Err(NotAText::TooLong(120)));
        assert_eq!(name("a\nb"), Err(NotAText::Control));
        assert_eq!(name("pay\u{202e}tnemyap"), Err(NotAText::Control));
        assert_eq!(reason("first\nsecond"), Ok("first\nsecond".into()));
        assert_eq!(reason("a\0b"), Err(NotAText::Control));
        assert_eq!(description("  "), Ok(String::new()));
        assert_eq!(person(" u 1 "), Ok(" u 1 ".into()));
        assert_eq!(person(&"u".repeat(513)), Err(NotAText::TooManyBytes(512)));
    }
}
