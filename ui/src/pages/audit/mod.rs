//! The history of all changes.

use leptos::prelude::*;

use crate::components::PageHead;

/// The history of all changes.
#[component]
pub fn AuditPage() -> impl IntoView {
    view! { <PageHead title="Audit" /> }
}
