//! Draws who had a feature over time as steps, in the colours of the theme.

use plotters::coord::Shift;
use plotters::coord::types::{RangedCoordf64, RangedCoordi64};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use signalbox_domain::{Timestamp, people};

use crate::pages::flag::chart::{self, BAND, CHANGE, Drawing, Drawn, GRID, NOTE, Room, part, place, text, themed};
use crate::pages::flag::rollout::course::{Course, Event, Point};

/// Size of the drawing in its own units; it scales with the card that holds it.
const SIZE: (u32, u32) = (840, 172);
/// Room for labels around the plot: top, right, bottom, left.
const ROOM: Room = (20, 10, 20, 62);
/// Labels at the top that would be nearer than this to the one before are left out.
const LABEL_GAP: i32 = 46;

type Plot<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordi64, RangedCoordf64>>;

/// What the axes and the steps are called.
pub struct Labels<'a> {
    /// What each stage is called, first to last.
    pub stages: &'a [String],
    /// A moment on the time axis.
    pub time: &'a dyn Fn(Timestamp) -> String,
}

/// The course up to its end or `now`, with the places of its points; nothing where there is nothing to draw.
pub fn draw(course: &Course, people_before: u64, now: Timestamp, labels: &Labels<'_>) -> Option<Drawing> {
    let points = &course.points[..];
    let first = points.first()?.time.millis();
    let last = course.end.unwrap_or(now).millis().max(first + 1);
    let last_label = if course.end.is_some() { (labels.time)(Timestamp::from_millis(last)) } else { "now".into() };
    // A little of the time before the start, so that the first step is seen.
    let begin = first - (last - first) / 24;
    let most = points.iter().map(|point| point.people).fold(people_before, u64::max);
    let step = grid_step(most);
    let top = most.div_ceil(step).max(1) * step;

    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        plot(&area, begin..last, top, |chart| {
            grid(chart, begin..last, top, step)?;
            changes(chart, points, top, labels)?;
            steps(chart, points, people_before, begin..last)?;
            times(chart, first..last, labels, &last_label)
        })
        .and_then(|()| area.present())
        .ok()?;
    }
    let places = points.iter().map(|point| {
        let down = 1.0 - count(point.people) / count(top);
        let (x, y) = place(part(&(begin..last), point.time.millis()), down, ROOM, SIZE);
        (x, Some(y))
    });
    let places = places.collect();
    Some(Drawing { image: themed(svg, SIZE), places })
}

fn plot<'a>(
    area: &DrawingArea<SVGBackend<'a>, Shift>,
    time: std::ops::Range<i64>,
    top: u64,
    draw: impl FnOnce(&mut Plot<'a>) -> Drawn,
) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin_top(ROOM.0)
        .margin_right(ROOM.1)
        .margin_bottom(ROOM.2)
        .margin_left(ROOM.3)
        .build_cartesian_2d(time, 0.0..count(top))?;
    draw(&mut chart)
}

/// Three or four lines across, with their number of people.
fn grid(chart: &mut Plot<'_>, time: std::ops::Range<i64>, top: u64, step: u64) -> Drawn {
    let style = text(HPos::Right, VPos::Center);
    for line in (0..=top).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
        let y = count(line);
        chart.draw_series([PathElement::new([(time.start, y), (time.end, y)], GRID)])?;
        let (x, y) = chart.backend_coord(&(time.start, y));
        label(chart, &people::grouped(line), (x - 8, y), &style)?;
    }
    Ok(())
}

/// A thin line at every change, with what it was on top.
fn changes(chart: &mut Plot<'_>, points: &[Point], top: u64, labels: &Labels<'_>) -> Drawn {
    let mut free_from = i32::MIN;
    for point in points {
        let x = point.time.millis();
        chart.draw_series([PathElement::new([(x, 0.0), (x, count(top))], NOTE)])?;
        let (pixel, y) = chart.backend_coord(&(x, count(top)));
        if pixel >= free_from {
            let name = match point.event {
                Event::Entered(stage) => labels.stages.get(stage).map_or("", String::as_str),
                Event::RolledBack => "back",
                Event::TurnedOff => "off",
                Event::TurnedOn => "on",
            };
            // At the right edge there is no room on both sides.
            let side = if pixel > SIZE.0.cast_signed() - LABEL_GAP { HPos::Right } else { HPos::Center };
            label(chart, name, (pixel, y - 4), &text(side, VPos::Bottom))?;
            free_from = pixel + LABEL_GAP;
        }
    }
    Ok(())
}

