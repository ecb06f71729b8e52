//! Evaluation beside three peers, on the same flags and people: how long each takes, and how far from the floor.
//!
//! Prints figures and asserts no time; that all engines agree who fits the rule is asserted, or they would not be asked
//! the same. Contexts are made before the clock starts, in each engine's own form. People are divided by each engine's
//! own hash, so of a split only the share agrees.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use flagd_evaluation_engine::Operator;
use flagsmith_flag_engine::engine::get_evaluation_result;
use flagsmith_flag_engine::engine_eval::context::EngineEvaluationContext;
use open_feature::EvaluationContext;
use serde_json::{Map, Value, json};
use signalbox_domain::Timestamp;
use signalbox_domain::evaluation::bucketing::Bucketer;
use signalbox_domain::evaluation::{CompiledFlag, Environs};
use signalbox_domain::flag::{Configuration, Flag};
use signalbox_domain::personal::Vault;
use signalbox_domain::targeting::{Attributes, CompiledSegments};
use unleash_types::client_features::ClientFeatures;
use unleash_yggdrasil::{Context, EngineState};

/// People who ask in turn, so that no branch is learnt by heart.
const PEOPLE: usize = 64;
/// Flags that are evaluated together.
const FLAGS_IN_BULK: usize = 350;
const SAMPLES: usize = 7;
const SAMPLE: Duration = Duration::from_millis(120);

fn main() {
    // `cargo test --benches` runs this too; there is nothing to measure in an unoptimised build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let people: Vec<Person> = (0..PEOPLE).map(Person::new).collect();
    let half = Question { clauses: 0, share: 50.0 };
    let rule = Question { clauses: 5, share: 100.0 };
    let bulk = Question { clauses: 1, share: 50.0 };
    println!("each figure: median of {SAMPLES}, one thread; peers: unleash-yggdrasil 0.21, flagsmith-flag-engine 0.7,");
    println!("flagd-evaluation-engine 0.1 (takes rules as text, so it parses them each time)");
    compare("(a) one flag, 50 % of everybody", half, 1, &people);
    compare("(b) one flag, a rule of 5 clauses", rule, 1, &people);
    compare("(c) 350 flags, each a rule of one clause and 50 % of those who fit", bulk, FLAGS_IN_BULK, &people);
}

/// What each engine is asked: a rule of so many clauses, and a share of those who fit.
#[derive(Clone, Copy)]
struct Question {
    clauses: usize,
    share: f64,
}

fn compare(title: &str, question: Question, flags: usize, people: &[Person]) {
    // `cargo xtask bench '(b)'` measures one of them.
    let mut wanted = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).peekable();
    if wanted.peek().is_some() && !wanted.any(|wanted| title.contains(&wanted)) {
        return;
    }
    println!("{title}");
    let ours = ours(question, flags);
    let unleash = unleash(question, flags);
    let flagsmith = flagsmith(question, flags, people);
    let flagd = flagd_rule(question);
    agree(question, &ours, &unleash, &flagsmith, &flagd, people);

    let none = CompiledSegments::default();
    let attributes: Vec<_> = people.iter().map(Person::attributes).collect();
    let own = measure(&attributes, |_, person| {
        for flag in &ours {
            black_box(flag.choose(person, &none)).ok();
        }
    });
    let names: HashMap<String, usize> = (0..flags).map(|flag| (name(flag), flag)).collect();
    let asked: Vec<String> = (0..flags).map(name).collect();
    let bucketers: Vec<_> = asked.iter().map(|name| Bucketer::signalbox_1(name)).collect();
    let floor = measure(people, |_, person| {
        for name in &asked {
            if let Some(flag) = names.get(name) {
                black_box(bucketers[*flag].membership_bucket(&person.key));
            }
        }
    });
    println!("  signalbox              {}", spoken(own));
    println!("  floor: look-up, hash   {}  ({:.1} times faster)", spoken(floor), own / floor);
    let peers = [
        (
            "unleash-yggdrasil    ",
            measure(people, |_, person| {
                if flags == 1 {
                    black_box(unleash.is_enabled("flag-000", &person.unleash, &None));
                } else {
                    black_box(unleash.resolve_all(&person.unleash, &None));
                }
            }),
        ),
        (
            "flagsmith-flag-engine",
            measure(people, |index, _| {
                black_box(get_evaluation_result(&flagsmith[index]));
            }),
        ),
        (
            "flagd-evaluation-engine",
            measure(people, |_, person| {
                for name in &asked {
                    black_box(flagd_gives(&flagd, name, person));
                }
            }),
        ),
    ];
    for (peer, took) in peers {
        println!("  {peer}  {}  ({:.1} times slower)", spoken(took), took / own);
    }
}

