//! One flag.

use leptos::prelude::*;

use crate::components::PageHead;

/// One flag.
#[component]
pub fn FlagPage() -> impl IntoView {
    view! { <PageHead title="Flag" /> }
}
