//! Metrics, guards and verdicts in words.

use super::gate::{Gate, Wanted, Window};
use super::measure::Measure;
use super::metric::{Metric, MetricRole, Unit};
use super::verdict::{Source, Verdict};
use super::{Automation, Guard, Reaction};
use crate::evidence::{Direction, Outcome};
use crate::people;

impl Measure {
    /// What is measured: "failed requests".
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::FailedRequests => "failed requests".into(),
            Self::SlowRequests { longer_than_ms } => format!("requests longer than {longer_than_ms} ms"),
            Self::RequestDuration => "mean request time".into(),
            Self::PeopleWho { outcome } => format!("people with {outcome}"),
            Self::TimesPerPerson { outcome } => format!("{outcome} per person"),
            Self::ValuePerPerson { outcome } => format!("value of {outcome} per person"),
            Self::ValuePerTime { outcome } => format!("mean value of {outcome}"),
            Self::TimesPer { outcome, of } => format!("{outcome} per {of}"),
        }
    }
}

/// A number in its unit: "0.29 %", "412 ms", "4.1".
#[must_use]
pub fn value_words(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{} %", digits(value * 100.0)),
        Unit::Milliseconds => format!("{} ms", digits(value)),
        Unit::Number => digits(value),
    }
}

/// A difference in its unit, with its sign: "+0.30 pp", "−9 ms".
#[must_use]
pub fn difference_words(difference: f64, unit: Unit) -> String {
    let size = digits(difference.abs() * if unit == Unit::Share { 100.0 } else { 1.0 });
    let sign = match size.as_str() {
        "0" => "",
        _ if difference < 0.0 => "\u{2212}",
        _ => "+",
    };
    match unit {
        Unit::Share => format!("{sign}{size} pp"),
        Unit::Milliseconds => format!("{sign}{size} ms"),
        Unit::Number => format!("{sign}{size}"),
    }
}

