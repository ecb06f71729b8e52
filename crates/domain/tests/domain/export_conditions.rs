//! Rules carried out in flagd's form let in exactly whom they let in here, whatever is known of whoever asks.

use std::cell::Cell;

use flagd_evaluation_engine::Operator;
use open_feature::{EvaluationContext, EvaluationContextFieldValue};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use signalbox_domain::Timestamp;
use signalbox_domain::command::Command;
use signalbox_domain::export::{FlagdExport, flagd_document};
use signalbox_domain::flagd::document::Document;
use signalbox_domain::flagd::{Context, FlagSet, Generation};
use signalbox_domain::targeting::Attributes;

use crate::bench::{Bench, place, project};
use crate::import::{NOW, changes_nothing, environment};

/// A project with groups, and a flag of these rules in `dev`, each of which gives the feature to whoever fits.
fn with_rules(rules: &[Vec<Value>]) -> Bench {
    let mut bench = Bench::with_flag();
    for segment in [
        json!({"key": "adults", "name": "Adults", "groups": [
            {"match": "all", "clauses": [{"operator": "number_at_least", "attribute": "x", "number": 18}]},
            {"match": "none", "clauses": [{"operator": "one_of", "attribute": "plan", "values": ["gold", "5"]},
                {"operator": "is_set", "attribute": "y"}]}]}),
        json!({"key": "wide", "name": "Wide", "groups": [{"match": "any", "clauses": [
            {"operator": "in_segment", "segments": ["adults"]},
            {"operator": "starts_with", "attribute": "plan", "values": ["g"], "not": true}]}]}),
        json!({"key": "empty", "name": "Empty"}),
        json!({"key": "named", "name": "Named", "included": ["ann"]}),
    ] {
        let segment = serde_json::from_value(segment).unwrap();
        bench.ok(Command::CreateSegment { project: project(), segment: Box::new(segment) });
    }
    let rules = rules.iter().enumerate().map(|(index, clauses)| {
        json!({"id": format!("r{index}"), "clauses": clauses, "split": [{"variant": "on", "weight": 100}]})
    });
    let rules = serde_json::from_value(rules.collect()).unwrap();
    bench.ok(Command::SetRules { place: place("dev"), rules, default: None });
    bench
}

fn exported(bench: &Bench) -> FlagdExport {
    flagd_document(&bench.state.projects[&project()], &environment("dev"))
}

fn texts() -> impl Strategy<Value = Value> {
    let texts = [
        "gold",
        "golden",
        "silver",
        "a b",
        "true",
        "false",
        "5",
        "05",
        "5.0",
        "-1",
        "-1.5",
        "18",
        "0",
        "-0",
        " 5",
        "5 ",
        "+5",
        ".5",
        "5.",
        "-.5",
        "5a7",
        "5+5",
        "-",
        "",
        "  ",
        "1e2",
        "1e999",
        "1e",
        "9007199254740993",
        "0x10",
        "Infinity",
        "-Infinity",
        "ß",
    ];
    select(texts.to_vec()).prop_map(Value::from)
}

fn numbers() -> impl Strategy<Value = Value> {
    let numbers = [
        json!(5),
        json!(5.0),
        json!(-1),
        json!(-1.5),
        json!(18),
        json!(0),
        json!(-0.0),
        json!(0.5),
        json!(1e-7),
        json!(9_007_199_254_740_991_i64),
        json!(9_007_199_254_740_993_i64),
        json!(i64::MIN),
        json!(100),
        json!(-7),
    ];
    select(numbers.to_vec())
}

/// One value: texts, numbers, booleans.
fn single() -> impl Strategy<Value = Value> {
    prop_oneof![4 => texts(), 3 => numbers(), 1 => any::<bool>().prop_map(Value::from)]
}

fn value() -> impl Strategy<Value = Value> {
    let odd = prop_oneof![
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"x": "gold"})),
        Just(json!(["gold"])),
        Just(json!([5])),
        Just(json!([null]))
    ];
    let item = prop_oneof![4 => single(), 1 => odd.clone()];
    prop_oneof![4 => single(), 1 => odd, 2 => prop::collection::vec(item, 0..4).prop_map(Value::from)]
}

fn context_of(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let key = prop_oneof![3 => texts().prop_map(Some), 1 => Just(None)];
    (prop::collection::btree_map(select(&["plan", "x", "y"][..]), value, 0..4), key).prop_map(|(values, key)| {
        let key = key.map(|key| ("targetingKey".to_owned(), key));
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(key).collect()
    })
}

