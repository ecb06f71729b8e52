//! The kill switch, and reasons that follow what could not wait for one.

use super::{Desk, Events, Spot};
use crate::event::{Event, Place};
use crate::people::{self, Counted};
use crate::refusal::Refusal;
use crate::rollout::{HeldBecause, RolloutStatus};

impl Desk<'_> {
    /// Needs no version, no reason and no approval, and may be repeated: stopping is fast.
    pub(super) fn engage_kill_switch(&mut self, place: Place) -> Events {
        let spot = self.place(&place)?;
        if spot.configuration.kill.is_some() {
            return Ok(self.late_reason(&place));
        }
        let Counted { people: people_before, at_least } = spot.people_with_feature();
        let mut events = vec![Event::KillSwitchEngaged { place: place.clone(), people_before, at_least }];
        // The rollout is held with it, so that lifting the switch does not set it moving again.
        if let Some(rollout) = spot.configuration.rollout_under_way()
            && rollout.status == RolloutStatus::Running
        {
            let at = spot.reach(rollout, rollout.position);
            events.push(Event::RolloutHeld { place, rollout: rollout.id.clone(), at, because: HeldBecause::Kill });
        }
        Ok(events)
    }

    /// Needs a reason in every environment, production or not.
    pub(super) fn lift_kill_switch(&mut self, place: Place) -> Events {
        let spot = self.open_place(&place)?;
        self.made_against(spot.configuration.version)?;
        if spot.configuration.kill.is_none() {
            return Err(Refusal::conflict("this flag is not turned off for everyone"));
        }
        self.reason_if(true)?;
        let Counted { people: people_after, at_least } = spot.people_with_feature();
        Ok(vec![Event::KillSwitchLifted { place, people_after, at_least }])
    }

    pub(super) fn give_reason(&mut self, about: u64) -> Events {
        let place = self.state.reasons_awaited.get(&about).ok_or_else(|| match about {
            0 => Refusal::not_found("audit entry", about),
            about if about > self.state.sequence => Refusal::not_found("audit entry", about),
            _ => Refusal::conflict("no reason is awaited for this entry"),
        })?;
        self.reason_if(true)?;
        Ok(vec![Event::ReasonGiven { about, place: place.clone() }])
    }

    /// Stopping once more changes nothing; a reason that comes with it is the one that is awaited, if one is.
    pub(super) fn late_reason(&self, place: &Place) -> Vec<Event> {
        let mut awaited = self.state.reasons_awaited.iter().filter(|(_, here)| *here == place);
        match (awaited.next_back(), &self.reason) {
            (Some((about, _)), Some(_)) => vec![Event::ReasonGiven { about: *about, place: place.clone() }],
            _ => Vec::new(),
        }
    }
}

impl Spot<'_> {
    /// How many people have the feature by whichever rule, the kill switch aside.
    fn people_with_feature(&self) -> Counted {
        people::with_feature(self.configuration, &self.flag.off_variant, self.audience, &self.project.segments)
    }
}
