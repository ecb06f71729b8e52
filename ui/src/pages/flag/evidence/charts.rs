//! A card for each guardrail: how much worse those with the feature were over time, as a drawing and as a table.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::Timestamp;
use signalbox_domain::guard::{Metric, difference_words, value_words};
use signalbox_domain::key::MetricKey;
use signalbox_protocol::endpoint::{AtPlace, GetEvidenceHistory};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::evidence::{EvidencePoint, MetricAtPoint};

use crate::api;
use crate::components::Time;
use crate::pages::flag::chart::Drawing;
use crate::pages::flag::crosshair::{Crosshair, Reading};
use crate::pages::flag::evidence::annotations::{Happened, Note, holds, notes};
use crate::pages::flag::evidence::chart::{Labels, Moment, draw};
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::History;
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
}

/// One guardrail over time.
#[derive(Debug, Clone, PartialEq)]
struct Card {
    key: MetricKey,
    name: String,
    treated: String,
    control: String,
    finding: String,
    image: String,
    readings: Vec<Reading>,
    rows: Vec<Row>,
}

/// One row of the table, newest first.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    at: Timestamp,
    told: Told,
}

#[derive(Debug, Clone, PartialEq)]
enum Told {
    Measured { treated: String, control: String, difference: String, interval: String },
    Happened(String),
}

/// The guardrails of the rollout under way over time; nothing where none is measured, or before there are two moments.
#[component]
pub fn GuardrailCharts(
    /// What happened to the flag.
    history: History,
) -> impl IntoView {
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
    let notes = Memo::new(move |_| {
        history.entries.with(|entries| {
            let entries = entries.as_ref().and_then(|entries| entries.as_ref().ok());
            let entries: Vec<_> = entries.into_iter().flatten().map(|entry| (**entry).clone()).collect();
            notes(&entries)
        })
    });
    let cards = Memo::new(move |_| {
        let points = points.get();
        let metrics = watched.with(|watched| watched.as_ref().map(|watched| watched.metrics.clone()));
        let cards = metrics.into_iter().flatten();
        notes.with(|notes| cards.filter_map(|metric| card(&metric, notes, &points)).collect::<Vec<_>>())
    });
    view! {
        <Show when=move || cards.with(|cards| !cards.is_empty())>
            <section aria-label="Guardrails over time">
                <div class="grid g3 guardrail-charts">
                    <For
                        each=move || cards.with(|cards| cards.iter().map(|card| card.key.clone()).collect::<Vec<_>>())
                        key=Clone::clone
                        let:key
                    >
                        <GuardrailCard card=Memo::new(move |_| {
                            cards.with(|cards| cards.iter().find(|card| card.key == key).cloned())
                        }) />
                    </For>
                </div>
                <p class="fs11 ink3 chart-key">
                    "How much worse those with the change are, with the interval that decides. Dotted: what is allowed. Thin \
                    lines: stages, roll backs and harm shown. Shaded: held. Point at a drawing, or go through it with the \
                    arrow keys, to read it."
                </p>
            </section>
        </Show>
    }
}

fn watched(scene: &Scene) -> Option<Watched> {
    let rollout = scene.rollout_under_way()?;
    Some(Watched { at: scene.at_place(), rollout: rollout.id.to_string(), metrics: rollout.guard.metrics.clone() })
}

