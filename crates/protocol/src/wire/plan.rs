//! Plan templates.

use serde::{Deserialize, Serialize};
use signalbox_domain::guard::Guard;
use signalbox_domain::key::{PlanKey, ProjectKey};
use signalbox_domain::rollout::Stage;

/// A template of stages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// The project it belongs to.
    pub project: ProjectKey,
    /// Its key, unique in the project.
    pub key: PlanKey,
    /// What people call it.
    pub name: String,
    /// Stages from first to last.
    pub stages: Vec<Stage<String>>,
    /// How its rollouts are watched, and what goes by itself.
    #[serde(default, skip_serializing_if = "Guard::is_nothing")]
    pub guard: Guard,
    /// For `If-Match`.
    pub version: u64,
}

/// A plan to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatePlan {
    /// Its key, unique in the project; never changes.
    pub key: PlanKey,
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// Stages from first to last, 1 to 30; shares grow.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 30)))]
    pub stages: Vec<Stage<String>>,
    /// How its rollouts are watched, and what goes by itself.
    #[serde(default, skip_serializing_if = "Guard::is_nothing")]
    pub guard: Guard,
}

/// A plan, replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangePlan {
    /// What people call it, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// Stages from first to last, 1 to 30; shares grow.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 30)))]
    pub stages: Vec<Stage<String>>,
    /// How its rollouts are watched, and what goes by itself.
    #[serde(default, skip_serializing_if = "Guard::is_nothing")]
    pub guard: Guard,
}
