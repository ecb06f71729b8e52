//! How a rollout is watched, while it is edited.

use std::collections::BTreeMap;

use signalbox_domain::evidence::Direction;
use signalbox_domain::guard::{
    Amount, Automation, Guard, MOST_LOOKS, Measure, MeasureKind, Metric, MetricRole, Reaction, Unit,
};
use signalbox_domain::key::{MetricKey, OutcomeKey};
use signalbox_domain::refusal::Refusal;

use super::figure::{Figure, whole};
use crate::form::sentence;

/// A guard as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuardDraft {
    /// What the feature is expected to bring about; empty for nothing in particular.
    pub hypothesis: String,
    /// What is measured.
    pub metrics: Vec<MetricDraft>,
    /// What goes by itself.
    pub automation: Automation,
    /// What happens when a guardrail is broken.
    pub on_harm: Reaction,
    /// How many looks must show it.
    pub looks: String,
    /// Minutes without a step after one.
    pub cooldown: String,
    /// Hours after which a stage is held; empty for none.
    pub longest: String,
    /// Whether what browsers report may take it back.
    pub heeds_browsers: bool,
}

/// A metric as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricDraft {
    /// Names it in the plan; never shown and never changed.
    pub key: MetricKey,
    /// What people call it.
    pub name: String,
    /// What is measured.
    pub kind: MeasureKind,
    /// Milliseconds beyond which a request is slow.
    pub longer_than: String,
    /// The outcome that is looked at.
    pub outcome: String,
    /// What it is divided by.
    pub of: String,
    /// Which way it gets worse.
    pub worse: Direction,
    /// What follows.
    pub role: MetricRole,
    /// How much worse it may be.
    pub margin: Figure,
    /// What it may be by itself; empty for none.
    pub limit: Figure,
    /// How much better a goal is expected to be; empty for nothing in particular.
    pub expected: Figure,
}

/// What a kind of measure is called where it is chosen: "Failed requests".
pub const fn kind_words(kind: MeasureKind) -> &'static str {
    match kind {
        MeasureKind::FailedRequests => "Failed requests",
        MeasureKind::SlowRequests => "Requests slower than …",
        MeasureKind::RequestDuration => "Mean request time",
        MeasureKind::PeopleWho => "People who did …",
        MeasureKind::TimesPerPerson => "How often … per person",
        MeasureKind::ValuePerPerson => "Value of … per person",
        MeasureKind::ValuePerTime => "Mean value of …",
        MeasureKind::TimesPer => "How often … per …",
    }
}

/// What a new metric of a kind is called at first.
const fn first_name(kind: MeasureKind) -> &'static str {
    match kind {
        MeasureKind::FailedRequests => "Errors",
        MeasureKind::SlowRequests => "Slow requests",
        MeasureKind::RequestDuration => "Request time",
        MeasureKind::PeopleWho => "People who did it",
        MeasureKind::TimesPerPerson => "Times per person",
        MeasureKind::ValuePerPerson => "Value per person",
        MeasureKind::ValuePerTime => "Mean value",
        MeasureKind::TimesPer => "Rate",
    }
}

impl MetricDraft {
    /// A new guardrail on failed or slow requests, or a new goal, whose key is none of the others'.
    pub fn new(kind: MeasureKind, others: &[Self]) -> Option<Self> {
        let base = first_name(kind).to_lowercase().replace(' ', "-");
        let numbered = (2..=others.len() + 1).map(|number| format!("{base}-{number}"));
        let free = std::iter::once(base.clone())
            .chain(numbered)
            .find(|key| others.iter().all(|other| other.key.as_str() != key))?;
        let (role, worse) = if kind.has_outcome() {
            (MetricRole::Goal, Direction::LessIsWorse)
        } else {
            (MetricRole::Guardrail, Direction::MoreIsWorse)
        };
        let margin = match kind.unit() {
            Unit::Share => "0.5",
            Unit::Milliseconds => "30",
            Unit::Number => "",
        };
        Some(Self {
            key: MetricKey::new(free).ok()?,
            name: first_name(kind).into(),
            kind,
            longer_than: if kind == MeasureKind::SlowRequests { "500".into() } else { String::new() },
            outcome: String::new(),
            of: String::new(),
            worse,
            role,
            margin: Figure::Typed(margin.into()),
            limit: Figure::default(),
            expected: Figure::default(),
        })
    }

