//! How a person begins.

use leptos::prelude::*;

/// How a person begins, in the desktop app.
#[component]
pub fn WelcomePage() -> impl IntoView {
    view! { <h1>"Release a little at a time"</h1> }
}

/// How a person signs in, in a browser.
#[component]
pub fn SignInPage() -> impl IntoView {
    view! { <h1>"Sign in"</h1> }
}
