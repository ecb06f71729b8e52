//! Makes something with a secret, and shows the secret this once.

use leptos::prelude::*;

use crate::browser;
use crate::components::{Button, ButtonKind, Dialog};
use crate::form::Attempt;
use crate::state::use_store;

/// Asks what is to be made; once it is there, shows its secret until the person is done with it.
#[component]
pub fn SecretDialog(
    /// What it asks, then what it shows.
    #[prop(into)]
    title: Signal<String>,
    /// Pixels, at most.
    width: u32,
    /// What the button does: "Make token".
    make: &'static str,
    /// The attempt to make it.
    attempt: Attempt,
    /// The secret, once it is made.
    secret: RwSignal<Option<String>>,
    /// Makes it.
    #[prop(into)]
    on_make: Callback<()>,
    /// Called when it is closed, done or not.
    on_close: Callback<()>,
    /// Shows the secret.
    #[prop(into)]
    shown: ViewFn,
    /// The fields.
    children: ChildrenFn,
) -> impl IntoView {
    let store = use_store();
    let disabled = Signal::derive(move || store.can_administer().err());
    let is_made = Memo::new(move |_| secret.with(Option::is_some));
    // The fields are gone; what comes next is to copy the secret.
    Effect::new(move |_| {
        if is_made.get() {
            request_animation_frame(|| browser::focus("dialog .secret button"));
        }
    });
    let confirm = move |()| {
        if is_made.get_untracked() {
            on_close.run(());
        } else if disabled.with_untracked(Option::is_none) {
            on_make.run(());
        }
    };
    view! {
        <Dialog
            title
            width
            on_close
            on_confirm=confirm
            footer=move || {
                view! {
                    <Show
                        when=move || is_made.get()
                        fallback=move || {
                            view! {
                                <Button on_press=on_close>"Cancel"</Button>
                                <Button kind=ButtonKind::Primary submit=true disabled=disabled busy=attempt.busy>
                                    {move || if attempt.busy.get() { "Making…" } else { make }}
                                </Button>
                            }
                        }
                    >
                        <Button kind=ButtonKind::Primary submit=true>
                            "Done"
                        </Button>
                    </Show>
                }
            }
        >
            <Show when=move || is_made.get() fallback=move || children()>
                {shown.run()}
            </Show>
        </Dialog>
    }
}
