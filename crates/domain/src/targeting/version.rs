//! Clauses on versions, ordered as Semantic Versioning 2.0.0 does (<https://semver.org/#spec-item-11>).
//!
//! Read more widely than that: a leading `v`, missing parts (`8.2` is `8.2.0`) and leading zeros (`2026.08.1`) are
//! what applications send. Build metadata is ignored. Reading allocates nothing.

use std::cmp::Ordering;

use serde::Serialize;

use super::attribute::{AttributePath, Seen};
use super::limits::LONGEST_VALUE;
use super::number::Comparison;
use super::verdict::Verdict;
use crate::refusal::Refusal;

/// A version that an attribute is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionBound {
    /// Which attribute; a text. A number is no version, since `8.20` as a number is `8.2`.
    pub attribute: AttributePath,
    /// Such as `8.2`, `v8.2.1` or `8.2.1-beta.3`.
    pub version: String,
}

impl VersionBound {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        match self.version.len() <= LONGEST_VALUE && Version::read(&self.version).is_some() {
            true => Ok(()),
            false => Err(Refusal::invalid(
                format!("{field}.version"),
                "must be a version such as 8, 8.2, 8.2.1 or 8.2.1-beta.3",
            )),
        }
    }
}

/// A version as it is read from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version<'a> {
    /// Major, minor and patch.
    pub(super) core: [u64; 3],
    /// How many of the three were written.
    written: usize,
    /// What stands after the hyphen, empty for a release.
    pre_release: &'a str,
}

impl<'a> Version<'a> {
    /// Reads a version, unless it is none.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut rest = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let mut core = [0; 3];
        let mut written = 0;
        loop {
            let (number, after) = leading_number(rest)?;
            *core.get_mut(written)? = number;
            written += 1;
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None => {
                    rest = after;
                    break;
                }
            }
        }
        let (marked, build) = match rest.split_once('+') {
            Some((marked, build)) => (marked, Some(build)),
            None => (rest, None),
        };
        let pre_release = match marked {
            "" => None,
            marked => Some(marked.strip_prefix('-')?),
        };
        let is_well_formed = pre_release.is_none_or(are_identifiers) && build.is_none_or(are_identifiers);
        is_well_formed.then_some(Self { core, written, pre_release: pre_release.unwrap_or_default() })
    }

    fn precedence(&self, other: &Version<'_>) -> Ordering {
        self.core.cmp(&other.core).then_with(|| match (self.pre_release, other.pre_release) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (mine, theirs) => by_identifiers(mine, theirs),
        })
    }
}

/// The whole number that a text begins with, and what follows it; none beyond 64 bits.
fn leading_number(text: &str) -> Option<(u64, &str)> {
    let mut number = 0_u64;
    let mut length = 0;
    for digit in text.bytes().map_while(|byte| byte.is_ascii_digit().then(|| byte - b'0')) {
        number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
        length += 1;
    }
    (length > 0).then(|| (number, &text[length..]))
}

