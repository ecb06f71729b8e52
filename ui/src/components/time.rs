//! Moments: short in place, in full on hover.

use leptos::prelude::*;
use signalbox_domain::Timestamp;

use crate::state::use_store;
use crate::time;

/// A moment: "13:52" today, "Mon 09:05" this week, "16 Nov" before; in full on hover.
#[component]
pub fn Time(
    /// The moment.
    #[prop(into)]
    at: Signal<Timestamp>,
) -> impl IntoView {
    let store = use_store();
    let text = Memo::new(move |_| time::short(&time::local(at.get()), &time::local(store.now.get())));
    view! {
        <time class="num nowrap" datetime=move || at.get().to_string() title=move || time::full(&time::local(at.get()))>
            {move || text.get()}
        </time>
    }
}

/// How long ago a moment was: "40 min ago"; in full on hover.
#[component]
pub fn Ago(
    /// The moment.
    #[prop(into)]
    at: Signal<Timestamp>,
) -> impl IntoView {
    let store = use_store();
    let text = Memo::new(move |_| time::ago(at.get(), store.now.get()));
    view! {
        <time class="num nowrap" datetime=move || at.get().to_string() title=move || time::full(&time::local(at.get()))>
            {move || text.get()}
        </time>
    }
}
