//! Events come back as they were stored: after a new start, filtered, in pages, to many readers.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use signalbox_domain::chain::Link;
use signalbox_domain::command::Command;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;
use signalbox_domain::flag::Variant;
use signalbox_domain::key::{ActorId, VariantKey};
use signalbox_domain::value::ValueKind;
use signalbox_store::{EntryFilter, OpenError, WriteError};

use crate::support::{Installation, Terms, environment, flag, new_flag, place, project, refolded, state_bytes, tamper};

#[test]
fn everything_is_there_after_a_new_start() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    bank.override_for(&place("payments", "production"), &["customer-1", "customer-2"]);
    bank.create_token("Bob Example", [1; 32]);
    let (bytes, link, sequence) = (bank.state_bytes(), bank.link, bank.state.sequence);
    drop(bank);

    let again = Installation::open(directory.path());
    assert_eq!(again.state_bytes(), bytes);
    assert_eq!((again.link, again.state.sequence), (link, sequence));
    assert_eq!(again.vault.commitments_of("customer-1").len(), 1);
    assert_eq!(again.vault.commitments_of("Ann Example").len(), 1);
    assert!(again.reader.verify().unwrap().holds());
}

#[test]
fn an_empty_directory_has_an_empty_log() {
    let directory = tempfile::tempdir().unwrap();
    let opened = signalbox_store::open(&directory.path().join("made/on/the/way")).unwrap();
    assert_eq!((opened.state.sequence, opened.link), (0, Link::FIRST));
    assert_eq!(opened.reader.entries(&EntryFilter::default()).unwrap().total, 0);
    let report = opened.reader.verify().unwrap();
    assert_eq!((report.entries, report.link, report.holds()), (0, Link::FIRST, true));
}

#[test]
fn numbers_come_back_digit_by_digit() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let awkward: [f64; 7] =
        [0.1 + 0.2, 1.0 / 3.0, 2.638_344_616_030_823e-256, 1.797_693_134_862_315_7e308, 5e-324, -0.0, 1e23];
    let mut new = new_flag("limit");
    new.value_kind = ValueKind::Float;
    let variants = awkward
        .iter()
        .enumerate()
        .map(|(index, value)| Variant { key: VariantKey::new(format!("v{index}")).unwrap(), value: json!(value) });
    new.variants = Some(variants.collect());
    bank.act(Command::CreateFlag { project: project(), flag: Box::new(new) });
    let bytes = bank.state_bytes();
    drop(bank);
    let again = Installation::open(directory.path());
    assert_eq!(String::from_utf8(again.state_bytes()).unwrap(), String::from_utf8(bytes).unwrap());
    for (variant, value) in again.state.flag(&project(), &flag("limit")).unwrap().variants.iter().zip(awkward) {
        assert_eq!(variant.value.as_f64().map(f64::to_bits), Some(value.to_bits()), "{value}");
    }
}

#[test]
fn entries_carry_their_links_and_later_reasons() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let held = place("payments", "production");
    let killed = bank.act(Command::EngageKillSwitch { place: held })[0].sequence;
    assert_eq!(bank.reader.entry(killed).unwrap().unwrap().later_reason, None);
    let reason = Terms { reason: Some("Cards were declined"), ..Terms::default() };
    let given = bank.act_on(Command::GiveReason { about: killed }, reason).remove(0);

    let entry = bank.reader.entry(killed).unwrap().unwrap();
    assert_eq!(entry.later_reason, Some((given.sequence, given.reason.clone().unwrap())));
    assert_eq!(bank.vault.reveal(&given.reason.unwrap()), Some("Cards were declined"));

    let all = bank.reader.entries(&EntryFilter::default()).unwrap();
    assert_eq!(all.entries.len() as u64, bank.state.sequence);
    assert_eq!(all.entries[0].link, bank.link);
    for pair in all.entries.windows(2) {
        assert_eq!(pair[0].previous_link, pair[1].link);
        assert_eq!(pair[0].link, pair[1].link.next(&pair[0].envelope.to_bytes()));
    }
    assert_eq!(all.entries.last().unwrap().previous_link, Link::FIRST);
    for beyond in [0, bank.state.sequence + 1, u64::MAX] {
        assert_eq!(bank.reader.entry(beyond).unwrap(), None, "{beyond}");
    }
}

