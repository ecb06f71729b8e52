//! Metrics, guards and verdicts in words.

use super::metric::{Measure, Metric, Unit};
use super::verdict::Verdict;
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
    let sign = if difference < 0.0 { "\u{2212}" } else { "+" };
    let size = difference.abs();
    match unit {
        Unit::Share => format!("{sign}{} pp", digits(size * 100.0)),
        Unit::Milliseconds => format!("{sign}{} ms", digits(size)),
        Unit::Number => format!("{sign}{}", digits(size)),
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

impl Metric {
    fn in_words(&self) -> String {
        let margin = match self.worse {
            Direction::MoreIsWorse => self.margin.get(),
            Direction::LessIsWorse => -self.margin.get(),
        };
        let limit = self.limit.map(|limit| format!(", limit {}", value_words(limit.get(), self.measure.unit())));
        let margin = difference_words(margin, self.measure.unit());
        format!("{} ({}, margin {margin}{})", self.name, self.measure.in_words(), limit.unwrap_or_default())
    }
}

/// How a rollout is watched: "auto; on harm back to the start; Errors (failed requests, margin +0.5 pp)".
#[must_use]
pub fn guard_words(guard: &Guard) -> String {
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
    let metrics = guard.metrics.iter().map(Metric::in_words);
    [automation.to_owned(), reaction.to_owned()].into_iter().chain(metrics).collect::<Vec<_>>().join("; ")
}

/// What a metric came to: "Errors: harm shown, +0.62 pp to +0.9 pp worse where +0.5 pp is allowed, by about 41,000 people".
#[must_use]
pub fn verdict_words(verdict: &Verdict) -> String {
    let Verdict { name, unit, outcome, bounds, question, limit, people, .. } = verdict;
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
    format!("{name}: {said}{}, by {}", bounds.unwrap_or_default(), people::in_words(*people))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
