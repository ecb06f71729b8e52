//! How close the rows of tables stand. `assets/theme.js` applies the choice before the first paint.

use leptos::prelude::document;

use crate::browser;

/// Where the choice is remembered; `assets/theme.js` reads it.
const KEY: &str = "signalbox-density";
const COMPACT: &str = "compact";

/// What the reader chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Density {
    /// Rows of 44 px.
    Wide,
    /// Rows of 36 px.
    Compact,
}

impl Density {
    /// What was chosen on this device.
    pub fn chosen() -> Self {
        if browser::remembered(KEY).as_deref() == Some(COMPACT) { Self::Compact } else { Self::Wide }
    }

    /// Shows it, and remembers it on this device.
    pub fn choose(self) {
        let Some(root) = document().document_element() else { return };
        // Neither fails for an attribute of a valid name.
        let _ = match self {
            Self::Wide => root.remove_attribute("data-density"),
            Self::Compact => root.set_attribute("data-density", COMPACT),
        };
        browser::remember(KEY, if self == Self::Compact { COMPACT } else { "wide" });
    }
}
