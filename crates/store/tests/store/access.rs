//! Secrets and sessions: a hash is kept for good, a session until it ends.

use signalbox_domain::Timestamp;
use signalbox_domain::access::{Role, SdkKeyKind};
use signalbox_domain::command::Command;
use signalbox_domain::decide::Decision;
use signalbox_domain::key::TokenId;
use signalbox_store::{Credential, CredentialOwner, EntryFilter, Session, WriteError};

use crate::support::{Installation, Terms, environment, project};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn secrets_are_kept_even_when_they_are_revoked() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let token = bank.create_token("Bob Example", [1; 32]);
    let command = Command::CreateSdkKey {
        project: project(),
        environment: environment("staging"),
        name: "Web shop".into(),
        kind: SdkKeyKind::Server,
    };
    bank.act_on(command, Terms { credential: Some([2; 32]), ..Terms::default() });
    let sdk_key = bank.state.sdk_keys.keys().next().unwrap().clone();
    let credentials = [
        Credential { hash: [1; 32], owner: CredentialOwner::Token(token.clone()) },
        Credential { hash: [2; 32], owner: CredentialOwner::SdkKey(sdk_key.clone()) },
    ];
    drop(bank);

    let mut bank = Installation::open(directory.path());
    assert_eq!(bank.reader.credentials().unwrap(), credentials);
    bank.revoke_token(&token);
    let version = Some(bank.state.sdk_keys[&sdk_key].version);
    bank.act_on(Command::RevokeSdkKey { sdk_key }, Terms { version, ..Terms::default() });
    drop(bank);

    // Who shows one of them later is told from somebody with a secret that nobody ever handed out.
    let bank = Installation::open(directory.path());
    assert_eq!(bank.reader.credentials().unwrap(), credentials);
}

#[test]
fn a_secret_is_handed_out_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let token = bank.create_token("Bob Example", [1; 32]);
    bank.revoke_token(&token);
    let entries = bank.reader.entries(&EntryFilter::default()).unwrap();
    let credentials = bank.reader.credentials().unwrap();

    let command = Command::CreateToken { name: "Cem Example".into(), role: Role::Viewer };
    let decision = bank.decide(command, Terms::default());
    let refused = bank.store(&decision, Some([1; 32])).unwrap_err();
    assert!(matches!(refused, WriteError::SecretTaken), "not even when it was revoked: {refused}");
    let second = Credential { hash: [3; 32], owner: CredentialOwner::Token(token) };
    let refused = bank.log.append(&Decision::default(), &[second]).unwrap_err();
    assert!(matches!(refused, WriteError::SecretTaken), "not a second one for the same owner: {refused}");

    assert_eq!(bank.reader.entries(&EntryFilter::default()).unwrap(), entries, "nothing of it was stored");
    assert_eq!(bank.reader.credentials().unwrap(), credentials);
    drop(bank);
    assert_eq!(Installation::open(directory.path()).vault.commitments_of("Cem Example"), []);
}

#[test]
fn sessions_last_until_they_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    let bob = bank.create_token("Bob Example", [1; 32]);
    let cem = bank.create_token("Cem Example", [2; 32]);
    let session = |number: u8, token: &TokenId, expires| Session {
        hash: [number; 32],
        token: token.clone(),
        expires: at(expires),
    };
    let [short, long, others] = [session(11, &bob, 100), session(12, &bob, 900), session(13, &cem, 900)];
    for opened in [&short, &long, &others] {
        bank.log.open_session(opened, at(0)).unwrap();
    }
    drop(bank);

    let mut bank = Installation::open(directory.path());
    assert_eq!(bank.reader.sessions().unwrap(), [short.clone(), long.clone(), others.clone()]);
    let next = session(14, &cem, 900);
    bank.log.open_session(&next, at(99)).unwrap();
    assert_eq!(bank.reader.sessions().unwrap(), [short, long.clone(), others.clone(), next.clone()]);
    bank.log.close_session(&next.hash).unwrap();
    bank.log.close_session(&next.hash).expect("there may be none");
    bank.log.open_session(&next, at(100)).unwrap();
    assert_eq!(bank.reader.sessions().unwrap(), [long, others.clone(), next.clone()], "the short one ended");

    bank.revoke_token(&bob);
    assert_eq!(bank.reader.sessions().unwrap(), [others, next], "they go with their token");
    let nobody = session(15, &TokenId::new("tok_nobody").unwrap(), 900);
    let refused = bank.log.open_session(&nobody, at(0)).unwrap_err();
    assert!(matches!(refused, WriteError::UnknownToken(_)), "{refused}");
}
