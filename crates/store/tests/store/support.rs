//! An installation to act on: decides, stores and folds as a server does, with a clock that counts decisions.

use std::path::Path;

use rusqlite::Connection;
use signalbox_domain::access::Role;
use signalbox_domain::chain::Link;
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject};
use signalbox_domain::decide::{Act, Decision, decide, settle};
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::{Event, Place};
use signalbox_domain::flag::{FlagDetails, Purpose};
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey, TokenId, VariantKey};
use signalbox_domain::personal::{Entropy, Vault};
use signalbox_domain::value::ValueKind;
use signalbox_domain::{State, Timestamp, fold};
use signalbox_store::{Credential, CredentialOwner, DATABASE, Log, Opened, Reader, WriteError};

/// Makes a file what it was before there were credentials, sessions and counts.
pub const OF_THE_FIRST_TABLES: &str = "
    DROP TABLE sessions;
    DROP TABLE evidence_strata;
    DROP TABLE notices_told;
    DROP TABLE deliveries;
    DROP TABLE evidence_histories;
    DROP TABLE credentials;
    DROP TABLE counting;
    DROP TABLE evaluation_counts;
    DROP TABLE evaluation_series;
    DROP TABLE people_sketches;
    DROP TABLE sdk_key_uses;
    PRAGMA user_version = 2026112203;
";

/// An open data directory with its state.
pub struct Installation {
    pub log: Log,
    pub reader: Reader,
    pub state: State,
    pub vault: Vault,
    pub link: Link,
}

/// What one command is done with.
#[derive(Default, Clone)]
pub struct Terms<'a> {
    pub version: Option<u64>,
    pub reason: Option<&'a str>,
    pub actor: Option<ActorId>,
    pub credential: Option<[u8; 32]>,
}

impl Installation {
    pub fn open(directory: &Path) -> Self {
        let Opened { log, reader, state, vault, link, .. } = signalbox_store::open(directory).expect("it opens");
        Self { log, reader, state, vault, link }
    }

    /// Opens a new directory and sets a bank up in it, see [`Self::set_up`].
    pub fn of_a_bank(directory: &Path) -> Self {
        let mut installation = Self::open(directory);
        installation.set_up();
        installation
    }

    pub fn set_up(&mut self) {
        for command in set_up_commands() {
            self.act(command);
        }
    }

    pub fn act(&mut self, command: Command) -> Vec<Envelope> {
        self.act_on(command, Terms::default())
    }

    /// Decides, stores and folds a command that must be accepted; gives its events.
    pub fn act_on(&mut self, command: Command, terms: Terms<'_>) -> Vec<Envelope> {
        let credential = terms.credential;
        let decision = self.decide(command, terms);
        self.store(&decision, credential).expect("it is stored");
        decision.envelopes
    }

    pub fn decide(&self, command: Command, terms: Terms<'_>) -> Decision {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&self.state.sequence.to_le_bytes());
        let act = Act {
            actor: terms.actor.unwrap_or(ActorId::System),
            role: Role::Admin,
            // Each decision has a time of its own, which tells decisions apart in the log.
            now: Timestamp::from_millis(self.state.time.millis() + 1),
            version: terms.version,
            reason: terms.reason.map(Into::into),
            entropy: Entropy::new(seed),
        };
        decide(&self.state, &self.vault, command, act).expect("it is accepted")
    }

    /// Stores and folds a decision; the secret is that of the token or SDK key that it makes.
    pub fn store(&mut self, decision: &Decision, secret: Option<[u8; 32]>) -> Result<Vec<Link>, WriteError> {
        let credentials: Vec<_> =
            secret.into_iter().map(|hash| Credential { hash, owner: made_by(decision).expect("an owner") }).collect();
        let links = self.log.append(decision, &credentials)?;
        settle(&mut self.state, &mut self.vault, decision).expect("what was decided folds");
        self.link = links.last().copied().unwrap_or(self.link);
        Ok(links)
    }

    /// The state as bytes: equal bytes, equal state.
    pub fn state_bytes(&self) -> Vec<u8> {
        state_bytes(&self.state)
    }

    pub fn version_at(&self, place: &Place) -> Option<u64> {
        let configuration = self.state.configuration(&place.project, &place.flag, &place.environment);
        Some(configuration.expect("it is configured").version)
    }

