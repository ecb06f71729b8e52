//! A plan as a line in time: stages to scale, with what is asked and who will have been seen.

use signalbox_domain::Timestamp;
use signalbox_domain::guard::{Automation, Begin, Guard, People, Preview, StagePreview, Wanted, gate_words};
use signalbox_domain::people::rounded;
use signalbox_domain::rollout::Stage;

use crate::components::Aspect;
use crate::state::Segments;
use crate::time;

/// A plan as a line in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// What the last stage is called.
    pub last: String,
    /// When it is entered at the earliest: "Thu 26 Nov, 14:20".
    pub arrives: Option<String>,
    /// The same with year and seconds, for hovering.
    pub full: String,
    /// What comes on top, or why no time is told.
    pub rest: String,
    /// Whether some stage is never left.
    pub stuck: bool,
    /// The stages.
    pub segments: Vec<Segment>,
}

/// One stage of the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// What it is called.
    pub title: String,
    /// How surely it is left.
    pub tone: Tone,
    /// How wide it is beside the others: as long as it lasts.
    pub weight: f64,
    /// "today, 14:20": when it is entered.
    pub enters: Option<String>,
    /// "1 d 4 h": how long it lasts at least.
    pub lasts: String,
    /// "820 with it, 81,200 without", as far as that is known.
    pub people: String,
    /// With it, for the table.
    pub treated: String,
    /// Without it, for the table.
    pub control: String,
    /// What must be said of its evidence.
    pub says: Option<(Aspect, String)>,
    /// What it asks, for the table.
    pub asks: String,
    /// What stands at its end.
    pub marks: Vec<Mark>,
}

/// How surely a stage is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It was.
    Passed,
    /// After the time that is shown, if there is no difference.
    Sure,
    /// After that time at the earliest, or nobody knows when.
    AtLeast,
    /// Never.
    Never,
    /// It comes after one that is never left.
    Behind,
}

/// What stands at the end of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Somebody must approve: a review point.
    Approval,
    /// It is left at some hours only.
    Window,
    /// A person decides, since nothing goes on by itself.
    Person,
}

/// Draws a plan that was reckoned through.
pub fn drawn(
    stages: &[Stage<String>],
    guard: &Guard,
    found: &Preview,
    begin: Begin,
    now: Timestamp,
    names: &Segments,
) -> Drawn {
    let passed = begin.stage.unwrap_or(0);
    let last_place = stages.len().saturating_sub(1);
    let lasting: Vec<_> = found.stages.iter().map(|stage| lasts_millis(stage, begin, now)).collect();
    let known = lasting.iter().flatten().copied().max().unwrap_or(1).max(1);
    let mut behind = false;
    let segments = stages.iter().zip(&found.stages).zip(&lasting).enumerate().map(|(place, ((stage, told), lasts))| {
        let tone = match () {
            () if place < passed => Tone::Passed,
            () if told.shortfall.is_some() => Tone::Never,
            () if behind => Tone::Behind,
            () if told.at_least || told.leaves.is_none() => Tone::AtLeast,
            () => Tone::Sure,
        };
        behind |= told.shortfall.is_some();
        #[expect(clippy::cast_precision_loss, reason = "for the width of a bar")]
        let weight = match (tone, lasts) {
            (Tone::Passed, _) => 0.0,
            (_, Some(lasts)) => *lasts as f64 / known as f64,
            (_, None) => 0.35,
        };
        let count = |people: Option<u64>| people.map_or_else(|| "–".to_owned(), rounded);
        let control = told.people.map(|people| people.control).filter(|control| *control > 0);
        let mut marks = Vec::new();
        if place >= passed && place < last_place {
            marks.extend(stage.gate.window.is_some().then_some(Mark::Window));
            if stage.gate.approval {
                marks.push(Mark::Approval);
            } else if guard.automation != Automation::Auto || stage.gate.is_open() {
                marks.push(Mark::Person);
            }
        }
        Segment {
            title: stage.in_words(names),
            tone,
            weight,
            enters: told.enters.map(|at| time::ahead(&time::local(at), &time::local(now))),
            lasts: lasts_words(told, tone, *lasts),
            people: told.people.map(people_words).unwrap_or_default(),
            treated: count(told.people.map(|people| people.treated)),
            control: count(control),
            says: says(stage, told, tone),
            asks: gate_words(&stage.gate),
            marks,
        }
    });
    let segments: Vec<_> = segments.collect();
    let arrives = found.arrives();
    let at_least = found.stages.iter().any(|stage| stage.at_least);
    let approvals = stages.iter().take(last_place).skip(passed).filter(|stage| stage.gate.approval).count();
    let decided = segments.iter().any(|segment| segment.marks.contains(&Mark::Person));
    let rest = match arrives {
        Some(_) => on_top(begin, at_least, approvals, decided),
        None if stages.len() == passed + 1 && begin.stage.is_some() => "It stands in its last stage.".to_owned(),
        None => "When it can be through is not known, for nobody knows how many people come a day.".to_owned(),
    };
    Drawn {
        last: stages.last().map(|stage| stage.in_words(names)).unwrap_or_default(),
        arrives: arrives.map(|at| time::ahead(&time::local(at), &time::local(now))),
        full: arrives.map(|at| time::full(&time::local(at))).unwrap_or_default(),
        rest,
        stuck: found.is_stuck(),
        segments,
    }
}

