//! Segments of a project: their people, who refers to them, and what production must say.

use serde_json::{Value, json};
use signalbox_domain::Refusal;
use signalbox_domain::command::Command;
use signalbox_domain::targeting::Segment;

use crate::bench::{Bench, place, project};

fn segment(changes: Value) -> Box<Segment<String>> {
    let mut segment = json!({"key": "staff", "name": "Staff"});
    segment.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Box::new(serde_json::from_value(segment).unwrap())
}

fn create(changes: Value) -> Command {
    Command::CreateSegment { project: project(), segment: segment(changes) }
}

fn change(changes: Value) -> Command {
    Command::ChangeSegment { project: project(), segment: segment(changes) }
}

fn refer(environment: &str) -> Command {
    let rules = json!([{"id": "r", "clauses": [{"operator": "in_segment", "segments": ["staff"]}],
        "split": [{"variant": "on", "weight": 100}]}]);
    Command::SetRules { place: place(environment), rules: serde_json::from_value(rules).unwrap(), default: None }
}

fn has_it(bench: &Bench, person: &str) -> bool {
    bench.gets(&place("dev"), &json!({"targetingKey": person})).0 == "on"
}

#[test]
fn rules_follow_their_segment_at_once() {
    let mut bench = Bench::with_flag();
    bench.ok(create(json!({"included": ["ann", "ben"], "excluded": ["eve"]})));
    bench.ok(refer("dev"));
    assert!(has_it(&bench, "ann") && !has_it(&bench, "cleo") && !has_it(&bench, "eve"));
    bench.ok(change(json!({"included": ["cleo", "ann"], "excluded": ["eve"]})));
    assert!(has_it(&bench, "ann") && has_it(&bench, "cleo") && !has_it(&bench, "ben"));
    let anyone = json!([{"match": "all", "clauses": [{"operator": "is_set", "attribute": "targetingKey"}]}]);
    bench.ok(change(json!({"groups": anyone, "included": ["ann"], "excluded": ["eve"]})));
    assert!(has_it(&bench, "somebody") && !has_it(&bench, "eve"));

    let story: Vec<_> = bench.story().into_iter().filter(|line| line.contains("group")).collect();
    assert_eq!(
        story,
        [
            "tok_ann made group Staff: 2 people by name; without 1 person left out by name.",
            "tok_ann changed the rules of Instant payments in DEV: no such rule → Everyone in the group Staff gets “on”",
            "tok_ann changed group Staff: 1 person now always in, 1 person no longer always in",
            "tok_ann changed group Staff: Only who is named → Everyone for whom this holds: key is given; 1 person no longer always in",
        ]
    );
    assert!(bench.log.iter().all(|envelope| !String::from_utf8(envelope.to_bytes()).unwrap().contains("cleo")));
}

#[test]
fn nothing_changes_without_a_change() {
    let mut bench = Bench::with_flag();
    bench.ok(create(json!({"included": ["ann", "ben"]})));
    for same in [json!({"included": ["ann", "ben"]}), json!({"included": ["ben", "ann"], "name": " Staff "})] {
        assert_eq!(bench.ok(change(same)).envelopes, []);
    }
}

#[test]
fn an_erased_person_is_in_no_segment_and_stays_so() {
    let mut bench = Bench::with_flag();
    bench.ok(create(json!({"included": ["ann", "ben"]})));
    bench.ok(refer("dev"));
    bench.ok(Command::Erase { value: "ann".into() });
    assert!(!has_it(&bench, "ann") && has_it(&bench, "ben"));
    // What is shown of her may be sent back, and changes nothing.
    let shown = json!({"included": ["(erased)", "ben"]});
    assert_eq!(bench.ok(change(shown)).envelopes, []);
}

#[test]
fn what_production_notices_needs_a_reason() {
    let mut bench = Bench::with_flag();
    bench.ok(create(json!({"included": ["ann"]})));
    bench.try_silently(change(json!({"included": ["ben"]}))).unwrap();
    bench.ok(refer("dev"));
    bench.try_silently(change(json!({"included": ["cleo"]}))).unwrap();
    bench.ok(refer("prod"));
    let refusal = bench.try_silently(change(json!({"included": ["ann"]}))).unwrap_err();
    assert_eq!(refusal, Refusal::ReasonRequired);
    // Through another segment it is noticed just so.
    let inner = json!({"key": "inner", "name": "Inner", "included": ["x"]});
    bench.ok(create(inner));
    let naming = json!([{"match": "any", "clauses": [{"operator": "in_segment", "segments": ["inner"]}]}]);
    bench.ok(change(json!({"groups": naming})));
    let refusal = bench.try_silently(change(json!({"key": "inner", "name": "Inner", "included": ["y"]}))).unwrap_err();
    assert_eq!(refusal, Refusal::ReasonRequired);
}

#[test]
fn a_segment_that_is_used_cannot_be_removed() {
    let mut bench = Bench::with_flag();
    bench.ok(create(json!({"included": ["ann"]})));
    bench.ok(refer("dev"));
    let remove = || Command::RemoveSegment { project: project(), segment: "staff".parse().unwrap() };
    let refusal = bench.refused(remove());
    assert_eq!(refusal.to_string(), "this segment is used by rule 1 of \"pay\" in \"dev\"; take it out there first");
    bench.ok(Command::SetRules { place: place("dev"), rules: Vec::new(), default: None });
    bench.ok(remove());
    assert!(matches!(bench.refused(remove()), Refusal::NotFound { .. }));
    assert_eq!(bench.story().last().unwrap(), "tok_ann removed group Staff");
}

#[test]
fn a_segment_of_another_shape_is_refused() {
    let mut bench = Bench::with_flag();
    bench.ok(create(json!({"included": ["ann"]})));
    assert!(matches!(bench.refused(create(json!({}))), Refusal::Exists { .. }));
    let mut check = |command: Command, expect: &str| assert_eq!(bench.refused(command).to_string(), expect);
    check(create(json!({"key": "b", "included": ["ann", "ann"]})), "included[1]: must not be named twice");
    check(create(json!({"key": "b", "excluded": [""]})), "excluded[0]: must not be empty");
    check(create(json!({"key": "b", "people": u64::MAX})), "people: must be at most 100000000000");
    let naming = |key: &str| json!([{"match": "any", "clauses": [{"operator": "in_segment", "segments": [key]}]}]);
    check(
        create(json!({"key": "b", "groups": naming("gone")})),
        "groups[0].clauses[0].segments[0]: must be a segment of the project; there is no \"gone\"",
    );
    check(
        change(json!({"groups": naming("staff")})),
        "groups[0].clauses[0].segments[0]: must not lead back to itself: staff → staff",
    );
}

#[test]
fn only_what_changes_who_is_in_asks_for_a_reason() {
    let mut bench = Bench::with_flag();
    bench.ok(create(json!({"included": ["ann"]})));
    bench.ok(refer("prod"));
    let described =
        json!({"name": "All staff", "description": "Everybody with a badge.", "people": 40, "included": ["ann"]});
    assert!(!bench.try_silently(change(described)).unwrap().envelopes.is_empty());
    let grouped = json!([{"match": "all", "clauses": [{"operator": "is_set", "attribute": "badge"}]}]);
    for moves in [json!({"included": ["ann", "ben"]}), json!({"excluded": ["ann"]}), json!({"groups": grouped})] {
        assert_eq!(bench.try_silently(change(moves)).unwrap_err(), Refusal::ReasonRequired);
    }
}
