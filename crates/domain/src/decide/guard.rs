//! How a rollout is watched: what is accepted, who agrees, and what the controller does.

use super::{Desk, Events};
use crate::event::{Event, Place};
use crate::guard::{Automation, Guard, Standing, Step, Verdict};
use crate::personal::Commitment;
use crate::refusal::Refusal;
use crate::rollout::{HeldBecause, Position, RolloutStatus, Stage, StageAudience};
use crate::share::Share;

/// A guard that fits these stages, in its stored form.
///
/// # Errors
/// [`Refusal::Invalid`] where a gate asks what its stage can never show: the rollout would wait for ever.
pub(super) fn accept_guard(guard: Guard, stages: &[Stage<Commitment>]) -> Result<Guard, Refusal> {
    let guard = guard.accepted()?;
    let mut share = Share::NOBODY;
    for (index, stage) in stages.iter().enumerate() {
        let field = |name: &str| format!("stages[{index}].gate.{name}");
        if let StageAudience::Percentage { share: reached } = stage.audience {
            share = reached;
        }
        if let Some(metric) = stage.gate.margins.keys().find(|metric| guard.metric(metric).is_none()) {
            let message = format!("must be a metric of this plan; there is no \"{metric}\"");
            return Err(Refusal::invalid(field(&format!("margins.{metric}")), message));
        }
        if let Some(never) = stage.gate.never_shown(share, &guard) {
            return Err(Refusal::invalid(field("evidence"), never));
        }
    }
    if guard.automation == Automation::Auto && stages.iter().all(|stage| stage.gate.is_open()) {
        let message = "must not be \"auto\" while no stage asks anything before it is left";
        return Err(Refusal::invalid("guard.automation", message));
    }
    Ok(guard)
}

impl Desk<'_> {
    /// Agrees that the rollout leaves the stage where it stands. Nobody agrees with themselves.
    pub(super) fn approve_stage(&mut self, place: Place) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout_under_way()?;
        let stage = match rollout.position {
            Position::Stage(stage) => rollout.stages.get(stage),
            Position::Start => None,
        };
        if !stage.is_some_and(|stage| stage.gate.approval) {
            return Err(Refusal::conflict("nobody's approval is asked here"));
        }
        if rollout.status != RolloutStatus::Running {
            return Err(Refusal::conflict("this rollout is held; resume it first"));
        }
        if rollout.approval().is_some() {
            return Err(Refusal::conflict("this stage is approved already"));
        }
        if rollout.started_by.as_ref() == Some(&self.actor) {
            return Err(Refusal::conflict("whoever started a rollout cannot approve it; somebody else must"));
        }
        let at = spot.reach(rollout, rollout.position);
        Ok(vec![Event::StageApproved { place, rollout: rollout.id.clone(), at }])
    }

    /// Keeps verdicts, and does what follows. One decision, so that the log never has an act without what caused it.
    ///
    /// It is made against a version: where somebody did something meanwhile, the controller looks again.
    pub(super) fn judge(
        &mut self,
        place: Place,
        verdicts: Vec<Verdict>,
        step: Option<Step>,
        standing: Option<Standing>,
    ) -> Events {
        let spot = self.place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout_under_way()?;
        for verdict in &verdicts {
            if rollout.guard.metric(&verdict.metric).is_none() {
                return Err(Refusal::not_found("metric", &verdict.metric));
            }
        }
        let id = &rollout.id;
        let reached =
            |verdict| Event::VerdictReached { place: place.clone(), rollout: id.clone(), verdict: Box::new(verdict) };
        let mut events: Vec<_> = verdicts.into_iter().map(reached).collect();
        let is_news = |standing: &Standing| step.is_none() && *standing != rollout.standing;
        events.extend(standing.filter(is_news).map(|after| Event::StandingChanged {
            place: place.clone(),
            rollout: id.clone(),
            at: spot.reach(rollout, rollout.position),
            before: rollout.standing,
            after,
        }));
        events.extend(match step {
            None => Vec::new(),
            Some(Step::Advance) => self.advance_rollout(place)?,
            Some(Step::Finish) => self.finish_rollout(place)?,
            Some(Step::RollBack(to)) => self.roll_back_rollout(place, to)?,
            Some(Step::SwitchOff) => self.engage_kill_switch(place)?,
            Some(Step::Hold(because)) => self.hold_because(place, because)?,
        });
        Ok(events)
    }

    fn hold_because(&self, place: Place, because: HeldBecause) -> Events {
        let spot = self.place(&place)?;
        let rollout = spot.rollout_under_way()?;
        if rollout.status == RolloutStatus::Held {
            return Ok(Vec::new());
        }
        let at = spot.reach(rollout, rollout.position);
        Ok(vec![Event::RolloutHeld { place, rollout: rollout.id.clone(), at, because }])
    }
}
