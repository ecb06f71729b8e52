//! Reads a drawing at a moment, with the mouse or the keyboard.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// One moment of a drawing: where it stands, and what is read there.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// From the left of the drawing, in percent.
    pub x: f64,
    /// From its top, in percent; absent where nothing was measured.
    pub y: Option<f64>,
    /// When: "16 Nov, 09:05".
    pub when: String,
    /// What is read, most important first.
    pub lines: Vec<String>,
}

/// Lies over a drawing. Arrow keys go from moment to moment; Home and End to the first and the last.
#[component]
pub fn Crosshair(
    /// What the drawing is of.
    #[prop(into)]
    label: Signal<String>,
    /// Its moments, from left to right.
    #[prop(into)]
    readings: Signal<Vec<Reading>>,
) -> impl IntoView {
    let place = RwSignal::new(None::<usize>);
    let last = move || readings.with(|readings| readings.len().saturating_sub(1));
    let at = Memo::new(move |_| {
        let place = place.get()?;
        readings.with(|readings| readings.get(place.min(readings.len().saturating_sub(1))).cloned())
    });
    let move_to = move |event: MouseEvent| {
        let Some(over) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let area = over.get_bounding_client_rect();
        let x = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0) * 100.0;
        place.set(readings.with_untracked(|readings| nearest(readings, x)));
    };
    let press = move |event: KeyboardEvent| {
        let now = place.get_untracked().unwrap_or_else(|| untrack(last));
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now.saturating_sub(1),
            "ArrowRight" | "ArrowUp" => (now + 1).min(untrack(last)),
            "Home" => 0,
            "End" => untrack(last),
            _ => return,
        };
        event.prevent_default();
        place.set(Some(next));
    };
    let spoken = move || {
        let reading = at.get().or_else(|| readings.with(|readings| readings.last().cloned()));
        reading.map(|reading| format!("{}: {}", reading.when, reading.lines.join(", ")))
    };
    view! {
        <div
            class="crosshair"
            role="slider"
            tabindex="0"
            aria-label=move || format!("{}, read at a moment", label.get())
            aria-valuemin="0"
            aria-valuemax=move || last().to_string()
            aria-valuenow=move || place.get().unwrap_or_else(last).to_string()
            aria-valuetext=spoken
            on:mousemove=move_to
            on:mouseleave=move |_| place.set(None)
            on:keydown=press
            on:focus=move |_| place.set(Some(untrack(last)))
            on:blur=move |_| place.set(None)
        >
            {move || {
                at.get()
                    .map(|Reading { x, y, when, lines }| {
                        let side = if x > 50.0 {
                            format!("right:{:.2}%", 100.0 - x)
                        } else {
                            format!("left:{x:.2}%")
                        };
                        view! {
                            <i class="crosshair-line" style:left=format!("{x:.2}%")></i>
                            {y
                                .map(|y| {
                                    view! {
                                        <i
                                            class="crosshair-dot"
                                            style:left=format!("{x:.2}%")
                                            style:top=format!("{y:.2}%")
                                        ></i>
                                    }
                                })}
                            <div class="crosshair-tip num" style=side aria-hidden="true">
                                <div class="ink3">{when}</div>
                                {lines.into_iter().map(|line| view! { <div>{line}</div> }).collect_view()}
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// The moment that stands nearest.
fn nearest(readings: &[Reading], x: f64) -> Option<usize> {
    let distance = |reading: &Reading| (reading.x - x).abs();
    let places = readings.iter().enumerate();
    places.min_by(|(_, one), (_, other)| distance(one).total_cmp(&distance(other))).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_moment_is_read() {
        let readings = [10.0, 40.0, 95.0].map(|x| Reading { x, y: None, when: String::new(), lines: Vec::new() });
        assert_eq!(nearest(&readings, 0.0), Some(0));
        assert_eq!(nearest(&readings, 30.0), Some(1));
        assert_eq!(nearest(&readings, 70.0), Some(2));
        assert_eq!(nearest(&[], 70.0), None);
    }
}
