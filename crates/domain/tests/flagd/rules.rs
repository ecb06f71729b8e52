//! JSON Logic as flagd has it: what each operator gives, and that nothing makes it fail.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use signalbox_domain::flagd::document::Document;
use signalbox_domain::flagd::expression::{DEEPEST, Datum, Evaluators, Expression, List, Malformed, Subject};
use signalbox_domain::flagd::{Cause, Context, ErrorCode, FlagSet, Generation};

fn compile(rule: &Value) -> Result<Expression, Malformed> {
    Expression::compile(rule, &Evaluators::default())
}

fn evaluate(rule: &Value, attributes: &Value) -> Value {
    let expression = compile(rule).unwrap();
    let context = Context { attributes: attributes.as_object().unwrap(), timestamp: 1_700_000_000 };
    json(&expression.evaluate(&Subject::new("checkout", Generation::Flagd3, context)))
}

fn json(datum: &Datum<'_>) -> Value {
    match datum {
        Datum::Null => Value::Null,
        Datum::Bool(value) => json!(value),
        Datum::Number(number) => json!(number.as_f64()),
        Datum::Text(text) => json!(text),
        Datum::List(list) => List::iter(list).map(|item| json(&item)).collect(),
        Datum::Object(members) => Value::Object((*members).clone()),
    }
}

