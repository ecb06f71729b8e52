//! Clauses on numbers. All are IEEE 754 doubles, as in every browser; ids that need all their digits are texts.

use std::cmp::Ordering;

use serde::{Serialize, Serializer};

use super::attribute::{AttributePath, Seen};
use super::verdict::Verdict;
use crate::refusal::Refusal;

/// A number that an attribute is compared with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumberBound {
    /// Which attribute.
    pub attribute: AttributePath,
    /// The number; finite.
    #[serde(serialize_with = "plainly")]
    pub number: f64,
}

/// Numbers from one to another, both included.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumberRange {
    /// Which attribute.
    pub attribute: AttributePath,
    /// The least number within; finite.
    #[serde(serialize_with = "plainly")]
    pub least: f64,
    /// The greatest number within; finite, not below `least`.
    #[serde(serialize_with = "plainly")]
    pub most: f64,
}

/// Numbers that leave a remainder: every tenth customer number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Modulo {
    /// Which attribute.
    pub attribute: AttributePath,
    /// What it is divided by; at least 1.
    pub divisor: u32,
    /// What remains, 0 up to the divisor; for negative numbers too, so −1 divided by 10 leaves 9.
    pub remainder: u32,
}

impl NumberBound {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        check_finite(self.number, "number", field)
    }
}

impl NumberRange {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        check_finite(self.least, "least", field)?;
        check_finite(self.most, "most", field)?;
        match self.least <= self.most {
            true => Ok(()),
            false => Err(Refusal::invalid(format!("{field}.most"), "must not be below the least")),
        }
    }
}

impl Modulo {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        if self.divisor == 0 {
            return Err(Refusal::invalid(format!("{field}.divisor"), "must be 1 or more"));
        }
        if self.remainder >= self.divisor {
            return Err(Refusal::invalid(format!("{field}.remainder"), "must be below the divisor"));
        }
        Ok(())
    }
}

fn check_finite(number: f64, name: &str, field: &str) -> Result<(), Refusal> {
    if number.is_finite() {
        Ok(())
    } else {
        Err(Refusal::invalid(format!("{field}.{name}"), "must be a finite number"))
    }
}

/// Whole numbers without a decimal point, so that `18` stays `18` on its way through a browser.
fn plainly<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and within ±2^53 after the check")]
    match number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        true => serializer.serialize_i64(*number as i64),
        false => serializer.serialize_f64(*number),
    }
}

/// How one value stands to another; shared with versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    /// Whether it is so for a value that is `ordering` to the one asked for.
    pub(super) fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::More => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

/// Numbers ready to be compared with.
#[derive(Debug, Clone, Copy)]
pub(super) enum NumberMatcher {
    Bound(Comparison, f64),
    Range(f64, f64),
    Modulo(f64, f64),
}

impl NumberMatcher {
    pub(super) fn judge(self, seen: Seen<'_>) -> Verdict {
        let Some(number) = seen.as_number() else { return Verdict::Unknown };
        match self {
            Self::Bound(comparison, bound) => {
                number.partial_cmp(&bound).map_or(Verdict::Unknown, |ordering| comparison.accepts(ordering).into())
            }
            Self::Range(least, most) => (least..=most).contains(&number).into(),
            // The remainder of doubles is exact, and not-a-number only for a divisor of 0, which equals nothing.
            Self::Modulo(divisor, remainder) => (number.rem_euclid(divisor) == remainder).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::targeting::testing::{check, check_refused};
    use serde_json::{Value, json};

    #[test]
    fn numbers_are_compared() {
        let clause = |operator: &str| json!({"operator": operator, "attribute": "x", "number": 18});
        for (value, equals, less, at_most, more, at_least) in [
            (json!(17), false, true, true, false, false),
            (json!(18), true, false, true, false, true),
            (json!(18.0), true, false, true, false, true),
            (json!("18"), true, false, true, false, true),
            (json!("18.00"), true, false, true, false, true),
            (json!(18.000_001), false, false, false, true, true),
            (json!(1e308), false, false, false, true, true),
            (json!(-1e308), false, true, true, false, false),
            (json!(u64::MAX), false, false, false, true, true),
            (json!(["abc", 17]), false, true, true, false, false),
            (json!("abc"), false, false, false, false, false),
            (json!(""), false, false, false, false, false),
            (json!("1e999"), false, false, false, false, false),
            (json!("NaN"), false, false, false, false, false),
            (json!(true), false, false, false, false, false),
            (json!(null), false, false, false, false, false),
            (json!({}), false, false, false, false, false),
            (json!([]), false, false, false, false, false),
        ] {
            let context = json!({"x": value});
            check(&clause("number_equals"), context.clone(), equals);
            check(&clause("number_less_than"), context.clone(), less);
            check(&clause("number_at_most"), context.clone(), at_most);
            check(&clause("number_more_than"), context.clone(), more);
            check(&clause("number_at_least"), context, at_least);
        }
        let zero = json!({"operator": "number_equals", "attribute": "x", "number": 0});
        check(&zero, json!({"x": -0.0}), true);
    }

    #[test]
    fn ranges_include_both_ends() {
        let clause = json!({"operator": "number_between", "attribute": "x", "least": 1.5, "most": 5});
        for (value, expect) in [(1.499, false), (1.5, true), (5.0, true), (5.001, false)] {
            check(&clause, json!({"x": value}), expect);
        }
        let one = json!({"operator": "number_between", "attribute": "x", "least": 2, "most": 2});
        check(&one, json!({"x": 2}), true);
    }

    #[test]
    fn remainders() {
        let clause = json!({"operator": "modulo", "attribute": "x", "divisor": 10, "remainder": 3});
        let expected: [(Value, bool); 9] = [
            (json!(3), true),
            (json!(13), true),
            (json!(10), false),
            (json!(-7), true),
            (json!(-3), false),
            (json!(3.5), false),
            (json!("23"), true),
            (json!(1e300), false),
            (json!(9_007_199_254_740_983_u64), true),
        ];
        for (value, expect) in expected {
            check(&clause, json!({"x": value}), expect);
        }
        let all = json!({"operator": "modulo", "attribute": "x", "divisor": 1, "remainder": 0});
        check(&all, json!({"x": -4}), true);
        check(&all, json!({"x": -4.5}), false);
    }

    #[test]
    fn refusals_name_the_field() {
        check_refused(
            &json!({"operator": "number_between", "attribute": "x", "least": 2, "most": 1}),
            "clause.most: must not be below the least",
        );
        check_refused(
            &json!({"operator": "modulo", "attribute": "x", "divisor": 0, "remainder": 0}),
            "clause.divisor: must be 1 or more",
        );
        check_refused(
            &json!({"operator": "modulo", "attribute": "x", "divisor": 5, "remainder": 5}),
            "clause.remainder: must be below the divisor",
        );
    }

    #[test]
    fn a_number_that_is_none_is_refused_and_judges_nothing() {
        use crate::targeting::{
            AttributePath, Attributes, Clause, CompiledClause, CompiledSegments, Condition, NumberBound,
        };
        let attribute = AttributePath::new("x").unwrap();
        for number in [f64::NAN, f64::INFINITY] {
            let clause = Clause::new(Condition::NumberEquals(NumberBound { attribute: attribute.clone(), number }));
            assert_eq!(clause.check("clause").unwrap_err().to_string(), "clause.number: must be a finite number");
            let context = json!({"x": 1});
            let attributes = Attributes::of_context(context.as_object().unwrap(), crate::Timestamp::default());
            assert!(!CompiledClause::new(clause).matches(&attributes, &CompiledSegments::default()));
        }
    }
}
