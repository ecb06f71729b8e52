//! Draws how much worse a metric is over time: the interval that decides, what is allowed, and what happened meanwhile.

use plotters::coord::types::{RangedCoordf64, RangedCoordi64};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use signalbox_domain::Timestamp;
use signalbox_domain::evidence::Bounds;
use signalbox_domain::guard::{Unit, difference_words};

use crate::pages::flag::chart::{
    self, BAND, CHANGE, Drawing, Drawn, GRID, HARM_INK, HELD, HELD_INK, LIMIT, NOTE, Room, place, text, themed,
};
use crate::pages::flag::evidence::annotations::{Happened, Hold, Note};

/// Size of the drawing in its own units; it scales with the card that holds it.
const SIZE: (u32, u32) = (300, 150);
/// Room for labels around the plot: top, right, bottom, left.
const ROOM: Room = (18, 8, 18, 52);

type Plot<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordi64, RangedCoordf64>>;

/// One metric at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// How much worse it was; absent where nothing was measured.
    pub bounds: Option<Bounds>,
    /// How much worse it might be.
    pub margin: f64,
}

/// What stands around the drawing.
pub struct Labels<'a> {
    /// What happened, oldest first.
    pub notes: &'a [Note],
    /// When nothing went on.
    pub holds: &'a [Hold],
    /// A moment on the time axis.
    pub time: &'a dyn Fn(Timestamp) -> String,
    /// The unit of the numbers.
    pub unit: Unit,
}

/// The drawing; nothing before anything was measured at two moments.
pub fn draw(moments: &[Moment], labels: &Labels<'_>) -> Option<Drawing> {
    let known: Vec<_> = moments.iter().filter_map(|moment| Some((moment.at.millis(), moment.bounds?))).collect();
    let (first, last) = (known.first()?, known.last()?);
    if first.0 == last.0 {
        return None;
    }
    let margin = moments.last().map_or(0.0, |moment| moment.margin);
    let (low, high) = reach(&known, margin);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(ROOM.0)
            .margin_right(ROOM.1)
            .margin_bottom(ROOM.2)
            .margin_left(ROOM.3)
            .build_cartesian_2d(first.0..last.0, low..high)
            .ok()?;
        let time = first.0..last.0;
        held(&mut chart, &time, low..high, labels.holds)
            .and_then(|()| lines(&mut chart, &time, margin, low..high, labels))
            .and_then(|()| happened(&mut chart, &time, low..high, labels))
            .and_then(|()| interval(&mut chart, &known, low..high))
            .and_then(|()| times(&chart, &time, low, labels))
            .and_then(|()| area.present())
            .ok()?;
    }
    let places = moments.iter().map(|moment| {
        let across = chart::part(&(first.0..last.0), moment.at.millis());
        let (x, y) =
            place(across, moment.bounds.map_or(0.0, |bounds| (high - bounds.estimate) / (high - low)), ROOM, SIZE);
        (x, moment.bounds.map(|_| y))
    });
    let places = places.collect();
    Some(Drawing { image: themed(svg, SIZE), places })
}

/// From the best to the worst that is drawn: what is known now and what is allowed, with some room. What was less sure
/// at first runs out of the drawing.
fn reach(known: &[(i64, Bounds)], margin: f64) -> (f64, f64) {
    let now = known.last().map(|(_, bounds)| *bounds);
    let (least, most) = now.map_or((0.0, 0.0), |bounds| (bounds.at_least, bounds.at_most));
    let room = (most.max(margin) - least.min(0.0)).abs().max(f64::MIN_POSITIVE) * 0.35;
    (least.min(0.0) - room, most.max(margin) + room)
}

/// No difference, and what is allowed.
fn lines(
    chart: &mut Plot<'_>,
    time: &std::ops::Range<i64>,
    margin: f64,
    reach: std::ops::Range<f64>,
    labels: &Labels<'_>,
) -> Drawn {
    let across = |y: f64| [(time.start, y), (time.end, y)];
    chart.draw_series([PathElement::new(across(0.0), GRID)])?;
    chart.draw_series(DashedLineSeries::new(across(margin), 2, 3, ShapeStyle::from(LIMIT).stroke_width(1)))?;
    let beside = text(HPos::Right, VPos::Center);
    for (y, name) in [(0.0, "0".to_owned()), (margin, difference_words(margin, labels.unit))] {
        let near_zero = y != 0.0 && (y / (reach.end - reach.start)).abs() < 0.12;
        if !near_zero {
            let (x, y) = chart.backend_coord(&(time.start, y));
            label(chart, &name, (x - 6, y), &beside)?;
        }
    }
    Ok(())
}

/// The ground of the times in which it was held, with a word where there is room for it.
fn held(chart: &mut Plot<'_>, time: &std::ops::Range<i64>, reach: std::ops::Range<f64>, holds: &[Hold]) -> Drawn {
    for Hold { from, until } in holds {
        let until = until.map_or(time.end, Timestamp::millis).min(time.end);
        let from = from.millis().max(time.start);
        if from >= until {
            continue;
        }
        chart.draw_series([Rectangle::new([(from, reach.start), (until, reach.end)], HELD.filled())])?;
        let ((left, y), (right, _)) = (chart.backend_coord(&(from, reach.start)), chart.backend_coord(&(until, 0.0)));
        if right - left > 26 {
            let style = text(HPos::Center, VPos::Bottom).color(&HELD_INK);
            label(chart, "held", (left.midpoint(right), y - 3), &style)?;
        }
    }
    Ok(())
}

