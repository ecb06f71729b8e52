//! The frame around every page.

use leptos::prelude::*;
use leptos_router::components::Outlet;

/// The frame around every page: rail, top bar, and the page itself.
#[component]
pub fn Shell() -> impl IntoView {
    view! {
        <main class="main" id="main" tabindex="-1">
            <div class="inner">
                <Outlet />
            </div>
        </main>
    }
}
