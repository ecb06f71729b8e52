//! The chart of who had the feature over time, with its finding in words and its numbers as a table.

use leptos::prelude::*;
use signalbox_domain::Timestamp;
use signalbox_domain::rollout::Position;

use crate::components::Time;
use crate::pages::flag::chart::Drawing;
use crate::pages::flag::crosshair::{Crosshair, Reading};
use crate::pages::flag::crowd::figure;
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::course::{Course, Event, Point, course, finding};
use crate::pages::flag::rollout::course_chart::{Labels, draw};
use crate::pages::flag::rollout::recent::History;
use crate::state::use_store;
use crate::time;

/// A drawing is renewed so often while nothing happens. Milliseconds.
const RENEWAL: i64 = 60_000;
/// Up to here the time axis shows clock times, beyond it days. Milliseconds.
const TWO_DAYS: i64 = 48 * 3_600_000;

/// A course with its finding and its drawing.
#[derive(Debug, Clone, PartialEq)]
struct Drawn {
    finding: String,
    image: String,
    readings: Vec<Reading>,
    course: Course,
    stages: Vec<String>,
}

/// Who had it over time; nothing where the history does not tell it whole.
#[component]
pub fn CourseCard(history: History) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let minute = Memo::new(move |_| store.now.get().millis() / RENEWAL);
    let drawn = Memo::new(move |_| {
        minute.track();
        let now = store.now.get_untracked();
        page.scene.with(|scene| {
            history.entries.with(|entries| {
                let entries: Vec<_> = entries.as_ref()?.as_ref().ok()?.iter().map(|entry| (**entry).clone()).collect();
                let course = course(scene, &entries)?;
                let rollout = scene.configuration.rollout.as_ref()?;
                let stages: Vec<_> = rollout.stages.iter().map(|stage| stage.title.clone()).collect();
                let first = course.points.first()?.time;
                let short = course.end.unwrap_or(now).millis() - first.millis() < TWO_DAYS;
                let axis = move |moment: Timestamp| {
                    let local = time::local(moment);
                    if short { time::clock(&local) } else { time::short(&local, &time::local(now)) }
                };
                let before = scene.at(rollout, Position::Start).people?;
                let Drawing { image, places } = draw(&course, before, now, &Labels { stages: &stages, time: &axis })?;
                let readings = course.points.iter().zip(places).map(|(point, (x, y))| {
                    let when = time::day_and_clock(&time::local(point.time), &time::local(now));
                    Reading { x, y, when, lines: vec![what(point.event, &stages), figure(Some(point.people))] }
                });
                let readings = readings.collect();
                Some(Drawn { finding: finding(scene, &course, now)?, image, readings, course, stages })
            })
        })
    });
    let finding = move || drawn.with(|drawn| drawn.as_ref().map(|drawn| drawn.finding.clone()).unwrap_or_default());
    let image = move || drawn.with(|drawn| drawn.as_ref().map(|drawn| drawn.image.clone()).unwrap_or_default());
    let readings = Signal::derive(move || drawn.get().map(|drawn| drawn.readings).unwrap_or_default());
    view! {
        <Show when=move || drawn.with(Option::is_some)>
            <section class="card" aria-labelledby="course">
                <div class="card-h">
                    <h2 id="course">"Who had it over time"</h2>
                    <span class="ink3 fs12">"people, estimated from the stated audience"</span>
                </div>
                <figure class="course">
                    <div class="drawn">
                        <div role="img" aria-label=finding inner_html=image></div>
                        <Crosshair label="Who had it over time".to_owned() readings />
                    </div>
                    <figcaption class="fs12 ink2">{finding}</figcaption>
                </figure>
                <details class="course-table">
                    <summary class="fs12 ink2">"Show as table"</summary>
                    {move || {
                        drawn
                            .get()
                            .map(|Drawn { course, stages, .. }| view! { <CourseTable points=course.points stages /> })
                    }}
                </details>
            </section>
        </Show>
    }
}

fn what(event: Event, stages: &[String]) -> String {
    match event {
        Event::Entered(stage) => format!("Entered {}", stages.get(stage).map_or("", String::as_str)),
        Event::RolledBack => "Rolled back".into(),
        Event::TurnedOff => "Turned off for everyone".into(),
        Event::TurnedOn => "Turned on again".into(),
    }
}

#[component]
fn CourseTable(points: Vec<Point>, stages: Vec<String>) -> impl IntoView {
    view! {
        <table class="tbl">
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"What"</th>
                    <th scope="col" class="num">
                        "Had it then"
                    </th>
                </tr>
            </thead>
            <tbody>
                {points
                    .into_iter()
                    .map(|point| {
                        view! {
                            <tr>
                                <td>
                                    <Time at=point.time />
                                </td>
                                <td>{what(point.event, &stages)}</td>
                                <td class="num">{figure(Some(point.people))}</td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
    }
}