    fn read(&self, wrong: &mut impl FnMut(&str, String)) -> Option<Metric> {
        let unit = self.kind.unit();
        let mut outcome = |field: &str, typed: &str| {
            let message = "Name it as applications report it, such as payment_completed.";
            OutcomeKey::new(typed.trim()).map_err(|_| wrong(&format!("measure.{field}"), message.into())).ok()
        };
        let measure = match self.kind {
            MeasureKind::FailedRequests => Some(Measure::FailedRequests),
            MeasureKind::RequestDuration => Some(Measure::RequestDuration),
            MeasureKind::SlowRequests => match whole(&self.longer_than, u32::MAX) {
                Ok(Some(longer_than_ms)) => Some(Measure::SlowRequests { longer_than_ms }),
                Ok(None) => {
                    wrong("measure.longer_than_ms", "Say after how many milliseconds a request is slow.".into());
                    None
                }
                Err(message) => {
                    wrong("measure.longer_than_ms", message);
                    None
                }
            },
            MeasureKind::PeopleWho => outcome("outcome", &self.outcome).map(|outcome| Measure::PeopleWho { outcome }),
            MeasureKind::TimesPerPerson => {
                outcome("outcome", &self.outcome).map(|outcome| Measure::TimesPerPerson { outcome })
            }
            MeasureKind::ValuePerPerson => {
                outcome("outcome", &self.outcome).map(|outcome| Measure::ValuePerPerson { outcome })
            }
            MeasureKind::ValuePerTime => {
                outcome("outcome", &self.outcome).map(|outcome| Measure::ValuePerTime { outcome })
            }
            MeasureKind::TimesPer => {
                let (times, of) = (outcome("outcome", &self.outcome), outcome("of", &self.of));
                times.zip(of).map(|(outcome, of)| Measure::TimesPer { outcome, of })
            }
        };
        let margin = match self.margin.read(unit) {
            Ok(Some(margin)) => Some(margin),
            Ok(None) => {
                wrong("margin", "Say how much worse it may be; 0 for not at all.".into());
                None
            }
            Err(message) => {
                wrong("margin", message);
                None
            }
        };
        let limit = self.limit.read(unit).map_err(|message| wrong("limit", message)).ok();
        // What was expected of a goal is not expected of what it became.
        let expected = match self.role {
            MetricRole::Goal => self.expected.read(unit).map_err(|message| wrong("expected", message)).ok(),
            MetricRole::Guardrail | MetricRole::Signal => Some(None),
        };
        Some(Metric {
            key: self.key.clone(),
            name: self.name.clone(),
            measure: measure?,
            worse: self.worse,
            role: self.role,
            margin: margin?,
            limit: limit?,
            expected: expected?,
        })
    }
}

impl GuardDraft {
    /// The guard, as far as it can be read: what cannot is left out of it, and told by the path that the server would
    /// give it.
    pub fn read(&self, problems: &mut BTreeMap<String, String>) -> Guard {
        let mut metrics = Vec::new();
        let mut places = Vec::new();
        for (index, draft) in self.metrics.iter().enumerate() {
            let mut wrong = |field: &str, message: String| {
                problems.insert(format!("guard.metrics[{index}].{field}"), message);
            };
            if let Some(metric) = draft.read(&mut wrong) {
                metrics.push(metric);
                places.push(index);
            }
        }
        let mut number = |field: &str, typed: &str, most: u32| {
            let read = whole(typed, most).map_err(|message| drop(problems.insert(format!("guard.{field}"), message)));
            read.unwrap_or_default()
        };
        let a_year = 366 * 24;
        let looks = number("looks", &self.looks, MOST_LOOKS.into()).unwrap_or_default();
        let cooldown_minutes = number("cooldown_minutes", &self.cooldown, a_year * 60).unwrap_or_default();
        let longest_stage_hours = number("longest_stage_hours", &self.longest, a_year);
        let guard = Guard {
            hypothesis: Some(self.hypothesis.trim().to_owned()).filter(|text| !text.is_empty()),
            metrics,
            automation: self.automation,
            on_harm: self.on_harm,
            looks: u8::try_from(looks).unwrap_or(MOST_LOOKS),
            cooldown_minutes,
            longest_stage_hours,
            heeds_browsers: self.heeds_browsers,
        };
        // The server checks with the same code; it counts only those that could be read.
        match guard.clone().accepted() {
            Ok(accepted) => accepted,
            Err(Refusal::Invalid { field, message }) => {
                let typed = places.iter().enumerate().find_map(|(read, typed)| {
                    let rest = field.strip_prefix(&format!("guard.metrics[{read}]"))?;
                    Some(format!("guard.metrics[{typed}]{rest}"))
                });
                let field = typed.unwrap_or(field);
                problems.entry(field).or_insert_with(|| sentence(&message, ""));
                guard
            }
            Err(_) => guard,
        }
    }
}

