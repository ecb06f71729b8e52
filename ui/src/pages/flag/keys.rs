//! The keys of the page: A, H and R open the dialogs of the next steps; they never act by themselves. They are silent
//! in fields, and where the reader has switched single-letter keys off.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::pages::flag::change::step::{Step, back_one, steps};
use crate::pages::flag::page::Page;
use crate::shell::letters_are_on;

/// Listens for the keys of the page, as long as the page is shown.
pub fn listen(page: Page) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if page.dialog.with_untracked(Option::is_some) || is_typed(&event) || !letters_are_on() {
            return;
        }
        let step = match event.key().as_str() {
            "a" => next_step(page),
            "h" => Some(Step::Hold),
            "r" => {
                let back = page.scene.with_untracked(|scene| scene.rollout_under_way().and_then(back_one));
                back.map(Step::RollBack)
            }
            _ => None,
        };
        if let Some(step) = step {
            event.prevent_default();
            page.ask(step);
        }
    });
    on_cleanup(move || handle.remove());
}

/// What "advance" means now: start, advance, or finish after the last stage.
fn next_step(page: Page) -> Option<Step> {
    let first = page.scene.with_untracked(|scene| steps(scene).first().copied());
    first.filter(|step| matches!(step, Step::Start | Step::Advance | Step::Finish))
}

/// Whether the key belongs to a field, or to the browser.
fn is_typed(event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return true;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.closest("input, select, textarea, [role=menu], dialog"), Ok(Some(_))))
}
