//! One metric as a row of the table: what it is, what was measured, what that comes to.

use signalbox_domain::evidence::{Bounds, Direction, Outcome};
use signalbox_domain::guard::{Measure, MetricRole, Unit, Wanted, difference_words, value_words};
use signalbox_domain::people;
use signalbox_protocol::wire::evidence::MetricEvidence;

use crate::components::Aspect;
use crate::pages::flag::evidence::range::Range;
use crate::time;

/// One metric as a row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What people call it.
    pub name: String,
    /// What is measured, and as what: "failed requests", "mean request time · signal".
    pub about: String,
    /// Of those drawn to be without the feature.
    pub control: String,
    /// Of those with it.
    pub treated: String,
    /// The difference with its sign; empty where nothing is compared.
    pub difference: String,
    /// Its interval.
    pub interval: String,
    /// How much worse it may be, or the limit.
    pub allowed: String,
    /// What that is: "margin" or "limit".
    pub allowed_kind: &'static str,
    /// Whether it is compared with a limit, since nobody is drawn to be without the feature.
    pub is_against_limit: bool,
    /// People who count.
    pub people: String,
    /// How many more it takes, where that is known.
    pub to_go: Option<String>,
    /// How far people have come of what it takes, in percent.
    pub come: Option<f64>,
    /// The drawing.
    pub range: Option<Range>,
    /// What it comes to.
    pub aspect: Aspect,
    /// In words.
    pub verdict: &'static str,
    /// Only reported: nothing follows from it.
    pub is_goal: bool,
    /// All of it in one sentence, for the drawing.
    pub spoken: String,
}

impl Row {
    /// From the evidence of a metric, in a stage that asks this of guardrails.
    pub fn new(metric: &MetricEvidence, wanted: Wanted) -> Self {
        let unit = metric.unit;
        let is_against_limit = metric.limit.is_some();
        let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| value_words(value, unit));
        let sign = if metric.worse == Direction::LessIsWorse { -1.0 } else { 1.0 };
        let difference = metric.bounds.map(|bounds| difference_words(bounds.estimate * sign, unit));
        let interval = metric.bounds.map(|bounds| interval(bounds, sign, unit));
        let (allowed_kind, allowed) = match metric.limit {
            Some(limit) => ("limit", value_words(limit, unit)),
            None => ("margin", difference_words(metric.margin * sign, unit)),
        };
        let margin = if is_against_limit { 0.0 } else { metric.margin };
        let range = metric.bounds.map(|bounds| Range::new(bounds.at_least, bounds.estimate, bounds.at_most, margin));
        let (aspect, verdict) = verdict(metric, wanted);
        let (difference, interval) = (difference.unwrap_or_default(), interval.unwrap_or_default());
        let against = if is_against_limit { "from the limit" } else { "difference" };
        let spoken = if range.is_some() {
            format!(
                "{}: {against} {difference}, interval {interval}, {allowed_kind} {allowed}. {verdict}.",
                metric.name
            )
        } else {
            format!("{}: {verdict}.", metric.name)
        };
        Self {
            name: metric.name.clone(),
            about: about(&metric.measure, metric.role),
            control: if is_against_limit { "–".into() } else { value(metric.control) },
            treated: value(metric.treated),
            difference,
            interval,
            allowed,
            allowed_kind,
            is_against_limit,
            people: if metric.people == 0 { "–".into() } else { people::rounded(metric.people) },
            to_go: metric.people_to_go.map(|more| format!("{} to go", people::rounded(more))),
            come: metric.people_to_go.map(|more| part(metric.people, more)),
            range,
            aspect,
            verdict,
            is_goal: metric.role == MetricRole::Goal,
            spoken,
        }
    }
}

/// "−0.07 to +0.03 pp": from the lower to the higher end, as the measure counts.
fn interval(bounds: Bounds, sign: f64, unit: Unit) -> String {
    let mut ends = [bounds.at_least * sign, bounds.at_most * sign];
    ends.sort_by(f64::total_cmp);
    let [low, high] = ends.map(|end| difference_words(end, unit));
    let unit = [" pp", " ms"].into_iter().find(|unit| low.ends_with(unit)).unwrap_or_default();
    format!("{} to {high}", low.trim_end_matches(unit))
}

fn about(measure: &Measure, role: MetricRole) -> String {
    let follows = match role {
        MetricRole::Guardrail => return measure.in_words(),
        MetricRole::Signal => "signal",
        MetricRole::Goal => "goal",
    };
    format!("{} · {follows}", measure.in_words())
}

