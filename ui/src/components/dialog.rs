//! Dialogs: a native `<dialog>`, so that the browser keeps focus inside and the page inert.

use leptos::ev::{Event, KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;

use super::{Button, ButtonKind, IconName};
use crate::browser;

/// A dialog. Mount it while it is open (inside `<Show when=…>`); its contents begin anew each time.
///
/// It opens over everything, makes the page behind it inert, gives the focus to the element with
/// `autofocus`, else to the first that takes it, and gives it back when it goes. Esc and the cross call
/// `on_close`; Ctrl+Enter, Enter in a one-line field, and a `submit` button in the footer call `on_confirm`.
#[component]
pub fn Dialog(
    /// What it asks or says.
    #[prop(into)]
    title: Signal<String>,
    /// One sentence below the title.
    #[prop(optional, into)]
    subtitle: Option<ViewFn>,
    /// Beside the title, such as a pill.
    #[prop(optional, into)]
    aside: Option<ViewFn>,
    /// Pixels, at most; 680 by default.
    #[prop(default = 680)]
    width: u32,
    /// Called when the person wants to close it.
    #[prop(into)]
    on_close: Callback<()>,
    /// Called when the person confirms.
    #[prop(optional, into)]
    on_confirm: Option<Callback<()>>,
    /// Buttons, at the right end of the foot.
    #[prop(into)]
    footer: ViewFn,
    /// Left in the foot, such as "Recorded as Maren Vogt".
    #[prop(optional, into)]
    footnote: Option<ViewFn>,
    /// What is between title and foot.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    browser::return_focus();
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            // Fails only for a dialog that is open already.
            let _ = dialog.show_modal();
        }
    });
    let confirm = move || {
        if let Some(on_confirm) = on_confirm {
            on_confirm.run(());
        }
    };
    let on_cancel = move |event: Event| {
        event.prevent_default();
        on_close.run(());
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            confirm();
        }
        // The page's own keys are silent while a dialog is open.
        event.stop_propagation();
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        confirm();
    };
    view! {
        <dialog
            node_ref=node
            class="dialog"
            style:width=format!("min({width}px, calc(100vw - 32px))")
            aria-labelledby="dialog-title"
            on:cancel=on_cancel
            on:keydown=on_key
        >
            <form class="dialog-form" on:submit=on_submit novalidate>
                <header class="dialog-head">
                    <div class="grow">
                        <h2 id="dialog-title">{move || title.get()}</h2>
                        {subtitle.map(|subtitle| view! { <p class="ink2">{subtitle.run()}</p> })}
                    </div>
                    {aside.map(|aside| aside.run())}
                    <Button kind=ButtonKind::Quiet icon=IconName::X label="Close" on_press=on_close />
                </header>
                <div class="dialog-body">{children()}</div>
                <footer class="dialog-foot">
                    {footnote.map(|footnote| view! { <span class="fs12 ink3 row">{footnote.run()}</span> })}
                    <span class="end row">{footer.run()}</span>
                </footer>
            </form>
        </dialog>
    }
}
