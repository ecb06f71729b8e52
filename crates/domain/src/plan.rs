//! Plans: the stages that a rollout passes, kept as templates.

use serde::{Deserialize, Serialize};

use crate::guard::Guard;
use crate::key::PlanKey;
use crate::personal::Commitment;
use crate::rollout::Stage;

/// A template of stages; a rollout takes a copy when it is drafted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its key, unique in the project.
    pub key: PlanKey,
    /// What people call it.
    pub name: String,
    /// Stages from first to last.
    pub stages: Vec<Stage<Commitment>>,
    /// How its rollouts are watched.
    pub guard: Guard,
    /// Sequence of the last event that changed it.
    pub version: u64,
}
