//! Fields of forms: label, control, hint, and the error beside it.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

use super::{Aspect, AspectGlyph, Icon, IconName};

/// An id that no other element of the page has.
fn fresh_id() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("field-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// For `aria-describedby` of a control: its hint, where it has one, and its error.
fn described(id: &str, hinted: bool) -> String {
    if hinted { format!("{id}-hint {id}-error") } else { format!("{id}-error") }
}

/// What is wrong with a field, below it.
#[component]
pub fn FieldError(
    /// The sentence; nothing is shown without one.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// For `aria-describedby` of the field.
    #[prop(optional, into)]
    id: String,
) -> impl IntoView {
    view! {
        <div id=id class="field-error" aria-live="polite">
            {move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="hint hint--err">
                                <AspectGlyph aspect=Aspect::Danger />
                                {error}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// Label above a control, hint and error below it.
#[component]
fn Frame(
    id: String,
    label: String,
    note: Option<&'static str>,
    hint: Option<String>,
    error: Signal<Option<String>>,
    hide_label: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="form-field">
            <label class=if hide_label { "sr" } else { "lbl" } for=id.clone()>
                {label}
                {note.map(|note| view! { <span class="lbl-note">{note}</span> })}
            </label>
            {children()}
            {hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
            <FieldError error id=format!("{id}-error") />
        </div>
    }
}

/// A one-line text field.
#[component]
pub fn TextField(
    /// What belongs into it.
    #[prop(into)]
    label: String,
    /// Its text.
    value: RwSignal<String>,
    /// Beside the label, quiet: "Optional".
    #[prop(optional, into)]
    note: Option<&'static str>,
    /// Below the field.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What the field shows while it is empty.
    #[prop(optional, into)]
    placeholder: String,
    /// `text`, `password`, `search`, `number`, `date`, `url`.
    #[prop(default = "text")]
    kind: &'static str,
    /// An icon inside, at the front.
    #[prop(optional, into)]
    icon: Option<IconName>,
    /// After the value, such as `%`.
    #[prop(optional, into)]
    unit: Option<&'static str>,
    /// For keys: monospace, no spelling marks.
    #[prop(optional)]
    exact: bool,
    /// Takes the focus when a dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// The label is for screen readers only.
    #[prop(optional)]
    hide_label: bool,
    /// Read-only.
    #[prop(optional, into)]
    read_only: Signal<bool>,
    /// Called when the person, not the program, changes it.
    #[prop(optional, into)]
    on_type: Option<Callback<String>>,
) -> impl IntoView {
    let id = fresh_id();
    let described = described(&id, hint.is_some());
    view! {
        <Frame id=id.clone() label note hint error hide_label>
            <div class="field" class:field--error=move || error.with(Option::is_some)>
                {icon.map(|name| view! { <Icon name class="ink3" /> })}
                <input
                    id=id.clone()
                    type=kind
                    class:mono=exact
                    prop:value=move || value.get()
                    placeholder=placeholder
                    autofocus=autofocus
                    autocomplete="off"
                    spellcheck=exact.then_some("false")
                    readonly=move || read_only.get()
                    aria-required=required.then_some("true")
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        value.set(text.clone());
                        if let Some(on_type) = on_type {
                            on_type.run(text);
                        }
                    }
                />
                {unit.map(|unit| view! { <span class="ink3">{unit}</span> })}
            </div>
        </Frame>
    }
}

/// A text field of several lines.
#[component]
pub fn TextArea(
    /// What belongs into it.
    #[prop(into)]
    label: String,
    /// Its text.
    value: RwSignal<String>,
    /// Beside the label, quiet: "Required, kept in the history".
    #[prop(optional, into)]
    note: Option<&'static str>,
    /// Below the field.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What the field shows while it is empty.
    #[prop(optional, into)]
    placeholder: String,
    /// How many lines are visible.
    #[prop(default = 2)]
    rows: u32,
    /// For JSON: monospace, no spelling marks.
    #[prop(optional)]
    exact: bool,
    /// Takes the focus when a dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let id = fresh_id();
    let described = described(&id, hint.is_some());
    view! {
        <Frame id=id.clone() label note hint error hide_label=false>
            <div class="field field--area" class:field--error=move || error.with(Option::is_some)>
                <textarea
                    id=id.clone()
                    class:mono=exact
                    rows=rows
                    prop:value=move || value.get()
                    placeholder=placeholder
                    autofocus=autofocus
                    spellcheck=exact.then_some("false")
                    aria-required=required.then_some("true")
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described
                    on:input=move |event| value.set(event_target_value(&event))
                ></textarea>
            </div>
        </Frame>
    }
}

/// A choice of one among several, closed until it is pressed. `options` are value and label.
#[component]
pub fn Select(
    /// What is chosen.
    #[prop(into)]
    label: String,
    /// The value that is chosen.
    value: RwSignal<String>,
    /// Values with their labels.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// Beside the label, quiet.
    #[prop(optional, into)]
    note: Option<&'static str>,
    /// Below the field.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The label is for screen readers only.
    #[prop(optional)]
    hide_label: bool,
) -> impl IntoView {
    let id = fresh_id();
    let described = described(&id, hint.is_some());
    view! {
        <Frame id=id.clone() label note hint error hide_label>
            <div class="field" class:field--error=move || error.with(Option::is_some)>
                <select
                    id=id.clone()
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described
                    on:change=move |event| value.set(event_target_value(&event))
                >
                    {move || {
                        options
                            .get()
                            .into_iter()
                            .map(|(option, label)| {
                                let this = option.clone();
                                view! {
                                    <option value=option selected=move || value.get() == this>
                                        {label}
                                    </option>
                                }
                            })
                            .collect_view()
                    }}
                </select>
            </div>
        </Frame>
    }
}

/// A check box with its label.
#[component]
pub fn Checkbox(
    /// Whether it is checked.
    value: RwSignal<bool>,
    /// The label.
    children: Children,
) -> impl IntoView {
    view! {
        <label class="row check-row">
            <input
                type="checkbox"
                class="check"
                prop:checked=move || value.get()
                on:change=move |event| value.set(event_target_checked(&event))
            />
            <span>{children()}</span>
        </label>
    }
}
