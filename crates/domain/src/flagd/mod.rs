//! Flags in flagd's model: documents, JSON Logic rules, and what they resolve to.
//!
//! A [`Document`](document::Document) is read leniently, compiled once into a [`FlagSet`], and then asked
//! with a [`Context`] as often as one likes. Time is part of the context; nothing here reads a clock.
//!
//! flagd has had three ways to divide people, and its own clients disagree today. So each flag is compiled with
//! the [`Generation`] it was made for, and an upgrade moves nobody.

pub mod document;
pub mod evaluate;
pub mod expression;
pub mod in_process;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use evaluate::{Answer, Cause, CompiledFlag, ErrorCode, Failure, FlagSet};

/// Which bytes `fractional` hashes. Each generation keeps its meaning for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Generation {
    /// The UTF-8 text of the unit; the shorthand hashes flag key and targeting key joined without separator.
    /// A unit that is no text gives null.
    #[serde(rename = "flagd-2")]
    Flagd2,
    /// Deterministic CBOR of the unit, of any type but null and list; the shorthand hashes the list
    /// `[flag key, targeting key]`.
    #[serde(rename = "flagd-3")]
    Flagd3,
}

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What is known of whoever asks. The targeting key is the attribute `targetingKey`.
    pub attributes: &'a Map<String, Value>,
    /// Seconds since 1970-01-01T00:00:00Z; rules see it as `$flagd.timestamp`.
    pub timestamp: i64,
}
