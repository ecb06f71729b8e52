//! Backups: whole, verified, one file, whatever is written meanwhile.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use signalbox_store::BackupError;

use crate::support::{Installation, files_in, place, tamper};

#[test]
fn a_backup_is_one_whole_file() {
    let directory = tempfile::tempdir().unwrap();
    let bank = Installation::of_a_bank(directory.path());
    let target = tempfile::tempdir().unwrap();
    let file = target.path().join("monday.db");
    let report = bank.reader.backup(&file).unwrap();
    assert_eq!((report.entries, report.link), (bank.state.sequence, bank.link));
    assert_eq!((report.path.as_path(), report.bytes), (file.as_path(), fs::metadata(&file).unwrap().len()));
    assert_eq!(files_in(target.path()), ["monday.db"], "nothing beside it");
    // Reading it leaves nothing beside it either: it is no write-ahead database.
    let connection = rusqlite::Connection::open(&file).unwrap();
    let events: u64 = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
    assert_eq!(events, bank.state.sequence);
    assert_eq!(files_in(target.path()), ["monday.db"]);
}

#[test]
fn backups_made_while_somebody_writes_are_beginnings_of_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let target = tempfile::tempdir().unwrap();
    let reader = bank.reader.clone();
    let done = AtomicBool::new(false);
    let reports = std::thread::scope(|scope| {
        let backups = scope.spawn(|| {
            let mut reports = Vec::new();
            while !done.load(Ordering::SeqCst) {
                let file = target.path().join(format!("{}.db", reports.len()));
                reports.push(reader.backup(&file).unwrap());
            }
            reports
        });
        let at = place("search", "production");
        while !backups.is_finished() {
            bank.kill_and_lift(&at);
            if bank.state.sequence > 150 {
                done.store(true, Ordering::SeqCst);
            }
        }
        backups.join().unwrap()
    });
    assert!(reports.len() > 2, "{} backups", reports.len());
    assert!(reports.last().unwrap().entries > reports[0].entries, "it wrote on meanwhile");
    for report in &reports {
        let last = bank.reader.entry(report.entries).unwrap().unwrap();
        assert_eq!(last.link, report.link);
        let restored = tempfile::tempdir().unwrap();
        let chain = signalbox_store::restore(&report.path, restored.path()).unwrap();
        assert_eq!((chain.entries, chain.link), (report.entries, report.link));
    }
    assert!(bank.reader.verify().unwrap().holds());
}

#[test]
fn a_backup_needs_no_writer_and_holds_up_none() {
    let directory = tempfile::tempdir().unwrap();
    let target = tempfile::tempdir().unwrap();
    drop(Installation::of_a_bank(directory.path()));
    let reader = signalbox_store::read(directory.path()).unwrap();
    assert_eq!(reader.backup(&target.path().join("stopped.db")).unwrap().entries, 6);
    let mut bank = Installation::open(directory.path());
    bank.kill_and_lift(&place("search", "staging"));
    assert_eq!(reader.backup(&target.path().join("running.db")).unwrap().entries, 8);
}

#[test]
fn a_backup_overwrites_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let bank = Installation::of_a_bank(directory.path());
    let file = directory.path().join("precious.txt");
    fs::write(&file, "precious").unwrap();
    for existing in [file.clone(), directory.path().join(signalbox_store::DATABASE)] {
        let refused = bank.reader.backup(&existing).unwrap_err();
        assert!(matches!(refused, BackupError::Exists(_)), "{refused}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    let refused = bank.reader.backup(&directory.path().join("no/such/directory/backup.db")).unwrap_err();
    assert!(matches!(refused, BackupError::File { .. }), "{refused}");
    assert!(bank.reader.verify().unwrap().holds());
}

#[test]
fn a_log_that_does_not_hold_is_not_backed_up() {
    let directory = tempfile::tempdir().unwrap();
    drop(Installation::of_a_bank(directory.path()));
    tamper(directory.path(), "UPDATE events SET link = zeroblob(32) WHERE sequence = 3");
    let target = tempfile::tempdir().unwrap();
    let refused =
        signalbox_store::read(directory.path()).unwrap().backup(&target.path().join("backup.db")).unwrap_err();
    assert!(matches!(&refused, BackupError::Unverified(why) if why.contains("event 3")), "{refused}");
    assert_eq!(files_in(target.path()), [""; 0], "nothing is left behind");
}
