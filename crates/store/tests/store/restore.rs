//! Restoring: all of a whole backup into an empty directory, or nothing.

use std::fs;
use std::path::{Path, PathBuf};

use signalbox_domain::Timestamp;
use signalbox_store::{DATABASE, OpenError, RestoreError, Session, restore};

use crate::support::{Installation, OF_THE_FIRST_TABLES, files_in, place, tamper};

/// A bank and a backup of it.
struct BackedUp {
    bank: Installation,
    backup: PathBuf,
    _directory: tempfile::TempDir,
}

fn backed_up() -> BackedUp {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(&directory.path().join("data"));
    bank.override_for(&place("payments", "production"), &["customer-1"]);
    let token = bank.create_token("Bob Example", [1; 32]);
    let session = Session { hash: [2; 32], token, expires: Timestamp::from_millis(900) };
    bank.log.open_session(&session, Timestamp::from_millis(0)).unwrap();
    bank.log.write_snapshot(&bank.state).unwrap();
    let backup = directory.path().join("backup.db");
    bank.reader.backup(&backup).unwrap();
    BackedUp { bank, backup, _directory: directory }
}

#[test]
fn a_restored_directory_is_as_it_was() {
    let BackedUp { bank, backup, _directory } = backed_up();
    let before = fs::read(&backup).unwrap();
    let target = tempfile::tempdir().unwrap();
    let data = target.path().join("made/on/the/way");
    let report = restore(&backup, &data).unwrap();
    assert_eq!((report.entries, report.link, report.holds()), (bank.state.sequence, bank.link, true));
    assert_eq!(fs::read(&backup).unwrap(), before, "the backup is untouched");

    let restored = Installation::open(&data);
    assert_eq!(restored.state_bytes(), bank.state_bytes());
    assert_eq!(restored.vault.commitments_of("customer-1"), bank.vault.commitments_of("customer-1"));
    assert_eq!(restored.reader.credentials().unwrap(), bank.reader.credentials().unwrap());
    assert_eq!(restored.reader.sessions().unwrap(), [], "everybody signs in anew");
    assert_eq!(bank.reader.sessions().unwrap().len(), 1);
}

#[test]
fn only_an_empty_directory_is_restored_into() {
    let BackedUp { backup, _directory, .. } = backed_up();
    let check = |fill: &dyn Fn(&Path), holds: &str| {
        let target = tempfile::tempdir().unwrap();
        fill(target.path());
        let before = files_in(target.path());
        let refused = restore(&backup, target.path()).unwrap_err();
        let message = refused.to_string();
        assert!(matches!(refused, RestoreError::NotEmpty { .. }), "{message}");
        assert!(message.contains(holds) && message.contains("restore into a new one"), "{message}");
        let left: Vec<_> = files_in(target.path()).into_iter().filter(|name| name != "signalbox.lock").collect();
        let before: Vec<_> = before.into_iter().filter(|name| name != "signalbox.lock").collect();
        assert_eq!(left, before);
    };
    check(&|directory| drop(Installation::of_a_bank(directory)), DATABASE);
    check(&|directory| fs::write(directory.join("notes.txt"), "").unwrap(), "notes.txt");
    check(&|directory| fs::write(directory.join("signalbox.db-wal"), "lost").unwrap(), "signalbox.db-wal");

    let target = tempfile::tempdir().unwrap();
    let running = Installation::of_a_bank(target.path());
    let refused = restore(&backup, target.path()).unwrap_err();
    assert!(matches!(refused, RestoreError::Open(OpenError::InUse { .. })), "{refused}");
    assert!(running.reader.verify().unwrap().holds());
}

#[test]
fn only_a_whole_backup_is_restored() {
    let BackedUp { backup, _directory, .. } = backed_up();
    let check = |what: &str, spoil: &dyn Fn(&Path), why: &str| {
        let place = tempfile::tempdir().unwrap();
        let spoilt = place.path().join(DATABASE);
        fs::copy(&backup, &spoilt).unwrap();
        spoil(place.path());
        let target = tempfile::tempdir().unwrap();
        let refused = restore(&spoilt, target.path()).unwrap_err().to_string();
        assert!(refused.contains(why) && refused.contains("signalbox.db"), "{what}: {refused}");
        assert!(!refused.contains("restoring"), "it speaks of the backup: {refused}");
        assert!(files_in(target.path()).iter().all(|name| name == "signalbox.lock"), "{what}");
        restore(&backup, target.path()).expect("the directory can be restored into still");
    };
    let spoil_bytes = |change: fn(&mut Vec<u8>)| {
        move |directory: &Path| {
            let file = directory.join(DATABASE);
            let mut bytes = fs::read(&file).unwrap();
            change(&mut bytes);
            fs::write(&file, bytes).unwrap();
        }
    };
    check("gone", &|directory| fs::remove_file(directory.join(DATABASE)).unwrap(), "No such file");
    check("empty", &spoil_bytes(Vec::clear), "only 0 bytes");
    check("text", &spoil_bytes(|bytes| bytes.fill(b' ')), "no SQLite file");
    check("cut off", &spoil_bytes(|bytes| bytes.truncate(bytes.len() / 2)), "cut off");
    check("damaged", &spoil_bytes(|bytes| bytes[4_096..].fill(0xa5)), "malformed");
    check("newer", &|directory| tamper(directory, "PRAGMA user_version = 2140123199"), "use a newer Signalbox");
    let changed = "UPDATE events SET bytes = CAST(replace(bytes, 'Bank', 'Bonk') AS BLOB) WHERE sequence = 1";
    check("changed", &|directory| tamper(directory, changed), "event 1");
    check("shortened", &|directory| tamper(directory, "DELETE FROM events WHERE sequence > 6"), "event 7");
    let live = |directory: &Path| fs::write(directory.join("signalbox.db-wal"), "newer changes").unwrap();
    check("live", &live, "write-ahead log beside it");
}

#[test]
fn a_restore_that_was_cut_off_is_noticed_and_repeated() {
    let BackedUp { bank, backup, _directory } = backed_up();
    let target = tempfile::tempdir().unwrap();
    let whole = fs::read(&backup).unwrap();
    fs::write(target.path().join("signalbox.db.restoring"), &whole[..whole.len() / 2]).unwrap();
    fs::write(target.path().join("signalbox.db.restoring-journal"), "").unwrap();

    let refused = signalbox_store::open(target.path()).unwrap_err();
    assert!(matches!(refused, OpenError::RestoreUnfinished { .. }), "{refused}");
    assert!(refused.to_string().contains("restore again, or remove"), "{refused}");

    restore(&backup, target.path()).unwrap();
    assert_eq!(files_in(target.path()), ["signalbox.db", "signalbox.lock"]);
    assert_eq!(Installation::open(target.path()).state_bytes(), bank.state_bytes());
}

#[test]
fn an_older_backup_is_brought_up_to_date() {
    let BackedUp { bank, backup, _directory } = backed_up();
    let connection = rusqlite::Connection::open(&backup).unwrap();
    connection.execute_batch(OF_THE_FIRST_TABLES).unwrap();
    drop(connection);
    let target = tempfile::tempdir().unwrap();
    restore(&backup, target.path()).unwrap();
    let restored = Installation::open(target.path());
    assert_eq!(restored.state_bytes(), bank.state_bytes());
    assert_eq!(restored.reader.credentials().unwrap(), []);
}
