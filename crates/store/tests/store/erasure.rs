//! What is erased is in no file any more, wherever SQLite had put it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use signalbox_domain::Timestamp;
use signalbox_domain::command::Command;
use signalbox_domain::decide::Decision;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;
use signalbox_domain::key::ActorId;
use signalbox_store::DATABASE;

use crate::support::{Installation, files_in, place};

/// Every byte of every file in the directory.
fn bytes_in(directory: &Path) -> Vec<u8> {
    files_in(directory).iter().flat_map(|name| fs::read(directory.join(name)).unwrap()).collect()
}

fn holds(bytes: &[u8], value: &str) -> bool {
    bytes.windows(value.len()).any(|window| window == value.as_bytes())
}

/// A person's key: the number again and again, so that any piece of it tells whose it was. Lengths differ, so that
/// pages fill up in many ways.
fn person(number: usize) -> String {
    format!("[{number:05}]").repeat(1 + number * 31 % 70)
}

/// The people of whom a piece is left in these bytes.
fn people_in(bytes: &[u8]) -> BTreeSet<usize> {
    let pieces = bytes.windows(7).filter(|piece| piece[0] == b'[' && piece[6] == b']');
    pieces.filter_map(|piece| std::str::from_utf8(&piece[1..6]).ok()?.parse().ok()).collect()
}

/// Three rounds of five hundred people, each in one decision: the table grows, and its pages split.
fn crowded(directory: &Path) -> Installation {
    let mut bank = Installation::of_a_bank(directory);
    for (round, (flag, environment)) in
        [("payments", "staging"), ("search", "staging"), ("payments", "production")].into_iter().enumerate()
    {
        let people: Vec<_> = (round * 500..(round + 1) * 500).map(person).collect();
        bank.override_for(&place(flag, environment), &people.iter().map(String::as_str).collect::<Vec<_>>());
    }
    bank
}

/// Erases many values in one decision.
fn erase_all(bank: &mut Installation, values: impl Iterator<Item = String>) {
    let commitments: Vec<_> = values.flat_map(|value| bank.vault.commitments_of(&value)).collect();
    let envelope = Envelope {
        sequence: bank.state.sequence + 1,
        time: Timestamp::from_millis(bank.state.time.millis() + 1),
        actor: ActorId::System,
        reason: None,
        event: Event::PersonalValuesErased { commitments: commitments.clone() },
    };
    let decision = Decision { envelopes: vec![envelope], personal: Vec::new(), erased: commitments, report: None };
    bank.store(&decision, None).expect("it is stored");
}

#[test]
fn an_erased_value_is_in_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = crowded(directory.path());
    bank.log.write_snapshot(&bank.state).unwrap();
    let everybody: BTreeSet<_> = (0..1_500).collect();
    assert_eq!(people_in(&bytes_in(directory.path())), everybody, "the search finds who is there");

    // One by one, as people ask for it, and then many at once.
    let one_by_one = [0, 777, 1_499];
    for number in one_by_one {
        bank.act(Command::Erase { value: person(number) });
        assert!(!people_in(&bytes_in(directory.path())).contains(&number), "{number}");
    }
    let kept = |number: &usize| number % 3 == 1 && !one_by_one.contains(number);
    erase_all(&mut bank, everybody.iter().copied().filter(|number| !kept(number)).map(person));
    assert!(bank.log.finish_erasure().unwrap(), "nothing is left to do");
    let remaining: BTreeSet<_> = everybody.into_iter().filter(kept).collect();
    assert_eq!(people_in(&bytes_in(directory.path())), remaining);

    assert!(bank.reader.verify().unwrap().holds());
    let backup = directory.path().join("backup");
    bank.reader.backup(&backup).unwrap();
    assert_eq!(people_in(&fs::read(&backup).unwrap()), remaining, "a backup has no more than its original");
    drop(bank);

    let bank = Installation::open(directory.path());
    assert_eq!(bank.vault.commitments_of(&person(777)), []);
    assert_eq!(bank.vault.commitments_of(&person(1)).len(), 1);
}

#[test]
fn an_erasure_under_a_long_read_is_finished_after_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    bank.override_for(&place("payments", "production"), &["customer-1"]);
    let long_read = rusqlite::Connection::open(directory.path().join(DATABASE)).unwrap();
    let read = |sql: &str| long_read.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    long_read.execute_batch("BEGIN").unwrap();
    assert_eq!(read("SELECT count(*) FROM personal_values WHERE value = 'customer-1'"), 1);

    // The erasure is stored at once and holds nobody up; the old page stays as long as somebody reads from it.
    bank.act(Command::Erase { value: "customer-1".into() });
    assert!(!bank.log.finish_erasure().unwrap());
    assert!(holds(&bytes_in(directory.path()), "customer-1"));
    long_read.execute_batch("COMMIT").unwrap();

    // The next write, whatever it is, finishes it.
    bank.kill_and_lift(&place("search", "staging"));
    assert!(!holds(&bytes_in(directory.path()), "customer-1"));
    assert!(bank.log.finish_erasure().unwrap());
    assert!(bank.reader.verify().unwrap().holds());
}

#[test]
fn an_erasure_cut_off_by_the_end_of_the_process_is_finished_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    bank.override_for(&place("payments", "production"), &["customer-1"]);
    let long_read = rusqlite::Connection::open(directory.path().join(DATABASE)).unwrap();
    long_read.execute_batch("BEGIN; SELECT * FROM personal_values").unwrap();
    bank.act(Command::Erase { value: "customer-1".into() });

    // The files as a process leaves them that ends at this moment.
    let ended = tempfile::tempdir().unwrap();
    for name in [DATABASE, "signalbox.db-wal"] {
        fs::copy(directory.path().join(name), ended.path().join(name)).unwrap();
    }
    assert!(holds(&bytes_in(ended.path()), "customer-1"));
    let again = Installation::open(ended.path());
    assert!(!holds(&bytes_in(ended.path()), "customer-1"));
    assert_eq!(again.state_bytes(), bank.state_bytes());
}
