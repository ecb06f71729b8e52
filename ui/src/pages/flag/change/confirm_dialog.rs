//! The dialog that every change passes: its consequence, the way back, the reason.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::browser;
use crate::components::{Button, ButtonKind, Dialog, Icon, IconName};
use crate::form::Problem;
use crate::pages::flag::change::ReasonField;
use crate::pages::flag::change::confirm_body::{Consequence, ExactChange, Facts};
use crate::pages::flag::change::confirmation::{Confirmation, Reason};
use crate::state::use_store;
use crate::time;

/// A change on its way to the server.
pub type Sending = Pin<Box<dyn Future<Output = Result<(), ErrorBody>>>>;

/// What sends a change, given the reason that was typed.
pub fn sending<Change>(
    send: impl Fn(Option<String>) -> Change + Send + Sync + 'static,
) -> Callback<Option<String>, Sending>
where
    Change: Future<Output = Result<(), ErrorBody>> + 'static,
{
    Callback::new(move |reason| Box::pin(send(reason)) as Sending)
}

/// Says what a change means and sends it when it is confirmed. It closes when the change was made, and
/// when somebody else was quicker: then nothing is applied and a message names who changed what.
#[component]
pub fn ConfirmDialog(
    /// What it says.
    #[prop(into)]
    confirmation: Signal<Confirmation>,
    /// Sends the change.
    send: Callback<Option<String>, Sending>,
    /// Called when it is to close.
    #[prop(into)]
    on_close: Callback<()>,
    /// A choice between consequence and reason.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let store = use_store();
    let reason = RwSignal::new(String::new());
    let problem = Problem::new();
    let busy = RwSignal::new(false);
    let asks = Memo::new(move |_| confirmation.with(|confirmation| confirmation.reason));
    let confirm = Callback::new(move |()| {
        if busy.get_untracked() || untrack(|| store.can_edit()).is_err() {
            return;
        }
        let typed = reason.get_untracked().trim().to_owned();
        if typed.is_empty() && asks.get_untracked() == Reason::Required {
            let error = ErrorBody::new(ErrorCode::ReasonRequired, "say why in a few words; it is kept in the history");
            problem.set(error.about("reason"));
            browser::focus("dialog textarea[name=reason]");
            return;
        }
        problem.clear();
        busy.set(true);
        spawn_local(async move {
            let answer = send.run((!typed.is_empty()).then_some(typed)).await;
            // The dialog may have been closed meanwhile.
            busy.try_set(false);
            match answer {
                Ok(()) => on_close.try_run(()),
                Err(error) if is_told_elsewhere(error.error.code) => on_close.try_run(()),
                Err(error) => {
                    problem.set(error);
                    None
                }
            };
        });
    });
    let stops = confirmation.with_untracked(|confirmation| confirmation.stops);
    view! {
        <Dialog
            title=Signal::derive(move || confirmation.with(|confirmation| confirmation.title.clone()))
            subtitle=ViewFn::from(move || {
                view! {
                    {confirmation.with(|confirmation| confirmation.about)}
                    " "
                    <b>{confirmation.with(|confirmation| confirmation.place.clone())}</b>
                    "."
                }
            })
            on_close
            on_confirm=confirm
            footnote=ViewFn::from(move || {
                let name = store.me.with(|me| me.as_ref().map(|me| me.name.clone())).unwrap_or_default();
                let now = time::clock(&time::local(store.now.get()));
                view! {
                    <Icon name=IconName::History small=true />
                    <span class="num trunc">{format!("Recorded as {name}, {now}")}</span>
                }
            })
            footer=ViewFn::from(move || {
                view! {
                    <Button on_press=on_close>"Cancel"</Button>
                    <Button
                        kind=if stops { ButtonKind::Danger } else { ButtonKind::Primary }
                        submit=true
                        key="Ctrl ↵"
                        busy
                        disabled=Signal::derive(move || store.can_edit().err())
                        attr:data-confirm=""
                        attr:autofocus=asks.get_untracked() == Reason::Afterwards
                    >
                        {move || {
                            confirmation
                                .with(|confirmation| {
                                    if busy.get() { confirmation.working.to_owned() } else { confirmation.confirm.clone() }
                                })
                        }}
                    </Button>
                }
            })
        >
            <Consequence confirmation />
            <Facts confirmation />
            {children.map(|children| children())}
            {move || match asks.get() {
                Reason::Afterwards => {
                    view! {
                        <p class="fs12 ink3 row">
                            <Icon name=IconName::Info small=true />
                            "No reason is needed now. You will be asked for it afterwards."
                        </p>
                    }
                        .into_any()
                }
                asks => {
                    view! {
                        <ReasonField
                            label="Why now?"
                            note=if asks == Reason::Required { "Required, kept in the history" } else { "Optional, kept in the history" }
                            value=reason
                            required=asks == Reason::Required
                            error=problem.at("reason")
                        />
                    }
                        .into_any()
                }
            }}
            <ProblemElsewhere problem />
            <ExactChange confirmation />
        </Dialog>
    }
}

/// Whether the reader is told about an error in another way: by a message, or by the sign-in screen.
const fn is_told_elsewhere(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::VersionStale | ErrorCode::Unauthenticated)
}

/// An error that is about no field of the dialog.
#[component]
fn ProblemElsewhere(problem: Problem) -> impl IntoView {
    let sentence = problem.elsewhere(&["reason"]);
    move || {
        sentence.get().map(|sentence| {
            view! {
                <div class="banner banner--danger" role="alert">
                    <crate::components::AspectGlyph aspect=crate::components::Aspect::Danger />
                    <span>
                        // Without an answer, the sentence says what to look for.
                        {problem.is_refusal().then(|| view! { <b>"The change was not made. "</b> })}
                        {sentence}
                    </span>
                </div>
            }
        })
    }
}
