//! Clauses on texts: one of, contains, starts with, ends with.

use std::collections::HashSet;

use serde::Serialize;
use smallvec::SmallVec;

use super::attribute::{AttributePath, Digits, Seen};
use super::comparable::Comparable;
use super::limits::{LONGEST_READ, LONGEST_VALUE, MOST_VALUES};
use super::verdict::Verdict;
use crate::refusal::Refusal;

/// Texts that an attribute is compared with; any of them suffices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextValues {
    /// Which attribute.
    pub attribute: AttributePath,
    /// Any of these. Not for values that belong to one person, such as user keys: those are personal, must be
    /// erasable, and belong into a segment's included people or into overrides.
    pub values: Vec<String>,
    /// Whether capitals and small letters are the same, by the simple case folding of Unicode, letter by letter, as
    /// patterns have it: `É` is `é`, `ς` is `σ`, `ẞ` is `ß`. But `ß` is not `ss`, `İ` and `ı` are neither `i` nor `I`,
    /// and composed and decomposed accents differ.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_case: bool,
}

impl TextValues {
    /// Whether it may be stored.
    ///
    /// # Errors
    /// Names the field. Where parts of a text are sought, an empty value is refused: it is in every text.
    pub(super) fn check(&self, field: &str, may_be_empty: bool) -> Result<(), Refusal> {
        check_count(self.values.len(), "values", field)?;
        let mut seen = HashSet::new();
        for (index, value) in self.values.iter().enumerate() {
            let refuse = |message: String| Err(Refusal::invalid(format!("{field}.values[{index}]"), message));
            if value.is_empty() && !may_be_empty {
                return refuse("must not be empty, since then it would hold for every text".into());
            }
            if value.len() > LONGEST_VALUE {
                return refuse(format!("must be at most {LONGEST_VALUE} bytes of UTF-8"));
            }
            if value.chars().any(char::is_control) {
                return refuse("must not contain control characters".into());
            }
            if !seen.insert(if self.ignore_case { fold(value) } else { value.clone() }) {
                return refuse("must not be listed twice".into());
            }
        }
        Ok(())
    }
}

/// Refuses a list that is empty or longer than [`MOST_VALUES`].
pub(super) fn check_count(count: usize, name: &str, field: &str) -> Result<(), Refusal> {
    match count {
        1..=MOST_VALUES => Ok(()),
        _ => Err(Refusal::invalid(format!("{field}.{name}"), format!("must list 1 to {MOST_VALUES}"))),
    }
}

/// How an attribute is compared with each text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    OneOf,
    Contains,
    StartsWith,
    EndsWith,
}

/// Texts ready to be compared with.
#[derive(Debug, Clone)]
pub(super) struct TextMatcher {
    ignore_case: bool,
    needles: Needles,
}

/// So few that comparing with each is quicker than hashing.
const FEW: usize = 8;

#[derive(Debug, Clone)]
enum Needles {
    OneOfFew(SmallVec<[Comparable<Box<str>>; 2]>),
    OneOfMany(HashSet<Box<str>>),
    Part(Comparison, Box<[Box<str>]>),
}

impl TextMatcher {
    pub(super) fn new(comparison: Comparison, test: &TextValues) -> Self {
        let values = test.values.iter().map(|value| match test.ignore_case {
            true => fold(value).into_boxed_str(),
            false => value.as_str().into(),
        });
        let needles = match comparison {
            Comparison::OneOf if values.len() <= FEW => Needles::OneOfFew(values.map(Comparable::new).collect()),
            Comparison::OneOf => Needles::OneOfMany(values.collect()),
            part => Needles::Part(part, values.collect()),
        };
        Self { ignore_case: test.ignore_case, needles }
    }

    #[inline(always)]
    pub(super) fn judge(&self, seen: Seen<'_>) -> Verdict {
        let mut digits = Digits::default();
        match seen.as_text(&mut digits).filter(|text| text.len() <= LONGEST_READ) {
            None => Verdict::Unknown,
            Some(text) if self.ignore_case => with_folded(text, |folded| self.needles.find(folded)).into(),
            Some(text) => self.needles.find(text).into(),
        }
    }
}

impl Needles {
    #[inline(always)]
    fn find(&self, text: &str) -> bool {
        match self {
            Self::OneOfFew(values) => {
                let text = Comparable::new(text);
                values.iter().any(|value| value.is(&text))
            }
            Self::OneOfMany(values) => values.contains(text),
            Self::Part(Comparison::Contains, values) => values.iter().any(|value| text.contains(&**value)),
            Self::Part(Comparison::StartsWith, values) => values.iter().any(|value| text.starts_with(&**value)),
            Self::Part(Comparison::EndsWith, values) => values.iter().any(|value| text.ends_with(&**value)),
            Self::Part(Comparison::OneOf, values) => values.iter().any(|value| **value == *text),
        }
    }
}

