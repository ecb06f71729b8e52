//! What drawings of the page have in common: colours of the theme, and labels.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Colours of a drawing stand for roles; the themes say what they look like.
pub const CHANGE: RGBColor = RGBColor(1, 0, 0);
/// The ground under a line, or around it.
pub const BAND: RGBColor = RGBColor(2, 0, 0);
/// Lines across.
pub const GRID: RGBColor = RGBColor(3, 0, 0);
/// Moments at which something changed.
pub const NOTE: RGBColor = RGBColor(4, 0, 0);
/// Labels.
pub const INK: RGBColor = RGBColor(5, 0, 0);
/// What is allowed.
pub const LIMIT: RGBColor = RGBColor(6, 0, 0);
/// The ground of a time in which nothing went on.
pub const HELD: RGBColor = RGBColor(7, 0, 0);
/// A label on that ground.
pub const HELD_INK: RGBColor = RGBColor(8, 0, 0);
/// A label of harm.
pub const HARM_INK: RGBColor = RGBColor(9, 0, 0);
const ROLES: [(RGBColor, &str); 9] = [
    (CHANGE, "var(--chart-change)"),
    (BAND, "var(--chart-band)"),
    (GRID, "var(--chart-grid)"),
    (NOTE, "var(--chart-note)"),
    (INK, "var(--ink-3)"),
    (LIMIT, "var(--danger-solid)"),
    (HELD, "var(--caution-bg)"),
    (HELD_INK, "var(--caution-fg)"),
    (HARM_INK, "var(--danger-fg)"),
];

/// What comes of drawing.
pub type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// A text of the page's own font, small.
pub fn text(horizontal: HPos, vertical: VPos) -> TextStyle<'static> {
    // The drawing library takes the size of the em box, which is 1.24 times the font size.
    TextStyle::from(("inherit", 11.0 * 1.24)).color(&INK).pos(Pos::new(horizontal, vertical))
}

/// Writes a label at a place of the whole drawing, from a plot that is a part of it.
pub fn label(plot: &DrawingArea<SVGBackend<'_>, Shift>, name: &str, at: (i32, i32), style: &TextStyle<'_>) -> Drawn {
    let (left, top) = plot.get_base_pixel();
    plot.draw_text(name, style, (at.0 - left, at.1 - top))
}

/// Colours become roles of the theme, and the drawing takes the width that it is given.
pub fn themed(svg: String, size: (u32, u32)) -> String {
    let size = format!("width=\"{}\" height=\"{}\" ", size.0, size.1);
    ROLES.iter().fold(svg.replacen(&size, "aria-hidden=\"true\" ", 1), |svg, (color, role)| {
        svg.replace(&format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2), role)
    })
}

/// A drawing, and where its moments stand in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// An SVG image.
    pub image: String,
    /// Of each moment: from the left and, where something was measured, from the top, in percent.
    pub places: Vec<(f64, Option<f64>)>,
}

/// The room around a plot: top, right, bottom, left.
pub type Room = (i32, i32, i32, i32);

/// Where a point of a plot stands in its drawing, in percent from the left and from the top: `across` and `down` are the
/// parts of the plot's width and height, 0 to 1.
pub fn place(across: f64, down: f64, room: Room, size: (u32, u32)) -> (f64, f64) {
    let within = |part: f64, before: i32, after: i32, size: u32| {
        let (before, size) = (f64::from(before), f64::from(size));
        (before + part.clamp(0.0, 1.0) * (size - before - f64::from(after))) / size * 100.0
    };
    (within(across, room.3, room.1, size.0), within(down, room.0, room.2, size.1))
}

/// Which part of a stretch of time has passed at a moment, 0 to 1.
pub fn part(time: &std::ops::Range<i64>, at: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of some days")]
    let (passed, all) = ((at - time.start) as f64, (time.end - time.start).max(1) as f64);
    (passed / all).clamp(0.0, 1.0)
}
