//! Whatever sequence of commands is accepted, the invariants hold.

use crate::bench::{Bench, named, percent, place, project, ring, share};
use proptest::prelude::*;
use serde_json::json;
use signalbox_domain::command::{Command, RuleChanges};
use signalbox_domain::envelope::Envelope;
use signalbox_domain::flag::{Prerequisite, WeightedVariant};
use signalbox_domain::fold;
use signalbox_domain::guard::{Guard, Standing, Step, Verdict};
use signalbox_domain::key::{FlagKey, RuleId, SegmentKey, VariantKey};
use signalbox_domain::notice::Notice;
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus};
use signalbox_domain::targeting::{Clause, Rule, Segment};
use signalbox_domain::words::Teller;

fn variant() -> impl Strategy<Value = VariantKey> {
    prop_oneof![Just("on"), Just("off"), Just("gone")].prop_map(|key| VariantKey::new(key).unwrap())
}

fn stages() -> impl Strategy<Value = Vec<signalbox_domain::rollout::Stage<String>>> {
    let stage = prop_oneof![
        3 => (0_u32..=100_000).prop_map(|buckets| percent(f64::from(buckets) / 1_000.0)),
        1 => Just(named("Staff", &["ann", "ben"])),
        1 => segment_key().prop_map(|key| ring(&[key.as_str()])),
    ];
    // Mostly rising shares, so that many plans are accepted; sometimes not, so that refusals are met too.
    let gates = || {
        prop_oneof![
            2 => Just(json!({})),
            1 => Just(json!({"soak_minutes": 5, "approval": true})),
            1 => Just(json!({"evidence": "safe", "margins": {"errors": 0.02}})),
        ]
    };
    let stage = (stage, gates()).prop_map(|(mut stage, gate)| {
        stage.gate = serde_json::from_value(gate).unwrap();
        stage
    });
    (prop::collection::vec(stage, 0..5), any::<bool>()).prop_map(|(mut stages, sorted)| {
        if sorted {
            stages.sort_by_key(|stage| match &stage.audience {
                signalbox_domain::rollout::StageAudience::Percentage { share } => share.buckets(),
                _ => 0,
            });
        }
        stages
    })
}

fn segment_key() -> impl Strategy<Value = SegmentKey> {
    prop_oneof![Just("s1"), Just("s2")].prop_map(|key| SegmentKey::new(key).unwrap())
}

fn rule_id() -> impl Strategy<Value = RuleId> {
    prop_oneof![Just("r1"), Just("r2")].prop_map(|id| RuleId::new(id).unwrap())
}

fn clause() -> impl Strategy<Value = Clause> {
    let country = prop_oneof![Just("DE"), Just("FR")]
        .prop_map(|country| json!({"operator": "one_of", "attribute": "country", "values": [country]}));
    let member = segment_key().prop_map(|key| json!({"operator": "in_segment", "segments": [key]}));
    (prop_oneof![2 => country, 1 => member], any::<bool>()).prop_map(|(mut clause, not)| {
        clause["not"] = json!(not);
        serde_json::from_value(clause).unwrap()
    })
}

fn rule() -> impl Strategy<Value = Rule<String>> {
    let people = prop::collection::vec("user-[0-9]", 0..2);
    (rule_id(), prop::collection::vec(clause(), 0..2), 0_u32..=100, people, any::<bool>()).prop_map(
        |(id, clauses, percent, people, expression)| {
            let rule = json!({"id": id, "fits": 500, "share": percent, "people": people,
                "split": [{"variant": "on", "weight": 100}]});
            let rule: Rule<String> = serde_json::from_value(rule).unwrap();
            match expression {
                false => Rule { clauses, ..rule },
                true => Rule { expression: Some(json!({"==": [{"var": "country"}, "DE"]})), ..rule },
            }
        },
    )
}

fn segment() -> impl Strategy<Value = Segment<String>> {
    let people = || prop::collection::vec("[a-c]{1,2}|user-[0-9]", 0..3);
    (segment_key(), prop::collection::vec(clause(), 0..2), people(), people()).prop_map(
        |(key, clauses, included, excluded)| {
            let groups = if clauses.is_empty() { json!([]) } else { json!([{"match": "any", "clauses": clauses}]) };
            let segment = json!({"key": key, "name": key, "people": 10, "groups": groups,
                "included": included, "excluded": excluded});
            serde_json::from_value(segment).unwrap()
        },
    )
}

fn prerequisite() -> impl Strategy<Value = Prerequisite> {
    prop_oneof![Just("pay"), Just("check")].prop_map(|flag| Prerequisite {
        flag: FlagKey::new(flag).unwrap(),
        variants: vec![VariantKey::new("on").unwrap()],
    })
}

