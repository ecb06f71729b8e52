//! A difference drawn on a line: its interval, and the side where it may not be. Right is always better.

use leptos::prelude::*;

use crate::pages::flag::evidence::row::Row;

/// Size of the drawing in its own units.
const WIDTH: f64 = 112.0;
const HEIGHT: f64 = 26.0;

/// Where the parts of the drawing stand, from the left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Up to here it is worse than it may be.
    pub forbidden: f64,
    /// No difference.
    pub zero: f64,
    /// The worse end of the interval.
    pub worst: f64,
    /// The middle.
    pub estimate: f64,
    /// The better end of the interval.
    pub best: f64,
}

impl Range {
    /// From how much worse it is, at least and at most, and how much worse it may be.
    pub fn new(at_least: f64, estimate: f64, at_most: f64, margin: f64) -> Self {
        let worst = at_most.max(margin).max(0.0);
        let best = at_least.min(0.0).min(margin);
        let span = if worst > best { worst - best } else { 1.0 };
        // A little room on both sides, so that ends and the forbidden side are seen.
        let (from, until) = (worst + span * 0.15, best - span * 0.1);
        let place = |worse: f64| (from - worse) / (from - until) * WIDTH;
        Self {
            forbidden: place(margin),
            zero: place(0.0),
            worst: place(at_most),
            estimate: place(estimate),
            best: place(at_least),
        }
    }
}

/// The drawing of a row; says the same in words.
#[component]
pub fn RangeDrawing(row: Row) -> impl IntoView {
    let Some(range) = row.range else {
        return view! { <span class="ink3">"–"</span> }.into_any();
    };
    let Range { forbidden, zero, worst, estimate, best } = range;
    let tone = format!("rng rng--{}", row.aspect.name());
    let middle = HEIGHT / 2.0;
    let cap = move |at: f64| view! { <line class="rng-i" x1=at x2=at y1=middle - 4.0 y2=middle + 4.0 /> };
    view! {
        <svg
            class=tone
            width=WIDTH
            height=HEIGHT
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=row.spoken.clone()
        >
            <rect class="rng-no" x="0" y="2" width=forbidden height=HEIGHT - 4.0 />
            <line class="rng-limit" x1=forbidden x2=forbidden y1="2" y2=HEIGHT - 2.0 />
            {(!row.is_against_limit).then(|| view! { <line class="rng-zero" x1=zero x2=zero y1="1" y2=HEIGHT - 1.0 /> })}
            <line class="rng-i" x1=worst x2=best y1=middle y2=middle />
            {cap(worst)}
            {cap(best)}
            <circle class="rng-m" cx=estimate cy=middle r="4" />
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_is_better_and_everything_is_inside() {
        let check = |at_least, estimate, at_most, margin| {
            let range = Range::new(at_least, estimate, at_most, margin);
            let Range { forbidden, zero, worst, estimate, best } = range;
            assert!(worst <= estimate && estimate <= best, "{range:?}");
            assert!(forbidden <= zero, "a margin is worse than no difference: {range:?}");
            for at in [forbidden, zero, worst, estimate, best] {
                assert!((0.0..=WIDTH).contains(&at), "{range:?}");
            }
            range
        };
        let safe = check(0.002, 0.009, 0.016, 0.03);
        assert!(safe.worst > safe.forbidden, "within the margin nothing reaches the forbidden side");
        let harm = check(0.04, 0.06, 0.08, 0.03);
        assert!(harm.best < harm.forbidden);
        check(-0.5, -0.1, 0.3, 0.0);
        check(0.0, 0.0, 0.0, 0.0);
        check(-3.0, -2.0, -1.0, 0.5);
    }
}