/// Every letter folded, without regard to its neighbours.
fn fold(text: &str) -> String {
    text.chars().map(fold_letter).collect()
}

/// One letter for all that differ in nothing but their case: the simple case folding of Unicode.
///
/// By way of the capital, since several small letters may have the same: `σ` and `ς`, `s` and `ſ`. What has no single
/// letter as its counterpart stays.
fn fold_letter(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    match letter {
        // Their counterparts are those of `i` only in some languages.
        'İ' | 'ı' => return letter,
        // Written twice in Unicode, and without a capital of one letter.
        '\u{1fd3}' => return '\u{390}',
        '\u{1fe3}' => return '\u{3b0}',
        '\u{fb05}' => return '\u{fb06}',
        _ => {}
    }
    let capital = only(letter.to_uppercase()).unwrap_or(letter);
    only(capital.to_lowercase()).unwrap_or(capital)
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    first.filter(|_| letters.next().is_none())
}

/// Calls `ask` with the folded text; allocates only for texts that are long and not folded already.
fn with_folded(text: &str, ask: impl FnOnce(&str) -> bool) -> bool {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return ask(text);
    }
    let mut room = [0_u8; 256];
    let mut written = 0;
    for letter in text.chars().map(fold_letter) {
        let Some(place) = room.get_mut(written..written + letter.len_utf8()) else {
            return ask(&fold(text));
        };
        written += letter.encode_utf8(place).len();
    }
    match std::str::from_utf8(&room[..written]) {
        Ok(folded) => ask(folded),
        // Cannot be: whole letters were written one after the other.
        Err(_) => ask(&fold(text)),
    }
}

#[cfg(test)]
mod tests {
    use crate::targeting::testing::{check, check_refused};
    use serde_json::json;

    #[test]
    fn one_of() {
        let few = json!({"operator": "one_of", "attribute": "x", "values": ["DE", "FR", ""]});
        check(&few, json!({"x": "DE"}), true);
        check(&few, json!({"x": "de"}), false);
        check(&few, json!({"x": "US"}), false);
        check(&few, json!({"x": ""}), true);
        check(&few, json!({"x": ["US", "FR"]}), true);
        check(&few, json!({"x": ["US", 7, null, {}, ["FR"]]}), false);

        let values: Vec<String> = (0..100).map(|number| format!("Wert {number}")).collect();
        let many = json!({"operator": "one_of", "attribute": "x", "values": values, "ignore_case": true});
        check(&many, json!({"x": "WERT 99"}), true);
        check(&many, json!({"x": "wert 100"}), false);

        let digits = json!({"operator": "one_of", "attribute": "x", "values": ["204417", "true", "-1"]});
        check(&digits, json!({"x": 204_417}), true);
        check(&digits, json!({"x": 204_417.0}), true);
        check(&digits, json!({"x": 204_417.5}), false);
        check(&digits, json!({"x": true}), true);
        check(&digits, json!({"x": false}), false);
        check(&digits, json!({"x": -1}), true);
    }

    #[test]
    fn the_digits_of_a_large_number_are_compared_one_by_one() {
        let clause = json!({"operator": "one_of", "attribute": "x", "values": ["9007199254740993"]});
        check(&clause, json!({"x": 9_007_199_254_740_993_u64}), true);
        check(&clause, json!({"x": 9_007_199_254_740_992_u64}), false);
    }

    #[test]
    fn capitals_may_be_ignored() {
        let clause =
            |values: &[&str]| json!({"operator": "one_of", "attribute": "x", "values": values, "ignore_case": true});
        check(&clause(&["Zoë"]), json!({"x": "ZOË"}), true);
        check(&clause(&["STRASSE"]), json!({"x": "straße"}), false);
        check(&clause(&["İ"]), json!({"x": "İ"}), true);
        check(&clause(&["ΟΔΟΣ"]), json!({"x": "οδοσ"}), true);
        let long = "Ä".repeat(100);
        check(&clause(&[&long]), json!({"x": long.to_lowercase()}), true);
        let contains = json!({"operator": "contains", "attribute": "x", "values": ["ÄÖ"], "ignore_case": true});
        check(&contains, json!({"x": format!("{}äö", "Ü".repeat(1_000))}), true);
    }

