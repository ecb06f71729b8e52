//! What goes wrong in a form, beside the field that it is about.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::{LONGEST_KEY, NotAKey};
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::words::capitalised;

/// The error of the last attempt to send a form, if any.
#[derive(Clone, Copy)]
pub struct Problem(RwSignal<Option<ErrorBody>>);

impl Problem {
    /// No error yet.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Keeps an error, to be shown.
    pub fn set(&self, error: ErrorBody) {
        self.0.try_set(Some(error));
    }

    /// Forgets the error, before a new attempt.
    pub fn clear(&self) {
        self.0.set(None);
    }

    /// Whether somebody answered, and refused: without an answer it is not known what became of it.
    pub fn is_refusal(&self) -> bool {
        self.0.with(|error| error.as_ref().is_some_and(|error| error.error.code != ErrorCode::Unavailable))
    }

    /// The sentence for a field, when the error is about it: `name`, `stages[1].audience.share`.
    pub fn at(&self, field: impl Into<String>) -> Signal<Option<String>> {
        let (error, field) = (self.0, field.into());
        Signal::derive(move || {
            error.with(|error| {
                let detail = &error.as_ref()?.error;
                let about = detail.field.as_deref()?;
                (about == field).then(|| sentence(&detail.message, about))
            })
        })
    }

    /// The sentence about the field for whose path `is_it` holds, where a form has many rows.
    pub fn about(&self, is_it: impl Fn(&str) -> bool) -> Option<String> {
        self.0.with(|error| about(error.as_ref()?, is_it))
    }

    /// The sentence about anything but the rows, whose paths begin with `rows`.
    pub fn beside(&self, rows: &str) -> Option<String> {
        self.0.with(|error| beside(error.as_ref()?, rows))
    }

    /// The sentence for an error that is about none of the `fields` that the form shows, nor anything in them.
    pub fn elsewhere(&self, fields: &'static [&'static str]) -> Signal<Option<String>> {
        let error = self.0;
        Signal::derive(move || {
            error.with(|error| {
                let detail = &error.as_ref()?.error;
                match &detail.field {
                    Some(about) if fields.iter().any(|field| is_in(about, field)) => None,
                    Some(about) => Some(format!("{about}: {}", sentence(&detail.message, about))),
                    None => Some(sentence(&detail.message, "")),
                }
            })
        })
    }
}

fn about(error: &ErrorBody, is_it: impl Fn(&str) -> bool) -> Option<String> {
    let field = error.error.field.as_deref()?;
    is_it(field).then(|| sentence(&error.error.message, field))
}

fn beside(error: &ErrorBody, rows: &str) -> Option<String> {
    match error.error.field.as_deref() {
        None => Some(sentence(&error.error.message, "")),
        Some(field) if field.strip_prefix(rows).is_some_and(|rest| rest.starts_with('[')) => None,
        Some(field) => Some(sentence(&error.error.message, field)),
    }
}

/// What is under way while a dialog waits for its answer. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Attempt {
    /// Whether it is on its way.
    pub busy: RwSignal<bool>,
    /// What went wrong the last time.
    pub problem: Problem,
}

impl Attempt {
    /// Nothing was tried yet.
    pub fn new() -> Self {
        Self { busy: RwSignal::new(false), problem: Problem::new() }
    }

    /// Waits for an answer, unless an earlier one is under way: a good one goes to `done`, an error is kept to
    /// be shown. The dialog may be gone by then.
    pub fn send<Answer>(
        self,
        answer: impl Future<Output = Result<Answer, ErrorBody>> + 'static,
        done: impl FnOnce(Answer) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.problem.clear();
        self.busy.set(true);
        spawn_local(async move {
            let answer = answer.await;
            self.busy.try_set(false);
            match answer {
                Ok(answer) => done(answer),
                // A message elsewhere names who changed what; the version is no person's business.
                Err(error) if error.error.code == ErrorCode::VersionStale => self.problem.set(ErrorBody::new(
                    ErrorCode::VersionStale,
                    "somebody changed it meanwhile, so nothing was saved; close this, look, and change it again",
                )),
                Err(error) => self.problem.set(error),
            }
        });
    }
}

/// Whether a path is that of a field, or of something in it: `variants[0].value` is in `variants`.
fn is_in(path: &str, field: &str) -> bool {
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}

/// A key that suits a name: "Card freeze" becomes `card-freeze`.
pub fn key_from_name(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(plain) => key.push_str(plain),
            None if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_') => key.push(letter),
            None if !key.ends_with('-') => key.push('-'),
            None => {}
        }
    }
    let key = key.trim_matches(['-', '.', '_']);
    key.get(..LONGEST_KEY).unwrap_or(key).to_owned()
}

/// Letters that have a usual spelling without marks.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'å' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
        'ö' | 'œ' => "oe",
        'ß' => "ss",
        'ù' | 'ú' | 'û' => "u",
        'ü' => "ue",
        _ => return None,
    })
}

/// The error for a text that is not a key, as the API would give it.
pub fn key_problem(error: &NotAKey) -> ErrorBody {
    ErrorBody::new(ErrorCode::InvalidField, error.to_string()).about("key")
}

/// A message of the API as a sentence: without the name of the field in front, capital first, full stop.
pub fn sentence(message: &str, field: &str) -> String {
    let message = message.strip_prefix(field).map_or(message, |rest| rest.strip_prefix(": ").unwrap_or(message)).trim();
    let end = if message.is_empty() || message.ends_with(['.', '?', '!']) { "" } else { "." };
    capitalised(message) + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_from_names() {
        let check = |name: &str, expect: &str| assert_eq!(key_from_name(name), expect);
        check("Card freeze", "card-freeze");
        check("  Fraud scoring: v3!  ", "fraud-scoring-v3");
        check("Überweisung für Zoë", "ueberweisung-fuer-zoe");
        check("日本", "");
        check(&"a".repeat(200), &"a".repeat(100));
    }

    #[test]
    fn an_error_stands_at_its_row_or_beside_all() {
        let error = |field: Option<&str>| {
            let body = ErrorBody::new(ErrorCode::InvalidField, "must be more than 10 %");
            field.map_or(body.clone(), |field| body.about(field))
        };
        let row = error(Some("stages[1].audience.share"));
        assert_eq!(about(&row, |field| field.ends_with("share")).as_deref(), Some("Must be more than 10 %."));
        assert_eq!(about(&row, |field| field.ends_with("name")), None);
        assert_eq!(beside(&row, "stages"), None);
        assert!(beside(&error(Some("stages")), "stages").is_some());
        assert!(beside(&error(None), "stages").is_some());
    }

    #[test]
    fn a_path_is_in_its_field() {
        assert!(is_in("variants[0].value", "variants"));
        assert!(is_in("name", "name"));
        assert!(!is_in("names", "name"));
        assert!(!is_in("key", "variants"));
    }

    #[test]
    fn messages_become_sentences() {
        let check = |message, field, expect: &str| assert_eq!(sentence(message, field), expect);
        check("name: must be 1 to 120 characters", "name", "Must be 1 to 120 characters.");
        check("there is already a flag \"a\"", "key", "There is already a flag \"a\".");
        check("Is it?", "", "Is it?");
        check("http://10.0.0.7:4600 does not answer", "url", "http://10.0.0.7:4600 does not answer.");
        check("names must differ", "name", "Names must differ.");
        check("", "name", "");
    }
}
