//! The groups that the rules, the share of everyone else and the rollout name.

use leptos::prelude::*;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::people::grouped;
use signalbox_domain::rollout::StageAudience;
use signalbox_domain::targeting::Condition;

use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;

/// The groups used here, each with its size.
#[component]
pub fn GroupsCard() -> impl IntoView {
    let scene = use_page().scene;
    let used = Memo::new(move |_| {
        scene.with(|scene| {
            let row = |key: &SegmentKey| {
                let size = scene.segments.get(key).and_then(|row| row.size);
                (key.clone(), scene.segments.called(key), size.map_or_else(|| "size not stated".into(), grouped))
            };
            used(scene).iter().map(row).collect::<Vec<_>>()
        })
    });
    view! {
        <section class="card" aria-labelledby="groups-here">
            <div class="card-h">
                <h2 id="groups-here">"Groups used here"</h2>
                <span class="end">
                    <a class="link" href="/groups">
                        "All groups"
                    </a>
                </span>
            </div>
            {move || {
                let rows = used.get();
                if rows.is_empty() {
                    return view! {
                        <p class="card-b fs12 ink2">
                            "None. A group is a set of people that many rules can name, such as staff."
                        </p>
                    }
                        .into_any();
                }
                view! {
                    <ul class="list fs12">
                        {rows
                            .into_iter()
                            .map(|(key, name, size)| {
                                view! {
                                    <li class="row">
                                        <a class="m" href=format!("/groups/{key}")>
                                            {name}
                                        </a>
                                        <span class="end num ink2">{size}</span>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                }
                    .into_any()
            }}
        </section>
    }
}

/// Every group that is named here, in the order in which it comes up, each once.
fn used(scene: &Scene) -> Vec<SegmentKey> {
    let mut used = Vec::<SegmentKey>::new();
    let mut add = |keys: &[SegmentKey]| {
        for key in keys {
            if !used.contains(key) {
                used.push(key.clone());
            }
        }
    };
    for told in &scene.configuration.rules {
        for clause in &told.rule.clauses {
            if let Condition::InSegment(membership) = &clause.condition {
                add(&membership.segments);
            }
        }
        add(&told.rule.segments);
    }
    add(&scene.configuration.rule.segments);
    for stage in scene.open_rollout().map(|rollout| rollout.stages.as_slice()).unwrap_or_default() {
        if let StageAudience::Segments { segments } = &stage.audience {
            add(segments);
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;

    #[test]
    fn every_group_is_listed_once() {
        let mut configuration = fixture::running(1);
        let segments = |keys: &[&str]| keys.iter().map(|key| SegmentKey::new(*key).unwrap()).collect::<Vec<_>>();
        configuration.rules = vec![
            serde_json::from_value(json!({
                "words": "", "reach": {"share": 100, "named": 0, "people": 0},
                "rule": {
                    "id": "r", "segments": ["b"], "split": [{"variant": "on", "weight": 100}],
                    "clauses": [{"operator": "in_segment", "segments": ["a", "b"]}],
                },
            }))
            .unwrap(),
        ];
        configuration.rule.segments = segments(&["c", "a"]);
        if let Some(rollout) = &mut configuration.rollout {
            rollout.stages[0].audience = StageAudience::Segments { segments: segments(&["d"]) };
        }
        assert_eq!(used(&fixture::scene(configuration)), segments(&["a", "b", "c", "d"]));
    }
}
