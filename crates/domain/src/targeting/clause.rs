//! A clause: one question about whoever asks, answered yes or no.

use serde::Serialize;

use super::attribute::AttributePath;
use super::network::Networks;
use super::number::{Modulo, NumberBound, NumberRange};
use super::pattern::Pattern;
use super::segment::Membership;
use super::text::TextValues;
use super::time::{Moment, Period};
use super::version::VersionBound;
use super::weekly::WeeklyHours;
use crate::refusal::Refusal;

/// One question, or its opposite. On the wire and stored as one object:
/// `{"operator": "one_of", "attribute": "country", "values": ["DE", "FR"], "not": true}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Clause {
    /// What is asked.
    #[serde(flatten)]
    pub condition: Condition,
    /// Whether the opposite is asked for. What cannot be judged holds neither way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
}

/// What a clause asks; named by `operator`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "operator", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Condition {
    /// The attribute is one of these texts.
    OneOf(TextValues),
    /// The attribute contains one of these texts.
    Contains(TextValues),
    /// The attribute starts with one of these texts.
    StartsWith(TextValues),
    /// The attribute ends with one of these texts.
    EndsWith(TextValues),
    /// A regular expression matches somewhere in the attribute.
    MatchesPattern(Pattern),
    /// The attribute is this number.
    NumberEquals(NumberBound),
    /// The attribute is less than this number.
    NumberLessThan(NumberBound),
    /// The attribute is this number or less.
    NumberAtMost(NumberBound),
    /// The attribute is more than this number.
    NumberMoreThan(NumberBound),
    /// The attribute is this number or more.
    NumberAtLeast(NumberBound),
    /// The attribute is a number from one to another, both included.
    NumberBetween(NumberRange),
    /// The attribute, divided, leaves this remainder.
    Modulo(Modulo),
    /// The attribute is this version.
    VersionEquals(VersionBound),
    /// The attribute is an earlier version.
    VersionLessThan(VersionBound),
    /// The attribute is this version or an earlier one.
    VersionAtMost(VersionBound),
    /// The attribute is a later version.
    VersionMoreThan(VersionBound),
    /// The attribute is this version or a later one.
    VersionAtLeast(VersionBound),
    /// `^`: this version or a later one that is compatible: the same up to the first part that is not 0.
    VersionCompatibleWith(VersionBound),
    /// `~`: this version or a later one with the same major and minor part.
    VersionCloseTo(VersionBound),
    /// The moment is earlier than this one.
    TimeBefore(Moment),
    /// The moment is this one or later.
    TimeAfter(Moment),
    /// The moment is within this stretch of time.
    TimeBetween(Period),
    /// The moment is on these days of the week and within these hours.
    TimeOfWeek(WeeklyHours),
    /// The attribute is an address in one of these networks.
    InNetwork(Networks),
    /// The attribute is given, and not `null`. An empty text and an empty list are given.
    IsSet(Presence),
    /// Whoever asks is in one of these segments.
    InSegment(Membership),
}

/// An attribute that may be given or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Which attribute.
    pub attribute: AttributePath,
}

impl Clause {
    /// Asks for this.
    #[must_use]
    pub const fn new(condition: Condition) -> Self {
        Self { condition, not: false }
    }

    /// Asks for the opposite of this.
    #[must_use]
    pub const fn not(condition: Condition) -> Self {
        Self { condition, not: true }
    }

