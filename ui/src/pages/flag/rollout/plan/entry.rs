//! Short fields and choices of a plan, whose values live in a draft.

use leptos::prelude::*;

use crate::components::FieldError;

/// A part of a draft, for a field: what it is, and how another one is put in its place.
#[derive(Clone, Copy)]
pub struct Held<Value: Send + Sync + 'static> {
    value: Signal<Value>,
    put: Callback<Value>,
}

impl<Value: Clone + Send + Sync + 'static> Held<Value> {
    /// What it is, and what puts another one in its place.
    pub fn new(value: Signal<Value>, put: impl Fn(Value) + Send + Sync + 'static) -> Self {
        Self { value, put: Callback::new(put) }
    }

    /// A part of a draft that is there all the time.
    pub fn part_of<Draft>(draft: RwSignal<Draft>, part: fn(&mut Draft) -> &mut Value) -> Self
    where
        Draft: Clone + Send + Sync + 'static,
    {
        let value = Signal::derive(move || part(&mut draft.get()).clone());
        Self::new(value, move |value| draft.update(|draft| *part(draft) = value))
    }
}

/// A short text with its label.
#[component]
pub fn Entry(
    /// What belongs into it.
    #[prop(into)]
    label: Signal<String>,
    /// Its text.
    held: Held<String>,
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
                        prop:value=move || held.value.get()
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        on:input=move |event| held.put.run(event_target_value(&event))
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

/// A few lines of text; its label is for screen readers, since a heading stands above.
#[component]
pub fn Passage(
    /// What belongs into it.
    label: &'static str,
    /// Its text.
    held: Held<String>,
    /// What is wrong with it.
    error: Signal<Option<String>>,
    /// What it shows while it is empty.
    placeholder: &'static str,
) -> impl IntoView {
    view! {
        <label class="field field--area plan-passage" class:field--error=move || error.with(Option::is_some)>
            <span class="sr">{label}</span>
            <textarea
                rows="2"
                placeholder=placeholder
                prop:value=move || held.value.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                on:input=move |event| held.put.run(event_target_value(&event))
            ></textarea>
        </label>
        <FieldError error />
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
    held: Held<Kind>,
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
            held.put.run(kind);
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
                                    <option value=place.to_string() selected=move || held.value.get() == kind>
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

/// A check box with its label.
#[component]
pub fn Tick(
    /// Whether it is checked.
    held: Held<bool>,
    /// The label.
    children: Children,
) -> impl IntoView {
    view! {
        <label class="row check-row entry-tick">
            <input
                type="checkbox"
                class="check"
                prop:checked=move || held.value.get()
                on:change=move |event| held.put.run(event_target_checked(&event))
            />
            <span>{children()}</span>
        </label>
    }
}
