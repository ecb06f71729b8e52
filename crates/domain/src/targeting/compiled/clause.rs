//! A clause compiled.

use regex::Regex;

use super::{CompiledSegments, Question};
use crate::key::SegmentKey;
use crate::targeting::attribute::{AttributePath, Attributes, Seen};
use crate::targeting::clause::{Clause, Condition};
use crate::targeting::network::NetworkMatcher;
use crate::targeting::number::{Comparison, NumberMatcher};
use crate::targeting::observer::{Found, Observer, Unobserved};
use crate::targeting::pattern;
use crate::targeting::text::{self, TextMatcher};
use crate::targeting::time::{TimeMatcher, moment_of, within_years};
use crate::targeting::verdict::Verdict;
use crate::targeting::version::{Requirement, VersionMatcher};
use crate::targeting::weekly::WeeklyMatcher;

/// A clause, ready to be asked.
#[derive(Debug, Clone)]
pub struct CompiledClause {
    not: bool,
    /// What is looked at, where that is an attribute.
    attribute: Option<AttributePath>,
    matcher: Matcher,
    /// As it was written, for those who ask why. Apart, since evaluating many flags is waiting for memory.
    clause: Box<Clause>,
}

#[derive(Debug, Clone)]
enum Matcher {
    Text(TextMatcher),
    Pattern(Regex),
    Number(NumberMatcher),
    Version(VersionMatcher),
    Network(NetworkMatcher),
    Time(TimeMatcher),
    Weekly(WeeklyMatcher),
    IsSet,
    InSegment(Box<[SegmentKey]>),
    /// What is stored cannot be read.
    Unreadable,
}

impl CompiledClause {
    /// Compiles a clause.
    #[must_use]
    pub fn new(clause: Clause) -> Self {
        let attribute = clause.condition.attribute().cloned();
        Self { not: clause.not, attribute, matcher: Matcher::of(&clause.condition), clause: Box::new(clause) }
    }

    /// The clause as it was written.
    #[must_use]
    pub fn clause(&self) -> &Clause {
        &self.clause
    }