fn default_changes(split: BoxedStrategy<Vec<WeightedVariant>>) -> impl Strategy<Value = RuleChanges> {
    let people = prop::collection::vec("[a-c]{1,2}", 0..3);
    (prop::option::of(0_u32..=100), prop::option::of(split), prop::option::of(people)).prop_map(
        |(percent, split, people)| RuleChanges {
            share: percent.map(|percent| share(f64::from(percent))),
            split,
            people,
            segments: None,
        },
    )
}

/// A guard with or without the metric that verdicts are of.
fn guard() -> impl Strategy<Value = Guard> {
    let metric = json!({"key": "errors", "name": "Errors", "measure": {"kind": "failed_requests"},
        "worse": "more_is_worse", "role": "guardrail", "margin": 0.01});
    (any::<bool>(), prop_oneof![Just("recommend"), Just("guard"), Just("auto")]).prop_map(
        move |(measures, automation)| {
            let metrics = if measures { vec![metric.clone()] } else { Vec::new() };
            serde_json::from_value(json!({"metrics": metrics, "automation": automation})).unwrap()
        },
    )
}

fn verdict() -> Verdict {
    let arm =
        json!({"people": 2000, "total": {"weight": 2000.0, "sum": 20.0}, "variance": 0.000_005, "bins_with_any": 20});
    let question = json!({"direction": "more_is_worse", "margin": 0.01, "counts_events": true, "alpha": 0.05,
        "guardrails": 1, "tightest_at": 5000.0, "fewest_people": 1000});
    let asked = json!({"metric": "errors", "name": "Errors", "unit": "share", "method": "stratified-sequence-1",
        "question": question, "strata": [{"began": 1, "control": arm, "treated": arm}], "outcome": "no_data",
        "people": 0});
    let asked: Verdict = serde_json::from_value(asked).unwrap();
    asked.recomputed().unwrap()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Advance),
        Just(Step::Finish),
        Just(Step::Hold(HeldBecause::Harm)),
        Just(Step::RollBack(Position::Start)),
        Just(Step::SwitchOff),
    ]
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![Just(Standing::Nobody), Just(Standing::Approval), Just(Standing::GoAhead), Just(Standing::Help),]
}

