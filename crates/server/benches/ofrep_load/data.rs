//! Data directories with many flags or a long history, made of allowed changes, many to a transaction.

use std::path::Path;

use serde_json::json;
use signalbox_domain::access::{Role, SdkKeyKind};
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject, RuleChanges};
use signalbox_domain::decide::{Act, Decision, decide, settle};
use signalbox_domain::event::{Event, Place};
use signalbox_domain::flag::{BucketingAlgorithm, FlagDetails};
use signalbox_domain::key::{ActorId, NotAKey};
use signalbox_domain::personal::{Entropy, Vault};
use signalbox_domain::value::ValueKind;
use signalbox_domain::{Share, State, Timestamp};
use signalbox_server::engine::hash;
use signalbox_store::{Credential, CredentialOwner, Log, Opened};

use super::Outcome;

const EVENTS_PER_TRANSACTION: usize = 2_000;

/// How half of the people are chosen.
#[derive(Clone, Copy)]
pub enum Targeting {
    /// Half of everybody.
    Default,
    /// Half of those in one of four countries.
    OneClause,
}

/// A data directory being filled.
pub struct Filled {
    log: Log,
    state: State,
    vault: Vault,
    pending: Decision,
    credentials: Vec<Credential>,
}

impl Filled {
    pub fn new(data_dir: &Path) -> Outcome<Self> {
        let Opened { log, state, vault, .. } = signalbox_store::open(data_dir).map_err(|error| error.to_string())?;
        Ok(Self { log, state, vault, pending: Decision::default(), credentials: Vec::new() })
    }

    /// Makes a project with so many flags, each given to half of the people, and an SDK key: its secret.
    pub fn project(&mut self, name: &str, flags: usize, targeting: Targeting) -> Outcome<String> {
        let project = name.parse().map_err(|error: NotAKey| error.to_string())?;
        self.change(Command::CreateProject(NewProject { key: project, name: name.into() }), None)?;
        let Place { project, environment, .. } = place(name, 0)?;
        let new = NewEnvironment { key: environment.clone(), name: "Live".into(), production: true, audience: 1_000 };
        self.change(Command::CreateEnvironment { project: project.clone(), environment: new }, None)?;
        for number in 0..flags {
            let place = place(name, number)?;
            let flag = NewFlag {
                key: place.flag.clone(),
                details: FlagDetails {
                    name: format!("Flag {number}"),
                    description: "Made to be measured".into(),
                    purpose: Default::default(),
                    owner: None,
                    tags: Vec::new(),
                    expected_removal: None,
                },
                value_kind: ValueKind::Boolean,
                variants: None,
                off_variant: None,
                salt: None,
                bucketing: BucketingAlgorithm::Signalbox1,
            };
            let made = self.change(Command::CreateFlag { project: project.clone(), flag: Box::new(flag) }, None)?;
            match targeting {
                Targeting::Default => self.change(rule(place, 50_000)?, Some(made))?,
                Targeting::OneClause => self.change(one_clause(place)?, Some(made))?,
            };
        }
        let secret = format!("sbx_sdk_of-{name}");
        self.change(
            Command::CreateSdkKey { project, environment, name: "bench".into(), kind: SdkKeyKind::Server },
            None,
        )?;
        let made = self.pending.envelopes.last().map(|envelope| &envelope.event);
        if let Some(Event::SdkKeyCreated { sdk_key, .. }) = made {
            let owner = CredentialOwner::SdkKey(sdk_key.clone());
            self.credentials.push(Credential { hash: hash(&secret), owner });
        }
        Ok(secret)
    }

    /// Moves the shares of all flags of the project `busy` up and down until there are so many events.
    pub fn events_until(&mut self, events: u64) -> Outcome {
        let mut round = 0;
        while self.state.sequence < events {
            round += 1;
            for number in 0..super::FLAGS {
                let place = place("busy", number)?;
                let configuration = self.state.configuration(&place.project, &place.flag, &place.environment);
                let version = configuration.map(|configuration| configuration.version);
                self.change(rule(place, 1_000 + round)?, version)?;
            }
        }
        Ok(())
    }

    /// Stores what is pending, and a snapshot where one is wanted.
    pub fn close(mut self, with_snapshot: bool) -> Outcome {
        self.store()?;
        if with_snapshot {
            self.log.write_snapshot(&self.state).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Makes a change and answers with its sequence.
    fn change(&mut self, command: Command, version: Option<u64>) -> Outcome<u64> {
        if self.pending.envelopes.len() >= EVENTS_PER_TRANSACTION {
            self.store()?;
        }
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.state.sequence.to_le_bytes());
        let act = Act {
            actor: ActorId::System,
            role: Role::Admin,
            now: Timestamp::from_millis(1_700_000_000_000),
            version,
            reason: Some("Made to be measured".into()),
            entropy: Entropy::new(seed),
        };
        let decision = decide(&self.state, &self.vault, command, act).map_err(|error| error.to_string())?;
        settle(&mut self.state, &mut self.vault, &decision).map_err(|error| error.to_string())?;
        self.pending.envelopes.extend(decision.envelopes);
        self.pending.personal.extend(decision.personal);
        Ok(self.state.sequence)
    }

    fn store(&mut self) -> Outcome {
        let pending = std::mem::take(&mut self.pending);
        let credentials = std::mem::take(&mut self.credentials);
        self.log.append(&pending, &credentials).map_err(|error| error.to_string())?;
        Ok(())
    }
}

fn place(project: &str, flag: usize) -> Outcome<Place> {
    let place = || -> Result<Place, NotAKey> {
        Ok(Place { project: project.parse()?, flag: format!("flag-{flag:04}").parse()?, environment: "live".parse()? })
    };
    place().map_err(|error| error.to_string())
}

/// To so many buckets of 0.001 %.
fn rule(place: Place, buckets: u32) -> Outcome<Command> {
    let share = Share::from_buckets(buckets).map_err(|error| error.to_string())?;
    Ok(Command::ChangeRule { place, changes: RuleChanges { share: Some(share), ..RuleChanges::default() } })
}

fn one_clause(place: Place) -> Outcome<Command> {
    let rules = json!([{
        "id": "countries", "share": 50, "split": [{"variant": "on", "weight": 100}],
        "clauses": [{"operator": "one_of", "attribute": "country", "values": ["AT", "CH", "DE", "FR"]}],
    }]);
    let rules = serde_json::from_value(rules).map_err(|error| error.to_string())?;
    Ok(Command::SetRules { place, rules, default: None })
}
