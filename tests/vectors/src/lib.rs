//! The vectors of evaluation: groups, flags and people in one file, `evaluation.json`, with what each flag gives each
//! person and why.
//!
//! The same code answers them on the host and, compiled to WebAssembly, in a browser; both must give the answers in
//! the file. `cargo run --package signalbox-vectors` writes the answers anew after a vector was added, for review.

mod world;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use signalbox_domain::Timestamp;
use signalbox_domain::targeting::{Attributes, read_context};
use wasm_bindgen::prelude::wasm_bindgen;

pub use world::FlagVector;
use world::World;

/// The file.
pub const FILE: &str = include_str!("../evaluation.json");

/// The vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    /// What the file is.
    pub about: String,
    /// Groups of people, as the API writes them.
    pub segments: Vec<Value>,
    /// Flags with what they give.
    pub flags: Vec<FlagVector>,
    /// Who asks.
    pub contexts: BTreeMap<String, AskedFor>,
    /// By flag and context: variant, reason and rule, `on TARGETING_MATCH by r1`, or what is missing.
    pub answers: BTreeMap<String, BTreeMap<String, String>>,
}

/// Who asks, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedFor {
    /// The time of the question.
    pub at: Timestamp,
    /// What is known of them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub context: Map<String, Value>,
    /// The same as an application sent it, where a JSON value does not hold that: numbers that no double holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
}

impl AskedFor {
    /// What is known of them, read as a server reads it.
    fn context(&self) -> Result<Map<String, Value>, String> {
        let Some(sent) = &self.sent else { return Ok(self.context.clone()) };
        read_context(sent.as_bytes()).map_err(|error| error.to_string())
    }
}

/// Reads vectors.
///
/// # Errors
/// What is wrong with them.
pub fn read(text: &str) -> Result<Vectors, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// What every flag gives everybody.
///
/// # Errors
/// The flag or group that may not be as it is written.
pub fn answers(vectors: &Vectors) -> Result<BTreeMap<String, BTreeMap<String, String>>, String> {
    let world = World::of(vectors)?;
    let answers_of = |flag: &FlagVector| {
        let compiled = world.compiled(flag)?;
        let answer = |asked: &AskedFor| -> Result<String, String> {
            let context = asked.context()?;
            let attributes = Attributes::of_context(&context, asked.at);
            Ok(match compiled.evaluate(&attributes, world.segments()) {
                Ok(answer) => {
                    let by = answer.rule.map(|rule| format!(" by {rule}")).unwrap_or_default();
                    format!("{} {}{by}", answer.variant, answer.reason.as_str())
                }
                Err(missing) => missing.to_string(),
            })
        };
        let answers = vectors.contexts.iter().map(|(name, asked)| Ok((name.clone(), answer(asked)?)));
        Ok((flag.key.to_string(), answers.collect::<Result<_, String>>()?))
    };
    vectors.flags.iter().map(answers_of).collect()
}

/// Answers vectors given as text: the answers as JSON, or what is wrong. For a browser.
#[must_use]
#[wasm_bindgen]
pub fn answer_vectors(text: &str) -> String {
    let answered = read(text).and_then(|vectors| answers(&vectors));
    match answered.map(|answers| serde_json::to_string(&answers)) {
        Ok(Ok(answers)) => answers,
        Ok(Err(error)) => error.to_string(),
        Err(error) => error,
    }
}
