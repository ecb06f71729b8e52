//! Asking about one person: what is known of them, where their place is, and what another stage would change.

use serde_json::Value;
use signalbox_domain::evaluation::bucketing::Bucketer;
use signalbox_domain::evaluation::{Explanation, StepKind};
use signalbox_domain::flag::Bucketing;
use signalbox_domain::key::{RuleId, SegmentKey};
use signalbox_domain::rollout::{Position, StageAudience};
use signalbox_domain::targeting::{Attributes, SegmentExplanation, TARGETING_KEY};
use signalbox_domain::{Share, Timestamp};
use signalbox_protocol::wire::rollout::Rollout;

use crate::pages::flag::change::step::{back_one, next};
use crate::pages::flag::scene::Scene;
use crate::pages::flag::targeting::known::Context;

/// Where the place of a person is among those of a rule, or of everyone else, 0 to 99,999.
pub fn place(scene: &Scene, rule: Option<&RuleId>, context: &Context) -> Option<u32> {
    let bucketing = Bucketing { algorithm: scene.flag.bucketing, salt: scene.flag.salt.clone() };
    let bucketer = Bucketer::new(&bucketing, scene.flag.key.as_str());
    let attributes = Attributes::of_context(context, Timestamp::default());
    match rule.and_then(|id| scene.rule(id)).and_then(|told| told.rule.split_by.as_ref()) {
        Some(path) => attributes.with_text(path, |text| text.map(|text| bucketer.membership_bucket(text))),
        None => attributes.targeting_key().map(|key| bucketer.membership_bucket(key)),
    }
}

/// Whether what was explained came down to a rule, or to what everyone else gets.
pub fn is_asked(explanation: &Explanation, rule: Option<&RuleId>) -> bool {
    explanation.steps.iter().any(|step| {
        let about = match rule {
            Some(_) => step.kind == StepKind::Rule && step.rule.as_ref() == rule,
            None => step.kind == StepKind::Default,
        };
        about && step.holds == Some(true)
    })
}

/// What a step on or back of the rollout would change for them: "At 50 %", "Keeps it". Nothing where the rollout is
/// not what decides about them.
pub fn otherwise(scene: &Scene, explanation: &Explanation, context: &Context) -> Vec<(String, &'static str)> {
    let Some(rollout) = scene.open_rollout() else { return Vec::new() };
    let rule = rollout.rule.as_ref();
    if !is_asked(explanation, rule) {
        return Vec::new();
    }
    let place = place(scene, rule, context);
    let key = context.get(TARGETING_KEY).and_then(Value::as_str).unwrap_or_default();
    let has_it_at = |position| {
        let audience = audience(scene, rollout, position);
        let named = audience.named.contains(&key) || place.is_some_and(|place| place < audience.share.buckets());
        let rings: Vec<_> = audience.segments.iter().map(|segment| stands_in(explanation, segment)).collect();
        match named || rings.contains(&Some(true)) {
            true => Some(true),
            // Of a group that was not asked, nobody here knows.
            false if rings.contains(&None) => None,
            false => Some(false),
        }
    };
    let Some(has_it) = has_it_at(if scene.rollout_under_way().is_some() { rollout.position } else { Position::Start })
    else {
        return Vec::new();
    };
    let mut otherwise = Vec::new();
    if let Some(stage) = next(rollout)
        && let Some(then) = has_it_at(Position::Stage(stage))
    {
        let says = match (has_it, then) {
            (true, _) => "Keeps it",
            (false, true) => "Gets it",
            (false, false) => "Not yet",
        };
        otherwise.push((format!("At {}", rollout.stages[stage].title), says));
    }
    if let (Some(_), Some(back)) = (scene.rollout_under_way(), back_one(rollout))
        && let Some(then) = has_it_at(back)
    {
        let title = match back {
            Position::Start => "the start".to_owned(),
            Position::Stage(stage) => rollout.stages[stage].title.clone(),
        };
        let says = match (has_it, then) {
            (true, true) => "Keeps it",
            (true, false) => "Loses it",
            (false, _) => "Does not have it",
        };
        otherwise.push((format!("After rolling back to {title}"), says));
    }
    otherwise
}

