//! Asks before something is taken away, and says what that means.

use leptos::prelude::*;

use crate::components::{ButtonKind, Dialog, DialogFoot, FieldError, TextArea};
use crate::form::Attempt;
use crate::state::use_store;

/// Whether a reason is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// No reason is kept.
    Nothing,
    /// One may be given.
    MaySayWhy,
    /// The server insists on one.
    MustSayWhy,
}

/// Asks before something is taken away. `on_confirm` gets the reason, where one was given.
#[component]
pub fn Confirm(
    /// The question, as a state that would be: "Revoke the token of Ada?".
    #[prop(into)]
    title: String,
    /// What the button does.
    verb: &'static str,
    /// What the button says while it is done.
    doing: &'static str,
    /// Whether a reason is asked for.
    asks: Asks,
    /// The attempt to do it.
    attempt: Attempt,
    /// Called with the reason, if one was given.
    #[prop(into)]
    on_confirm: Callback<Option<String>>,
    /// Called when the person closes the dialog.
    #[prop(into)]
    on_close: Callback<()>,
    /// What follows from it.
    children: Children,
) -> impl IntoView {
    let store = use_store();
    let reason = RwSignal::new(String::new());
    // Leaving and removing are matters of this device; everything else is a change on the server.
    let disabled = Signal::derive(move || (asks != Asks::Nothing).then(|| store.can_administer().err()).flatten());
    let beside: &[&str] = if asks == Asks::Nothing { &[] } else { &["reason"] };
    let confirm = Callback::new(move |()| {
        if disabled.with_untracked(Option::is_none) {
            let reason = reason.get_untracked().trim().to_owned();
            on_confirm.run((!reason.is_empty()).then_some(reason));
        }
    });
    view! {
        <Dialog
            title
            width=520
            on_close
            on_confirm=confirm
            footer=move || view! { <DialogFoot kind=ButtonKind::Danger verb doing busy=attempt.busy disabled on_close /> }
        >
            {children()}
            {(asks != Asks::Nothing)
                .then(|| {
                    view! {
                        <TextArea
                            label="Why?"
                            note=if asks == Asks::MustSayWhy { "Required, kept in the history" } else { "Optional, kept in the history" }
                            value=reason
                            required=asks == Asks::MustSayWhy
                            autofocus=true
                            error=attempt.problem.at("reason")
                        />
                    }
                })}
            <FieldError error=attempt.problem.elsewhere(beside) />
        </Dialog>
    }
}
