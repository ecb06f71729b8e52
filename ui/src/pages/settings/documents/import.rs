//! Brings a document in: first a look at what would happen, then, confirmed, it happens.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::Timestamp;
use signalbox_domain::flagd::Generation;
use signalbox_domain::import::{Format, Report};
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use signalbox_protocol::endpoint::{AtProject, ImportDocument};
use signalbox_protocol::wire::import::{ImportQuery, LARGEST_DOCUMENT};
use signalbox_protocol::{ErrorBody, ErrorCode};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::confirmation::of_import;
use super::draft::{check, fault_of, format_of, refusal, size_words, too_large};
use super::outline::{changing, headline};
use super::report::ReportView;
use super::{FormatChoice, environments};
use crate::browser;
use crate::components::{
    Aspect, Banner, Button, ButtonKind, ButtonSize, FieldError, Icon, IconName, Select, Tag, TagKind, Time,
};
use crate::json::{Fault, JsonEditor};
use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::state::{ToastKind, use_store};

/// Longest text that is shown to be edited, in bytes; a longer one is named only.
const LONGEST_SHOWN: usize = 200_000;
/// Where a file is chosen.
const FILE: &str = "import-file";

/// What is asked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    format: Format,
    generation: Generation,
    environment: EnvironmentKey,
    document: String,
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    asked: Asked,
    report: Report,
    /// When it was brought in; absent while it was only looked at.
    done: Option<Timestamp>,
}

impl Asked {
    fn query(&self, dry_run: bool, reason: Option<String>) -> ImportQuery {
        ImportQuery {
            format: self.format,
            environment: self.environment.clone(),
            generation: (self.format == Format::Flagd).then_some(self.generation),
            dry_run,
            reason,
            version: None,
        }
    }
}

