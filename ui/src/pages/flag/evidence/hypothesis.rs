//! What a rollout is expected to bring about, and what it came to so far.

use leptos::prelude::*;
use signalbox_domain::evidence::{Bounds, Direction};
use signalbox_domain::guard::{Amount, Metric, MetricRole, difference_words};
use signalbox_domain::rollout::RolloutStatus;
use signalbox_protocol::wire::evidence::Evidence;

use crate::components::{Aspect, AspectText};
use crate::pages::flag::evidence::Evidenced;
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;

/// What is expected.
#[derive(Debug, Clone, PartialEq)]
struct Hypothesis {
    text: Option<String>,
    goals: Vec<Goal>,
    /// Absent before the start, and where there is no goal to tell by.
    holds: Option<(Aspect, &'static str)>,
}

/// One goal.
#[derive(Debug, Clone, PartialEq)]
struct Goal {
    name: String,
    /// "+1 pp or more"; absent where nothing in particular is expected.
    expected: Option<String>,
    /// "+1.3 pp", or why there is no figure.
    so_far: String,
    /// "+0.7 to +1.9"
    interval: Option<String>,
}

/// What the rollout is expected to bring about, with its goals; nothing where nobody said.
#[component]
pub fn HypothesisCard() -> impl IntoView {
    let page = use_page();
    let told = Memo::new(move |_| page.scene.with(|scene| page.evidence.with(|known| hypothesis(scene, known))));
    move || {
        let Hypothesis { text, goals, holds } = told.get()?;
        Some(view! {
            <section class="card" aria-labelledby="hypothesis" data-testid="hypothesis">
                <div class="card-h">
                    <h2 id="hypothesis">"Hypothesis"</h2>
                    {holds
                        .map(|(aspect, words)| {
                            view! {
                                <span class="end">
                                    <AspectText aspect>{words}</AspectText>
                                </span>
                            }
                        })}
                </div>
                <div class="card-b">
                    {text.map(|text| view! { <p class="hypothesis-text">{text}</p> })}
                    {goals.into_iter().map(|goal| view! { <OneGoal goal /> }).collect_view()}
                </div>
            </section>
        })
    }
}

#[component]
fn OneGoal(goal: Goal) -> impl IntoView {
    let Goal { name, expected, so_far, interval } = goal;
    view! {
        <dl class="dl">
            <dt>"Measure"</dt>
            <dd>{name}</dd>
            {expected
                .map(|expected| {
                    view! {
                        <dt>"Expected"</dt>
                        <dd class="num">{expected}</dd>
                    }
                })}
            <dt>"So far"</dt>
            <dd class="num">
                <span class="m">{so_far}</span>
                {interval.map(|interval| view! { <span class="ink3 nowrap">" (" {interval} ")"</span> })}
            </dd>
        </dl>
    }
}

fn hypothesis(scene: &Scene, known: &Evidenced) -> Option<Hypothesis> {
    let rollout = scene.open_rollout()?;
    let guard = &rollout.guard;
    let goals: Vec<_> = guard.metrics.iter().filter(|metric| metric.role == MetricRole::Goal).collect();
    if guard.hypothesis.is_none() && goals.is_empty() {
        return None;
    }
    let started = rollout.status != RolloutStatus::Draft;
    let bounds = |metric: &Metric| known.here().and_then(|evidence| bounds(evidence, metric));
    let holds: Vec<_> = goals.iter().map(|metric| holds(metric, bounds(metric))).collect();
    let told = goals.iter().map(|metric| {
        let unit = metric.measure.unit();
        let found = bounds(metric);
        let expected = metric.expected_words().map(|words| words.trim_start_matches("expected ").to_owned());
        let sign = if metric.worse == Direction::LessIsWorse { -1.0 } else { 1.0 };
        let so_far = match (found, known) {
            (Some(bounds), _) => difference_words(bounds.estimate * sign, unit),
            (None, _) if !started => "measured once it has started".into(),
            (None, Evidenced::Offline) => "not known while offline".into(),
            (None, Evidenced::Failed(_)) => "could not be loaded".into(),
            (None, Evidenced::Loading) => "on its way".into(),
            (None, Evidenced::Nothing | Evidenced::Here(_)) => "no data yet".into(),
        };
        let interval = found.map(|bounds| {
            let mut ends = [bounds.at_least * sign, bounds.at_most * sign];
            ends.sort_by(f64::total_cmp);
            let [low, high] = ends.map(|end| difference_words(end, unit));
            let bare = |end: String| end.trim_end_matches(" pp").trim_end_matches(" ms").to_owned();
            format!("{} to {}", bare(low), bare(high))
        });
        Goal { name: metric.name.clone(), expected, so_far, interval }
    });
    Some(Hypothesis {
        text: guard.hypothesis.clone(),
        goals: told.collect(),
        holds: if started { together(&holds) } else { None },
    })
}

fn bounds(evidence: &Evidence, metric: &Metric) -> Option<Bounds> {
    let found = evidence.metrics.iter().find(|found| found.metric == metric.key)?;
    // Against a limit it says nothing about what the feature brought about.
    found.bounds.filter(|_| found.limit.is_none())
}

/// How one goal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// It is worse, or better by less than was expected.
    Not,
    /// Nobody knows yet.
    Unknown,
    /// It is better, and so far by less than was expected.
    ByLess,
    /// It is better, and so far as was expected.
    Yes,
}

