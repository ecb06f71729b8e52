//! How long one evaluation takes, beside a peer that answers the same question.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use flagd_evaluation_engine::Operator;
use open_feature::EvaluationContext;
use serde_json::json;
use signalbox_domain::access::Role;
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject, RuleChanges};
use signalbox_domain::decide::{Act, decide, settle};
use signalbox_domain::evaluation::{CompiledFlag, Environs};
use signalbox_domain::event::Place;
use signalbox_domain::flag::{FlagDetails, Variant, WeightedVariant};
use signalbox_domain::key::ActorId;
use signalbox_domain::personal::{Entropy, Vault};
use signalbox_domain::value::ValueKind;
use signalbox_domain::{Share, State, Timestamp};

/// People who ask in turn, so that no branch is learnt by heart.
const PEOPLE: usize = 1_024;

fn evaluation(criterion: &mut Criterion) {
    let people: Vec<_> = (0..PEOPLE).map(|number| format!("customer-{number:06}")).collect();
    let half = flag(50.0, &[("on", 100.0)]);
    let divided = flag(50.0, &[("on", 60.0), ("other", 40.0)]);
    let everybody = flag(100.0, &[("on", 100.0)]);

    let mut group = criterion.benchmark_group("evaluate one flag");
    for (name, flag) in [
        ("everybody has it", &everybody),
        ("half of the people have it", &half),
        ("half have it, in two variants", &divided),
    ] {
        let mut asking = people.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                asking.next().map(|person| flag.evaluate_key(black_box(person.as_str())).map(|answer| answer.reason))
            });
        });
    }
    // Its interface takes the rule as text and parses it at each call; ours compiled the flag once.
    let flagd = Operator::new();
    let rule = r#"{"fractional": [["on", 50], ["off", 50]]}"#;
    let contexts: Vec<_> =
        people.iter().map(|person| EvaluationContext::default().with_targeting_key(person)).collect();
    let mut asking = contexts.iter().cycle();
    group.bench_function("peer: flagd-evaluation-engine 0.1.0, half of the people", |bencher| {
        bencher.iter(|| asking.next().map(|context| flagd.apply("checkout", black_box(rule), context)));
    });
    group.finish();
}

/// A flag that so many percent have, divided among variants.
fn flag(percent: f64, split: &[(&str, f64)]) -> CompiledFlag {
    let (mut state, mut vault) = (State::default(), Vault::default());
    let mut change = |command: Command, version: Option<u64>| {
        let act = Act {
            actor: ActorId::System,
            role: Role::Admin,
            now: Timestamp::from_millis(1),
            version,
            reason: None,
            entropy: Entropy::new([7; 32]),
        };
        let decision = decide(&state, &vault, command, act).expect("an allowed change");
        settle(&mut state, &mut vault, &decision).expect("a decision that folds");
        state.sequence
    };
    let place: Place = serde_json::from_value(json!({"project": "bank", "flag": "checkout", "environment": "live"}))
        .expect("keys that keep the rule");
    let Place { project, environment, flag } = place.clone();
    change(Command::CreateProject(NewProject { key: project.clone(), name: "Bank".into() }), None);
    let environment = NewEnvironment { key: environment, name: "Live".into(), production: false, audience: 1_000 };
    change(Command::CreateEnvironment { project: project.clone(), environment }, None);
    let variant = |key: &str| Variant { key: key.parse().expect("a key"), value: json!(key) };
    let details = FlagDetails {
        name: "Checkout".into(),
        description: String::new(),
        purpose: Default::default(),
        owner: None,
        tags: Vec::new(),
        expected_removal: None,
    };
    let flag = NewFlag {
        key: flag,
        details,
        value_kind: ValueKind::String,
        variants: Some(vec![variant("on"), variant("other"), variant("off")]),
        off_variant: None,
        salt: Some("checkout".into()),
        bucketing: Default::default(),
    };
    let made = change(Command::CreateFlag { project, flag: Box::new(flag) }, None);
    let share = |percent: f64| Share::from_percent(percent).expect("a share");
    let split = split.iter().map(|(variant, percent)| WeightedVariant {
        variant: variant.parse().expect("a key"),
        weight: share(*percent),
    });
    let changes =
        RuleChanges { share: Some(share(percent)), split: Some(split.collect()), people: None, segments: None };
    change(Command::ChangeRule { place: place.clone(), changes }, Some(made));
    let flag = state.flag(&place.project, &place.flag).expect("the flag");
    let segments = Default::default();
    let environs = Environs { vault: &vault, segments: &segments, flag: &|_| None };
    CompiledFlag::new(flag, &flag.configurations[&place.environment], environs)
}

criterion_group!(benches, evaluation);
criterion_main!(benches);
