//! What a person can do next with a flag in an environment, and why not.

use signalbox_domain::rollout::{Position, RolloutStatus};
use signalbox_protocol::wire::rollout::Rollout;

use crate::pages::flag::scene::Scene;

/// Something that moves or stops a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Enter the first stage.
    Start,
    /// Enter the next stage.
    Advance,
    /// Agree that the rollout leaves the stage where it stands.
    Approve,
    /// Stop where it is.
    Hold,
    /// Go on after a hold.
    Resume,
    /// Go back to an earlier place and hold there.
    RollBack(Position),
    /// End the rollout and keep who has it.
    Finish,
    /// Turn the flag off for everyone.
    TurnOff,
    /// Give again what the rule says.
    TurnOn,
}

/// Why a rollout does not go on before somebody has agreed.
pub const UNAPPROVED: &str = "Somebody other than whoever started the rollout must approve it first.";

/// Whether a version goes with a step, and whether it asks for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Stopping must be fast: neither a version nor a reason; the reason follows.
    Afterwards,
    /// A version; a reason where real customers are.
    InProduction,
    /// A version and always a reason.
    Always,
}

impl Step {
    /// Whether it goes with a version, and asks for a reason.
    pub const fn asks(self) -> Asks {
        match self {
            Self::Hold | Self::TurnOff => Asks::Afterwards,
            Self::TurnOn => Asks::Always,
            Self::Start | Self::Advance | Self::Approve | Self::Resume | Self::RollBack(_) | Self::Finish => {
                Asks::InProduction
            }
        }
    }

    /// Whether it takes the feature away or stops it.
    pub const fn stops(self) -> bool {
        matches!(self, Self::Hold | Self::RollBack(_) | Self::TurnOff)
    }

    /// The label of its button on the page: "Advance to 10 %".
    pub fn label(self, scene: &Scene) -> String {
        let title = |position: Option<Position>| match (scene.open_rollout(), position) {
            (Some(rollout), Some(Position::Stage(stage))) => {
                rollout.stages.get(stage).map_or_else(String::new, |stage| stage.title.clone())
            }
            _ => "the start".into(),
        };
        match self {
            Self::Start => "Start rollout".into(),
            Self::Advance => format!("Advance to {}", title(scene.open_rollout().and_then(next).map(Position::Stage))),
            Self::Approve => "Approve".into(),
            Self::Hold => "Hold here".into(),
            Self::Resume => "Resume".into(),
            Self::RollBack(_) => "Roll back".into(),
            Self::Finish => "Finish rollout".into(),
            Self::TurnOff => "Turn off for everyone".into(),
            Self::TurnOn => "Turn on again".into(),
        }
    }

    /// The label of its button while it is under way.
    pub const fn working(self) -> &'static str {
        match self {
            Self::Start => "Starting…",
            Self::Advance => "Advancing…",
            Self::Approve => "Approving…",
            Self::Hold => "Holding…",
            Self::Resume => "Resuming…",
            Self::RollBack(_) => "Rolling back…",
            Self::Finish => "Finishing…",
            Self::TurnOff => "Turning off…",
            Self::TurnOn => "Turning on…",
        }
    }

    /// Why it cannot be done now, if it cannot; the server decides the same.
    pub fn obstacle(self, scene: &Scene) -> Option<&'static str> {
        let off = scene.configuration.killed.is_some();
        let status = scene.open_rollout().map(|rollout| rollout.status);
        let archived = scene.flag.archived.is_some() && !matches!(self, Self::TurnOff | Self::Hold);
        if archived {
            return Some("This flag is in the archive. Restore it first.");
        }
        let turned_off = off.then_some("It is off for everyone. Turn it on again first.");
        match (self, status) {
            (Self::TurnOff, _) => off.then_some("It is off for everyone already."),
            (Self::TurnOn, _) => (!off).then_some("It is not turned off."),
            (Self::Start, Some(RolloutStatus::Draft)) => turned_off,
            (Self::Start, _) => Some("No rollout is waiting to start."),
            (_, None | Some(RolloutStatus::Draft | RolloutStatus::Finished)) => Some("No rollout is under way."),
            (Self::Advance, Some(RolloutStatus::Held)) => turned_off.or(Some("It is held. Resume it first.")),
            (Self::Advance, Some(RolloutStatus::Running)) => {
                let last = scene.open_rollout().is_some_and(|rollout| next(rollout).is_none());
                let last = last.then_some("It stands in its last stage. Finish it.");
                turned_off.or(last).or_else(|| unapproved(scene))
            }
            (Self::Approve, Some(RolloutStatus::Held)) => turned_off.or(Some("It is held. Resume it first.")),
            (Self::Approve, Some(RolloutStatus::Running)) => {
                let asked = unapproved(scene).is_some();
                turned_off.or((!asked).then_some("Nobody's approval is asked here."))
            }
            (Self::Hold, Some(RolloutStatus::Held)) => Some("It is held already."),
            (Self::Hold, Some(RolloutStatus::Running)) => None,
            (Self::Resume, Some(RolloutStatus::Running)) => Some("It is not held."),
            (Self::Resume, Some(_)) => turned_off,
            (Self::Finish, Some(_)) => {
                let last = scene.open_rollout().is_some_and(|rollout| next(rollout).is_none());
                turned_off.or_else(|| unapproved(scene).filter(|_| last))
            }
            (Self::RollBack(_), Some(_)) => {
                let start = scene.open_rollout().is_some_and(|rollout| rollout.position == Position::Start);
                start.then_some("It stands before its first stage already.")
            }
        }
    }
}

