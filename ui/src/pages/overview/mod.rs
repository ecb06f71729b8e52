//! What needs the reader now, rollouts in motion, recent changes.

use leptos::prelude::*;

use crate::components::PageHead;

/// What needs the reader now, rollouts in motion, recent changes.
#[component]
pub fn OverviewPage() -> impl IntoView {
    view! { <PageHead title="Overview" /> }
}
