//! Makes a project, and asks for one where there is none.

use leptos::prelude::*;
use signalbox_domain::key::ProjectKey;
use signalbox_protocol::endpoint::{AtRoot, CreateProjectEndpoint};
use signalbox_protocol::wire::project::CreateProject;

use super::{Overlay, use_overlays};
use crate::components::{Button, ButtonKind, Dialog, DialogFoot, Empty, FieldError, NameAndKey};
use crate::form::{Attempt, key_problem};
use crate::state::{ToastKind, use_store};

/// Asks for a name and a key, and makes the project.
#[component]
pub fn NewProjectDialog(
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let name = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
    let attempt = Attempt::new();
    let Attempt { busy, problem } = attempt;
    let send = move || {
        let key = match ProjectKey::new(key.get_untracked()) {
            Ok(key) => key,
            Err(error) => return problem.set(key_problem(&error)),
        };
        let body = CreateProject { key: key.clone(), name: name.get_untracked() };
        attempt.send(
            async move { store.send::<CreateProjectEndpoint>(&AtRoot {}, &body, None).await },
            move |project| {
                store.choose_project(&key);
                store.toast(ToastKind::Done, format!("{} is made.", project.name));
                on_close.try_run(());
            },
        );
    };
    view! {
        <Dialog
            title="New project"
            subtitle=|| "A project holds flags, their environments and its plans."
            width=480
            on_close
            on_confirm=move |()| send()
            footer=move || view! { <DialogFoot verb="Make project" doing="Making…" busy on_close /> }
        >
            <NameAndKey name key hint="Names the project in addresses and in the API. It never changes." problem=problem />
            <FieldError error=problem.elsewhere(&["name", "key"]) />
        </Dialog>
    }
}

/// Asks for a first project, on pages that are about one.
#[component]
pub fn NoProject() -> impl IntoView {
    let store = use_store();
    let overlays = use_overlays();
    view! {
        <section class="card">
            <Empty title="No project yet" text="A project holds flags, their environments and its plans. Make one to begin.">
                <Button
                    kind=ButtonKind::Primary
                    opens="dialog"
                    disabled=Signal::derive(move || store.can_administer().err())
                    on_press=move |()| overlays.open(Overlay::NewProject)
                >
                    "New project…"
                </Button>
            </Empty>
        </section>
    }
}
