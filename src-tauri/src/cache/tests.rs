use std::fs;
use std::path::PathBuf;

use serde_json::json;
use signalbox_domain::access::Role;
use signalbox_domain::key::{ActorId, TokenId};
use signalbox_domain::words::Words;

use super::*;
use crate::home::beside;

struct Folder {
    _temporary: tempfile::TempDir,
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("cache").join("demo.db");
        Self { _temporary: temporary, path }
    }

    fn open(&self) -> Cache {
        Cache::open(&self.path, "demo")
    }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn changed(name: &str, version: u64, body: Value) -> Changed {
    Changed { resource: ResourceName::from_stored(name.into()), version, content: Content::Body(body) }
}

fn gone(name: &str, version: u64) -> Changed {
    Changed { resource: ResourceName::from_stored(name.into()), version, content: Content::Gone(true) }
}

fn change(seq: u64, changed: Vec<Changed>) -> Change {
    Change { seq, words: String::new(), kind: "flag_changed".into(), notice: None, changed }
}

fn me(token: &str) -> Me {
    Me { token: TokenId::new(token).unwrap(), name: "Ann".into(), role: Role::Admin }
}

fn entry(sequence: u64) -> AuditEntry {
    AuditEntry {
        sequence,
        time: at(0),
        actor: ActorId::System,
        kind: "flag_created".into(),
        words: Words {
            actor: "Ann".into(),
            action: "created".into(),
            subject: "a flag".into(),
            environment: None,
            before: None,
            after: None,
            consequence: None,
        },
        reason: None,
        reason_awaited: false,
        project: None,
        flag: None,
        environment: None,
        previous_link: String::new(),
        link: String::new(),
    }
}

fn names(cache: &Cache) -> Vec<String> {
    let resources = cache.snapshot().map(|snapshot| snapshot.resources).unwrap_or_default();
    resources.into_iter().map(|changed| changed.resource.as_str().to_owned()).collect()
}

/// A cache at sequence 7 with two resources.
fn filled(folder: &Folder) -> Cache {
    let mut cache = folder.open();
    cache.set_me(me("tok_ann"));
    let resources = vec![changed("projects/a", 3, json!({ "share": 10.0 })), changed("projects/b", 7, json!("b"))];
    cache.replace(Snapshot { seq: 7, resources }, at(1_000));
    cache
}

#[test]
fn a_new_cache_knows_nothing() {
    let folder = Folder::new();
    let cache = folder.open();
    assert_eq!((cache.seq(), cache.as_of(), cache.me(), cache.snapshot()), (None, None, None, None));
}

#[test]
fn what_is_known_is_there_after_a_restart() {
    let folder = Folder::new();
    let before = filled(&folder);
    let snapshot = before.snapshot();
    drop(before);
    let cache = folder.open();
    assert_eq!((cache.seq(), cache.as_of(), cache.me()), (Some(7), Some(at(1_000)), Some(&me("tok_ann"))));
    assert_eq!(cache.snapshot(), snapshot);
    assert_eq!(snapshot.unwrap().resources[0], changed("projects/a", 3, json!({ "share": 10.0 })));
}

#[test]
fn changes_are_there_after_a_restart() {
    let folder = Folder::new();
    let mut cache = filled(&folder);
    cache.apply(change(9, vec![changed("projects/a", 9, json!("new")), gone("projects/b", 9)]), at(2_000));
    cache.apply(change(8, vec![changed("projects/a", 8, json!("late"))]), at(3_000));
    cache.caught_up(12, at(4_000));
    let snapshot = cache.snapshot();
    drop(cache);
    let cache = folder.open();
    assert_eq!((cache.seq(), cache.as_of()), (Some(12), Some(at(4_000))));
    assert_eq!(cache.snapshot(), snapshot);
    assert_eq!(snapshot.unwrap().resources, [changed("projects/a", 9, json!("new"))]);
}

#[test]
fn when_the_server_was_heard_last_is_written_when_it_is_lost() {
    let folder = Folder::new();
    let mut cache = filled(&folder);
    cache.heard(at(9_000));
    cache.lost();
    drop(cache);
    assert_eq!(folder.open().as_of(), Some(at(9_000)));
}

#[test]
fn a_snapshot_replaces_everything() {
    let folder = Folder::new();
    let mut cache = filled(&folder);
    cache.put_history(&[entry(7)]);
    cache.replace(Snapshot { seq: 3, resources: vec![changed("projects/c", 1, json!(1))] }, at(2_000));
    drop(cache);
    let cache = folder.open();
    assert_eq!((cache.seq(), names(&cache)), (Some(3), vec!["projects/c".to_owned()]));
}

