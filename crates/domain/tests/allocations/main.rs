//! Evaluating a flag allocates nothing, whatever its rules ask. A program of its own, since it counts the allocations
//! of all of it.

use serde_json::{Value, json};
use signalbox_domain::Timestamp;
use signalbox_domain::evaluation::{CompiledFlag, Environs};
use signalbox_domain::flag::{Configuration, Flag};
use signalbox_domain::key::RuleId;
use signalbox_domain::personal::Vault;
use signalbox_domain::targeting::{Attributes, CompiledSegment, CompiledSegments, Segment};

fn compiled(rules: &Value, share: f64) -> CompiledFlag {
    let configuration = json!({
        "kill": null, "overrides": [], "prerequisites": [], "rules": rules, "rollout": null, "version": 1,
        "changed": "2026-01-01T00:00:00Z", "audience": {"people": [], "share": share},
        "split": [{"variant": "on", "weight": 60}, {"variant": "other", "weight": 40}],
    });
    let configuration: Configuration = serde_json::from_value(configuration).expect("a configuration");
    let details = json!({"name": "Pay", "description": "", "purpose": "release", "owner": null, "tags": [], "expected_removal": null});
    let flag = json!({
        "key": "pay", "details": details, "value_kind": "boolean", "off_variant": "off", "archived": null,
        "variants": [{"key": "on", "value": true}, {"key": "other", "value": true}, {"key": "off", "value": false}],
        "bucketing": {"algorithm": "signalbox-1", "salt": "pay"}, "created": "2026-01-01T00:00:00Z",
        "changed": "2026-01-01T00:00:00Z", "client_side": {"allowed": false, "version": 0}, "configurations": {}, "version": 1,
    });
    let flag: Flag = serde_json::from_value(flag).expect("a flag");
    let segments = Default::default();
    CompiledFlag::new(
        &flag,
        &configuration,
        Environs { vault: &Vault::default(), segments: &segments, flag: &|_| None },
    )
}

#[test]
fn evaluation_allocates_nothing() {
    let gives = json!([{"variant": "on", "weight": 100}]);
    let clauses = [
        json!({"operator": "one_of", "attribute": "address.country", "values": ["DE", "AT"], "ignore_case": true}),
        json!({"operator": "ends_with", "attribute": "email", "values": ["@bank.example"]}),
        json!({"operator": "number_at_least", "attribute": "age", "number": 18}),
        json!({"operator": "version_compatible_with", "attribute": "app", "version": "8.2"}),
        json!({"operator": "in_network", "attribute": "ip", "networks": ["10.0.0.0/8", "2001:db8::/32"]}),
        json!({"operator": "time_of_week", "days": ["monday"], "zone": "Europe/Berlin"}),
        json!({"operator": "in_segment", "segments": ["staff"], "not": true}),
        json!({"operator": "is_set", "attribute": "plan", "not": true}),
    ];
    let segment: Segment<String> = serde_json::from_value(json!({"key": "staff", "name": "Staff", "included": ["eve"],
        "groups": [{"match": "any", "clauses": [{"operator": "one_of", "attribute": "role", "values": ["staff"]}]}]}))
    .unwrap();
    let segments: CompiledSegments = [CompiledSegment::new(&segment, |key| Some(key.as_str()))].into_iter().collect();
    let context = json!({"targetingKey": "customer-1", "address": {"country": "de"}, "email": "ann@bank.example",
        "age": 35, "app": "8.4.1", "ip": "10.1.2.3", "company": {"id": 204_417}});
    let monday = Timestamp::from_millis(1_795_424_400_000);
    let attributes = Attributes::of_context(context.as_object().unwrap(), monday);
    for (what, flag, by) in [
        ("everybody", compiled(&json!([]), 100.0), None),
        ("half", compiled(&json!([]), 50.0), None),
        (
            "every clause",
            compiled(&json!([{"id": "r", "clauses": clauses, "share": 50, "split": gives}]), 0.0),
            Some("r"),
        ),
        (
            "by company",
            compiled(&json!([{"id": "r", "share": 50, "split_by": "company.id", "split": gives}]), 0.0),
            Some("r"),
        ),
        (
            "named group",
            compiled(&json!([{"id": "r", "share": 0, "segments": ["staff"], "split": gives}]), 0.0),
            Some("r"),
        ),
    ] {
        let mut rule = None;
        let counted = allocation_counter::measure(|| {
            let answer = flag.evaluate(&attributes, &segments).unwrap();
            rule = answer.rule;
        });
        assert_eq!(rule.map(RuleId::as_str), by, "{what}");
        assert_eq!(counted.count_total, 0, "{what}");
    }
}

/// A pattern keeps a place to work in for each thread, made when the thread first matches it.
#[test]
fn a_pattern_allocates_only_when_it_is_first_asked() {
    let clauses = json!([{"operator": "matches_pattern", "attribute": "email", "pattern": "^[a-z]+@bank[.]example$"}]);
    let flag = compiled(&json!([{"id": "r", "clauses": clauses, "split": [{"variant": "on", "weight": 100}]}]), 0.0);
    let context = json!({"email": "ann@bank.example"});
    let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
    let none = CompiledSegments::default();
    let ask = || allocation_counter::measure(|| assert!(flag.evaluate(&attributes, &none).unwrap().rule.is_some()));
    ask();
    assert_eq!(ask().count_total, 0);
}