/// Nanoseconds of one call, over people in turn.
fn measure<Who>(people: &[Who], mut call: impl FnMut(usize, &Who)) -> f64 {
    let mut samples: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let (started, mut calls) = (Instant::now(), 0_u32);
            while started.elapsed() < SAMPLE {
                for (index, person) in people.iter().enumerate() {
                    call(index, person);
                }
                calls += u32::try_from(people.len()).unwrap_or(u32::MAX);
            }
            started.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    samples[SAMPLES / 2]
}

fn spoken(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 1e3 => format!("{small:8.1} ns"),
        middle if middle < 1e6 => format!("{:8.2} µs", middle / 1e3),
        large => format!("{:8.2} ms", large / 1e6),
    }
}

/// Everybody whom our rule fits at 100 % has it from every engine, and nobody else.
fn agree(
    question: Question,
    ours: &[CompiledFlag],
    unleash: &EngineState,
    flagsmith: &[EngineEvaluationContext],
    flagd: &str,
    people: &[Person],
) {
    if question.share < 100.0 {
        return;
    }
    let none = CompiledSegments::default();
    let mut having = 0;
    for (index, person) in people.iter().enumerate() {
        let answer = ours[0].evaluate(&person.attributes(), &none).expect("the key is known");
        let has_it = answer.variant.as_str() == "on";
        having += usize::from(has_it);
        assert_eq!(unleash.is_enabled("flag-000", &person.unleash, &None), has_it, "unleash, {}", person.key);
        let result = get_evaluation_result(&flagsmith[index]);
        assert_eq!(result.flags["flag-000"].enabled, has_it, "flagsmith, {}", person.key);
        assert_eq!(flagd_gives(flagd, "flag-000", person), has_it, "flagd, {}", person.key);
    }
    assert!((1..people.len()).contains(&having), "{having} of {} fit", people.len());
}

struct Person {
    key: String,
    context: Map<String, Value>,
    unleash: Context,
    flagd: EvaluationContext,
}

impl Person {
    fn new(number: usize) -> Self {
        let key = format!("customer-{number:06}");
        let country = ["DE", "AT", "FR", "DE"][number % 4];
        let (age, app) = (17 + number % 50, format!("8.{}.0", number % 9));
        let email = format!("{key}@{}.example", if number.is_multiple_of(5) { "mail" } else { "bank" });
        let context = json!({
            "targetingKey": key, "country": country, "age": age, "app": app, "email": email, "plan": "gold",
        });
        let properties = json!({
            "country": country, "age": age.to_string(), "app": app, "email": email, "plan": "gold",
        });
        let unleash = json!({"userId": key, "properties": properties});
        let flagd = EvaluationContext::default()
            .with_targeting_key(&key)
            .with_custom_field("country", country)
            .with_custom_field("age", i64::try_from(age).unwrap_or_default())
            .with_custom_field("app", app)
            .with_custom_field("email", email)
            .with_custom_field("plan", "gold");
        Self {
            context: context.as_object().expect("an object").clone(),
            unleash: serde_json::from_value(unleash).expect("a context of Unleash"),
            flagd,
            key,
        }
    }

    fn attributes(&self) -> Attributes<'_> {
        Attributes::of_context(&self.context, Timestamp::default())
    }
}

fn name(flag: usize) -> String {
    format!("flag-{flag:03}")
}

fn ours(question: Question, flags: usize) -> Vec<CompiledFlag> {
    let clauses = [
        json!({"operator": "one_of", "attribute": "country", "values": ["DE", "AT", "CH"]}),
        json!({"operator": "version_at_least", "attribute": "app", "version": "8.2.0"}),
        json!({"operator": "number_at_least", "attribute": "age", "number": 18}),
        json!({"operator": "ends_with", "attribute": "email", "values": ["@bank.example"]}),
        json!({"operator": "one_of", "attribute": "plan", "values": ["none"], "not": true}),
    ];
    let gives = json!([{"variant": "on", "weight": 100}]);
    let rules = json!([{"id": "r", "share": question.share, "split": gives, "clauses": clauses[..question.clauses]}]);
    let (rules, share) = if question.clauses == 0 { (json!([]), question.share) } else { (rules, 0.0) };
    let configuration: Configuration = serde_json::from_value(json!({
        "kill": null, "overrides": [], "prerequisites": [], "rules": rules, "rollout": null, "version": 1,
        "changed": "2026-01-01T00:00:00Z", "audience": {"people": [], "share": share}, "split": gives,
    }))
    .expect("a configuration");
    let compile = |flag: usize| {
        let flag: Flag = serde_json::from_value(json!({
            "key": name(flag), "value_kind": "boolean", "off_variant": "off", "archived": null, "version": 1,
            "details": {"name": "F", "description": "", "purpose": "release", "owner": null, "tags": [],
                "expected_removal": null},
            "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}], "configurations": {},
            "bucketing": {"algorithm": "signalbox-1", "salt": name(flag)}, "created": "2026-01-01T00:00:00Z",
            "changed": "2026-01-01T00:00:00Z", "client_side": {"allowed": false, "version": 0},
        }))
        .expect("a flag");
        let segments = Default::default();
        let environs = Environs { vault: &Vault::default(), segments: &segments, flag: &|_| None };
        CompiledFlag::new(&flag, &configuration, environs)
    };
    (0..flags).map(compile).collect()
}

