//! Documents: read leniently, written back without a change of meaning.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use signalbox_domain::evaluation::Reason;
use signalbox_domain::flagd::document::{BrokenFlag, Definition, Document, Fault, Unreadable};
use signalbox_domain::flagd::{Cause, Context, ErrorCode, FlagSet, Generation};
use signalbox_domain::value::ValueKind;

use crate::suite::Testbed;

fn flag_set(document: &Document) -> FlagSet {
    FlagSet::compile(document, |_| Generation::Flagd3)
}

/// Reads, writes and reads again; the second reading has the same meaning and writes the same.
fn round_trip(json: Value) -> Document {
    let document = Document::read(json).unwrap();
    let written = document.to_json();
    let again = Document::read(written.clone()).unwrap();
    assert_eq!(again.to_json(), written);
    assert_eq!((by_key(&again), &again.evaluators), (by_key(&document), &document.evaluators));
    assert_eq!((&again.metadata, &again.others), (&document.metadata, &document.others));
    document
}

fn by_key(document: &Document) -> BTreeMap<&str, &Result<Definition, BrokenFlag>> {
    document.flags.iter().map(|flag| (flag.key.as_str(), &flag.definition)).collect()
}

#[test]
fn the_suites_documents_come_back_as_they_were() {
    let testbed = Testbed::get();
    for json in [testbed.evaluator_flags(), testbed.provider_flags()] {
        let document = round_trip(json.clone());
        assert_eq!(document.warnings, []);
        assert!(document.flags.len() >= 60);
        let mut expected = json;
        for flag in expected["flags"].as_object_mut().unwrap().values_mut() {
            let flag = flag.as_object_mut().unwrap();
            flag.retain(|name, value| {
                !(name == "targeting" && *value == json!({}) || name == "defaultVariant" && value.is_null())
            });
        }
        assert_eq!(document.to_json(), expected);
    }
}

#[test]
fn the_schemas_examples_come_back_as_they_were() {
    let examples = Testbed::get().schema_examples();
    assert_eq!(examples.len(), 18);
    for json in examples {
        round_trip(json);
    }
}

#[test]
fn a_broken_flag_is_its_own_fault_alone() {
    let document = round_trip(json!({"flags": {
        "sound": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"},
        "number": 7,
        "state": {"state": "enabled", "variants": {"on": true}},
        "stateless": {"variants": {"on": true}},
        "empty": {"state": "ENABLED", "variants": {}},
        "variants": {"state": "ENABLED", "variants": ["on"]},
        "default": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": true},
    }}));
    let flags = flag_set(&document);
    let attributes = serde_json::Map::new();
    let context = Context { attributes: &attributes, timestamp: 0 };
    assert_eq!(flags.evaluate("sound", context).unwrap().value, Some(&json!(true)));
    for (key, fault) in [
        ("number", Fault::NotAnObject),
        ("state", Fault::State),
        ("stateless", Fault::State),
        ("empty", Fault::Variants),
        ("variants", Fault::Variants),
        ("default", Fault::DefaultVariant),
    ] {
        let failure = flags.evaluate(key, context).unwrap_err();
        assert_eq!((&failure.cause, failure.cause.code()), (&Cause::Broken(&fault), ErrorCode::ParseError), "{key}");
    }
}

#[test]
fn a_list_of_flags_is_read_by_their_keys() {
    let on = |value: Value| {
        let key = "odd name / ?";
        json!({"key": key, "state": "ENABLED", "variants": {"on": value}, "defaultVariant": "on"})
    };
    let document = round_trip(json!({"flags": [on(json!(1)), {"state": "ENABLED"}, 7, on(json!(2))]}));
    assert_eq!(document.flags.len(), 1);
    assert_eq!(document.flags[0].key, "odd name / ?");
    let places: Vec<_> = document.warnings.iter().map(|warning| warning.place.as_str()).collect();
    assert_eq!(places, ["flags[1]", "flags[2]", "flags[3]"]);
    let flags = flag_set(&document);
    let attributes = serde_json::Map::new();
    let answer = flags.evaluate("odd name / ?", Context { attributes: &attributes, timestamp: 0 }).unwrap();
    assert_eq!(answer.value, Some(&json!(2)));
}

#[test]
fn what_is_no_document_is_refused() {
    assert!(matches!(Document::parse("{"), Err(Unreadable::Json(_))));
    assert!(matches!(Document::parse("[]"), Err(Unreadable::NotAnObject)));
    assert!(matches!(Document::parse("{}"), Err(Unreadable::Flags)));
    assert!(matches!(Document::parse(r#"{"flags": 7}"#), Err(Unreadable::Flags)));
}

#[test]
fn odd_parts_are_kept_and_told() {
    let json = json!({
        "$schema": "https://flagd.dev/schema/v0/flags.json",
        "ours": [1],
        "metadata": {"flagSetId": "shop", "owner": {"name": "x"}},
        "$evaluators": 7,
        "flags": {"a": {
            "state": "DISABLED", "variants": {"on": 1}, "defaultVariant": "gone", "metadata": "text", "note": null,
        }},
    });
    let document = round_trip(json.clone());
    assert_eq!(document.to_json(), json);
    let places: Vec<_> = document.warnings.iter().map(|warning| warning.place.as_str()).collect();
    assert_eq!(places, ["$evaluators", "metadata.owner", "flags.a.defaultVariant", "flags.a.metadata"]);
}

#[test]
fn metadata_of_the_flag_stands_above_that_of_the_set() {
    let document = round_trip(json!({
        "metadata": {"flagSetId": "shop", "version": "1", "hidden": null},
        "flags": {"a": {"state": "ENABLED", "variants": {"on": 1}, "metadata": {"version": 2, "hidden": []}}},
    }));
    let flags = flag_set(&document);
    let attributes = serde_json::Map::new();
    let context = Context { attributes: &attributes, timestamp: 0 };
    let answer = flags.evaluate("a", context).unwrap();
    assert_eq!((answer.value, answer.variant, answer.reason), (None, None, Reason::Default));
    assert_eq!(Value::Object(answer.metadata.clone()), json!({"flagSetId": "shop", "version": 2}));
    let unknown = flags.evaluate("b", context).unwrap_err();
    assert_eq!(unknown.cause, Cause::FlagNotFound);
    assert_eq!(Value::Object(unknown.metadata.clone()), json!({"flagSetId": "shop", "version": "1"}));
}

#[test]
fn the_kind_of_a_flag_is_that_of_all_its_variants() {
    for (variants, expect) in [
        (json!({"a": true, "b": false}), Some(ValueKind::Boolean)),
        (json!({"a": "x"}), Some(ValueKind::String)),
        (json!({"a": 1, "b": 2}), Some(ValueKind::Integer)),
        (json!({"a": 1, "b": 2.5}), Some(ValueKind::Float)),
        (json!({"a": {}, "b": []}), Some(ValueKind::Json)),
        (json!({"a": true, "b": "false"}), None),
        (json!({"a": null}), None),
    ] {
        let document = Document::read(json!({"flags": {"a": {"state": "ENABLED", "variants": variants}}})).unwrap();
        assert_eq!(document.flags[0].definition.as_ref().unwrap().value_kind(), expect);
    }
}
