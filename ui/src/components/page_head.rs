//! The head of a page: one title, one sentence, at most one main action.

use leptos::prelude::*;

/// The head of a page. Children stand at its right end.
#[component]
pub fn PageHead(
    /// The title; the only `h1` of the page.
    #[prop(into)]
    title: Signal<String>,
    /// One quiet sentence beside it.
    #[prop(optional, into)]
    sentence: Signal<String>,
    /// At the right end: at most one main action.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="pagehead">
            <h1>{move || title.get()}</h1>
            <span class="sub">{move || sentence.get()}</span>
            {children.map(|children| view! { <div class="end row">{children()}</div> })}
        </div>
    }
}