/// Whether they are in a group, as far as it was asked.
fn stands_in(explanation: &Explanation, key: &SegmentKey) -> Option<bool> {
    let asked = explanation.steps.iter().filter_map(|step| step.segment.as_ref());
    asked.into_iter().find(|segment| segment.key == *key).map(SegmentExplanation::is_in)
}

/// Who has the feature at a place on the line.
struct Let<'a> {
    share: Share,
    named: Vec<&'a str>,
    segments: Vec<&'a SegmentKey>,
}

fn audience<'a>(scene: &'a Scene, rollout: &'a Rollout, position: Position) -> Let<'a> {
    let (own, people, segments) = scene.own_audience(rollout.rule.as_ref());
    let begin = if scene.rollout_under_way().is_some() { rollout.share_before } else { own };
    let mut audience =
        Let { share: begin, named: people.iter().map(String::as_str).collect(), segments: segments.iter().collect() };
    let passed = match position {
        Position::Start => 0,
        Position::Stage(stage) => stage + 1,
    };
    for stage in rollout.stages.iter().take(passed) {
        match &stage.audience {
            StageAudience::Percentage { share } => audience.share = *share,
            StageAudience::People { people } => audience.named.extend(people.iter().map(String::as_str)),
            StageAudience::Segments { segments } => audience.segments.extend(segments),
        }
    }
    audience
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;

    fn person(key: &str) -> Context {
        [(TARGETING_KEY.to_owned(), json!(key))].into_iter().collect()
    }

    /// What the server says of somebody whom no rule fits: the default was asked.
    fn asked(kind: &str) -> Explanation {
        serde_json::from_value(json!({"steps": [{"kind": kind, "holds": true, "title": "", "detail": ""}]})).unwrap()
    }

    /// Keys whose places are inside and outside 10 %, by the hash itself.
    fn inside_and_outside() -> (String, String) {
        let bucketer = Bucketer::signalbox_1("s");
        let find = |within: bool| {
            let keys = (0..1_000).map(|number| format!("customer-{number}"));
            let mut fitting = keys.filter(|key| (bucketer.membership_bucket(key) < 10_000) == within);
            fitting.next().unwrap()
        };
        (find(true), find(false))
    }

    #[test]
    fn another_stage_changes_what_it_changes() {
        let scene = fixture::scene(fixture::running(2));
        let (inside, outside) = inside_and_outside();
        let told = |key: &str| otherwise(&scene, &asked("default"), &person(key));
        let told_of_place = place(&scene, None, &person(&inside)).unwrap();
        assert!(told_of_place < 10_000);
        assert_eq!(told(&inside)[0], ("At 25 %".into(), "Keeps it"));
        assert_eq!(told(&outside)[1], ("After rolling back to 1 %".into(), "Does not have it"));
        assert_eq!(told("ann"), [("At 25 %".into(), "Keeps it"), ("After rolling back to 1 %".into(), "Keeps it")]);
        let at_staff = fixture::scene(fixture::running(0));
        let told = otherwise(&at_staff, &asked("default"), &person("ann"));
        assert_eq!(told[1], ("After rolling back to the start".into(), "Loses it"));
    }

    #[test]
    fn a_rollout_that_does_not_decide_changes_nothing() {
        let scene = fixture::scene(fixture::running(2));
        assert_eq!(otherwise(&scene, &asked("override"), &person("ann")), []);
        assert_eq!(otherwise(&fixture::scene(fixture::nobody()), &asked("default"), &person("ann")), []);
    }

    #[test]
    fn of_a_group_that_was_not_asked_nothing_is_said() {
        let mut configuration = fixture::running(2);
        if let Some(rollout) = &mut configuration.rollout {
            let segments = vec![SegmentKey::new("staff").unwrap()];
            rollout.stages[3].audience = StageAudience::Segments { segments };
        }
        let scene = fixture::scene(configuration);
        let (inside, outside) = inside_and_outside();
        let told = |key: &str| otherwise(&scene, &asked("default"), &person(key));
        assert_eq!(told(&inside)[0].1, "Keeps it");
        assert!(told(&outside).iter().all(|(title, _)| !title.starts_with("At ")));
    }
}
