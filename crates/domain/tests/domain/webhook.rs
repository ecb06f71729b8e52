//! Where notices of a project are sent.

use std::collections::BTreeSet;

use signalbox_domain::Refusal;
use signalbox_domain::command::Command;
use signalbox_domain::notice::Notice;
use signalbox_domain::webhook::{BOTH_SECRETS_MILLIS, Webhook};

use super::bench::{Bench, project};

const ADDRESS: &str = "https://hooks.example.com/services/very-secret";

fn some() -> BTreeSet<Notice> {
    [Notice::Danger, Notice::RolledBack].into()
}

fn create(address: &str) -> Command {
    Command::CreateWebhook { project: project(), address: address.into(), notices: some() }
}

fn webhook(bench: &Bench) -> Webhook {
    bench.state.projects[&project()].webhook.clone().unwrap()
}

#[test]
fn what_is_secret_of_an_address_is_not_in_the_log() {
    let mut bench = Bench::with_flag();
    bench.ok(create(ADDRESS));
    bench.ok(Command::ChangeWebhook {
        project: project(),
        address: "https://other.example.com/also-secret".into(),
        notices: Notice::ALL.into(),
    });
    bench.ok(Command::RemoveWebhook { project: project() });
    for envelope in &bench.log {
        let stored = String::from_utf8(envelope.to_bytes()).unwrap();
        assert!(!stored.contains("secret\"") && !stored.contains("example.com"), "{stored}");
    }
    let story = bench.story();
    assert_eq!(
        story[story.len() - 3..],
        [
            "tok_ann made a webhook for Bank: something is wrong, rollout rolled back to hooks.example.com",
            "tok_ann changed the webhook of Bank: something is wrong, rollout rolled back to hooks.example.com \
             \u{2192} everything to other.example.com",
            "tok_ann removed the webhook of Bank: everything to other.example.com \u{2192} none",
        ]
    );
    assert_eq!(bench.state.projects[&project()].webhook, None);
}

#[test]
fn another_secret_is_another_id_and_the_one_before_holds_for_a_day() {
    let mut bench = Bench::with_flag();
    bench.ok(create(ADDRESS));
    let first = webhook(&bench);
    bench.ok(Command::RenewWebhookSecret { project: project() });
    let renewed = webhook(&bench);
    assert_ne!(renewed.id, first.id);
    assert_eq!(renewed.content, first.content);
    let (before, until) = renewed.before.unwrap();
    assert_eq!((before, until.millis()), (first.id, bench.log.last().unwrap().time.millis() + BOTH_SECRETS_MILLIS));
}

#[test]
fn there_is_one_and_what_could_not_work_is_refused() {
    let mut bench = Bench::with_flag();
    let field = |refused: Refusal| match refused {
        Refusal::Invalid { field, .. } => field,
        other => panic!("{other}"),
    };
    for address in ["", "example.com", "ftp://example.com", "https://ann:pass@example.com", "https://a b"] {
        assert_eq!(field(bench.try_with(create(address), None, None).unwrap_err()), "address", "{address}");
    }
    let none = Command::CreateWebhook { project: project(), address: ADDRESS.into(), notices: BTreeSet::new() };
    assert_eq!(field(bench.try_with(none, None, None).unwrap_err()), "notices");
    bench.ok(create(ADDRESS));
    assert!(matches!(bench.try_with(create(ADDRESS), None, None), Err(Refusal::Conflict(_))));
    let same = Command::ChangeWebhook { project: project(), address: ADDRESS.into(), notices: some() };
    let version = webhook(&bench).version;
    assert!(matches!(bench.try_with(same.clone(), None, None), Err(Refusal::VersionMissing)));
    assert_eq!(bench.try_with(same, Some(version), None).unwrap().envelopes, [], "nothing changed");
    bench.ok(Command::RemoveWebhook { project: project() });
    let gone = bench.try_with(Command::RemoveWebhook { project: project() }, Some(version), None);
    assert!(matches!(gone, Err(Refusal::NotFound { .. })));
}
