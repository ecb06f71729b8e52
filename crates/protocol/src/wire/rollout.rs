//! Rollouts: planning them and moving them along their line.

use serde::{Deserialize, Serialize};
use signalbox_domain::guard::{Gate, Guard, Standing};
use signalbox_domain::key::{ActorId, PlanKey, RolloutId, RuleId};
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus, Stage, StageAudience};
use signalbox_domain::{Share, Timestamp};

/// A rollout of one flag in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rollout {
    /// Opaque id.
    pub id: RolloutId,
    /// The targeting rule of which it drives who has the feature; absent for those whom no rule fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// About how many people are considered: those whom the rule fits, or all of the environment, as stated.
    #[serde(default)]
    pub audience: u64,
    /// What it is doing.
    pub status: RolloutStatus,
    /// Where it stands.
    pub position: Position,
    /// Why it is held, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_because: Option<HeldBecause>,
    /// Since when it is held, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_since: Option<Timestamp>,
    /// Counts the stretches of evidence: 1 from the start, one more with every resume.
    pub epoch: u32,
    /// Stages from first to last.
    pub stages: Vec<StageInRollout>,
    /// Share of everybody that had it before the rollout.
    pub share_before: Share,
    /// How many people had it before the rollout: an estimate.
    pub people_before: u64,
    /// When it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it entered the position where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Timestamp>,
    /// How it is watched, and what goes by itself.
    #[serde(default, skip_serializing_if = "Guard::is_nothing")]
    pub guard: Guard,
    /// Who agreed that it leaves the stage where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Who started it, by opaque id: nobody approves what they started themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_by: Option<ActorId>,
    /// Whether a machine held it, or took it back, while it is held.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_by_machine: bool,
    /// What it waits for people to do.
    #[serde(default, skip_serializing_if = "Standing::is_nobody")]
    pub standing: Standing,
    /// Since when it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing_since: Option<Timestamp>,
}

/// A stage, with how many people have the feature in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageInRollout {
    /// Its own name, where it was given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who it lets in, beside everyone let in before.
    pub audience: StageAudience<String>,
    /// What must hold before the rollout leaves it.
    #[serde(default, skip_serializing_if = "Gate::is_open")]
    pub gate: Gate,
    /// What it is called: its name, or "10 %".
    pub title: String,
    /// How many people have the feature in this stage: an estimate.
    pub people: u64,
    /// When it was first entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_entered: Option<Timestamp>,
}

/// A rollout to plan: its own stages, or a copy of a plan's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DraftRollout {
    /// Stages from first to last, 1 to 30; shares grow. Give these or `plan`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 30)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<Stage<String>>>,
    /// A plan of the project whose stages to copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanKey>,
    /// The targeting rule to roll out, which states in `fits` how many people it is; absent for those whom no rule fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// How it is watched; absent for that of the plan, or for nothing measured and people doing everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
}

/// The stages of a rollout, replaced as a whole; those passed must stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeStages {
    /// Stages from first to last, 1 to 30; shares grow.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 30)))]
    pub stages: Vec<Stage<String>>,
    /// How it is watched from now on; absent: as it is. What is measured is fixed once the rollout is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
    /// Why; required in production once the rollout is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where to roll back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RollBack {
    /// `"start"`, or `{"stage": 0}` for the first stage, and so on.
    pub to: Position,
    /// Why; required in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