fn verdict(metric: &MetricEvidence, wanted: Wanted) -> (Aspect, &'static str) {
    let better = metric.bounds.is_some_and(|bounds| bounds.at_most < 0.0);
    match (metric.outcome, metric.role) {
        (Outcome::Harm, MetricRole::Goal) => (Aspect::Caution, "Worse"),
        (Outcome::Harm, MetricRole::Guardrail | MetricRole::Signal) => (Aspect::Danger, "Broken"),
        (Outcome::Safe, _) if better => (Aspect::Clear, "Better"),
        (Outcome::Safe, MetricRole::Goal) => (Aspect::Clear, "Not worse"),
        (Outcome::Safe, _) => (Aspect::Clear, "Within limit"),
        (Outcome::Unclear, _) if metric.limit.is_some() => (Aspect::Off, "Limit not broken"),
        (Outcome::Unclear, MetricRole::Guardrail) if wanted == Wanted::NotHarmful => (Aspect::Off, "No harm shown"),
        (Outcome::Unclear, _) => (Aspect::Dark, "Not enough data"),
        // There are figures, and nobody without the feature, nor a limit, to compare them with.
        (Outcome::NoData, _) if metric.treated.is_some() && metric.control.is_none() => (Aspect::Off, "Not compared"),
        (Outcome::NoData, _) => (Aspect::Dark, "No data"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "for the width of a bar")]
fn part(people: u64, more: u64) -> f64 {
    let all = people.saturating_add(more).max(1);
    people as f64 / all as f64 * 100.0
}

/// "about 4,200 more people, 3 h at current traffic; the smallest harm detectable by then is 0.21 pp".
pub fn forecast(metric: &MetricEvidence) -> Option<String> {
    let more = metric.people_to_go?;
    let time = metric.seconds_to_go.and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1_000));
    let time = time.map(|millis| format!(", {} at current traffic", time::span(millis))).unwrap_or_default();
    let detectable = metric.detectable.map(|harm| {
        let harm = difference_words(harm, metric.unit);
        format!("; the smallest harm detectable by then is {}", harm.trim_start_matches('+'))
    });
    Some(format!(
        "{}: about {} more people{time}, if there is no difference{}.",
        metric.name,
        people::rounded(more),
        detectable.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    fn told(metric: &serde_json::Value, wanted: Wanted) -> String {
        let row = Row::new(&fixture::metric(metric), wanted);
        let Row { control, treated, difference, interval, allowed, people, verdict, .. } = row;
        format!("{control} | {treated} | {difference} | {interval} | {allowed} | {people} | {verdict}")
    }

    #[test]
    fn a_row_shows_the_difference_as_the_measure_counts() {
        let check = |metric: serde_json::Value, wanted, expect: &str| assert_eq!(told(&metric, wanted), expect);
        check(
            serde_json::json!({"outcome": "safe", "bounds": {"estimate": -0.0002, "at_least": -0.0007, "at_most": 0.0003},
                "control": 0.0031, "treated": 0.0029, "people": 212_400}),
            Wanted::Safe,
            "0.31 % | 0.29 % | −0.02 pp | −0.07 to +0.03 pp | +0.1 pp | 212,000 | Within limit",
        );
        check(
            serde_json::json!({"worse": "less_is_worse", "outcome": "safe", "margin": 0.005, "people": 38_400,
                "bounds": {"estimate": -0.013, "at_least": -0.019, "at_most": -0.007}, "control": 0.918, "treated": 0.931}),
            Wanted::Safe,
            "91.8 % | 93.1 % | +1.3 pp | +0.7 to +1.9 pp | −0.5 pp | 38,400 | Better",
        );
        check(
            serde_json::json!({"outcome": "unclear", "limit": 0.01, "treated": 0.004, "people": 1_200,
                "bounds": {"estimate": -0.006, "at_least": -0.008, "at_most": -0.003}}),
            Wanted::NotHarmful,
            "– | 0.4 % | −0.6 pp | −0.8 to −0.3 pp | 1 % | 1,200 | Limit not broken",
        );
        check(serde_json::json!({}), Wanted::Safe, "– | – |  |  | +0.1 pp | – | No data");
    }

    #[test]
    fn what_neither_harms_nor_is_safe_is_named_by_what_is_asked() {
        let unclear = serde_json::json!({"outcome": "unclear", "people": 4_000,
            "bounds": {"estimate": 0.0, "at_least": -0.01, "at_most": 0.01}, "control": 0.1, "treated": 0.1});
        let verdict = |wanted| Row::new(&fixture::metric(&unclear), wanted).verdict;
        assert_eq!((verdict(Wanted::Safe), verdict(Wanted::NotHarmful)), ("Not enough data", "No harm shown"));
    }

    #[test]
    fn a_forecast_says_people_time_and_harm() {
        let metric = fixture::metric(&serde_json::json!({
            "outcome": "unclear", "people_to_go": 12_400, "seconds_to_go": 10_800, "detectable": 0.002
        }));
        assert_eq!(
            forecast(&metric).as_deref(),
            Some(
                "Errors: about 12,400 more people, 3 h at current traffic, if there is no difference; the smallest harm \
                 detectable by then is 0.2 pp."
            )
        );
        assert_eq!(forecast(&fixture::metric(&serde_json::json!({}))), None);
    }
}
