//! The frame of a list in the settings.

use leptos::prelude::*;

use crate::components::{Button, ButtonKind, ButtonSize, IconName};

/// A card with a heading, what the things in it are, a way to make one, and the list.
#[component]
pub fn ListCard(
    /// For the heading's id.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// What is made: "New token".
    make: &'static str,
    /// Why none can be made now.
    disabled: Signal<Option<String>>,
    /// Asks for what is to be made.
    #[prop(into)]
    on_make: Callback<()>,
    /// What the things in it are.
    note: &'static str,
    /// The list, or what stands in its place.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card-h">
                <h2 id=id>{title}</h2>
                <span class="end">
                    <Button
                        kind=ButtonKind::Primary
                        size=ButtonSize::Small
                        icon=IconName::Plus
                        opens="dialog"
                        disabled
                        on_press=on_make
                    >
                        {make}
                    </Button>
                </span>
            </div>
            <p class="card-note">{note}</p>
            {children()}
        </section>
    }
}
