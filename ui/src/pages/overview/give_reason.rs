//! Asks why an earlier hold or kill was done.

use leptos::prelude::*;
use signalbox_protocol::endpoint::{AtEntry, GiveReasonEndpoint};
use signalbox_protocol::wire::audit::GiveReason;

use crate::components::{Dialog, DialogFoot, FieldError, TextArea};
use crate::form::Attempt;
use crate::state::{ToastKind, use_store};

/// Asks why an earlier hold or kill was done, and keeps the answer in the history.
#[component]
pub fn GiveReasonDialog(
    /// Sequence of the hold or kill.
    sequence: u64,
    /// What it led to, in one sentence.
    #[prop(into)]
    subject: String,
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let reason = RwSignal::new(String::new());
    let attempt = Attempt::new();
    let Attempt { busy, problem } = attempt;
    let send = move || {
        let body = GiveReason { reason: reason.get_untracked() };
        let answer = async move { store.send::<GiveReasonEndpoint>(&AtEntry { sequence }, &body, None).await };
        attempt.send(answer, move |_| {
            store.toast(ToastKind::Done, "The reason is in the history.");
            on_close.try_run(());
        });
    };
    view! {
        <Dialog
            title="Why was this done?"
            subtitle=move || subject.clone()
            width=520
            on_close
            on_confirm=move |()| send()
            footer=move || view! { <DialogFoot verb="Keep the reason" doing="Keeping…" busy on_close /> }
        >
            <TextArea
                label="Reason"
                note="Kept in the history"
                value=reason
                rows=3
                autofocus=true
                required=true
                error=problem.at("reason")
            />
            <FieldError error=problem.elsewhere(&["reason"]) />
        </Dialog>
    }
}