/// The document, where it goes, what would happen, and what did.
#[component]
pub fn ImportCard(
    /// The project.
    project: ProjectKey,
) -> impl IntoView {
    let store = use_store();
    let at = StoredValue::new(AtProject { project });
    let format = RwSignal::new(Format::Flagd);
    let generation = RwSignal::new(Generation::Flagd3);
    let environment = RwSignal::new(untrack(|| store.environment()).map(|one| one.key.to_string()).unwrap_or_default());
    let text = RwSignal::new(String::new());
    let file = RwSignal::new(None::<String>);
    let fault = RwSignal::new(None::<Fault>);
    let refused = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let shown = RwSignal::new(None::<Shown>);
    let confirming = RwSignal::new(false);
    let locked = Signal::derive(move || store.can_edit().err());

    let is_current = Memo::new(move |_| {
        shown.with(|shown| {
            shown.as_ref().is_none_or(|Shown { asked, done, .. }| {
                let same = asked.format == format.get()
                    && asked.generation == generation.get()
                    && environment.with(|key| asked.environment.as_str() == key)
                    && text.with(|text| asked.document == *text);
                same || done.is_some()
            })
        })
    });
    // What was wrong is looked for anew when it is asked again.
    Effect::new(move |_| {
        text.track();
        fault.set(None);
        refused.set(None);
    });
    let take = move |document: String, name: Option<String>| {
        if let Some(found) = format_of(&document) {
            format.set(found);
        }
        file.set(name);
        text.set(document);
    };
    let choose = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        let Some(chosen) = input.files().and_then(|files| files.item(0)) else { return };
        // The same file may be chosen again after it was mended.
        input.set_value("");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of files are whole numbers")]
        let bytes = chosen.size() as usize;
        if bytes > LARGEST_DOCUMENT {
            return fault.set(Some(Fault::of_whole(too_large(bytes))));
        }
        spawn_local(async move {
            match browser::file_text(&chosen).await {
                Some(read) => take(read, Some(chosen.name())),
                None => {
                    let words = format!("{} cannot be read. Choose it again, or paste its text.", chosen.name());
                    fault.try_set(Some(Fault::of_whole(words)));
                }
            }
        });
    };
    let look = move |()| {
        if busy.get_untracked() || untrack(|| store.can_edit()).is_err() {
            return;
        }
        refused.set(None);
        let document = text.get_untracked();
        if let Err(found) = check(&document) {
            return fault.set(Some(found));
        }
        let Ok(environment) = EnvironmentKey::new(environment.get_untracked()) else { return };
        let asked =
            Asked { format: format.get_untracked(), generation: generation.get_untracked(), environment, document };
        busy.set(true);
        spawn_local(async move {
            let query = asked.query(true, None);
            let answer = store.send_document::<ImportDocument>(&at.get_value(), &query, asked.document.clone()).await;
            busy.try_set(false);
            match answer {
                Ok(told) => {
                    fault.try_set(None);
                    shown.try_set(Some(Shown { asked, report: told.report, done: None }));
                    request_animation_frame(|| browser::scroll_into_view("#import-report"));
                }
                Err(error) => match fault_of(&error, &asked.document) {
                    Some(found) => drop(fault.try_set(Some(found))),
                    None => drop(refused.try_set(Some(refusal(&error)))),
                },
            }
        });
    };
    let import = sending(move |reason| async move {
        let Some(Shown { asked, report, .. }) = shown.get_untracked() else { return Ok(()) };
        let at = at.get_value();
        // What was confirmed is what was shown: somebody may have changed a flag since then.
        let again =
            store.send_document::<ImportDocument>(&at, &asked.query(true, None), asked.document.clone()).await?;
        if again.report != report {
            shown.set(Some(Shown { asked, report: again.report, done: None }));
            return Err(ErrorBody::new(
                ErrorCode::NotPossibleNow,
                "somebody changed the project since you looked; what would happen now is shown, so look once more",
            ));
        }
        let query = ImportQuery { version: Some(again.report.version), ..asked.query(false, reason) };
        let told = store.send_document::<ImportDocument>(&at, &query, asked.document.clone()).await?;
        let words = headline(&told.report, true);
        shown.set(Some(Shown { asked, report: told.report, done: Some(store.now.get_untracked()) }));
        store.toast(ToastKind::Done, words);
        Ok(())
    });
    let clear = move |()| {
        take(String::new(), None);
        shown.set(None);
    };
    let long = Memo::new(move |_| text.with(String::len) > LONGEST_SHOWN);
    let long_words = move || {
        let size = size_words(text.with(String::len));
        file.get().map_or_else(|| format!("The text that was pasted, {size}"), |name| format!("{name}, {size}"))
    };
    let name_of = move |key: &EnvironmentKey| {
        let known = store.environments().into_iter().find(|known| known.key == *key);
        known.map_or_else(|| key.to_string(), |known| known.name.clone())
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
                    look(());
                }
            >
                <div class="grid g2">
                    <FormatChoice value=format />
                    <Select
                        label="Into"
                        value=environment
                        options=environments()
                        hint="Other environments stay as they are."
                    />
                </div>
                <div class="form-field">
                    <div class="row import-source">
                        <span class="lbl">"Document"</span>
                        <span class="fs12 ink3 trunc">
                            {move || file.get().unwrap_or_else(|| "Choose a file, or paste its text".into())}
                        </span>
                        <span class="end row">
                            <Show when=move || text.with(|text| !text.is_empty())>
                                <Button kind=ButtonKind::Quiet size=ButtonSize::Small on_press=clear>
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
                            view! { <JsonEditor label="The document" value=text fault=fault /> }
                        }
                    >
                        <p class="read-back row">
                            <Icon name=IconName::FileText small=true />
                            <span class="grow">{long_words} ": too long to be shown here. It is read as it is."</span>
                        </p>
                        <FieldError error=Signal::derive(move || {
                            fault.with(|fault| fault.as_ref().map(Fault::sentence))
                        }) />
                    </Show>
                </div>
                <Show when=move || format.get() == Format::Flagd>
                    <details class="raw">
                        <summary class="m fs12 ink2">"For experts"</summary>
                        <GenerationChoice value=generation />
                    </details>
                </Show>
                <div class="field-error" aria-live="assertive">
                    {move || {
                        refused
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
                    <Button kind=ButtonKind::Primary submit=true busy disabled=locked>
                        {move || if busy.get() { "Looking…" } else { "See what would happen" }}
                    </Button>
                    <span class="fs12 ink3">
                        {move || locked.get().unwrap_or_else(|| "This only looks. You confirm afterwards.".into())}
                    </span>
                </div>
            </form>
        </section>
        <div id="import-report">
            {move || {
                let Shown { asked, report, done } = shown.get()?;
                let place = name_of(&asked.environment);
                let changes = report.changes_something();
                let what = changing(&report);
                let import_locked = Signal::derive(move || {
                    let stale = (!is_current.get()).then(|| "You changed something. See what would happen now.".to_owned());
                    let same = (!changes).then(|| "Nothing would change.".to_owned());
                    locked.get().or(stale).or(same)
                });
                Some(view! {
                    <section class="card" aria-labelledby="report">
                        <div class="card-h">
                            <h2 id="report">
                                {if done.is_some() { "What happened" } else { "What would happen" }}
                            </h2>
                            <Tag kind=TagKind::Line>{place.clone()}</Tag>
                            <span class="end">
                                {match done {
                                    Some(at) => view! { "Imported " <Time at /> }.into_any(),
                                    None => {
                                        view! {
                                            {move || {
                                                if is_current.get() {
                                                    "Nothing has changed yet"
                                                } else {
                                                    "Of what you asked before"
                                                }
                                            }}
                                        }
                                            .into_any()
                                    }
                                }}
                            </span>
                        </div>
                        <p class="card-b fs14 m" role="status" data-testid="import-headline">
                            {headline(&report, done.is_some())}
                        </p>
                        <ReportView report />
                        <div class="card-f row">
                            {if done.is_some() {
                                view! {
                                    <span class="fs12 ink3 grow">
                                        "It is in the history, flag by flag. "
                                        <a href="/flags?sort=-changed">"See the flags"</a>
                                    </span>
                                    <Button on_press=clear>"Import another"</Button>
                                }
                                    .into_any()
                            } else {
                                view! {
                                    <span class="fs12 ink3 grow" role="status">
                                        {move || import_locked.get().unwrap_or_else(|| "All of it, or nothing.".into())}
                                    </span>
                                    <Button
                                        kind=ButtonKind::Primary
                                        opens="dialog"
                                        disabled=import_locked
                                        on_press=move |()| confirming.set(true)
                                    >
                                        {if changes { format!("Import {what}…") } else { "Import…".to_owned() }}
                                    </Button>
                                }
                                    .into_any()
                            }}
                        </div>
                    </section>
                })
            }}
        </div>
        <Show when=move || confirming.get()>
            {move || {
                let confirmation = Memo::new(move |told| {
                    let Shown { asked, report, .. } = shown.get()?;
                    let all = store.environments();
                    let environment = all.iter().find(|known| known.key == asked.environment)?;
                    let project = at.with_value(|at| at.project.clone());
                    let path = format!("{project} / {} / import", asked.environment);
                    let fresh = of_import(&report, environment, &path);
                    // What happened is told on the page, not in the dialog that is closing.
                    Some(told.cloned().flatten().filter(|_| shown.with(|shown| is_done(shown))).unwrap_or(fresh))
                });
                let first = confirmation.get_untracked()?;
                Some(view! {
                    <ConfirmDialog
                        confirmation=Signal::derive(move || confirmation.get().unwrap_or_else(|| first.clone()))
                        send=import
                        on_close=move |()| confirming.set(false)
                    />
                })
            }}
        </Show>
    }
}

fn is_done(shown: &Option<Shown>) -> bool {
    shown.as_ref().is_some_and(|shown| shown.done.is_some())
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