    #[test]
    fn every_operator_ignores_case_alike() {
        let same = |one: &str, other: &str, expect: bool| {
            for (here, there) in [(one, other), (other, one)] {
                for operator in ["one_of", "contains", "starts_with", "ends_with"] {
                    let clause = json!({"operator": operator, "attribute": "x", "values": [here], "ignore_case": true});
                    check(&clause, json!({"x": there}), expect);
                }
                let many: Vec<_> = (0..20).map(|number| format!("{number}")).chain([here.to_owned()]).collect();
                let clause = json!({"operator": "one_of", "attribute": "x", "values": many, "ignore_case": true});
                check(&clause, json!({"x": there}), expect);
                let pattern = json!({"operator": "matches_pattern", "attribute": "x", "pattern": format!("^{here}$"), "ignore_case": true});
                check(&pattern, json!({"x": there}), expect);
            }
        };
        for (one, other) in [
            ("É", "é"),
            ("ΟΔΟΣ", "οδος"),
            ("οδοσ", "οδος"),
            ("ß", "ẞ"),
            ("K", "\u{212a}"),
            ("s", "ſ"),
            ("Ω", "\u{2126}"),
            ("µ", "μ"),
            ("Ǆ", "ǅ"),
            ("ᾈ", "ᾀ"),
        ] {
            same(one, other, true);
        }
        for (one, other) in
            [("ß", "ss"), ("STRASSE", "straße"), ("İ", "i"), ("İ", "I"), ("ı", "i"), ("ı", "I"), ("é", "e\u{301}")]
        {
            same(one, other, false);
        }
    }

    #[test]
    fn letters_are_folded_as_patterns_fold_them() {
        let cased = |one: &char| one.is_lowercase() || one.is_uppercase();
        let cased: String = ('\u{80}'..=char::MAX).filter(cased).chain('a'..='z').collect();
        // The newest letters may be in the tables of one and not yet of the other.
        let cased: String =
            regex::Regex::new(r"\P{Cn}+").unwrap().find_iter(&cased).map(|known| known.as_str()).collect();
        let mut by_fold = std::collections::BTreeMap::<char, Vec<char>>::new();
        for letter in cased.chars() {
            by_fold.entry(super::fold_letter(letter)).or_default().push(letter);
        }
        assert!(by_fold.len() > 1_000, "{}", by_fold.len());
        for (folded, letters) in by_fold {
            let pattern = regex::RegexBuilder::new(&regex::escape(&folded.to_string())).case_insensitive(true).build();
            let found: String = pattern.unwrap().find_iter(&cased).map(|found| found.as_str()).collect();
            assert_eq!(found, letters.iter().collect::<String>(), "{folded:?}");
        }
    }

    #[test]
    fn parts_of_texts() {
        let clause = |operator: &str, ignore: bool| json!({"operator": operator, "attribute": "x", "values": ["@Fern", "bank"], "ignore_case": ignore});
        for (text, contains, starts, ends) in [
            ("ann@Fernhill", true, false, false),
            ("@Fern", true, true, true),
            ("bank", true, true, true),
            ("savings bank", true, false, true),
            ("BANK", false, false, false),
            ("", false, false, false),
        ] {
            check(&clause("contains", false), json!({"x": text}), contains);
            check(&clause("starts_with", false), json!({"x": text}), starts);
            check(&clause("ends_with", false), json!({"x": text}), ends);
        }
        check(&clause("contains", true), json!({"x": "Mein BANKKONTO"}), true);
        check(&clause("starts_with", true), json!({"x": "@FERNHILL"}), true);
        check(&clause("ends_with", true), json!({"x": "x@fern"}), true);
        let zip = json!({"operator": "starts_with", "attribute": "x", "values": ["10"]});
        check(&zip, json!({"x": 10_115}), true);
    }

    #[test]
    fn a_text_too_long_to_read_is_not_judged() {
        let clause = json!({"operator": "starts_with", "attribute": "x", "values": ["a"]});
        check(&clause, json!({"x": "a".repeat(4_096)}), true);
        check(&clause, json!({"x": "a".repeat(4_097)}), false);
        let mut inverted = clause;
        inverted["not"] = json!(true);
        check(&inverted, json!({"x": "b".repeat(4_096)}), true);
        check(&inverted, json!({"x": "b".repeat(4_097)}), false);
    }

    #[test]
    fn refusals_name_the_field() {
        let clause = |operator: &str, values: serde_json::Value| json!({"operator": operator, "attribute": "x", "values": values});
        check_refused(&clause("one_of", json!([])), "clause.values: must list 1 to 500");
        check_refused(&clause("one_of", json!(["a", "b", "a"])), "clause.values[2]: must not be listed twice");
        check_refused(
            &clause("contains", json!(["a", ""])),
            "clause.values[1]: must not be empty, since then it would hold for every text",
        );
        check_refused(&clause("one_of", json!(["a\u{7}"])), "clause.values[0]: must not contain control characters");
        check_refused(
            &clause("one_of", json!(["é".repeat(129)])),
            "clause.values[0]: must be at most 256 bytes of UTF-8",
        );
        let folded = json!({"operator": "one_of", "attribute": "x", "values": ["DE", "de"], "ignore_case": true});
        check_refused(&folded, "clause.values[1]: must not be listed twice");
    }
}
