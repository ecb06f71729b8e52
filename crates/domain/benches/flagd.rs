//! How long a rule of flagd's model takes, beside flagd's own engine with the same rules and contexts.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use flagd_evaluation_engine::Operator;
use open_feature::EvaluationContext;
use serde_json::{Map, Value, json};
use signalbox_domain::flagd::document::Document;
use signalbox_domain::flagd::{Context, FlagSet, Generation};

/// People who ask in turn, so that no branch is learnt by heart.
const PEOPLE: usize = 1_024;

fn rules() -> [(&'static str, Value); 3] {
    [
        ("half of the people have it", json!({"fractional": [["on", 50], ["off", 50]]})),
        (
            "five clauses",
            json!({"if": [{"and": [
                {"==": [{"var": "country"}, "CH"]},
                {"in": [{"var": "plan"}, ["pro", "team"]]},
                {">=": [{"var": "age"}, 18]},
                {"sem_ver": [{"var": "version"}, ">=", "2.1.0"]},
                {"ends_with": [{"var": "email"}, "@example.com"]},
            ]}, "on", "off"]}),
        ),
        (
            "half of those whom five clauses meet, by text put together",
            json!({"if": [{"and": [
                {"==": [{"var": "country"}, "CH"]},
                {"in": [{"var": "plan"}, ["pro", "team"]]},
                {">=": [{"var": "age"}, 18]},
                {"sem_ver": [{"var": "version"}, ">=", "2.1.0"]},
                {"ends_with": [{"var": "email"}, "@example.com"]},
            ]}, {"fractional": [
                {"cat": [{"var": "$flagd.flagKey"}, {"var": "email"}]}, ["on", 50], ["off", 50],
            ]}, "off"]}),
        ),
    ]
}

/// Everybody meets every clause, so that all of them are looked at.
fn person(number: usize) -> Map<String, Value> {
    let person = json!({
        "targetingKey": format!("customer-{number:06}"), "country": "CH", "plan": "team", "age": 18 + number % 50,
        "version": "2.10.3", "email": format!("customer-{number:06}@example.com"),
    });
    let Value::Object(attributes) = person else { unreachable!("an object was written") };
    attributes
}

fn for_the_peer(person: &Map<String, Value>) -> EvaluationContext {
    person.iter().fold(EvaluationContext::default(), |context, (name, value)| match (name.as_str(), value) {
        ("targetingKey", Value::String(key)) => context.with_targeting_key(key),
        (name, Value::String(text)) => context.with_custom_field(name, text.as_str()),
        (name, value) => context.with_custom_field(name, value.as_i64().unwrap_or_default()),
    })
}

fn flagd(criterion: &mut Criterion) {
    let people: Vec<_> = (0..PEOPLE).map(person).collect();
    let contexts: Vec<_> = people.iter().map(for_the_peer).collect();
    for (name, rule) in rules() {
        let document = json!({"flags": {"checkout": {
            "state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": rule,
        }}});
        let flags = FlagSet::compile(&Document::read(document).expect("a document"), |_| Generation::Flagd3);
        let mut group = criterion.benchmark_group(format!("evaluate a JSON Logic rule: {name}"));
        let mut asking = people.iter().cycle();
        group.bench_function("compiled once", |bencher| {
            bencher.iter(|| {
                let attributes = asking.next().expect("the cycle has no end");
                let answer = flags.evaluate("checkout", Context { attributes, timestamp: 1_790_000_000 });
                answer.map(|answer| black_box(answer.variant)).is_ok()
            });
        });
        // Its interface takes the rule as text and parses it at each call.
        let (engine, text) = (Operator::new(), rule.to_string());
        let mut asking = contexts.iter().cycle();
        group.bench_function("peer: flagd-evaluation-engine 0.1.0", |bencher| {
            bencher.iter(|| {
                asking.next().map(|context| engine.apply("checkout", black_box(&text), context).expect("a variant"))
            });
        });
        group.finish();
    }
}

criterion_group!(benches, flagd);
criterion_main!(benches);
