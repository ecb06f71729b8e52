//! The writer is killed at random moments: what it acknowledged is there, and nothing is torn.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};
use std::process::Command as Process;
use std::time::Duration;

use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;
use signalbox_domain::key::TokenId;
use signalbox_domain::personal::hex;
use signalbox_store::{CredentialOwner, EntryFilter};

use crate::support::{Installation, refolded, state_bytes};
use crate::writer::{self, PEOPLE};

const KILLS: u32 = 60;
/// The writer is killed after at most so many acknowledged events.
const MOST_EVENTS: u64 = 40;

/// Random numbers that are the same in every run (xorshift64). The moments of the kills still differ, as the
/// machine is never twice equally fast.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[test]
fn what_was_acknowledged_survives_sixty_kills() {
    if writer::ran_as_writer() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let mut random = Random(0x5349_474e_414c);
    let mut acknowledged = BTreeMap::new();
    let mut unacknowledged = 0;
    for kill in 0..KILLS {
        // Every sixth dies while it starts: while it makes the database, recovers, or folds.
        let events = if kill % 6 == 0 { 0 } else { 1 + random.below(MOST_EVENTS) };
        let moment = Duration::from_micros(random.below(if events == 0 { 40_000 } else { 4_000 }));
        acknowledged.extend(killed_writer(directory.path(), events, moment));

        let bank = Installation::open(directory.path());
        check(&bank, &acknowledged);
        let last = acknowledged.last_key_value().map_or(0, |(sequence, _)| *sequence);
        unacknowledged += u32::from(bank.state.sequence > last);
    }
    assert!(acknowledged.len() > 500, "only {} events were acknowledged: no load", acknowledged.len());
    println!(
        "{KILLS} kills, {} events acknowledged, {unacknowledged} times the log ended with a change that was stored \
         but not yet acknowledged",
        acknowledged.len()
    );
}

/// Runs the writer, kills it a moment after it acknowledged so many events, and gives all that it acknowledged.
fn killed_writer(directory: &std::path::Path, events: u64, moment: Duration) -> HashMap<u64, String> {
    let program = Process::new(std::env::current_exe().expect("a program"));
    let mut writer =
        writer::as_writer(program, "kill::what_was_acknowledged_survives_sixty_kills", directory, u64::MAX)
            .spawn()
            .expect("it starts");
    let mut lines = BufReader::new(writer.stdout.take().expect("its output is piped"));
    let mut acknowledged = HashMap::new();
    let mut next = |acknowledged: &mut HashMap<u64, String>| {
        let mut line = String::new();
        let more = lines.read_line(&mut line).expect("text") > 0;
        acknowledged.extend(writer::acknowledged(&line));
        more
    };
    while (acknowledged.len() as u64) < events && next(&mut acknowledged) {}
    // Not to wait for anything: the length of the pause is the random moment of the kill.
    std::thread::sleep(moment);
    writer.kill().expect("it runs until it is killed");
    writer.wait().expect("it ends");
    // What it wrote before it died counts as acknowledged.
    while next(&mut acknowledged) {}
    assert!(acknowledged.len() as u64 >= events, "the writer failed by itself");
    acknowledged
}

fn check(bank: &Installation, acknowledged: &BTreeMap<u64, String>) {
    let report = bank.reader.verify().unwrap();
    assert!(report.holds(), "{report:?}");
    assert_eq!((report.entries, report.link), (bank.state.sequence, bank.link));
    assert_eq!(bank.state_bytes(), state_bytes(&refolded(&bank.reader)), "the state is the fold of the log");

    let entries = bank.reader.entries(&EntryFilter::default()).unwrap().entries;
    let links: HashMap<_, _> = entries.iter().map(|entry| (entry.envelope.sequence, hex(&entry.link.0))).collect();
    for (sequence, link) in acknowledged {
        assert_eq!(links.get(sequence), Some(link), "event {sequence} was acknowledged");
    }

    // Decisions are told apart by their time.
    let mut decisions: BTreeMap<_, Vec<&Envelope>> = BTreeMap::new();
    for entry in &entries {
        decisions.entry(entry.envelope.time).or_default().push(&entry.envelope);
    }
    for events in decisions.values() {
        let named = events.iter().filter(|envelope| matches!(envelope.event, Event::OverrideSet { .. })).count();
        assert!(named == 0 || named == PEOPLE, "a decision is there whole or not at all: {events:?}");
    }

    // Every token has the secret that was stored with it, and no session outlives its token.
    let mut with_secret: Vec<TokenId> = Vec::new();
    for credential in bank.reader.credentials().unwrap() {
        match credential.owner {
            CredentialOwner::Token(token) => with_secret.push(token),
            CredentialOwner::SdkKey(sdk_key) => panic!("nobody made the SDK key {sdk_key}"),
        }
    }
    with_secret.sort();
    assert!(with_secret.iter().eq(bank.state.tokens.keys()), "{with_secret:?}");
    for session in bank.reader.sessions().unwrap() {
        assert_eq!(bank.state.tokens[&session.token].revoked, None, "{session:?}");
    }
}
