//! Saying why something was held or turned off, after it was done.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::endpoint::{AtEntry, GiveReasonEndpoint};
use signalbox_protocol::wire::audit::GiveReason;

use super::reader::Reader;
use crate::components::{Button, ButtonSize, FieldError, TextArea};
use crate::form::Problem;
use crate::state::{ToastKind, use_store};

/// Asks why, and keeps the answer in the history.
#[component]
pub fn ReasonForm(
    /// Sequence of the entry whose reason is awaited.
    sequence: u64,
    /// The history that shows it.
    reader: Reader,
) -> impl IntoView {
    let store = use_store();
    let reason = RwSignal::new(String::new());
    let problem = Problem::new();
    let busy = RwSignal::new(false);
    let disabled = Signal::derive(move || store.can_edit().err());
    let give = move || {
        problem.clear();
        busy.set(true);
        let body = GiveReason { reason: reason.get_untracked() };
        spawn_local(async move {
            let answer = store.send::<GiveReasonEndpoint>(&AtEntry { sequence }, &body, None).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    reader.refresh(sequence);
                    store.toast(ToastKind::Done, "The reason is kept in the history.");
                }
                Err(error) => problem.set(error),
            }
        });
    };
    view! {
        <form
            class="reason-form"
            on:submit=move |event| {
                event.prevent_default();
                if disabled.with_untracked(Option::is_none) && !busy.get_untracked() {
                    give();
                }
            }
            novalidate
        >
            <TextArea
                label="Why was this done?"
                note="Kept in the history"
                value=reason
                required=true
                error=problem.at("reason")
            />
            <FieldError error=problem.elsewhere(&["reason"]) />
            <Button size=ButtonSize::Small submit=true disabled=disabled busy=busy>
                {move || if busy.get() { "Keeping…" } else { "Keep the reason" }}
            </Button>
        </form>
    }
}
