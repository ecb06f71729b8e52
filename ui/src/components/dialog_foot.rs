//! The usual foot of a dialog.

use leptos::prelude::*;

use super::{Button, ButtonKind};

/// The way out of a dialog, and the button that does what it is about.
#[component]
pub fn DialogFoot(
    /// What the button does: "Make group".
    #[prop(into)]
    verb: Signal<String>,
    /// What it says meanwhile: "Making…".
    #[prop(optional)]
    doing: &'static str,
    /// Whether it is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// How much the button asks to be pressed.
    #[prop(default = ButtonKind::Primary)]
    kind: ButtonKind,
    /// Why it cannot be done now.
    #[prop(optional, into)]
    disabled: Signal<Option<String>>,
    /// Called when the person wants to leave.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <Button on_press=on_close>"Cancel"</Button>
        <Button kind submit=true key="Ctrl ↵" disabled busy attr:data-confirm="">
            {move || if busy.get() { doing.to_owned() } else { verb.get() }}
        </Button>
    }
}