#[test]
fn each_operator_gives_what_json_logic_says() {
    let attributes = json!({
        "targetingKey": "u1", "age": 29, "blank": "", "zero": 0, "no": false, "list": [1, 2, 3], "none": [],
        "user": {"name": "Zoë", "roles": ["admin", "staff"]}, "people": [{"age": 17}, {"age": 30}],
        "0": "zeroth", "path": "user.name", "$flagd": {"flagKey": "forged", "other": 1},
    });
    for (rule, expect) in [
        (json!({"var": "age"}), json!(29.0)),
        (json!({"var": ["age"]}), json!(29.0)),
        (json!({"var": "user.roles.1"}), json!("staff")),
        (json!({"var": "user.roles.9"}), json!(null)),
        (json!({"var": ["user.gone", "default"]}), json!("default")),
        (json!({"var": {"var": "path"}}), json!("Zoë")),
        (json!({"var": 0}), json!("zeroth")),
        (json!({"var": [0.0]}), json!("zeroth")),
        (json!({"map": [[[7, 8]], {"var": 1}]}), json!([8.0])),
        (json!({"var": "targetingKey"}), json!("u1")),
        (json!({"var": "$flagd.flagKey"}), json!("checkout")),
        (json!({"var": {"cat": ["$flagd.", "flagKey"]}}), json!("checkout")),
        (json!({"var": "$flagd.timestamp"}), json!(1_700_000_000.0)),
        (json!({"var": "$flagd.other"}), json!(null)),
        (json!({"var": ""}), attributes.clone()),
        (json!({"missing": ["age", "gone", "blank"]}), json!(["gone", "blank"])),
        (json!({"missing": [{"merge": [["age"], "gone"]}]}), json!(["gone"])),
        (json!({"missing_some": [1, ["age", "gone"]]}), json!([])),
        (json!({"missing_some": [2, ["age", "gone"]]}), json!(["gone"])),
        (json!({"if": [false, 1, {"var": "no"}, 2, 3]}), json!(3.0)),
        (json!({"if": [[], "yes"]}), json!(null)),
        (json!({"if": ["0", "yes", "no"]}), json!("yes")),
        (json!({"if": [{"a": 1, "b": 2}, "yes", "no"]}), json!("yes")),
        (json!({"?:": [true, "yes", "no"]}), json!("yes")),
        (json!({"and": [1, "a", 0, "b"]}), json!(0.0)),
        (json!({"and": [1, "a"]}), json!("a")),
        (json!({"or": [0, "", "a", "b"]}), json!("a")),
        (json!({"or": []}), json!(null)),
        (json!({"!": [[]]}), json!(true)),
        (json!({"!": {"var": "age"}}), json!(false)),
        (json!({"!!": ["x"]}), json!(true)),
        (json!({"==": [{"var": "age"}, "29"]}), json!(true)),
        (json!({"===": [{"var": "age"}, "29"]}), json!(false)),
        (json!({"!=": [1, 1.0]}), json!(false)),
        (json!({"!==": [1, "1"]}), json!(true)),
        (json!({"==": [{"var": "gone"}, null]}), json!(true)),
        (json!({"<": [1, {"var": "age"}, 30]}), json!(true)),
        (json!({"<=": [1, 1, 0]}), json!(false)),
        (json!({">": ["b", "a"]}), json!(true)),
        (json!({">=": ["x", 1]}), json!(false)),
        (json!({"<": [{"var": "gone"}, 18]}), json!(true)),
        (json!({"+": [1, "2", true]}), json!(4.0)),
        (json!({"+": "3.5"}), json!(3.5)),
        (json!({"+": ["x"]}), json!(null)),
        (json!({"-": [5, 2]}), json!(3.0)),
        (json!({"-": 5}), json!(-5.0)),
        (json!({"*": [2, 3, 4]}), json!(24.0)),
        (json!({"/": [1, 4]}), json!(0.25)),
        (json!({"/": [1, 0]}), json!(null)),
        (json!({"/": [1]}), json!(null)),
        (json!({"%": [-7, 3]}), json!(-1.0)),
        (json!({"%": [7, 0]}), json!(null)),
        (json!({"*": [1e300, 1e300]}), json!(null)),
        (json!({"min": [3, 1, 2]}), json!(1.0)),
        (json!({"max": ["x", 1]}), json!(null)),
        (json!({"max": [1, "x"]}), json!(null)),
        (json!({"max": []}), json!(null)),
        (json!({"in": ["ad", "badge"]}), json!(true)),
        (json!({"in": [2, {"var": "list"}]}), json!(true)),
        (json!({"in": ["2", {"var": "list"}]}), json!(false)),
        (json!({"in": [null, "null"]}), json!(false)),
        (json!({"in": ["h", ["a", "b", "c", "d", "e", "f", "g", "h"]]}), json!(true)),
        (json!({"in": ["i", ["h", "g", "f", "e", "d", "c", "b", "a"]]}), json!(false)),
        (json!({"in": [1, ["h", "g", "f", "e", "d", "c", "b", "1"]]}), json!(false)),
        (json!({"cat": ["a", 1, 1.0, 1.5, null, true, [1, "b"]]}), json!("a111.5true1,b")),
        (json!({"substr": ["jsonlogic", 4]}), json!("logic")),
        (json!({"substr": ["jsonlogic", -5]}), json!("logic")),
        (json!({"substr": ["jsonlogic", 1, 3]}), json!("son")),
        (json!({"substr": ["jsonlogic", 4, -2]}), json!("log")),
        (json!({"substr": ["jsonlogic", -5, -2]}), json!("log")),
        (json!({"substr": ["Zoë", 2, 9e99]}), json!("ë")),
        (json!({"substr": ["Zoë", -9e99, 1]}), json!("Z")),
        (json!({"merge": [[1, 2], 3, [4]]}), json!([1.0, 2.0, 3.0, 4.0])),
        (json!({"map": [{"var": "list"}, {"*": [{"var": ""}, 2]}]}), json!([2.0, 4.0, 6.0])),
        (json!({"map": [{"var": "gone"}, 1]}), json!([])),
        (json!({"filter": [{"var": "list"}, {">": [{"var": ""}, 1]}]}), json!([2.0, 3.0])),
        (json!({"reduce": [{"var": "list"}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]}), json!(6.0)),
        (json!({"reduce": [{"var": "gone"}, 1, "begin"]}), json!("begin")),
        (json!({"all": [{"var": "people"}, {">": [{"var": "age"}, 16]}]}), json!(true)),
        (json!({"all": [{"var": "none"}, true]}), json!(false)),
        (json!({"none": [{"var": "people"}, {">": [{"var": "age"}, 40]}]}), json!(true)),
        (json!({"some": [{"var": "people"}, {">": [{"var": "age"}, 18]}]}), json!(true)),
        (json!({"some": [{"var": "none"}, true]}), json!(false)),
        (json!({"map": [{"var": "list"}, {"var": "$flagd.flagKey"}]}), json!([null, null, null])),
        (json!({"log": "x"}), json!("x")),
        (json!({"starts_with": [{"var": "user.name"}, "Z"]}), json!(true)),
        (json!({"ends_with": [{"var": "user.name"}, "Z"]}), json!(false)),
        (json!({"ends_with": [{"var": "age"}, "9"]}), json!(null)),
        (json!({"sem_ver": [1.5, ">", "v1.4"]}), json!(true)),
        (json!({"sem_ver": ["1.0.0", {"cat": ["=", ""]}, "1"]}), json!(true)),
        (json!({"sem_ver": ["1.0.0", 7, "1"]}), json!(null)),
        (json!({}), json!({})),
        (json!({"a": 1, "b": {"var": "age"}}), json!({"a": 1, "b": {"var": "age"}})),
        (json!([1, {"var": "age"}]), json!([1.0, 29.0])),
        (json!("text"), json!("text")),
    ] {
        assert_eq!(evaluate(&rule, &attributes), expect, "{rule}");
    }
}

