//! What the store costs: folding, committing, starting and checking a log of 100,000 events of 1,000 flags.
//!
//! A commit is shown beside the least that the same disk can do: adding the same bytes to a plain file and syncing it.

#[path = "../tests/store/support.rs"]
#[expect(dead_code, reason = "the tests use all of it, the bench a part")]
mod support;

use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use signalbox_domain::command::Command;
use signalbox_domain::decide::{Decision, settle};
use signalbox_domain::envelope::Envelope;
use signalbox_domain::fold;
use signalbox_domain::key::VariantKey;
use signalbox_store::{DATABASE, EntryFilter};

use support::{Installation, Terms, flag, new_flag, place, project, set_up_commands};

const EVENTS: u64 = 100_000;
const FLAGS: u64 = 1_000;
/// Events between snapshots in a server: as many as a start has to fold at most.
const EVENTS_PER_SNAPSHOT: u64 = 1_000;

/// Decides the next change of a bank that is used every day: kill switches, reasons, overrides.
fn next_decision(bank: &Installation) -> Decision {
    let sequence = bank.state.sequence;
    let set_up = usize::try_from(sequence).ok().and_then(|step| set_up_commands().into_iter().nth(step));
    if let Some(command) = set_up {
        return bank.decide(command, Terms::default());
    }
    let number = sequence - set_up_commands().len() as u64;
    if number < FLAGS {
        let flag = Box::new(new_flag(&format!("flag-{number}")));
        return bank.decide(Command::CreateFlag { project: project(), flag }, Terms::default());
    }
    let at = place(&format!("flag-{}", sequence * 7919 % FLAGS), "production");
    let configuration = bank.state.configuration(&at.project, &at.flag, &at.environment).expect("it is set up");
    let terms = Terms { version: Some(configuration.version), reason: Some("As agreed on Monday"), ..Terms::default() };
    if let Some(about) = bank.state.reasons_awaited.keys().next() {
        return bank.decide(Command::GiveReason { about: *about }, terms);
    }
    if configuration.kill.is_some() {
        return bank.decide(Command::LiftKillSwitch { place: at }, terms);
    }
    if sequence.is_multiple_of(3) {
        let on = VariantKey::new("on").expect("a key");
        let overrides = (0..3).map(|number| (format!("customer-{sequence}-{number}"), on.clone())).collect();
        return bank.decide(Command::SetOverrides { place: at, overrides }, terms);
    }
    bank.decide(Command::EngageKillSwitch { place: at }, Terms::default())
}

/// Fills a log up to [`EVENTS`], many decisions in one commit, and leaves a snapshot [`EVENTS_PER_SNAPSHOT`] before
/// its end.
fn fill(directory: &Path) -> Installation {
    let mut bank = Installation::open(directory);
    let mut together = Decision::default();
    let mut has_snapshot = false;
    while bank.state.sequence < EVENTS {
        let decision = next_decision(&bank);
        settle(&mut bank.state, &mut bank.vault, &decision).expect("what was decided folds");
        together.envelopes.extend(decision.envelopes);
        together.personal.extend(decision.personal);
        let snapshot = !has_snapshot && bank.state.sequence + EVENTS_PER_SNAPSHOT >= EVENTS;
        if snapshot || together.envelopes.len() > 5_000 || bank.state.sequence >= EVENTS {
            let links = bank.log.append(&together, &[]).expect("it is stored");
            bank.link = *links.last().expect("there are events");
            together = Decision::default();
        }
        if snapshot {
            bank.log.write_snapshot(&bank.state).expect("it is stored");
            has_snapshot = true;
        }
    }
    bank
}

fn folding(criterion: &mut Criterion, envelopes: &[Envelope]) {
    let stored: Vec<Vec<u8>> = envelopes.iter().map(Envelope::to_bytes).collect();
    let bytes: usize = stored.iter().map(Vec::len).sum();
    println!("{} events of {} bytes on average", stored.len(), bytes / stored.len());
    criterion.bench_function("fold 100,000 events", |bencher| {
        bencher.iter(|| fold::fold(black_box(envelopes)).expect("it folds"));
    });
    criterion.bench_function("decode and fold 100,000 events", |bencher| {
        bencher.iter(|| {
            let decoded = black_box(&stored).iter().map(|bytes| Envelope::from_bytes(bytes).expect("it decodes"));
            fold::fold(&decoded.collect::<Vec<_>>()).expect("it folds")
        });
    });
}

