//! Reading clauses strictly. By hand, because the derived form of a tagged enum reads its fields from a copy: an
//! error would name `clauses[0]` where this one names `clauses[0].version`.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::attribute::AttributePath;
use super::clause::{Clause, Condition, Presence};
use super::network::Networks;
use super::number::{Modulo, NumberBound, NumberRange};
use super::pattern::Pattern;
use super::segment::Membership;
use super::text::TextValues;
use super::time::{Moment, Period};
use super::version::VersionBound;
use super::weekly::{Weekday, WeeklyHours};
use crate::key::SegmentKey;

/// Every field that some clause has; which ones a clause has, its operator says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "clause")]
struct Fields {
    operator: Operator,
    #[serde(default)]
    not: bool,
    attribute: Option<AttributePath>,
    values: Option<Vec<String>>,
    ignore_case: Option<bool>,
    pattern: Option<String>,
    number: Option<f64>,
    least: Option<f64>,
    most: Option<f64>,
    divisor: Option<u32>,
    remainder: Option<u32>,
    version: Option<String>,
    time: Option<String>,
    zone: Option<String>,
    days: Option<Vec<Weekday>>,
    from: Option<String>,
    until: Option<String>,
    networks: Option<Vec<String>>,
    segments: Option<Vec<SegmentKey>>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Operator {
    OneOf,
    Contains,
    StartsWith,
    EndsWith,
    MatchesPattern,
    NumberEquals,
    NumberLessThan,
    NumberAtMost,
    NumberMoreThan,
    NumberAtLeast,
    NumberBetween,
    Modulo,
    VersionEquals,
    VersionLessThan,
    VersionAtMost,
    VersionMoreThan,
    VersionAtLeast,
    VersionCompatibleWith,
    VersionCloseTo,
    TimeBefore,
    TimeAfter,
    TimeBetween,
    TimeOfWeek,
    InNetwork,
    IsSet,
    InSegment,
}

impl Operator {
    /// The fields that a clause of this operator has.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::OneOf | Self::Contains | Self::StartsWith | Self::EndsWith => {
                &["operator", "not", "attribute", "values", "ignore_case"]
            }
            Self::MatchesPattern => &["operator", "not", "attribute", "pattern", "ignore_case"],
            Self::NumberEquals
            | Self::NumberLessThan
            | Self::NumberAtMost
            | Self::NumberMoreThan
            | Self::NumberAtLeast => &["operator", "not", "attribute", "number"],
            Self::NumberBetween => &["operator", "not", "attribute", "least", "most"],
            Self::Modulo => &["operator", "not", "attribute", "divisor", "remainder"],
            Self::VersionEquals
            | Self::VersionLessThan
            | Self::VersionAtMost
            | Self::VersionMoreThan
            | Self::VersionAtLeast
            | Self::VersionCompatibleWith
            | Self::VersionCloseTo => &["operator", "not", "attribute", "version"],
            Self::TimeBefore | Self::TimeAfter => &["operator", "not", "attribute", "time", "zone"],
            Self::TimeBetween => &["operator", "not", "attribute", "from", "until", "zone"],
            Self::TimeOfWeek => &["operator", "not", "attribute", "zone", "days", "from", "until"],
            Self::InNetwork => &["operator", "not", "attribute", "networks"],
            Self::IsSet => &["operator", "not", "attribute"],
            Self::InSegment => &["operator", "not", "segments"],
        }
    }
}

impl<'de> Deserialize<'de> for Clause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        fields.refuse_others()?;
        let not = fields.not;
        Ok(Self { condition: fields.into_condition()?, not })
    }
}

impl Fields {
    /// Refuses what a clause of this operator does not have.
    fn refuse_others<E: Error>(&self) -> Result<(), E> {
        let known = self.operator.fields();
        let given = [
            ("attribute", self.attribute.is_some()),
            ("values", self.values.is_some()),
            ("ignore_case", self.ignore_case.is_some()),
            ("pattern", self.pattern.is_some()),
            ("number", self.number.is_some()),
            ("least", self.least.is_some()),
            ("most", self.most.is_some()),
            ("divisor", self.divisor.is_some()),
            ("remainder", self.remainder.is_some()),
            ("version", self.version.is_some()),
            ("time", self.time.is_some()),
            ("zone", self.zone.is_some()),
            ("days", self.days.is_some()),
            ("from", self.from.is_some()),
            ("until", self.until.is_some()),
            ("networks", self.networks.is_some()),
            ("segments", self.segments.is_some()),
        ];
        match given.iter().find(|(name, is_given)| *is_given && !known.contains(name)) {
            Some((name, _)) => Err(E::unknown_field(name, known)),
            None => Ok(()),
        }
    }

