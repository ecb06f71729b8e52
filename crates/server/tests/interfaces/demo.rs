//! The demo: its content, and its customers.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::bank::Bank;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;
use signalbox_domain::flag::Configuration;
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use signalbox_domain::rollout::{Position, RolloutStatus};
use signalbox_domain::words::Teller;
use signalbox_domain::{Share, Timestamp};
use signalbox_server::applications::{self, TrustedProxies};
use signalbox_server::demo;
use signalbox_server::engine::Terms;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Thursday 19 November 2026, 14:32 UTC.
fn now() -> Timestamp {
    serde_json::from_str("\"2026-11-19T14:32:00Z\"").expect("a time")
}

fn filled(now: Timestamp) -> Bank {
    Bank::filled(|data_dir| demo::fill(data_dir, now).expect("the demo is made of changes that are allowed"))
}

fn history(bank: &Bank) -> Vec<Envelope> {
    bank.engine.log().since(0, u32::MAX).expect("a log that reads")
}

fn project() -> ProjectKey {
    demo::PROJECT.parse().expect("a key")
}

/// What stands in production: "held at 50 %", "100 %".
fn in_words(configuration: &Configuration) -> String {
    let rule = configuration.rollout.as_ref().and_then(|rollout| rollout.rule.as_ref());
    let audience = configuration.effective_audience_of(rule).expect("the rule of a rollout is there");
    let reached = match audience.people.len() {
        0 => audience.share.to_string(),
        named => format!("{} and {named} people", audience.share),
    };
    match &configuration.rollout {
        None => reached,
        Some(rollout) => {
            let stage = match rollout.position {
                Position::Start => "start".to_owned(),
                Position::Stage(stage) => format!("{} of {}", stage + 1, rollout.stages.len()),
            };
            let status = match rollout.status {
                RolloutStatus::Draft => "planned",
                RolloutStatus::Running => "running",
                RolloutStatus::Held => "held",
                RolloutStatus::Finished => "finished",
            };
            format!("{status} at {stage}: {reached}")
        }
    }
}

#[test]
fn flags_stand_where_the_story_leaves_them() {
    let bank = filled(now());
    let production = EnvironmentKey::new("production").unwrap();
    let standing: BTreeMap<String, String> = bank.engine.read(|state, _| {
        let flags = state.projects[&project()].flags.values().filter(|flag| flag.archived.is_none());
        flags.map(|flag| (flag.key.to_string(), in_words(&flag.configurations[&production]))).collect()
    });
    let standing: Vec<_> = standing.iter().map(|(key, words)| (key.as_str(), words.as_str())).collect();
    assert_eq!(
        standing,
        [
            ("app-dark-theme", "finished at 4 of 4: 100 %"),
            ("auth-push-approve", "running at 3 of 6: 5 % and 24 people"),
            ("card-freeze", "held at 4 of 5: 50 % and 24 people"),
            ("card-travel-notice", "planned at start: 0 %"),
            ("fee-banner", "finished at start: 0 %"),
            ("fraud-score-v3", "running at 2 of 4: 10 %"),
            ("mortgage-precheck", "planned at start: 0 %"),
            ("onboarding-v2", "running at 3 of 4: 67 % and 24 people"),
            ("ops-login-fallback", "0 %"),
            ("payments-instant", "running at 4 of 6: 25 % and 24 people"),
            ("pots-roundups", "running at 5 of 5: 100 % and 24 people"),
            ("savings-rate-card", "finished at 3 of 3: 100 %"),
            ("sepa-bulk", "0 % and 6 people"),
            ("statements-pdf", "running at 3 of 5: 10 % and 24 people"),
        ]
    );
    let everywhere_else = bank.engine.read(|state, _| {
        let project = &state.projects[&project()];
        assert_eq!(project.name, "Fernhill Bank");
        assert_eq!(project.plans.len(), 4);
        let in_use = project.flags.values().filter(|flag| flag.archived.is_none());
        let shares = in_use.flat_map(|flag| {
            let elsewhere = flag.configurations.iter().filter(|(key, _)| **key != production);
            elsewhere.map(|(_, configuration)| (flag.key.to_string(), configuration.effective_audience().share))
        });
        shares.collect::<Vec<_>>()
    });
    assert_eq!(everywhere_else.len(), 2 * standing.len());
    for (flag, share) in everywhere_else {
        let expected = if flag == "ops-login-fallback" { Share::NOBODY } else { Share::EVERYBODY };
        assert_eq!(share, expected, "{flag}");
    }
}

