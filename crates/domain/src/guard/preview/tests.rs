//! Plans are reckoned through, and what is proposed holds.

use serde_json::{Value, json};

use super::*;
use crate::evidence::{ConfidenceSequence, Sides};

const DAY: i64 = 24 * 3_600_000;

fn guard(rest: Value) -> Guard {
    let mut guard = json!({ "metrics": [{
        "key": "errors", "name": "Errors", "measure": { "kind": "failed_requests" },
        "worse": "more_is_worse", "role": "guardrail", "margin": 0.005, "limit": 0.02,
    }] });
    guard.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    serde_json::from_value(guard).unwrap()
}

fn stages(line: &[(f64, Value)]) -> Vec<Stage<String>> {
    let stage = |(share, gate): &(f64, Value)| {
        serde_json::from_value(json!({ "audience": { "kind": "percentage", "share": share }, "gate": gate })).unwrap()
    };
    line.iter().map(stage).collect()
}

fn errors() -> MetricKey {
    MetricKey::new("errors").unwrap()
}

struct Bank {
    guard: Guard,
    traffic: Traffic,
    usual: BTreeMap<MetricKey, Usual>,
    begin: Begin,
}

impl Default for Bank {
    fn default() -> Self {
        Self {
            guard: guard(json!({})),
            traffic: Traffic { everybody: Some(164_000), a_day: Some(20_000.0) },
            usual: BTreeMap::from([(errors(), Usual::Rate(0.01))]),
            begin: Begin::default(),
        }
    }
}

