//! What lists of tokens and SDK keys share: whether one works, and the way to make it stop.

use leptos::prelude::*;
use signalbox_domain::Timestamp;

use crate::components::{IconName, RowButton, Time};

/// Whether it works, or since when not.
#[component]
pub fn WorksOrNot(
    /// When it was revoked.
    revoked: Option<Timestamp>,
) -> impl IntoView {
    match revoked {
        Some(at) => view! { <span class="ink3">"Revoked " <Time at /></span> }.into_any(),
        None => view! { <span>"Works"</span> }.into_any(),
    }
}

/// Asks to revoke it; nothing for one that is revoked.
#[component]
pub fn RevokeButton(
    /// What it does: "Revoke the token of Ada".
    #[prop(into)]
    label: String,
    /// When it was revoked.
    revoked: Option<Timestamp>,
    /// Why it cannot be revoked now.
    disabled: Signal<Option<String>>,
    /// Opens the dialog.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    revoked.is_none().then(|| view! { <RowButton icon=IconName::Trash label disabled on_press /> })
}
