//! Fields that can only be looked at while there is a reason.

use leptos::prelude::*;

use super::{Icon, IconName};

/// Fields that can only be looked at while there is a reason, which stands below them.
#[component]
pub fn Lockable(
    /// Why nothing can be typed, if so.
    #[prop(into)]
    reason: Signal<Option<String>>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    view! {
        <fieldset class="lockable" disabled=move || reason.with(Option::is_some)>
            {children()}
        </fieldset>
        {move || {
            reason
                .get()
                .map(|reason| {
                    view! {
                        <p class="row fs12 ink2 lock-reason">
                            <Icon name=IconName::Lock small=true class="ink3" />
                            <span>{reason}</span>
                        </p>
                    }
                })
        }}
    }
}
