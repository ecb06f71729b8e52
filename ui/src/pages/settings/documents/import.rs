//! A document on its way in: what was chosen, what the server says would happen, and what did.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::Timestamp;
use signalbox_domain::flagd::Generation;
use signalbox_domain::import::{Format, Report};
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use signalbox_protocol::endpoint::{AtProject, ImportDocument};
use signalbox_protocol::wire::import::{ImportQuery, LARGEST_DOCUMENT};
use signalbox_protocol::{ErrorBody, ErrorCode};
use web_sys::File;

use super::draft::{check, fault_of, format_of, refusal, too_large};
use super::outline::headline;
use crate::browser;
use crate::json::Fault;
use crate::state::{Store, ToastKind};

/// What is asked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    format: Format,
    generation: Generation,
    /// Where it goes.
    pub environment: EnvironmentKey,
    document: String,
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// What was asked.
    pub asked: Asked,
    /// What would become of it, or became.
    pub report: Report,
    /// When it was brought in; absent while it was only looked at.
    pub done: Option<Timestamp>,
}

impl Asked {
    /// On trial; or in earnest, where that `version` still stands.
    fn query(&self, dry_run: bool, reason: Option<String>, version: Option<u64>) -> ImportQuery {
        ImportQuery {
            format: self.format,
            environment: self.environment.clone(),
            generation: (self.format == Format::Flagd).then_some(self.generation),
            dry_run,
            reason,
            version,
        }
    }
}

/// A document on its way in. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Importing {
    store: Store,
    at: StoredValue<AtProject>,
    /// The format of the document.
    pub format: RwSignal<Format>,
    /// How a flagd document divides people where it does not say.
    pub generation: RwSignal<Generation>,
    /// Key of the environment that it goes into.
    pub environment: RwSignal<String>,
    /// The document.
    pub text: RwSignal<String>,
    /// Name of the file that it came from.
    pub file: RwSignal<Option<String>>,
    /// What is wrong with the document.
    pub fault: RwSignal<Option<Fault>>,
    /// What else stands in the way, as a sentence.
    pub refused: RwSignal<Option<String>>,
    /// Whether it is looked at just now.
    pub busy: RwSignal<bool>,
    /// What the server answered last.
    pub shown: RwSignal<Option<Shown>>,
}

impl Importing {
    /// Nothing was chosen yet, and it goes into the environment that is looked at.
    pub fn new(store: Store, project: ProjectKey) -> Self {
        let environment = untrack(|| store.environment()).map(|one| one.key.to_string()).unwrap_or_default();
        let importing = Self {
            store,
            at: StoredValue::new(AtProject { project }),
            format: RwSignal::new(Format::Flagd),
            generation: RwSignal::new(Generation::Flagd3),
            environment: RwSignal::new(environment),
            text: RwSignal::new(String::new()),
            file: RwSignal::new(None),
            fault: RwSignal::new(None),
            refused: RwSignal::new(None),
            busy: RwSignal::new(false),
            shown: RwSignal::new(None),
        };
        // What was wrong is looked for anew when it is asked again.
        Effect::new(move |_| {
            importing.text.track();
            importing.fault.set(None);
            importing.refused.set(None);
        });
        importing
    }

    /// The project.
    pub fn project(&self) -> ProjectKey {
        self.at.with_value(|at| at.project.clone())
    }

    /// Whether what is shown is of what is chosen now, or has happened.
    pub fn is_current(&self) -> bool {
        self.shown.with(|shown| {
            shown.as_ref().is_none_or(|Shown { asked, done, .. }| {
                let same = asked.format == self.format.get()
                    && asked.generation == self.generation.get()
                    && self.environment.with(|key| asked.environment.as_str() == key)
                    && self.text.with(|text| asked.document == *text);
                same || done.is_some()
            })
        })
    }

    /// Takes a document, in the format that it looks like.
    fn take(&self, document: String, name: Option<String>) {
        if let Some(found) = format_of(&document) {
            self.format.set(found);
        }
        self.file.set(name);
        self.text.set(document);
    }

    /// Begins anew.
    pub fn clear(&self) {
        self.take(String::new(), None);
        self.shown.set(None);
    }

    /// Reads the file that the person has chosen.
    pub fn choose(self, chosen: File) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of files are whole numbers")]
        let bytes = chosen.size() as usize;
        if bytes > LARGEST_DOCUMENT {
            return self.fault.set(Some(Fault::of_whole(too_large(bytes))));
        }
        spawn_local(async move {
            match browser::file_text(&chosen).await {
                Some(read) => self.take(read, Some(chosen.name())),
                None => {
                    let words = format!("{} cannot be read. Choose it again, or paste its text.", chosen.name());
                    self.fault.try_set(Some(Fault::of_whole(words)));
                }
            }
        });
    }

    /// Asks what would happen, and shows it.
    pub fn look(self) {
        if self.busy.get_untracked() || untrack(|| self.store.can_edit()).is_err() {
            return;
        }
        self.refused.set(None);
        let document = self.text.get_untracked();
        if let Err(found) = check(&document) {
            return self.fault.set(Some(found));
        }
        let Ok(environment) = EnvironmentKey::new(self.environment.get_untracked()) else { return };
        let (format, generation) = (self.format.get_untracked(), self.generation.get_untracked());
        let asked = Asked { format, generation, environment, document };
        self.busy.set(true);
        spawn_local(async move {
            let answer = self.send(asked.query(true, None, None), &asked).await;
            self.busy.try_set(false);
            match answer {
                Ok(report) => {
                    self.fault.try_set(None);
                    self.shown.try_set(Some(Shown { asked, report, done: None }));
                    request_animation_frame(|| browser::scroll_into_view("#import-report"));
                }
                Err(error) => match fault_of(&error, &asked.document) {
                    Some(found) => drop(self.fault.try_set(Some(found))),
                    None => drop(self.refused.try_set(Some(refusal(&error)))),
                },
            }
        });
    }

    /// Brings in what is shown, as long as that is what would happen.
    ///
    /// # Errors
    /// What the server answered. Where something has changed since, what would happen now is shown.
    pub async fn import(self, reason: Option<String>) -> Result<(), ErrorBody> {
        let Some(Shown { asked, report, .. }) = self.shown.get_untracked() else { return Ok(()) };
        // A server of an earlier version does not say.
        let version = Some(report.version).filter(|version| *version > 0);
        match self.send(asked.query(false, reason, version), &asked).await {
            Ok(report) => {
                self.store.toast(ToastKind::Done, headline(&report, true));
                let done = Some(self.store.now.get_untracked());
                self.shown.try_set(Some(Shown { asked, report, done }));
                Ok(())
            }
            Err(error) => {
                if error.error.code == ErrorCode::VersionStale
                    && let Ok(report) = self.send(asked.query(true, None, None), &asked).await
                {
                    self.shown.try_set(Some(Shown { asked, report, done: None }));
                }
                Err(error)
            }
        }
    }

    async fn send(&self, query: ImportQuery, asked: &Asked) -> Result<Report, ErrorBody> {
        let Some(at) = self.at.try_get_value() else {
            return Err(ErrorBody::new(ErrorCode::NotPossibleNow, "the page was left"));
        };
        let told = self.store.send_document::<ImportDocument>(&at, &query, asked.document.clone()).await?;
        Ok(told.report)
    }
}