fn card(metric: &Metric, notes: &[Note], points: &[EvidencePoint]) -> Option<Card> {
    let unit = metric.measure.unit();
    let of_metric = |point: &EvidencePoint| {
        let found = point.metrics.iter().find(|found| found.metric == metric.key)?;
        Some((point.at, found.clone()))
    };
    let measured: Vec<(Timestamp, MetricAtPoint)> = points.iter().filter_map(of_metric).collect();
    let moments: Vec<_> =
        measured.iter().map(|(at, found)| Moment { at: *at, bounds: found.bounds, margin: found.margin }).collect();
    let (first, (now, newest)) = (measured.first()?.0, measured.last()?);
    let short = now.millis() - first.millis() < TWO_DAYS_MILLIS;
    let local_now = time::local(*now);
    let axis = |moment: Timestamp| {
        let local = time::local(moment);
        if short { time::clock(&local) } else { time::short(&local, &local_now) }
    };
    // Harm that another metric showed is drawn with that one.
    let own = |note: &&Note| !matches!(&note.what, Happened::Harm(name) if *name != metric.name);
    let notes: Vec<Note> = notes.iter().filter(own).cloned().collect();
    let holds = holds(&notes);
    let Drawing { image, places } = draw(&moments, &Labels { notes: &notes, holds: &holds, time: &axis, unit })?;
    let bounds = newest.bounds?;
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| value_words(value, unit));
    let [estimate, least, most] =
        [bounds.estimate, bounds.at_least, bounds.at_most].map(|at| difference_words(at, unit));
    let allowed = difference_words(newest.margin, unit);
    let harmed = notes.iter().filter(|note| matches!(note.what, Happened::Harm(_))).count();
    let harmed = if harmed == 0 { "" } else { " Harm was shown." };
    let finding =
        format!("{}: {estimate} worse, between {least} and {most}; {allowed} is allowed.{harmed}", metric.name);
    let readings = measured.iter().zip(places).map(|((at, found), (x, y))| {
        let lines = match found.bounds {
            Some(bounds) => {
                let [least, most] = [bounds.at_least, bounds.at_most].map(|bound| difference_words(bound, unit));
                vec![
                    format!("{} worse", difference_words(bounds.estimate, unit)),
                    format!("{least} to {most}"),
                    format!("{} vs {}", value(found.treated), value(found.control)),
                ]
            }
            None => vec!["no data".to_owned()],
        };
        Reading { x, y, when: time::day_and_clock(&time::local(*at), &local_now), lines }
    });
    let readings = readings.collect();
    let rows = measured.iter().rev().take(ROWS).map(|(at, found)| {
        let difference = found.bounds.map(|bounds| {
            let [least, most] = [bounds.at_least, bounds.at_most].map(|bound| difference_words(bound, unit));
            (difference_words(bounds.estimate, unit), format!("{least} to {most}"))
        });
        let (difference, interval) = difference.unwrap_or_else(|| ("no data".to_owned(), String::new()));
        let (treated, control) = (value(found.treated), value(found.control));
        Row { at: *at, told: Told::Measured { treated, control, difference, interval } }
    });
    let mut rows: Vec<_> = rows.collect();
    let oldest = rows.last().map_or(first, |row| row.at);
    let happened = notes.iter().filter(|note| note.at >= oldest);
    rows.extend(happened.map(|note| Row { at: note.at, told: Told::Happened(note.what.in_words()) }));
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    let (key, name) = (metric.key.clone(), metric.name.clone());
    let (treated, control) = (value(newest.treated), value(newest.control));
    Some(Card { key, name, treated, control, finding, image, readings, rows })
}

#[component]
fn GuardrailCard(card: Memo<Option<Card>>) -> impl IntoView {
    let text = move |part: fn(&Card) -> &String| {
        move || card.with(|card| card.as_ref().map(|card| part(card).clone())).unwrap_or_default()
    };
    let name = Signal::derive(text(|card| &card.name));
    let readings = Signal::derive(move || card.get().map(|card| card.readings).unwrap_or_default());
    view! {
        <div class="card guardrail-chart">
            <div class="row base">
                <h3>{name}</h3>
                <span class="end num m">{text(|card| &card.treated)}</span>
                <span class="num ink3 fs12">"vs " {text(|card| &card.control)}</span>
            </div>
            <div class="course">
                <div class="drawn">
                    <div role="img" aria-label=text(|card| &card.finding) inner_html=text(|card| &card.image)></div>
                    <Crosshair label=name readings />
                </div>
            </div>
            <details class="course-table">
                <summary class="fs12 ink2">"Show as table"</summary>
                <table class="tbl">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col" class="num">"With, control"</th>
                            <th scope="col" class="num">"Worse by"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || {
                            let rows = card.get().map(|card| card.rows).unwrap_or_default();
                            rows.into_iter().map(|row| view! { <OneRow row /> }).collect_view()
                        }}
                    </tbody>
                </table>
            </details>
        </div>
    }
}

#[component]
fn OneRow(row: Row) -> impl IntoView {
    let Row { at, told } = row;
    match told {
        Told::Measured { treated, control, difference, interval } => view! {
            <tr>
                <td><Time at /></td>
                <td class="num">{treated}<br /><span class="ink3">{control}</span></td>
                <td class="num">{difference}<br /><span class="ink3">{interval}</span></td>
            </tr>
        }
        .into_any(),
        Told::Happened(words) => view! {
            <tr>
                <td><Time at /></td>
                <td colspan="2" class="m">{words}</td>
            </tr>
        }
        .into_any(),
    }
}