fn holds(metric: &Metric, bounds: Option<Bounds>) -> Holds {
    let Some(bounds) = bounds else { return Holds::Unknown };
    // From how much worse it is to how much better.
    let (least, estimate, most) = (-bounds.at_most, -bounds.estimate, -bounds.at_least);
    let expected = metric.expected.map_or(0.0, Amount::get);
    match () {
        () if most < expected => Holds::Not,
        () if least <= 0.0 => Holds::Unknown,
        () if estimate < expected => Holds::ByLess,
        () => Holds::Yes,
    }
}

/// All goals together are as good as the worst of them.
fn together(goals: &[Holds]) -> Option<(Aspect, &'static str)> {
    Some(match goals.iter().min()? {
        Holds::Not => (Aspect::Caution, "Not holding"),
        Holds::Unknown => (Aspect::Dark, "Not known yet"),
        Holds::ByLess => (Aspect::Caution, "Better, by less"),
        Holds::Yes => (Aspect::Clear, "Holding"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::pages::flag::fixture;
    use serde_json::{Value, json};
    use signalbox_protocol::wire::configuration::Configuration;

    fn configuration(mut configuration: Configuration) -> Configuration {
        let guard = json!({
            "hypothesis": "If transfers arrive in seconds, more people will finish their payment.",
            "metrics": [{ "key": "errors", "name": "Paid", "measure": { "kind": "people_who", "outcome": "paid" },
                "worse": "less_is_worse", "role": "goal", "margin": 0.02, "expected": 0.01 }],
        });
        configuration.rollout.as_mut().unwrap().guard = serde_json::from_value(guard).unwrap();
        configuration
    }

    fn told(metric: &Value) -> String {
        let known = Evidenced::Here(Arc::new(fixture::evidence(&json!({ "metrics": [metric] }))));
        let found = hypothesis(&fixture::scene(configuration(fixture::guarded(2))), &known).unwrap();
        let goal = found.goals[0].clone();
        let interval = goal.interval.unwrap_or_default();
        format!("{} | {} | {interval} | {}", goal.expected.unwrap(), goal.so_far, found.holds.unwrap().1)
    }

    #[test]
    fn a_goal_says_what_was_expected_and_what_came() {
        let measured = |at_least: f64, estimate: f64, at_most: f64| {
            told(&json!({ "role": "goal", "worse": "less_is_worse", "outcome": "safe", "people": 4_000,
                "bounds": { "at_least": at_least, "estimate": estimate, "at_most": at_most } }))
        };
        assert_eq!(measured(-0.019, -0.013, -0.007), "+1 pp or more | +1.3 pp | +0.7 to +1.9 | Holding");
        assert_eq!(measured(-0.012, -0.008, -0.002), "+1 pp or more | +0.8 pp | +0.2 to +1.2 | Better, by less");
        assert_eq!(measured(-0.015, -0.005, 0.005), "+1 pp or more | +0.5 pp | \u{2212}0.5 to +1.5 | Not known yet");
        assert_eq!(measured(-0.008, -0.001, 0.006), "+1 pp or more | +0.1 pp | \u{2212}0.6 to +0.8 | Not holding");
        assert_eq!(told(&json!({})), "+1 pp or more | no data yet |  | Not known yet");
    }

    #[test]
    fn before_the_start_nothing_is_claimed() {
        let found = hypothesis(&fixture::scene(configuration(fixture::draft())), &Evidenced::Nothing).unwrap();
        assert_eq!((found.goals[0].so_far.as_str(), found.holds), ("measured once it has started", None));
        assert_eq!(hypothesis(&fixture::scene(fixture::running(2)), &Evidenced::Nothing), None);
    }
}
