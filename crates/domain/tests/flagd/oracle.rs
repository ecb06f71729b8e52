//! The same rules and contexts through flagd's own engine: the same variant.

use flagd_evaluation_engine::Operator;
use open_feature::{EvaluationContext, EvaluationContextFieldValue, StructValue};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use signalbox_domain::flagd::expression::{Datum, Evaluators, Expression, Subject};
use signalbox_domain::flagd::{Context, Generation};

/// What the rule gives here, as the name of a variant.
fn ours(flag_key: &str, rule: &Value, attributes: &Map<String, Value>) -> Option<String> {
    let expression = Expression::compile(rule, &Evaluators::default()).unwrap();
    let context = Context { attributes, timestamp: 0 };
    match expression.evaluate(&Subject::new(flag_key, Generation::Flagd3, context)) {
        Datum::Null => None,
        datum => Some(datum.to_text().into_owned()),
    }
}

/// What it gives there.
fn theirs(flag_key: &str, rule: &Value, attributes: &Map<String, Value>) -> Option<String> {
    let mut context = EvaluationContext::default();
    for (name, value) in attributes {
        context = match (name.as_str(), value) {
            ("targetingKey", Value::String(key)) => context.with_targeting_key(key),
            (name, value) => context.with_custom_field(name, field(value)),
        };
    }
    Operator::new().apply(flag_key, &rule.to_string(), &context).unwrap()
}

fn field(value: &Value) -> EvaluationContextFieldValue {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number.as_i64().map_or_else(|| number.as_f64().unwrap().into(), Into::into),
        Value::String(text) => text.as_str().into(),
        Value::Object(members) => {
            let fields = members.iter().map(|(name, value)| (name.clone(), nested(value))).collect();
            EvaluationContextFieldValue::Struct(std::sync::Arc::new(StructValue { fields }))
        }
        other => panic!("{other} cannot stand in a context"),
    }
}

fn nested(value: &Value) -> open_feature::Value {
    match value {
        Value::Bool(value) => open_feature::Value::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => open_feature::Value::Int(integer),
            None => open_feature::Value::Float(number.as_f64().unwrap()),
        },
        Value::String(text) => open_feature::Value::String(text.clone()),
        Value::Array(items) => open_feature::Value::Array(items.iter().map(nested).collect()),
        Value::Object(members) => {
            let fields = members.iter().map(|(name, value)| (name.clone(), nested(value))).collect();
            open_feature::Value::Struct(StructValue { fields })
        }
        Value::Null => panic!("null cannot stand in a context"),
    }
}

fn same(flag_key: &str, rule: &Value, attributes: &Value) -> Result<(), TestCaseError> {
    let attributes = attributes.as_object().unwrap();
    prop_assert_eq!(ours(flag_key, rule, attributes), theirs(flag_key, rule, attributes), "{} {:?}", rule, attributes);
    Ok(())
}

fn weights() -> impl Strategy<Value = Vec<i64>> {
    let weight = prop_oneof![4 => 0_i64..=100, 1 => -5_i64..=5, 1 => 0_i64..=2_147_483_647];
    prop::collection::vec(weight, 1..6)
}

fn buckets(weights: &[i64]) -> Vec<Value> {
    weights.iter().enumerate().map(|(index, weight)| json!([format!("variant-{index}"), weight])).collect()
}

/// A value to hash: anything that a context can hold but a list.
fn unit() -> impl Strategy<Value = Value> {
    let number = || {
        prop_oneof![
            any::<i64>().prop_map(Value::from),
            (-70_000_i64..70_000).prop_map(Value::from),
            prop::num::f64::NORMAL.prop_map(Value::from),
            prop::num::f64::SUBNORMAL.prop_map(Value::from),
            (-1_000_000_i32..1_000_000).prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
            any::<f32>()
                .prop_filter("finite", |float| float.is_finite())
                .prop_map(|float| Value::from(f64::from(float))),
        ]
    };
    let scalar = || prop_oneof![any::<bool>().prop_map(Value::from), number(), ".{0,40}".prop_map(Value::from)];
    let tree = scalar().prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(".{0,8}", inner, 0..5).prop_map(Value::from_iter),
        ]
    });
    tree.prop_filter("no list", |value| !value.is_array())
}

fn version() -> impl Strategy<Value = String> {
    let number = 0_u32..4;
    let prerelease =
        prop_oneof![3 => Just(String::new()), 2 => "-(alpha|beta|rc)(\\.[0-9]|\\.1[0-9])?", 1 => "-[0-9a-z-]{1,3}"];
    let sound = (number.clone(), number.clone(), number, prerelease)
        .prop_map(|(major, minor, patch, prerelease)| format!("{major}.{minor}.{patch}{prerelease}"));
    prop_oneof![8 => sound, 1 => "[a-z.]{0,6}", 1 => "[0-9]\\.[0-9]\\.[0-9]\\.[0-9]"]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[ab]{0,4}", 1 => ".{0,3}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_shorthand_divides_people_alike(flag_key in ".{0,40}", targeting_key in ".{0,40}", weights in weights()) {
        same(&flag_key, &json!({"fractional": buckets(&weights)}), &json!({"targetingKey": targeting_key}))?;
    }

    #[test]
    fn units_of_every_type_divide_people_alike(unit in unit(), weights in weights()) {
        let mut operands = vec![json!({"var": "unit"})];
        operands.extend(buckets(&weights));
        same("flag", &json!({"fractional": operands}), &json!({"unit": unit}))?;
    }

    #[test]
    fn calculated_variants_and_weights_divide_people_alike(
        person in "[a-z]{1,8}", tier in "premium|basic", heavy in 0_i64..200, light in 0_i64..200,
    ) {
        let is_premium = json!({"==": [{"var": "tier"}, "premium"]});
        let rule = json!({"fractional": [
            {"cat": [{"var": "$flagd.flagKey"}, ":", {"var": "targetingKey"}]},
            [{"if": [is_premium, "gold", "silver"]}, {"if": [is_premium, heavy, light]}],
            ["bronze", 50],
        ]});
        same("nested", &rule, &json!({"targetingKey": person, "tier": tier}))?;
    }

    #[test]
    fn versions_compare_alike(
        left in version(), operator in "=|!=|<|<=|>|>=|\\^|~|===", right in version(), is_written in any::<bool>(),
    ) {
        let right_side = if is_written { json!(right) } else { json!({"var": "right"}) };
        let rule = json!({"sem_ver": [{"var": "left"}, operator, right_side]});
        same("flag", &rule, &json!({"left": left, "right": right}))?;
    }

    #[test]
    fn beginnings_and_ends_compare_alike(
        left in text(), right in text(), number in 0_i64..9, operator in "starts_with|ends_with",
    ) {
        let asked = json!({"left": left, "right": right, "number": number});
        same("flag", &json!({&operator: [{"var": "left"}, {"var": "right"}]}), &asked)?;
        same("flag", &json!({&operator: [{"var": "left"}, right]}), &asked)?;
        // For what is no text, the engine gives false instead of null; neither is truthy.
        for operands in [json!([{"var": "left"}, number]), json!([{"var": "number"}, right])] {
            same("flag", &json!({"if": [{&operator: operands}, "yes", "no"]}), &asked)?;
        }
    }
}
