//! What happened to a rollout while it was measured, read off its history.

use signalbox_domain::Timestamp;
use signalbox_protocol::wire::audit::AuditEntry;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happened,
}

/// What happened to a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// It entered a stage: "25 %".
    Stage(String),
    /// It was held, from then on.
    Held,
    /// It went on.
    Resumed,
    /// It was taken back, to here, and held there.
    RolledBack(String),
    /// It was turned off for everyone.
    TurnedOff,
    /// Harm was shown by the metric of this name.
    Harm(String),
}

/// A stretch in which a rollout was held, up to now where it has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
}

impl Happened {
    /// For a table and for the crosshair: "Rolled back to 5 %".
    pub fn in_words(&self) -> String {
        match self {
            Self::Stage(stage) => format!("Entered {stage}"),
            Self::Held => "Held".into(),
            Self::Resumed => "Resumed".into(),
            Self::RolledBack(to) => format!("Rolled back to {to}"),
            Self::TurnedOff => "Turned off for everyone".into(),
            Self::Harm(_) => "Harm shown".into(),
        }
    }

    /// For the drawing, where there is little room; nothing for what the drawing says by itself.
    pub fn label(&self) -> Option<&str> {
        match self {
            Self::Stage(stage) => Some(stage),
            Self::RolledBack(_) => Some("back"),
            Self::TurnedOff => Some("off"),
            Self::Harm(_) => Some("harm"),
            Self::Held | Self::Resumed => None,
        }
    }
}

/// What happened since the latest rollout began, oldest first, from a history that is newest first.
pub fn notes(history: &[AuditEntry]) -> Vec<Note> {
    let since = history.iter().position(|entry| entry.kind == "rollout_started");
    let entries = since.and_then(|start| history.get(..=start)).unwrap_or(history);
    let note = |entry: &AuditEntry| {
        let after = || entry.words.after.clone().unwrap_or_default();
        let what = match entry.kind.as_str() {
            "rollout_started" | "rollout_advanced" => Happened::Stage(after()),
            "rollout_held" => Happened::Held,
            "rollout_resumed" => Happened::Resumed,
            "rollout_rolled_back" => Happened::RolledBack(after()),
            "kill_switch_engaged" => Happened::TurnedOff,
            "verdict_reached" => {
                let after = after();
                let (name, _) = after.split_once(": harm shown")?;
                Happened::Harm(name.to_owned())
            }
            _ => return None,
        };
        Some(Note { at: entry.time, what })
    };
    entries.iter().rev().filter_map(note).collect()
}

/// From when to when it was held.
pub fn holds(notes: &[Note]) -> Vec<Hold> {
    let mut holds: Vec<Hold> = Vec::new();
    for Note { at, what } in notes {
        let open = holds.last_mut().filter(|hold| hold.until.is_none());
        match (what, open) {
            (Happened::Held | Happened::RolledBack(_) | Happened::TurnedOff, None) => {
                holds.push(Hold { from: *at, until: None });
            }
            (Happened::Resumed, Some(hold)) => hold.until = Some(*at),
            _ => {}
        }
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn history(entries: &[(&str, &str)]) -> Vec<AuditEntry> {
        let entry = |(minute, (kind, after)): (usize, &(&str, &str))| {
            serde_json::from_value(json!({
                "sequence": minute + 1, "time": format!("2026-11-19T09:{minute:02}:00.000Z"), "actor": "system",
                "kind": kind, "previous_link": "", "link": "",
                "words": { "actor": "Signalbox", "action": "moved", "subject": "it", "after": after },
            }))
            .unwrap()
        };
        let mut entries: Vec<AuditEntry> = entries.iter().enumerate().map(entry).collect();
        entries.reverse();
        entries
    }

    #[test]
    fn what_happened_is_told_from_the_start_of_the_rollout() {
        let notes = notes(&history(&[
            ("rollout_held", "an earlier rollout"),
            ("rollout_started", "5 %"),
            ("verdict_reached", "Errors: safety shown, by about 2,000 people"),
            ("rollout_advanced", "25 %"),
            (
                "verdict_reached",
                "Errors: harm shown, +2 pp to +3 pp worse where +1 pp is allowed, by about 4,000 people",
            ),
            ("rollout_rolled_back", "5 %"),
            ("rule_changed", ""),
            ("rollout_resumed", "running at 5 %"),
        ]));
        let told: Vec<_> = notes.iter().map(|note| note.what.in_words()).collect();
        assert_eq!(told, ["Entered 5 %", "Entered 25 %", "Harm shown", "Rolled back to 5 %", "Resumed"]);
        assert_eq!(notes[2].what, Happened::Harm("Errors".into()));
    }

    #[test]
    fn a_hold_lasts_until_somebody_resumes() {
        let minutes = |entries: &[(&str, &str)]| {
            let minute = |at: Timestamp| at.millis() / 60_000 % 60;
            let held = holds(&notes(&history(entries))).into_iter();
            held.map(|hold| (minute(hold.from), hold.until.map(minute))).collect::<Vec<_>>()
        };
        let started = ("rollout_started", "5 %");
        assert_eq!(minutes(&[started, ("rollout_held", "held"), ("rollout_resumed", "")]), [(1, Some(2))]);
        assert_eq!(minutes(&[started, ("rollout_rolled_back", "5 %"), ("rollout_held", "held")]), [(1, None)]);
        assert_eq!(minutes(&[started, ("rollout_resumed", "")]), []);
    }
}
