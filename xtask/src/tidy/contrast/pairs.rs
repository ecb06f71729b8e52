//! Which colour stands on which.

/// A colour in front of another, by token name, and the least contrast between them.
pub struct Pair {
    /// The text or mark.
    pub front: &'static str,
    /// The ground.
    pub back: &'static str,
    /// 4.5 for text, 3 for marks and the edges of controls.
    pub least: f64,
}

const fn text(front: &'static str, back: &'static str) -> Pair {
    Pair { front, back, least: 4.5 }
}

const fn mark(front: &'static str, back: &'static str) -> Pair {
    Pair { front, back, least: 3.0 }
}

/// Every pair in use.
pub const PAIRS: &[Pair] = &[
    // Ink on every ground it stands on.
    text("ink", "bg-surface"),
    text("ink", "bg-app"),
    text("ink", "bg-rail"),
    text("ink", "bg-sunken"),
    text("ink", "bg-hover"),
    text("ink", "bg-overlay"),
    text("ink-2", "bg-surface"),
    text("ink-2", "bg-app"),
    text("ink-2", "bg-rail"),
    text("ink-2", "bg-sunken"),
    text("ink-2", "bg-hover"),
    text("ink-2", "bg-overlay"),
    text("ink-3", "bg-surface"),
    text("ink-3", "bg-app"),
    text("ink-3", "bg-rail"),
    text("ink-3", "bg-sunken"),
    text("ink-3", "bg-hover"),
    text("ink-3", "bg-overlay"),
    text("ink-3", "bg-press"),
    text("ink-2", "bg-press"),
    text("ink", "n-200"),
    text("ink-2", "n-200"),
    // The accent as text, and text on the accent.
    text("accent-text", "bg-surface"),
    text("accent-text", "bg-app"),
    text("accent-text", "bg-sunken"),
    text("accent-text", "bg-hover"),
    text("accent-text", "bg-overlay"),
    text("accent-text", "accent-soft"),
    text("accent-ink", "accent"),
    text("accent-ink", "accent-hover"),
    text("accent-ink", "accent-press"),
    // Ink on a selection.
    text("ink", "accent-soft"),
    text("ink-2", "accent-soft"),
    text("ink-3", "accent-soft"),
    text("clear-fg", "accent-soft"),
    text("caution-fg", "accent-soft"),
    text("danger-fg", "accent-soft"),
    // The aspect clear: its text, its lamp, what is cut out of the lamp, ink on its tint.
    text("clear-fg", "clear-bg"),
    text("clear-fg", "bg-surface"),
    text("clear-fg", "bg-app"),
    text("clear-fg", "bg-hover"),
    text("ink", "clear-bg"),
    text("ink-2", "clear-bg"),
    mark("clear-solid", "bg-surface"),
    mark("clear-solid", "clear-bg"),
    mark("aspect-ink", "clear-solid"),
    // The aspect caution: its text, its lamp, what is cut out of the lamp, ink on its tint.
    text("caution-fg", "caution-bg"),
    text("caution-fg", "bg-surface"),
    text("caution-fg", "bg-app"),
    text("caution-fg", "bg-hover"),
    text("ink", "caution-bg"),
    text("ink-2", "caution-bg"),
    mark("caution-solid", "bg-surface"),
    mark("caution-solid", "caution-bg"),
    mark("aspect-ink", "caution-solid"),
    // Lines of a drawing where its ground says that the rollout was held.
    mark("chart-change", "caution-bg"),
    mark("danger-solid", "caution-bg"),
    // The aspect danger: its text, its lamp, what is cut out of the lamp, ink on its tint.
    text("danger-fg", "danger-bg"),
    text("danger-fg", "bg-surface"),
    text("danger-fg", "bg-app"),
    text("danger-fg", "bg-hover"),
    text("ink", "danger-bg"),
    text("ink-2", "danger-bg"),
    mark("danger-solid", "bg-surface"),
    mark("danger-solid", "danger-bg"),
    mark("aspect-ink", "danger-solid"),
    // The aspect dark: its text, its lamp, what is cut out of the lamp, ink on its tint.
    text("dark-fg", "dark-bg"),
    text("dark-fg", "bg-surface"),
    text("dark-fg", "bg-app"),
    text("dark-fg", "bg-hover"),
    text("ink", "dark-bg"),
    text("ink-2", "dark-bg"),
    mark("dark-solid", "bg-surface"),
    mark("dark-solid", "dark-bg"),
    mark("aspect-ink", "dark-solid"),
    // Edges of controls, focus, and the occupied block.
    mark("line-control", "bg-surface"),
    mark("focus-outer", "bg-surface"),
    mark("focus-outer", "bg-app"),
    mark("accent", "bg-surface"),
    // Lines of a chart.
    mark("chart-control", "bg-surface"),
    mark("chart-change", "bg-surface"),
];
