//! The line of a rollout: its stages as blocks, passed, occupied or ahead.

use signalbox_domain::Timestamp;
use signalbox_domain::guard::Wanted;
use signalbox_domain::rollout::{Position, RolloutStatus};
use signalbox_domain::words::difference;
use signalbox_protocol::wire::rollout::Rollout;

use crate::pages::flag::crowd::figure;
use crate::pages::flag::scene::Scene;
use crate::time;

const MINUTE_MILLIS: i64 = 60_000;

/// One stage on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What the stage is called.
    pub title: String,
    /// Where it lies from where the rollout stands.
    pub lies: Lies,
    /// The signal at its entrance.
    pub signal: Signal,
    /// "41,000 people".
    pub people: String,
    /// "+24,600 people · soak 3 d" against the stage before; empty where nothing is known or added.
    pub more: String,
    /// How long it soaks, in milliseconds; 0 where that is not asked.
    pub soak_millis: i64,
    /// What must be said of what it asks: it is left by less than safety.
    pub asks_less: bool,
    /// When it was first entered.
    pub entered: Option<Timestamp>,
    /// When the next stage was first entered, for stages that were passed.
    pub left: Option<Timestamp>,
}

/// Where a block lies from where the rollout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lies {
    /// Passed.
    Behind,
    /// The rollout stands in it.
    Here {
        /// Whether it may go no further until somebody resumes it.
        held: bool,
    },
    /// Not entered, or left again by a roll back.
    Ahead,
}

/// The signal at the entrance of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The first block, entered: where the rollout started.
    Start,
    /// Passed.
    Passed,
    /// The next one to enter: nothing but a person's decision is asked.
    Ready,
    /// The next one to enter, while the rollout is held.
    Held,
    /// The next one to enter, while the flag is off for everyone.
    Off,
    /// Its turn comes after others.
    Later,
    /// The rollout ended without it.
    Ended,
}

/// All stages of a rollout as blocks, first to last.
pub fn blocks(scene: &Scene, rollout: &Rollout) -> Vec<Block> {
    let stands = match rollout.position {
        Position::Start => None,
        Position::Stage(stage) => Some(stage),
    };
    let next = stands.map_or(0, |stage| stage + 1);
    let over = rollout.status == RolloutStatus::Finished;
    let held = rollout.status == RolloutStatus::Held || scene.configuration.killed.is_some();
    let mut before = scene.at(rollout, Position::Start).people;
    rollout
        .stages
        .iter()
        .enumerate()
        .map(|(index, stage)| {
            let people = scene.at(rollout, Position::Stage(index)).people;
            let lies = match stands {
                Some(stands) if index < stands || (index == stands && over) => Lies::Behind,
                Some(stands) if index == stands => Lies::Here { held },
                _ => Lies::Ahead,
            };
            let signal = match lies {
                Lies::Ahead if over => Signal::Ended,
                Lies::Ahead if index != next => Signal::Later,
                Lies::Ahead if scene.configuration.killed.is_some() => Signal::Off,
                Lies::Ahead if rollout.status == RolloutStatus::Held => Signal::Held,
                Lies::Ahead => Signal::Ready,
                _ if index == 0 => Signal::Start,
                _ => Signal::Passed,
            };
            let more = before.zip(people).map_or_else(String::new, |(before, people)| more(before, people));
            let soak_millis = i64::from(stage.gate.soak_minutes) * MINUTE_MILLIS;
            let soak = (soak_millis > 0).then(|| format!("soak {}", time::span(soak_millis)));
            let more = [more, soak.unwrap_or_default()].into_iter().filter(|part| !part.is_empty());
            let more = more.collect::<Vec<_>>().join(" · ");
            before = people;
            Block {
                title: stage.title.clone(),
                lies,
                signal,
                people: figure(people),
                more,
                soak_millis,
                asks_less: stage.gate.evidence == Wanted::NotHarmful,
                entered: stage.first_entered,
                left: rollout.stages.get(index + 1).and_then(|next| next.first_entered),
            }
        })
        .collect()
}

/// How far a stage has soaked, 0 to 1: whole where nothing is asked, and nothing where nobody knows since when.
pub fn soaked(soak_millis: i64, since: Option<Timestamp>, now: Timestamp) -> f64 {
    if soak_millis <= 0 {
        return 1.0;
    }
    let passed = since.map_or(0, |since| (now.millis() - since.millis()).clamp(0, soak_millis));
    #[expect(clippy::cast_precision_loss, reason = "for the width of a bar")]
    let part = passed as f64 / soak_millis as f64;
    part
}

/// "+24,600 people"; empty where it adds nobody.
fn more(before: u64, after: u64) -> String {
    difference(before, after)
        .filter(|_| after > before)
        .map_or_else(String::new, |_| format!("+{}", figure(Some(after - before))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use signalbox_protocol::wire::configuration::Configuration;

    /// Each block as a letter for where it lies and the signal at its entrance.
    fn check(configuration: Configuration, expect: &str) {
        let scene = fixture::scene(configuration);
        let rollout = scene.configuration.rollout.clone().unwrap();
        let drawn: Vec<_> = blocks(&scene, &rollout)
            .iter()
            .map(|block| {
                let lies = match block.lies {
                    Lies::Behind => "=",
                    Lies::Here { held: false } => ">",
                    Lies::Here { held: true } => "!",
                    Lies::Ahead => "-",
                };
                format!("{:?}{lies}", block.signal)
            })
            .collect();
        assert_eq!(drawn.join(" "), expect);
    }

    #[test]
    fn only_the_next_signal_is_lit() {
        check(fixture::draft(), "Ready- Later- Later- Later- Later-");
        check(fixture::running(2), "Start= Passed= Passed> Ready- Later-");
        check(fixture::held(2), "Start= Passed= Passed! Held- Later-");
        check(fixture::running(4), "Start= Passed= Passed= Passed= Passed>");

        let mut killed = fixture::held(0);
        killed.killed = Some(Timestamp::from_millis(1));
        check(killed, "Start! Off- Later- Later- Later-");

        let mut rolled_back = fixture::held(2);
        rolled_back.rollout.as_mut().unwrap().position = Position::Start;
        check(rolled_back, "Held- Later- Later- Later- Later-");

        let mut finished = fixture::running(3);
        finished.rollout.as_mut().unwrap().status = RolloutStatus::Finished;
        check(finished, "Start= Passed= Passed= Passed= Ended-");
    }

    #[test]
    fn a_stage_soaks_from_nothing_to_whole() {
        let at = Timestamp::from_millis;
        let check = |soak, since: Option<i64>, expect: f64| {
            assert!((soaked(soak, since.map(at), at(1_000)) - expect).abs() < 1e-9, "{soak} {since:?}");
        };
        check(0, None, 1.0);
        check(400, None, 0.0);
        check(400, Some(900), 0.25);
        check(400, Some(500), 1.0);
        check(400, Some(2_000), 0.0);
    }

    #[test]
    fn every_stage_says_how_many_people_it_adds() {
        let scene = fixture::scene(fixture::running(2));
        let rollout = scene.configuration.rollout.clone().unwrap();
        let told: Vec<_> =
            blocks(&scene, &rollout).into_iter().map(|block| format!("{} {}", block.people, block.more)).collect();
        assert_eq!(
            told,
            [
                "3 people +3 people",
                "1,640 people +1,640 people",
                "16,400 people +14,800 people",
                "41,000 people +24,600 people",
                "164,000 people +123,000 people"
            ]
        );
    }
}
