//! Sends a step to the server, and says what it came to.

use signalbox_domain::rollout::Position;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{
    AdvanceRollout, ApproveStage, EngageKillSwitch, FinishRollout, HoldRollout, LiftKillSwitch, ResumeRollout,
    RollBackRollout, StartRollout,
};
use signalbox_protocol::wire::Why;
use signalbox_protocol::wire::configuration::Configuration;
use signalbox_protocol::wire::rollout::RollBack;

use crate::pages::flag::change::step::Step;
use crate::pages::flag::scene::Scene;
use crate::state::Store;

/// Sends a step that was confirmed on `scene`: made against its version, where the step has one.
///
/// # Errors
/// What the server answered.
pub async fn send(store: Store, scene: &Scene, step: Step, reason: Option<String>) -> Result<Configuration, ErrorBody> {
    let at = scene.at_place();
    let version = Some(scene.configuration.version);
    let why = Why { reason };
    match step {
        Step::Start => store.send::<StartRollout>(&at, &why, version).await,
        Step::Advance => store.send::<AdvanceRollout>(&at, &why, version).await,
        Step::Approve => store.send::<ApproveStage>(&at, &why, version).await,
        Step::Hold => store.send::<HoldRollout>(&at, &why, None).await,
        Step::Resume => store.send::<ResumeRollout>(&at, &why, version).await,
        Step::RollBack(to) => {
            let body = RollBack { to, reason: why.reason };
            store.send::<RollBackRollout>(&at, &body, version).await
        }
        Step::Finish => store.send::<FinishRollout>(&at, &why, version).await,
        Step::TurnOff => store.send::<EngageKillSwitch>(&at, &why, None).await,
        Step::TurnOn => store.send::<LiftKillSwitch>(&at, &why, version).await,
    }
}

/// What a step came to, in one sentence; `scene` is how it was before.
pub fn outcome(scene: &Scene, step: Step) -> String {
    let name = &scene.flag.details.name;
    let environment = &scene.environment.name;
    let here = scene.unless_turned_off().title;
    let title = |position| scene.open_rollout().map(|rollout| scene.at(rollout, position).title).unwrap_or_default();
    let next = scene.open_rollout().and_then(super::step::next).map(Position::Stage);
    match step {
        Step::Start | Step::Advance => {
            format!("{name} is at {} in {environment}.", next.map(title).unwrap_or_default())
        }
        Step::Approve => {
            format!("{name} is approved for {} in {environment}.", next.map_or_else(|| "its end".into(), title))
        }
        Step::Hold => format!("{name} is held at {here} in {environment}."),
        Step::Resume => format!("{name} goes on at {here} in {environment}."),
        Step::RollBack(Position::Start) => format!("{name} is back at the start in {environment}, and held there."),
        Step::RollBack(to) => format!("{name} is back at {} in {environment}, and held there.", title(to)),
        Step::Finish => format!("The rollout of {name} in {environment} is finished at {here}."),
        Step::TurnOff => format!("{name} is off for everyone in {environment}."),
        Step::TurnOn => format!("{name} is on again in {environment}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    #[test]
    fn an_outcome_names_where_it_stands_now() {
        let check = |configuration, step, expect: &str| {
            assert_eq!(outcome(&fixture::scene(configuration), step), expect);
        };
        check(fixture::draft(), Step::Start, "Instant payments is at Staff in Production.");
        check(fixture::running(1), Step::Advance, "Instant payments is at 10 % in Production.");
        check(fixture::running(2), Step::Hold, "Instant payments is held at 10 % in Production.");
        check(
            fixture::running(2),
            Step::RollBack(Position::Stage(1)),
            "Instant payments is back at 1 % in Production, and held there.",
        );
        check(
            fixture::running(2),
            Step::RollBack(Position::Start),
            "Instant payments is back at the start in Production, and held there.",
        );
        check(fixture::running(2), Step::Approve, "Instant payments is approved for 25 % in Production.");
        check(fixture::nobody(), Step::TurnOff, "Instant payments is off for everyone in Production.");
    }
}
