//! The keys of the page. Single letters are silent in fields, behind dialogs, and where the reader has
//! switched them off.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::{Overlay, Overlays};
use crate::browser;
use crate::clock;
use crate::state::Store;

/// Where it is remembered that single-letter keys are off.
const OFF: &str = "signalbox-letter-keys-off";
/// How long `G` waits for its second letter. Milliseconds.
const PATIENCE: i64 = 1_500;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Opens the palette.
    Palette,
    /// The focus goes to the search field of this page.
    Search,
    /// Goes to a page.
    Go(&'static str),
    /// The focus goes to the next row.
    NextRow,
    /// The focus goes to the row before.
    PreviousRow,
    /// Opens the dialog that makes a flag.
    NewFlag,
    /// Looks at the next environment.
    NextEnvironment,
    /// Looks at the environment before.
    PreviousEnvironment,
    /// Shows the list of keys.
    Keys,
    /// Waits for the second letter.
    AwaitLetter,
}

/// What a key does: `after_g` is whether `G` was pressed just before, `letters` whether single letters work here.
pub fn action(key: &str, with_control: bool, after_g: bool, letters: bool) -> Option<Action> {
    if with_control {
        return key.eq_ignore_ascii_case("k").then_some(Action::Palette);
    }
    if !letters {
        return None;
    }
    if after_g {
        return match key {
            "o" | "O" => Some(Action::Go("/")),
            "f" | "F" => Some(Action::Go("/flags")),
            "g" | "G" => Some(Action::Go("/groups")),
            "a" | "A" => Some(Action::Go("/audit")),
            _ => None,
        };
    }
    match key {
        "/" => Some(Action::Search),
        "g" | "G" => Some(Action::AwaitLetter),
        "j" | "J" => Some(Action::NextRow),
        "k" | "K" => Some(Action::PreviousRow),
        "n" | "N" => Some(Action::NewFlag),
        "]" => Some(Action::NextEnvironment),
        "[" => Some(Action::PreviousEnvironment),
        "?" => Some(Action::Keys),
        _ => None,
    }
}

/// Whether single-letter keys are on.
pub fn letters_are_on() -> bool {
    browser::remembered(OFF).as_deref() != Some("true")
}

/// Switches single-letter keys on or off, on this device.
pub fn set_letters(on: bool) {
    browser::remember(OFF, if on { "false" } else { "true" });
}

/// Listens for as long as the caller's component lives.
pub fn listen(store: Store, overlays: Overlays) {
    let navigate = use_navigate();
    let waiting_since = StoredValue::new(None::<i64>);
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        let now = clock::now().millis();
        let after_g = waiting_since.get_value().is_some_and(|since| now - since < PATIENCE);
        waiting_since.set_value(None);
        let with_control = event.ctrl_key() || event.meta_key();
        let letters = !event.alt_key() && !is_in_field(&event) && letters_are_on();
        let Some(action) = action(&event.key(), with_control, after_g, letters) else { return };
        if !overlays.is_closed() && !(action == Action::Palette) {
            return;
        }
        event.prevent_default();
        match action {
            Action::Palette => overlays.open(Overlay::Palette),
            Action::Search if browser::exists("[data-search]") => browser::focus("[data-search]"),
            Action::Search => overlays.open(Overlay::Palette),
            Action::Go(address) => navigate(address, Default::default()),
            Action::NextRow => browser::step_focus("[data-row]", 1),
            Action::PreviousRow => browser::step_focus("[data-row]", -1),
            Action::NewFlag if store.can_edit().is_ok() && store.project().is_some() => overlays.open(Overlay::NewFlag),
            Action::NewFlag => {}
            Action::NextEnvironment => store.step_environment(1),
            Action::PreviousEnvironment => store.step_environment(-1),
            Action::Keys => overlays.open(Overlay::Keys),
            Action::AwaitLetter => waiting_since.set_value(Some(now)),
        }
    });
    on_cleanup(move || listener.remove());
}

/// Whether a key was pressed where text is entered, or in a dialog.
fn is_in_field(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let selector = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog *";
    element.is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_what_the_list_says() {
        let check = |key, control, after_g, letters, expect| {
            assert_eq!(action(key, control, after_g, letters), expect, "{key}");
        };
        check("k", true, false, false, Some(Action::Palette));
        check("k", false, false, true, Some(Action::PreviousRow));
        check("k", false, false, false, None);
        check("g", false, false, true, Some(Action::AwaitLetter));
        check("f", false, true, true, Some(Action::Go("/flags")));
        check("g", false, true, true, Some(Action::Go("/groups")));
        check("f", false, false, true, None);
        check("n", false, true, true, None);
        check("?", false, false, true, Some(Action::Keys));
        check("n", true, false, true, None);
    }
}
