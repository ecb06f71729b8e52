//! What the server said about a form with many rows, taken apart by field.

use leptos::prelude::*;
use signalbox_protocol::ErrorBody;

use crate::form::sentence;

/// The error of the last attempt to save a form, if any.
#[derive(Clone, Copy)]
pub struct Fault(RwSignal<Option<ErrorBody>>);

impl Fault {
    /// No error yet.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Keeps an error, to be shown.
    pub fn set(&self, error: ErrorBody) {
        self.0.set(Some(error));
    }

    /// Forgets the error.
    pub fn clear(&self) {
        self.0.set(None);
    }

    /// The sentence about the field for whose path `is_it` holds.
    pub fn about(&self, is_it: impl Fn(&str) -> bool) -> Option<String> {
        self.0.with(|error| about(error.as_ref()?, is_it))
    }

    /// The sentence about anything but the rows, whose paths begin with `rows`.
    pub fn beside(&self, rows: &str) -> Option<String> {
        self.0.with(|error| beside(error.as_ref()?, rows))
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

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_protocol::ErrorCode;

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
}