/// ", if it started now; evidence may take longer and an approval comes on top."
fn on_top(begin: Begin, at_least: bool, approvals: usize, decided: bool) -> String {
    let mut words = if begin.stage.is_none() { ", if it started now".to_owned() } else { String::new() };
    let approvals = match approvals {
        0 => None,
        1 => Some("an approval comes on top".to_owned()),
        many => Some(format!("{many} approvals come on top")),
    };
    let longer = at_least.then(|| "evidence may take longer".to_owned());
    let people = decided.then(|| "people decide when it goes on".to_owned());
    for part in [longer, approvals, people].into_iter().flatten() {
        words += "; ";
        words += &part;
    }
    words + "."
}

fn lasts_millis(told: &StagePreview, begin: Begin, now: Timestamp) -> Option<i64> {
    let enters = told.enters.or_else(|| begin.since.filter(|_| told.leaves.is_some())).unwrap_or(now);
    told.leaves.map(|leaves| (leaves.millis() - enters.millis()).max(0))
}

fn lasts_words(told: &StagePreview, tone: Tone, lasts: Option<i64>) -> String {
    match (tone, lasts, told.needs) {
        (Tone::Passed, ..) => "passed".into(),
        (Tone::Never, ..) => "never left".into(),
        (_, Some(0), _) => "left at once".into(),
        (Tone::AtLeast, Some(lasts), _) => format!("at least {}", time::span(lasts)),
        (_, Some(lasts), _) => time::span(lasts),
        (_, None, Some(needs @ 1..)) => format!("until {} people came", rounded(needs)),
        (_, None, Some(0) | None) => String::new(),
    }
}

/// "820 with it, 81,200 without".
fn people_words(People { control, treated }: People) -> String {
    match control {
        0 => format!("{} with it", rounded(treated)),
        control => format!("{} with it, {} without", rounded(treated), rounded(control)),
    }
}