/// A thin line where something happened, with a word on top.
fn happened(
    chart: &mut Plot<'_>,
    time: &std::ops::Range<i64>,
    reach: std::ops::Range<f64>,
    labels: &Labels<'_>,
) -> Drawn {
    let mut free_from = i32::MIN;
    // Harm is drawn over what followed from it, and is never left out for want of room.
    let (harm, others): (Vec<_>, Vec<_>) = labels.notes.iter().partition(|note| matches!(note.what, Happened::Harm(_)));
    for Note { at, what } in others {
        let x = at.millis();
        let Some(name) = what.label().filter(|_| (time.start..=time.end).contains(&x)) else { continue };
        chart.draw_series([PathElement::new([(x, reach.start), (x, reach.end)], NOTE)])?;
        let (pixel, y) = chart.backend_coord(&(x, reach.end));
        if pixel >= free_from {
            let side = if pixel > SIZE.0.cast_signed() - 30 { HPos::Right } else { HPos::Center };
            label(chart, name, (pixel, y - 4), &text(side, VPos::Bottom))?;
            free_from = pixel + 36;
        }
    }
    for Note { at, what } in harm {
        let x = at.millis();
        let Some(name) = what.label().filter(|_| (time.start..=time.end).contains(&x)) else { continue };
        chart.draw_series([PathElement::new([(x, reach.start), (x, reach.end)], LIMIT)])?;
        let (pixel, y) = chart.backend_coord(&(x, reach.end));
        let (side, pixel) =
            if pixel > SIZE.0.cast_signed() - 40 { (HPos::Right, pixel - 4) } else { (HPos::Left, pixel + 4) };
        label(chart, name, (pixel, y + 1), &text(side, VPos::Top).color(&HARM_INK))?;
    }
    Ok(())
}

/// The interval that decides, and its middle.
fn interval(chart: &mut Plot<'_>, known: &[(i64, Bounds)], reach: std::ops::Range<f64>) -> Drawn {
    let within = |y: f64| y.clamp(reach.start, reach.end);
    let upper = known.iter().map(|(at, bounds)| (*at, within(bounds.at_most)));
    let lower = known.iter().rev().map(|(at, bounds)| (*at, within(bounds.at_least)));
    chart.draw_series([Polygon::new(upper.chain(lower).collect::<Vec<_>>(), BAND.filled())])?;
    let middle = known.iter().map(|(at, bounds)| (*at, within(bounds.estimate)));
    chart.draw_series(LineSeries::new(middle, ShapeStyle::from(CHANGE).stroke_width(2)))?;
    let end = known.last().map(|(at, bounds)| (*at, within(bounds.estimate)));
    chart.draw_series(end.map(|end| Circle::new(end, 3, CHANGE.filled())))?;
    Ok(())
}

fn times(chart: &Plot<'_>, time: &std::ops::Range<i64>, low: f64, labels: &Labels<'_>) -> Drawn {
    let begin = (labels.time)(Timestamp::from_millis(time.start));
    for (moment, name, side) in [(time.start, begin, HPos::Left), (time.end, "now".to_owned(), HPos::Right)] {
        let (x, y) = chart.backend_coord(&(moment, low));
        label(chart, &name, (x, y + 4), &text(side, VPos::Top))?;
    }
    Ok(())
}

fn label(chart: &Plot<'_>, name: &str, at: (i32, i32), style: &TextStyle<'_>) -> Drawn {
    chart::label(&chart.plotting_area().strip_coord_spec(), name, at, style)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(minute: i64, bounds: Option<(f64, f64, f64)>) -> Moment {
        let bounds = bounds.map(|(at_least, estimate, at_most)| Bounds { estimate, at_least, at_most });
        Moment { at: Timestamp::from_millis(minute * 60_000), bounds, margin: 0.02 }
    }

    fn drawn(moments: &[Moment]) -> Option<Drawing> {
        let minute = |minute: i64| Timestamp::from_millis(minute * 60_000);
        let note = |at, what| Note { at: minute(at), what };
        let notes = [note(2, Happened::Stage("<b>".into())), note(3, Happened::Harm("Errors".into()))];
        let holds = [Hold { from: minute(2), until: None }];
        let time = |time: Timestamp| format!("minute {}", time.millis() / 60_000);
        draw(moments, &Labels { notes: &notes, holds: &holds, time: &time, unit: Unit::Share })
    }

    #[test]
    fn an_interval_is_drawn_in_the_colours_of_the_theme() {
        let moments = [
            moment(0, None),
            moment(1, Some((-9.0, 0.0, 9.0))),
            moment(2, Some((-0.01, 0.004, 0.018))),
            moment(3, Some((-0.005, 0.003, 0.011))),
        ];
        let Drawing { image: svg, places } = drawn(&moments).unwrap();
        let x: Vec<_> = places.iter().map(|(x, _)| x.round()).collect();
        assert_eq!(x, [17.0, 17.0, 57.0, 97.0], "the plot begins at the first moment that is known");
        assert_eq!(places[0].1, None);
        assert!(places[1..].iter().all(|(_, y)| y.is_some_and(|y| (12.0..88.0).contains(&y))), "{places:?}");
        assert!(svg.starts_with("<svg aria-hidden=\"true\" viewBox="), "{svg}");
        assert!(!svg.contains('#'), "a colour is not of the theme: {svg}");
        for part in
            ["var(--chart-band)", "var(--danger-solid)", "+2 pp", "minute 1", "now", "&lt;b&gt;", "harm", "held"]
        {
            assert!(svg.contains(part), "{part} is missing: {svg}");
        }
    }

    #[test]
    fn nothing_is_drawn_from_nothing() {
        assert_eq!(drawn(&[]), None);
        assert_eq!(drawn(&[moment(1, None), moment(2, None)]), None);
        assert_eq!(drawn(&[moment(1, Some((0.0, 0.0, 0.0)))]), None, "one moment is no line");
    }
}
