//! A key that can be copied.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Icon, IconName};
use crate::browser;
use crate::state::{ToastKind, use_store};

/// A key (or other exact text) that is copied when it is pressed.
#[component]
pub fn CopyKey(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// What it is: "key", "address".
    #[prop(default = "key")]
    what: &'static str,
    /// What is shown instead of the whole text, where that is long.
    #[prop(optional, into)]
    shown: Option<String>,
) -> impl IntoView {
    let store = use_store();
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            if browser::copy_text(&text).await {
                store.toast(ToastKind::Done, format!("The {what} is on the clipboard."));
            } else {
                store.toast(ToastKind::Problem, "The browser does not let the page copy; mark the text and copy it.");
            }
        });
    };
    view! {
        <button type="button" class="key" aria-label=move || format!("Copy {what} {}", text.get()) on:click=copy>
            {move || shown.clone().unwrap_or_else(|| text.get())}
            <Icon name=IconName::Copy small=true />
        </button>
    }
}
