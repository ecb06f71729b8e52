//! A filter that is on or off.

use leptos::prelude::*;

/// A filter that is on or off, with how many it lets through.
#[component]
pub fn FilterChip(
    /// What it lets through.
    #[prop(into)]
    label: String,
    /// How many that are; no number where it is absent.
    #[prop(optional, into)]
    count: Signal<Option<usize>>,
    /// Whether it is on.
    #[prop(into)]
    pressed: Signal<bool>,
    /// Called when it is pressed.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="fchip"
            aria-pressed=move || if pressed.get() { "true" } else { "false" }
            on:click=move |_| on_press.run(())
        >
            {label}
            {move || count.get().map(|count| view! { <span class="c">{count}</span> })}
        </button>
    }
}
