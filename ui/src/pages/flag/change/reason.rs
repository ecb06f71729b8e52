//! Reasons: asked for with a change, or afterwards where stopping could not wait.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::ErrorCode;
use signalbox_protocol::endpoint::{AtEntry, GiveReasonEndpoint};
use signalbox_protocol::wire::audit::GiveReason;

use crate::components::{Aspect, Banner, Button, ButtonKind, ButtonSize, Dialog, FieldError, Icon, IconName};
use crate::form::Problem;
use crate::pages::flag::page::{Asking, use_page};
use crate::state::{ToastKind, use_store};

/// Where a reason is typed; the first thing that a dialog gives the focus to.
#[component]
pub fn ReasonField(
    /// What it asks.
    label: &'static str,
    /// Beside the label, quiet.
    note: &'static str,
    /// What was typed.
    value: RwSignal<String>,
    /// Whether it must be filled in.
    required: bool,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div>
            <label class="lbl" for="reason">
                {label}
                " "
                <span class="ink3 note">{note}</span>
            </label>
            <div class="field field--area" class:field--error=move || error.with(Option::is_some)>
                <textarea
                    id="reason"
                    name="reason"
                    rows="2"
                    maxlength="2000"
                    autofocus
                    aria-required=required.then_some("true")
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby="reason-error"
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                ></textarea>
            </div>
            <FieldError error id="reason-error" />
        </div>
    }
}

/// Asks afterwards why something was stopped.
#[component]
pub fn ReasonDialog(
    /// The entry of the history that waits for its reason.
    sequence: u64,
) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let reason = RwSignal::new(String::new());
    let problem = Problem::new();
    let busy = RwSignal::new(false);
    let (at_field, elsewhere) = (problem.at("reason"), problem.elsewhere(&["reason"]));
    let close = Callback::new(move |()| page.dialog.set(None));
    let give = Callback::new(move |()| {
        let typed = reason.get_untracked().trim().to_owned();
        if busy.get_untracked() || untrack(|| store.can_edit()).is_err() {
            return;
        }
        if typed.is_empty() {
            let error =
                ErrorBody::new(ErrorCode::InvalidField, "say why in a few words, or close this and say it later");
            problem.set(error.about("reason"));
            return;
        }
        problem.clear();
        busy.set(true);
        spawn_local(async move {
            let answer =
                store.send::<GiveReasonEndpoint>(&AtEntry { sequence }, &GiveReason { reason: typed }, None).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    page.forget_awaited(sequence);
                    store.toast(ToastKind::Done, "The reason is in the history.");
                    close.try_run(());
                }
                // Somebody else has given it meanwhile; the page will no longer ask.
                Err(error) if error.error.code == ErrorCode::NotPossibleNow => {
                    page.forget_awaited(sequence);
                    store.toast(ToastKind::Note, "The reason was given already.");
                    close.try_run(());
                }
                Err(error) => problem.set(error),
            }
        });
    });
    view! {
        <Dialog
            title="Why did you stop it?"
            subtitle=ViewFn::from(|| "It is stopped. The reason goes into the history; you can also say it later.")
            width=520
            on_close=close
            on_confirm=give
            footer=ViewFn::from(move || {
                view! {
                    <Button on_press=close>"Later"</Button>
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        key="Ctrl ↵"
                        busy
                        disabled=Signal::derive(move || store.can_edit().err())
                        attr:data-confirm=""
                    >
                        {move || if busy.get() { "Keeping…" } else { "Keep the reason" }}
                    </Button>
                }
            })
        >
            <ReasonField
                label="Reason"
                note="Kept in the history"
                value=reason
                required=true
                error=Signal::derive(move || at_field.get().or_else(|| elsewhere.get()))
            />
        </Dialog>
    }
}

/// Says, as long as it is so, that something was stopped without a reason.
#[component]
pub fn ReasonBanner() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let awaited = Memo::new(move |_| page.scene.with(|scene| scene.configuration.reasons_awaited.clone()));
    move || {
        let awaited = awaited.get();
        let latest = awaited.last().copied()?;
        let sentence = match awaited.len() {
            1 => "It was stopped here without a reason so far.".to_owned(),
            many => format!("It was stopped here {many} times without a reason so far."),
        };
        Some(view! {
            <div class="flag-banner">
                <Banner aspect=Aspect::Off>
                    <span class="grow">{sentence}</span>
                    <Button
                        size=ButtonSize::Small
                        opens="dialog"
                        disabled=Signal::derive(move || store.can_edit().err())
                        on_press=move |()| page.dialog.set(Some(Asking::Why(latest)))
                    >
                        <Icon name=IconName::Pencil small=true />
                        "Say why"
                    </Button>
                </Banner>
            </div>
        })
    }
}
