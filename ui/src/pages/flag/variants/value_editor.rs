//! The editor of one value, by its kind.

use leptos::prelude::*;
use signalbox_domain::value::ValueKind;

/// What a kind of value is called.
pub const fn kind_words(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Boolean => "True or false",
        ValueKind::String => "Text",
        ValueKind::Integer => "Whole number",
        ValueKind::Float => "Number",
        ValueKind::Json => "JSON",
    }
}

/// The editor of one value: a choice, a field, or an area for JSON.
#[component]
pub fn ValueEditor(
    /// The kind of value.
    kind: ValueKind,
    /// The value as it is typed.
    value: RwSignal<String>,
    /// Whether something is wrong with it.
    #[prop(into)]
    wrong: Signal<bool>,
) -> impl IntoView {
    let invalid = move || wrong.get().then_some("true");
    let on_input = move |event: leptos::ev::Event| value.set(event_target_value(&event));
    match kind {
        ValueKind::Boolean => view! {
            <label class="field">
                <span class="sr">"Value"</span>
                <select name="value" on:change=move |event| value.set(event_target_value(&event))>
                    {["true", "false"]
                        .into_iter()
                        .map(|option| {
                            view! {
                                <option value=option selected=move || value.with(|value| value == option)>
                                    {option}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
        }
        .into_any(),
        ValueKind::Json => view! {
            <label class="field field--area" class:field--error=wrong>
                <span class="sr">"Value"</span>
                <textarea
                    class="mono"
                    name="value"
                    rows="4"
                    spellcheck="false"
                    prop:value=move || value.get()
                    aria-invalid=invalid
                    on:input=on_input
                ></textarea>
            </label>
        }
        .into_any(),
        ValueKind::String | ValueKind::Integer | ValueKind::Float => view! {
            <label class="field" class:field--error=wrong>
                <span class="sr">"Value"</span>
                <input
                    class=if kind == ValueKind::String { "" } else { "num" }
                    name="value"
                    inputmode=(kind != ValueKind::String).then_some("decimal")
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || value.get()
                    aria-invalid=invalid
                    on:input=on_input
                />
            </label>
        }
        .into_any(),
    }
}