    /// Whether it may be stored. That the segments it names exist is for whoever knows them.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the path of the field, which begins with `field`.
    pub fn check(&self, field: &str) -> Result<(), Refusal> {
        match &self.condition {
            Condition::OneOf(test) => test.check(field, true),
            Condition::Contains(test) | Condition::StartsWith(test) | Condition::EndsWith(test) => {
                test.check(field, false)
            }
            Condition::MatchesPattern(test) => test.check(field),
            Condition::NumberEquals(test)
            | Condition::NumberLessThan(test)
            | Condition::NumberAtMost(test)
            | Condition::NumberMoreThan(test)
            | Condition::NumberAtLeast(test) => test.check(field),
            Condition::NumberBetween(test) => test.check(field),
            Condition::Modulo(test) => test.check(field),
            Condition::VersionEquals(test)
            | Condition::VersionLessThan(test)
            | Condition::VersionAtMost(test)
            | Condition::VersionMoreThan(test)
            | Condition::VersionAtLeast(test)
            | Condition::VersionCompatibleWith(test)
            | Condition::VersionCloseTo(test) => test.check(field),
            Condition::TimeBefore(test) | Condition::TimeAfter(test) => test.check(field),
            Condition::TimeBetween(test) => test.check(field),
            Condition::TimeOfWeek(test) => test.check(field),
            Condition::InNetwork(test) => test.check(field),
            Condition::IsSet(_) => Ok(()),
            Condition::InSegment(test) => test.check(field),
        }
    }
}

impl Condition {
    /// The attribute that is asked; none where the time of the question or segments are.
    #[must_use]
    pub const fn attribute(&self) -> Option<&AttributePath> {
        match self {
            Self::OneOf(test) | Self::Contains(test) | Self::StartsWith(test) | Self::EndsWith(test) => {
                Some(&test.attribute)
            }
            Self::MatchesPattern(test) => Some(&test.attribute),
            Self::NumberEquals(test)
            | Self::NumberLessThan(test)
            | Self::NumberAtMost(test)
            | Self::NumberMoreThan(test)
            | Self::NumberAtLeast(test) => Some(&test.attribute),
            Self::NumberBetween(test) => Some(&test.attribute),
            Self::Modulo(test) => Some(&test.attribute),
            Self::VersionEquals(test)
            | Self::VersionLessThan(test)
            | Self::VersionAtMost(test)
            | Self::VersionMoreThan(test)
            | Self::VersionAtLeast(test)
            | Self::VersionCompatibleWith(test)
            | Self::VersionCloseTo(test) => Some(&test.attribute),
            Self::TimeBefore(test) | Self::TimeAfter(test) => test.attribute.as_ref(),
            Self::TimeBetween(test) => test.attribute.as_ref(),
            Self::TimeOfWeek(test) => test.attribute.as_ref(),
            Self::InNetwork(test) => Some(&test.attribute),
            Self::IsSet(test) => Some(&test.attribute),
            Self::InSegment(_) => None,
        }
    }

