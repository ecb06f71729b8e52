//! The words in which the history is written: who did what, how many working days ago, and why.

use signalbox_domain::Share;
use signalbox_domain::command::{Command, RuleChanges};
use signalbox_domain::event::Place;
use signalbox_domain::flag::{Prerequisite, WeightedVariant};
use signalbox_domain::key::{EnvironmentKey, NotAKey, PlanKey, ProjectKey, RuleId, SegmentKey};
use signalbox_domain::rollout::{Position, Stage, StageAudience};
use signalbox_domain::targeting::{Rule, Segment};

use super::PROJECT;
use super::calendar::Calendar;
use super::catalogue::{Entry, FLAGS};
use super::people::{Colleague, STAFF};
use super::script::{Deed, Step};

/// Working days ago, hour and minute.
pub type When = (u32, u32, u32);

/// The environment whose changes need a reason.
pub const PRODUCTION: &str = "production";
/// All environments, first to last.
pub const ENVIRONMENTS: [&str; 3] = ["dev", "staging", PRODUCTION];

/// A history being written.
pub struct Story {
    calendar: Calendar,
    steps: Vec<Step>,
}

impl Story {
    /// Nothing happened yet.
    #[must_use]
    pub const fn new(calendar: Calendar) -> Self {
        Self { calendar, steps: Vec::new() }
    }

    /// Everything that happened, in any order.
    #[must_use]
    pub fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// Somebody joins.
    pub fn invite(&mut self, when: When, colleague: Colleague) {
        self.step(when, None, Deed::Invite(colleague), None);
    }

    /// Something is set up at the server's command line.
    pub fn set_up(&mut self, when: When, command: Command, why: Option<&'static str>) {
        self.step(when, None, Deed::Change(Box::new(command)), why);
    }

    /// Somebody changes something.
    pub fn change(&mut self, when: When, by: Colleague, command: Command, why: Option<&'static str>) {
        self.step(when, Some(by), Deed::Change(Box::new(command)), why);
    }

    /// Makes a plan template.
    pub fn plan(&mut self, when: When, by: Colleague, plan: &'static str, name: &str, stages: Vec<Stage<String>>) {
        let plan: PlanKey = key(plan);
        self.change(
            when,
            by,
            Command::CreatePlan { project: project(), plan, name: name.into(), stages, guard: Default::default() },
            None,
        );
    }

    /// Makes a segment.
    pub fn segment(&mut self, when: When, by: Colleague, segment: Segment<String>) {
        let command = Command::CreateSegment { project: project(), segment: Box::new(segment) };
        self.change(when, by, command, None);
    }

    /// A flag's story: its owner makes it, and turns it on for everybody in development, the next day in staging.
    pub fn flag(&mut self, flag: &'static str) -> FlagStory<'_> {
        let mut story = self.made_flag(flag);
        let (made, minute) = (story.entry.workdays_old, story.entry.minute());
        story.everybody((made, 10, minute + 20), "dev").everybody((made - 1, 9, minute), "staging");
        story
    }

    /// A flag's story: its owner makes it, and it is off everywhere.
    pub fn made_flag(&mut self, flag: &'static str) -> FlagStory<'_> {
        let entry = FLAGS.iter().find(|entry| entry.key == flag).expect("stories are about flags of the catalogue");
        let new = entry.new_flag(&self.calendar).expect("keys of the demo keep the rule of keys");
        let command = Command::CreateFlag { project: project(), flag: Box::new(new) };
        self.change((entry.workdays_old, 10, entry.minute()), entry.owner(), command, None);
        FlagStory { story: self, entry }
    }

    fn step(
        &mut self,
        (workdays_ago, hour, minute): When,
        by: Option<Colleague>,
        deed: Deed,
        why: Option<&'static str>,
    ) {
        self.steps.push(Step { at: self.calendar.at(workdays_ago, hour, minute), by, deed, reason: why });
    }
}

/// What happened to one flag. Without a name, its owner did it, in production.
pub struct FlagStory<'story> {
    story: &'story mut Story,
    entry: &'static Entry,
}

impl FlagStory<'_> {
    fn at(&self, environment: &'static str) -> Place {
        Place { project: project(), flag: key(self.entry.key), environment: key(environment) }
    }

    fn change(&mut self, when: When, by: Colleague, command: Command, why: Option<&'static str>) -> &mut Self {
        self.story.change(when, by, command, why);
        self
    }

    fn everybody(&mut self, when: When, environment: &'static str) -> &mut Self {
        let changes = RuleChanges { share: Some(Share::EVERYBODY), ..RuleChanges::default() };
        let command = Command::ChangeRule { place: self.at(environment), changes };
        self.change(when, self.entry.owner(), command, None)
    }