impl From<Guard> for GuardDraft {
    fn from(guard: Guard) -> Self {
        let Guard { hypothesis, metrics, automation, on_harm, looks, cooldown_minutes, .. } = guard;
        let Guard { longest_stage_hours, heeds_browsers, .. } = guard;
        let typed = |number: u32| if number == 0 { String::new() } else { number.to_string() };
        Self {
            hypothesis: hypothesis.unwrap_or_default(),
            metrics: metrics.into_iter().map(MetricDraft::from).collect(),
            automation,
            on_harm,
            looks: typed(looks.into()),
            cooldown: typed(cooldown_minutes),
            longest: longest_stage_hours.map(|hours| hours.to_string()).unwrap_or_default(),
            heeds_browsers,
        }
    }
}

impl From<Metric> for MetricDraft {
    fn from(metric: Metric) -> Self {
        let Metric { key, name, measure, worse, role, margin, limit, expected } = metric;
        let kept = |amount: Option<Amount>| amount.map_or_else(Figure::default, Figure::Kept);
        let kind = measure.kind();
        let mut outcomes = measure.outcomes().map(ToString::to_string);
        let (outcome, of) = (outcomes.next().unwrap_or_default(), outcomes.next().unwrap_or_default());
        let longer_than = match measure {
            Measure::SlowRequests { longer_than_ms } => longer_than_ms.to_string(),
            _ => String::new(),
        };
        let (margin, limit, expected) = (Figure::Kept(margin), kept(limit), kept(expected));
        Self { key, name, kind, longer_than, outcome, of, worse, role, margin, limit, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn guard(metrics: Value) -> Guard {
        serde_json::from_value(json!({
            "metrics": metrics, "automation": "guard", "on_harm": "previous_stage", "looks": 3, "cooldown_minutes": 15,
            "longest_stage_hours": 72, "heeds_browsers": true, "hypothesis": "More people finish.",
        }))
        .unwrap()
    }

    fn read(draft: &GuardDraft) -> (Guard, Vec<String>) {
        let mut problems = BTreeMap::new();
        let guard = draft.read(&mut problems);
        (guard, problems.into_iter().map(|(field, message)| format!("{field}: {message}")).collect())
    }

    #[test]
    fn a_guard_that_nobody_typed_into_is_carried_through() {
        let measures = json!([
            {"kind": "failed_requests"}, {"kind": "slow_requests", "longer_than_ms": 300}, {"kind": "request_duration"},
            {"kind": "people_who", "outcome": "paid"}, {"kind": "times_per_person", "outcome": "paid"},
            {"kind": "value_per_person", "outcome": "paid"}, {"kind": "value_per_time", "outcome": "paid"},
            {"kind": "times_per", "outcome": "paid", "of": "tried"},
        ]);
        let metrics: Vec<_> = measures
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .map(|(index, measure)| {
                json!({"key": format!("m{index}"), "name": format!("Metric {index}"), "measure": measure,
                    "worse": "less_is_worse", "role": "goal", "margin": 0.0123456789012, "limit": 0.07,
                    "expected": 0.0345678901234})
            })
            .collect();
        let guard = guard(json!(metrics));
        assert_eq!(read(&GuardDraft::from(guard.clone())), (guard, Vec::new()));
        assert_eq!(read(&GuardDraft::default()), (Guard::default(), Vec::new()));
    }

    #[test]
    fn what_is_wrong_stands_where_the_server_would_put_it() {
        let errors = MetricDraft::new(MeasureKind::FailedRequests, &[]).unwrap();
        let slow = MetricDraft::new(MeasureKind::SlowRequests, &[]).unwrap();
        let paid = MetricDraft::new(MeasureKind::PeopleWho, &[]).unwrap();
        let draft = GuardDraft {
            metrics: vec![
                MetricDraft { longer_than: String::new(), ..slow },
                MetricDraft { name: " ".into(), ..errors.clone() },
                paid,
                MetricDraft { margin: Figure::Typed("250".into()), ..errors },
            ],
            looks: "100".into(),
            ..GuardDraft::default()
        };
        let problems = read(&draft).1.join("\n");
        for expected in [
            "guard.looks: Must be a whole number of at most 60.",
            "guard.metrics[0].measure.longer_than_ms: Say after how many milliseconds a request is slow.",
            "guard.metrics[2].measure.outcome: Name it as applications report it, such as payment_completed.",
            "guard.metrics[1].name: ",
        ] {
            assert!(problems.contains(expected), "{expected} in {problems}");
        }
    }

    #[test]
    fn new_metrics_have_keys_of_their_own() {
        let mut metrics = Vec::new();
        for _ in 0..3 {
            let metric = MetricDraft::new(MeasureKind::FailedRequests, &metrics).unwrap();
            metrics.push(metric);
        }
        let keys: Vec<_> = metrics.iter().map(|metric| metric.key.to_string()).collect();
        assert_eq!(keys, ["errors", "errors-2", "errors-3"]);
        for kind in MeasureKind::ALL {
            assert!(MetricDraft::new(kind, &metrics).is_some(), "{kind:?}");
        }
    }
}