impl Bank {
    fn preview(&self, line: &[(f64, Value)]) -> Preview {
        let Self { guard, traffic, usual, begin } = self;
        let (traffic, begin) = (*traffic, *begin);
        let reckoning = Reckoning { guard, share_before: Share::NOBODY, traffic, usual, begin, now: at(0) };
        preview(&stages(line), &reckoning)
    }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn times(preview: &Preview) -> Vec<(Option<i64>, Option<i64>)> {
    preview
        .stages
        .iter()
        .map(|stage| (stage.enters.map(Timestamp::millis), stage.leaves.map(Timestamp::millis)))
        .collect()
}

#[test]
fn without_evidence_the_gates_alone_take_time() {
    let hours = |hours: u32| json!({ "soak_minutes": hours * 60 });
    let hour = 3_600_000;
    let line = [(10.0, hours(2)), (50.0, hours(3)), (100.0, hours(50))];
    let bank = Bank::default();
    let found = bank.preview(&line);
    let (two, five, all) = (Some(2 * hour), Some(5 * hour), Some(55 * hour));
    assert_eq!(times(&found), [(Some(0), two), (two, five), (five, all)]);
    assert_eq!(found.arrives().map(Timestamp::millis), five);
    assert!(!found.is_stuck());

    let standing =
        |since: i64| Bank { begin: Begin { stage: Some(1), since: Some(at(since)), seen: 0 }, ..Bank::default() };
    assert_eq!(times(&standing(-hour).preview(&line))[1..], [(None, two), (two, Some(52 * hour))]);
    assert_eq!(times(&standing(-9 * hour).preview(&line))[1..], [(None, Some(0)), (Some(0), Some(50 * hour))]);
    assert_eq!(bank.preview(&[]).stages, []);
}

#[test]
fn a_change_window_is_waited_for() {
    let window = json!({ "zone": "Europe/Berlin", "days": ["monday"], "from": "09:00", "until": "16:00" });
    // 1 January 1970 was a Thursday; in Berlin it was an hour later than in Greenwich.
    let found =
        Bank::default().preview(&[(10.0, json!({ "soak_minutes": 1440, "window": window })), (100.0, json!({}))]);
    assert_eq!(found.arrives(), Some(at(4 * DAY + 8 * 3_600_000)));
}

#[test]
fn safety_takes_as_many_people_as_the_judge_asks_for() {
    let found = Bank::default().preview(&[(50.0, json!({ "evidence": "safe" })), (100.0, json!({}))]);
    let stage = &found.stages[0];
    let needs = stage.needs.unwrap();
    // Judged against a feature that is the margin worse, of which errors vary half as much again.
    let deviation = (2.0 * 0.01 * 0.99 * 2.5_f64).sqrt();
    let sequence = ConfidenceSequence::new(0.05, Sides::One, 5_000.0).unwrap();
    let expect = sequence.people_until(deviation, 0.005).unwrap();
    assert!((f64::from(u32::try_from(needs).unwrap()) / expect - 1.0).abs() < 0.01, "{needs} is not {expect}");
    assert!(!stage.at_least && stage.shortfall.is_none());
    let bank = Bank::default();
    let leaves = stage.leaves.unwrap().millis();
    assert!(bank.traffic.come_within(leaves).is_some_and(|people| people.abs_diff(needs) <= 1));
    let people = stage.people.unwrap();
    assert!(people.treated.abs_diff(needs / 2) <= 1 && people.control.abs_diff(needs / 2) <= 1, "{people:?}");
}

#[test]
fn what_was_seen_counts() {
    let line = [(50.0, json!({ "evidence": "safe" })), (100.0, json!({}))];
    let fresh = Bank::default().preview(&line).stages[0].clone();
    let seen = fresh.needs.unwrap() / 2;
    let standing = Bank { begin: Begin { stage: Some(0), since: Some(at(0)), seen }, ..Bank::default() };
    let halfway = standing.preview(&line).stages[0].clone();
    assert_eq!(halfway.needs, fresh.needs);
    assert!(halfway.leaves < fresh.leaves);
    let enough = Bank { begin: Begin { seen: 2 * seen + 1, ..standing.begin }, ..standing };
    assert_eq!(enough.preview(&line).stages[0].leaves, Some(at(0)));
}

#[test]
fn a_stage_out_of_reach_is_named_and_what_is_proposed_holds() {
    let safe = || json!({ "soak_minutes": 1440, "evidence": "safe" });
    let line = [(1.0, safe()), (25.0, safe()), (100.0, json!({}))];
    let bank = Bank::default();
    let found = bank.preview(&line);
    let short = found.stages[0].shortfall.clone().unwrap();
    assert!(found.is_stuck());
    assert_eq!((found.stages[0].leaves, found.arrives()), (None, None));
    assert_eq!(short.within_minutes, Some(14 * 24 * 60));
    assert!(short.fewest < 1_640 && short.fewest > 1_000, "{short:?}");
    assert!(!short.lacks_people && short.not_harmful);
    let (metric, margin) = short.metrics[0].clone();
    let (margin, share) = (margin.unwrap(), short.share.unwrap());
    assert_eq!(metric, errors());
    assert!(margin.get() > 0.005 && share.percent() > 1.0 && share.percent() < 25.0, "{short:?}");

    let is_stuck = |first: (f64, Value)| bank.preview(&[first, line[1].clone(), line[2].clone()]).is_stuck();
    assert!(!is_stuck((1.0, json!({ "evidence": "safe", "margins": { "errors": margin } }))));
    assert!(!is_stuck((share.percent(), safe())));
    assert!(!is_stuck((1.0, json!({ "evidence": "not_harmful" }))));
    // The stage after it is reckoned all the same.
    assert!(found.stages[1].shortfall.is_none() && found.stages[1].needs.is_some());
}

#[test]
fn a_longest_stage_is_all_the_time_there_is() {
    let bank = Bank { guard: guard(json!({ "longest_stage_hours": 2 })), ..Bank::default() };
    let found = bank.preview(&[(50.0, json!({ "evidence": "safe" })), (100.0, json!({}))]);
    assert_eq!(found.stages[0].shortfall.as_ref().unwrap().within_minutes, Some(120));
    let soaks = bank.preview(&[(50.0, json!({ "evidence": "safe", "soak_minutes": 1440 })), (100.0, json!({}))]);
    assert_eq!(soaks.stages[0].shortfall, None, "the stage is meant to take a day");
}

#[test]
fn where_it_is_not_known_what_is_usual_it_is_a_lower_bound() {
    let line = [(50.0, json!({ "evidence": "safe" })), (100.0, json!({ "evidence": "not_harmful" }))];
    let unknown = Bank { usual: BTreeMap::new(), ..Bank::default() };
    let (at_best, known) = (unknown.preview(&line), Bank::default().preview(&line));
    assert!(at_best.stages[0].at_least && !known.stages[0].at_least);
    assert!(at_best.stages[0].needs <= known.stages[0].needs);
    // Even at best a thousand people in each group are asked.
    assert!(at_best.stages[0].needs >= Some(2_000));
    assert_eq!(at_best.stages[1].needs, Some(1_000), "by itself, against its limit");
}

#[test]
fn without_traffic_people_are_told_and_no_times() {
    let line = [(1.0, json!({ "evidence": "safe" })), (50.0, json!({ "evidence": "safe" })), (100.0, json!({}))];
    let stated = Bank { traffic: Traffic { everybody: Some(30_000), a_day: None }, ..Bank::default() };
    let found = stated.preview(&line);
    let short = found.stages[0].shortfall.as_ref().unwrap();
    assert_eq!((short.fewest, short.within_minutes), (300, None), "not even everybody would do");
    assert!(found.stages[1].needs.is_some_and(|needs| needs <= 30_000));
    assert_eq!(found.stages[1].leaves, None);

    let nothing = Bank { traffic: Traffic::default(), ..Bank::default() };
    let found = nothing.preview(&line);
    assert!(!found.is_stuck() && found.stages[0].needs > Some(100_000), "with enough people everything can be shown");
}

#[test]
fn people_that_the_gate_asks_for_must_come() {
    let line = [(1.0, json!({ "people": 10_000 })), (100.0, json!({}))];
    let short = Bank::default().preview(&line).stages[0].shortfall.clone().unwrap();
    assert!(short.lacks_people && !short.not_harmful && short.metrics.is_empty());
    assert_eq!(short.share.map(Share::percent), Some(10.0));
    let named: Stage<String> = serde_json::from_value(json!({
        "audience": { "kind": "people", "people": ["ann", "ben"] }, "gate": { "people": 3 }
    }))
    .unwrap();
    let bank = Bank::default();
    let reckoning = Reckoning {
        guard: &bank.guard,
        share_before: Share::NOBODY,
        traffic: bank.traffic,
        usual: &bank.usual,
        begin: bank.begin,
        now: at(0),
    };
    let found = preview(&[named], &reckoning);
    assert_eq!(found.stages[0].shortfall.as_ref().map(|short| (short.fewest, short.lacks_people)), Some((2, true)));
}

#[test]
fn measured_chance_counts_more_than_an_assumption() {
    let line = [(50.0, json!({ "evidence": "safe" })), (100.0, json!({}))];
    // As a rate of 1 % would vary: twice its standard deviation, for two groups of half the people.
    let deviation = 2.0 * (0.01_f64 * 0.99).sqrt();
    let with = |deviation| {
        let usual = BTreeMap::from([(errors(), Usual::Measured { value: 0.01, deviation })]);
        Bank { usual, ..Bank::default() }.preview(&line).stages[0].needs
    };
    assert_eq!(with(deviation), Bank::default().preview(&line).stages[0].needs);
    assert!(with(1.5 * deviation) > with(deviation), "busy people in few bins leave more to chance");
}