    /// Changes the rule in production.
    pub fn rule(&mut self, when: When, changes: RuleChanges, why: &'static str) -> &mut Self {
        let command = Command::ChangeRule { place: self.at(PRODUCTION), changes };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Divides those who have the feature among variants, in every environment.
    pub fn split(&mut self, when: When, parts: &[(&'static str, f64)], why: &'static str) -> &mut Self {
        for environment in ENVIRONMENTS {
            let parts = parts
                .iter()
                .map(|(variant, percent)| WeightedVariant { variant: key(variant), weight: share(*percent) });
            let changes = RuleChanges { split: Some(parts.collect()), ..RuleChanges::default() };
            let command = Command::ChangeRule { place: self.at(environment), changes };
            self.change(when, self.entry.owner(), command, Some(why));
        }
        self
    }

    /// Gives people a variant of their own, in an environment.
    pub fn overrides(
        &mut self,
        when: When,
        environment: &'static str,
        people: &[(&str, &'static str)],
        why: &'static str,
    ) -> &mut Self {
        let overrides = people.iter().map(|(person, variant)| ((*person).to_owned(), key(variant))).collect();
        let command = Command::SetOverrides { place: self.at(environment), overrides };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Says in production who gets it, by rules.
    pub fn rules(&mut self, when: When, rules: Vec<Rule<String>>, why: &'static str) -> &mut Self {
        let command = Command::SetRules { place: self.at(PRODUCTION), rules, default: None };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Lets the flag wait, in production, for another one that must give one of these variants.
    pub fn waits_for(
        &mut self,
        when: When,
        flag: &'static str,
        variants: &[&'static str],
        why: &'static str,
    ) -> &mut Self {
        let variants = variants.iter().map(|variant| key(variant)).collect();
        let prerequisites = vec![Prerequisite { flag: key(flag), variants }];
        let command = Command::SetPrerequisites { place: self.at(PRODUCTION), prerequisites };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Plans a rollout of one rule.
    pub fn draft_of(&mut self, when: When, rule: &'static str, stages: Vec<Stage<String>>) -> &mut Self {
        let rule = Some(key::<RuleId>(rule));
        let command = Command::DraftRollout { place: self.at(PRODUCTION), rule, stages, guard: Default::default() };
        self.change(when, self.entry.owner(), command, None)
    }

    /// Plans a rollout.
    pub fn draft(&mut self, when: When, stages: Vec<Stage<String>>) -> &mut Self {
        let command =
            Command::DraftRollout { place: self.at(PRODUCTION), rule: None, stages, guard: Default::default() };
        self.change(when, self.entry.owner(), command, None)
    }

    /// Starts the rollout.
    pub fn start(&mut self, when: When, why: &'static str) -> &mut Self {
        let command = Command::StartRollout { place: self.at(PRODUCTION) };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Advances the rollout by one stage.
    pub fn advance(&mut self, when: When, why: &'static str) -> &mut Self {
        let command = Command::AdvanceRollout { place: self.at(PRODUCTION) };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Holds the rollout, and says why some minutes later.
    pub fn hold(&mut self, when: When, by: Colleague, why: &'static str) -> &mut Self {
        let command = Command::HoldRollout { place: self.at(PRODUCTION) };
        self.change(when, by, command, None).explain(when, by, why)
    }

    /// Goes on after a hold.
    pub fn resume(&mut self, when: When, why: &'static str) -> &mut Self {
        let command = Command::ResumeRollout { place: self.at(PRODUCTION) };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Takes the feature back to before the rollout.
    pub fn roll_back(&mut self, when: When, why: &'static str) -> &mut Self {
        let command = Command::RollBackRollout { place: self.at(PRODUCTION), to: Position::Start };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Ends the rollout.
    pub fn finish(&mut self, when: When, why: &'static str) -> &mut Self {
        let command = Command::FinishRollout { place: self.at(PRODUCTION) };
        self.change(when, self.entry.owner(), command, Some(why))
    }

    /// Turns the flag off for everyone, and says why some minutes later.
    pub fn kill(&mut self, when: When, by: Colleague, why: &'static str) -> &mut Self {
        let command = Command::EngageKillSwitch { place: self.at(PRODUCTION) };
        self.change(when, by, command, None).explain(when, by, why)
    }

    /// Turns the flag on again.
    pub fn lift(&mut self, when: When, by: Colleague, why: &'static str) -> &mut Self {
        let command = Command::LiftKillSwitch { place: self.at(PRODUCTION) };
        self.change(when, by, command, Some(why))
    }

    /// Puts the flag into the archive.
    pub fn archive(&mut self, when: When, why: &'static str) {
        let command = Command::ArchiveFlag { project: project(), flag: key(self.entry.key) };
        self.change(when, self.entry.owner(), command, Some(why));
    }

    fn explain(&mut self, (workdays_ago, hour, minute): When, by: Colleague, why: &'static str) -> &mut Self {
        let place = self.at(PRODUCTION);
        self.story.step((workdays_ago, hour, minute + 4), Some(by), Deed::Explain(place), Some(why));
        self
    }
}

/// The made-up project.
#[must_use]
pub fn project() -> ProjectKey {
    key(PROJECT)
}

/// An environment of it.
#[must_use]
pub fn environment(name: &'static str) -> EnvironmentKey {
    key(name)
}

/// The staff by name, then these percentages of everybody.
#[must_use]
pub fn staff_then(percentages: &[f64]) -> Vec<Stage<String>> {
    let people = STAFF.iter().map(|person| (*person).to_owned()).collect();
    let staff =
        Stage { gate: Default::default(), name: Some("Staff".into()), audience: StageAudience::People { people } };
    std::iter::once(staff).chain(shares(percentages)).collect()
}

/// Everybody in a segment, then these percentages of everybody.
#[must_use]
pub fn ring_then(name: &str, segment: &'static str, percentages: &[f64]) -> Vec<Stage<String>> {
    let segments = vec![key::<SegmentKey>(segment)];
    let ring =
        Stage { gate: Default::default(), name: Some(name.into()), audience: StageAudience::Segments { segments } };
    std::iter::once(ring).chain(shares(percentages)).collect()
}

/// These percentages of everybody.
pub fn shares(percentages: &[f64]) -> Vec<Stage<String>> {
    let stage = |percent: &f64| Stage {
        gate: Default::default(),
        name: None,
        audience: StageAudience::Percentage { share: share(*percent) },
    };
    percentages.iter().map(stage).collect()
}

/// A percentage of everybody.
#[must_use]
pub fn share(percent: f64) -> Share {
    Share::from_percent(percent).expect("percentages of the demo lie between 0 and 100")
}

fn key<Key: std::str::FromStr<Err = NotAKey>>(text: &'static str) -> Key {
    text.parse().expect("keys of the demo keep the rule of keys")
}