    /// The time zone in which it is asked.
    pub(super) fn zone(&self) -> Option<&str> {
        match self {
            Self::TimeBefore(test) | Self::TimeAfter(test) => test.zone.as_deref(),
            Self::TimeBetween(test) => test.zone.as_deref(),
            Self::TimeOfWeek(test) => Some(&test.zone),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::targeting::testing::check;
    use serde_json::{Value, json};

    /// One clause of every operator, for an attribute `x`, and a value for which it holds.
    fn every_operator() -> Vec<(Value, Value)> {
        vec![
            (json!({"operator": "one_of", "values": ["a"]}), json!("a")),
            (json!({"operator": "contains", "values": ["a"]}), json!("bab")),
            (json!({"operator": "starts_with", "values": ["a"]}), json!("ab")),
            (json!({"operator": "ends_with", "values": ["a"]}), json!("ba")),
            (json!({"operator": "matches_pattern", "pattern": "^a$"}), json!("a")),
            (json!({"operator": "number_equals", "number": 5}), json!(5)),
            (json!({"operator": "number_less_than", "number": 5}), json!(4)),
            (json!({"operator": "number_at_most", "number": 5}), json!(5)),
            (json!({"operator": "number_more_than", "number": 5}), json!(6)),
            (json!({"operator": "number_at_least", "number": 5}), json!(5)),
            (json!({"operator": "number_between", "least": 1, "most": 5}), json!(5)),
            (json!({"operator": "modulo", "divisor": 2, "remainder": 1}), json!(7)),
            (json!({"operator": "version_equals", "version": "1.2"}), json!("1.2.0")),
            (json!({"operator": "version_less_than", "version": "1.2"}), json!("1.1")),
            (json!({"operator": "version_at_most", "version": "1.2"}), json!("1.1")),
            (json!({"operator": "version_more_than", "version": "1.2"}), json!("1.3")),
            (json!({"operator": "version_at_least", "version": "1.2"}), json!("1.3")),
            (json!({"operator": "version_compatible_with", "version": "1.2"}), json!("1.3")),
            (json!({"operator": "version_close_to", "version": "1.2"}), json!("1.2.9")),
            (json!({"operator": "time_before", "time": "2026-01-01T00:00:00Z"}), json!(0)),
            (json!({"operator": "time_after", "time": "1969-01-01T00:00:00Z"}), json!(0)),
            (json!({"operator": "time_between", "from": "1970-01-01", "until": "1970-01-02", "zone": "UTC"}), json!(0)),
            (json!({"operator": "time_of_week", "days": ["thursday"], "zone": "UTC"}), json!(0)),
            (json!({"operator": "in_network", "networks": ["10.0.0.0/8"]}), json!("10.1.1.1")),
        ]
    }

    /// The rule that must not surprise: what is not known holds neither way.
    #[test]
    fn what_cannot_be_judged_holds_neither_way() {
        for (mut clause, fits) in every_operator() {
            clause["attribute"] = json!("x");
            let mut inverted = clause.clone();
            inverted["not"] = json!(true);
            check(&clause, json!({"x": fits}), true);
            check(&inverted, json!({"x": fits}), false);
            check(&clause, json!({"x": [fits]}), true);
            check(&inverted, json!({"x": [fits]}), false);
            for context in
                [json!({}), json!({"x": null}), json!({"x": {"y": 1}}), json!({"x": [null]}), json!({"x": [[fits]]})]
            {
                check(&clause, context.clone(), false);
                check(&inverted, context, false);
            }
            // An empty list is known to have nothing in it.
            check(&clause, json!({"x": []}), false);
            check(&inverted, json!({"x": []}), true);
        }
    }

    #[test]
    fn any_element_of_a_list_will_do() {
        let clause = json!({"operator": "number_at_least", "attribute": "x", "number": 5});
        let mut inverted = clause.clone();
        inverted["not"] = json!(true);
        for (list, holds, inverted_holds) in [
            (json!([1, 7]), true, false),
            (json!([1, 2]), false, true),
            (json!(["abc", 2]), false, true),
            (json!(["abc", 7]), true, false),
            (json!(["abc", null]), false, false),
        ] {
            check(&clause, json!({"x": list}), holds);
            check(&inverted, json!({"x": list}), inverted_holds);
        }
    }

    #[test]
    fn is_set_is_always_known() {
        let set = json!({"operator": "is_set", "attribute": "a.b"});
        let mut not_set = set.clone();
        not_set["not"] = json!(true);
        for (context, expect) in [
            (json!({"a": {"b": 0}}), true),
            (json!({"a": {"b": ""}}), true),
            (json!({"a": {"b": []}}), true),
            (json!({"a": {"b": {}}}), true),
            (json!({"a": {"b": false}}), true),
            (json!({"a.b": 1}), true),
            (json!({"a": {"b": null}}), false),
            (json!({"a": {}}), false),
            (json!({"a": "b"}), false),
            (json!({}), false),
        ] {
            check(&set, context.clone(), expect);
            check(&not_set, context, !expect);
        }
    }

    #[test]
    fn the_targeting_key_is_an_attribute() {
        let clause = json!({"operator": "ends_with", "attribute": "targetingKey", "values": ["@fernhill.example"]});
        check(&clause, json!({"targetingKey": "ann@fernhill.example"}), true);
        check(&clause, json!({"targetingKey": "ann@example.com"}), false);
        check(&clause, json!({"targetingKey": ["ann@fernhill.example"]}), false);
        let anonymous = json!({"operator": "is_set", "attribute": "targetingKey", "not": true});
        check(&anonymous, json!({}), true);
        check(&anonymous, json!({"targetingKey": ""}), true);
    }
}