#[test]
fn entries_are_filtered_and_paged() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let ann = ActorId::Token(bank.state.tokens.keys().next().unwrap().clone());
    for flag_key in ["payments", "search"] {
        for environment_key in ["staging", "production"] {
            let at = place(flag_key, environment_key);
            bank.kill_and_lift(&at);
            let by_ann = Terms { actor: Some(ann.clone()), ..Terms::default() };
            bank.act_on(Command::EngageKillSwitch { place: at }, by_ann);
        }
    }
    let everything = bank.reader.since(0, u32::MAX).unwrap();

    let check = |filter: EntryFilter, wanted: &dyn Fn(&Envelope) -> bool| {
        let page = bank.reader.entries(&filter).unwrap();
        let expected: Vec<_> = everything.iter().rev().filter(|envelope| wanted(envelope)).cloned().collect();
        let got: Vec<_> = page.entries.into_iter().map(|entry| entry.envelope).collect();
        assert!(!expected.is_empty(), "{filter:?} must find something");
        assert_eq!(got, expected, "{filter:?}");
        assert_eq!(page.total, expected.len() as u64, "{filter:?}");
    };
    let any = EntryFilter::default;
    let (payments, production) = (flag("payments"), environment("production"));
    check(any(), &|_| true);
    check(EntryFilter { project: Some(project()), ..any() }, &|envelope| envelope.event.project().is_some());
    check(EntryFilter { flag: Some(payments.clone()), ..any() }, &|envelope| envelope.event.flag() == Some(&payments));
    check(EntryFilter { environment: Some(production.clone()), ..any() }, &|envelope| {
        envelope.event.environment() == Some(&production)
    });
    check(EntryFilter { actor: Some(ann.clone()), ..any() }, &|envelope| envelope.actor == ann);
    check(EntryFilter { actor: Some(ActorId::System), ..any() }, &|envelope| envelope.actor == ActorId::System);
    check(EntryFilter { kind: Some("kill_switch_lifted".into()), ..any() }, &|envelope| {
        matches!(envelope.event, Event::KillSwitchLifted { .. })
    });
    let narrow = EntryFilter {
        project: Some(project()),
        flag: Some(payments.clone()),
        environment: Some(production.clone()),
        actor: Some(ann.clone()),
        kind: Some("kill_switch_engaged".into()),
        ..any()
    };
    check(narrow, &|envelope| {
        envelope.actor == ann
            && envelope.event.place().is_some_and(|at| at.flag == payments && at.environment == production)
    });
    assert_eq!(bank.reader.entries(&EntryFilter { kind: Some("moon_landed".into()), ..any() }).unwrap().total, 0);

    // Pages of three, newest first, cover everything once; the total does not change on the way.
    let mut paged = Vec::new();
    let mut before = None;
    loop {
        let page = bank.reader.entries(&EntryFilter { before, limit: Some(3), ..any() }).unwrap();
        assert_eq!(page.total, everything.len() as u64);
        let Some(last) = page.entries.last() else { break };
        before = Some(last.envelope.sequence);
        paged.extend(page.entries.into_iter().map(|entry| entry.envelope));
    }
    assert!(paged.iter().rev().eq(&everything));

    let window = EntryFilter { after: Some(4), before: Some(8), ..any() };
    let sequences = |filter| -> Vec<u64> {
        bank.reader.entries(&filter).unwrap().entries.iter().map(|entry| entry.envelope.sequence).collect()
    };
    assert_eq!(sequences(window), [7, 6, 5]);
    assert_eq!(sequences(EntryFilter { after: Some(u64::MAX), ..any() }), [0_u64; 0]);
    assert_eq!(sequences(EntryFilter { before: Some(u64::MAX), limit: Some(1), ..any() }), [bank.state.sequence]);
}

