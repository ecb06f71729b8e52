//! Who had a feature over time, from the history of its rollout.

use signalbox_domain::rollout::Position;
use signalbox_domain::{Share, Timestamp};
use signalbox_protocol::wire::audit::AuditEntry;
use signalbox_protocol::wire::rollout::Rollout;

use crate::pages::flag::crowd::in_words;
use crate::pages::flag::scene::Scene;
use crate::time;

/// Who had it during a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Every change, oldest first; at least two.
    pub points: Vec<Point>,
    /// When the rollout was finished; absent while it goes on.
    pub end: Option<Timestamp>,
}

/// So many people had it from this moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// From when.
    pub time: Timestamp,
    /// How many people: an estimate from the audience that is stated now.
    pub people: u64,
    /// What happened then.
    pub event: Event,
}

/// What changed who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It entered a stage, from 0.
    Entered(usize),
    /// It was rolled back.
    RolledBack,
    /// It was turned off for everyone.
    TurnedOff,
    /// It was turned on again.
    TurnedOn,
}

/// The course of the latest rollout, from the flag's history in this environment (newest first).
///
/// Nothing where the history does not tell it whole: it does not reach back to the start, a stage that
/// was left is not in the plan any more, or it does not lead to who has it now. A gap is never drawn
/// as a fact.
pub fn course(scene: &Scene, history: &[AuditEntry]) -> Option<Course> {
    let rollout = scene.configuration.rollout.as_ref()?;
    // What came before a rollout that has not started is the course of another one.
    rollout.started?;
    let start = history.iter().position(|entry| entry.kind == "rollout_started")?;
    let mut position = Position::Start;
    let mut off = false;
    let mut points = Vec::new();
    let mut end = None;
    for entry in history[..=start].iter().rev() {
        let event = match (entry.kind.as_str(), position) {
            ("rollout_started", _) => Event::Entered(0),
            ("rollout_advanced", Position::Start) => Event::Entered(0),
            ("rollout_advanced", Position::Stage(stage)) => Event::Entered(stage + 1),
            ("rollout_rolled_back", _) => Event::RolledBack,
            ("kill_switch_engaged", _) => Event::TurnedOff,
            ("kill_switch_lifted", _) => Event::TurnedOn,
            // What the rule gives after the end of the rollout is another story.
            ("rollout_finished", _) => {
                end = Some(entry.time);
                break;
            }
            _ => continue,
        };
        match event {
            Event::Entered(stage) => position = Position::Stage(stage),
            Event::RolledBack => position = rolled_back_to(rollout, entry.words.after.as_deref()?)?,
            Event::TurnedOff => off = true,
            Event::TurnedOn => off = false,
        }
        if matches!(position, Position::Stage(stage) if stage >= rollout.stages.len()) {
            return None;
        }
        let people = if off { 0 } else { scene.at(rollout, position).people? };
        points.push(Point { time: entry.time, people, event });
    }
    let agrees = end.is_some() || off == scene.configuration.killed.is_some();
    (position == rollout.position && agrees && points.len() > 1).then_some(Course { points, end })
}

/// Where a roll back led, from how the history words it.
fn rolled_back_to(rollout: &Rollout, after: &str) -> Option<Position> {
    let start = if rollout.share_before == Share::NOBODY {
        "nobody".to_owned()
    } else {
        format!("{} (before the rollout)", rollout.share_before)
    };
    if after == start {
        return Some(Position::Start);
    }
    let mut called = rollout.stages.iter().enumerate().filter(|(_, stage)| stage.title == after);
    match (called.next(), called.next()) {
        (Some((stage, _)), None) => Some(Position::Stage(stage)),
        _ => None,
    }
}

