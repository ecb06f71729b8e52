//! What is asked of a rollout before it goes on: what is accepted, what is refused, and what it begins anew.

use crate::bench::{Bench, percent, place, share};
use serde_json::{Value, json};
use signalbox_domain::Refusal;
use signalbox_domain::command::{Command, RuleChanges};
use signalbox_domain::envelope::Envelope;
use signalbox_domain::guard::{Guard, Step};
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus, Stage};

fn metric(changes: Value) -> Value {
    let mut metric = json!({"key": "errors", "name": "Errors", "measure": {"kind": "failed_requests"},
        "worse": "more_is_worse", "role": "guardrail", "margin": 0.01});
    metric.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    metric
}

fn guard(content: Value) -> Guard {
    serde_json::from_value(content).unwrap()
}

fn stage(percent: f64, gate: Value) -> Stage<String> {
    let stage = json!({"audience": {"kind": "percentage", "share": percent}, "gate": gate});
    serde_json::from_value(stage).unwrap()
}

fn draft(stages: Vec<Stage<String>>, guard: Guard) -> Command {
    Command::DraftRollout { place: place("prod"), rule: None, stages, guard }
}

#[test]
fn what_can_never_be_shown_is_not_asked() {
    let errors = || guard(json!({"metrics": [metric(json!({}))]}));
    let check = |stages: Vec<Stage<String>>, guard: Guard, field: &str| {
        let mut bench = Bench::with_flag();
        match bench.refused(draft(stages, guard)) {
            Refusal::Invalid { field: named, message } => assert_eq!(named, field, "{message}"),
            other => panic!("{other:?}"),
        }
    };
    let safe = || json!({"evidence": "safe"});
    check(vec![stage(10.0, safe())], Guard::default(), "stages[0].gate.evidence");
    check(vec![stage(10.0, safe()), stage(100.0, safe())], errors(), "stages[1].gate.evidence");
    check(vec![stage(100.0, json!({"evidence": "not_harmful"}))], errors(), "stages[0].gate.evidence");
    check(vec![stage(10.0, json!({"margins": {"speed": 1}}))], errors(), "stages[0].gate.margins.speed");
    check(vec![stage(10.0, json!({"margins": {"errors": -1}}))], errors(), "stages[0].gate.margins.errors");
    check(vec![stage(10.0, json!({"soak_minutes": 600_000}))], errors(), "stages[0].gate.soak_minutes");
    check(vec![stage(10.0, json!({"window": {"zone": "Mars"}}))], errors(), "stages[0].gate.window.zone");
    check(vec![stage(10.0, json!({}))], guard(json!({"automation": "auto"})), "guard.automation");
    for (changes, field) in [
        (json!({"margin": -0.1}), "margin"),
        (json!({"margin": 5}), "margin"),
        (json!({"limit": 5}), "limit"),
        (json!({"name": " "}), "name"),
        (json!({"measure": {"kind": "slow_requests", "longer_than_ms": 0}}), "measure.longer_than_ms"),
    ] {
        let guard = guard(json!({"metrics": [metric(changes)]}));
        check(vec![stage(10.0, json!({}))], guard, &format!("guard.metrics[0].{field}"));
    }
    check(
        vec![stage(10.0, json!({}))],
        guard(json!({"metrics": [metric(json!({"expected": 0.01}))]})),
        "guard.metrics[0].expected",
    );
    check(vec![stage(10.0, json!({}))], guard(json!({"hypothesis": "x".repeat(501)})), "guard.hypothesis");
    let twice = guard(json!({"metrics": [metric(json!({})), metric(json!({}))]}));
    check(vec![stage(10.0, json!({}))], twice, "guard.metrics[1].key");
    let many: Vec<_> = (0..13).map(|number| metric(json!({"key": format!("m{number}")}))).collect();
    check(vec![stage(10.0, json!({}))], guard(json!({"metrics": many})), "guard.metrics");
    check(vec![stage(10.0, json!({}))], guard(json!({"longest_stage_hours": 0})), "guard.longest_stage_hours");

    // With a limit of its own, a metric tells of everybody too; safety it never shows.
    let limited = guard(json!({"metrics": [metric(json!({"limit": 0.02}))]}));
    Bench::with_flag().ok(draft(vec![stage(100.0, json!({"evidence": "not_harmful"}))], limited));
}