#[test]
fn the_stream_reads_on_from_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let bank = Installation::of_a_bank(directory.path());
    let sequences = |after, limit| -> Vec<u64> {
        bank.reader.since(after, limit).unwrap().iter().map(|envelope| envelope.sequence).collect()
    };
    assert_eq!(sequences(0, 2), [1, 2]);
    assert_eq!(sequences(2, 100), [3, 4, 5, 6]);
    assert_eq!(sequences(6, 100), [0_u64; 0]);
    assert_eq!(sequences(u64::MAX, 100), [0_u64; 0]);
}

#[test]
fn many_readers_see_whole_decisions_while_one_writes() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let reader = bank.reader.clone();
    let done = AtomicBool::new(false);
    let at = place("payments", "production");
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = 0;
                    while !done.load(Ordering::SeqCst) {
                        let page = reader.entries(&EntryFilter::default()).unwrap();
                        assert_eq!(page.entries.len() as u64, page.total);
                        assert!(page.total >= seen, "what was acknowledged stays");
                        seen = page.total;
                        let set = |entry: &&signalbox_store::StoredEntry| {
                            matches!(entry.envelope.event, Event::OverrideSet { .. })
                        };
                        assert_eq!(page.entries.iter().filter(set).count() % 3, 0, "a decision is seen whole");
                    }
                    seen
                })
            })
            .collect();
        for round in 0..60 {
            let people = [format!("a{round}"), format!("b{round}"), format!("c{round}")];
            bank.override_for(&at, &people.each_ref().map(String::as_str));
        }
        done.store(true, Ordering::SeqCst);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
    assert_eq!(state_bytes(&refolded(&bank.reader)), bank.state_bytes());
}

#[test]
fn a_decision_on_another_state_is_refused_whole() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let late = bank.decide(Command::EngageKillSwitch { place: place("payments", "staging") }, Terms::default());
    bank.kill_and_lift(&place("search", "staging"));
    let before = bank.reader.entries(&EntryFilter::default()).unwrap();
    let refused = bank.log.append(&late, &[]).unwrap_err();
    assert!(matches!(refused, WriteError::OutOfOrder { given: 7, next: 9 }), "{refused}");

    let mut torn = bank.decide(Command::EngageKillSwitch { place: place("payments", "staging") }, Terms::default());
    torn.envelopes.push(Envelope { sequence: 11, ..torn.envelopes[0].clone() });
    let refused = bank.log.append(&torn, &[]).unwrap_err();
    assert!(matches!(refused, WriteError::OutOfOrder { given: 11, next: 10 }), "{refused}");
    assert_eq!(bank.reader.entries(&EntryFilter::default()).unwrap(), before);
    bank.kill_and_lift(&place("search", "staging"));
    assert!(bank.reader.verify().unwrap().holds());
}

#[test]
fn the_database_itself_refuses_to_change_events() {
    let directory = tempfile::tempdir().unwrap();
    let bank = Installation::of_a_bank(directory.path());
    let connection = rusqlite::Connection::open(directory.path().join(signalbox_store::DATABASE)).unwrap();
    for sql in ["UPDATE events SET actor = 'nobody' WHERE sequence = 1", "DELETE FROM events WHERE sequence = 6"] {
        let refused = connection.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("events are never"), "{refused}");
    }
    assert!(bank.reader.verify().unwrap().holds());
}

#[test]
fn one_process_writes_and_the_next_one_waits_for_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let bank = Installation::of_a_bank(directory.path());
    let refused = signalbox_store::open(directory.path()).unwrap_err();
    assert!(matches!(refused, OpenError::InUse { .. }));
    assert!(refused.to_string().contains("stop that one first"), "{refused}");

    // Reading needs no lock.
    let reader = signalbox_store::read(directory.path()).unwrap();
    assert_eq!(reader.verify().unwrap().entries, 6);
    drop(bank);
    signalbox_store::open(directory.path()).unwrap();
}

#[test]
fn a_log_that_does_not_hold_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    drop(Installation::of_a_bank(directory.path()));
    tamper(
        directory.path(),
        "UPDATE events SET bytes = CAST(replace(bytes, 'Bank', 'Bonk') AS BLOB) WHERE sequence = 1",
    );
    let refused = signalbox_store::open(directory.path()).unwrap_err().to_string();
    assert!(refused.contains("event 1") && refused.contains("restore a backup"), "{refused}");
}
