//! Files that are not what they should be: refused with the way out, and left as they are.

use std::fs;
use std::path::Path;

use signalbox_store::{DATABASE, OpenError};

use crate::support::{Installation, OF_THE_FIRST_TABLES, files_in, place, tamper};

/// The version of the file, and of this program: it has just been made.
fn schema_version(directory: &Path) -> u32 {
    let connection = rusqlite::Connection::open(directory.join(DATABASE)).unwrap();
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn refused(directory: &Path) -> OpenError {
    let file = directory.join(DATABASE);
    let before = fs::read(&file).unwrap();
    let reading = signalbox_store::read(directory).unwrap_err();
    let writing = signalbox_store::open(directory).unwrap_err();
    assert_eq!(reading.to_string(), writing.to_string());
    assert_eq!(fs::read(&file).unwrap(), before, "the file is untouched");
    writing
}

#[test]
fn a_newer_file_is_refused_with_both_versions() {
    let directory = tempfile::tempdir().unwrap();
    drop(Installation::of_a_bank(directory.path()));
    let known = schema_version(directory.path());
    tamper(directory.path(), "CREATE TABLE what_is_to_come (x); PRAGMA user_version = 2140123199");
    let error = refused(directory.path());
    assert!(matches!(error, OpenError::Newer { found: 2_140_123_199, .. }), "{error}");
    let message = error.to_string();
    for part in ["2140123199", &known.to_string(), "use a newer Signalbox", "restore a backup", DATABASE] {
        assert!(message.contains(part), "{part:?} in {message}");
    }
}

#[test]
fn a_newer_version_in_the_write_ahead_log_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    drop(Installation::of_a_bank(directory.path()));
    // The new version number is not in the file itself yet: as after a crash of a newer Signalbox.
    let newer = rusqlite::Connection::open(directory.path().join(DATABASE)).unwrap();
    newer.pragma_update(None, "user_version", 2_140_123_199).unwrap();
    let error = refused(directory.path());
    assert!(matches!(error, OpenError::Newer { found: 2_140_123_199, .. }), "{error}");
}

#[test]
fn an_older_file_is_brought_up_to_date_with_all_it_holds() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    bank.override_for(&place("payments", "production"), &["customer-1"]);
    let (bytes, link) = (bank.state_bytes(), bank.link);
    drop(bank);
    let known = schema_version(directory.path());
    // As it was before there were credentials and sessions.
    let connection = rusqlite::Connection::open(directory.path().join(DATABASE)).unwrap();
    connection.execute_batch(OF_THE_FIRST_TABLES).unwrap();
    drop(connection);

    let error = signalbox_store::read(directory.path()).unwrap_err();
    assert!(matches!(error, OpenError::Older { found: 2_026_112_203, .. }), "{error}");
    assert!(error.to_string().contains("start the server on it once"), "{error}");

    let mut bank = Installation::open(directory.path());
    assert_eq!((bank.state_bytes(), bank.link), (bytes, link));
    bank.create_token("Bob Example", [1; 32]);
    assert_eq!(bank.reader.credentials().unwrap().len(), 1);
    assert!(bank.reader.verify().unwrap().holds());
    assert_eq!(schema_version(directory.path()), known);
}

#[test]
fn what_is_no_database_is_refused() {
    let whole = {
        let directory = tempfile::tempdir().unwrap();
        let mut bank = Installation::of_a_bank(directory.path());
        bank.kill_and_lift(&place("search", "staging"));
        drop(bank);
        fs::read(directory.path().join(DATABASE)).unwrap()
    };
    let others = {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("notes.db");
        rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE notes (text)").unwrap();
        fs::read(file).unwrap()
    };
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("empty", Vec::new(), "only 0 bytes"),
        ("a few bytes", whole[..50].to_vec(), "only 50 bytes"),
        ("text", "Dear diary, ".repeat(2_000).into_bytes(), "no SQLite file"),
        ("zeros", vec![0; 40_960], "no SQLite file"),
        ("another program's", others, "another program"),
        ("half", whole[..whole.len() / 2].to_vec(), "cut off"),
        ("all but one page", whole[..whole.len() - 4_096].to_vec(), "cut off"),
        ("all but one byte", whole[..whole.len() - 1].to_vec(), "cut off"),
    ];
    for (what, bytes, why) in cases {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(DATABASE), bytes).unwrap();
        let error = refused(directory.path());
        let message = error.to_string();
        assert!(matches!(error, OpenError::NotWhole { .. }), "{what}: {message}");
        assert!(message.contains(why) && message.contains("restore a backup"), "{what}: {message}");
    }
}

#[test]
fn a_file_with_damaged_pages_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(Installation::of_a_bank(directory.path()));
    let file = directory.path().join(DATABASE);
    let mut bytes = fs::read(&file).unwrap();
    for page in bytes.chunks_mut(4_096).skip(1) {
        page.fill(0xa5);
    }
    fs::write(&file, &bytes).unwrap();
    let message = signalbox_store::open(directory.path()).unwrap_err().to_string();
    assert!(message.contains("malformed"), "{message}");
}

#[test]
fn making_a_database_begins_anew_when_it_was_cut_off() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("signalbox.db.creating"), "half a database").unwrap();
    drop(Installation::of_a_bank(directory.path()));
    assert!(!files_in(directory.path()).iter().any(|name| name.contains("creating")));
}

#[test]
fn a_lost_database_is_not_replaced_by_an_empty_one() {
    let directory = tempfile::tempdir().unwrap();
    let bank = Installation::of_a_bank(directory.path());
    let log = fs::read(directory.path().join("signalbox.db-wal")).unwrap();
    drop(bank);
    fs::remove_file(directory.path().join(DATABASE)).unwrap();
    fs::write(directory.path().join("signalbox.db-wal"), log).unwrap();
    let error = signalbox_store::open(directory.path()).unwrap_err();
    assert!(matches!(error, OpenError::NotWhole { .. }), "{error}");
    assert!(error.to_string().contains("its write-ahead log is there"), "{error}");
}

#[test]
fn a_directory_without_data_is_not_read() {
    let directory = tempfile::tempdir().unwrap();
    let error = signalbox_store::read(directory.path()).unwrap_err();
    assert!(matches!(error, OpenError::Missing { .. }), "{error}");
    assert_eq!(files_in(directory.path()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    let bank = Installation::of_a_bank(&directory);
    let backup = parent.path().join("backup.db");
    bank.reader.backup(&backup).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for file in ["signalbox.db", "signalbox.db-wal", "signalbox.db-shm"] {
        assert_eq!(mode(&directory.join(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&backup), 0o600);
}
