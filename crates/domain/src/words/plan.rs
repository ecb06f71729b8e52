//! Plans and how they changed, in words.

use super::Teller;
use crate::event::PlanContent;
use crate::guard::{Guard, Wanted, gate_words, guard_change_words};
use crate::key::ProjectKey;
use crate::personal::Commitment;
use crate::rollout::Stage;

impl Teller<'_> {
    /// "Staff → 1 % (asks only that no harm is shown) → 10 %".
    pub(super) fn line(&self, project: &ProjectKey, stages: &[Stage<Commitment>]) -> String {
        let names = self.segment_names(project);
        let words = |stage: &Stage<Commitment>| match stage.gate.evidence {
            Wanted::NotHarmful => format!("{} (asks only that no harm is shown)", stage.in_words(&names)),
            Wanted::Nothing | Wanted::Safe => stage.in_words(&names),
        };
        stages.iter().map(words).collect::<Vec<_>>().join(" → ")
    }

    /// Only what differs between two plans: the line of stages, what stages ask, how it is watched.
    pub(super) fn plan_change(
        &self,
        project: &ProjectKey,
        (before, after): (&[Stage<Commitment>], &[Stage<Commitment>]),
        guard: Option<(&Guard, &Guard)>,
    ) -> (String, String) {
        let names = self.segment_names(project);
        let called = |stages: &[Stage<Commitment>]| -> Vec<_> {
            stages.iter().map(|stage| (stage.in_words(&names), gate_words(&stage.gate))).collect()
        };
        let (were, are) = (called(before), called(after));
        let line = |stages: &[(String, String)]| stages.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let mut differing = Vec::new();
        if line(&were) != line(&are) {
            differing.push((line(&were).join(" → "), line(&are).join(" → ")));
        }
        let asks = |stages: &[(String, String)], name: &str| {
            let found = stages.iter().find(|(other, _)| other == name);
            found.map(|(name, asks)| format!("{name} asks {asks}"))
        };
        let new = are.iter().filter(|(name, _)| were.iter().all(|(other, _)| other != name));
        for (name, _) in were.iter().chain(new) {
            let (was, is) = (asks(&were, name), asks(&are, name));
            if was != is {
                differing.push((was.unwrap_or_default(), is.unwrap_or_default()));
            }
        }
        let guard = guard.map(|(before, after)| guard_change_words(before, after));
        differing.extend(guard.filter(|(was, is)| was != is));
        let joined =
            |side: Vec<String>| side.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        let (was, is): (Vec<_>, Vec<_>) = differing.into_iter().unzip();
        (joined(was), joined(is))
    }

    /// Only what differs between two versions of a plan that is kept.
    pub(super) fn kept_plan_change(
        &self,
        project: &ProjectKey,
        before: &PlanContent,
        after: &PlanContent,
    ) -> (String, String) {
        let guards = Some((&before.guard, &after.guard));
        let (was, is) = self.plan_change(project, (&before.stages, &after.stages), guards);
        let named = |name: &str, rest: String| match before.name == after.name {
            true => rest,
            false if rest.is_empty() => format!("“{name}”"),
            false => format!("“{name}”; {rest}"),
        };
        (named(&before.name, was), named(&after.name, is))
    }
}
