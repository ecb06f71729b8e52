//! Parts of the form of a rule: JSON Logic in place of conditions, and the rule read back as a sentence.

use leptos::prelude::*;
use serde_json::Value;
use signalbox_domain::targeting::Rule;

use crate::components::{FieldError, Icon, IconName, Segmented};
use crate::json::{self, JsonEditor};
use crate::pages::flag::targeting::rule_draft::Problems;
use crate::pages::flag::targeting::rule_form::Fields;
use crate::state::Segments;

/// What an expression begins with, to be changed.
const EXAMPLE: &str = "{\n  \"in\": [{ \"var\": \"country\" }, [\"DE\", \"AT\"]]\n}";

/// The choice between conditions and JSON Logic, and the editor of the latter.
#[component]
pub fn Logic(
    /// What is typed into the form.
    fields: Fields,
    /// What is wrong with the expression.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let typed = RwSignal::new(fields.logic.get_untracked().unwrap_or_else(|| EXAMPLE.to_owned()));
    let advanced = Memo::new(move |_| fields.logic.with(Option::is_some));
    Effect::new(move |_| {
        let text = typed.get();
        if fields.logic.with_untracked(Option::is_some) {
            fields.logic.set(Some(text));
        }
    });
    let fault = Signal::derive(move || typed.with(|text| json::read::<Value>(text).err()));
    // What the domain says of JSON that is well formed.
    let refused = Signal::derive(move || error.get().filter(|_| fault.with(Option::is_none)));
    view! {
        <div class="row rule-kind">
            <Segmented
                label="How it says who fits"
                options=Signal::stored(vec![(false, "Conditions".to_owned()), (true, "JSON Logic, advanced".to_owned())])
                value=Signal::derive(move || Some(advanced.get()))
                on_choose=move |logic: bool| fields.logic.set(logic.then(|| typed.get_untracked()))
            />
        </div>
        <Show when=move || advanced.get()>
            <JsonEditor label="JSON Logic" value=typed fault />
            <FieldError error=refused />
            <p class="hint">
                "In flagd's dialect. true fits; the key of a version gives that version; anything else does not fit."
            </p>
        </Show>
    }
}

/// The rule read back as a sentence, when nothing is wrong with it.
#[component]
pub fn ReadBack(
    /// What was typed, as a rule.
    rule: Memo<Result<Rule<String>, Problems>>,
    /// Names of groups.
    segments: Memo<Segments>,
) -> impl IntoView {
    let words = move || {
        rule.with(|rule| match rule {
            Ok(rule) => segments.with(|segments| rule.words(segments)),
            Err(_) => "Something is still missing.".into(),
        })
    };
    view! {
        <p class="read-back row top" role="status">
            <Icon name=IconName::Info class="ink3" />
            <span>{words}</span>
        </p>
    }
}
