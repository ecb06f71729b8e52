//! What people should hear of at once, wherever they are.

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::guard::Standing;
use crate::rollout::HeldBecause;

/// Why an event is told to people who are not looking: by notifications of the desktop and by webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Notice {
    /// Something is wrong: a machine stopped a rollout, or says that somebody should take it back.
    Danger,
    /// A rollout went back, by a machine or by somebody.
    RolledBack,
    /// A feature was turned off for everyone.
    TurnedOff,
    /// A rollout waits for somebody's approval and for nothing else.
    ReviewPoint,
    /// All that a stage asks holds, and somebody may let the rollout go on.
    CouldGoOn,
}

impl Notice {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 5] = [Self::Danger, Self::RolledBack, Self::TurnedOff, Self::ReviewPoint, Self::CouldGoOn];

    /// In a few words, as a title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Danger => "Something is wrong",
            Self::RolledBack => "Rollout rolled back",
            Self::TurnedOff => "Kill switch engaged",
            Self::ReviewPoint => "Approval awaited",
            Self::CouldGoOn => "Rollout could go on",
        }
    }
}

impl Event {
    /// Why people should hear of this at once; most events can wait until somebody looks.
    #[must_use]
    pub const fn notice(&self) -> Option<Notice> {
        match self {
            Self::RolloutRolledBack { .. } => Some(Notice::RolledBack),
            Self::KillSwitchEngaged { .. } => Some(Notice::TurnedOff),
            Self::RolloutHeld { because, .. } => match because {
                // Somebody did this, and knows.
                HeldBecause::Hold | HeldBecause::RollBack | HeldBecause::Kill => None,
                HeldBecause::Harm
                | HeldBecause::Signal
                | HeldBecause::SampleRatio
                | HeldBecause::NoEvidence
                | HeldBecause::TookTooLong => Some(Notice::Danger),
            },
            Self::StandingChanged { after, .. } => match after {
                Standing::Nobody => None,
                Standing::Approval => Some(Notice::ReviewPoint),
                Standing::GoAhead => Some(Notice::CouldGoOn),
                Standing::Help => Some(Notice::Danger),
            },
            _ => None,
        }
    }
}
