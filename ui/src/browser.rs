//! What the page asks of its browser: storage, the clipboard, chance, focus.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// A remembered text of this device.
pub fn remembered(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Remembers a text on this device; false where storage is full, or closed to the page, and nothing is remembered.
pub fn remember(key: &str, text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// 32 random hexadecimal digits, for `Idempotency-Key`.
pub fn random_hex() -> String {
    let mut bytes = [0; 16];
    // `randomUUID` exists on secure origins only; this exists everywhere.
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Puts a text onto the clipboard; false where the browser does not allow it.
pub async fn copy_text(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    // On an origin that is not secure there is no clipboard at all.
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into());
    if !clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

/// Offers a text to be saved as a file of this name; false where the browser cannot.
pub fn offer_file(name: &str, text: &str) -> bool {
    let offer = || -> Result<(), JsValue> {
        let options = web_sys::BlobPropertyBag::new();
        options.set_type("application/json");
        let parts = js_sys::Array::of1(&text.into());
        let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?;
        let address = web_sys::Url::create_object_url_with_blob(&blob)?;
        let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&address);
        link.set_download(name);
        link.click();
        // The browser reads it after this; then it may go.
        let forget = move || drop(web_sys::Url::revoke_object_url(&address));
        set_timeout(forget, Duration::from_secs(60));
        Ok(())
    };
    offer().is_ok()
}

/// The text of a file that the person has chosen; nothing where it cannot be read.
pub async fn file_text(file: &web_sys::File) -> Option<String> {
    wasm_bindgen_futures::JsFuture::from(file.text()).await.ok()?.as_string()
}

/// The element that has the focus.
pub fn focused() -> Option<HtmlElement> {
    web_sys::window()?.document()?.active_element()?.dyn_into().ok()
}

/// Gives the focus back, when the caller's component goes, to what has it now. Where that has gone with what
/// happened meanwhile, the page's contents get it.
pub fn return_focus() {
    let before = StoredValue::new_local(focused());
    on_cleanup(move || {
        let Some(Some(before)) = before.try_get_value() else { return };
        // While a dialog is still there, nothing behind it takes the focus.
        request_animation_frame(move || {
            if before.is_connected() {
                let _ = before.focus();
            } else {
                focus("#main");
            }
        });
    });
}

/// Gives the focus to the first element that matches a selector.
pub fn focus(selector: &str) {
    let element = web_sys::window().and_then(|window| window.document());
    if let Ok(Some(element)) = element.map_or(Ok(None), |document| document.query_selector(selector))
        && let Some(element) = element.dyn_ref::<HtmlElement>()
    {
        // An element that cannot take the focus leaves it where it was.
        let _ = element.focus();
    }
}

/// Whether the system asks for dark pages.
pub fn prefers_dark() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok()?);
    query.is_some_and(|query| query.matches())
}

/// Whether nobody sees the page: it is in another tab, or its window is minimised.
pub fn is_hidden() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}

/// The host of the page's address, such as `signalbox.example.org`.
pub fn host() -> String {
    web_sys::window().and_then(|window| window.location().host().ok()).unwrap_or_default()
}

/// Moves the focus among the elements that match a selector; from elsewhere, to the first (or last, backwards).
pub fn step_focus(selector: &str, by: isize) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let Ok(list) = document.query_selector_all(selector) else { return };
    let elements: Vec<HtmlElement> = (0..list.length()).filter_map(|index| list.get(index)?.dyn_into().ok()).collect();
    let focused = focused();
    let place = focused.and_then(|focused| elements.iter().position(|element| *element == focused));
    let next = match place {
        Some(place) => place.checked_add_signed(by),
        None if by > 0 => Some(0),
        None => elements.len().checked_sub(1),
    };
    if let Some(element) = next.and_then(|next| elements.get(next)) {
        let _ = element.focus();
    }
}

/// Whether an element matches a selector.
pub fn exists(selector: &str) -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.query_selector(selector).is_ok_and(|found| found.is_some()))
}

/// Scrolls an element into view, as little as needed.
pub fn scroll_into_view(selector: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(Ok(Some(element))) = document.map(|document| document.query_selector(selector)) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
