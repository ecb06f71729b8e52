//! Short messages about what just happened, bottom right.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use super::{Aspect, AspectGlyph, Button, ButtonKind, ButtonSize, IconName};
use crate::state::{Toast, ToastKind, use_store};

/// How long a message stays that goes away by itself. Milliseconds.
const STAY: u32 = 6_000;

/// The messages of the store.
#[component]
pub fn Toasts() -> impl IntoView {
    let store = use_store();
    view! {
        <div class="toasts" aria-live="polite">
            <For each=move || store.toasts() key=|toast| toast.id let:toast>
                <Message toast />
            </For>
        </div>
    }
}

#[component]
fn Message(toast: Toast) -> impl IntoView {
    let store = use_store();
    let Toast { id, kind, text, detail, link } = toast;
    let aspect = match kind {
        ToastKind::Done => Aspect::Clear,
        ToastKind::Note => Aspect::Off,
        ToastKind::Problem => Aspect::Danger,
    };
    if kind != ToastKind::Problem {
        let timeout = StoredValue::new_local(Some(Timeout::new(STAY, move || store.dismiss(id))));
        on_cleanup(move || {
            timeout.try_update_value(Option::take);
        });
    }
    view! {
        <div class="toast" role=if kind == ToastKind::Problem { "alert" } else { "status" }>
            <AspectGlyph aspect />
            <span class="grow">
                <b>{text}</b>
                {detail.map(|detail| view! { <span class="ink2">" "{detail}</span> })}
            </span>
            {link
                .map(|(label, href)| {
                    view! {
                        <a class="btn btn--s" href=href on:click=move |_| store.dismiss(id)>
                            {label}
                        </a>
                    }
                })}
            <Button
                kind=ButtonKind::Quiet
                size=ButtonSize::Small
                icon=IconName::X
                label="Dismiss"
                on_press=move |()| store.dismiss(id)
            />
        </div>
    }
}
