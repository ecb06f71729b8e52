//! Removes a group that nothing names.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use signalbox_protocol::endpoint::{AtSegment, RemoveSegment};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::segment::Segment;

use super::uses::UsesList;
use crate::components::{Button, ButtonKind, Dialog, FieldError};
use crate::form::Attempt;
use crate::state::{ToastKind, use_store};

/// Says what removing the group means, or where it is used and must be taken out first.
#[component]
pub fn RemoveSegmentDialog(
    /// The group.
    segment: Memo<Arc<Segment>>,
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let navigate = StoredValue::new(use_navigate());
    let attempt = Attempt::new();
    let used = Memo::new(move |_| segment.with(|segment| segment.used_by.clone()));
    let free = move || used.with(Vec::is_empty);
    let name = segment.with_untracked(|segment| segment.name.clone());
    let title = {
        let name = name.clone();
        Signal::derive(move || if free() { format!("Remove {name}?") } else { format!("{name} is in use") })
    };
    let disabled = Signal::derive(move || store.can_edit().err());
    let remove = move |()| {
        if disabled.with_untracked(Option::is_some) || !untrack(free) {
            return;
        }
        let (at, version) = segment.with_untracked(|segment| {
            (AtSegment { project: segment.project.clone(), segment: segment.key.clone() }, segment.version)
        });
        let name = name.clone();
        let answer = async move { store.send::<RemoveSegment>(&at, &Empty {}, Some(version)).await };
        attempt.send(answer, move |_| {
            store.toast(ToastKind::Done, format!("{name} is removed."));
            on_close.try_run(());
            navigate.with_value(|navigate| navigate("/groups", Default::default()));
        });
    };
    view! {
        <Dialog
            title
            width=520
            on_close
            on_confirm=remove
            footer=ViewFn::from(move || {
                view! {
                    <Button on_press=on_close>{move || if free() { "Cancel" } else { "Close" }}</Button>
                    <Show when=free>
                        <Button kind=ButtonKind::Danger submit=true disabled busy=attempt.busy>
                            {move || if attempt.busy.get() { "Removing…" } else { "Remove the group" }}
                        </Button>
                    </Show>
                }
            })
        >
            <Show
                when=free
                fallback=move || {
                    view! {
                        <p>"Take it out of these places first; then it can be removed."</p>
                        <div class="card">
                            <UsesList uses=used />
                        </div>
                    }
                }
            >
                <p>
                    "Nobody gains or loses anything, since nothing names it. Its conditions and the people whom it names are gone for good."
                </p>
            </Show>
            <FieldError error=attempt.problem.elsewhere(&[]) />
        </Dialog>
    }
}
