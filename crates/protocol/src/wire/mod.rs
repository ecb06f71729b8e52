//! Requests and responses, one file for each family of endpoints.

pub mod access;
pub mod arrival;
pub mod audit;
pub mod configuration;
pub mod environment;
pub mod evidence;
pub mod explanation;
pub mod flag;
pub mod import;
pub mod plan;
pub mod project;
pub mod rollout;
pub mod segment;
pub mod session;
pub mod usage;
pub mod webhook;

use serde::{Deserialize, Serialize};

/// A list, whole or one page of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "{Item}List"))]
pub struct List<Item> {
    /// The items, in the order that the endpoint states.
    pub items: Vec<Item>,
    /// How many match in all, this page or not.
    pub total: u64,
    /// Give this as `after` (audit: `before`) for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// No body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Empty {}

/// A change that says nothing but why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Why {
    /// Why; required where the change touches production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
