//! Short fields and choices of a plan, whose values live in a draft.

use leptos::prelude::*;

use crate::components::FieldError;

/// A short text with its label.
#[component]
pub fn Entry(
    /// What belongs into it.
    #[prop(into)]
    label: Signal<String>,
    /// Its text.
    #[prop(into)]
    value: Signal<String>,
    /// Called with what was typed.
    #[prop(into)]
    on_type: Callback<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// After the value, such as `pp`.
    #[prop(optional, into)]
    unit: Signal<String>,
    /// What it shows while it is empty.
    #[prop(optional, into)]
    placeholder: Signal<String>,
    /// Words rather than a number.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    view! {
        <div class="entry" class:entry--wide=wide>
            <label>
                <span class="lbl">{move || label.get()}</span>
                <span class="field" class:field--error=move || error.with(Option::is_some)>
                    <input
                        class:num=!wide
                        autocomplete="off"
                        spellcheck="false"
                        placeholder=move || placeholder.get()
                        prop:value=move || value.get()
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        on:input=move |event| on_type.run(event_target_value(&event))
                    />
                    {move || {
                        unit.with(|unit| (!unit.is_empty()).then(|| view! { <span class="ink3 nowrap">{unit.clone()}</span> }))
                    }}
                </span>
            </label>
            <FieldError error />
        </div>
    }
}

/// A choice of one among several, with its label.
#[component]
pub fn Choice<Kind>(
    /// What is chosen.
    #[prop(into)]
    label: Signal<String>,
    /// What can be chosen, with its words.
    options: Vec<(Kind, &'static str)>,
    /// What is chosen now.
    #[prop(into)]
    value: Signal<Kind>,
    /// Called with another choice.
    #[prop(into)]
    on_choose: Callback<Kind>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Its words are short.
    #[prop(optional)]
    short: bool,
) -> impl IntoView
where
    Kind: Copy + PartialEq + Send + Sync + 'static,
{
    let kinds: Vec<_> = options.iter().map(|(kind, _)| *kind).collect();
    let choose = move |event| {
        let place = event_target_value(&event).parse::<usize>().ok();
        if let Some(kind) = place.and_then(|place| kinds.get(place).copied()) {
            on_choose.run(kind);
        }
    };
    view! {
        <div class="entry" class:entry--wide=!short>
            <label>
                <span class="lbl">{move || label.get()}</span>
                <span class="field" class:field--error=move || error.with(Option::is_some)>
                    <select aria-invalid=move || error.with(Option::is_some).then_some("true") on:change=choose>
                        {options
                            .into_iter()
                            .enumerate()
                            .map(|(place, (kind, words))| {
                                view! {
                                    <option value=place.to_string() selected=move || value.get() == kind>
                                        {words}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </span>
            </label>
            <FieldError error />
        </div>
    }
}
