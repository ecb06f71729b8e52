//! What something new is called, and its key.

use leptos::prelude::*;

use super::TextField;
use crate::form::{Problem, key_from_name};

/// Fields for the name and the key of something new. The key follows the name until somebody types another.
#[component]
pub fn NameAndKey(
    /// The name.
    name: RwSignal<String>,
    /// The key.
    key: RwSignal<String>,
    /// What the name shows while it is empty.
    #[prop(optional)]
    placeholder: &'static str,
    /// What the key is for.
    hint: &'static str,
    /// What is wrong, by the fields `name` and `key`.
    problem: Problem,
) -> impl IntoView {
    let key_is_own = RwSignal::new(false);
    view! {
        <TextField
            label="Name"
            value=name
            required=true
            autofocus=true
            placeholder
            error=problem.at("name")
            on_type=move |name: String| {
                if !key_is_own.get_untracked() {
                    key.set(key_from_name(&name));
                }
            }
        />
        <TextField
            label="Key"
            value=key
            exact=true
            required=true
            hint
            error=problem.at("key")
            on_type=move |_: String| key_is_own.set(true)
        />
    }
}
