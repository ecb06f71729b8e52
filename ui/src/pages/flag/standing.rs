//! How a flag stands in one environment, in a few words and in one sentence.

use signalbox_domain::rollout::{Position, RolloutStatus};
use signalbox_domain::{Share, people};

use crate::pages::flag::scene::{Scene, Side};
use crate::words::capitalised;

/// How a flag stands, for its pill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// "Running at 10 %", "Off for everyone".
    pub words: String,
    /// Whether it is stopped: held, or off for everyone.
    pub stopped: bool,
}

/// How a flag stands in one environment.
pub fn standing(scene: &Scene) -> Standing {
    let calm = |words: String| Standing { words, stopped: false };
    let stopped = |words: String| Standing { words, stopped: true };
    if scene.flag.archived.is_some() {
        return calm("In the archive".into());
    }
    if scene.configuration.killed.is_some() {
        return stopped("Off for everyone".into());
    }
    let reach = scene.unless_turned_off();
    match scene.open_rollout() {
        Some(rollout) => match (rollout.status, rollout.position) {
            (RolloutStatus::Running, _) => calm(format!("Running at {}", reach.title)),
            (RolloutStatus::Held, Position::Start) => stopped("Held before the start".into()),
            (RolloutStatus::Held, Position::Stage(_)) => stopped(format!("Held at {}", reach.title)),
            (RolloutStatus::Draft | RolloutStatus::Finished, _) => calm("Not started".into()),
        },
        None if !scene.configuration.rules.is_empty() && reach.share != Share::EVERYBODY => {
            calm(match scene.configuration.rules.len() {
                1 => "By 1 rule".into(),
                many => format!("By {many} rules"),
            })
        }
        None => calm(match (reach.share, reach.named) {
            (Share::EVERYBODY, _) => "On for everyone".into(),
            (Share::NOBODY, 0) => "Off".into(),
            _ => format!("On for {}", reach.title),
        }),
    }
}

/// "About 41,000 of 164,000 people have it."
pub fn reach_sentence(scene: &Scene) -> String {
    let own = match scene.configuration.overrides.len() {
        0 => String::new(),
        1 => " 1 person has a variant of their own.".into(),
        many => format!(" {many} people have a variant of their own."),
    };
    if scene.flag.archived.is_some() {
        return "Applications do not know it any more.".into();
    }
    if scene.configuration.killed.is_some() {
        return "Nobody has it while it is turned off.".into();
    }
    let reach = scene.unless_turned_off();
    if !scene.configuration.rules.is_empty() {
        return by_rules(scene, &reach) + &own;
    }
    if !reach.groups.is_empty() && reach.share == Share::NOBODY {
        return format!("{} have it.{own}", reach.groups.join(", "));
    }
    let sentence = match (reach.share, reach.people, scene.crowd().size()) {
        (Share::NOBODY, Some(0), _) => "Nobody has it.".into(),
        (Share::NOBODY, Some(1), _) => "1 person, named by their key, has it.".into(),
        (Share::NOBODY, Some(named), _) => format!("{} people, named one by one, have it.", people::grouped(named)),
        (Share::EVERYBODY, Some(all), _) => format!("Everybody has it: {}.", people::in_words(all)),
        (_, Some(reached), Some(size)) => {
            let have = if reached == 1 { "has" } else { "have" };
            let about = if reached >= 1_000 { "about " } else { "" };
            let text = format!("{about}{} of {} people {have} it.", people::rounded(reached), people::rounded(size));
            capitalised(&text)
        }
        (share, ..) => format!("{share} of people have it; how many use this environment was not stated."),
    };
    sentence + &own
}

/// "25 % of “Germany” have it; 2 other rules decide about others."
fn by_rules(scene: &Scene, reach: &Side) -> String {
    let rules = scene.configuration.rules.len();
    let decide = |count: usize, noun: &str| match count {
        1 => format!("1 {noun} decides"),
        many => format!("{many} {noun}s decide"),
    };
    let share = |share: Share| match share {
        Share::NOBODY => "Nobody".to_owned(),
        Share::EVERYBODY => "Everybody".to_owned(),
        share => share.to_string(),
    };
    let have = if reach.share == Share::NOBODY || reach.share == Share::EVERYBODY { "has" } else { "have" };
    match scene.driven_rule().and_then(|id| scene.rule_called(id)) {
        Some(title) => {
            let mut sentence = format!("{} of “{title}” {have} it", share(reach.share));
            if rules > 1 {
                sentence.push_str(&format!("; {} about others", decide(rules - 1, "other rule")));
            }
            sentence + "."
        }
        None => {
            let besides = reach.named > 0 || !reach.groups.is_empty();
            let who = match reach.share {
                Share::NOBODY if besides && reach.named != 1 => format!("{} have", reach.title),
                Share::NOBODY if besides => format!("{} has", reach.title),
                other => format!("{} {have}", share(other).to_lowercase()),
            };
            capitalised(&format!("{}, and of everyone else {who} it.", decide(rules, "rule")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use signalbox_domain::Timestamp;
    use signalbox_protocol::wire::configuration::Configuration;

    fn check(configuration: Configuration, words: &str, sentence: &str) {
        let scene = fixture::scene(configuration);
        assert_eq!((standing(&scene).words.as_str(), reach_sentence(&scene).as_str()), (words, sentence));
    }

    #[test]
    fn the_pill_and_the_sentence_say_the_same() {
        check(fixture::nobody(), "Off", "Nobody has it.");
        check(fixture::draft(), "Not started", "Nobody has it.");
        check(fixture::running(0), "Running at Staff", "3 people, named one by one, have it.");
        check(fixture::running(3), "Running at 25 %", "About 41,000 of 164,000 people have it.");
        check(fixture::held(2), "Held at 10 %", "About 16,400 of 164,000 people have it.");

        let mut killed = fixture::held(2);
        killed.killed = Some(Timestamp::from_millis(1));
        check(killed, "Off for everyone", "Nobody has it while it is turned off.");

        let mut rolled_back = fixture::held(2);
        let rollout = rolled_back.rollout.as_mut().unwrap();
        rollout.position = Position::Start;
        check(rolled_back, "Held before the start", "Nobody has it.");

        let mut taken_back = fixture::running(2);
        taken_back.rollout.as_mut().unwrap().status = RolloutStatus::Finished;
        taken_back.reach = fixture::nobody().reach;
        check(taken_back, "Off", "Nobody has it.");

        let mut finished = fixture::running(4);
        finished.rollout.as_mut().unwrap().status = RolloutStatus::Finished;
        check(finished, "On for everyone", "Everybody has it: about 164,000 people.");
    }

    #[test]
    fn only_what_is_held_or_off_is_stopped() {
        assert!(standing(&fixture::scene(fixture::held(1))).stopped);
        assert!(!standing(&fixture::scene(fixture::running(1))).stopped);
    }

    #[test]
    fn an_unstated_audience_is_said() {
        let mut scene = fixture::scene(fixture::running(3));
        scene.environment.audience = 0;
        assert_eq!(reach_sentence(&scene), "25 % of people have it; how many use this environment was not stated.");
    }
}