    fn into_condition<E: Error>(self) -> Result<Condition, E> {
        Ok(match self.operator {
            Operator::OneOf => Condition::OneOf(self.texts()?),
            Operator::Contains => Condition::Contains(self.texts()?),
            Operator::StartsWith => Condition::StartsWith(self.texts()?),
            Operator::EndsWith => Condition::EndsWith(self.texts()?),
            Operator::MatchesPattern => Condition::MatchesPattern(Pattern {
                attribute: given(self.attribute, "attribute")?,
                pattern: given(self.pattern, "pattern")?,
                ignore_case: self.ignore_case.unwrap_or_default(),
            }),
            Operator::NumberEquals => Condition::NumberEquals(self.number()?),
            Operator::NumberLessThan => Condition::NumberLessThan(self.number()?),
            Operator::NumberAtMost => Condition::NumberAtMost(self.number()?),
            Operator::NumberMoreThan => Condition::NumberMoreThan(self.number()?),
            Operator::NumberAtLeast => Condition::NumberAtLeast(self.number()?),
            Operator::NumberBetween => Condition::NumberBetween(NumberRange {
                attribute: given(self.attribute, "attribute")?,
                least: given(self.least, "least")?,
                most: given(self.most, "most")?,
            }),
            Operator::Modulo => Condition::Modulo(Modulo {
                attribute: given(self.attribute, "attribute")?,
                divisor: given(self.divisor, "divisor")?,
                remainder: given(self.remainder, "remainder")?,
            }),
            Operator::VersionEquals => Condition::VersionEquals(self.version()?),
            Operator::VersionLessThan => Condition::VersionLessThan(self.version()?),
            Operator::VersionAtMost => Condition::VersionAtMost(self.version()?),
            Operator::VersionMoreThan => Condition::VersionMoreThan(self.version()?),
            Operator::VersionAtLeast => Condition::VersionAtLeast(self.version()?),
            Operator::VersionCompatibleWith => Condition::VersionCompatibleWith(self.version()?),
            Operator::VersionCloseTo => Condition::VersionCloseTo(self.version()?),
            Operator::TimeBefore => Condition::TimeBefore(self.moment()?),
            Operator::TimeAfter => Condition::TimeAfter(self.moment()?),
            Operator::TimeBetween => Condition::TimeBetween(Period {
                attribute: self.attribute,
                from: given(self.from, "from")?,
                until: given(self.until, "until")?,
                zone: self.zone,
            }),
            Operator::TimeOfWeek => Condition::TimeOfWeek(WeeklyHours {
                attribute: self.attribute,
                zone: given(self.zone, "zone")?,
                days: self.days.unwrap_or_default(),
                from: self.from,
                until: self.until,
            }),
            Operator::InNetwork => Condition::InNetwork(Networks {
                attribute: given(self.attribute, "attribute")?,
                networks: given(self.networks, "networks")?,
            }),
            Operator::IsSet => Condition::IsSet(Presence { attribute: given(self.attribute, "attribute")? }),
            Operator::InSegment => Condition::InSegment(Membership { segments: given(self.segments, "segments")? }),
        })
    }

    fn texts<E: Error>(self) -> Result<TextValues, E> {
        Ok(TextValues {
            attribute: given(self.attribute, "attribute")?,
            values: given(self.values, "values")?,
            ignore_case: self.ignore_case.unwrap_or_default(),
        })
    }

    fn number<E: Error>(self) -> Result<NumberBound, E> {
        Ok(NumberBound { attribute: given(self.attribute, "attribute")?, number: given(self.number, "number")? })
    }

    fn version<E: Error>(self) -> Result<VersionBound, E> {
        Ok(VersionBound { attribute: given(self.attribute, "attribute")?, version: given(self.version, "version")? })
    }