fn are_identifiers(text: &str) -> bool {
    text.split('.').all(|identifier| {
        !identifier.is_empty() && identifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

fn by_identifiers(mine: &str, theirs: &str) -> Ordering {
    let (mut mine, mut theirs) = (mine.split('.'), theirs.split('.'));
    loop {
        let ordering = match (mine.next(), theirs.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(mine), Some(theirs)) => identifier(mine, theirs),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// Numbers by size, below words; words by their ASCII order. Numbers are compared by their digits, so none is too
/// large.
fn identifier(mine: &str, theirs: &str) -> Ordering {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number(mine), is_number(theirs)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => mine.cmp(theirs),
        (true, true) => {
            let (mine, theirs) = (mine.trim_start_matches('0'), theirs.trim_start_matches('0'));
            mine.len().cmp(&theirs.len()).then_with(|| mine.cmp(theirs))
        }
    }
}

/// What is asked of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Requirement {
    Compared(Comparison),
    /// `^`: at least this, and the same in the first part that is not 0, and in all before it.
    Compatible,
    /// `~`: at least this, and the same major and minor (only major, where no minor was written).
    Close,
}

impl Requirement {
    /// How many leading parts must be those of `asked`.
    pub(super) fn fixed_parts(self, asked: &Version<'_>) -> usize {
        match self {
            Self::Compared(_) => 0,
            Self::Compatible => {
                let through_first = asked.core.iter().position(|part| *part != 0).map_or(3, |index| index + 1);
                through_first.min(asked.written)
            }
            Self::Close => asked.written.min(2),
        }
    }
}

/// A version ready to be compared with.
#[derive(Debug, Clone)]
pub(super) struct VersionMatcher {
    requirement: Requirement,
    core: [u64; 3],
    pre_release: Box<str>,
    /// How many parts must be the same.
    fixed: usize,
}

impl VersionMatcher {
    pub(super) fn new(requirement: Requirement, test: &VersionBound) -> Option<Self> {
        let version = Version::read(&test.version)?;
        let fixed = requirement.fixed_parts(&version);
        Some(Self { requirement, core: version.core, pre_release: version.pre_release.into(), fixed })
    }

    pub(super) fn judge(&self, seen: Seen<'_>) -> Verdict {
        let Seen::Text(text) = seen else { return Verdict::Unknown };
        let Some(version) = Version::read(text) else { return Verdict::Unknown };
        let asked = Version { core: self.core, written: 3, pre_release: &self.pre_release };
        let ordering = version.precedence(&asked);
        match self.requirement {
            Requirement::Compared(comparison) => comparison.accepts(ordering).into(),
            Requirement::Compatible | Requirement::Close => {
                (ordering.is_ge() && version.core[..self.fixed] == self.core[..self.fixed]).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targeting::testing::{check, check_refused};
    use serde_json::json;

    /// Items 9 to 11 of the specification, least first.
    #[test]
    fn versions_are_ordered_as_specified() {
        let rising = [
            "0.9.9",
            "1.0.0-0.3.7",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.1.0",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-beta.99999999999999999999999999",
            "1.0.0-beta.a",
            "1.0.0-rc.1",
            "1.0.0-x.7.z.92",
            "1.0.0-x-y-z.--",
            "1.0.0",
            "1.9.0",
            "1.10.0",
            "1.11.0",
            "2.0.0",
            "2.1.0",
            "2.1.1",
        ];
        for (left, lower) in rising.iter().enumerate() {
            for (right, higher) in rising.iter().enumerate() {
                let got = Version::read(lower).unwrap().precedence(&Version::read(higher).unwrap());
                assert_eq!(got, left.cmp(&right), "{lower} and {higher}");
            }
        }
    }

    #[test]
    fn what_is_read_as_the_same_version() {
        for group in [
            &["1.2.0", "v1.2.0", "V1.2", "1.2", "01.02.000", "1.2.0+build.7", "v1.2+exp.sha-5114f85"][..],
            &["1", "1.0", "1.0.0", "v1"],
            &["1.2-beta", "1.2.0-beta", "1.2.0-beta+7"],
            &["1.0.0-07", "1.0.0-7"],
        ] {
            for text in group {
                let precedence = Version::read(text).unwrap().precedence(&Version::read(group[0]).unwrap());
                assert_eq!(precedence, Ordering::Equal, "{text} and {}", group[0]);
            }
        }
        for text in [
            "",
            "v",
            "vv1",
            "a",
            "1.",
            ".1",
            "1..2",
            "1.2.3.4",
            "1.2.3-",
            "1.2.3-a..b",
            "1.2.3-ä",
            "1.2.3+",
            " 1.2.3",
            "1.2.3 ",
            "-1.2.3",
            "1.-2",
            "1,2",
            "latest",
            "99999999999999999999.0.0",
            "1.2.3+a+b",
            "٣",
        ] {
            assert_eq!(Version::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn versions_are_compared() {
        let table: &[(&str, &str, &[&str], &[&str])] = &[
            ("version_equals", "8.2", &["8.2", "8.2.0", "v8.2.0+7"], &["8.2.1", "8.2.0-beta", "8", "abc", ""]),
            ("version_less_than", "8.2", &["8.1.9", "8.2.0-beta", "0.0.1"], &["8.2", "8.2.1", "10"]),
            ("version_at_most", "8.2", &["8.2", "8.1"], &["8.2.1", "8.3.0-beta"]),
            ("version_more_than", "8.2", &["8.2.1", "8.10", "9.0.0-alpha"], &["8.2", "8.2.0-rc", "8.1.9"]),
            ("version_at_least", "8.2", &["8.2.0", "8.10", "9"], &["8.1.9", "8.2.0-beta", "8"]),
            (
                "version_compatible_with",
                "1.2.3",
                &["1.2.3", "1.9", "1.3.0-beta"],
                &["1.2.2", "2.0.0", "2.0.0-beta", "1.2.3-rc"],
            ),
            ("version_compatible_with", "0.2.3", &["0.2.3", "0.2.9"], &["0.3.0", "0.2.2", "1.0.0"]),
            ("version_compatible_with", "0.0.3", &["0.0.3"], &["0.0.4", "0.1.0"]),
            ("version_compatible_with", "0.0", &["0.0.0", "0.0.9"], &["0.1.0"]),
            ("version_compatible_with", "0", &["0.0.1", "0.9"], &["1.0.0"]),
            // A pre-release of a later version is a later one; what package managers leave out is theirs to say.
            (
                "version_compatible_with",
                "1.2.3",
                &["1.2.3", "1.3.0-alpha", "1.9"],
                &["1.2.3-beta", "1.2.2", "2.0.0-alpha"],
            ),
            ("version_compatible_with", "1", &["1.0.0", "1.9.9"], &["0.9", "2"]),
            ("version_compatible_with", "1.2.3-beta.2", &["1.2.3-beta.4", "1.2.3"], &["1.2.3-beta.1", "1.2.3-alpha"]),
            ("version_close_to", "1.2.3", &["1.2.3", "1.2.9"], &["1.3.0", "1.2.2", "1.3.0-beta"]),
            ("version_close_to", "1.2", &["1.2.0", "1.2.9"], &["1.3.0"]),
            ("version_close_to", "1", &["1.0.0", "1.9.0"], &["2.0.0", "0.9"]),
            ("version_close_to", "0.0.3", &["0.0.3", "0.0.4"], &["0.1.0"]),
        ];
        for (operator, version, held, not) in table {
            let clause = json!({"operator": operator, "attribute": "x", "version": version});
            held.iter().for_each(|value| check(&clause, json!({"x": value}), true));
            not.iter().for_each(|value| check(&clause, json!({"x": value}), false));
        }
        let clause = json!({"operator": "version_at_least", "attribute": "x", "version": "8"});
        check(&clause, json!({"x": 9}), false);
        check(&clause, json!({"x": ["7.0", "8.1"]}), true);
    }

    #[test]
    fn what_is_no_version_is_refused() {
        check_refused(
            &json!({"operator": "version_equals", "attribute": "x", "version": "8.x"}),
            "clause.version: must be a version such as 8, 8.2, 8.2.1 or 8.2.1-beta.3",
        );
    }
}
