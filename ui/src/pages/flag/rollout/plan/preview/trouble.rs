//! What keeps a stage from ever being left, in words, and what would mend it.

use signalbox_domain::Share;
use signalbox_domain::guard::{Amount, Guard, Metric, Preview, Shortfall, Wanted, difference_words};
use signalbox_domain::key::MetricKey;
use signalbox_domain::people::{grouped, rounded};
use signalbox_domain::rollout::{Stage, StageAudience};

use crate::state::Segments;
use crate::time;

/// A stage that can never be left as it is planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    /// Which, from 0.
    pub stage: usize,
    /// "1 % cannot be shown safe"
    pub title: String,
    /// Why.
    pub text: String,
    /// What would mend it, each with the words of its button.
    pub remedies: Vec<(Remedy, String)>,
}

/// A change of one stage.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// Wider margins in this stage.
    Margins(Vec<(MetricKey, Amount)>),
    /// A larger share.
    Share(Share),
    /// Asking only that no harm is shown.
    NotHarmful,
}

/// What is stuck in a plan that was reckoned through.
pub fn troubles(stages: &[Stage<String>], guard: &Guard, found: &Preview, names: &Segments) -> Vec<Trouble> {
    let short = stages.iter().zip(&found.stages).enumerate().filter_map(|(place, (stage, told))| {
        let short = told.shortfall.as_ref()?;
        Some(trouble(place, stage, guard, short, names))
    });
    short.collect()
}

fn trouble(place: usize, stage: &Stage<String>, guard: &Guard, short: &Shortfall, names: &Segments) -> Trouble {
    let title = stage.in_words(names);
    let within = short.within_minutes.map(|minutes| time::span(i64::from(minutes) * 60_000));
    let is_share = matches!(stage.audience, StageAudience::Percentage { .. });
    let come = match (short.fewest, within) {
        (fewest, _) if !is_share => format!("It names {fewest}"),
        (0, Some(within)) => format!("Nobody comes there within {within}"),
        (fewest, Some(within)) => format!("About {} people are in the smaller group within {within}", rounded(fewest)),
        (fewest, None) => format!("Of all people there are, about {} are in the smaller group", rounded(fewest)),
    };
    let metrics: Vec<(&Metric, Option<Amount>)> =
        short.metrics.iter().filter_map(|(key, margin)| Some((guard.metric(key)?, *margin))).collect();
    let called = metrics.iter().map(|(metric, _)| metric.name.as_str()).collect::<Vec<_>>().join(" and ");
    let (title, text) = match stage.gate.evidence {
        _ if short.lacks_people => (
            format!("{title} never has {} people in each group", grouped(stage.gate.people.into())),
            format!("{come}."),
        ),
        Wanted::Safe => {
            let verb = if metrics.len() == 1 { "takes" } else { "take" };
            (
                format!("{title} cannot be shown safe"),
                format!("{come}; {called} {verb} more for what is allowed there."),
            )
        }
        Wanted::NotHarmful | Wanted::Nothing => (
            format!("{title} cannot be judged"),
            format!("{come}; at least 1,000 in each group must be seen before anything is."),
        ),
    };
    let mut remedies = Vec::new();
    let wider: Option<Vec<_>> = metrics.iter().map(|(metric, margin)| Some((metric.key.clone(), (*margin)?))).collect();
    if let Some(wider) = wider.filter(|wider| !wider.is_empty() && !short.lacks_people) {
        let words = match &metrics[..] {
            [(metric, Some(margin))] => {
                format!("Allow {} here", difference_words(margin.get(), metric.measure.unit()).trim_start_matches('+'))
            }
            several => {
                let each = several.iter().filter_map(|(metric, margin)| {
                    let margin = difference_words(margin.as_ref()?.get(), metric.measure.unit());
                    Some(format!("{} {}", metric.name, margin.trim_start_matches('+')))
                });
                format!("Allow {} here", each.collect::<Vec<_>>().join(", "))
            }
        };
        remedies.push((Remedy::Margins(wider), words));
    }
    remedies.extend(short.share.map(|share| (Remedy::Share(share), format!("Let {share} in instead"))));
    if short.not_harmful {
        remedies.push((Remedy::NotHarmful, "Ask only that no harm is shown".into()));
    }
    let text = if remedies.is_empty() {
        format!("{text} No other share or margin of this stage would do: ask for less, or wait longer.")
    } else {
        text
    };
    Trouble { stage: place, title, text, remedies }
}

