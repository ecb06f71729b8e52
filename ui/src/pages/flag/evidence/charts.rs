//! A card for each guardrail: how much worse those with the feature were over time, as a drawing and as a table.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::Timestamp;
use signalbox_domain::guard::{Metric, difference_words, value_words};
use signalbox_protocol::endpoint::{AtPlace, GetEvidenceHistory};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::evidence::{EvidencePoint, MetricAtPoint};

use crate::api;
use crate::components::Time;
use crate::pages::flag::evidence::chart::{Labels, Moment, draw};
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;
use crate::state::use_store;
use crate::time;

/// There is a new point each minute at most.
const RENEWAL_MILLIS: i64 = 60_000;
/// Up to here the time axis shows clock times, beyond it days.
const TWO_DAYS_MILLIS: i64 = 48 * 3_600_000;
/// Rows of a table at most; the newest.
const ROWS: usize = 30;

/// What the drawings are of.
#[derive(Debug, Clone, PartialEq)]
struct Watched {
    at: AtPlace,
    rollout: String,
    metrics: Vec<Metric>,
    stages: Vec<(Timestamp, String)>,
}

/// The guardrails of the rollout under way over time; nothing where none is measured, or before there are two moments.
#[component]
pub fn GuardrailCharts() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let watched = Memo::new(move |_| page.scene.with(|scene| watched(scene)));
    let minute = Memo::new(move |_| store.now.get().millis() / RENEWAL_MILLIS);
    let points = RwSignal::new(Arc::new(Vec::<EvidencePoint>::new()));
    Effect::new(move |before: Option<Option<String>>| {
        minute.track();
        let asked = watched.get();
        let rollout = asked.as_ref().map(|asked| asked.rollout.clone());
        if before.is_none_or(|before| before != rollout) {
            points.set(Arc::default());
        }
        // What was drawn stays while nobody can be asked.
        let Some(asked) = asked.filter(|_| !store.is_offline()) else { return rollout };
        spawn_local(async move {
            let answer = api::call::<GetEvidenceHistory>(&asked.at, &NoBody {}, &NoBody {}, None).await;
            // An answer that was overtaken says nothing any more.
            if watched.try_get_untracked().flatten().as_ref() == Some(&asked)
                && let Ok(list) = answer
            {
                points.try_set(Arc::new(list.items));
            }
        });
        rollout
    });
    move || {
        let watched = watched.get()?;
        let points = points.get();
        let cards: Vec<_> =
            watched.metrics.iter().filter_map(|metric| card(metric, &watched.stages, &points)).collect();
        (!cards.is_empty()).then(|| {
            view! {
                <section aria-label="Guardrails over time">
                    <div class="grid g3 guardrail-charts">{cards}</div>
                    <p class="fs11 ink3 chart-key">
                        "How much worse those with the change are, with the interval that decides. Dotted: what is allowed. Thin lines: stages."
                    </p>
                </section>
            }
        })
    }
}

fn watched(scene: &Scene) -> Option<Watched> {
    let rollout = scene.rollout_under_way()?;
    let entered = rollout.stages.iter().filter_map(|stage| Some((stage.first_entered?, stage.title.clone())));
    Some(Watched {
        at: scene.at_place(),
        rollout: rollout.id.to_string(),
        metrics: rollout.guard.metrics.clone(),
        stages: entered.collect(),
    })
}

fn card(metric: &Metric, stages: &[(Timestamp, String)], points: &[EvidencePoint]) -> Option<impl IntoView + use<>> {
    let unit = metric.measure.unit();
    let of_metric = |point: &EvidencePoint| {
        let found = point.metrics.iter().find(|found| found.metric == metric.key)?;
        Some((point.at, found.clone()))
    };
    let measured: Vec<(Timestamp, MetricAtPoint)> = points.iter().filter_map(of_metric).collect();
    let moments: Vec<_> =
        measured.iter().map(|(at, found)| Moment { at: *at, bounds: found.bounds, margin: found.margin }).collect();
    let (first, (last, newest)) = (measured.first()?.0, measured.last()?);
    let short = last.millis() - first.millis() < TWO_DAYS_MILLIS;
    let now = *last;
    let axis = move |moment: Timestamp| {
        let local = time::local(moment);
        if short { time::clock(&local) } else { time::short(&local, &time::local(now)) }
    };
    let image = draw(&moments, &Labels { stages, time: &axis, unit })?;
    let bounds = newest.bounds?;
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| value_words(value, unit));
    let finding = format!(
        "{}: {} worse, between {} and {}; {} is allowed.",
        metric.name,
        difference_words(bounds.estimate, unit),
        difference_words(bounds.at_least, unit),
        difference_words(bounds.at_most, unit),
        difference_words(newest.margin, unit),
    );
    let rows = measured.iter().rev().take(ROWS).map(|(at, found)| {
        let difference = found.bounds.map(|bounds| {
            let [least, most] = [bounds.at_least, bounds.at_most].map(|bound| difference_words(bound, unit));
            (difference_words(bounds.estimate, unit), format!("{least} to {most}"))
        });
        let (difference, interval) = difference.unwrap_or_else(|| ("no data".to_owned(), String::new()));
        let at = *at;
        view! {
            <tr>
                <td><Time at /></td>
                <td class="num">{value(found.treated)}<br /><span class="ink3">{value(found.control)}</span></td>
                <td class="num">{difference}<br /><span class="ink3">{interval}</span></td>
            </tr>
        }
    });
    Some(view! {
        <div class="card guardrail-chart">
            <div class="row base">
                <h3>{metric.name.clone()}</h3>
                <span class="end num m">{value(newest.treated)}</span>
                <span class="num ink3 fs12">{format!("vs {}", value(newest.control))}</span>
            </div>
            <div class="course" role="img" aria-label=finding inner_html=image></div>
            <details class="course-table">
                <summary class="fs12 ink2">"Show as table"</summary>
                <table class="tbl">
                    <thead>
                        <tr>
                            <th>"When"</th>
                            <th class="num">"With, control"</th>
                            <th class="num">"Worse by"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </details>
        </div>
    })
}
