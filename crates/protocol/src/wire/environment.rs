//! Environments.

use serde::{Deserialize, Serialize};
use signalbox_domain::key::{EnvironmentKey, ProjectKey};

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Environment {
    /// The project it belongs to.
    pub project: ProjectKey,
    /// Its key, unique in the project.
    pub key: EnvironmentKey,
    /// What people call it.
    pub name: String,
    /// Whether real customers are in it: every change to it needs a reason.
    pub production: bool,
    /// How many people use it, as stated by the team.
    pub audience: u64,
    /// Where it stands among the others, counted from 0.
    pub position: usize,
    /// For `If-Match`.
    pub version: u64,
}

/// An environment to make, after all others of its project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreateEnvironment {
    /// Its key, unique in the project; never changes.
    pub key: EnvironmentKey,
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// Whether real customers are in it.
    pub production: bool,
    /// How many people use it, 0 to 100,000,000,000.
    pub audience: u64,
}

/// What to change of an environment; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeEnvironment {
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether real customers are in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<bool>,
    /// How many people use it, 0 to 100,000,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<u64>,
    /// Where it stands among the others, counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
    /// Why; required for a production environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
