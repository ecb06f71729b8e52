//! Makes a group.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::targeting::Segment;
use signalbox_protocol::endpoint::{AtProject, CreateSegmentEndpoint};

use crate::components::{Dialog, DialogFoot, FieldError, NameAndKey, TextArea};
use crate::form::{Attempt, key_problem};
use crate::state::{ToastKind, use_store};

/// Asks what the group is called, makes it empty, and opens its page, where it is said who is in it.
#[component]
pub fn CreateSegmentDialog(
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let navigate = StoredValue::new(use_navigate());
    let name = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
    let description = RwSignal::new(String::new());
    let attempt = Attempt::new();
    let send = move |()| {
        let Some(project) = untrack(|| store.project()) else { return };
        attempt.problem.clear();
        let key = match SegmentKey::new(key.get_untracked().trim()) {
            Ok(key) => key,
            Err(error) => return attempt.problem.set(key_problem(&error)),
        };
        let body = Segment {
            key,
            name: name.get_untracked().trim().to_owned(),
            description: description.get_untracked().trim().to_owned(),
            people: None,
            groups: Vec::new(),
            included: Vec::new(),
            excluded: Vec::new(),
        };
        let at = AtProject { project: project.key.clone() };
        let answer = async move { store.send::<CreateSegmentEndpoint>(&at, &body, None).await };
        attempt.send(answer, move |segment| {
            store.put_segment(&segment);
            store.toast(ToastKind::Done, format!("{} is made. Nobody is in it yet.", segment.name));
            on_close.try_run(());
            navigate.with_value(|navigate| navigate(&format!("/groups/{}", segment.key), Default::default()));
        });
    };
    view! {
        <Dialog
            title="New group"
            subtitle=|| "Nobody is in it until you say who is, on its page."
            width=560
            on_close
            on_confirm=send
            footer=move || view! { <DialogFoot verb="Make group" doing="Making…" busy=attempt.busy on_close /> }
        >
            <NameAndKey name key placeholder="What people call it: Staff" hint="What rules name it by. It never changes." problem=attempt.problem />
            <TextArea
                label="What it is for"
                note="Optional"
                value=description
                error=attempt.problem.at("description")
            />
            <FieldError error=attempt.problem.elsewhere(&["name", "key", "description"]) />
        </Dialog>
    }
}
