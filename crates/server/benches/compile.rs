//! How long it takes to make ready what applications evaluate: a whole project, and one flag of it.
//!
//! Prints figures and asserts none.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use signalbox_domain::access::Role;
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject, RuleChanges};
use signalbox_domain::decide::{Act, Decision, decide, settle};
use signalbox_domain::event::Place;
use signalbox_domain::flag::{BucketingAlgorithm, FlagDetails};
use signalbox_domain::key::ActorId;
use signalbox_domain::personal::{Entropy, Vault};
use signalbox_domain::value::ValueKind;
use signalbox_domain::{Share, State, Timestamp};
use signalbox_server::counting::Counting;
use signalbox_server::evaluation_sets::EvaluationSets;
use signalbox_store::CountingStart;

const FLAGS: usize = 10_000;
const ROUNDS: usize = 9;

fn main() {
    // `cargo test --benches` runs this too; there is nothing to measure in an unoptimised build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut installation = Installation::filled();
    let counting =
        || Arc::new(Counting::new(CountingStart { since: Timestamp::default(), seed: 7 }, Timestamp::default()));
    let mut whole = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let sets = black_box(EvaluationSets::new(&installation.state, &installation.vault, counting()));
        whole.push(started.elapsed());
        drop(sets);
    }
    println!("{FLAGS} flags with 5 rules of 2 clauses each, compiled: {}", median(whole));

    let sets = EvaluationSets::new(&installation.state, &installation.vault, counting());
    let mut one = Vec::new();
    for round in 0..ROUNDS {
        let share = Share::from_buckets(1_000 + u32::try_from(round).unwrap_or_default()).expect("a share");
        let changes = RuleChanges { share: Some(share), ..RuleChanges::default() };
        let place = place(5_000);
        let version = installation.version(&place);
        let decision = installation.change(Command::ChangeRule { place, changes }, Some(version));
        let started = Instant::now();
        sets.update(&installation.state, &installation.vault, &decision.envelopes);
        one.push(started.elapsed());
    }
    println!("one of them changed: {}", median(one));
}

fn median(mut took: Vec<Duration>) -> String {
    took.sort();
    format!("{:.2} ms (median of {})", took[took.len() / 2].as_secs_f64() * 1e3, took.len())
}

struct Installation {
    state: State,
    vault: Vault,
}

impl Installation {
    fn filled() -> Self {
        let mut installation = Self { state: State::default(), vault: Vault::default() };
        let Place { project, environment, .. } = place(0);
        installation.change(Command::CreateProject(NewProject { key: project.clone(), name: "Bank".into() }), None);
        let environment = NewEnvironment { key: environment, name: "Live".into(), production: false, audience: 1_000 };
        installation.change(Command::CreateEnvironment { project: project.clone(), environment }, None);
        for number in 0..FLAGS {
            let place = place(number);
            let details = FlagDetails {
                name: format!("Flag {number}"),
                description: String::new(),
                purpose: Default::default(),
                owner: None,
                tags: Vec::new(),
                expected_removal: None,
            };
            let flag = NewFlag {
                key: place.flag.clone(),
                details,
                value_kind: ValueKind::Boolean,
                variants: None,
                off_variant: None,
                salt: None,
                bucketing: BucketingAlgorithm::Signalbox1,
            };
            installation.change(Command::CreateFlag { project: project.clone(), flag: Box::new(flag) }, None);
            let rules: Vec<_> = (0..5)
                .map(|rule| {
                    json!({"id": format!("rule-{rule}"), "share": 50, "split": [{"variant": "on", "weight": 100}],
                        "clauses": [
                            {"operator": "one_of", "attribute": "country", "values": ["DE", "AT", "CH", format!("x{number}")]},
                            {"operator": "version_at_least", "attribute": "app", "version": format!("{rule}.2")},
                        ]})
                })
                .collect();
            let rules = serde_json::from_value(json!(rules)).expect("rules");
            let version = installation.version(&place);
            installation.change(Command::SetRules { place, rules, default: None }, Some(version));
        }
        installation
    }

    fn version(&self, place: &Place) -> u64 {
        let configuration = self.state.configuration(&place.project, &place.flag, &place.environment);
        configuration.expect("the flag is there").version
    }

    fn change(&mut self, command: Command, version: Option<u64>) -> Decision {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.state.sequence.to_le_bytes());
        let act = Act {
            actor: ActorId::System,
            role: Role::Admin,
            now: Timestamp::default(),
            version,
            reason: None,
            entropy: Entropy::new(seed),
        };
        let decision = decide(&self.state, &self.vault, command, act).expect("an allowed change");
        settle(&mut self.state, &mut self.vault, &decision).expect("a decision that folds");
        decision
    }
}

fn place(flag: usize) -> Place {
    let place = json!({"project": "bank", "flag": format!("flag-{flag:05}"), "environment": "live"});
    serde_json::from_value(place).expect("keys that keep the rule")
}