#[test]
fn what_somebody_else_saw_is_forgotten() {
    let folder = Folder::new();
    let mut cache = filled(&folder);
    cache.set_me(me("tok_ann"));
    assert_eq!(cache.seq(), Some(7));
    cache.set_me(me("tok_bea"));
    assert_eq!((cache.seq(), cache.snapshot()), (None, None));
    drop(cache);
    let cache = folder.open();
    assert_eq!((cache.seq(), cache.me(), names(&cache)), (None, Some(&me("tok_bea")), vec![]));
}

#[test]
fn the_history_has_no_gap_and_an_end() {
    let folder = Folder::new();
    let mut cache = filled(&folder);
    cache.put_history(&[entry(5), entry(4), entry(3)]);
    // Meanwhile 6 to 19 were missed.
    cache.put_history(&[entry(21), entry(20)]);
    let history =
        |cache: &Cache| names(cache).into_iter().filter(|name| name.starts_with("audit/")).collect::<Vec<_>>();
    assert_eq!(history(&cache), [20, 21].map(|sequence| ResourceName::audit_entry(sequence).as_str().to_owned()));

    for sequence in 22..=22 + HISTORY as u64 {
        let name = ResourceName::audit_entry(sequence);
        cache.apply(change(sequence, vec![changed(name.as_str(), sequence, json!({}))]), at(0));
    }
    assert_eq!(history(&cache).len(), HISTORY);
    let kept = history(&cache);
    drop(cache);
    assert_eq!(history(&folder.open()), kept);
}

#[test]
fn an_answer_before_the_first_snapshot_is_not_kept() {
    let folder = Folder::new();
    let mut cache = folder.open();
    cache.put_history(&[entry(1)]);
    assert_eq!(cache.snapshot(), None);
    drop(cache);
    assert_eq!(folder.open().snapshot(), None);
}

/// Checks that a file that was spoilt in this way is set aside, and the cache works anew.
#[track_caller]
fn check_set_aside(spoil: impl FnOnce(&Path)) {
    let folder = Folder::new();
    drop(filled(&folder));
    spoil(&folder.path);
    let cache = folder.open();
    assert_eq!((cache.seq(), cache.me(), cache.snapshot()), (None, None, None));
    drop(cache);
    assert!(beside(&folder.path, ".set-aside").exists());
    drop(filled(&folder));
    assert_eq!(folder.open().seq(), Some(7), "the new file is kept");
}

fn execute(path: &Path, statement: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(statement).unwrap();
}

#[test]
fn a_file_that_is_no_database_is_set_aside() {
    check_set_aside(|path| fs::write(path, "not a database, not at all, whatever its name may say").unwrap());
}

#[test]
fn a_file_cut_short_is_set_aside() {
    check_set_aside(|path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    });
}

#[test]
fn a_file_of_a_newer_version_is_set_aside() {
    check_set_aside(|path| execute(path, "PRAGMA user_version = 99"));
}

#[test]
fn a_file_with_something_else_in_it_is_set_aside() {
    check_set_aside(|path| execute(path, "DROP TABLE resource"));
    check_set_aside(|path| execute(path, "UPDATE resource SET body = '{'"));
    check_set_aside(|path| execute(path, "UPDATE fact SET value = '[]' WHERE name = 'seq'"));
}

#[test]
fn a_deleted_cache_leaves_nothing() {
    let folder = Folder::new();
    drop(filled(&folder));
    fs::write(&folder.path, "damaged").unwrap();
    drop(filled(&folder));
    Cache::delete(&folder.path).unwrap();
    Cache::delete(&folder.path).unwrap();
    assert_eq!(fs::read_dir(folder.path.parent().unwrap()).unwrap().count(), 0);
}

#[test]
fn a_file_of_another_place_is_set_aside() {
    let folder = Folder::new();
    drop(filled(&folder));
    assert_eq!(Cache::open(&folder.path, "remote https://elsewhere.example").seq(), None);
}

#[test]
fn without_a_place_for_the_file_it_works_until_the_end() {
    let folder = Folder::new();
    fs::write(folder.path.parent().unwrap(), "a file where the folder should be").unwrap();
    let cache = filled(&folder);
    assert_eq!(cache.seq(), Some(7));
    drop(cache);
    assert_eq!(folder.open().seq(), None);
}

#[test]
fn after_a_failed_write_the_file_stays_as_it_was() {
    let folder = Folder::new();
    let mut cache = filled(&folder);
    execute(&folder.path, "CREATE TRIGGER full BEFORE INSERT ON resource BEGIN SELECT RAISE(ABORT, 'full'); END");
    cache.apply(change(8, vec![changed("projects/a", 8, json!("lost on disk"))]), at(2_000));
    cache.apply(change(9, vec![gone("projects/b", 9)]), at(3_000));
    assert_eq!((cache.seq(), names(&cache)), (Some(9), vec!["projects/a".to_owned()]));
    drop(cache);
    // The stream goes on from what is on disk, so nothing is missed.
    let cache = folder.open();
    assert_eq!((cache.seq(), names(&cache).len()), (Some(7), 2));
}
