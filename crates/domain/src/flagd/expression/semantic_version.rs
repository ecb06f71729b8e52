//! `sem_ver`: compares two versions.
//!
//! A version is `major.minor.patch`, perhaps with a prerelease and build metadata as semver.org has them. A `v` or
//! `V` before it is passed over, `1` stands for `1.0.0` and `1.2` for `1.2.0` (then without prerelease and build),
//! and a number stands for the version it spells. Build metadata makes no difference.

use std::cmp::Ordering;

use semver::{BuildMetadata, Prerelease};

use super::datum::Datum;
use super::node::Node;
use super::subject::Subject;
use super::variable::Scope;

/// A comparison as it stands in a rule.
#[derive(Debug)]
pub struct SemanticVersion {
    left: Side,
    operator: Node,
    right: Side,
}

#[derive(Debug)]
enum Side {
    /// Stands in the rule; `None` when that is no version.
    Fixed(Option<Version>),
    Computed(Node),
}

/// A version without its build metadata; the fields are ordered as they count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    prerelease: Prerelease,
}

impl SemanticVersion {
    /// Of the left version, the operator and the right version.
    pub fn new([left, operator, right]: [Node; 3]) -> Self {
        Self { left: Side::new(left), operator, right: Side::new(right) }
    }

    /// Whether the comparison holds; null when a side is no version or the operator does not exist.
    pub fn evaluate<'a>(&'a self, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
        let holds = || {
            let operator = self.operator.evaluate(subject, scope);
            let operator = operator.as_text()?;
            self.left.with(subject, scope, |left| {
                self.right.with(subject, scope, |right| holds(left, operator, right)).flatten()
            })?
        };
        holds().map_or(Datum::Null, Datum::Bool)
    }
}

impl Side {
    fn new(node: Node) -> Self {
        match node {
            Node::Literal(literal) => Self::Fixed(version_of(&Datum::from(&literal))),
            node => Self::Computed(node),
        }
    }

    /// Calls `then` with the version, if there is one.
    fn with<'a, T>(
        &'a self,
        subject: &Subject<'a>,
        scope: Scope<'_, 'a>,
        then: impl FnOnce(&Version) -> T,
    ) -> Option<T> {
        match self {
            Self::Fixed(version) => version.as_ref().map(then),
            Self::Computed(node) => version_of(&node.evaluate(subject, scope)).as_ref().map(then),
        }
    }
}

fn holds(left: &Version, operator: &str, right: &Version) -> Option<bool> {
    let ordering = left.cmp(right);
    Some(match operator {
        "=" => ordering == Ordering::Equal,
        "!=" => ordering != Ordering::Equal,
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        ">=" => ordering.is_ge(),
        "^" => left.major == right.major,
        "~" => (left.major, left.minor) == (right.major, right.minor),
        _ => return None,
    })
}

fn version_of(datum: &Datum<'_>) -> Option<Version> {
    match datum {
        Datum::Text(text) => Version::parse(text),
        Datum::Number(_) => Version::parse(&datum.to_text()),
        _ => None,
    }
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        let (numbers, prerelease) = match text.split_once('-') {
            Some((numbers, prerelease)) => (numbers, Some(prerelease)),
            None => (text, None),
        };
        let mut parts = numbers.split('.');
        let major = number(parts.next()?)?;
        let [minor, patch] = [parts.next(), parts.next()];
        let is_partial = patch.is_none();
        if parts.next().is_some() || (is_partial && (build.is_some() || prerelease.is_some())) {
            return None;
        }
        // These constructors take an empty text for "none"; after its sign it is an error.
        if build.is_some_and(|build| build.is_empty() || BuildMetadata::new(build).is_err()) {
            return None;
        }
        let prerelease = match prerelease {
            None => Prerelease::EMPTY,
            Some("") => return None,
            Some(prerelease) => Prerelease::new(prerelease).ok()?,
        };
        Some(Self { major, minor: number(minor.unwrap_or("0"))?, patch: number(patch.unwrap_or("0"))?, prerelease })
    }
}

/// Digits without a leading zero.
fn number(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_stand_in_order() {
        let ascending = [
            "0.0.0",
            "v0.0.1",
            "0.1",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "V1",
            "1.0.1",
            "1.2",
            "1.10.0",
            "2.0.0-0",
            "18446744073709551615.0.0",
        ]
        .map(|text| Version::parse(text).unwrap_or_else(|| panic!("{text} is a version")));
        assert!(ascending.is_sorted_by(|one, next| one < next), "{ascending:?}");
    }

    #[test]
    fn build_metadata_makes_no_difference() {
        assert_eq!(Version::parse("1.0.0+build.7"), Version::parse("1.0.0"));
        assert_eq!(Version::parse("1.0.0-rc+a-b"), Version::parse("1.0.0-rc"));
    }

    #[test]
    fn other_texts_are_no_versions() {
        for text in [
            "",
            "v",
            "vv1",
            "not-a-version",
            "2.0.0.0",
            "01.0.0",
            "1.0.0-01",
            "1.0.0-",
            "1.0.0+",
            "1.0.0-a..b",
            "1.-1",
            "1.2-beta",
            "1.2+build",
            "1..2",
            "1.",
            " 1.0.0",
            "1.0.0 ",
            "+1.0.0",
            "1e3",
            "18446744073709551616.0.0",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn caret_and_tilde_compare_the_leading_numbers_alone() {
        let [low, high, next] = ["3.0.5", "3.9.0-rc", "4.0.0"].map(|text| Version::parse(text).unwrap());
        assert_eq!(holds(&high, "^", &low), Some(true));
        assert_eq!(holds(&low, "^", &high), Some(true));
        assert_eq!(holds(&low, "~", &high), Some(false));
        assert_eq!(holds(&next, "^", &low), Some(false));
        assert_eq!(holds(&low, "===", &low), None);
    }
}
