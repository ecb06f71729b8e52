//! Light or dark: as the system is, until the reader chooses. `assets/theme.js` applies the choice
//! before the first paint.

use leptos::prelude::*;

use crate::browser;
use crate::components::{Button, ButtonKind, IconName};

/// Where the choice is remembered; `assets/theme.js` reads it.
const KEY: &str = "signalbox-theme";

/// Switches between light and dark.
#[component]
pub fn ThemeButton() -> impl IntoView {
    view! {
        <Button
            kind=ButtonKind::Quiet
            icon=IconName::Contrast
            label="Switch between light and dark"
            on_press=|()| switch()
        />
    }
}

fn switch() {
    let Some(root) = document().document_element() else { return };
    let chosen = root.get_attribute("data-theme");
    let next = other(chosen.as_deref(), browser::prefers_dark());
    // Setting an attribute of a valid name does not fail.
    let _ = root.set_attribute("data-theme", next);
    browser::remember(KEY, next);
}

fn other(chosen: Option<&str>, system_is_dark: bool) -> &'static str {
    let dark = match chosen {
        Some(chosen) => chosen == "dark",
        None => system_is_dark,
    };
    if dark { "light" } else { "dark" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_theme_is_that_which_is_not_seen() {
        assert_eq!(other(None, true), "light");
        assert_eq!(other(None, false), "dark");
        assert_eq!(other(Some("dark"), false), "light");
        assert_eq!(other(Some("light"), true), "dark");
    }
}