    /// Whether it holds.
    #[must_use]
    pub fn matches(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool {
        self.observe(attributes, segments, &mut Unobserved)
    }

    /// Whether it holds, before the eyes of `observer`.
    pub fn observe(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        observer: &mut impl Observer,
    ) -> bool {
        self.ask(Question { attributes, segments, depth: 0 }, observer)
    }

    #[inline]
    pub(super) fn ask(&self, question: Question<'_>, observer: &mut impl Observer) -> bool {
        let (found, verdict) = match (&self.matcher, &self.attribute) {
            (Matcher::Unreadable, _) => (Found::Unreadable, Verdict::Unknown),
            (Matcher::InSegment(keys), _) => (Found::Segments, question.is_in_any(keys, observer)),
            (matcher, Some(path)) => {
                let seen = question.attributes.find(path);
                (Found::Attribute(seen), matcher.judge(seen))
            }
            (matcher, None) => {
                let now = question.attributes.now();
                (Found::Now(now), within_years(now.millis()).map_or(Verdict::Unknown, |now| matcher.judge_moment(now)))
            }
        };
        let holds = verdict.holds(self.not);
        observer.clause(&self.clause, found, verdict, holds);
        holds
    }
}

impl Matcher {
    fn of(condition: &Condition) -> Self {
        let text = |comparison, test| Self::Text(TextMatcher::new(comparison, test));
        let number = |comparison, bound: f64| Self::Number(NumberMatcher::Bound(comparison, bound));
        let version = |requirement, test| VersionMatcher::new(requirement, test).map(Self::Version);
        let compared = |comparison, test| version(Requirement::Compared(comparison), test);
        let readable = match condition {
            Condition::OneOf(test) => Some(text(text::Comparison::OneOf, test)),
            Condition::Contains(test) => Some(text(text::Comparison::Contains, test)),
            Condition::StartsWith(test) => Some(text(text::Comparison::StartsWith, test)),
            Condition::EndsWith(test) => Some(text(text::Comparison::EndsWith, test)),
            Condition::MatchesPattern(test) => test.matcher().map(Self::Pattern),
            Condition::NumberEquals(test) => Some(number(Comparison::Equal, test.number)),
            Condition::NumberLessThan(test) => Some(number(Comparison::Less, test.number)),
            Condition::NumberAtMost(test) => Some(number(Comparison::AtMost, test.number)),
            Condition::NumberMoreThan(test) => Some(number(Comparison::More, test.number)),
            Condition::NumberAtLeast(test) => Some(number(Comparison::AtLeast, test.number)),
            Condition::NumberBetween(test) => Some(Self::Number(NumberMatcher::Range(test.least, test.most))),
            Condition::Modulo(test) => {
                Some(Self::Number(NumberMatcher::Modulo(f64::from(test.divisor), f64::from(test.remainder))))
            }
            Condition::VersionEquals(test) => compared(Comparison::Equal, test),
            Condition::VersionLessThan(test) => compared(Comparison::Less, test),
            Condition::VersionAtMost(test) => compared(Comparison::AtMost, test),
            Condition::VersionMoreThan(test) => compared(Comparison::More, test),
            Condition::VersionAtLeast(test) => compared(Comparison::AtLeast, test),
            Condition::VersionCompatibleWith(test) => version(Requirement::Compatible, test),
            Condition::VersionCloseTo(test) => version(Requirement::Close, test),
            Condition::TimeBefore(test) => TimeMatcher::before(test).map(Self::Time),
            Condition::TimeAfter(test) => TimeMatcher::after(test).map(Self::Time),
            Condition::TimeBetween(test) => TimeMatcher::between(test).map(Self::Time),
            Condition::TimeOfWeek(test) => WeeklyMatcher::new(test).map(Self::Weekly),
            Condition::InNetwork(test) => Some(Self::Network(NetworkMatcher::new(test))),
            Condition::IsSet(_) => Some(Self::IsSet),
            Condition::InSegment(test) => Some(Self::InSegment(test.segments.as_slice().into())),
        };
        readable.unwrap_or(Self::Unreadable)
    }

    /// Judges an attribute; of a list, whether any element will do. An element that cannot be judged is passed over;
    /// a list of nothing else cannot be judged, an empty one is known to hold nothing.
    #[inline(always)]
    fn judge(&self, seen: Option<Seen<'_>>) -> Verdict {
        match (self, seen) {
            (Self::IsSet, seen) => seen.is_some().into(),
            (_, None | Some(Seen::Object)) => Verdict::Unknown,
            (_, Some(Seen::List([]))) => Verdict::No,
            (_, Some(Seen::List(items))) => {
                let mut verdict = Verdict::Unknown;
                for item in items {
                    match Seen::of(item).map_or(Verdict::Unknown, |seen| self.judge_one(seen)) {
                        Verdict::Yes => return Verdict::Yes,
                        Verdict::No => verdict = Verdict::No,
                        Verdict::Unknown => {}
                    }
                }
                verdict
            }
            (_, Some(seen)) => self.judge_one(seen),
        }
    }

    #[inline(always)]
    fn judge_one(&self, seen: Seen<'_>) -> Verdict {
        match self {
            Self::Text(matcher) => matcher.judge(seen),
            Self::Pattern(matcher) => pattern::judge(matcher, seen),
            Self::Number(matcher) => matcher.judge(seen),
            Self::Version(matcher) => matcher.judge(seen),
            Self::Network(matcher) => matcher.judge(seen),
            Self::Time(_) | Self::Weekly(_) => {
                moment_of(seen).map_or(Verdict::Unknown, |millis| self.judge_moment(millis))
            }
            Self::IsSet => Verdict::Yes,
            Self::InSegment(_) | Self::Unreadable => Verdict::Unknown,
        }
    }

    fn judge_moment(&self, millis: i64) -> Verdict {
        match self {
            Self::Time(matcher) => matcher.judge(millis),
            Self::Weekly(matcher) => matcher.judge(millis),
            _ => Verdict::Unknown,
        }
    }
}
