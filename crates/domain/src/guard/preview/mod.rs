//! What a plan comes to before it is begun: when it can be through, whom each stage will have seen by then, and which
//! stages cannot show what they ask with as many people as there are.
//!
//! Nothing is reckoned by a formula of its own: people as they are expected to come are judged by the code that judges
//! people who came ([`judge`]), as if the feature made no difference.

mod expected;
mod remedy;
mod traffic;

use std::collections::BTreeMap;

use super::assessment::People;
use super::gate::{Gate, Wanted};
use super::{Amount, Guard};
use crate::key::MetricKey;
use crate::rollout::{Stage, StageAudience};
use crate::share::Share;
use crate::time::Timestamp;

pub use expected::Usual;
use expected::{Asked, arms};
pub use traffic::Traffic;

const MINUTE_MILLIS: i64 = 60_000;
/// A stage that shows nothing for two weeks is waited for no longer, where the guard names no other time.
const PATIENCE_MINUTES: u32 = 14 * 24 * 60;

/// What a plan is reckoned with.
#[derive(Debug, Clone, Copy)]
pub struct Reckoning<'a> {
    /// How its rollouts are watched.
    pub guard: &'a Guard,
    /// The share of everybody that has the feature before the first stage.
    pub share_before: Share,
    /// Who comes across the feature, or would.
    pub traffic: Traffic,
    /// What metrics usually come to, as far as that is known.
    pub usual: &'a BTreeMap<MetricKey, Usual>,
    /// From where and when it goes on.
    pub begin: Begin,
    /// Now.
    pub now: Timestamp,
}

/// From where and when a plan goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Begin {
    /// The stage where the rollout stands, from 0; absent before its start.
    pub stage: Option<usize>,
    /// Since when it soaks there.
    pub since: Option<Timestamp>,
    /// People of both groups who were seen there.
    pub seen: u64,
}

/// What a plan comes to, stage by stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// Each stage, those that were passed included.
    pub stages: Vec<StagePreview>,
}

/// What one stage comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StagePreview {
    /// When it is entered at the earliest. Absent where it was passed, and where a stage before is never left.
    pub enters: Option<Timestamp>,
    /// When it can be left at the earliest, approval aside. Absent where it was passed, and where that is never, or
    /// cannot be told since nobody knows how many people come.
    pub leaves: Option<Timestamp>,
    /// Expected in each group until it is left, or until patience ends. Absent where it is not known who comes.
    pub people: Option<People>,
    /// How many people of both groups it takes until what is asked of them, and of guardrails, holds. Absent where
    /// nothing of the kind is asked, and where it is out of reach.
    pub needs: Option<u64>,
    /// Whether that is a lower bound: what some guardrail usually comes to is not known.
    pub at_least: bool,
    /// What keeps it from ever being left, where something does.
    pub shortfall: Option<Shortfall>,
}

/// What a stage asks and cannot have, with as many people as come within reasonable time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shortfall {
    /// So many people come at most, in the smaller group; those are all that can be judged.
    pub fewest: u64,
    /// Within how many minutes. Absent where not even everybody there is would do.
    pub within_minutes: Option<u32>,
    /// Whether even the people that the gate asks for do not come.
    pub lacks_people: bool,
    /// Guardrails that cannot show what is asked, each with the smallest round margin at which it could, if any.
    pub metrics: Vec<(MetricKey, Option<Amount>)>,
    /// The smallest round share, below that of the next stage, at which all that is asked could be had.
    pub share: Option<Share>,
    /// Whether asking only that no harm is shown would do.
    pub not_harmful: bool,
}

impl Preview {
    /// When the last stage is entered at the earliest.
    #[must_use]
    pub fn arrives(&self) -> Option<Timestamp> {
        self.stages.last()?.enters
    }

    /// Whether some stage can never be left as it is planned.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.stages.iter().any(|stage| stage.shortfall.is_some())
    }
}

/// Reckons a plan through, first stage to last.
#[must_use]
pub fn preview<Person>(stages: &[Stage<Person>], reckoning: &Reckoning<'_>) -> Preview {
    let Reckoning { begin, now, .. } = *reckoning;
    let first = begin.stage.unwrap_or(0);
    let mut course = Course { reckoning, before: Vec::new(), at: Some(now) };
    let mut share = reckoning.share_before;
    let mut previews = Vec::with_capacity(stages.len());
    for (index, stage) in stages.iter().enumerate() {
        let named = match &stage.audience {
            StageAudience::Percentage { share: reached } => {
                share = *reached;
                None
            }
            StageAudience::People { people } => Some(people.len() as u64),
            StageAudience::Segments { .. } => None,
        };
        if index < first {
            previews.push(StagePreview::default());
            continue;
        }
        let next = stages.get(index + 1..).unwrap_or_default().iter().find_map(|stage| match stage.audience {
            StageAudience::Percentage { share } => Some(share),
            StageAudience::People { .. } | StageAudience::Segments { .. } => None,
        });
        let standing = (begin.stage == Some(index)).then_some(begin);
        previews.push(course.pass(&Ahead { gate: &stage.gate, share, named, next, standing }));
    }
    Preview { stages: previews }
}