/// Each commit is one change of a few events, as a server stores it.
fn committing(criterion: &mut Criterion, bank: &mut Installation, directory: &Path) {
    let mut bytes = Vec::new();
    criterion.bench_function("commit one change", |bencher| {
        bencher.iter_custom(|times| {
            let mut spent = Duration::ZERO;
            for _ in 0..times {
                let decision = next_decision(bank);
                bytes = decision.envelopes.iter().flat_map(Envelope::to_bytes).collect();
                let begun = Instant::now();
                bank.log.append(black_box(&decision), &[]).expect("it is stored");
                spent += begun.elapsed();
                settle(&mut bank.state, &mut bank.vault, &decision).expect("what was decided folds");
            }
            spent
        });
    });
    let mut file: File =
        OpenOptions::new().create(true).append(true).open(directory.join("plain")).expect("a file to write to");
    criterion.bench_function("the disk alone: append the same bytes to a file and sync it", |bencher| {
        bencher.iter(|| {
            file.write_all(black_box(&bytes)).expect("it is written");
            file.sync_data().expect("it is synced");
        });
    });
}

fn reading(criterion: &mut Criterion, bank: &Installation) {
    let newest = EntryFilter { limit: Some(50), ..EntryFilter::default() };
    let of_flag = EntryFilter { project: Some(project()), flag: Some(flag("flag-7")), ..newest.clone() };
    for (name, filter) in [("the newest 50 entries", &newest), ("the newest 50 entries of one flag", &of_flag)] {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| bank.reader.entries(black_box(filter)).expect("they are read"));
        });
    }
    criterion.bench_function("check the whole log", |bencher| {
        bencher.iter(|| assert!(bank.reader.verify().expect("it is read").holds()));
    });
}

fn starting(criterion: &mut Criterion, directory: &Path) {
    let open = || signalbox_store::open(directory).expect("it opens");
    criterion.bench_function("start with 100,000 events, a snapshot and 1,000 events after it", |bencher| {
        bencher.iter_batched(|| (), |()| open(), BatchSize::PerIteration);
    });
    let mut opened = open();
    println!("{} personal values, a state of {} bytes", values(directory), support::state_bytes(&opened.state).len());
    opened.log.write_snapshot(&opened.state).expect("it is stored");
    drop(opened);
    criterion.bench_function("start with 100,000 events and a snapshot", |bencher| {
        bencher.iter_batched(|| (), |()| open(), BatchSize::PerIteration);
    });
    rusqlite::Connection::open(directory.join(DATABASE))
        .and_then(|connection| connection.execute("DELETE FROM snapshot", []))
        .expect("there was one");
    criterion.bench_function("start with 100,000 events and no snapshot", |bencher| {
        bencher.iter_batched(|| (), |()| open(), BatchSize::PerIteration);
    });
}

fn erasing(criterion: &mut Criterion, directory: &Path) {
    let mut bank = Installation::open(directory);
    criterion.bench_function("erase one personal value", |bencher| {
        bencher.iter_custom(|times| {
            let mut spent = Duration::ZERO;
            for _ in 0..times {
                let people = bank.state.projects.values().flat_map(|project| project.flags.values());
                let mut overrides = people.flat_map(|flag| flag.configurations.values()).flat_map(|at| &at.overrides);
                let value = overrides.find_map(|entry| bank.vault.reveal(&entry.person)).expect("somebody is left");
                let decision = bank.decide(Command::Erase { value: value.to_owned() }, Terms::default());
                let begun = Instant::now();
                bank.store(&decision, None).expect("it is stored");
                spent += begun.elapsed();
            }
            spent
        });
    });
}

fn values(directory: &Path) -> u64 {
    rusqlite::Connection::open(directory.join(DATABASE))
        .and_then(|connection| connection.query_row("SELECT count(*) FROM personal_values", [], |row| row.get(0)))
        .expect("they are counted")
}

fn store(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut bank = fill(directory.path());
    let envelopes = bank.reader.since(0, u32::MAX).expect("they are read");
    folding(criterion, &envelopes);
    reading(criterion, &bank);
    drop(bank);
    starting(criterion, directory.path());
    bank = Installation::open(directory.path());
    committing(criterion, &mut bank, directory.path());
    drop(bank);
    erasing(criterion, directory.path());
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = store
}
criterion_main!(benches);