/// As many digits as say something: three, without zeros that do not.
fn digits(number: f64) -> String {
    let size = number.abs();
    let decimals = match size {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.095 => 2,
        size if size > 0.0 => 3,
        _ => 0,
    };
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Only what differs between two ways to watch a rollout: as it was, and as it is. Both are empty where nothing does.
#[must_use]
pub fn guard_change_words(before: &Guard, after: &Guard) -> (String, String) {
    let mut differing: Vec<(String, String)> =
        rows(before).into_iter().zip(rows(after)).filter(|(was, is)| was != is).collect();
    for metric in &before.metrics {
        match after.metric(&metric.key) {
            Some(now) => {
                let parts = metric.parts().into_iter().zip(now.parts()).filter(|(was, is)| was != is);
                differing.extend(parts.map(|(was, is)| (metric.called(&was), now.called(&is))));
            }
            None => differing.push((metric.in_words(), metric.called("measured no longer"))),
        }
    }
    let added = after.metrics.iter().filter(|metric| before.metric(&metric.key).is_none());
    differing.extend(added.map(|metric| (metric.called("not measured"), metric.in_words())));
    let (was, is): (Vec<_>, Vec<_>) = differing.into_iter().unzip();
    (was.join("; "), is.join("; "))
}

/// Everything about a guard but its metrics, each part by itself, in the same order for every guard.
fn rows(guard: &Guard) -> [String; 7] {
    let automation = match guard.automation {
        Automation::Recommend => "people do everything",
        Automation::Guard => "holds and goes back by itself",
        Automation::Auto => "goes on, holds and goes back by itself",
    };
    let reaction = match guard.on_harm {
        Reaction::Hold => "held on harm",
        Reaction::PreviousStage => "on harm back one stage",
        Reaction::Start => "on harm back to the start",
        Reaction::SwitchOff => "on harm off for everyone",
    };
    let looks = match guard.looks {
        0 | 1 => "harm counts at the first look".to_owned(),
        many => format!("harm counts after {many} looks in a row"),
    };
    let cooldown = match guard.cooldown_minutes {
        0 => "no rest after a step".to_owned(),
        minutes => format!("{} of rest after a step", minutes_words(minutes)),
    };
    let longest = match guard.longest_stage_hours {
        None => "no longest stage".to_owned(),
        Some(hours) => format!("at most {} in one stage", minutes_words(hours.saturating_mul(60))),
    };
    let browsers = match guard.heeds_browsers {
        true => "what browsers report may take it back",
        false => "what browsers report takes nothing back",
    };
    let hypothesis =
        guard.hypothesis.as_ref().map_or_else(|| "no hypothesis".to_owned(), |text| format!("hypothesis “{text}”"));
    [automation.to_owned(), reaction.to_owned(), looks, cooldown, longest, browsers.to_owned(), hypothesis]
}

impl Metric {
    /// What it is, and what of it is too much, each part by itself.
    fn parts(&self) -> [String; 6] {
        let unit = self.measure.unit();
        let (worse, margin) = match self.worse {
            Direction::MoreIsWorse => ("more is worse", self.margin.get()),
            Direction::LessIsWorse => ("less is worse", -self.margin.get()),
        };
        let role = match self.role {
            MetricRole::Guardrail => "guardrail",
            MetricRole::Signal => "signal",
            MetricRole::Goal => "goal",
        };
        let limit = self.limit.map(|limit| format!("limit {}", value_words(limit.get(), unit)));
        [
            self.measure.in_words(),
            role.to_owned(),
            worse.to_owned(),
            format!("margin {}", difference_words(margin, unit)),
            limit.unwrap_or_else(|| "no limit".into()),
            self.expected_words().unwrap_or_else(|| "nothing expected".into()),
        ]
    }

    /// What the goal is expected to become: "expected +1 pp or more". Nothing where nothing is.
    #[must_use]
    pub fn expected_words(&self) -> Option<String> {
        let expected = self.expected?.get();
        let (difference, or) = match self.worse {
            Direction::MoreIsWorse => (-expected, "less"),
            Direction::LessIsWorse => (expected, "more"),
        };
        Some(format!("expected {} or {or}", difference_words(difference, self.measure.unit())))
    }

    fn called(&self, part: &str) -> String {
        format!("{} {part}", self.name)
    }

    /// "Errors (failed requests, guardrail, margin +0.5 pp)"
    fn in_words(&self) -> String {
        let [measure, role, _, margin, limit, expected] = self.parts();
        let limit = self.limit.map(|_| limit);
        let expected = self.expected.map(|_| expected);
        let parts = [Some(measure), Some(role), Some(margin), limit, expected];
        format!("{} ({})", self.name, parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// What a stage asks before it is left: "3 d, 1,000 people in each group, guardrails shown safe, approval"; "nothing"
/// where nothing is asked.
#[must_use]
pub fn gate_words(gate: &Gate) -> String {
    let soak = (gate.soak_minutes > 0).then(|| minutes_words(gate.soak_minutes));
    let people = (gate.people > 0).then(|| format!("{} people in each group", people::grouped(gate.people.into())));
    let evidence = match gate.evidence {
        Wanted::Nothing => None,
        Wanted::NotHarmful => Some("only that no harm is shown".to_owned()),
        Wanted::Safe => Some("guardrails shown safe".to_owned()),
    };
    let window = gate.window.as_ref().map(window_words);
    let approval = gate.approval.then(|| "approval".to_owned());
    let margins = match gate.margins.len() {
        0 => None,
        1 => Some("a margin of its own".to_owned()),
        many => Some(format!("{many} margins of its own")),
    };
    let parts: Vec<_> = [soak, people, evidence, window, approval, margins].into_iter().flatten().collect();
    if parts.is_empty() { "nothing".into() } else { parts.join(", ") }
}

/// "Mon, Fri 09:00–17:30 (Europe/Berlin)".
fn window_words(window: &Window) -> String {
    let days: Vec<_> = window.days.iter().map(|day| day.name().get(..3).unwrap_or_default()).collect();
    let days = if days.is_empty() { "every day".to_owned() } else { days.join(", ") };
    let hours = window.from.as_ref().zip(window.until.as_ref()).map(|(from, until)| format!(" {from}–{until}"));
    format!("{days}{} ({})", hours.unwrap_or_default(), window.zone)
}

/// "3 d", "1 h 30 min": the two largest units.
fn minutes_words(minutes: u32) -> String {
    let (days, hours, minutes) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, 0) => format!("{days} d"),
        (days, 0, minutes) => format!("{days} d {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// What a metric came to: "Errors: harm shown, +0.62 pp to +0.9 pp worse where +0.5 pp is allowed, by about 41,000 people".
#[must_use]
pub fn verdict_words(verdict: &Verdict) -> String {
    let Verdict { name, unit, source, outcome, bounds, question, limit, people, .. } = verdict;
    let said = match outcome {
        Outcome::Harm => "harm shown",
        Outcome::Safe => "safety shown",
        Outcome::Unclear => "neither harm nor safety shown",
        Outcome::NoData => return format!("{name}: no data"),
    };
    let bounds = bounds.map(|bounds| {
        let allowed = match limit {
            Some(limit) => format!("beyond the limit of {}", value_words(*limit, *unit)),
            None => format!("worse where {} is allowed", difference_words(question.margin, *unit)),
        };
        let [least, most] = [bounds.at_least, bounds.at_most].map(|bound| difference_words(bound, *unit));
        format!(", {least} to {most} {allowed}")
    });
    let bounds = bounds.unwrap_or_default();
    let told = match source {
        Source::Servers => people::in_words(*people),
        Source::Browsers => format!("{} as browsers tell", people::in_words(*people)),
        Source::Nobody => format!("{} of which nobody says whose they were", requests_words(*people)),
    };
    format!("{name}: {said}{bounds}, by {told}")
}

fn requests_words(requests: u64) -> String {
    if requests == 1 { "1 request".into() } else { format!("{} requests", people::grouped(requests)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_change_of_the_guard_is_what_differs() {
        let guard = |margin: f64, rest: Value| -> Guard {
            let mut guard = json!({ "metrics": [
                { "key": "errors", "name": "Errors", "measure": { "kind": "failed_requests" }, "worse": "more_is_worse",
                    "role": "guardrail", "margin": margin },
                { "key": "paid", "name": "Paid", "measure": { "kind": "people_who", "outcome": "paid" },
                    "worse": "less_is_worse", "role": "goal", "margin": 0.02, "expected": 0.01 },
            ] });
            guard.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            serde_json::from_value(guard).unwrap()
        };
        let check = |before: &Guard, after: &Guard, was: &str, is: &str| {
            assert_eq!(guard_change_words(before, after), (was.to_owned(), is.to_owned()));
        };
        let before = guard(0.005, json!({}));
        check(&before, &before, "", "");
        check(
            &before,
            &guard(0.01, json!({ "automation": "auto", "looks": 3 })),
            "people do everything; harm counts at the first look; Errors margin +0.5 pp",
            "goes on, holds and goes back by itself; harm counts after 3 looks in a row; Errors margin +1 pp",
        );
        let hypothesis = guard(0.005, json!({ "hypothesis": "More people finish.", "longest_stage_hours": 36 }));
        check(
            &before,
            &hypothesis,
            "no longest stage; no hypothesis",
            "at most 1 d 12 h in one stage; hypothesis “More people finish.”",
        );
        check(
            &Guard::default(),
            &Guard { metrics: before.metrics[1..].to_vec(), ..Guard::default() },
            "Paid not measured",
            "Paid (people with paid, goal, margin \u{2212}2 pp, expected +1 pp or more)",
        );
    }

    #[test]
    fn a_gate_is_told_in_a_few_words() {
        let check = |gate, expect: &str| assert_eq!(gate_words(&serde_json::from_value(gate).unwrap()), expect);
        check(json!({}), "nothing");
        check(
            json!({"soak_minutes": 4320, "people": 1000, "evidence": "safe", "approval": true}),
            "3 d, 1,000 people in each group, guardrails shown safe, approval",
        );
        check(
            json!({"soak_minutes": 90, "evidence": "not_harmful", "margins": {"errors": 0.01},
                "window": {"zone": "Europe/Berlin", "days": ["monday", "friday"], "from": "09:00", "until": "17:30"}}),
            "1 h 30 min, only that no harm is shown, Mon, Fri 09:00–17:30 (Europe/Berlin), a margin of its own",
        );
        check(json!({"window": {"zone": "UTC", "from": "09:00", "until": "16:00"}}), "every day 09:00–16:00 (UTC)");
    }

    #[test]
    fn numbers_have_the_digits_that_say_something() {
        let check = |value, unit, expect: &str| assert_eq!(value_words(value, unit), expect);
        check(0.0029, Unit::Share, "0.29 %");
        check(0.5, Unit::Share, "50 %");
        check(0.918, Unit::Share, "91.8 %");
        check(412.4, Unit::Milliseconds, "412 ms");
        check(0.0, Unit::Number, "0");
        check(4.1, Unit::Number, "4.1");
        check(0.0001, Unit::Share, "0.01 %");
        assert_eq!(difference_words(-0.0002, Unit::Share), "\u{2212}0.02 pp");
        assert_eq!(difference_words(9.0, Unit::Milliseconds), "+9 ms");
        assert_eq!(difference_words(-0.0, Unit::Share), "0 pp");
    }
}
