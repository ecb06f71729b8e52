//! The life of a rollout: draft, start, advance, hold, resume, roll back, finish.

use super::guard::accept_guard;
use super::stages::shares_grow;
use super::{Desk, Events, Spot};
use crate::event::{Event, GuardChange, Place, Reach};
use crate::flag::Audience;
use crate::guard::Guard;
use crate::key::{RolloutId, RuleId};
use crate::people;
use crate::personal::Commitment;
use crate::refusal::Refusal;
use crate::rollout::{HeldBecause, Position, Rollout, RolloutStatus, Stage, StageAudience};
use crate::share::Share;

impl Desk<'_> {
    pub(super) fn draft_rollout(
        &mut self,
        place: Place,
        rule: Option<RuleId>,
        stages: Vec<Stage<String>>,
        guard: Guard,
    ) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        match &spot.configuration.rollout {
            Some(rollout) if rollout.status == RolloutStatus::Draft => {
                return Err(Refusal::conflict("a rollout is planned already; change its stages or discard it"));
            }
            Some(rollout) if rollout.is_under_way() => {
                return Err(Refusal::conflict("a rollout is under way already; finish it first"));
            }
            _ => {}
        }
        let share = spot.share_to_roll_out(rule.as_ref())?;
        let stages = self.accept_stages(spot.project, stages, &[], share)?;
        let guard = accept_guard(guard, &stages)?;
        let id = self.entropy.id("rol_");
        let rollout = RolloutId::new(id).map_err(|error| Refusal::invalid("id", error))?;
        Ok(vec![Event::RolloutDrafted { place, rollout, rule, stages, guard }])
    }

    pub(super) fn change_stages(&mut self, place: Place, stages: Vec<Stage<String>>, guard: Option<Guard>) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout()?;
        let (passed, floor) = match (rollout.status, rollout.position) {
            (RolloutStatus::Finished, _) => return Err(finished()),
            (RolloutStatus::Draft, _) => (0, spot.own_audience(rollout).share),
            (_, Position::Start) => (0, rollout.before.share),
            (_, Position::Stage(stage)) => (stage + 1, rollout.before.share),
        };
        let after = self.accept_stages(spot.project, stages, &rollout.stages, floor)?;
        let guarded = accept_guard(guard.unwrap_or_else(|| rollout.guard.clone()), &after)?;
        if rollout.is_under_way() && guarded.metrics != rollout.guard.metrics {
            return Err(Refusal::conflict(
                "what is measured cannot be changed while the rollout is under way: how surely harm is told was fixed at \
                 the start; margins of stages ahead can",
            ));
        }
        let guard =
            (guarded != rollout.guard).then(|| Box::new(GuardChange { before: rollout.guard.clone(), after: guarded }));
        if after == rollout.stages && guard.is_none() {
            return Ok(Vec::new());
        }
        if after.get(..passed) != rollout.stages.get(..passed) {
            return Err(Refusal::conflict(
                "the stages up to where the rollout stands cannot be changed; roll back first",
            ));
        }
        self.reason_if(spot.production && rollout.is_under_way())?;
        let (rollout, before) = (rollout.id.clone(), rollout.stages.clone());
        Ok(vec![Event::RolloutPlanChanged { place, rollout, before, after, guard }])
    }

    pub(super) fn discard_rollout(&mut self, place: Place) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout()?;
        if rollout.status != RolloutStatus::Draft {
            return Err(Refusal::conflict("only a rollout that has not started can be discarded"));
        }
        Ok(vec![Event::RolloutDiscarded { place, rollout: rollout.id.clone() }])
    }

    pub(super) fn start_rollout(&mut self, place: Place) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout()?;
        match rollout.status {
            RolloutStatus::Draft => {}
            RolloutStatus::Finished => return Err(finished()),
            RolloutStatus::Running | RolloutStatus::Held => {
                return Err(Refusal::conflict("this rollout has started already"));
            }
        }
        spot.not_killed()?;
        // The share may have been changed since the draft.
        let before = spot.own_audience(rollout);
        shares_grow(&rollout.stages, before.share)?;
        self.reason_if(spot.production)?;
        let planned = Rollout { before, ..rollout.clone() };
        let before = spot.reach(&planned, Position::Start);
        let after = spot.reach(&planned, Position::Stage(0));
        Ok(vec![Event::RolloutStarted { place, rollout: planned.id, before, after }])
    }

    pub(super) fn advance_rollout(&mut self, place: Place) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout_under_way()?;
        spot.not_killed()?;
        if rollout.status == RolloutStatus::Held {
            return Err(Refusal::conflict("this rollout is held; resume it first"));
        }
        let next = rollout
            .next()
            .ok_or_else(|| Refusal::conflict("this rollout stands in its last stage; finish it instead"))?;
        spot.approved(rollout)?;
        self.reason_if(spot.production)?;
        Ok(vec![Event::RolloutAdvanced {
            place,
            rollout: rollout.id.clone(),
            before: spot.reach(rollout, rollout.position),
            after: spot.reach(rollout, Position::Stage(next)),
        }])
    }

    /// Needs no version, no reason and no approval, and may be repeated: stopping is fast.
    pub(super) fn hold_rollout(&mut self, place: Place) -> Events {
        let spot = self.place(&place)?;
        let rollout = spot.rollout_under_way()?;
        if rollout.status == RolloutStatus::Held {
            return Ok(self.late_reason(&place));
        }
        let at = spot.reach(rollout, rollout.position);
        Ok(vec![Event::RolloutHeld { place, rollout: rollout.id.clone(), at, because: HeldBecause::Hold }])
    }

    pub(super) fn resume_rollout(&mut self, place: Place) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout_under_way()?;
        spot.not_killed()?;
        if rollout.status != RolloutStatus::Held {
            return Err(Refusal::conflict("this rollout is not held"));
        }
        self.reason_if(spot.production)?;
        let at = spot.reach(rollout, rollout.position);
        let epoch = rollout.epoch + 1;
        Ok(vec![Event::RolloutResumed { place, rollout: rollout.id.clone(), at, epoch }])
    }

    pub(super) fn roll_back_rollout(&mut self, place: Place, to: Position) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout_under_way()?;
        if to >= rollout.position {
            return Err(Refusal::invalid("to", "must be an earlier stage, or \"start\""));
        }
        self.reason_if(spot.production)?;
        let before = spot.reach(rollout, rollout.position);
        let after = spot.reach(rollout, to);
        Ok(vec![Event::RolloutRolledBack { place, rollout: rollout.id.clone(), before, after }])
    }

    pub(super) fn finish_rollout(&mut self, place: Place) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        let rollout = spot.rollout_under_way()?;
        spot.not_killed()?;
        if rollout.next().is_none() {
            spot.approved(rollout)?;
        }
        self.reason_if(spot.production)?;
        let reached = rollout.audience_at(rollout.position);
        // Nobody needs to be named where everybody has it.
        let audience = if reached.share == Share::EVERYBODY {
            Audience { share: Share::EVERYBODY, ..Audience::default() }
        } else {
            reached
        };
        let at = spot.reach(rollout, rollout.position);
        Ok(vec![Event::RolloutFinished { place, rollout: rollout.id.clone(), at, audience }])
    }
}

