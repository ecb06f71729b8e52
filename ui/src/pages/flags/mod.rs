//! All flags of the project.

use leptos::prelude::*;

use crate::components::PageHead;

/// All flags of the project.
#[component]
pub fn FlagsPage() -> impl IntoView {
    view! { <PageHead title="Flags" /> }
}