/// A stage that is still to be left.
struct Ahead<'a> {
    gate: &'a Gate,
    /// The share of everybody that has the feature in it.
    share: Share,
    /// How many it names one by one, where it does.
    named: Option<u64>,
    /// The share of the next stage that has one.
    next: Option<Share>,
    /// Since when the rollout stands there, if it does.
    standing: Option<Begin>,
}

/// A plan while it is reckoned through.
struct Course<'a> {
    reckoning: &'a Reckoning<'a>,
    /// The share of each stage before, and how many people of both groups will have been seen in it.
    before: Vec<(Share, u64)>,
    /// When the next stage is entered; absent where that is never, or not known.
    at: Option<Timestamp>,
}

impl Course<'_> {
    fn pass(&mut self, ahead: &Ahead<'_>) -> StagePreview {
        let Reckoning { guard, traffic, usual, .. } = *self.reckoning;
        let gate = ahead.gate;
        let (since, seen) = match ahead.standing {
            Some(begin) => (begin.since.or(self.at), begin.seen),
            None => (self.at, 0),
        };
        let patience = guard.longest_stage_hours.map_or(PATIENCE_MINUTES, |hours| hours.saturating_mul(60));
        let patience = patience.max(gate.soak_minutes);
        let most = traffic.at_most_within(i64::from(patience) * MINUTE_MILLIS).map(|people| people.max(seen));
        let asked = Asked { guard, gate, usual, before: &self.before };
        // Whoever is named one by one, or in groups, is compared with nobody, and how many of them come is not known.
        let is_counted = ahead.share > Share::NOBODY;
        let lacks_names = ahead.named.is_some_and(|named| named < u64::from(gate.people));
        let needs = if is_counted { asked.people_needed(ahead.share, most) } else { (!lacks_names).then_some(0) };
        let within = traffic.a_day.map(|_| patience);
        let shortfall = needs.is_none().then(|| remedy::shortfall(&asked, ahead, most, within));
        let asks_people = is_counted && (gate.people > 0 || gate.evidence != Wanted::Nothing);
        let needs = needs.filter(|_| asks_people);
        let at_least = needs.is_some() && asked.is_guessed();

        let soaked = since.map(|since| since.millis() + i64::from(gate.soak_minutes) * MINUTE_MILLIS);
        let shown = match needs {
            None if shortfall.is_some() => None,
            None => self.at.map(Timestamp::millis),
            Some(needs) => {
                // From now on, those who were seen already aside.
                let takes = traffic.takes(needs).zip(traffic.takes(seen)).map(|(all, passed)| (all - passed).max(0));
                let at = self.at.map(Timestamp::millis);
                if needs <= seen { at } else { at.zip(takes).map(|(at, takes)| at + takes) }
            }
        };
        let ready = soaked.zip(shown).zip(self.at).map(|((soaked, shown), at)| soaked.max(shown).max(at.millis()));
        let ready = ready.map(Timestamp::from_millis);
        let leaves = match &gate.window {
            Some(window) => ready.and_then(|ready| window.opens(ready)),
            None => ready,
        };
        // Who comes in until then; where nobody knows when that is, those whom it takes.
        let stays = since.zip(leaves).map(|(since, leaves)| leaves.millis() - since.millis());
        let until = stays.and_then(|stays| traffic.come_within(stays)).map(|people| people.max(seen));
        let people = until.or(if shortfall.is_some() { most } else { needs });
        let people = people.map(|people| people.max(seen)).filter(|people| is_counted && *people > 0);
        if let Some(people) = people {
            self.before.push((ahead.share, people));
        }
        let preview = StagePreview {
            enters: self.at.filter(|_| ahead.standing.is_none()),
            leaves,
            people: people.map(|people| arms(ahead.share, people)),
            needs,
            at_least,
            shortfall,
        };
        self.at = leaves;
        preview
    }
}

#[cfg(test)]
mod tests;
