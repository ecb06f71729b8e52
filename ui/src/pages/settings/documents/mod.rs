//! Documents of flags: brought in after a look at what would happen, and carried out.

mod confirmation;
mod draft;
mod export;
mod import;
mod import_card;
mod left_out;
mod outcome;
mod outline;
mod report;

use leptos::prelude::*;
use signalbox_domain::import::Format;

use crate::components::{Empty, LinkButton, Segmented, SkeletonRows};
use crate::state::use_store;

use export::ExportCard;
use import_card::ImportCard;

/// Import and export of the current project.
#[component]
pub fn Documents() -> impl IntoView {
    let store = use_store();
    let project = Memo::new(move |_| store.project().map(|project| project.key.clone()));
    let has_place = Memo::new(move |_| !store.environments().is_empty());
    move || match (project.get(), has_place.get()) {
        (None, _) => view! {
            <section class="card">
                <SkeletonRows count=4 />
            </section>
        }
        .into_any(),
        (Some(_), false) => view! {
            <section class="card">
                <Empty
                    title="No environment yet"
                    text="A document holds the flags of one environment, so there must be one to bring them into."
                >
                    <LinkButton href="/settings/environments">"Environments"</LinkButton>
                </Empty>
            </section>
        }
        .into_any(),
        (Some(project), true) => view! {
            <ImportCard project=project.clone() />
            <ExportCard project />
        }
        .into_any(),
    }
}

/// The environments to choose from: key and name.
fn environments() -> Signal<Vec<(String, String)>> {
    let store = use_store();
    Signal::derive(move || {
        let all = store.environments();
        all.into_iter().map(|environment| (environment.key.to_string(), environment.name.clone())).collect()
    })
}

/// Which of the two formats a document has.
#[component]
fn FormatChoice(
    /// The one that is chosen.
    value: RwSignal<Format>,
) -> impl IntoView {
    view! {
        <div class="form-field">
            <span class="lbl">"Format"</span>
            <Segmented
                label="Format of the document"
                options=Signal::stored(
                    vec![(Format::Flagd, "flagd".to_owned()), (Format::Signalbox, "Signalbox".to_owned())],
                )
                value=Signal::derive(move || Some(value.get()))
                on_choose=move |format| value.set(format)
            />
        </div>
    }
}