#[test]
fn fractional_gives_null_for_what_it_cannot_use() {
    let attributes = json!({"targetingKey": "u1", "list": ["a", 1], "bucket": ["only", 5]});
    for operands in [
        json!([]),
        json!("u1"),
        json!(["u1"]),
        json!([null, ["a"], ["b"]]),
        json!([["a"], []]),
        json!([["a"], "b"]),
        json!([["a", 0.5], ["b"]]),
        json!([["a", "1"], ["b"]]),
        json!([["a", null], ["b"]]),
        json!([["a", {"var": "gone"}], ["b"]]),
        json!([["a", 2_147_483_647], ["b", 1]]),
        json!([[["nested"], 1]]),
        json!([[{"a": 1, "b": 2}, 1]]),
        json!([{"var": "list"}, ["b", 1_u64 << 40]]),
    ] {
        assert_eq!(evaluate(&json!({"fractional": operands}), &attributes), json!(null), "{operands}");
    }
    for nobody in [json!({}), json!({"targetingKey": ""}), json!({"targetingKey": 1}), json!({"targetingKey": null})] {
        assert_eq!(evaluate(&json!({"fractional": [["a"]]}), &nobody), json!(null), "{nobody}");
    }
    // Operations may stand for a whole bucket.
    assert_eq!(evaluate(&json!({"fractional": [{"var": "bucket"}, ["b", 0]]}), &attributes), json!("only"));
    assert_eq!(evaluate(&json!({"fractional": ["u1", {"var": "bucket"}]}), &attributes), json!("only"));
}

#[test]
fn the_first_share_grows_without_taking_it_from_anybody() {
    let people: Vec<_> = (0..4_000).map(|number| json!({"targetingKey": format!("user-{number}")})).collect();
    let who_is_on = |share: u32| -> Vec<bool> {
        let rule = json!({"fractional": [["on", share], ["off", 100_000 - share]]});
        people.iter().map(|person| evaluate(&rule, person) == "on").collect()
    };
    let mut before = who_is_on(0);
    assert!(!before.contains(&true));
    for share in [1, 10_000, 50_000, 99_999, 100_000] {
        let now = who_is_on(share);
        assert!(before.iter().zip(&now).all(|(before, now)| *now || !*before), "{share}");
        before = now;
    }
    assert!(!before.contains(&false));
    let half = who_is_on(50_000).iter().filter(|on| **on).count();
    assert!((1_900..2_100).contains(&half), "{half}");
}

#[test]
fn malformed_rules_are_told_apart() {
    let evaluators = json!({
        "staff": {"ends_with": [{"var": "email"}, "@example.com"]},
        "broken": {"no_such": 1},
        "nested": {"$ref": "staff"},
    });
    let evaluators = Evaluators::compile(evaluators.as_object().unwrap());
    let fault = |rule: Value| Expression::compile(&rule, &evaluators).unwrap_err().to_string();
    assert!(Expression::compile(&json!({"!": {"$ref": "staff"}}), &evaluators).is_ok());
    assert_eq!(fault(json!({"and": [{"likes": 1}]})), "there is no operator \"likes\"");
    assert_eq!(fault(json!({"$ref": "gone"})), "there is no evaluator \"gone\"");
    assert_eq!(fault(json!({"$ref": 1})), "$ref must be followed by the name of an evaluator");
    assert_eq!(
        fault(json!({"$ref": "broken"})),
        "the evaluator \"broken\" is malformed: there is no operator \"no_such\""
    );
    assert_eq!(
        fault(json!({"$ref": "nested"})),
        "the evaluator \"nested\" is malformed: an evaluator cannot refer to another, here \"staff\""
    );
}

