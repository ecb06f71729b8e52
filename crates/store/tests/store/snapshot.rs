//! A snapshot saves time and is never believed over the log.

use signalbox_store::WriteError;

use crate::support::{Installation, place, tamper};

#[test]
fn a_start_from_the_snapshot_is_the_start_from_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    bank.override_for(&place("payments", "production"), &["customer-1", "customer-2"]);
    bank.log.write_snapshot(&bank.state).unwrap();
    bank.kill_and_lift(&place("search", "production"));
    let bytes = bank.state_bytes();
    drop(bank);

    let from_snapshot = Installation::open(directory.path());
    assert_eq!(from_snapshot.state_bytes(), bytes);
    let link = from_snapshot.link;
    drop(from_snapshot);

    tamper(directory.path(), "DELETE FROM snapshot");
    let from_log = Installation::open(directory.path());
    assert_eq!(from_log.state_bytes(), bytes);
    assert_eq!(from_log.link, link);
}

#[test]
fn a_start_from_the_snapshot_reads_only_what_came_after() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    bank.log.write_snapshot(&bank.state).unwrap();
    bank.kill_and_lift(&place("search", "production"));
    let bytes = bank.state_bytes();
    drop(bank);
    // An event before the snapshot is not read at a start; the check of the whole log finds it.
    tamper(directory.path(), "UPDATE events SET bytes = x'00' WHERE sequence = 2");
    let bank = Installation::open(directory.path());
    assert_eq!(bank.state_bytes(), bytes);
    assert_eq!(bank.reader.verify().unwrap().broken_at, Some(2));
}

#[test]
fn a_snapshot_that_does_not_fit_is_as_good_as_none() {
    let another_state = "UPDATE snapshot SET state = CAST(replace(state, 'Bank', 'Bonk') AS BLOB)";
    let cases = [
        ("another format", "UPDATE snapshot SET format = format + 1"),
        ("damaged", another_state),
        ("unreadable", "UPDATE snapshot SET state = x'7b'"),
        ("of another log", "UPDATE snapshot SET link = zeroblob(32)"),
        ("of another event", "UPDATE snapshot SET sequence = sequence - 1"),
        ("of an event to come", "UPDATE snapshot SET sequence = 1000"),
    ];
    for (what, sql) in cases {
        let directory = tempfile::tempdir().unwrap();
        let mut bank = Installation::of_a_bank(directory.path());
        bank.kill_and_lift(&place("search", "production"));
        bank.log.write_snapshot(&bank.state).unwrap();
        let bytes = bank.state_bytes();
        drop(bank);
        tamper(directory.path(), sql);
        let again = Installation::open(directory.path());
        assert_eq!(again.state_bytes(), bytes, "a snapshot {what}");
        assert!(again.reader.verify().unwrap().holds(), "a snapshot {what}");
    }
}

#[test]
fn a_snapshot_follows_the_log_and_needs_one() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::open(directory.path());
    bank.log.write_snapshot(&bank.state).expect("an empty state needs no snapshot");
    bank.set_up();
    let mut ahead = bank.state.clone();
    ahead.sequence += 1;
    let refused = bank.log.write_snapshot(&ahead).unwrap_err();
    assert!(matches!(refused, WriteError::OutOfOrder { given: 7, next: 7 }), "{refused}");
    for _ in 0..3 {
        bank.kill_and_lift(&place("search", "staging"));
        bank.log.write_snapshot(&bank.state).unwrap();
    }
    let bytes = bank.state_bytes();
    drop(bank);
    assert_eq!(Installation::open(directory.path()).state_bytes(), bytes);
}
