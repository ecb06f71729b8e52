use std::collections::BTreeSet;

use signalbox_domain::Refusal;
use signalbox_domain::access::Role;
use signalbox_domain::command::NewProject;
use tempfile::TempDir;

use super::*;

/// An engine on a directory of its own.
fn fresh() -> (Arc<Engine>, TempDir) {
    let data_dir = tempfile::tempdir().unwrap();
    (Engine::open(data_dir.path()).unwrap(), data_dir)
}

fn project(key: &str) -> Command {
    Command::CreateProject(NewProject { key: key.parse().unwrap(), name: key.into() })
}

fn token(name: &str) -> Command {
    Command::CreateToken { name: name.into(), role: Role::Admin }
}

/// Everything that can be seen of an engine.
fn seen(engine: &Engine) -> (State, usize) {
    let stored = engine.log().entries(&signalbox_store::EntryFilter::default()).unwrap().entries.len();
    (engine.read(|state, _| state.clone()), stored)
}

#[test]
fn what_is_refused_or_cannot_be_stored_changes_nothing() {
    let (engine, _data_dir) = fresh();
    let with = |secret: &str| Terms { secret: Some(Secret::given(secret.into())), ..Terms::system() };
    engine.submit_blocking(token("Ann"), with("the same secret")).unwrap();
    engine.submit_blocking(project("bank"), Terms::system()).unwrap();
    let before = seen(&engine);
    let mut published = engine.subscribe();

    let refused = engine.submit_blocking(project("bank"), Terms::system());
    assert!(matches!(refused, Err(SubmitError::Refused(Refusal::Exists { .. }))));
    // Two tokens cannot have one secret: the store takes back the whole transaction.
    let failed = engine.submit_blocking(token("Ben"), with("the same secret"));
    assert!(matches!(failed, Err(SubmitError::Fault(_))), "{failed:?}");
    assert_eq!(seen(&engine), before);
    assert!(published.try_recv().is_err());

    engine.submit_blocking(token("Ben"), Terms::system()).unwrap();
    assert_eq!(published.try_recv().unwrap()[0].envelope.sequence, 3);
    assert!(engine.is_ready());
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_come_at_once_stand_one_after_the_other() {
    let (engine, data_dir) = fresh();
    let mut published = engine.subscribe();
    let changes: Vec<_> = (0..50)
        .map(|number| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move { engine.submit(project(&format!("p{number}")), Terms::system()).await })
        })
        .collect();
    let mut sequences = BTreeSet::new();
    for change in changes {
        sequences.extend(change.await.unwrap().unwrap().entries.iter().map(|entry| entry.envelope.sequence));
    }
    assert!(sequences.into_iter().eq(1..=50));

    let mut link = Link::FIRST;
    for sequence in 1..=50 {
        let entries = published.recv().await.unwrap();
        assert_eq!((entries[0].envelope.sequence, entries[0].previous_link), (sequence, link), "in order, chained");
        assert_eq!(engine.log().entry(sequence).unwrap().unwrap(), entries[0]);
        link = entries[0].link;
    }

    let state = engine.read(|state, _| state.clone());
    engine.stop();
    drop(engine);
    let again = Engine::open(data_dir.path()).unwrap();
    assert_eq!(again.read(|again, _| again.clone()), state);
}

#[test]
fn secrets_open_what_they_were_made_for_until_it_is_revoked() {
    let (engine, data_dir) = fresh();
    let boss = engine.submit_blocking(token("Boss"), Terms::system()).unwrap();
    let made = engine.submit_blocking(token("Ann"), Terms::system()).unwrap();
    let (id, secret) = (made.token().unwrap().clone(), made.secret.unwrap());
    let shown = Presented::Token(secret.hash());
    let caller = engine.recognise(&shown).unwrap();
    assert_eq!((&caller.token, caller.role), (&id, Role::Admin));
    let session = engine.open_session(&caller).unwrap();
    let cookie = Presented::Session(session.hash());
    assert_eq!(engine.recognise(&cookie), Some(caller));
    assert_eq!(engine.recognise(&Presented::Token(session.hash())), None, "a cookie is no token");
    drop(engine);

    let engine = Engine::open(data_dir.path()).unwrap();
    assert!(engine.recognise(&shown).is_some() && engine.recognise(&cookie).is_some());
    let version = engine.read(|state, _| state.tokens[&id].version);
    engine.submit_blocking(Command::RevokeToken { token: id }, Terms::system().against(version)).unwrap();
    assert!(engine.recognise(&shown).is_none() && engine.recognise(&cookie).is_none());
    assert!(engine.was_issued(&secret.hash()) && !engine.was_issued(&hash("another")));
    assert!(engine.recognise(&Presented::Token(boss.secret.unwrap().hash())).is_some());
}

#[test]
fn a_stopping_engine_takes_no_changes() {
    let (engine, _data_dir) = fresh();
    engine.begin_stop();
    assert!(!engine.is_ready());
    let refused = engine.submit_blocking(project("bank"), Terms::system());
    assert!(matches!(refused, Err(SubmitError::Unavailable(_))));
    assert_eq!(engine.read(|state, _| state.sequence), 0);
}

#[test]
fn nothing_is_stored_where_nothing_had_to_change() {
    let (engine, _data_dir) = fresh();
    engine.submit_blocking(project("bank"), Terms::system()).unwrap();
    let rename = Command::RenameProject { project: "bank".parse().unwrap(), name: "bank".into() };
    let committed = engine.submit_blocking(rename, Terms::system().against(1)).unwrap();
    assert!(committed.entries.is_empty());
    assert_eq!(engine.read(|state, _| state.sequence), 1);
}
