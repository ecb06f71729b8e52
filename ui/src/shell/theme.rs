//! Light or dark: as the system is, until the reader chooses. `assets/theme.js` applies the choice
//! before the first paint.

use leptos::prelude::*;

use crate::browser;
use crate::components::{Icon, IconName};

/// Where the choice is remembered; `assets/theme.js` reads it.
const KEY: &str = "signalbox-theme";

/// What the reader chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the system is, light or dark.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// What was chosen on this device.
    pub fn chosen() -> Self {
        Self::from_name(browser::remembered(KEY).as_deref())
    }

    /// Shows it, and remembers it on this device.
    pub fn choose(self) {
        let Some(root) = document().document_element() else { return };
        // Neither fails for an attribute of a valid name.
        let _ = match self.name() {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        };
        browser::remember(KEY, self.name().unwrap_or("system"));
    }

    /// The one that is not seen now.
    fn other(self, system_is_dark: bool) -> Self {
        match (self, system_is_dark) {
            (Self::Dark, _) | (Self::System, true) => Self::Light,
            (Self::Light, _) | (Self::System, false) => Self::Dark,
        }
    }

    fn from_name(name: Option<&str>) -> Self {
        match name {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    const fn name(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// Switches between light and dark.
#[component]
pub fn ThemeButton() -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn btn--q btn--i"
            aria-label="Switch between light and dark"
            title="Switch between light and dark"
            on:click=|_| switch()
        >
            <Icon name=IconName::Contrast class="i-half" />
        </button>
    }
}

fn switch() {
    Theme::chosen().other(browser::prefers_dark()).choose();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_theme_is_that_which_is_not_seen() {
        assert_eq!(Theme::System.other(true), Theme::Light);
        assert_eq!(Theme::System.other(false), Theme::Dark);
        assert_eq!(Theme::Dark.other(false), Theme::Light);
        assert_eq!(Theme::Light.other(true), Theme::Dark);
    }

    #[test]
    fn a_theme_survives_its_name() {
        for theme in [Theme::System, Theme::Light, Theme::Dark] {
            assert_eq!(Theme::from_name(theme.name()), theme);
        }
    }
}