    /// Names exactly these people in a flag's overrides.
    pub fn override_for(&mut self, place: &Place, people: &[&str]) -> Vec<Envelope> {
        let on = VariantKey::new("on").expect("a key");
        let overrides = people.iter().map(|person| ((*person).to_owned(), on.clone())).collect();
        let terms = Terms { version: self.version_at(place), reason: Some("They asked for it"), ..Terms::default() };
        self.act_on(Command::SetOverrides { place: place.clone(), overrides }, terms)
    }

    /// Turns a flag off for everyone, and on again with a reason: two events, or three with a rollout under way.
    pub fn kill_and_lift(&mut self, place: &Place) {
        self.act(Command::EngageKillSwitch { place: place.clone() });
        let terms = Terms { version: self.version_at(place), reason: Some("It works again"), ..Terms::default() };
        self.act_on(Command::LiftKillSwitch { place: place.clone() }, terms);
    }

    /// Makes a token with a secret of this hash.
    pub fn create_token(&mut self, name: &str, hash: [u8; 32]) -> TokenId {
        let command = Command::CreateToken { name: name.into(), role: Role::Viewer };
        let terms = Terms { credential: Some(hash), ..Terms::default() };
        let decision = self.decide(command, terms);
        self.store(&decision, Some(hash)).expect("it is stored");
        match made_by(&decision) {
            Some(CredentialOwner::Token(token)) => token,
            other => panic!("a token was made, not {other:?}"),
        }
    }

    pub fn revoke_token(&mut self, token: &TokenId) {
        let version = self.state.tokens.get(token).map(|token| token.version);
        self.act_on(Command::RevokeToken { token: token.clone() }, Terms { version, ..Terms::default() });
    }
}

/// Six commands of one event each: a project with two environments and two flags, and Ann's token.
pub fn set_up_commands() -> Vec<Command> {
    let of_environment = |key: &str| Command::CreateEnvironment {
        project: project(),
        environment: NewEnvironment {
            key: environment(key),
            name: key.into(),
            production: key == "production",
            audience: 400_000,
        },
    };
    let of_flag = |key: &str| Command::CreateFlag { project: project(), flag: Box::new(new_flag(key)) };
    vec![
        Command::CreateProject(NewProject { key: project(), name: "Bank".into() }),
        of_environment("staging"),
        of_environment("production"),
        of_flag("payments"),
        of_flag("search"),
        Command::CreateToken { name: "Ann Example".into(), role: Role::Admin },
    ]
}

/// The owner of the secret that a decision asks for.
fn made_by(decision: &Decision) -> Option<CredentialOwner> {
    decision.envelopes.iter().find_map(|envelope| match &envelope.event {
        Event::TokenCreated { token, .. } => Some(CredentialOwner::Token(token.clone())),
        Event::SdkKeyCreated { sdk_key, .. } => Some(CredentialOwner::SdkKey(sdk_key.clone())),
        _ => None,
    })
}

pub fn state_bytes(state: &State) -> Vec<u8> {
    serde_json::to_vec(state).expect("a state serialises")
}

/// The state that all stored events fold to, read anew from the log.
pub fn refolded(reader: &Reader) -> State {
    let envelopes = reader.since(0, u32::MAX).expect("the log is read");
    fold::fold(&envelopes).expect("the log folds")
}

pub fn project() -> ProjectKey {
    ProjectKey::new("bank").expect("a key")
}

pub fn environment(key: &str) -> EnvironmentKey {
    EnvironmentKey::new(key).expect("a key")
}

pub fn flag(key: &str) -> FlagKey {
    FlagKey::new(key).expect("a key")
}

pub fn place(flag_key: &str, environment_key: &str) -> Place {
    Place { project: project(), flag: flag(flag_key), environment: environment(environment_key) }
}

pub fn new_flag(key: &str) -> NewFlag {
    NewFlag {
        key: flag(key),
        details: FlagDetails {
            name: key.into(),
            description: String::new(),
            purpose: Purpose::Release,
            owner: Some("Olga Owner".into()),
            tags: Vec::new(),
            expected_removal: None,
        },
        value_kind: ValueKind::Boolean,
        variants: None,
        off_variant: None,
        salt: None,
        bucketing: Default::default(),
    }
}

/// What somebody does who has the file but not the program: no rule of the schema holds them back.
pub fn tamper(directory: &Path, sql: &str) {
    let connection = Connection::open(directory.join(DATABASE)).expect("the file opens");
    connection.pragma_update(None, "foreign_keys", false).expect("it is set");
    connection
        .execute_batch("DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed;")
        .expect("the triggers are there");
    connection.execute_batch(sql).expect("the statements run");
}

/// Names of the files in a directory, in order.
pub fn files_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
