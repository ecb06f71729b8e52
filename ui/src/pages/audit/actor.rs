//! Who did something, as a mark beside their name.

use leptos::prelude::*;
use signalbox_domain::key::ActorId;

use crate::components::{Avatar, Icon, IconName};

/// Initials of a person, or a cog for Signalbox itself; silent, since the name stands beside it.
#[component]
pub fn ActorMark(
    /// Who.
    actor: ActorId,
    /// What they are called.
    name: String,
) -> impl IntoView {
    match actor {
        ActorId::System => view! {
            <span class="ava" aria-hidden="true">
                <Icon name=IconName::Settings small=true />
            </span>
        }
        .into_any(),
        ActorId::Token(_) => view! { <Avatar name /> }.into_any(),
    }
}