#[test]
fn the_rule_must_name_a_variant() {
    let flag = |rule: Value| json!({"state": "ENABLED", "variants": {"1": 1, "true": 2}, "targeting": rule});
    let document = json!({"flags": {
        "number": flag(json!({"+": [0.5, 0.5]})),
        "boolean": flag(json!({"==": [1, 1]})),
        "list": flag(json!({"var": "list"})),
        "other": flag(json!({"cat": ["o", "ther"]})),
    }});
    let document = Document::read(document).unwrap();
    let flags = FlagSet::compile(&document, |_| Generation::Flagd3);
    let attributes = json!({"list": [1]});
    let context = Context { attributes: attributes.as_object().unwrap(), timestamp: 0 };
    assert_eq!(flags.evaluate("number", context).unwrap().value, Some(&json!(1)));
    assert_eq!(flags.evaluate("boolean", context).unwrap().value, Some(&json!(2)));
    assert_eq!(flags.evaluate("list", context).unwrap_err().cause, Cause::NotAVariant);
    let failure = flags.evaluate("other", context).unwrap_err();
    assert_eq!(failure.cause, Cause::NoSuchVariant("other".into()));
    assert_eq!(failure.cause.code(), ErrorCode::General);
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| (1..depth).fold(json!("deep"), |inner, _| json!({"!!": inner}));
    assert!(compile(&nested(DEEPEST)).is_ok());
    assert_eq!(compile(&nested(DEEPEST + 1)).unwrap_err(), Malformed::TooDeep);
    assert_eq!(evaluate(&nested(DEEPEST), &json!({})), json!(true));
    // Width is another matter.
    let wide: Vec<_> = (0..10_000).map(|_| json!({"==": [1, 2]})).collect();
    assert_eq!(evaluate(&json!({"or": wide}), &json!({})), json!(false));
}

#[test]
fn a_rule_that_grows_without_end_gives_null() {
    let accumulator = json!({"var": "accumulator"});
    let attributes = json!({"list": vec![1; 64], "long": vec![1; 2_000]});
    let list = json!({"var": "list"});
    for rule in [
        json!({"reduce": [list, {"cat": [accumulator, accumulator]}, "0123456789"]}),
        json!({"reduce": [list, {"merge": [accumulator, accumulator]}, [1]]}),
        json!({"reduce": [list, [accumulator, accumulator], [1]]}),
        (0..6).fold(json!(1), |inner, _| json!({"map": [vec![1; 64], inner]})),
        (0..6).fold(json!(true), |inner, _| json!({"all": [vec![1; 64], inner]})),
    ] {
        assert_eq!(evaluate(&rule, &attributes), json!(null), "{rule}");
    }
    let modest = json!({"map": [{"var": "long"}, {"map": [[1, {"var": ""}], {"cat": ["x", {"var": ""}]}]}]});
    assert_eq!(evaluate(&modest, &attributes)[1_999], json!(["x1", "x1"]));
}

const OPERATORS: [&str; 39] = [
    "var",
    "missing",
    "missing_some",
    "if",
    "?:",
    "and",
    "or",
    "!",
    "!!",
    "==",
    "===",
    "!=",
    "!==",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "min",
    "max",
    "in",
    "cat",
    "substr",
    "merge",
    "map",
    "filter",
    "reduce",
    "all",
    "none",
    "some",
    "log",
    "starts_with",
    "ends_with",
    "sem_ver",
    "fractional",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3_i64..40).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(f64::MAX)),
        Just(json!(f64::MIN_POSITIVE)),
        ".{0,12}".prop_map(Value::from),
        "[0-9.v-]{0,8}".prop_map(Value::from),
        "a|b|a\\.b|a\\.0|current|accumulator|\\$flagd|\\$flagd\\.flagKey|\\$flagd\\.timestamp|targetingKey|=|\\^|~"
            .prop_map(Value::from),
    ]
}

fn tree(leaf: BoxedStrategy<Value>, operators: bool) -> BoxedStrategy<Value> {
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let list = prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from);
        let object = prop::collection::btree_map("a|b|targetingKey|\\$flagd|.{0,4}", inner.clone(), 0..4)
            .prop_map(Value::from_iter);
        let operation = (prop::sample::select(&OPERATORS[..]), prop::collection::vec(inner, 0..5))
            .prop_map(|(operator, operands)| json!({operator: operands}));
        if operators {
            prop_oneof![1 => list, 1 => object, 6 => operation].boxed()
        } else {
            prop_oneof![list, object].boxed()
        }
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_makes_evaluation_panic(
        rule in tree(scalar().boxed(), true),
        attributes in prop::collection::btree_map("a|b|targetingKey|.{0,4}", tree(scalar().boxed(), false), 0..5),
        timestamp in any::<i64>(),
        is_third in any::<bool>(),
    ) {
        let Ok(expression) = compile(&rule) else { return Ok(()) };
        let attributes: Map<String, Value> = attributes.into_iter().collect();
        let context = Context { attributes: &attributes, timestamp };
        let generation = if is_third { Generation::Flagd3 } else { Generation::Flagd2 };
        let ask = || json(&expression.evaluate(&Subject::new("flag", generation, context)));
        prop_assert_eq!(ask(), ask());
    }
}
