//! Where flags are configured: development, staging, production.

use serde::{Deserialize, Serialize};

use crate::key::EnvironmentKey;

/// A place where applications run, with its own configuration of every flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its key, unique in the project.
    pub key: EnvironmentKey,
    /// What people call it.
    pub name: String,
    /// Whether real customers are in it: every change to it needs a reason.
    pub production: bool,
    /// How many people use it, as stated by the team; shares are turned into people with it.
    pub audience: u64,
    /// Sequence of the last event that changed it.
    pub version: u64,
}

/// Largest stated audience: more people than there are.
pub const LARGEST_AUDIENCE: u64 = 100_000_000_000;
