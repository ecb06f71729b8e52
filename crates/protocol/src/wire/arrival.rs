//! How far what a flag gives now has come.

use serde::{Deserialize, Serialize};
use signalbox_domain::Timestamp;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey};

/// How far what a flag gives now in an environment has come: whether a roll back has reached those who still had the
/// feature. Applications that ask for every evaluation have it at once, and are not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Arrival {
    /// The project.
    pub project: ProjectKey,
    /// The flag.
    pub flag: FlagKey,
    /// The environment.
    pub environment: EnvironmentKey,
    /// The flag-set version with which the flag became what it is.
    pub version: u64,
    /// Since when exposures are counted: since that change, or since the server runs.
    pub since: Timestamp,
    /// Clients that listen for changes now.
    pub listening: u64,
    /// Of them, those that were told of it.
    pub told: u64,
    /// Of them, those that surely fetched it, at least.
    pub fetched: u64,
    /// Exposures reported since, of what the flag gives now.
    pub exposures_of_now: u64,
    /// Exposures reported since, of what it gave before: applications that do not have it yet.
    pub exposures_of_before: u64,
    /// Exposures reported since of a version that was not told.
    pub exposures_unknown: u64,
}
