//! What production tells about who comes, and about what is usual.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::Timestamp;
use signalbox_domain::guard::Usual;
use signalbox_domain::key::{MetricKey, RuleId};
use signalbox_protocol::endpoint::GetUsage;
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::evidence::Evidence;
use signalbox_protocol::wire::usage::Usage;

use crate::api;
use crate::pages::flag::crowd::Crowd;
use crate::pages::flag::page::Page;
use crate::state::use_store;

const DAY_MILLIS: i64 = 24 * 3_600_000;

/// What is known of who comes, and of what is usual.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counted {
    /// How many different people come a day; absent where nobody asked yet, or was counted for less than a day.
    pub a_day: Option<u64>,
    /// What metrics come to without the feature, where the rollout under way measures it.
    pub usual: BTreeMap<MetricKey, Usual>,
}

impl Counted {
    /// What is known of the flag of a page: counted once when it is asked for, measured as evidence comes in.
    pub fn follow(page: Page) -> Signal<Self> {
        let store = use_store();
        let usage = RwSignal::new(None::<Usage>);
        let environment = Memo::new(move |_| page.scene.with(|scene| scene.environment.key.clone()));
        Effect::new(move |_| {
            let asked = environment.get();
            let at = page.scene.with_untracked(|scene| scene.at_place());
            usage.set(None);
            spawn_local(async move {
                let answer = api::call::<GetUsage>(&at, &NoBody {}, &NoBody {}, None).await;
                // Without an answer nobody knows how many come, and the preview says so.
                if environment.try_get_untracked() == Some(asked) {
                    usage.try_set(answer.ok());
                }
            });
        });
        Signal::derive(move || {
            let now = store.now.get_untracked();
            let a_day = page.scene.with(|scene| {
                let rule = scene.open_rollout().and_then(|rollout| rollout.rule.as_ref());
                usage.with(|usage| a_day(usage.as_ref()?, rule, scene.crowd(), now))
            });
            let usual = page.evidence.with(|known| known.here().map(usual)).unwrap_or_default();
            Self { a_day, usual }
        })
    }
}

/// How many different people come on one day, from those of the last seven days.
///
/// Where it is stated how many there are, some of those who came today came yesterday: as many a day out of all make up
/// the week. Where it is not, a week of different people is taken as seven days of others.
fn a_day(usage: &Usage, rule: Option<&RuleId>, crowd: Crowd, now: Timestamp) -> Option<u64> {
    let people = usage.people.iter().find(|people| people.rule.as_ref() == rule)?;
    let week = people.last_7_days?.asked.about;
    if week == 0 {
        return None;
    }
    // Today and the six days before, as far as anybody counted. Hours say little about days.
    let window = 6 * DAY_MILLIS + now.millis().rem_euclid(DAY_MILLIS);
    let counted = (now.millis() - usage.counting_since.millis()).min(window);
    if counted < DAY_MILLIS {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "days and people, both far below 2^53")]
    let (days, week) = (counted as f64 / DAY_MILLIS as f64, week as f64);
    #[expect(clippy::cast_precision_loss, reason = "fewer people than 2^53")]
    let all = crowd.size().map(|all| all as f64);
    let a_day = match all {
        Some(all) if week < all => all * (1.0 - (1.0 - week / all).powf(1.0 / days)),
        _ => week / days,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "people, 0 or more")]
    let a_day = a_day.round() as u64;
    Some(a_day.max(1))
}

fn usual(evidence: &Evidence) -> BTreeMap<MetricKey, Usual> {
    let measured = evidence.metrics.iter().filter_map(|metric| {
        let (value, deviation) = metric.control.zip(metric.deviation)?;
        // Where nothing happened that is counted, that is what is usual; amounts that do not differ at all say nothing.
        let says = deviation > 0.0 || (value == 0.0 && metric.measure.counts_events());
        says.then(|| (metric.metric.clone(), Usual::Measured { value, deviation }))
    });
    measured.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;

    fn usage(week: u64, since: &str) -> Usage {
        serde_json::from_value(json!({
            "project": "bank", "flag": "payments", "environment": "production", "counting_since": since,
            "evaluations": { "reported": true }, "exposures": { "reported": false },
            "last_hour": { "single": 0, "bulk": 0, "exposures": 0 }, "variants": [], "minutes": [],
            "people": [{ "last_7_days": {
                "reached": { "about": 1, "standard_error": 0.0 }, "asked": { "about": week, "standard_error": 0.0 },
            } }],
        }))
        .unwrap()
    }

    #[test]
    fn what_was_measured_without_the_feature_is_usual() {
        let check = |measured: serde_json::Value, expect: Option<Usual>| {
            let found = usual(&fixture::evidence(&json!({ "metrics": [measured] })));
            assert_eq!(found.values().next().copied(), expect);
        };
        let measured = |value, deviation| Some(Usual::Measured { value, deviation });
        check(json!({ "control": 0.01, "deviation": 0.2 }), measured(0.01, 0.2));
        check(json!({ "control": 0.0, "deviation": 0.0 }), measured(0.0, 0.0));
        check(json!({ "control": 1.0, "deviation": 0.0 }), None);
        check(json!({ "control": 0.01 }), None);
    }

    #[test]
    fn a_week_is_made_up_of_days() {
        let now: Timestamp = serde_json::from_value(json!("2026-11-19T12:00:00Z")).unwrap();
        let check = |week, since: &str, crowd, expect: Option<u64>| {
            assert_eq!(a_day(&usage(week, since), None, Crowd::new(crowd), now), expect, "{week} since {since}");
        };
        let long_ago = "2026-01-01T00:00:00Z";
        check(6_500, long_ago, 0, Some(1_000));
        // A tenth of 10,000 a day: 4,958 different ones in six days and a half.
        check(4_958, long_ago, 10_000, Some(1_000));
        check(10_500, long_ago, 10_000, Some(1_615));
        check(1_500, "2026-11-18T00:00:00Z", 0, Some(1_000));
        check(500, "2026-11-19T00:00:00Z", 0, None);
        check(0, long_ago, 10_000, None);
        let other = RuleId::new("rule_other").unwrap();
        assert_eq!(a_day(&usage(5, long_ago), Some(&other), Crowd::new(0), now), None);
    }
}