#[test]
fn a_change_of_a_plan_is_told_by_what_differs() {
    let mut bench = Bench::with_flag();
    let goal =
        metric(json!({"key": "paid", "name": "Paid", "role": "goal", "worse": "less_is_worse", "expected": 0.02}));
    let watched = |rest: Value| {
        let mut content = json!({"metrics": [metric(json!({})), goal]});
        content.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        guard(content)
    };
    let line = |gate: Value| vec![stage(1.0, gate), stage(50.0, json!({}))];
    bench.ok(draft(line(json!({"evidence": "not_harmful"})), watched(json!({}))));
    let change = |stages, guard| Command::ChangeStages { place: place("prod"), stages, guard: Some(guard) };
    bench.ok(change(line(json!({"evidence": "safe", "soak_minutes": 1440})), watched(json!({}))));
    bench.ok(change(
        line(json!({"evidence": "safe", "soak_minutes": 1440})),
        watched(json!({"hypothesis": " More finish. "})),
    ));
    let mut longer = line(json!({"evidence": "safe", "soak_minutes": 1440}));
    longer.push(stage(100.0, json!({"soak_minutes": 60})));
    bench.ok(change(longer, watched(json!({"hypothesis": "More finish.", "automation": "auto"}))));
    let story = bench.story();
    assert_eq!(
        story[story.len() - 4..],
        [
            "tok_ann planned a rollout of Instant payments in PROD: 1 % (asks only that no harm is shown) → 50 %",
            "tok_ann changed the rollout plan of Instant payments in PROD: 1 % asks only that no harm is shown → 1 % asks 1 d, \
             guardrails shown safe",
            "tok_ann changed the rollout plan of Instant payments in PROD: no hypothesis → hypothesis “More finish.”",
            "tok_ann changed the rollout plan of Instant payments in PROD: 1 % → 50 %; people do everything → 1 % → 50 % → 100 %; \
             100 % asks 1 h; goes on, holds and goes back by itself",
        ]
    );
}

#[test]
fn what_is_not_a_number_is_no_margin() {
    for wrong in ["1e999", "\"abc\"", "null", "-"] {
        let text = format!(
            r#"{{"metrics": [{{"key": "e", "name": "E", "measure": {{"kind": "failed_requests"}},
                "worse": "more_is_worse", "role": "guardrail", "margin": {wrong}}}]}}"#
        );
        assert!(serde_json::from_str::<Guard>(&text).is_err(), "{wrong}");
    }
}

/// A rollout at 10 % of two stages, which measures errors.
fn under_way() -> Bench {
    let mut bench = Bench::with_flag();
    let guard = guard(json!({"metrics": [metric(json!({}))], "automation": "guard"}));
    bench.ok(draft(vec![stage(10.0, json!({"evidence": "safe"})), percent(50.0), percent(100.0)], guard));
    bench.ok(Command::StartRollout { place: place("prod") });
    bench
}

fn strata(bench: &Bench) -> Vec<Position> {
    bench.rollout(&place("prod")).strata.iter().map(|stratum| stratum.position).collect()
}

#[test]
fn whatever_changes_who_is_drawn_begins_a_stratum() {
    let here = place("prod");
    let mut bench = under_way();
    assert_eq!(strata(&bench), [Position::Stage(0)]);
    let first = bench.rollout(&here).strata[0].sequence;
    bench.ok(Command::AdvanceRollout { place: here.clone() });
    assert_eq!(strata(&bench), [Position::Stage(0), Position::Stage(1)]);
    let rollout = bench.rollout(&here);
    assert_eq!(rollout.stratum_of(first - 1), None, "before it began, nobody was drawn");
    assert_eq!(rollout.stratum_of(rollout.strata[1].sequence - 1).unwrap().sequence, first);
    assert_eq!(rollout.stratum_of(u64::MAX).unwrap().position, Position::Stage(1));

    // A hold changes nothing for anybody; going on is a new stretch, and what was shown before still counts.
    bench.ok(Command::HoldRollout { place: here.clone() });
    assert_eq!(strata(&bench).len(), 2);
    bench.ok(Command::ResumeRollout { place: here.clone() });
    assert_eq!(strata(&bench), [Position::Stage(0), Position::Stage(1), Position::Stage(1)]);

    // What others get beside it changes what is compared.
    let rules = json!([{"id": "de", "clauses": [{"operator": "one_of", "attribute": "country", "values": ["DE"]}],
        "split": [{"variant": "on", "weight": 100}]}]);
    let rules = serde_json::from_value(rules).unwrap();
    bench.ok(Command::SetRules { place: here.clone(), rules, default: None });
    assert_eq!(strata(&bench).len(), 4);

    // Taking it back ends what was shown: whether the rest does harm is asked of what comes now.
    bench.ok(Command::RollBackRollout { place: here.clone(), to: Position::Stage(0) });
    assert_eq!(strata(&bench), [Position::Stage(0)]);
    bench.ok(Command::ResumeRollout { place: here.clone() });
    assert_eq!(strata(&bench), [Position::Stage(0)], "somebody decided that it is mended");
}

