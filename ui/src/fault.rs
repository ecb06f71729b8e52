//! What happens when the program of the page stops: it says so, and offers to load the page anew.

use std::panic;

use leptos::prelude::document;

/// From now on a panic is written to the console and told to the reader; the page does not just go dead.
pub fn tell_of_panics() {
    panic::set_hook(Box::new(|panic| {
        leptos::logging::error!("{panic}");
        // Showing it must not fail in turn: where the page is gone, the console has it.
        let _ = show();
    }));
}

fn show() -> Option<()> {
    let document = document();
    let body = document.body()?;
    let banner = document.create_element("div").ok()?;
    banner.set_class_name("fault banner banner--danger");
    banner.set_attribute("role", "alert").ok()?;
    let text = document.create_element("span").ok()?;
    text.set_text_content(Some(
        "This page has stopped. Releases go on as they are; load the page again to go on here.",
    ));
    let link = document.create_element("a").ok()?;
    link.set_class_name("btn btn--s end");
    link.set_text_content(Some("Load again"));
    link.set_attribute("href", &document.location()?.href().ok()?).ok()?;
    // With a target, the browser follows it, not the router that has just stopped.
    link.set_attribute("target", "_self").ok()?;
    banner.append_child(&text).ok()?;
    banner.append_child(&link).ok()?;
    body.append_child(&banner).ok()?;
    Some(())
}