/// What the course shows, in one sentence: "From nobody to about 41,000 people in 17 d; rolled back once."
pub fn finding(scene: &Scene, course: &Course, now: Timestamp) -> Option<String> {
    let Course { points, end } = course;
    let rollout = scene.configuration.rollout.as_ref()?;
    let (first, last) = (points.first()?, points.last()?);
    let before = scene.at(rollout, Position::Start).people;
    let count = |event: Event| points.iter().filter(|point| point.event == event).count();
    let span = time::span(end.unwrap_or(now).millis() - first.time.millis());
    let most = points.iter().map(|point| point.people).max();
    let mut sentence = match last.people {
        0 => format!("At most {} had it in {span}, in the end nobody", in_words(most)),
        last => format!("From {} to {} in {span}", in_words(before), in_words(Some(last))),
    };
    for (what, times) in [("rolled back", count(Event::RolledBack)), ("turned off", count(Event::TurnedOff))] {
        match times {
            0 => {}
            1 => sentence += &format!("; {what} once"),
            2 => sentence += &format!("; {what} twice"),
            many => sentence += &format!("; {what} {many} times"),
        }
    }
    Some(sentence + ".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;
    use signalbox_domain::rollout::RolloutStatus;
    use signalbox_protocol::wire::configuration::Configuration;

    /// A history, oldest first here: kind and what it led to.
    fn history(events: &[(&str, &str)]) -> Vec<AuditEntry> {
        let entry = |(index, (kind, after)): (usize, &(&str, &str))| {
            serde_json::from_value(json!({
                "sequence": index + 1, "time": format!("2026-11-{:02}T09:00:00.000Z", index + 2), "actor": "system",
                "kind": kind, "previous_link": "", "link": "",
                "words": { "actor": "Maren", "action": "moved", "subject": "it", "after": after },
            }))
            .unwrap()
        };
        let mut entries: Vec<AuditEntry> = events.iter().enumerate().map(entry).collect();
        entries.reverse();
        entries
    }

    fn check(configuration: Configuration, events: &[(&str, &str)], expect: Option<&[u64]>) {
        let got = course(&fixture::scene(configuration), &history(events))
            .map(|course| course.points.into_iter().map(|point| point.people).collect::<Vec<_>>());
        assert_eq!(got.as_deref(), expect, "{events:?}");
    }

    #[test]
    fn the_history_of_a_rollout_is_its_course() {
        let started = [("flag_created", ""), ("rollout_started", "Staff"), ("rollout_advanced", "1 %")];
        check(fixture::running(1), &started, Some(&[3, 1_640]));

        let back = [&started[..], &[("rollout_advanced", "10 %"), ("rollout_rolled_back", "1 %")]].concat();
        check(fixture::held(1), &back, Some(&[3, 1_640, 16_400, 1_640]));

        let again = [&back[..], &[("rollout_resumed", ""), ("rollout_advanced", "10 %")]].concat();
        check(fixture::running(2), &again, Some(&[3, 1_640, 16_400, 1_640, 16_400]));

        let mut killed = fixture::held(1);
        killed.killed = Some(Timestamp::from_millis(1));
        let off = [&started[..], &[("kill_switch_engaged", ""), ("rollout_held", "")]].concat();
        check(killed, &off, Some(&[3, 1_640, 0]));

        let mut finished = fixture::running(1);
        finished.rollout.as_mut().unwrap().status = RolloutStatus::Finished;
        finished.killed = Some(Timestamp::from_millis(1));
        let after =
            [&started[..], &[("rollout_finished", ""), ("rule_changed", ""), ("kill_switch_engaged", "")]].concat();
        check(finished.clone(), &after, Some(&[3, 1_640]));
        let course = course(&fixture::scene(finished), &history(&after)).unwrap();
        assert_eq!(course.end.unwrap().to_string(), "2026-11-05T09:00:00.000Z", "it ends with the rollout");
    }

    #[test]
    fn what_the_history_does_not_tell_is_not_drawn() {
        // It does not reach back to the start.
        check(fixture::running(1), &[("rollout_advanced", "1 %")], None);
        // It is that of an earlier rollout.
        check(fixture::draft(), &[("rollout_started", "Staff"), ("rollout_rolled_back", "nobody")], None);
        // It does not lead to where the rollout stands.
        check(fixture::running(2), &[("rollout_started", "Staff"), ("rollout_advanced", "1 %")], None);
        // A stage that is not in the plan any more.
        let gone = [("rollout_started", "Staff"), ("rollout_advanced", "1 %"), ("rollout_rolled_back", "Old")];
        check(fixture::held(0), &gone, None);
        // One point is no course.
        check(fixture::running(0), &[("rollout_started", "Staff")], None);
    }

    #[test]
    fn the_finding_is_one_sentence() {
        let scene = fixture::scene(fixture::held(1));
        let events = [
            ("rollout_started", "Staff"),
            ("rollout_advanced", "1 %"),
            ("rollout_advanced", "10 %"),
            ("rollout_rolled_back", "1 %"),
        ];
        let course = course(&scene, &history(&events)).unwrap();
        let now = Timestamp::from_millis(course.points[0].time.millis() + 17 * 24 * 3_600_000);
        assert_eq!(
            finding(&scene, &course, now).unwrap(),
            "From nobody to about 1,640 people in 17 d; rolled back once."
        );
        let mut off = course.clone();
        off.points.push(Point { people: 0, event: Event::TurnedOff, ..course.points[3] });
        assert_eq!(
            finding(&scene, &off, now).unwrap(),
            "At most about 16,400 people had it in 17 d, in the end nobody; rolled back once; turned off once."
        );
    }
}
