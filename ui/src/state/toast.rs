//! Short messages about what just happened.

use leptos::prelude::*;

use super::Store;

/// What a message says, besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastKind {
    /// It is done. Goes away by itself.
    Done,
    /// Worth knowing. Goes away by itself.
    Note,
    /// It was not done. Stays until it is closed.
    Problem,
}

/// A short message about what just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Tells it from the others.
    pub id: u64,
    /// What it says, besides its text.
    pub kind: ToastKind,
    /// The message: one sentence.
    pub text: String,
    /// More about it.
    pub detail: Option<String>,
    /// Label and address of a link to what it is about.
    pub link: Option<(String, String)>,
}

impl Store {
    /// Shows a short message.
    pub fn toast(&self, kind: ToastKind, text: impl Into<String>) {
        self.toast_with(kind, text, None, None);
    }

    /// Shows a short message with more about it, and a link (label and address).
    pub fn toast_with(
        &self,
        kind: ToastKind,
        text: impl Into<String>,
        detail: Option<String>,
        link: Option<(String, String)>,
    ) {
        self.toasts.update(|toasts| {
            let id = toasts.last().map_or(0, |last| last.id + 1);
            toasts.push(Toast { id, kind, text: text.into(), detail, link });
            // More than three at once are not read.
            let surplus = toasts.len().saturating_sub(3);
            toasts.drain(..surplus);
        });
    }

    /// The messages that are shown now, oldest first.
    pub fn toasts(&self) -> Vec<Toast> {
        self.toasts.get()
    }

    /// Takes a message away.
    pub fn dismiss(&self, id: u64) {
        self.toasts.update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}
