//! The editor of a JSON text.

use leptos::prelude::*;

use super::Fault;
use crate::components::FieldError;

/// Fewest and most lines that are visible.
const LINES: (usize, usize) = (4, 22);

/// A JSON text with numbered lines; the line that is wrong is marked, and what is wrong stands below.
#[component]
pub fn JsonEditor(
    /// What it is, for screen readers.
    #[prop(into)]
    label: String,
    /// The text.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(into)]
    fault: Signal<Option<Fault>>,
) -> impl IntoView {
    let count = Memo::new(move |_| value.with(|text| text.split('\n').count()));
    let wrong = Memo::new(move |_| fault.with(|fault| fault.as_ref().and_then(|fault| fault.line)));
    let rows = move || count.get().clamp(LINES.0, LINES.1).to_string();
    let error = Signal::derive(move || fault.with(|fault| fault.as_ref().map(Fault::sentence)));
    view! {
        <div class="json" class:json--wrong=move || fault.with(Option::is_some)>
            <div class="json-lines">
                <ol class="json-numbers mono" aria-hidden="true">
                    {move || {
                        (1..=count.get())
                            .map(|line| {
                                view! { <li class:danger=move || wrong.get() == Some(line)>{line}</li> }
                            })
                            .collect_view()
                    }}
                </ol>
                <textarea
                    class="mono"
                    aria-label=label
                    rows=rows
                    wrap="off"
                    spellcheck="false"
                    autocapitalize="off"
                    prop:value=move || value.get()
                    style:height=move || format!("calc({} * 1.5em)", count.get().max(LINES.0))
                    aria-invalid=move || fault.with(Option::is_some).then_some("true")
                    on:input=move |event| value.set(event_target_value(&event))
                ></textarea>
            </div>
        </div>
        <FieldError error />
    }
}
