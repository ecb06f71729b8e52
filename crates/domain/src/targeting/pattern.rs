//! Clauses on regular expressions, matched in time linear in the text.

use regex::{Regex, RegexBuilder};
use serde::Serialize;

use super::attribute::{AttributePath, Digits, Seen};
use super::limits::{LARGEST_PATTERN_CACHE, LARGEST_PATTERN_PROGRAM, LONGEST_PATTERN, LONGEST_READ};
use super::verdict::Verdict;
use crate::refusal::Refusal;

/// A regular expression that is sought anywhere in an attribute; `^` and `$` tie it to the ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pattern {
    /// Which attribute.
    pub attribute: AttributePath,
    /// In the syntax of the crate `regex`: Unicode, without look-around and back-references.
    pub pattern: String,
    /// Whether capitals and small letters are the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_case: bool,
}

impl Pattern {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        let refuse = |message: String| Err(Refusal::invalid(format!("{field}.pattern"), message));
        match self.pattern.len() {
            0 => refuse("must not be empty, since then it would hold for every text".into()),
            1..=LONGEST_PATTERN => match self.compile() {
                Ok(_) => Ok(()),
                Err(regex::Error::CompiledTooBig(_)) => {
                    refuse("must be simpler: it grows too large; use smaller repetitions or ASCII classes".into())
                }
                Err(error) => refuse(format!("must be a regular expression: {}", in_one_line(&error))),
            },
            _ => refuse(format!("must be at most {LONGEST_PATTERN} bytes of UTF-8")),
        }
    }

    fn compile(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.pattern)
            .case_insensitive(self.ignore_case)
            .size_limit(LARGEST_PATTERN_PROGRAM)
            .dfa_size_limit(LARGEST_PATTERN_CACHE)
            .build()
    }

    /// The pattern ready to match, unless it cannot be read.
    pub(super) fn matcher(&self) -> Option<Regex> {
        self.compile().ok()
    }
}

/// The reason alone: the crate draws the pattern with a marker below it, which makes no sense in one line.
fn in_one_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    reason.strip_prefix("error: ").unwrap_or(reason).to_owned()
}

pub(super) fn judge(pattern: &Regex, seen: Seen<'_>) -> Verdict {
    let mut digits = Digits::default();
    let text = seen.as_text(&mut digits).filter(|text| text.len() <= LONGEST_READ);
    text.map_or(Verdict::Unknown, |text| pattern.is_match(text).into())
}

#[cfg(test)]
mod tests {
    use crate::targeting::testing::{check, check_refused};
    use serde_json::json;

    #[test]
    fn patterns_match_anywhere() {
        let clause = |pattern: &str, ignore: bool| json!({"operator": "matches_pattern", "attribute": "x", "pattern": pattern, "ignore_case": ignore});
        check(&clause("b+", false), json!({"x": "abc"}), true);
        check(&clause("^b", false), json!({"x": "abc"}), false);
        check(&clause("^ABC$", false), json!({"x": "abc"}), false);
        check(&clause("^ABC$", true), json!({"x": "abc"}), true);
        check(&clause(r"^\p{Greek}+$", false), json!({"x": "λόγος"}), true);
        check(&clause(r"^\d+$", false), json!({"x": 12}), true);
        check(&clause("^$", false), json!({"x": ""}), true);
        check(&clause("a", false), json!({"x": ["b", "a"]}), true);
        check(&clause("a", false), json!({"x": {"a": 1}}), false);
        check(&clause("a", false), json!({"x": 1.5}), false);
        check(&clause(r"^[\w.+-]+@[\w-]+\.[\w.]+$", false), json!({"x": "ann@fernhill.example"}), true);
        // Takes for ever by backtracking.
        check(&clause("^(a+)+$", false), json!({"x": format!("{}!", "a".repeat(4_000))}), false);
    }

    #[test]
    fn patterns_are_refused_with_their_reason() {
        let clause = |pattern: &str| json!({"operator": "matches_pattern", "attribute": "x", "pattern": pattern});
        check_refused(&clause(""), "clause.pattern: must not be empty, since then it would hold for every text");
        check_refused(&clause(&"a".repeat(501)), "clause.pattern: must be at most 500 bytes of UTF-8");
        check_refused(&clause("(a"), "clause.pattern: must be a regular expression: unclosed group");
        check_refused(
            &clause("a(?=b)"),
            "clause.pattern: must be a regular expression: look-around, including look-ahead and look-behind, is not supported",
        );
        check_refused(
            &clause(r"\w{1000}"),
            "clause.pattern: must be simpler: it grows too large; use smaller repetitions or ASCII classes",
        );
    }
}
