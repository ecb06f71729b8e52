//! A secret that is shown this once.

use leptos::prelude::*;

use crate::components::{Aspect, Banner, CopyKey, TextField};

/// A secret that is shown this once, with a way to copy it and a plain warning.
#[component]
pub fn Secret(
    /// The secret.
    secret: String,
    /// What it opens, to whoever has it.
    children: Children,
) -> impl IntoView {
    let value = RwSignal::new(secret.clone());
    view! {
        <Banner aspect=Aspect::Caution>
            <span>
                <b>"Copy it now: it is not shown again."</b>
                " "
                {children()}
            </span>
        </Banner>
        <div class="secret">
            <TextField label="Secret" value exact=true read_only=true />
            <CopyKey text=secret what="secret" shown="Copy" />
        </div>
    }
}