/// Clauses that can be said exactly.
fn clause() -> impl Strategy<Value = Value> {
    let attribute = || select(&["plan", "x", "targetingKey"][..]);
    let words = prop::sample::subsequence(vec!["gold", "5", "-1", "05", "true", "", "9007199254740993", "0"], 1..4);
    let parts = prop::sample::subsequence(vec!["gold", "5", "o", "-1", "tru", "e2", " "], 1..3);
    let bound = || select(&[5.0_f64, -1.0, -1.5, 0.0, 18.0, 1e300, 9_007_199_254_740_992.0][..]);
    let compares =
        select(&["number_equals", "number_less_than", "number_at_most", "number_more_than", "number_at_least"][..]);
    let finds = select(&["contains", "starts_with", "ends_with"][..]);
    let moment = || select(&["2026-09-21T14:13:20Z", "2026-09-21T14:13:21Z", "2020-01-01T00:00:00Z"][..]);
    let clause = prop_oneof![
        3 => (attribute(), words).prop_map(|(name, words)| json!({"operator": "one_of", "attribute": name, "values": words})),
        3 => (finds, attribute(), parts).prop_map(|(finds, name, parts)| json!({"operator": finds, "attribute": name, "values": parts})),
        3 => (compares, attribute(), bound()).prop_map(|(how, name, bound)| json!({"operator": how, "attribute": name, "number": bound})),
        1 => (attribute(), bound(), bound()).prop_map(|(name, one, other)| {
            json!({"operator": "number_between", "attribute": name, "least": one.min(other), "most": one.max(other)})
        }),
        1 => (attribute(), 1..4_u32, 0..9_u32).prop_map(|(name, divisor, remainder)| {
            json!({"operator": "modulo", "attribute": name, "divisor": divisor, "remainder": remainder % divisor})
        }),
        1 => attribute().prop_map(|name| json!({"operator": "is_set", "attribute": name})),
        1 => prop::sample::subsequence(vec!["adults", "wide", "empty"], 1..3)
            .prop_map(|keys| json!({"operator": "in_segment", "segments": keys})),
        1 => moment().prop_map(|time| json!({"operator": "time_before", "time": time})),
        1 => moment().prop_map(|time| json!({"operator": "time_after", "time": time})),
        1 => moment().prop_map(|time| json!({"operator": "time_between", "from": time, "until": "2026-09-21T14:13:22Z"})),
    ];
    (clause, any::<bool>()).prop_map(|(mut clause, not)| {
        clause["not"] = json!(not);
        clause
    })
}

fn rules() -> impl Strategy<Value = Vec<Vec<Value>>> {
    prop::collection::vec(prop::collection::vec(clause(), 1..3), 1..3)
}

#[test]
fn what_is_carried_out_lets_in_the_same_people() {
    let strategy = (rules(), prop::collection::vec(context_of(value()), 60));
    let config = Config { cases: 1_000, failure_persistence: None, ..Config::default() };
    let (asked, let_in) = (Cell::new(0), Cell::new(0));
    TestRunner::new(config)
        .run(&strategy, |(rules, contexts)| {
            let bench = with_rules(&rules);
            let export = exported(&bench);
            prop_assert_eq!(&export.not_representable, &[]);
            let set = FlagSet::compile(&Document::read(export.into_document()).unwrap(), |_| Generation::Flagd3);
            let (compiled, segments) = (bench.compiled(&place("dev")), bench.segments());
            for context in &contexts {
                let attributes = Attributes::of_context(context, Timestamp::from_millis(NOW));
                let ours = compiled.evaluate(&attributes, &segments).unwrap().variant.as_str();
                let theirs = set.evaluate("pay", Context { attributes: context, timestamp: NOW / 1_000 });
                prop_assert_eq!(theirs.unwrap().variant, Some(ours), "{:?} {:?}", rules, context);
                asked.set(asked.get() + 1);
                let_in.set(let_in.get() + u32::from(ours == "on"));
            }
            Ok(())
        })
        .unwrap();
    assert!(let_in.get() > 10_000 && asked.get() - let_in.get() > 10_000, "{} of {}", let_in.get(), asked.get());
    println!("{} questions, {} let in", asked.get(), let_in.get());
}

