//! Evidence that a stage can never have, whatever production shows.

use super::Guard;
use super::gate::{Gate, Wanted};
use super::metric::Metric;
use crate::share::Share;

/// Why the evidence that a gate asks can never be there, so that its rollout would wait for ever. Its words say what
/// would be accepted instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NeverShown<'a> {
    /// No metric is a guardrail.
    #[error("must be \"nothing\" where no metric is a guardrail")]
    NoGuardrail,
    /// Nobody is drawn to be without the feature, so nobody is compared.
    #[error(
        "must be \"nothing\" or \"not_harmful\": where nobody is drawn to be without the feature, safety cannot be shown"
    )]
    NoControl,
    /// Nobody is drawn to be without the feature, and this guardrail has no limit to be held against.
    #[error(
        "must be \"nothing\" where nobody is drawn to be without the feature and \"{key}\" has no limit of its own",
        key = .0.key
    )]
    NoLimit(&'a Metric),
}

impl Gate {
    /// Why what this gate asks of the guardrails can never be there, if so, where `share` of people have the feature.
    #[must_use]
    pub fn never_shown<'a>(&self, share: Share, guard: &'a Guard) -> Option<NeverShown<'a>> {
        match self.evidence {
            Wanted::Nothing => None,
            Wanted::Safe | Wanted::NotHarmful if guard.guardrails().next().is_none() => Some(NeverShown::NoGuardrail),
            Wanted::Safe | Wanted::NotHarmful if share.is_split() => None,
            Wanted::Safe => Some(NeverShown::NoControl),
            Wanted::NotHarmful => guard.guardrails().find(|metric| metric.limit.is_none()).map(NeverShown::NoLimit),
        }
    }
}