/// The stages with one of them mended.
pub fn remedied(mut stages: Vec<Stage<String>>, place: usize, remedy: Remedy) -> Vec<Stage<String>> {
    if let Some(stage) = stages.get_mut(place) {
        match remedy {
            Remedy::Margins(margins) => stage.gate.margins.extend(margins),
            Remedy::Share(share) => stage.audience = StageAudience::Percentage { share },
            Remedy::NotHarmful => stage.gate.evidence = Wanted::NotHarmful,
        }
    }
    stages
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stage(share: f64, gate: &serde_json::Value) -> Stage<String> {
        serde_json::from_value(json!({ "audience": { "kind": "percentage", "share": share }, "gate": gate })).unwrap()
    }

    fn guard() -> Guard {
        let metric = |key: &str, name: &str| {
            json!({ "key": key, "name": name, "measure": { "kind": "failed_requests" }, "worse": "more_is_worse",
                "role": "guardrail", "margin": 0.005 })
        };
        serde_json::from_value(json!({ "metrics": [metric("errors", "Errors"), metric("slow", "Slow requests")] }))
            .unwrap()
    }

    fn key(key: &str) -> MetricKey {
        MetricKey::new(key).unwrap()
    }

    fn told(stage: &Stage<String>, short: &Shortfall) -> String {
        let Trouble { title, text, remedies, .. } = trouble(0, stage, &guard(), short, &Segments::default());
        let buttons: Vec<_> = remedies.into_iter().map(|(_, words)| words).collect();
        format!("{title} | {text} | {}", buttons.join(" | "))
    }

    #[test]
    fn a_stage_that_is_stuck_says_why_and_what_would_do() {
        let short = Shortfall {
            fewest: 1_380,
            within_minutes: Some(14 * 24 * 60),
            metrics: vec![(key("errors"), Amount::new(0.015).ok())],
            share: Share::from_percent(5.0).ok(),
            not_harmful: true,
            ..Shortfall::default()
        };
        let safe = stage(1.0, &json!({ "evidence": "safe" }));
        assert_eq!(
            told(&safe, &short),
            "1 % cannot be shown safe | About 1,380 people are in the smaller group within 14 d; Errors takes more for what \
             is allowed there. | Allow 1.5 pp here | Let 5 % in instead | Ask only that no harm is shown"
        );
        let both = Shortfall {
            metrics: vec![(key("errors"), Amount::new(0.015).ok()), (key("slow"), Amount::new(0.02).ok())],
            share: None,
            not_harmful: false,
            ..short.clone()
        };
        assert!(told(&safe, &both).ends_with("| Allow Errors 1.5 pp, Slow requests 2 pp here"));
        let nothing = Shortfall { metrics: vec![(key("errors"), None)], ..both };
        assert!(told(&safe, &nothing).ends_with("ask for less, or wait longer. | "));
        let few = Shortfall { fewest: 300, within_minutes: None, lacks_people: true, ..Shortfall::default() };
        assert!(
            told(&stage(1.0, &json!({ "people": 1_000 })), &few)
                .starts_with("1 % never has 1,000 people in each group")
        );
    }

    #[test]
    fn one_stage_is_mended_and_the_others_stay() {
        let stages = || vec![stage(1.0, &json!({ "evidence": "safe" })), stage(50.0, &json!({}))];
        let margin = Amount::new(0.02).unwrap();
        let mended = |remedy| remedied(stages(), 0, remedy);
        assert_eq!(mended(Remedy::Margins(vec![(key("errors"), margin)]))[0].gate.margins[&key("errors")], margin);
        assert_eq!(mended(Remedy::NotHarmful)[0].gate.evidence, Wanted::NotHarmful);
        let share = Share::from_percent(5.0).unwrap();
        assert_eq!(mended(Remedy::Share(share))[0].audience, StageAudience::Percentage { share });
        assert_eq!(mended(Remedy::NotHarmful)[1], stages()[1]);
        assert_eq!(remedied(stages(), 7, Remedy::NotHarmful), stages());
    }
}
