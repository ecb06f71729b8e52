//! A sentence about the whole page.

use leptos::prelude::*;

use super::{Aspect, AspectGlyph, Icon, IconName};

/// A sentence about the whole page, in the tint of its aspect; an action may stand at its end (class `end`).
#[component]
pub fn Banner(
    /// What it is about; [`Aspect::Off`] for plain information.
    aspect: Aspect,
    /// The sentence.
    children: Children,
) -> impl IntoView {
    let tint = if aspect == Aspect::Off { "info" } else { aspect.name() };
    view! {
        <div class=format!("banner banner--{tint}") role="status">
            {if aspect == Aspect::Off {
                view! { <Icon name=IconName::Info class="banner-info" /> }.into_any()
            } else {
                view! { <AspectGlyph aspect /> }.into_any()
            }}
            {children()}
        </div>
    }
}
