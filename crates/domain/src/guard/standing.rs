//! What a rollout waits for, as far as people are concerned.

use serde::{Deserialize, Serialize};

use super::assessment::{Assessment, Step};
use super::{Automation, Gate};
use crate::rollout::{Position, Rollout, RolloutStatus};

/// What a rollout waits for. It is logged when it changes, so that whoever must act hears of it, and so that the
/// history tells since when a rollout could have gone on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Standing {
    /// For nobody: for time, people or evidence, or for the controller.
    #[default]
    Nobody,
    /// For somebody's agreement, and for nothing else.
    Approval,
    /// For somebody to let it go on: all that its stage asks holds, and no machine may.
    GoAhead,
    /// For somebody to take it back or to look: what was seen says so, and no machine may.
    Help,
}

impl Standing {
    /// Whether this is for people to do something about.
    #[must_use]
    pub fn needs_somebody(self) -> bool {
        self != Self::Nobody
    }

    /// As it is there where a field is left out while nobody is waited for.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        *self == Self::Nobody
    }
}

impl Assessment {
    /// What the rollout waits for. A stage that asks nothing waits for nobody: whoever entered it knows as much.
    #[must_use]
    pub fn standing(&self, rollout: &Rollout) -> Standing {
        let gate = match rollout.position {
            Position::Stage(stage) => rollout.stages.get(stage).map(|stage| &stage.gate),
            Position::Start => None,
        };
        match self.step {
            Some(Step::Advance | Step::Finish) => {
                let asks = gate.is_some_and(Gate::asks_something);
                let by_people = rollout.guard.automation != Automation::Auto;
                if asks && by_people { Standing::GoAhead } else { Standing::Nobody }
            }
            Some(Step::Hold(_) | Step::RollBack(_) | Step::SwitchOff) if !self.is_automatic => Standing::Help,
            Some(_) => Standing::Nobody,
            None if rollout.status == RolloutStatus::Running && self.awaits_approval() => Standing::Approval,
            None => Standing::Nobody,
        }
    }
}
