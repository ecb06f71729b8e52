//! A process that writes as fast as it can and says what was acknowledged: this test program, started again.

use std::env;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use signalbox_domain::Timestamp;
use signalbox_domain::access::Role;
use signalbox_domain::chain::Link;
use signalbox_domain::command::Command;
use signalbox_domain::decide::Decision;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::key::{TokenId, VariantKey};
use signalbox_domain::personal::hex;
use signalbox_store::Session;

use crate::support::{Installation, Terms, place, set_up_commands};

/// The data directory of the process that writes.
const DIRECTORY: &str = "SIGNALBOX_TEST_WRITER_DIRECTORY";
/// After how many decisions it ends by itself.
const DECISIONS: &str = "SIGNALBOX_TEST_WRITER_DECISIONS";
/// What a line begins with that says that an event was acknowledged; sequence and link follow.
pub const ACKNOWLEDGED: &str = "acknowledged ";
/// How many people each decision on overrides names.
pub const PEOPLE: usize = 3;

/// This test program, to be started as the writer. `program` is the program itself, or what runs it.
pub fn as_writer(mut program: Process, test: &str, directory: &Path, decisions: u64) -> Process {
    program
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .env(DECISIONS, decisions.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    program
}

/// Whether this process is the writer; then it has written all that it was to write.
pub fn ran_as_writer() -> bool {
    let Some(directory) = env::var_os(DIRECTORY) else { return false };
    let decisions = env::var(DECISIONS).expect("it goes with the directory").parse().expect("a number");
    write(Path::new(&directory), decisions);
    true
}

/// The event that a line of the writer acknowledges. A line that was cut off acknowledges nothing.
pub fn acknowledged(line: &str) -> Option<(u64, String)> {
    let (sequence, link) = line.strip_suffix('\n')?.strip_prefix(ACKNOWLEDGED)?.split_once(' ')?;
    Some((sequence.parse().expect("a sequence"), link.to_owned()))
}

fn write(directory: &Path, decisions: u64) {
    let mut bank = Installation::open(directory);
    for _ in 0..decisions {
        let decision = next_decision(&bank);
        let secret = decision.envelopes.iter().any(makes_token).then(|| secret_after(bank.state.sequence));
        let links = bank.store(&decision, secret).expect("it is stored");
        acknowledge(&decision.envelopes, &links);
        if bank.state.sequence.is_multiple_of(7)
            && let Some(token) = live_token(&bank)
        {
            let session =
                Session { hash: secret_after(bank.state.sequence), token, expires: Timestamp::from_millis(i64::MAX) };
            bank.log.close_session(&session.hash).expect("it is stored");
            bank.log.open_session(&session, Timestamp::from_millis(0)).expect("it is stored");
        }
        if bank.state.sequence.is_multiple_of(5) {
            bank.log.write_snapshot(&bank.state).expect("it is stored");
        }
    }
}

/// One write to standard output for all events of a decision, unbuffered.
fn acknowledge(envelopes: &[Envelope], links: &[Link]) {
    let mut lines = String::new();
    for (envelope, link) in envelopes.iter().zip(links) {
        writeln!(lines, "{ACKNOWLEDGED}{} {}", envelope.sequence, hex(&link.0)).expect("a string takes it");
    }
    let mut out = std::io::stdout().lock();
    out.write_all(lines.as_bytes()).and_then(|()| out.flush()).expect("somebody listens");
}

fn makes_token(envelope: &Envelope) -> bool {
    matches!(envelope.event, signalbox_domain::event::Event::TokenCreated { .. })
}

fn secret_after(sequence: u64) -> [u8; 32] {
    let mut hash = [9; 32];
    hash[..8].copy_from_slice(&sequence.to_le_bytes());
    hash
}

/// The latest token that has a secret; the one of the set-up has none.
fn live_token(bank: &Installation) -> Option<TokenId> {
    let tokens = bank.state.tokens.values().filter(|token| token.revoked.is_none() && token.role == Role::Viewer);
    tokens.max_by_key(|token| token.version).map(|token| token.id.clone())
}

/// What comes next depends on the state alone, so that a writer goes on where another was killed.
fn next_decision(bank: &Installation) -> Decision {
    let at = place("payments", "production");
    let sequence = bank.state.sequence;
    let set_up = usize::try_from(sequence).ok().and_then(|step| set_up_commands().into_iter().nth(step));
    if let Some(command) = set_up {
        return bank.decide(command, Terms::default());
    }
    let configuration = bank.state.configuration(&at.project, &at.flag, &at.environment).expect("it is set up");
    let terms = Terms { version: Some(configuration.version), reason: Some("The test goes on"), ..Terms::default() };
    if let Some(about) = bank.state.reasons_awaited.keys().next() {
        return bank.decide(Command::GiveReason { about: *about }, terms);
    }
    if configuration.kill.is_some() {
        return bank.decide(Command::LiftKillSwitch { place: at }, terms);
    }
    match sequence % 5 {
        0 => bank.decide(Command::EngageKillSwitch { place: at }, Terms::default()),
        1 => bank.decide(Command::CreateToken { name: format!("Token {sequence}"), role: Role::Viewer }, terms),
        2 if let Some(token) = live_token(bank) => {
            let version = Some(bank.state.tokens[&token].version);
            bank.decide(Command::RevokeToken { token }, Terms { version, ..terms })
        }
        3 if let Some(known) = configuration.overrides.iter().find_map(|entry| bank.vault.reveal(&entry.person)) => {
            bank.decide(Command::Erase { value: known.to_owned() }, Terms::default())
        }
        _ => {
            let on = VariantKey::new("on").expect("a key");
            let overrides = (0..PEOPLE).map(|number| (format!("customer-{sequence}-{number}"), on.clone())).collect();
            bank.decide(Command::SetOverrides { place: at, overrides }, terms)
        }
    }
}
