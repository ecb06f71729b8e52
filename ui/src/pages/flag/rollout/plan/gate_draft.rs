//! What a stage asks before it is left, while it is edited.

use std::collections::BTreeMap;

use signalbox_domain::guard::{Gate, Guard, LONGEST_SOAK_MINUTES, Wanted, Window};
use signalbox_domain::key::MetricKey;
use signalbox_domain::refusal::Refusal;
use signalbox_domain::targeting::Weekday;

use super::figure::{Figure, whole};
use crate::form::sentence;

/// A gate as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateDraft {
    /// How long the stage lasts at least, in its unit.
    pub soak: String,
    /// The unit of it.
    pub soak_unit: SoakUnit,
    /// People in each group.
    pub people: String,
    /// What guardrails must have shown.
    pub evidence: Wanted,
    /// Whether somebody else must agree.
    pub approval: bool,
    /// Whether it may go on at some hours only.
    pub has_window: bool,
    /// The zone whose clocks count.
    pub zone: String,
    /// On these days; none: on every day.
    pub days: Vec<Weekday>,
    /// From this time of day.
    pub from: String,
    /// Until this time of day.
    pub until: String,
    /// Margins of this stage, by metric.
    pub margins: BTreeMap<MetricKey, Figure>,
}

/// In what soak time is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoakUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    #[default]
    Hours,
    /// Days.
    Days,
}

impl SoakUnit {
    /// From short to long.
    pub const ALL: [Self; 3] = [Self::Minutes, Self::Hours, Self::Days];

    /// In minutes.
    pub const fn minutes(self) -> u32 {
        match self {
            Self::Minutes => 1,
            Self::Hours => 60,
            Self::Days => 24 * 60,
        }
    }

    /// "hours"
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }
}

impl GateDraft {
    /// The gate, as far as it can be read; `wrong` is told the path below the gate and what would be accepted.
    pub fn read(&self, guard: &Guard, wrong: &mut impl FnMut(&str, String)) -> Option<Gate> {
        let mut fine = true;
        let mut number = |field: &str, read: Result<Option<u32>, String>| {
            read.map_err(|message| {
                fine = false;
                wrong(field, message);
            })
            .unwrap_or_default()
            .unwrap_or_default()
        };
        let most = LONGEST_SOAK_MINUTES / self.soak_unit.minutes();
        let soak = number("soak_minutes", whole(&self.soak, most)) * self.soak_unit.minutes();
        let people = number("people", whole(&self.people, u32::MAX));
        let mut margins = BTreeMap::new();
        for (metric, figure) in &self.margins {
            // The margin of a metric that is measured no longer goes with it.
            let Some(measured) = guard.metric(metric) else { continue };
            match figure.read(measured.measure.unit()) {
                Ok(Some(amount)) => drop(margins.insert(metric.clone(), amount)),
                Ok(None) => {}
                Err(message) => {
                    fine = false;
                    wrong(&format!("margins.{metric}"), message);
                }
            }
        }
        let time = |typed: &str| (!typed.trim().is_empty()).then(|| typed.trim().to_owned());
        let window = self.has_window.then(|| Window {
            zone: self.zone.trim().to_owned(),
            days: self.days.clone(),
            from: time(&self.from),
            until: time(&self.until),
        });
        let gate =
            Gate { soak_minutes: soak, people, evidence: self.evidence, approval: self.approval, window, margins };
        // The server checks with the same code.
        if let Err(Refusal::Invalid { field, message }) = gate.check("gate") {
            fine = false;
            let field = field.strip_prefix("gate.").unwrap_or(&field);
            wrong(field, sentence(&message, field));
        }
        fine.then_some(gate)
    }
}

impl From<Gate> for GateDraft {
    fn from(gate: Gate) -> Self {
        let Gate { soak_minutes, people, evidence, approval, window, margins } = gate;
        let unit = SoakUnit::ALL.into_iter().rev().find(|unit| soak_minutes % unit.minutes() == 0 && soak_minutes > 0);
        let soak_unit = unit.unwrap_or_default();
        let typed = |number: u32| if number == 0 { String::new() } else { number.to_string() };
        let draft = Self {
            soak: typed(soak_minutes / soak_unit.minutes()),
            soak_unit,
            people: typed(people),
            evidence,
            approval,
            margins: margins.into_iter().map(|(metric, amount)| (metric, Figure::Kept(amount))).collect(),
            ..Self::default()
        };
        let Some(Window { zone, days, from, until }) = window else { return draft };
        let (from, until) = (from.unwrap_or_default(), until.unwrap_or_default());
        Self { has_window: true, zone, days, from, until, ..draft }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn guard() -> Guard {
        serde_json::from_value(json!({ "metrics": [{
            "key": "errors", "name": "Errors", "measure": { "kind": "failed_requests" },
            "worse": "more_is_worse", "role": "guardrail", "margin": 0.005,
        }] }))
        .unwrap()
    }

    fn read(draft: &GateDraft) -> Result<Gate, Vec<String>> {
        let mut problems = Vec::new();
        let gate = draft.read(&guard(), &mut |field, message| problems.push(format!("{field}: {message}")));
        gate.ok_or(problems)
    }

    #[test]
    fn a_gate_that_nobody_typed_into_is_carried_through() {
        let gate: Gate = serde_json::from_value(json!({
            "soak_minutes": 4320, "people": 1000, "evidence": "safe", "approval": true,
            "window": { "zone": "Europe/Berlin", "days": ["monday", "friday"], "from": "09:00", "until": "17:30" },
            "margins": { "errors": 0.0123456789012 },
        }))
        .unwrap();
        assert_eq!(read(&GateDraft::from(gate.clone())), Ok(gate.clone()));
        assert_eq!((GateDraft::from(gate.clone()).soak, GateDraft::from(gate).soak_unit), ("3".into(), SoakUnit::Days));
        assert_eq!(read(&GateDraft::default()), Ok(Gate::default()));
        let odd = Gate { soak_minutes: 90, ..Gate::default() };
        assert_eq!(GateDraft::from(odd.clone()).soak, "90");
        assert_eq!(read(&GateDraft::from(odd.clone())), Ok(odd));
    }

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        let check = |draft: GateDraft, expect: &str| assert_eq!(read(&draft).unwrap_err().join(" | "), expect);
        check(
            GateDraft { soak: "soon".into(), ..GateDraft::default() },
            "soak_minutes: Must be a whole number of at most 8,784.",
        );
        check(
            GateDraft { people: "-1".into(), ..GateDraft::default() },
            "people: Must be a whole number of at most 4,294,967,295.",
        );
        let windowed = GateDraft { has_window: true, ..GateDraft::default() };
        let message = read(&windowed).unwrap_err().join("");
        assert!(message.starts_with("window.zone: "), "{message}");
        check(
            GateDraft { zone: "UTC".into(), from: "09:00".into(), ..windowed },
            "window.until: Must be given together with the beginning.",
        );
        let margins = [(MetricKey::new("errors").unwrap(), Figure::Typed("x".into()))].into();
        check(GateDraft { margins, ..GateDraft::default() }, "margins.errors: Must be a number of 0 or more.");
    }

    #[test]
    fn the_margin_of_a_metric_that_is_gone_goes_with_it() {
        let margins = [(MetricKey::new("gone").unwrap(), Figure::Typed("1".into()))].into();
        assert_eq!(read(&GateDraft { margins, ..GateDraft::default() }), Ok(Gate::default()));
    }
}
