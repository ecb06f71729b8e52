//! The Signalbox user interface: one page for the desktop app and for the browser.
//!
//! `api` calls the server by one of two transports, `state` keeps what the reader sees up to date,
//! `components` are the parts that pages are made of, `shell` is the frame around `pages`.

mod api;
mod app;
mod browser;
mod clauses;
mod clock;
mod components;
mod count;
mod fault;
mod form;
mod json;
mod pages;
mod segment_picker;
mod shell;
mod state;
mod time;
mod words;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the user interface in the page that loaded it.
#[wasm_bindgen(start)]
pub fn start() {
    fault::tell_of_panics();
    leptos::mount::mount_to_body(app::App);
}
