//! What the page is about: one flag in one environment, as the server last told it.

use signalbox_domain::rollout::{Position, RolloutStatus, StageAudience};
use signalbox_domain::{Share, Timestamp};
use signalbox_protocol::endpoint::{AtFlag, AtPlace};
use signalbox_protocol::wire::configuration::Configuration;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::flag::Flag;
use signalbox_protocol::wire::rollout::Rollout;

use crate::pages::flag::crowd::Crowd;

/// One flag in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The flag, with what it gives everywhere.
    pub flag: Flag,
    /// The environment that is looked at.
    pub environment: Environment,
    /// What the flag gives there.
    pub configuration: Configuration,
}

/// Who has the feature at one point of a line, now or after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What the point is called: "25 %", "Staff".
    pub title: String,
    /// Share of everybody.
    pub share: Share,
    /// How many are named one by one.
    pub named: u64,
    /// How many people that is; absent where nobody stated the size of the audience.
    pub people: Option<u64>,
}

impl Scene {
    /// The flag as it stands in an environment, if it is configured there.
    pub fn new(flag: Flag, environment: Environment) -> Option<Self> {
        let configuration = flag.configurations.get(&environment.key)?.clone();
        Some(Self { flag, environment, configuration })
    }

    /// The flag's path.
    pub fn at_flag(&self) -> AtFlag {
        AtFlag { project: self.flag.project.clone(), flag: self.flag.key.clone() }
    }

    /// The path of the flag in this environment.
    pub fn at_place(&self) -> AtPlace {
        AtPlace {
            project: self.flag.project.clone(),
            flag: self.flag.key.clone(),
            environment: self.environment.key.clone(),
        }
    }

    /// The people of this environment.
    pub const fn crowd(&self) -> Crowd {
        Crowd::new(self.environment.audience)
    }

    /// The latest rollout, unless it is over.
    pub fn open_rollout(&self) -> Option<&Rollout> {
        self.configuration.rollout.as_ref().filter(|rollout| rollout.status != RolloutStatus::Finished)
    }

    /// The rollout, while it drives who has the feature.
    pub fn rollout_under_way(&self) -> Option<&Rollout> {
        let driving = |rollout: &&Rollout| matches!(rollout.status, RolloutStatus::Running | RolloutStatus::Held);
        self.configuration.rollout.as_ref().filter(driving)
    }

    /// Who has the feature now; nobody while it is turned off for everyone.
    pub fn now(&self) -> Side {
        if self.configuration.killed.is_some() {
            return Side { title: "Off".into(), share: Share::NOBODY, named: 0, people: Some(0) };
        }
        self.unless_turned_off()
    }

    /// Who has the feature as soon as it is not turned off for everyone.
    pub fn unless_turned_off(&self) -> Side {
        if let Some(rollout) = self.rollout_under_way() {
            return self.at(rollout, rollout.position);
        }
        let reach = self.configuration.reach;
        self.side(reach.share, reach.named, self.crowd().counted(reach.share, reach.people))
    }

    /// Who has the feature when `rollout` stands at `position`.
    ///
    /// A draft begins from what the rule says now, which may have changed since it was drafted.
    pub fn at(&self, rollout: &Rollout, position: Position) -> Side {
        let draft = rollout.status == RolloutStatus::Draft;
        let rule = &self.configuration.rule;
        // The rule stays as it was until the rollout is finished; then it is what the rollout came to.
        let mut named = if rollout.status == RolloutStatus::Finished { 0 } else { rule.people.len() as u64 };
        let mut share = if draft { rule.share } else { rollout.share_before };
        let Position::Stage(last) = position else {
            let people = if draft { self.crowd().reached(share, named) } else { Some(rollout.people_before) };
            return self.side(share, named, people.and_then(|people| self.crowd().counted(share, people)));
        };
        let mut title = String::new();
        let mut counted = 0;
        for stage in rollout.stages.iter().take(last + 1) {
            match &stage.audience {
                StageAudience::Percentage { share: stage } => share = *stage,
                StageAudience::People { people } => named += people.len() as u64,
            }
            title.clone_from(&stage.title);
            counted = stage.people;
        }
        let people = if draft { self.crowd().reached(share, named) } else { self.crowd().counted(share, counted) };
        Side { title, share, named, people }
    }

    /// A side that is no stage: called by its share, or by who is named.
    pub fn side(&self, share: Share, named: u64, people: Option<u64>) -> Side {
        let title = match (share, named) {
            (Share::NOBODY, 1) => "1 named person".into(),
            (Share::NOBODY, 2..) => format!("{named} named people"),
            (share, _) => share.to_string(),
        };
        Side { title, share, named, people }
    }

    /// When the state that the page shows began: off since, in this stage since.
    pub fn since(&self) -> Option<Timestamp> {
        self.configuration.killed.or_else(|| self.rollout_under_way().and_then(|rollout| rollout.entered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture::{self, scene};

    #[test]
    fn a_place_on_the_line_is_told_in_people() {
        let scene = scene(fixture::running(2));
        let rollout = scene.rollout_under_way().unwrap();
        let at = |position| {
            let side = scene.at(rollout, position);
            (side.title, side.people)
        };
        assert_eq!(at(Position::Start), ("0 %".into(), Some(0)));
        assert_eq!(at(Position::Stage(0)), ("Staff".into(), Some(3)));
        assert_eq!(at(Position::Stage(2)), ("10 %".into(), Some(16_400)));
        assert_eq!(scene.now(), scene.at(rollout, Position::Stage(2)));
        assert_eq!(scene.now().named, 3);
    }

    #[test]
    fn turned_off_is_nobody_whatever_the_rollout_says() {
        let mut configuration = fixture::running(2);
        configuration.killed = Some(Timestamp::from_millis(1));
        let scene = scene(configuration);
        assert_eq!(scene.now().people, Some(0));
        assert_eq!(scene.unless_turned_off().people, Some(16_400));
    }

    #[test]
    fn a_draft_begins_from_what_the_rule_says() {
        let mut configuration = fixture::draft();
        configuration.rule.share = Share::from_percent(0.5).unwrap();
        let scene = scene(configuration);
        let rollout = scene.open_rollout().unwrap();
        assert_eq!(scene.at(rollout, Position::Start).people, Some(820));
        assert_eq!(scene.at(rollout, Position::Stage(0)).people, Some(820), "staff come on top of the rule's share");
        assert_eq!(scene.at(rollout, Position::Stage(1)).people, Some(1_640));
    }
}