fn finished() -> Refusal {
    Refusal::conflict("this rollout is finished; plan a new one")
}

impl<'a> Spot<'a> {
    fn rollout(&self) -> Result<&'a Rollout, Refusal> {
        self.configuration.rollout.as_ref().ok_or_else(|| Refusal::conflict("no rollout is planned here"))
    }

    pub(super) fn rollout_under_way(&self) -> Result<&'a Rollout, Refusal> {
        self.configuration.rollout_under_way().ok_or_else(|| Refusal::conflict("no rollout is under way here"))
    }

    /// Where the gate asks for somebody's agreement, no click and no machine goes round it.
    fn approved(&self, rollout: &Rollout) -> Result<(), Refusal> {
        let Position::Stage(stage) = rollout.position else { return Ok(()) };
        let asks = rollout.stages.get(stage).is_some_and(|stage| stage.gate.approval);
        if asks && rollout.approval().is_none() {
            return Err(Refusal::conflict("somebody other than whoever started this rollout must approve it first"));
        }
        Ok(())
    }

    fn not_killed(&self) -> Result<(), Refusal> {
        match self.configuration.kill {
            Some(_) => Err(Refusal::conflict("this flag is turned off for everyone; lift that first")),
            None => Ok(()),
        }
    }

    /// How many of those whom a rule fits, or of the rest, have the feature that an audience lets in: nobody while it
    /// is turned off for everyone.
    pub(super) fn people(&self, rule: Option<&RuleId>, audience: &Audience) -> u64 {
        if self.configuration.kill.is_some() {
            return 0;
        }
        people::reached(self.configuration.audience_size(rule, self.audience), audience, &self.project.segments)
    }

    /// Who has the feature when `rollout` stands at `position`, as events tell it.
    pub(super) fn reach(&self, rollout: &Rollout, position: Position) -> Reach {
        let audience = rollout.audience_at(position);
        let stage = match position {
            Position::Start => "start".into(),
            Position::Stage(stage) => {
                let stage = rollout.stages.get(stage);
                stage.map(|stage| self.stage_words(stage, audience.share)).unwrap_or_default()
            }
        };
        let people = self.people(rollout.rule.as_ref(), &audience);
        let Audience { people: named, segments, share } = audience;
        Reach { position, stage, share, named: named.len(), segments, people }
    }

    /// A stage with who has the feature in it: people named in a later stage come beside the share of an earlier one.
    fn stage_words(&self, stage: &Stage<Commitment>, share: Share) -> String {
        let words = stage.in_words(&self.project.segments);
        match stage.audience {
            StageAudience::Percentage { .. } => words,
            _ if share > Share::NOBODY => format!("{share} and {words}"),
            _ => words,
        }
    }

    /// The share that those have whom a rule fits, or the rest, before a rollout of it. Shares are told in people,
    /// so the rule must state how many fit.
    fn share_to_roll_out(&self, rule: Option<&RuleId>) -> Result<Share, Refusal> {
        let Some(id) = rule else { return Ok(self.configuration.audience.share) };
        let Some(rule) = self.configuration.rule(id) else {
            return Err(Refusal::invalid("rule", format!("must be the id of a rule here; there is no \"{id}\"")));
        };
        match rule.fits {
            Some(_) => Ok(rule.share),
            None => Err(Refusal::invalid(
                "rule",
                format!("must be a rule that states in \"fits\" about how many people fit it; \"{id}\" does not"),
            )),
        }
    }

    /// Who has what a rollout is planned for, before it starts.
    fn own_audience(&self, rollout: &Rollout) -> Audience {
        // The rule of a planned rollout cannot be removed.
        self.configuration.own_audience_of(rollout.rule.as_ref()).unwrap_or_default()
    }
}