fn webhook() -> impl Strategy<Value = Command> {
    let content = || ("https://[a-c]{1,2}", prop::collection::btree_set(prop::sample::select(&Notice::ALL[..]), 0..3));
    prop_oneof![
        content().prop_map(|(address, notices)| Command::CreateWebhook { project: project(), address, notices }),
        content().prop_map(|(address, notices)| Command::ChangeWebhook { project: project(), address, notices }),
        Just(Command::RenewWebhookSecret { project: project() }),
        Just(Command::RemoveWebhook { project: project() }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let at = prop_oneof![Just("dev"), Just("prod")].prop_map(place);
    let split = prop::collection::vec((variant(), 0.0..=100.0_f64), 0..3)
        .prop_map(|parts| {
            parts
                .into_iter()
                .map(|(variant, weight)| WeightedVariant { variant, weight: share(weight.round()) })
                .collect::<Vec<_>>()
        })
        .boxed();
    let position = prop_oneof![Just(Position::Start), (0_usize..4).prop_map(Position::Stage)];
    at.prop_flat_map(move |place| {
        let at = move || Just(place.clone());
        prop_oneof![
            4 => (at(), prop::option::of(rule_id()), stages(), guard())
                .prop_map(|(place, rule, stages, guard)| Command::DraftRollout { place, rule, stages, guard }),
            4 => (at(), prop::collection::vec(rule(), 0..3), prop::option::of(default_changes(split.clone())))
                .prop_map(|(place, rules, default)| Command::SetRules { place, rules, default }),
            1 => (at(), prop::collection::vec(prerequisite(), 0..2))
                .prop_map(|(place, prerequisites)| Command::SetPrerequisites { place, prerequisites }),
            2 => segment().prop_map(|segment| Command::CreateSegment { project: project(), segment: Box::new(segment) }),
            2 => segment().prop_map(|segment| Command::ChangeSegment { project: project(), segment: Box::new(segment) }),
            1 => segment_key().prop_map(|segment| Command::RemoveSegment { project: project(), segment }),
            1 => (at(), stages(), prop::option::of(guard()))
                .prop_map(|(place, stages, guard)| Command::ChangeStages { place, stages, guard }),
            2 => at().prop_map(|place| Command::ApproveStage { place }),
            3 => (at(), prop::option::of(step()), prop::option::of(standing())).prop_map(|(place, step, standing)| {
                Command::Judge { place, verdicts: vec![verdict()], step, standing }
            }),
            1 => at().prop_map(|place| Command::DiscardRollout { place }),
            4 => at().prop_map(|place| Command::StartRollout { place }),
            6 => at().prop_map(|place| Command::AdvanceRollout { place }),
            2 => at().prop_map(|place| Command::HoldRollout { place }),
            2 => at().prop_map(|place| Command::ResumeRollout { place }),
            2 => (at(), position.clone()).prop_map(|(place, to)| Command::RollBackRollout { place, to }),
            1 => at().prop_map(|place| Command::FinishRollout { place }),
            1 => at().prop_map(|place| Command::EngageKillSwitch { place }),
            2 => at().prop_map(|place| Command::LiftKillSwitch { place }),
            1 => (0_u64..40).prop_map(|about| Command::GiveReason { about }),
            2 => (at(), prop::collection::vec(("[a-c]{1,2}", variant()), 0..3))
                .prop_map(|(place, overrides)| Command::SetOverrides { place, overrides }),
            1 => (at(), default_changes(split.clone()))
                .prop_map(|(place, changes)| Command::ChangeRule { place, changes }),
            1 => "[a-c]{1,2}".prop_map(|value| Command::Erase { value }),
            1 => webhook(),
        ]
    })
}

/// What must be so after every accepted command.
fn holds(bench: &Bench, before: &[Vec<u32>; 2], command: &Command) -> [Vec<u32>; 2] {
    let places = ["dev", "prod"].map(place);
    let now = places.clone().map(|place| bench.who_has_it(&place, 200));
    for (index, place) in places.iter().enumerate() {
        let configuration = bench.configuration(place);
        let audience = configuration.effective_audience();
        if configuration.kill.is_some() {
            assert_eq!(now[index].len(), 0, "kill overrides everything");
            let running =
                configuration.rollout.as_ref().is_some_and(|rollout| rollout.status == RolloutStatus::Running);
            assert!(!running, "nothing runs while killed");
        } else if !configuration.rules.is_empty() || !configuration.prerequisites.is_empty() {
            // What follows is said of the default alone.
        } else if audience.share == share(100.0) && configuration.split.iter().all(|part| part.variant.as_str() == "on")
        {
            assert_eq!(now[index].len(), 200, "everybody has it at 100 %");
        } else if audience.share == share(0.0) && audience.segments.is_empty() && audience.people.is_empty() {
            assert_eq!(now[index].len(), 0, "nobody of these has it at 0 %");
        }
        // Advancing takes nothing from anybody.
        let advanced = matches!(command, Command::AdvanceRollout { place: at } | Command::StartRollout { place: at } if at == place);
        if advanced {
            assert!(before[index].iter().all(|person| now[index].contains(person)), "somebody lost it by {command:?}");
        }
        if let Some(rollout) = &configuration.rollout {
            let shares: Vec<_> =
                (0..rollout.stages.len()).map(|stage| rollout.audience_at(Position::Stage(stage)).share).collect();
            assert!(shares.is_sorted(), "{shares:?}");
            assert_eq!(rollout.held_because.is_some(), rollout.status == RolloutStatus::Held);
            assert_eq!(rollout.held_since.is_some(), rollout.status == RolloutStatus::Held);
        }
    }
    now
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn accepted_commands_keep_the_invariants(commands in prop::collection::vec((command(), 0_i64..5_000, prop::bool::weighted(0.7)), 1..40)) {
        let mut bench = Bench::with_flag();
        let mut has = [Vec::new(), Vec::new()];
        for (command, later, says_why) in commands {
            // The clock may stand still or jump back.
            bench.now += later - 1_000;
            let (state, length) = (bench.state.clone(), bench.log.len());
            let attempt = if says_why { bench.try_do(command.clone()) } else { bench.try_silently(command.clone()) };
            match attempt {
                Ok(decision) => {
                    prop_assert_eq!(bench.log.len(), length + decision.envelopes.len());
                    let now = holds(&bench, &has, &command);
                    let had = std::mem::replace(&mut has, now);
                    let stops = matches!(command, Command::EngageKillSwitch { .. } | Command::Erase { .. });
                    prop_assert!(says_why || stops || had[1] == has[1], "{command:?} changed production without a reason");
                }
                Err(_) => prop_assert_eq!(&bench.state, &state, "a refused command changes nothing"),
            }
        }

        // Replaying the stored bytes gives the same state, byte for byte, even after erasures.
        let read: Vec<Envelope> = bench.log.iter().map(|envelope| Envelope::from_bytes(&envelope.to_bytes()).unwrap()).collect();
        prop_assert_eq!(&read, &bench.log);
        let replayed = fold::fold(&read).unwrap();
        prop_assert_eq!(serde_json::to_vec(&replayed).unwrap(), serde_json::to_vec(&bench.state).unwrap());
        prop_assert!(bench.log.iter().map(|envelope| envelope.time).is_sorted());
        prop_assert!(bench.log.iter().map(|envelope| envelope.sequence).eq(1..=bench.log.len() as u64));

        // Every event has words.
        let teller = Teller { state: &bench.state, vault: &bench.vault };
        for envelope in &bench.log {
            let words = teller.tell(envelope);
            prop_assert!(!words.actor.is_empty() && !words.action.is_empty() && !words.subject.is_empty());
        }
    }
}
