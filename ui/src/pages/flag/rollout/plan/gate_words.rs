//! What a stage asks before it is left, in a few words.

use signalbox_domain::guard::{Gate, Wanted, Window};
use signalbox_domain::people::grouped;

use crate::time;

const MINUTE_MILLIS: i64 = 60_000;

/// "3 d, 1,000 people in each group, guardrails shown safe, approval"; "nothing" where nothing is asked.
pub fn gate_words(gate: &Gate) -> String {
    let soak = (gate.soak_minutes > 0).then(|| time::span(i64::from(gate.soak_minutes) * MINUTE_MILLIS));
    let people = (gate.people > 0).then(|| format!("{} people in each group", grouped(gate.people.into())));
    let evidence = match gate.evidence {
        Wanted::Nothing => None,
        Wanted::NotHarmful => Some("guardrails not harmful".to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
            "1 h 30 min, guardrails not harmful, Mon, Fri 09:00–17:30 (Europe/Berlin), a margin of its own",
        );
        check(json!({"window": {"zone": "UTC", "from": "09:00", "until": "16:00"}}), "every day 09:00–16:00 (UTC)");
    }
}
