//! The dialog before something is saved that was put together in a form.

use leptos::prelude::*;

use crate::pages::flag::change::confirm_dialog::{ConfirmDialog, Sending};
use crate::pages::flag::change::confirmation::Confirmation;

/// Asks before what is `asked` for is sent; it is asked for no longer when the dialog closes.
#[component]
pub fn Confirming<Wanted>(
    /// What is to be saved, while the dialog is open.
    asked: RwSignal<Option<Wanted>>,
    /// What the dialog says of it.
    told: impl Fn(&Wanted) -> Confirmation + Send + Sync + 'static,
    /// Sends it.
    send: Callback<Option<String>, Sending>,
) -> impl IntoView
where
    Wanted: Clone + Send + Sync + 'static,
{
    move || {
        asked.get().map(|wanted| {
            let confirmation = untrack(|| told(&wanted));
            view! {
                <ConfirmDialog
                    confirmation=Signal::stored(confirmation)
                    send
                    on_close=move |()| asked.set(None)
                />
            }
        })
    }
}
