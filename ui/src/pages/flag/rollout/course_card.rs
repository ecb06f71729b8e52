//! The chart of who had the feature over time, with its finding in words and its numbers as a table.

use leptos::prelude::*;
use signalbox_domain::Timestamp;
use signalbox_domain::rollout::Position;

use crate::components::Time;
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
                let image = draw(&course, before, now, &Labels { stages: &stages, time: &axis })?;
                Some(Drawn { finding: finding(scene, &course, now)?, image, course, stages })
            })
        })
    });
    move || {
        drawn.get().map(|Drawn { finding, image, course, stages }| {
            view! {
                <section class="card" aria-labelledby="course">
                    <div class="card-h">
                        <h2 id="course">"Who had it over time"</h2>
                        <span class="ink3 fs12">"people, estimated from the stated audience"</span>
                    </div>
                    <figure class="course">
                        <div role="img" aria-label=finding.clone() inner_html=image></div>
                        <figcaption class="fs12 ink2">{finding}</figcaption>
                    </figure>
                    <details class="course-table">
                        <summary class="fs12 ink2">"Show as table"</summary>
                        <CourseTable points=course.points stages />
                    </details>
                </section>
            }
        })
    }
}

#[component]
fn CourseTable(points: Vec<Point>, stages: Vec<String>) -> impl IntoView {
    let what = move |event: Event| match event {
        Event::Entered(stage) => format!("Entered {}", stages.get(stage).map_or("", String::as_str)),
        Event::RolledBack => "Rolled back".into(),
        Event::TurnedOff => "Turned off for everyone".into(),
        Event::TurnedOn => "Turned on again".into(),
    };
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
                                <td>{what(point.event)}</td>
                                <td class="num">{figure(Some(point.people))}</td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
    }
}