#[test]
fn the_history_reads_like_one() {
    let bank = filled(now());
    let history = history(&bank);
    assert!(history.is_sorted_by_key(|envelope| envelope.time));
    let (first, last) = (history.first().unwrap().time.millis(), history.last().unwrap().time.millis());
    assert!(last < now().millis() && now().millis() - last < 60 * 60 * 1_000, "it ends within the last hour");
    assert!(last - first > 2 * 365 * 24 * 60 * 60 * 1_000, "it spans years");

    bank.engine.read(|state, vault| {
        assert!(state.reasons_awaited.is_empty(), "every hold and kill was explained");
        let teller = Teller { state, vault };
        let sentences: Vec<_> = history.iter().map(|envelope| teller.tell(envelope).sentence()).collect();
        for sentence in [
            "Maren Vogt advanced Instant payments in Production: 10 % → 25 %",
            "Tom Okafor held Card freeze in Production: running → held at 50 %",
            "Priya Nair rolled back Fee banner in Production: 50 % → nobody",
            "Priya Nair turned off Savings rate card in Production: on → off for everyone",
        ] {
            assert!(sentences.iter().any(|told| told == sentence), "{sentence} is not in {sentences:#?}");
        }
        for envelope in &history {
            let stops = matches!(envelope.event, Event::KillSwitchEngaged { .. } | Event::RolloutHeld { .. });
            let plans = matches!(envelope.event, Event::RolloutDrafted { .. });
            let production = envelope.event.place().is_some_and(|place| place.environment.as_str() == "production");
            if production && !stops && !plans {
                let reason = envelope.reason.as_ref().and_then(|reason| vault.reveal(reason));
                assert!(reason.is_some_and(|reason| reason.len() > 10), "{}", teller.tell(envelope).sentence());
            }
        }
        let actors: std::collections::BTreeSet<_> = history.iter().map(|envelope| &envelope.actor).collect();
        assert_eq!(actors.len(), 8, "seven colleagues, and Signalbox that gave them their tokens");
    });
}

#[test]
fn the_demo_is_the_same_each_time_and_made_once() {
    let told = |bank: &Bank| {
        let history = history(bank);
        bank.engine.read(|state, vault| {
            let teller = Teller { state, vault };
            let told = history.iter().map(|envelope| {
                let reason = envelope.reason.as_ref().and_then(|reason| vault.reveal(reason)).unwrap_or_default();
                format!("{} {} {reason}", envelope.time, teller.tell(envelope).sentence())
            });
            told.collect::<Vec<_>>()
        })
    };
    let (one, other) = (filled(now()), filled(now()));
    assert_eq!(told(&one), told(&other));
    let twice = Bank::filled(|data_dir| {
        demo::fill(data_dir, now()).expect("a first time");
        demo::fill(data_dir, now()).expect("a second time");
    });
    assert_eq!(told(&twice), told(&one), "filling again changes nothing");
}

#[tokio::test]
async fn customers_ask_for_flags_of_every_environment_that_has_a_key() {
    let bank = filled(now());
    let mut sdk_keys = BTreeMap::new();
    for environment in ["dev", "staging", "production"] {
        let environment = EnvironmentKey::new(environment).unwrap();
        let command = signalbox_domain::command::Command::CreateSdkKey {
            project: project(),
            environment: environment.clone(),
            name: "demo".into(),
            kind: SdkKeyKind::Server,
        };
        let committed = bank.engine.submit(command, Terms::system()).await.unwrap();
        sdk_keys.insert(environment, committed.secret.unwrap());
    }
    let (answered, mut answers) = mpsc::unbounded_channel();
    let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100).layer(from_fn(
        move |request: Request, next: Next| {
            let answered = answered.clone();
            async move {
                let path = request.uri().path().to_owned();
                let response = next.run(request).await;
                let _ = answered.send((path, response.status()));
                response
            }
        },
    ));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let customers = tokio::spawn(demo::run(address, sdk_keys));
    for _ in 0..8 {
        let answer = tokio::time::timeout(Duration::from_secs(30), answers.recv()).await.unwrap();
        let (path, status) = answer.unwrap();
        let archived = path.ends_with("/transfer-search");
        assert_eq!(status, if archived { 404 } else { 200 }, "{path}");
    }
    customers.abort();
    server.abort();
}
