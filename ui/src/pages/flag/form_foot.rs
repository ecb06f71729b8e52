//! The foot of a form in a card: save, or go back to what is there.

use leptos::prelude::*;

use crate::components::{Button, ButtonKind};

/// Save and undo, shown when something was changed.
#[component]
pub fn FormFoot(
    /// Whether something was changed.
    #[prop(into)]
    changed: Signal<bool>,
    /// Whether somebody has changed meanwhile what the form began from.
    #[prop(into)]
    overtaken: Signal<bool>,
    /// What saving is called: "Change the share…".
    save: &'static str,
    /// Why it cannot be saved now.
    #[prop(into)]
    disabled: Signal<Option<String>>,
    /// Whether it is being saved.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What opens when it is pressed, for `aria-haspopup`.
    #[prop(optional, into)]
    opens: Option<&'static str>,
    /// Called to save.
    #[prop(into)]
    on_save: Callback<()>,
    /// Called to go back to what is there.
    #[prop(into)]
    on_undo: Callback<()>,
) -> impl IntoView {
    let says = move || {
        if overtaken.get() {
            return "Somebody changed this meanwhile. Undo shows how it is now; what you typed is lost then.".into();
        }
        disabled.get().unwrap_or_else(|| "Nothing changes until you save.".into())
    };
    view! {
        <Show when=move || changed.get()>
            <div class="card-f row">
                <span class="fs12 ink3 grow" role="status">
                    {says}
                </span>
                <Button kind=ButtonKind::Quiet on_press=on_undo>
                    "Undo"
                </Button>
                <Button kind=ButtonKind::Primary disabled busy opens=opens.unwrap_or_default() on_press=on_save>
                    {move || if busy.get() { "Saving…" } else { save }}
                </Button>
            </div>
        </Show>
    }
}
