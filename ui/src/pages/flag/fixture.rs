//! A flag of a bank, for tests: 164,000 people in production; stages Staff, 1 %, 10 %, 25 %, 100 %.

use serde_json::{Value, json};
use signalbox_domain::guard::Gate;
use signalbox_protocol::wire::configuration::Configuration;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::evidence::{Evidence, MetricEvidence};
use signalbox_protocol::wire::flag::Flag;

use super::scene::Scene;
use crate::state::Segments;

/// A configuration whose rollout is planned, not started.
pub fn draft() -> Configuration {
    configuration("draft", json!("start"), 0)
}

/// A configuration whose rollout runs in this stage, from 0.
pub fn running(stage: usize) -> Configuration {
    configuration("running", json!({ "stage": stage }), stage + 1)
}

/// As [`running`], with a stage that asks for soak time before it is left.
pub fn guarded(stage: usize) -> Configuration {
    let mut configuration = running(stage);
    if let Some(rollout) = &mut configuration.rollout {
        rollout.stages[stage].gate = Gate { soak_minutes: 60, ..Gate::default() };
    }
    configuration
}

/// Evidence with these parts; without them nothing is known. Its metrics are as in [`metric`].
pub fn evidence(parts: &Value) -> Evidence {
    let mut all = json!({
        "project": "bank", "flag": "payments-instant", "environment": "production", "rollout": "rol_1",
        "automation": "recommend", "checks": [], "is_clear": false, "is_automatic": false, "metrics": [],
        "people": { "control": 0, "treated": 0 },
    });
    overlay(&mut all, parts);
    if let Some(metrics) = all["metrics"].as_array_mut() {
        for own in metrics {
            *own = metric_json(own);
        }
    }
    serde_json::from_value(all).unwrap()
}

/// A guardrail on failed requests with these parts; without them nothing was measured.
pub fn metric(parts: &Value) -> MetricEvidence {
    serde_json::from_value(metric_json(parts)).unwrap()
}

fn metric_json(parts: &Value) -> Value {
    let mut all = json!({
        "metric": "errors", "name": "Errors", "measure": { "kind": "failed_requests" }, "unit": "share",
        "worse": "more_is_worse", "role": "guardrail", "margin": 0.001, "outcome": "no_data", "people": 0,
    });
    overlay(&mut all, parts);
    all
}

fn overlay(all: &mut Value, parts: &Value) {
    for (name, part) in parts.as_object().into_iter().flatten() {
        all[name] = part.clone();
    }
}

/// As [`running`], but held.
pub fn held(stage: usize) -> Configuration {
    let mut configuration = configuration("held", json!({ "stage": stage }), stage + 1);
    if let Some(rollout) = &mut configuration.rollout {
        rollout.held_because = Some(signalbox_domain::rollout::HeldBecause::Hold);
    }
    configuration
}

/// A configuration that gives the feature to nobody and has no rollout.
pub fn nobody() -> Configuration {
    let mut configuration = draft();
    configuration.rollout = None;
    configuration
}

/// A flag with this configuration in production.
pub fn scene(configuration: Configuration) -> Scene {
    let environment: Environment = serde_json::from_value(json!({
        "project": "bank", "key": "production", "name": "Production", "production": true,
        "audience": 164_000, "position": 2, "version": 4,
    }))
    .unwrap();
    let flag: Flag = serde_json::from_value(json!({
        "project": "bank", "key": "payments-instant", "name": "Instant payments", "value_kind": "boolean",
        "variants": [{ "key": "on", "value": true }, { "key": "off", "value": false }],
        "off_variant": "off", "bucketing": "signalbox-1", "salt": "s",
        "created": "2026-11-01T09:00:00.000Z",
        "configurations": { "production": configuration }, "version": 7,
    }))
    .unwrap();
    Scene::new(flag, environment, Segments::default()).unwrap()
}

fn configuration(status: &str, position: Value, entered: usize) -> Configuration {
    let people = [3, 1_640, 16_400, 41_000, 164_000];
    let shares = [0, 1, 10, 25, 100];
    let mut stages = Vec::new();
    for (index, (people, share)) in people.into_iter().zip(shares).enumerate() {
        let audience = match share {
            0 => json!({ "kind": "people", "people": ["ann", "ben", "cem"] }),
            share => json!({ "kind": "percentage", "share": share }),
        };
        let mut stage = json!({ "audience": audience, "people": people, "title": format!("{share} %") });
        if share == 0 {
            stage["name"] = json!("Staff");
            stage["title"] = json!("Staff");
        }
        if index < entered {
            stage["first_entered"] = json!(format!("2026-11-{:02}T09:00:00.000Z", 2 + index * 3));
        }
        stages.push(stage);
    }
    let at = entered.checked_sub(1);
    let mut rollout = json!({
        "id": "rol_1", "status": status, "position": position, "epoch": u32::from(entered > 0), "stages": stages,
        "share_before": 0, "people_before": 0,
    });
    if let Some(at) = at {
        rollout["started"] = json!("2026-11-02T09:00:00.000Z");
        rollout["entered"] = json!(format!("2026-11-{:02}T09:00:00.000Z", 2 + at * 3));
    }
    serde_json::from_value(json!({
        "project": "bank", "flag": "payments-instant", "environment": "production",
        "overrides": [],
        "rule": { "share": 0, "people": [], "split": [{ "variant": "on", "weight": 100 }] },
        "reach": { "share": at.map_or(0, |at| shares[at]), "named": if entered > 0 { 3 } else { 0 },
                   "people": at.map_or(0, |at| people[at]) },
        "rollout": rollout, "reasons_awaited": [], "version": 9, "changed": "2026-11-08T09:00:00.000Z",
    }))
    .unwrap()
}