#[test]
fn stages_ahead_may_change_and_what_is_measured_may_not() {
    let here = place("prod");
    let mut bench = under_way();
    let other = guard(json!({"metrics": [metric(json!({"margin": 0.5}))], "automation": "guard"}));
    let stages = || vec![stage(10.0, json!({"evidence": "safe"})), percent(50.0), percent(100.0)];
    let change = |stages, guard| Command::ChangeStages { place: place("prod"), stages, guard };
    assert!(matches!(bench.refused(change(stages(), Some(other))), Refusal::Conflict(_)));
    let automatic = guard(json!({"metrics": [metric(json!({}))], "automation": "auto"}));
    bench.ok(change(stages(), Some(automatic.clone())));
    assert_eq!(bench.rollout(&here).guard, automatic);
    assert_eq!(strata(&bench).len(), 1, "who goes on by itself changes nothing for anybody");
    // The gate of the stage where it stands was agreed on before.
    let easier = vec![percent(10.0), stage(50.0, json!({"soak_minutes": 5})), percent(100.0)];
    assert!(matches!(bench.refused(change(easier, None)), Refusal::Conflict(_)));

    bench.ok(Command::AdvanceRollout { place: here.clone() });
    bench.ok(Command::RollBackRollout { place: here.clone(), to: Position::Stage(0) });
    bench.ok(Command::ResumeRollout { place: here.clone() });
    let changed = vec![stage(10.0, json!({"evidence": "safe"})), percent(40.0), percent(100.0)];
    bench.ok(change(changed, None));
    assert_eq!(strata(&bench), [Position::Stage(0)]);
}

#[test]
fn a_verdict_is_no_change_that_anybody_could_collide_with() {
    let here = place("prod");
    let mut bench = under_way();
    let version = bench.configuration(&here).version;
    let verdict: signalbox_domain::guard::Verdict = serde_json::from_value(json!({
        "metric": "errors", "name": "Errors", "unit": "share", "method": "stratified-sequence-1",
        "question": {"direction": "more_is_worse", "margin": 0.01, "counts_events": true, "alpha": 0.05,
            "guardrails": 1, "tightest_at": 5000.0, "fewest_people": 1000},
        "strata": [{"began": 1,
            "control": {"people": 9000, "total": {"weight": 9000.0, "sum": 90.0}, "variance": 0.000_001_1,
                "bins_with_any": 80},
            "treated": {"people": 1000, "total": {"weight": 1000.0, "sum": 100.0}, "variance": 0.000_09,
                "bins_with_any": 90}}],
        "outcome": "no_data", "people": 0,
    }))
    .unwrap();
    let verdict = verdict.recomputed().unwrap();
    bench.ok(Command::Judge { place: here.clone(), verdicts: vec![verdict.clone()], step: None, standing: None });
    assert_eq!(bench.configuration(&here).version, version);
    assert_eq!(bench.rollout(&here).verdicts.values().copied().collect::<Vec<_>>(), [verdict.outcome]);
    // What is stored gives the same verdict, to the last bit.
    let stored = Envelope::from_bytes(&bench.log.last().unwrap().to_bytes()).unwrap();
    assert_eq!(stored, *bench.log.last().unwrap());

    let step = Some(Step::Hold(HeldBecause::Harm));
    bench.ok(Command::Judge { place: here.clone(), verdicts: vec![verdict], step, standing: None });
    assert_eq!(bench.rollout(&here).held_because, Some(HeldBecause::Harm));
    bench.ok(Command::ResumeRollout { place: here.clone() });
    let rollout = bench.rollout(&here);
    assert_eq!((rollout.status, rollout.verdicts.len(), rollout.strata.len()), (RolloutStatus::Running, 0, 1));
}

#[test]
fn only_what_says_something_new_is_of_a_newer_schema() {
    let mut bench = under_way();
    bench.ok(Command::ChangeRule {
        place: place("dev"),
        changes: RuleChanges { share: Some(share(5.0)), ..RuleChanges::default() },
    });
    bench.ok(Command::DraftRollout {
        place: place("dev"),
        rule: None,
        stages: vec![percent(10.0)],
        guard: Guard::default(),
    });
    let schemas = bench.log.iter().filter_map(|envelope| {
        let stored: Value = serde_json::from_slice(&envelope.to_bytes()).unwrap();
        (stored["kind"] == "rollout_drafted").then(|| stored["schema"].as_u64().unwrap())
    });
    assert_eq!(schemas.collect::<Vec<_>>(), [2, 1], "a plain plan is read by the version before");
}
