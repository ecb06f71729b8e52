//! Carries an environment out as a document.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::import::{Format, Told};
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use signalbox_protocol::endpoint::{AtProject, ExportDocument};
use signalbox_protocol::wire::import::ExportQuery;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::left_out::contents;
use super::{FormatChoice, environments};
use crate::api::{self, ipc};
use crate::browser;
use crate::components::{Aspect, AspectGlyph, Button, FieldError, IconName, Select};
use crate::form::sentence;
use crate::state::{ToastKind, use_store};

/// What is done with a document that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Save,
    Copy,
}

/// The environment and the format, and what to do with the document.
#[component]
pub fn ExportCard(
    /// The project.
    project: ProjectKey,
) -> impl IntoView {
    let store = use_store();
    let at = StoredValue::new(AtProject { project });
    let format = RwSignal::new(Format::Flagd);
    let environment = RwSignal::new(untrack(|| store.environment()).map(|one| one.key.to_string()).unwrap_or_default());
    let busy = RwSignal::new(None::<Way>);
    let wrong = RwSignal::new(None::<String>);
    let left_out = RwSignal::new(Vec::<Told>::new());
    Effect::new(move |_| {
        format.track();
        environment.track();
        left_out.set(Vec::new());
        wrong.set(None);
    });
    let offline = Signal::derive(move || {
        store.is_offline().then(|| "You are offline. The server writes the document.".to_owned())
    });
    let carry_out = move |way: Way| {
        let Ok(environment) = EnvironmentKey::new(environment.get_untracked()) else { return };
        if busy.with_untracked(Option::is_some) {
            return;
        }
        wrong.set(None);
        busy.set(Some(way));
        let (at, format) = (at.get_value(), format.get_untracked());
        spawn_local(async move {
            let name = file_name(&at.project, &environment, format);
            let query = ExportQuery { format, environment };
            let answer = match api::read_document::<ExportDocument>(&at, &query).await {
                Ok(document) => hand_over(way, &name, &document).await.map(|where_| (document, where_)),
                Err(error) => Err(error),
            };
            busy.try_set(None);
            match answer {
                Ok((document, where_)) => {
                    let contents = contents(&document);
                    let count = contents.as_ref().map_or(0, |contents| contents.flags);
                    let flags = if count == 1 { "1 flag is".to_owned() } else { format!("{count} flags are") };
                    store.toast(ToastKind::Done, format!("{flags} {where_}."));
                    left_out.try_set(contents.map(|contents| contents.left_out).unwrap_or_default());
                }
                Err(error) => drop(wrong.try_set(Some(sentence(&error.error.message, "")))),
            }
        });
    };
    let note = move || match format.get() {
        Format::Flagd => {
            "For flagd and whatever reads its documents. Flags that say more than flagd can are left out, and told."
        }
        Format::Signalbox => {
            "Everything that people decide here, for another Signalbox or to bring it back. \
             People named one by one stand in it by their key, so treat it as personal data."
        }
    };
    view! {
        <section class="card" aria-labelledby="export">
            <div class="card-h">
                <h2 id="export">"Export"</h2>
            </div>
            <div class="card-b sheet">
                <div class="grid g2">
                    <FormatChoice value=format />
                    <Select label="Of" value=environment options=environments() />
                </div>
                <p class="fs12 ink2">{note}</p>
                <div>
                    <div class="row">
                        <Button
                            icon=IconName::Download
                            disabled=offline
                            busy=Signal::derive(move || busy.get() == Some(Way::Save))
                            on_press=move |()| carry_out(Way::Save)
                        >
                            {move || if busy.get() == Some(Way::Save) { "Downloading…" } else { "Download" }}
                        </Button>
                        <Button
                            icon=IconName::Copy
                            disabled=offline
                            busy=Signal::derive(move || busy.get() == Some(Way::Copy))
                            on_press=move |()| carry_out(Way::Copy)
                        >
                            {move || if busy.get() == Some(Way::Copy) { "Copying…" } else { "Copy" }}
                        </Button>
                    </div>
                    <FieldError error=wrong />
                </div>
                {move || {
                    let told = left_out.get();
                    (!told.is_empty()).then(|| view! { <LeftOut told /> })
                }}
            </div>
        </section>
    }
}

/// Which flags a document leaves out, and why.
#[component]
fn LeftOut(told: Vec<Told>) -> impl IntoView {
    let title = match told.len() {
        1 => "1 flag is left out, since flagd cannot say what it does".to_owned(),
        many => format!("{many} flags are left out, since flagd cannot say what they do"),
    };
    view! {
        <div role="status" data-testid="left-out">
            <p class="row m">
                <AspectGlyph aspect=Aspect::Caution />
                {title}
            </p>
            <ul class="left-out fs12">
                {told
                    .into_iter()
                    .map(|Told { place, why }| {
                        let key = place.strip_prefix("flags.").unwrap_or(&place).to_owned();
                        view! {
                            <li>
                                <code>{key}</code>
                                <span class="ink2">{sentence(&why, "")}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </div>
    }
}

/// Saves or copies a document, and says where it is.
async fn hand_over(way: Way, name: &str, document: &str) -> Result<String, ErrorBody> {
    let cannot = |message| Err(ErrorBody::new(ErrorCode::Unavailable, message));
    match way {
        Way::Copy if browser::copy_text(document).await => Ok("on the clipboard".into()),
        Way::Copy => cannot("the browser does not let the page copy; download it instead"),
        Way::Save if ipc::is_here() => ipc::save(name, document).await.map(|path| format!("saved in {path}")),
        Way::Save if browser::offer_file(name, document) => Ok(format!("in {name}, among your downloads")),
        Way::Save => cannot("the browser does not let the page save a file; copy it instead"),
    }
}

/// `bank-production.flagd.json`
fn file_name(project: &ProjectKey, environment: &EnvironmentKey, format: Format) -> String {
    let format = match format {
        Format::Flagd => "flagd",
        Format::Signalbox => "signalbox",
    };
    format!("{project}-{environment}.{format}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is_of() {
        let name =
            file_name(&ProjectKey::new("bank").unwrap(), &EnvironmentKey::new("prod").unwrap(), Format::Signalbox);
        assert_eq!(name, "bank-prod.signalbox.json");
    }
}
