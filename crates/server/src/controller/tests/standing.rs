//! What a rollout waits for, and whom it calls.

use signalbox_domain::notice::Notice;

use super::*;

/// What people were told at once so far, and when, in seconds since the beginning.
fn notices(house: &House) -> Vec<(i64, Notice)> {
    let engine = house.engine();
    let last = engine.read(|state, _| state.sequence);
    let entries = (1..=last).map(|number| engine.log().entry(number).unwrap().unwrap().envelope);
    let told = entries.filter_map(|envelope| Some((envelope.time.millis(), envelope.event.notice()?)));
    told.map(|(at, notice)| ((at - BEGIN) / 1_000, notice)).collect()
}

#[test]
fn nobody_is_let_in_or_taken_back_where_people_do_everything() {
    let mut house = House::new(guard(Automation::Recommend), careful());
    house.requests(100_000, 10, 10);
    house.wait(15);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    house.requests(60_000, 10, 80);
    house.wait(5);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    assert!(house.story.iter().any(|line| line.contains("harm shown")), "but it is told: {:?}", house.story);

    let mut house = House::new(guard(Automation::Guard), careful());
    house.requests(100_000, 10, 10);
    house.wait(15);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)), "going on is for people");
}

#[test]
fn whoever_may_let_it_go_on_is_called_once() {
    for automation in [Automation::Recommend, Automation::Guard] {
        let mut house = House::new(guard(automation), careful());
        house.requests(100_000, 10, 10);
        house.wait(60);
        // Ten minutes in the stage, and two looks that say the same.
        assert_eq!(notices(&house), [(610, Notice::CouldGoOn)], "{automation:?}");
        let rollout = house.rollout();
        assert_eq!(rollout.standing, Standing::GoAhead);
        assert_eq!(rollout.standing_since, Some(Timestamp::from_millis(BEGIN + 610_000)));
        house.act(Command::AdvanceRollout { place: place() });
        assert_eq!((house.rollout().standing, house.rollout().standing_since), (Standing::Nobody, None));
        house.wait(60);
        // What the first stage has shown counts; the next one asks ten minutes of its own.
        assert_eq!(notices(&house)[1..], [(3_600 + 610, Notice::CouldGoOn)], "{automation:?}");
    }
}

#[test]
fn a_restart_calls_nobody_again() {
    let mut house = House::new(guard(Automation::Guard), careful());
    house.requests(100_000, 10, 10);
    house.wait(15);
    house.engine().flush_counts();
    let mut house = house.restart(MINUTE);
    house.wait(10);
    assert_eq!(notices(&house), [(610, Notice::CouldGoOn)]);
    assert_eq!(house.rollout().standing, Standing::GoAhead);
}

#[test]
fn a_machine_that_goes_on_by_itself_calls_nobody() {
    let mut house = House::new(Guard { cooldown_minutes: 30, ..guard(Automation::Auto) }, careful());
    house.requests(100_000, 10, 10);
    house.wait(29);
    assert_eq!((house.stands(), notices(&house)), ((RUNNING, Position::Stage(0)), vec![]), "it cools down");
    house.wait(2);
    assert_eq!((house.stands(), notices(&house)), ((RUNNING, Position::Stage(1)), vec![]));
}

#[test]
fn a_stage_that_asks_nothing_calls_nobody() {
    let share = |percent: u32| serde_json::json!({"audience": {"kind": "percentage", "share": percent}});
    let stages = stages(serde_json::json!([share(10), share(50)]));
    let mut house = House::new(guard(Automation::Guard), stages);
    house.requests(10_000, 10, 10);
    house.wait(60);
    assert_eq!(notices(&house), []);
}

#[test]
fn harm_calls_somebody_where_nothing_is_taken_back() {
    let mut house = House::new(guard(Automation::Recommend), careful());
    house.requests(40_000, 10, 60);
    house.wait(60);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    assert_eq!(notices(&house), [(20, Notice::Danger)]);
    assert_eq!(house.rollout().standing, Standing::Help);
    // Whoever holds it knows; people still have it, so it still waits for somebody, until it is back.
    house.act(Command::HoldRollout { place: place() });
    house.wait(1);
    assert_eq!(house.rollout().standing, Standing::Help);
    house.act(Command::RollBackRollout { place: place(), to: Position::Start });
    house.wait(10);
    assert_eq!(house.rollout().standing, Standing::Nobody);
    let kinds: Vec<_> = notices(&house).into_iter().map(|(_, notice)| notice).collect();
    assert_eq!(kinds, [Notice::Danger, Notice::RolledBack]);
}

#[test]
fn what_passes_at_the_next_look_calls_nobody() {
    let hours = serde_json::json!([
        {"audience": {"kind": "percentage", "share": 10},
            "gate": {"soak_minutes": 1, "window": {"zone": "UTC", "from": "14:00", "until": "14:35"}}},
        {"audience": {"kind": "percentage", "share": 50}},
    ]);
    let mut house = House::new(guard(Automation::Guard), stages(hours));
    house.wait(10);
    // It began at 14:32; from 14:33 on it could go on, and at 14:35 the hours are over.
    let last = house.rollout();
    assert_eq!((last.standing, notices(&house)), (Standing::Nobody, vec![(70, Notice::CouldGoOn)]));
}

#[test]
fn an_approval_is_asked_for_when_nothing_else_is_missing() {
    let stages = stages(serde_json::json!([
        {"audience": {"kind": "percentage", "share": 10}, "gate": {"soak_minutes": 10, "approval": true}},
        {"audience": {"kind": "percentage", "share": 50}},
    ]));
    let mut house = House::new(guard(Automation::Guard), stages);
    house.wait(9);
    assert_eq!(notices(&house), []);
    house.wait(30);
    assert_eq!(notices(&house), [(610, Notice::ReviewPoint)]);
    let jonas = ActorId::Token("tok_jonas".parse().unwrap());
    let terms = Terms { actor: jonas, role: Role::Admin, ..Terms::system().against(house.version()) };
    house.engine().submit_blocking(Command::ApproveStage { place: place() }, terms.because("fine".to_owned())).unwrap();
    house.wait(1);
    assert_eq!(house.rollout().standing, Standing::GoAhead, "agreed, and not gone on");
    let kinds: Vec<_> = notices(&house).into_iter().map(|(_, notice)| notice).collect();
    assert_eq!(kinds, [Notice::ReviewPoint, Notice::CouldGoOn]);
}

#[test]
fn nobody_is_called_for_what_is_turned_off() {
    let mut house = House::new(guard(Automation::Recommend), careful());
    house.act(Command::EngageKillSwitch { place: place() });
    house.requests(40_000, 10, 60);
    house.wait(10);
    assert_eq!(notices(&house).len(), 1, "the kill switch alone: {:?}", house.story);
}
