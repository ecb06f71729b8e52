//! What the page is about: one flag in one environment, as the server last told it.

use signalbox_domain::key::{RuleId, SegmentKey};
use signalbox_domain::rollout::{Position, RolloutStatus, StageAudience};
use signalbox_domain::{Share, Timestamp};
use signalbox_protocol::endpoint::{AtFlag, AtPlace};
use signalbox_protocol::wire::configuration::{Configuration, TargetingRule};
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::flag::Flag;
use signalbox_protocol::wire::rollout::Rollout;

use crate::pages::flag::crowd::Crowd;
use crate::pages::flag::targeting::called;
use crate::state::Segments;

/// One flag in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The flag, with what it gives everywhere.
    pub flag: Flag,
    /// The environment that is looked at.
    pub environment: Environment,
    /// What the flag gives there.
    pub configuration: Configuration,
    /// The segments of the project.
    pub segments: Segments,
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
    /// The names of the groups that have it whole.
    pub groups: Vec<String>,
    /// How many people that is; absent where nobody stated the size of the audience.
    pub people: Option<u64>,
}

impl Side {
    /// Nobody, because it is turned off for everyone.
    pub fn off() -> Self {
        Self { title: "Off".into(), share: Share::NOBODY, named: 0, groups: Vec::new(), people: Some(0) }
    }
}

impl Scene {
    /// The flag as it stands in an environment, if it is configured there.
    pub fn new(flag: Flag, environment: Environment, segments: Segments) -> Option<Self> {
        let configuration = flag.configurations.get(&environment.key)?.clone();
        Some(Self { flag, environment, configuration, segments })
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
    pub const fn everyone(&self) -> Crowd {
        Crowd::new(self.environment.audience)
    }

    /// The people whom the page is about: those whom the rule of the rollout fits, else all of this environment.
    pub fn crowd(&self) -> Crowd {
        self.open_rollout().map_or_else(|| self.everyone(), |rollout| self.crowd_of(rollout))
    }

    /// The people whom a rollout is for.
    const fn crowd_of(&self, rollout: &Rollout) -> Crowd {
        match rollout.rule {
            Some(_) => Crowd::new(rollout.audience),
            None => self.everyone(),
        }
    }

    /// The targeting rule of this id.
    pub fn rule(&self, id: &RuleId) -> Option<&TargetingRule> {
        self.configuration.rules.iter().find(|rule| rule.rule.id == *id)
    }

    /// What a targeting rule is called: by its name, or by its place among the others.
    pub fn rule_called(&self, id: &RuleId) -> Option<String> {
        let mut rules = (1..).zip(&self.configuration.rules);
        rules.find(|(_, told)| told.rule.id == *id).map(|(place, told)| called(&told.rule, place))
    }

    /// The targeting rule of which the rollout under way decides who has the feature, if it is for one.
    pub fn driven_rule(&self) -> Option<&RuleId> {
        self.rollout_under_way()?.rule.as_ref()
    }

    /// Whether the rollout under way decides what everyone else gets, whom no rule fits.
    pub fn default_is_driven(&self) -> bool {
        self.rollout_under_way().is_some_and(|rollout| rollout.rule.is_none())
    }

    /// How many of those whom no rule fits have the feature, kill switch aside, as far as that is known.
    pub fn default_people(&self) -> Option<u64> {
        let reach = &self.configuration.reach;
        self.known(reach.share, &reach.segments, self.everyone().counted(reach.share, reach.people))
    }

    /// Who has the feature by a rule, or by what everyone else gets, as it is when no rollout drives it: the share,
    /// how many are named, and the groups that are let in.
    pub fn own_audience(&self, rule: Option<&RuleId>) -> (Share, &[String], &[SegmentKey]) {
        match rule.and_then(|id| self.rule(id)) {
            Some(TargetingRule { rule, .. }) => (rule.share, &rule.people, &rule.segments),
            None => {
                let rule = &self.configuration.rule;
                (rule.share, &rule.people, &rule.segments)
            }
        }
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
            return Side::off();
        }
        self.unless_turned_off()
    }

    /// Who has the feature as soon as it is not turned off for everyone.
    pub fn unless_turned_off(&self) -> Side {
        if let Some(rollout) = self.rollout_under_way() {
            return self.at(rollout, rollout.position);
        }
        let reach = &self.configuration.reach;
        self.side(reach.share, reach.named, &reach.segments, self.default_people())
    }

    /// Who has the feature when `rollout` stands at `position`.
    ///
    /// A draft begins from what the rule says now, which may have changed since it was drafted.
    pub fn at(&self, rollout: &Rollout, position: Position) -> Side {
        let draft = rollout.status == RolloutStatus::Draft;
        let crowd = self.crowd_of(rollout);
        let (own_share, own_people, own_segments) = self.own_audience(rollout.rule.as_ref());
        // The rule stays as it was until the rollout is finished; then it is what the rollout came to.
        let begins = rollout.status != RolloutStatus::Finished;
        let mut named = if begins { own_people.len() as u64 } else { 0 };
        let mut segments = if begins { own_segments.to_vec() } else { Vec::new() };
        let mut share = if draft { own_share } else { rollout.share_before };
        let passed = match position {
            Position::Start => 0,
            Position::Stage(stage) => stage + 1,
        };
        let mut title = None;
        let mut counted = rollout.people_before;
        for stage in rollout.stages.iter().take(passed) {
            match &stage.audience {
                StageAudience::Percentage { share: stage } => share = *stage,
                StageAudience::People { people } => named += people.len() as u64,
                StageAudience::Segments { segments: rings } => segments.extend_from_slice(rings),
            }
            title = Some(&stage.title);
            counted = stage.people;
        }
        let people = if draft {
            let besides = self.segments.people_in(&segments).unwrap_or_default();
            crowd.reached(share, named.saturating_add(besides))
        } else {
            crowd.counted(share, counted)
        };
        let side = self.side(share, named, &segments, self.known(share, &segments, people));
        match title {
            Some(title) => Side { title: title.clone(), ..side },
            None => side,
        }
    }

    /// A count, unless it leaves out a group whose size nobody stated.
    fn known(&self, share: Share, segments: &[SegmentKey], people: Option<u64>) -> Option<u64> {
        people.filter(|_| share != Share::NOBODY || self.segments.people_in(segments).is_some())
    }

    /// A side that is no stage: called by its share, or by who is let in beside it.
    pub fn side(&self, share: Share, named: u64, segments: &[SegmentKey], people: Option<u64>) -> Side {
        let groups: Vec<_> = segments.iter().map(|key| self.segments.called(key)).collect();
        let title = match (share, named, groups.as_slice()) {
            (Share::NOBODY, 0, [_, ..]) => groups.join(", "),
            (Share::NOBODY, 1, []) => "1 named person".into(),
            (Share::NOBODY, 2.., []) => format!("{named} named people"),
            (share, ..) => share.to_string(),
        };
        Side { title, share, named, groups, people }
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
