//! Loading, empty and failed parts of a page.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::{Aspect, AspectGlyph, Button, ButtonSize};
use crate::form::sentence;

/// Shows its children after 200 ms: nothing flashes when the wait is short.
#[component]
pub fn Waiting(
    /// What to show to who waits: a skeleton in the final layout.
    children: ChildrenFn,
) -> impl IntoView {
    let long = RwSignal::new(false);
    let timeout = StoredValue::new_local(Some(Timeout::new(200, move || long.set(true))));
    on_cleanup(move || {
        // Dropping it cancels it.
        timeout.try_update_value(Option::take);
    });
    view! {
        <div aria-busy="true">
            <span class="sr" role="status">"Loading"</span>
            <Show when=move || long.get()>{children()}</Show>
        </div>
    }
}

/// Rows of a table or list that are not here yet, after 200 ms.
#[component]
pub fn SkeletonRows(
    /// How many.
    #[prop(default = 6)]
    count: usize,
) -> impl IntoView {
    const WIDTHS: [(u32, u32); 4] = [(38, 90), (29, 70), (44, 90), (33, 60)];
    view! {
        <Waiting>
            {WIDTHS
                .into_iter()
                .cycle()
                .take(count)
                .map(|(name, side)| {
                    view! {
                        <div class="skrow">
                            <span class="skel skel--disc"></span>
                            <span class="grow">
                                <span class="skel skel--line" style:width=format!("{name}%")></span>
                            </span>
                            <span class="skel" style:width=format!("{side}px")></span>
                        </div>
                    }
                })
                .collect_view()}
        </Waiting>
    }
}

/// What belongs here, and how it begins. Children: one button.
#[component]
pub fn Empty(
    /// What is not here.
    #[prop(into)]
    title: String,
    /// One sentence on what belongs here.
    #[prop(into)]
    text: String,
    /// One button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="mt" aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
                <i></i>
                <i></i>
            </span>
            <b class="empty-title">{title}</b>
            <span class="fs12">{text}</span>
            {children.map(|children| view! { <span class="row empty-act">{children()}</span> })}
        </div>
    }
}

/// What failed, whether people are affected, and a way to try again.
#[component]
pub fn Failed(
    /// What failed: "Could not load the flag".
    #[prop(into)]
    title: String,
    /// Why.
    #[prop(into)]
    error: ErrorBody,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    // A server that does not answer is no fault of what is asked for: that is unknown, which is another sign.
    let unknown = error.error.code == ErrorCode::Unavailable;
    let rest = if unknown {
        " This is not kept here, so try again when it answers."
    } else {
        " Nothing was changed; releases stay as they are."
    };
    view! {
        <div class="empty" role="alert">
            <AspectGlyph aspect=if unknown { Aspect::Dark } else { Aspect::Danger } />
            <b class="empty-title">{title}</b>
            <span class="fs12">
                {sentence(&error.error.message, "")} {rest}
            </span>
            <span class="row empty-act">
                <Button size=ButtonSize::Small on_press=on_retry>
                    "Try again"
                </Button>
            </span>
        </div>
    }
}
