//! The form of an import: the document and where it goes; below it what would happen, or what did.

use leptos::prelude::*;
use signalbox_domain::flagd::Generation;
use signalbox_domain::import::Format;
use signalbox_domain::key::ProjectKey;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::draft::size_words;
use super::import::Importing;
use super::outcome::Outcome;
use super::{FormatChoice, environments};
use crate::components::{Aspect, Banner, Button, ButtonKind, ButtonSize, FieldError, Icon, IconName, Select};
use crate::json::{Fault, JsonEditor};
use crate::state::use_store;

/// Longest text that is shown to be edited, in bytes; a longer one is named only.
const LONGEST_SHOWN: usize = 200_000;
/// Where a file is chosen.
const FILE: &str = "import-file";

/// The document, where it goes, what would happen, and what did.
#[component]
pub fn ImportCard(
    /// The project.
    project: ProjectKey,
) -> impl IntoView {
    let store = use_store();
    let importing = Importing::new(store, project);
    let locked = Signal::derive(move || store.can_edit().err());
    let choose = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        if let Some(chosen) = input.files().and_then(|files| files.item(0)) {
            importing.choose(chosen);
        }
        // The same file may be chosen again after it was mended.
        input.set_value("");
    };
    let long = Memo::new(move |_| importing.text.with(String::len) > LONGEST_SHOWN);
    let long_words = move || {
        let size = size_words(importing.text.with(String::len));
        let name = importing.file.get().unwrap_or_else(|| "The text that was pasted".into());
        format!("{name}, {size}: too long to be shown here. It is read as it is.")
    };
    view! {
        <section class="card" aria-labelledby="import">
            <div class="card-h">
                <h2 id="import">"Import"</h2>
                <span class="end">"Nothing changes until you have seen what would"</span>
            </div>
            <form
                class="card-b sheet"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    importing.look();
                }
            >
                <div class="grid g2">
                    <FormatChoice value=importing.format />
                    <Select
                        label="Into"
                        value=importing.environment
                        options=environments()
                        hint="Other environments stay as they are."
                    />
                </div>
                <div class="form-field">
                    <div class="row import-source">
                        <span class="lbl">"Document"</span>
                        <span class="fs12 ink3 trunc">
                            {move || importing.file.get().unwrap_or_else(|| "Choose a file, or paste its text".into())}
                        </span>
                        <span class="end row">
                            <Show when=move || importing.text.with(|text| !text.is_empty())>
                                <Button kind=ButtonKind::Quiet size=ButtonSize::Small on_press=move |()| importing.clear()>
                                    "Clear"
                                </Button>
                            </Show>
                            <label class="btn btn--s import-file" for=FILE>
                                <Icon name=IconName::FileText small=true />
                                "Choose a file…"
                                <input
                                    id=FILE
                                    type="file"
                                    class="sr"
                                    accept=".json,application/json"
                                    on:change=choose
                                />
                            </label>
                        </span>
                    </div>
                    <Show
                        when=move || long.get()
                        fallback=move || {
                            view! { <JsonEditor label="The document" value=importing.text fault=importing.fault /> }
                        }
                    >
                        <p class="read-back row">
                            <Icon name=IconName::FileText small=true />
                            <span class="grow">{long_words}</span>
                        </p>
                        <FieldError error=Signal::derive(move || {
                            importing.fault.with(|fault| fault.as_ref().map(Fault::sentence))
                        }) />
                    </Show>
                </div>
                <Show when=move || importing.format.get() == Format::Flagd>
                    <details class="raw">
                        <summary class="m fs12 ink2">"For experts"</summary>
                        <GenerationChoice value=importing.generation />
                    </details>
                </Show>
                <div class="field-error" aria-live="assertive">
                    {move || {
                        importing
                            .refused
                            .get()
                            .map(|words| {
                                view! {
                                    <Banner aspect=Aspect::Danger>
                                        <span>
                                            <b>"Nothing was imported. "</b>
                                            {words}
                                        </span>
                                    </Banner>
                                }
                            })
                    }}
                </div>
                <div class="row">
                    <Button kind=ButtonKind::Primary submit=true busy=importing.busy disabled=locked>
                        {move || if importing.busy.get() { "Looking…" } else { "See what would happen" }}
                    </Button>
                    <span class="fs12 ink3">
                        {move || locked.get().unwrap_or_else(|| "This only looks. You confirm afterwards.".into())}
                    </span>
                </div>
            </form>
        </section>
        <Outcome importing />
    }
}

/// How `fractional` divides people, for documents that do not say it themselves.
#[component]
fn GenerationChoice(value: RwSignal<Generation>) -> impl IntoView {
    let option = |generation: Generation, name: &'static str, words: &'static str| {
        view! {
            <label class="row check-row">
                <input
                    type="radio"
                    class="check radio"
                    name="generation"
                    prop:checked=move || value.get() == generation
                    on:change=move |_| value.set(generation)
                />
                <span>
                    <code>{name}</code>
                    " "
                    <span class="ink2 fs12">{words}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="fs0 import-generation">
            <legend class="lbl">"How shares divide people, where the document does not say"</legend>
            {option(Generation::Flagd3, "flagd-3", "as flagd does now")}
            {option(Generation::Flagd2, "flagd-2", "as earlier versions of flagd did")}
        </fieldset>
    }
}
