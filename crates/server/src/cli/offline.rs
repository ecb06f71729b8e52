//! Commands that work on a data directory themselves. `verify`, `backup` and `token list` only read, so a server may be
//! running; the others are the one writer while they run.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use signalbox_domain::access::Role;
use signalbox_domain::command::Command;
use signalbox_domain::event::Event;
use signalbox_domain::key::TokenId;
use signalbox_domain::words::Teller;

use super::{At, Failure, say};
use crate::engine::{Engine, OpenError, SubmitError, Terms};

pub fn verify(at: At) -> Result<(), Failure> {
    let data_dir = at.data_dir()?;
    let log = signalbox_store::read(&data_dir).map_err(Failure::unusable)?;
    let report = log.verify().map_err(Failure::failed)?;
    match report.broken_at {
        None => {
            say(format_args!("whole: {} events, last link {}", report.entries, report.link));
            Ok(())
        }
        Some(sequence) => {
            let why = report.why.unwrap_or_default();
            Err(Failure::failed(match sequence {
                0 => format!("the history is not whole: {why}"),
                _ => {
                    format!("the history is not whole: event {sequence}: {why}; the {} before it hold", report.entries)
                }
            }))
        }
    }
}

pub fn backup(file: &Path, at: At) -> Result<(), Failure> {
    let data_dir = at.data_dir()?;
    let log = signalbox_store::read(&data_dir).map_err(Failure::unusable)?;
    let report = log.backup(file).map_err(Failure::failed)?;
    say(format_args!("{}: {} events, {} bytes, checked", report.path.display(), report.entries, report.bytes));
    Ok(())
}

pub fn restore(file: &Path, at: At) -> Result<(), Failure> {
    let data_dir = at.data_dir()?;
    let report = signalbox_store::restore(file, &data_dir).map_err(Failure::failed)?;
    say(format_args!("{}: {} events, checked, last link {}", data_dir.display(), report.entries, report.link));
    Ok(())
}

pub fn create_token(name: String, role: Role, at: At) -> Result<(), Failure> {
    let made = submit(&*open(at)?, Command::CreateToken { name, role }, Terms::system())?;
    match made.secret {
        Some(secret) => {
            say(secret.reveal());
            Ok(())
        }
        None => Err(Failure::failed("the token has no secret")),
    }
}

pub fn list_tokens(at: At) -> Result<(), Failure> {
    let log = signalbox_store::read(&at.data_dir()?).map_err(Failure::unusable)?;
    let (state, vault) = log.state().map_err(Failure::failed)?;
    let teller = Teller { state: &state, vault: &vault };
    let mut tokens: Vec<_> = state.tokens.values().collect();
    tokens.sort_by_key(|token| (token.created, token.id.clone()));
    for token in tokens {
        let role = format!("{:?}", token.role).to_lowercase();
        let since = token.revoked.map_or_else(|| "in use".to_owned(), |time| format!("revoked {time}"));
        let name = teller.person(&token.name);
        say(format_args!("{}  {role:<6}  made {}  {since}  {name}", token.id, token.created));
    }
    Ok(())
}

pub fn revoke_token(token: String, at: At) -> Result<(), Failure> {
    let token = TokenId::new(token).map_err(|error| Failure::unusable(format!("the id of a token {error}")))?;
    let engine = open_existing(at)?;
    let version = engine.read(|state, _| state.tokens.get(&token).map(|token| token.version));
    submit(&engine, Command::RevokeToken { token: token.clone() }, Terms::system().against(version))?;
    say(format_args!("revoked {token}"));
    Ok(())
}

pub fn erase(value: Option<String>, at: At) -> Result<(), Failure> {
    let value = match value {
        Some(value) => value,
        None => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map_err(Failure::failed)?;
            // `echo` and an editor end a line; no value ends in one.
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
    };
    if value.is_empty() {
        return Err(Failure::unusable("give the value to erase on standard input, or with --value"));
    }
    let erased = submit(&*open_existing(at)?, Command::Erase { value }, Terms::system())?;
    let places = erased.entries.iter().map(|entry| match &entry.envelope.event {
        Event::PersonalValuesErased { commitments } => commitments.len(),
        _ => 0,
    });
    say(format_args!("erased in {} place(s)", places.sum::<usize>()));
    Ok(())
}

/// For what makes no sense in a new data directory: a mistyped name must not make one.
fn open_existing(at: At) -> Result<Arc<Engine>, Failure> {
    let data_dir = at.data_dir()?;
    match signalbox_store::read(&data_dir) {
        // One of an older version is brought up to date by opening it.
        Ok(_) | Err(signalbox_store::OpenError::Older { .. }) => open_in(&data_dir),
        Err(error) => Err(Failure::unusable(error)),
    }
}

fn open(at: At) -> Result<Arc<Engine>, Failure> {
    open_in(&at.data_dir()?)
}

fn open_in(data_dir: &Path) -> Result<Arc<Engine>, Failure> {
    Engine::open(data_dir).map_err(|error| match error {
        OpenError::Store(signalbox_store::OpenError::InUse { path }) => Failure::failed(format!(
            "a server is running on {}; use its API or its settings page, or stop it first",
            path.display()
        )),
        other => Failure::unusable(other),
    })
}

fn submit(engine: &Engine, command: Command, terms: Terms) -> Result<crate::engine::Committed, Failure> {
    engine.submit_blocking(command, terms).map_err(|error| match error {
        SubmitError::Refused(refusal) => Failure::failed(refusal),
        other => Failure::failed(other),
    })
}