/// The same through an engine of flagd's, of what a context of OpenFeature holds by itself. It fails where a text that
/// looks like a number at both ends and is none is compared with one, so such texts are not asked.
#[test]
fn an_engine_of_flagd_lets_in_the_same_people() {
    let field = |value: &Value| -> EvaluationContextFieldValue {
        match value {
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => match number.as_f64().unwrap() {
                // That engine writes 5.0 as "5.0", where those in Go and JavaScript write "5".
                #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
                whole if whole.fract() == 0.0 && whole.abs() < 1e15 => (whole as i64).into(),
                other => other.into(),
            },
            Value::String(text) => text.as_str().into(),
            other => panic!("{other} does not stand in a context by itself"),
        }
    };
    let comparable = |value: &Value| !["5a7", "5+5", "0x10", "1e999"].map(Value::from).contains(value);
    let context = context_of(single()).prop_filter("it can be compared", move |one| one.values().all(comparable));
    let strategy = (rules(), prop::collection::vec(context, 20));
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let engine = Operator::new();
    TestRunner::new(config)
        .run(&strategy, |(rules, contexts)| {
            // That engine reads its own clock.
            let asks_the_time =
                rules.iter().flatten().any(|clause| clause["operator"].as_str().unwrap().starts_with("time"));
            prop_assume!(!asks_the_time);
            let bench = with_rules(&rules);
            let document = exported(&bench).into_document();
            let rule = document["flags"]["pay"]["targeting"].to_string();
            let (compiled, segments) = (bench.compiled(&place("dev")), bench.segments());
            for context in &contexts {
                let attributes = Attributes::of_context(context, Timestamp::from_millis(NOW));
                let ours = compiled.evaluate(&attributes, &segments).unwrap().variant.as_str();
                let mut asked = EvaluationContext::default();
                for (name, value) in context {
                    asked = match name.as_str() {
                        "targetingKey" => asked.with_targeting_key(value.as_str().unwrap()),
                        name => asked.with_custom_field(name, field(value)),
                    };
                }
                let theirs = engine.apply("pay", &rule, &asked);
                let theirs = theirs.map(|variant| variant.unwrap_or_else(|| "off".to_owned())).ok();
                prop_assert_eq!(theirs.as_deref(), Some(ours), "{:?} {:?}", rules, context);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_cannot_be_said_exactly_is_told_precisely() {
    let told = |clause: Value| {
        let mut bench = with_rules(&[vec![clause]]);
        changes_nothing(&mut bench, "dev");
        let why = exported(&bench).not_representable.into_iter().map(|told| told.why).collect::<Vec<_>>().join("; ");
        why.strip_prefix("rule \"r0\" ").map(str::to_owned).unwrap_or(why)
    };
    for (clause, why) in [
        (
            json!({"operator": "matches_pattern", "attribute": "x", "pattern": "a"}),
            "matches a pattern, which JSON Logic cannot",
        ),
        (
            json!({"operator": "contains", "attribute": "x", "values": ["a"], "ignore_case": true}),
            "does not tell capitals from small letters, which JSON Logic cannot",
        ),
        (
            json!({"operator": "version_at_least", "attribute": "x", "version": "8.2"}),
            "compares versions such as 8.2-beta and 2026.08.1, which flagd does not read",
        ),
        (
            json!({"operator": "in_network", "attribute": "x", "networks": ["10.0.0.0/8"]}),
            "asks for networks, which JSON Logic cannot",
        ),
        (
            json!({"operator": "time_before", "attribute": "x", "time": "2026-01-01T00:00:00Z"}),
            "reads moments from an attribute, which JSON Logic cannot",
        ),
        (
            json!({"operator": "time_after", "time": "2026-01-01T00:00:00.5Z"}),
            "asks for a moment within a second, and flagd knows whole seconds",
        ),
        (
            json!({"operator": "time_of_week", "days": ["monday"], "zone": "UTC"}),
            "asks for days and hours in a time zone, which JSON Logic cannot",
        ),
        (
            json!({"operator": "is_set", "attribute": "address.country"}),
            "asks for \"address.country\", and JSON Logic does not find an attribute whose name has a dot in it",
        ),
        (json!({"operator": "is_set", "attribute": "$flagd"}), "asks for \"$flagd\", which flagd keeps for itself"),
        (
            json!({"operator": "in_segment", "segments": ["named"]}),
            "asks for the group \"named\", which names people one by one",
        ),
    ] {
        assert_eq!(told(clause), why);
    }
}

/// A rule that has grown beyond what an import takes is not carried out, so that bringing it in changes nothing.
#[test]
fn a_rule_that_no_import_takes_is_told() {
    let values: Vec<_> = (0..500).map(|number| format!("{number}{}", "x".repeat(200))).collect();
    let clause = json!({"operator": "one_of", "attribute": "plan", "values": values});
    let mut bench = with_rules(&[vec![clause]]);
    let told = exported(&bench).not_representable;
    assert_eq!(told[0].why, "written for flagd, its rule is larger than 32768 bytes");
    changes_nothing(&mut bench, "dev");
}