    fn moment<E: Error>(self) -> Result<Moment, E> {
        Ok(Moment { attribute: self.attribute, time: given(self.time, "time")?, zone: self.zone })
    }
}

fn given<T, E: Error>(field: Option<T>, name: &'static str) -> Result<T, E> {
    field.ok_or_else(|| E::missing_field(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_again() {
        for clause in [
            json!({"operator": "one_of", "attribute": "a.b", "values": ["x"], "ignore_case": true, "not": true}),
            json!({"operator": "contains", "attribute": "a", "values": ["x"]}),
            json!({"operator": "matches_pattern", "attribute": "a", "pattern": "x"}),
            json!({"operator": "number_at_least", "attribute": "a", "number": 18}),
            json!({"operator": "number_at_least", "attribute": "a", "number": 18.5}),
            json!({"operator": "number_at_least", "attribute": "a", "number": 1e300}),
            json!({"operator": "number_between", "attribute": "a", "least": -1, "most": 0.5}),
            json!({"operator": "modulo", "attribute": "a", "divisor": 10, "remainder": 3}),
            json!({"operator": "version_close_to", "attribute": "a", "version": "1.2"}),
            json!({"operator": "time_before", "time": "2026-12-01", "zone": "UTC", "not": true}),
            json!({"operator": "time_after", "attribute": "a", "time": "2026-12-01T00:00:00Z"}),
            json!({"operator": "time_between", "from": "a", "until": "b"}),
            json!({"operator": "time_of_week", "zone": "UTC", "days": ["monday"], "from": "09:00", "until": "10:00"}),
            json!({"operator": "in_network", "attribute": "a", "networks": ["::/0"]}),
            json!({"operator": "is_set", "attribute": "a"}),
            json!({"operator": "in_segment", "segments": ["staff", "beta"], "not": true}),
        ] {
            let read: Clause = serde_json::from_value(clause.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), clause);
        }
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        let check = |clause: serde_json::Value, expect: &str| {
            let error = serde_json::from_value::<Clause>(clause.clone()).unwrap_err().to_string();
            assert!(error.starts_with(expect), "{clause}: {error}");
        };
        check(json!({"operator": "equals"}), "unknown variant `equals`, expected one of `one_of`, `contains`");
        check(json!({"attribute": "a"}), "missing field `operator`");
        check(json!({"operator": "one_of", "values": ["x"]}), "missing field `attribute`");
        check(json!({"operator": "one_of", "attribute": "a"}), "missing field `values`");
        check(json!({"operator": "is_set", "attribute": ""}), "must be 1 to 200 bytes");
        check(json!({"operator": "is_set", "attribute": "a", "value": 1}), "unknown field `value`");
        check(
            json!({"operator": "is_set", "attribute": "a", "values": ["x"]}),
            "unknown field `values`, expected one of `operator`, `not`, `attribute`",
        );
        check(json!({"operator": "in_segment", "segments": ["x"], "attribute": "a"}), "unknown field `attribute`");
        check(json!({"operator": "in_segment", "segments": ["a b"]}), "must be 1 to 100 characters");
        check(json!({"operator": "number_equals", "attribute": "a", "number": "5"}), "invalid type: string");
        check(
            json!({"operator": "modulo", "attribute": "a", "divisor": -1, "remainder": 0}),
            "invalid value: integer `-1`",
        );
        check(json!({"operator": "time_of_week", "zone": "UTC", "days": ["funday"]}), "unknown variant `funday`");
    }

    #[test]
    fn the_path_of_an_error_leads_to_the_field() {
        use crate::targeting::{Rule, Segment};
        let clauses = json!([{"operator": "is_set", "attribute": "a"}, {"operator": "one_of", "attribute": "a", "values": ["x", 7]}]);
        let rule = json!({"id": "r", "clauses": clauses, "share": 100, "split": []});
        let error = serde_path_to_error::deserialize::<_, Vec<Rule<String>>>(json!([rule])).unwrap_err();
        assert_eq!(error.path().to_string(), "[0].clauses[1].values[1]");
        let segment = json!({"key": "s", "name": "S", "groups": [{"match": "any", "clauses": [{"operator": "is"}]}]});
        let error = serde_path_to_error::deserialize::<_, Segment<String>>(segment).unwrap_err();
        assert_eq!(error.path().to_string(), "groups[0].clauses[0].operator");
    }
}