fn says(stage: &Stage<String>, told: &StagePreview, tone: Tone) -> Option<(Aspect, String)> {
    match (tone, stage.gate.evidence) {
        (Tone::Passed, _) => None,
        (Tone::Never, Wanted::Safe) => Some((Aspect::Caution, "cannot be shown safe".into())),
        (Tone::Never, Wanted::Nothing | Wanted::NotHarmful) => Some((Aspect::Caution, "too few people".into())),
        (_, Wanted::NotHarmful) => Some((Aspect::Off, "asks only that no harm is shown".into())),
        (_, Wanted::Safe) if told.at_least => Some((Aspect::Dark, "can be safe; what is usual is not known".into())),
        (_, Wanted::Safe) => Some((Aspect::Clear, "safe, if there is no difference".into())),
        (_, Wanted::Nothing) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use serde_json::{Value, json};
    use signalbox_domain::Share;
    use signalbox_domain::guard::{Reckoning, Traffic, Usual, preview};
    use signalbox_domain::key::MetricKey;

    fn plan(gates: &[(f64, Value)], automation: &str) -> Drawn {
        let stage = |(share, gate): &(f64, Value)| -> Stage<String> {
            serde_json::from_value(json!({ "audience": { "kind": "percentage", "share": share }, "gate": gate }))
                .unwrap()
        };
        let stages: Vec<_> = gates.iter().map(stage).collect();
        let guard: Guard = serde_json::from_value(json!({ "automation": automation, "metrics": [{
            "key": "errors", "name": "Errors", "measure": { "kind": "failed_requests" },
            "worse": "more_is_worse", "role": "guardrail", "margin": 0.005,
        }] }))
        .unwrap();
        let usual = BTreeMap::from([(MetricKey::new("errors").unwrap(), Usual::Rate(0.01))]);
        let now = Timestamp::from_millis(0);
        let begin = Begin::default();
        let reckoning = Reckoning {
            guard: &guard,
            share_before: Share::NOBODY,
            traffic: Traffic { everybody: Some(164_000), a_day: Some(20_000.0) },
            usual: &usual,
            begin,
            now,
        };
        drawn(&stages, &guard, &preview(&stages, &reckoning), begin, now, &Segments::default())
    }

    fn told(drawn: &Drawn) -> Vec<String> {
        let words = |segment: &Segment| {
            let Segment { title, tone, lasts, says, marks, .. } = segment;
            let says = says.as_ref().map(|(_, words)| words.as_str()).unwrap_or_default();
            format!("{title} {tone:?} {lasts} {marks:?} {says}").trim_end().to_owned()
        };
        drawn.segments.iter().map(words).collect()
    }

    #[test]
    fn stages_are_as_wide_as_they_last() {
        let hours = |hours: u32| json!({ "soak_minutes": hours * 60 });
        let drawn = plan(&[(10.0, hours(6)), (50.0, hours(3)), (100.0, json!({}))], "auto");
        let weights: Vec<_> = drawn.segments.iter().map(|segment| segment.weight).collect();
        assert_eq!(weights, [1.0, 0.5, 0.0]);
        assert_eq!(told(&drawn), ["10 % Sure 6 h []", "50 % Sure 3 h []", "100 % Sure left at once []"]);
        assert_eq!(drawn.rest, ", if it started now.");
    }

    #[test]
    fn what_cannot_be_left_is_said_and_so_is_what_comes_after() {
        let safe = json!({ "evidence": "safe" });
        let gates =
            [(1.0, safe.clone()), (50.0, json!({ "evidence": "not_harmful", "approval": true })), (100.0, json!({}))];
        let drawn = plan(&gates, "guard");
        assert!(drawn.stuck && drawn.arrives.is_none());
        assert_eq!(
            told(&drawn),
            [
                "1 % Never never left [Person] cannot be shown safe",
                "50 % Behind  [Approval] asks only that no harm is shown",
                "100 % Behind  []"
            ]
        );
        assert_eq!(drawn.segments[0].people, "1,370 with it, 136,000 without");
    }

    #[test]
    fn what_comes_on_top_is_named() {
        let words = on_top(Begin::default(), true, 2, true);
        let expect =
            ", if it started now; evidence may take longer; 2 approvals come on top; people decide when it goes on.";
        assert_eq!(words, expect);
        assert_eq!(on_top(Begin { stage: Some(1), ..Begin::default() }, false, 0, false), ".");
    }
}
