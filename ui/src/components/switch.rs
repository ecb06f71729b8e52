//! A setting that is on or off at once.

use leptos::prelude::*;

/// A setting that is on or off at once, with its label.
#[component]
pub fn Switch(
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Called with the other state.
    #[prop(into)]
    on_change: Callback<bool>,
    /// The label.
    children: Children,
) -> impl IntoView {
    view! {
        <label class="row check-row">
            <input
                type="checkbox"
                role="switch"
                class="switch"
                prop:checked=move || on.get()
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            <span>{children()}</span>
        </label>
    }
}