fn unleash(question: Question, flags: usize) -> EngineState {
    let constraints = [
        json!({"contextName": "country", "operator": "IN", "values": ["DE", "AT", "CH"]}),
        json!({"contextName": "app", "operator": "SEMVER_LT", "value": "8.2.0", "inverted": true}),
        json!({"contextName": "age", "operator": "NUM_GTE", "value": "18"}),
        json!({"contextName": "email", "operator": "STR_ENDS_WITH", "values": ["@bank.example"]}),
        json!({"contextName": "plan", "operator": "NOT_IN", "values": ["none"]}),
    ];
    let feature = |flag: usize| {
        json!({"name": name(flag), "enabled": true, "strategies": [{
            "name": "flexibleRollout", "constraints": constraints[..question.clauses],
            "parameters": {"rollout": question.share.to_string(), "stickiness": "userId", "groupId": name(flag)},
        }]})
    };
    let features: Vec<_> = (0..flags).map(feature).collect();
    let features: ClientFeatures =
        serde_json::from_value(json!({"version": 2, "features": features})).expect("features of Unleash");
    let engine = EngineState::initial_state(chrono::DateTime::UNIX_EPOCH);
    engine.apply_client_features(features);
    engine
}

/// One context of everything for each person: the engine evaluates all features of it.
fn flagsmith(question: Question, flags: usize, people: &[Person]) -> Vec<EngineEvaluationContext> {
    let conditions = [
        json!({"operator": "IN", "property": "country", "value": ["DE", "AT", "CH"]}),
        json!({"operator": "GREATER_THAN_INCLUSIVE", "property": "app", "value": "8.2.0:semver"}),
        json!({"operator": "GREATER_THAN_INCLUSIVE", "property": "age", "value": "18"}),
        json!({"operator": "REGEX", "property": "email", "value": "^.*@bank[.]example$"}),
        json!({"operator": "NOT_EQUAL", "property": "plan", "value": "none"}),
    ];
    let mut features = Map::new();
    let mut segments = Map::new();
    for flag in 0..flags {
        let feature = |enabled: bool| json!({"key": name(flag), "name": name(flag), "enabled": enabled, "value": null});
        features.insert(name(flag), feature(false));
        let mut conditions = conditions[..question.clauses].to_vec();
        if question.share < 100.0 {
            let share = question.share.to_string();
            conditions.push(json!({"operator": "PERCENTAGE_SPLIT", "property": "$.identity.key", "value": share}));
        }
        segments.insert(
            name(flag),
            json!({"key": name(flag), "name": name(flag), "overrides": [feature(true)],
                "rules": [{"type": "ALL", "conditions": conditions, "rules": []}]}),
        );
    }
    let context = |person: &Person| {
        let mut traits = person.context.clone();
        traits.remove("targetingKey");
        let context = json!({
            "environment": {"key": "live", "name": "Live"}, "features": features, "segments": segments,
            "identity": {"identifier": person.key, "key": person.key, "traits": traits},
        });
        serde_json::from_value(context).expect("a context of Flagsmith")
    };
    people.iter().map(context).collect()
}

fn flagd_rule(question: Question) -> String {
    let clauses = [
        json!({"in": [{"var": "country"}, ["DE", "AT", "CH"]]}),
        json!({"sem_ver": [{"var": "app"}, ">=", "8.2.0"]}),
        json!({">=": [{"var": "age"}, 18]}),
        json!({"ends_with": [{"var": "email"}, "@bank.example"]}),
        json!({"!=": [{"var": "plan"}, "none"]}),
    ];
    let gives = match question.share {
        share if share < 100.0 => json!({"fractional": [["on", share], ["off", 100.0 - share]]}),
        _ => json!("on"),
    };
    match question.clauses {
        0 => gives.to_string(),
        count => json!({"if": [{"and": clauses[..count]}, gives, "off"]}).to_string(),
    }
}

fn flagd_gives(rule: &str, flag: &str, person: &Person) -> bool {
    let given = Operator::new().apply(flag, rule, &person.flagd);
    given.ok().flatten().is_some_and(|variant| variant == "on")
}
