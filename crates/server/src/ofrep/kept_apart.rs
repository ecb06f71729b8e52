//! Flags that are kept apart, compiled and answered as their own model has it: code defaults have no value, and a
//! flag that is broken fails by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use signalbox_domain::flagd::document::DocumentFlag;
use signalbox_domain::flagd::expression::Evaluators;
use signalbox_domain::flagd::{Answer, CompiledFlag, Context, ErrorCode, Failure};
use signalbox_domain::kept_apart::{KeptApart, KeptHere};
use signalbox_domain::targeting::Attributes;
use signalbox_protocol::wire::explanation::{FaultApart, GivenApart, KeptApartExplained};

use super::fragments::Metadata;
use crate::metrics::Outcome;

/// The flags kept apart in one environment, ready to be asked.
#[derive(Default)]
pub struct KeptApartFlags {
    flags: BTreeMap<String, Arc<Compiled>>,
    version: u64,
}

struct Compiled {
    flag: CompiledFlag,
    why: String,
    version: u64,
}

/// What is answered of a flag that resolves.
#[derive(Serialize)]
struct Success<'a> {
    key: &'a str,
    reason: &'a str,
    /// Clients index it, so that it is there even where there is none.
    variant: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Value>,
    metadata: Told<'a>,
}

/// What is answered of a flag that does not.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fault<'a> {
    key: &'a str,
    error_code: &'static str,
    error_details: String,
    metadata: Told<'a>,
}

/// What the document says of the flag, and of which set it is here. The latter wins, since evidence is told apart by
/// it.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    of_document: Map<String, Value>,
    #[serde(flatten)]
    of_set: Metadata<'a>,
}

impl KeptApartFlags {
    /// Compiles what is kept apart now. What is unchanged since `before` is taken from there.
    pub fn following(before: &Arc<Self>, now: Option<&KeptApart>) -> Arc<Self> {
        let Some(now) = now.filter(|now| now.version != before.version) else { return Arc::clone(before) };
        let flags = now.flags.iter().map(|(key, kept)| {
            let known = before.flags.get(key).filter(|known| known.version == kept.version);
            (key.clone(), known.map_or_else(|| Arc::new(Compiled::new(key, kept)), Arc::clone))
        });
        Arc::new(Self { flags: flags.collect(), version: now.version })
    }

    /// Sequence of the last event that changed one of them.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    /// Whether there is one of this key.
    pub fn has(&self, key: &str) -> bool {
        self.flags.contains_key(key)
    }

    /// Their keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.flags.keys().map(String::as_str)
    }

    /// What each of them gives, and why, by key.
    pub fn explained(&self, attributes: &Attributes<'_>) -> Vec<KeptApartExplained> {
        attributes.with_context(|context| self.flags.values().map(|compiled| compiled.explained(context)).collect())
    }

    /// Writes what the flag of this key answers behind what `bytes` holds; none where there is no such flag.
    pub fn write(&self, key: &str, set: &str, attributes: &Attributes<'_>, bytes: &mut Vec<u8>) -> Option<Outcome> {
        let compiled = self.flags.get(key)?;
        Some(attributes.with_context(|context| compiled.write(set, context, bytes)))
    }
}

impl Compiled {
    fn new(key: &str, kept: &KeptHere) -> Self {
        let flag = DocumentFlag::alone(key, kept.flag.definition.clone());
        // Shared rules were written out when it was imported, and what was said of its set is said of itself.
        let flag = CompiledFlag::compile(&flag, kept.flag.generation, &Evaluators::default(), &Map::new());
        Self { flag, why: kept.flag.why.clone(), version: kept.version }
    }

    fn explained(&self, context: Context<'_>) -> KeptApartExplained {
        let (given, fault) = match self.flag.evaluate(context) {
            Ok(Answer { value, variant, reason, .. }) => {
                let variant = variant.map(str::to_owned);
                (Some(GivenApart { variant, value: value.cloned(), reason }), None)
            }
            Err(Failure { cause, .. }) => {
                (None, Some(FaultApart { code: cause.code().as_str().to_owned(), details: cause.to_string() }))
            }
        };
        let (key, why) = (self.flag.key().to_owned(), self.why.clone());
        KeptApartExplained { key, why, version: self.version, given, fault }
    }

    fn write(&self, set: &str, context: Context<'_>, bytes: &mut Vec<u8>) -> Outcome {
        let of_set = Metadata { flag_set_id: set, version: self.version };
        let told = |metadata: &Map<String, Value>| {
            let mut of_document = metadata.clone();
            of_document.retain(|name, _| !signalbox_domain::import::SAID_OF_EVERY_ANSWER.contains(&name.as_str()));
            Told { of_document, of_set }
        };
        let key = self.flag.key();
        match self.flag.evaluate(context) {
            Ok(Answer { value, variant, reason, metadata }) => {
                let variant = variant.unwrap_or_default();
                let success = Success { key, reason: reason.as_str(), variant, value, metadata: told(metadata) };
                write_json(&success, bytes);
                Outcome::Given(reason)
            }
            Err(Failure { cause, metadata }) => {
                let code = cause.code();
                let fault = Fault {
                    key,
                    error_code: code.as_str(),
                    error_details: cause.to_string(),
                    metadata: told(metadata),
                };
                write_json(&fault, bytes);
                match code {
                    ErrorCode::ParseError => Outcome::Broken,
                    ErrorCode::FlagNotFound => Outcome::FlagNotFound,
                    ErrorCode::General => Outcome::Failed,
                }
            }
        }
    }
}

fn write_json(answer: &impl Serialize, bytes: &mut Vec<u8>) {
    // Texts, JSON values and numbers always become JSON, and writing to memory does not fail.
    if let Err(error) = serde_json::to_writer(bytes, answer) {
        tracing::error!(%error, "the answer of a flag kept apart could not be written");
    }
}
