//! When a plan can be through at the earliest: what its soak times and change windows leave.

use signalbox_domain::Timestamp;
use signalbox_domain::rollout::Stage;

const MINUTE_MILLIS: i64 = 60_000;

/// From where and when a plan goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begin {
    /// The stage where the rollout stands, from 0; absent before its start.
    pub stage: Option<usize>,
    /// Since when it stands there.
    pub since: Option<Timestamp>,
}

/// When the last stage can be entered, and what else must happen until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earliest {
    /// When the last stage can be entered.
    pub at: Timestamp,
    /// So many stages wait for somebody's approval before.
    pub approvals: usize,
    /// Whether evidence may take longer.
    pub awaits_evidence: bool,
}

/// When the last of these stages can be entered at the earliest. `None` where it is entered already, or where a change
/// window never opens.
pub fn earliest(stages: &[Stage<String>], begin: Begin, now: Timestamp) -> Option<Earliest> {
    let last = stages.len().checked_sub(1)?;
    let first = begin.stage.unwrap_or(0);
    if begin.stage.is_some_and(|stage| stage >= last) {
        return None;
    }
    let mut at = now;
    let (mut approvals, mut awaits_evidence) = (0, false);
    for (index, stage) in stages.iter().enumerate().take(last).skip(first) {
        let gate = &stage.gate;
        // The stage where it stands has soaked for a while already.
        let since = if Some(index) == begin.stage { begin.since.unwrap_or(now) } else { at };
        let soaked = since.millis() + i64::from(gate.soak_minutes) * MINUTE_MILLIS;
        at = Timestamp::from_millis(soaked.max(at.millis()));
        if let Some(window) = &gate.window {
            at = window.opens(at)?;
        }
        approvals += usize::from(gate.approval);
        awaits_evidence |= gate.people > 0 || gate.evidence != signalbox_domain::guard::Wanted::Nothing;
    }
    Some(Earliest { at, approvals, awaits_evidence })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn stages(gates: &[Value]) -> Vec<Stage<String>> {
        let share = |index: usize| json!({ "kind": "percentage", "share": 10 * (index + 1) });
        let stage = |(index, gate): (usize, &Value)| json!({ "audience": share(index), "gate": gate });
        gates.iter().enumerate().map(stage).map(|stage| serde_json::from_value(stage).unwrap()).collect()
    }

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(json!(text)).unwrap()
    }

    fn check(gates: &[Value], begin: Begin, expect: Option<&str>) -> Option<Earliest> {
        let found = earliest(&stages(gates), begin, at("2026-11-19T10:00:00Z"));
        assert_eq!(found.map(|found| found.at), expect.map(at));
        found
    }

    const NOW: Begin = Begin { stage: None, since: None };

    #[test]
    fn soak_times_add_up_but_that_of_the_last_stage() {
        let hours = |hours: u32| json!({ "soak_minutes": hours * 60 });
        check(&[hours(2), hours(3), hours(50)], NOW, Some("2026-11-19T15:00:00Z"));
        check(&[hours(2)], NOW, Some("2026-11-19T10:00:00Z"));
        check(&[], NOW, None);
        let standing = |since| Begin { stage: Some(0), since: Some(at(since)) };
        check(&[hours(2), hours(3), hours(1)], standing("2026-11-19T09:00:00Z"), Some("2026-11-19T14:00:00Z"));
        check(&[hours(2), hours(3), hours(1)], standing("2026-11-01T09:00:00Z"), Some("2026-11-19T13:00:00Z"));
        check(&[hours(2), hours(3)], Begin { stage: Some(1), since: None }, None);
    }

    #[test]
    fn a_change_window_is_waited_for() {
        // 19 November 2026 is a Thursday.
        let gate = json!({ "soak_minutes": 1440, "approval": true, "people": 500,
            "window": { "zone": "Europe/Berlin", "days": ["monday"], "from": "09:00", "until": "16:00" } });
        let found = check(&[gate, json!({})], NOW, Some("2026-11-23T08:00:00Z")).unwrap();
        assert_eq!((found.approvals, found.awaits_evidence), (1, true));
    }
}