/// Why it may not leave its stage yet, where somebody's agreement is asked for that nobody has given.
fn unapproved(scene: &Scene) -> Option<&'static str> {
    let rollout = scene.rollout_under_way()?;
    let Position::Stage(stage) = rollout.position else { return None };
    let asks = rollout.stages.get(stage).is_some_and(|stage| stage.gate.approval);
    (asks && rollout.approved_by.is_none()).then_some(UNAPPROVED)
}

/// What to do next, most important first: the primary action, then the others.
pub fn steps(scene: &Scene) -> Vec<Step> {
    let Some(rollout) = scene.open_rollout() else {
        return Vec::new();
    };
    let back = back_one(rollout).map(Step::RollBack);
    let mut steps = match rollout.status {
        RolloutStatus::Draft => vec![Step::Start],
        RolloutStatus::Running if next(rollout).is_none() => vec![Step::Finish, Step::Hold],
        RolloutStatus::Running => vec![Step::Advance, Step::Hold],
        RolloutStatus::Held => vec![Step::Resume],
        RolloutStatus::Finished => Vec::new(),
    };
    if rollout.status == RolloutStatus::Running || rollout.status == RolloutStatus::Held {
        steps.extend(back);
    }
    steps
}

/// The stage after where the rollout stands.
pub fn next(rollout: &Rollout) -> Option<usize> {
    let next = match rollout.position {
        Position::Start => 0,
        Position::Stage(stage) => stage + 1,
    };
    (next < rollout.stages.len()).then_some(next)
}

/// The place before where the rollout stands.
pub const fn back_one(rollout: &Rollout) -> Option<Position> {
    match rollout.position {
        Position::Start => None,
        Position::Stage(0) => Some(Position::Start),
        Position::Stage(stage) => Some(Position::Stage(stage - 1)),
    }
}

/// Every place that the rollout can be rolled back to, nearest first.
pub fn ways_back(rollout: &Rollout) -> Vec<Position> {
    match rollout.position {
        Position::Start => Vec::new(),
        Position::Stage(stage) => (0..stage).rev().map(Position::Stage).chain([Position::Start]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use signalbox_domain::Timestamp;
    use signalbox_protocol::wire::configuration::Configuration;

    fn check(configuration: Configuration, expect: &str) {
        let scene = fixture::scene(configuration);
        let labels: Vec<_> = steps(&scene)
            .into_iter()
            .map(|step| match step.obstacle(&scene) {
                None => step.label(&scene),
                Some(obstacle) => format!("{} ({obstacle})", step.label(&scene)),
            })
            .collect();
        assert_eq!(labels.join(" | "), expect);
    }

    #[test]
    fn what_can_be_done_follows_from_where_it_stands() {
        check(fixture::nobody(), "");
        check(fixture::draft(), "Start rollout");
        check(fixture::running(1), "Advance to 10 % | Hold here | Roll back");
        check(fixture::running(4), "Finish rollout | Hold here | Roll back");
        check(fixture::held(2), "Resume | Roll back");
        let mut killed = fixture::held(2);
        killed.killed = Some(Timestamp::from_millis(1));
        let mut unapproved = fixture::guarded(2);
        unapproved.rollout.as_mut().unwrap().stages[2].gate.approval = true;
        let scene = fixture::scene(unapproved.clone());
        assert_eq!(Step::Approve.obstacle(&scene), None);
        check(
            unapproved.clone(),
            "Advance to 25 % (Somebody other than whoever started the rollout must approve it first.) | Hold here | Roll \
             back",
        );
        unapproved.rollout.as_mut().unwrap().approved_by = Some("Jonas Weber".into());
        check(unapproved, "Advance to 25 % | Hold here | Roll back");
        check(killed, "Resume (It is off for everyone. Turn it on again first.) | Roll back");
    }

    #[test]
    fn ways_back_lead_to_every_earlier_place() {
        let scene = fixture::scene(fixture::running(2));
        assert_eq!(ways_back(scene.open_rollout().unwrap()), [Position::Stage(1), Position::Stage(0), Position::Start]);
    }

    #[test]
    fn stopping_is_possible_in_the_archive_too() {
        let mut scene = fixture::scene(fixture::running(2));
        scene.flag.archived = Some(Timestamp::from_millis(1));
        assert_eq!(Step::TurnOff.obstacle(&scene), None);
        assert_eq!(Step::Hold.obstacle(&scene), None);
        assert!(Step::Advance.obstacle(&scene).is_some());
    }

    #[test]
    fn only_stopping_asks_afterwards() {
        assert_eq!(Step::Hold.asks(), Asks::Afterwards);
        assert_eq!(Step::TurnOff.asks(), Asks::Afterwards);
        assert_eq!(Step::RollBack(Position::Start).asks(), Asks::InProduction);
        assert_eq!(Step::TurnOn.asks(), Asks::Always);
    }
}
