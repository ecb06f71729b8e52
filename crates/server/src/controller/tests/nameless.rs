//! What is told of nobody in particular.

use signalbox_domain::guard::Source;

use super::*;
use crate::evidence::{Requests, Slice};

/// So many slices of a hundred requests in each arm, a minute apart; of a hundred so many fail.
fn measure(house: &House, slices: i64, control: u32, treated: u32) {
    let watched = house.engine().watch().at(&place()).unwrap();
    for slice in 0..slices {
        for (variant, failing) in [("off", control), ("on", treated)] {
            let at = Timestamp::from_millis(house.now + slice * MINUTE);
            // Slices differ by chance, as requests do.
            let failing = f64::from(failing + u32::from(slice % 2 == 0));
            for (failed, count) in [(true, failing), (false, 100.0 - failing)] {
                let evaluation =
                    Evaluation { variant, reason: Some("SPLIT"), version: house.version(), person: None, at };
                let requests = Requests { count, failed, millis: None, at_least: &[] };
                watched.nameless(evaluation, at, Slice::of_report(7, at), requests);
            }
        }
    }
}

#[test]
fn it_holds_for_somebody_to_look_and_takes_nothing_back() {
    for on_harm in [Reaction::Start, Reaction::SwitchOff] {
        let mut house = House::new(Guard { on_harm, ..guard(Automation::Auto) }, careful());
        measure(&house, 60, 2, 12);
        house.wait(5);
        assert_eq!(
            (house.stands(), house.rollout().held_because),
            ((HELD, Position::Stage(0)), Some(HeldBecause::Signal))
        );
        let why = house.story.last().unwrap();
        assert!(why.contains("of which nobody says whose they were"), "{why}");
        // What it was held by is in the log, and comes out of it again.
        assert!(house.verdicts_hold() > 0);
        assert_eq!(house.rollout().verdicts.values().copied().collect::<Vec<_>>(), [Outcome::NoData]);
    }
}

#[test]
fn it_never_lets_a_rollout_go_on() {
    let mut house = House::new(guard(Automation::Auto), careful());
    measure(&house, 10_000, 2, 2);
    house.wait(60);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    let watched = house.engine().watch().at(&place()).unwrap();
    let began = house.rollout().strata[0].sequence;
    let seen = watched.gathered(Source::Nobody).stratum_of_slices(began, &"errors".parse().unwrap());
    assert_eq!((seen.control.people, seen.treated.people), (1_000_000, 1_000_000), "though there is a lot of it");
}

#[test]
fn few_slices_say_nothing() {
    let mut house = House::new(guard(Automation::Auto), careful());
    measure(&house, 29, 2, 60);
    house.wait(5);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    measure(&house, 31, 2, 60);
    house.wait(5);
    assert_eq!(house.stands(), (HELD, Position::Stage(0)));
}
