//! The project: its name and its key.

use leptos::prelude::*;
use signalbox_protocol::endpoint::{AtProject, RenameProjectEndpoint};
use signalbox_protocol::wire::project::{Project, RenameProject};

use crate::components::{Button, ButtonSize, CopyKey, Dialog, DialogFoot, FieldError, IconName, TextField};
use crate::form::Attempt;
use crate::state::{ToastKind, use_store};

/// The current project.
#[component]
pub fn ProjectCard() -> impl IntoView {
    let store = use_store();
    let renaming = RwSignal::new(None::<Project>);
    let project = Memo::new(move |_| store.project().map(|project| Project::clone(&project)));
    let disabled = Signal::derive(move || store.can_administer().err());
    view! {
        <Show when=move || project.with(Option::is_some)>
            <section class="card" aria-labelledby="project">
                <div class="card-h">
                    <h2 id="project">"Project"</h2>
                    <span class="end">
                        <Button
                            size=ButtonSize::Small
                            icon=IconName::Pencil
                            opens="dialog"
                            disabled=disabled
                            on_press=move |()| renaming.set(project.get_untracked())
                        >
                            "Rename project"
                        </Button>
                    </span>
                </div>
                <dl class="dl card-b project-facts">
                    <dt>"Name"</dt>
                    <dd class="m">{move || project.with(|project| project.as_ref().map(|one| one.name.clone()))}</dd>
                    <dt>"Key"</dt>
                    <dd>
                        <CopyKey text=Signal::derive(move || {
                            project.with(|project| project.as_ref().map(|one| one.key.to_string())).unwrap_or_default()
                        }) />
                    </dd>
                </dl>
            </section>
        </Show>
        {move || {
            renaming.get().map(|project| view! { <RenameDialog project on_close=move |()| renaming.set(None) /> })
        }}
    }
}

/// Asks for another name.
#[component]
fn RenameDialog(project: Project, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let name = RwSignal::new(project.name.clone());
    let disabled = Signal::derive(move || store.can_administer().err());
    let title = format!("Rename {}", project.name);
    let send = move |()| {
        if disabled.with_untracked(Option::is_some) {
            return;
        }
        let (at, version) = (AtProject { project: project.key.clone() }, project.version);
        let body = RenameProject { name: name.get_untracked().trim().to_owned() };
        let answer = async move { store.send::<RenameProjectEndpoint>(&at, &body, Some(version)).await };
        attempt.send(answer, move |project| {
            store.toast(ToastKind::Done, format!("The project is called {} now.", project.name));
            on_close.try_run(());
        });
    };
    view! {
        <Dialog
            title
            width=480
            on_close
            on_confirm=send
            footer=move || view! { <DialogFoot verb="Rename project" doing="Renaming…" busy=attempt.busy disabled on_close /> }
        >
            <TextField
                label="Name"
                value=name
                required=true
                autofocus=true
                hint="What people call it. Applications and addresses use the key, which stays."
                error=attempt.problem.at("name")
            />
            <FieldError error=attempt.problem.elsewhere(&["name"]) />
        </Dialog>
    }
}
