//! How much is known of the evidence.

use std::sync::Arc;

use signalbox_domain::Timestamp;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::wire::evidence::{CheckState, Demand, Evidence};

/// How much is known of the evidence about the rollout that is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidenced {
    /// No rollout is under way, so nothing is judged.
    Nothing,
    /// On its way.
    Loading,
    /// The server cannot be asked now.
    Offline,
    /// It could not be fetched.
    Failed(ErrorBody),
    /// As it was judged last.
    Here(Arc<Evidence>),
}

impl Evidenced {
    /// The evidence, where it is known.
    pub fn here(&self) -> Option<&Evidence> {
        match self {
            Self::Here(evidence) => Some(evidence),
            _ => None,
        }
    }

    /// Whether everything that the stage asks holds, and something is asked.
    pub fn is_clear(&self) -> bool {
        self.here().is_some_and(|evidence| evidence.is_clear && !evidence.checks.is_empty() && !is_stopped(evidence))
    }

    /// Whether everything holds but somebody's agreement.
    pub fn awaits_approval(&self) -> bool {
        let Some(evidence) = self.here() else { return false };
        let mut missing = evidence.checks.iter().filter(|check| check.state != CheckState::Passed);
        let approval = missing.next().is_some_and(|check| matches!(check.demand, Demand::Approval { .. }));
        approval && missing.next().is_none() && !is_stopped(evidence)
    }

    /// Since when its stage soaks, where soak time is asked.
    pub fn soaking_since(&self) -> Option<Timestamp> {
        let evidence = self.here()?;
        let judged = evidence.judged?.millis();
        evidence.checks.iter().find_map(|check| match check.demand {
            Demand::Soak { passed_seconds, .. } => Some(Timestamp::from_millis(judged - passed_seconds * 1_000)),
            _ => None,
        })
    }

    /// Whether it should be held, taken back or turned off.
    pub fn asks_to_stop(&self) -> bool {
        self.here().is_some_and(is_stopped)
    }

    /// Whether evidence stands between the rollout and its next stage: then going on is not what the page suggests.
    pub fn warns(&self) -> bool {
        self.here().is_some_and(|evidence| is_stopped(evidence) || !evidence.is_clear)
    }
}

/// Whether it should be held, taken back or turned off.
fn is_stopped(evidence: &Evidence) -> bool {
    use signalbox_protocol::wire::evidence::Step;
    matches!(evidence.step, Some(Step::Hold { .. } | Step::RollBack { .. } | Step::SwitchOff))
}