/// The steps themselves: level from one change to the next.
fn steps(chart: &mut Plot<'_>, points: &[Point], before: u64, time: std::ops::Range<i64>) -> Drawn {
    let mut line = vec![(time.start, count(before))];
    let mut level = before;
    for point in points {
        let x = point.time.millis();
        line.extend([(x, count(level)), (x, count(point.people))]);
        level = point.people;
    }
    line.push((time.end, count(level)));
    chart.draw_series(AreaSeries::new(line.clone(), 0.0, BAND))?;
    chart.draw_series(LineSeries::new(line, ShapeStyle::from(CHANGE).stroke_width(2)))?;
    chart.draw_series([Circle::new((time.end, count(level)), 3, CHANGE.filled())])?;
    Ok(())
}

/// When it started, two moments between, and how far it goes.
fn times(chart: &mut Plot<'_>, time: std::ops::Range<i64>, labels: &Labels<'_>, last: &str) -> Drawn {
    let length = time.end - time.start;
    for quarter in 0..=3 {
        let moment = time.start + length / 3 * quarter;
        let (name, side) = match quarter {
            0 => ((labels.time)(Timestamp::from_millis(moment)), HPos::Left),
            3 => (last.to_owned(), HPos::Right),
            _ => ((labels.time)(Timestamp::from_millis(moment)), HPos::Center),
        };
        let (x, y) = chart.backend_coord(&(moment.min(time.end), 0.0));
        label(chart, &name, (x, y + 6), &text(side, VPos::Top))?;
    }
    Ok(())
}

fn label(chart: &Plot<'_>, name: &str, at: (i32, i32), style: &TextStyle<'_>) -> Drawn {
    chart::label(&chart.plotting_area().strip_coord_spec(), name, at, style)
}

/// The distance of grid lines: 1, 2 or 5 times a power of ten, so that three or four lines cover `most`.
fn grid_step(most: u64) -> u64 {
    let mut unit = 1;
    loop {
        for step in [unit, 2 * unit, 5 * unit] {
            if most <= 3 * step {
                return step;
            }
        }
        unit *= 10;
    }
}

#[expect(clippy::cast_precision_loss, reason = "for a place on a drawing")]
fn count(people: u64) -> f64 {
    people as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3_600_000;

    fn drawn(points: &[Point]) -> String {
        drawn_to(points, None)
    }

    fn drawn_to(points: &[Point], end: Option<i64>) -> String {
        let end = end.map(|day| Timestamp::from_millis(day * DAY));
        let stages = ["Staff".to_owned(), "1 %".to_owned(), "<b>".to_owned()];
        let labels = Labels { stages: &stages, time: &|time| format!("day {}", time.millis() / DAY) };
        draw(&Course { points: points.to_vec(), end }, 0, Timestamp::from_millis(20 * DAY), &labels).unwrap().image
    }

    fn point(day: i64, people: u64, event: Event) -> Point {
        Point { time: Timestamp::from_millis(day * DAY), people, event }
    }

    #[test]
    fn a_course_is_drawn_in_the_colours_of_the_theme() {
        let svg = drawn(&[point(2, 3, Event::Entered(0)), point(8, 1_640, Event::Entered(1))]);
        assert!(svg.starts_with("<svg aria-hidden=\"true\" viewBox="), "{svg}");
        assert!(!svg.contains('#'), "a colour is not of the theme: {svg}");
        for part in ["var(--chart-change)", "var(--chart-band)", "1,000\n", "2,000\n", "Staff", "1 %", "day 2", "now"] {
            assert!(svg.contains(part), "{part} is missing: {svg}");
        }
    }

    #[test]
    fn a_rollout_that_is_over_is_drawn_to_its_end() {
        let svg = drawn_to(&[point(2, 3, Event::Entered(0)), point(8, 1_640, Event::Entered(1))], Some(11));
        assert!(svg.contains("day 11") && !svg.contains("now"), "{svg}");
    }

    #[test]
    fn names_are_text_never_markup() {
        let svg = drawn(&[point(2, 3, Event::Entered(2)), point(8, 5, Event::TurnedOff)]);
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn labels_that_would_overlap_are_left_out() {
        let svg = drawn(&[point(2, 3, Event::Entered(0)), point(2, 5, Event::Entered(1))]);
        assert!(svg.contains("Staff") && !svg.contains("1 %"), "{svg}");
    }

    #[test]
    fn a_grid_has_three_or_four_lines() {
        let check = |most, expect| assert_eq!(grid_step(most), expect, "{most}");
        check(0, 1);
        check(3, 1);
        check(1_640, 1_000);
        check(41_000, 20_000);
        check(164_000, 100_000);
    }

    #[test]
    fn nothing_is_drawn_from_nothing() {
        let labels = Labels { stages: &[], time: &|_| String::new() };
        let nothing = Course { points: Vec::new(), end: None };
        assert_eq!(draw(&nothing, 0, Timestamp::from_millis(0), &labels), None);
    }
}
