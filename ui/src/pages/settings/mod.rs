//! Environments, access tokens and SDK keys.

use leptos::prelude::*;

use crate::components::PageHead;

/// Environments, access tokens and SDK keys.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! { <PageHead title="Settings" /> }
}
