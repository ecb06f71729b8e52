//! The variants of a flag to make.

use leptos::prelude::*;
use serde_json::Value;
use signalbox_domain::flag::{MOST_VARIANTS, Variant};
use signalbox_domain::key::VariantKey;
use signalbox_domain::value::ValueKind;
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::components::{Button, ButtonKind, ButtonSize, IconName, TextField};
use crate::form::Problem;

/// A variant while it is typed.
#[derive(Clone, Copy)]
pub struct Draft {
    id: u32,
    key: RwSignal<String>,
    value: RwSignal<String>,
}

/// The variants while they are typed.
#[derive(Clone, Copy)]
pub struct Drafts {
    rows: RwSignal<Vec<Draft>>,
    /// Id of the one that those get who do not have the feature.
    off: RwSignal<u32>,
}

impl Drafts {
    /// Two variants without values, `on` and `off`.
    pub fn new() -> Self {
        let draft = |id, key: &str| Draft { id, key: RwSignal::new(key.into()), value: RwSignal::new(String::new()) };
        Self { rows: RwSignal::new(vec![draft(0, "on"), draft(1, "off")]), off: RwSignal::new(1) }
    }

    /// The variants and the one for who does not have the feature.
    ///
    /// # Errors
    /// What is wrong with which field, as the API would say it.
    pub fn read(&self, kind: ValueKind) -> Result<(Vec<Variant>, VariantKey), ErrorBody> {
        let rows: Vec<_> = self.rows.with_untracked(|rows| {
            rows.iter().map(|row| (row.id, row.key.get_untracked(), row.value.get_untracked())).collect()
        });
        let mut variants = Vec::with_capacity(rows.len());
        let mut off = None;
        for (place, (id, key, value)) in rows.into_iter().enumerate() {
            let wrong = |field: &str, message: String| {
                ErrorBody::new(ErrorCode::InvalidField, message).about(format!("variants[{place}].{field}"))
            };
            let key = VariantKey::new(key.trim()).map_err(|error| wrong("key", error.to_string()))?;
            let value = parse(kind, &value).map_err(|message| wrong("value", message))?;
            if id == self.off.get_untracked() {
                off = Some(key.clone());
            }
            variants.push(Variant { key, value });
        }
        let off = off.ok_or_else(|| {
            ErrorBody::new(ErrorCode::InvalidField, "choose what those get who do not have the feature")
                .about("off_variant")
        })?;
        Ok((variants, off))
    }
}

/// A typed text as a value of this kind.
fn parse(kind: ValueKind, text: &str) -> Result<Value, String> {
    let value = match kind {
        ValueKind::String => Value::String(text.to_owned()),
        _ => serde_json::from_str(text.trim()).map_err(|_| format!("must be {}", kind.in_words()))?,
    };
    kind.accept(value).map_err(|error| error.to_string())
}

/// The variants of a flag to make: key and value each, and which one is for who does not have the feature.
#[component]
pub fn VariantsEditor(
    /// The variants while they are typed.
    drafts: Drafts,
    /// The kind of their values.
    #[prop(into)]
    kind: Signal<ValueKind>,
    /// What was wrong at the last attempt.
    problem: Problem,
) -> impl IntoView {
    let Drafts { rows, off } = drafts;
    let next = StoredValue::new(2);
    let add = move || {
        let id = next.get_value();
        next.set_value(id + 1);
        rows.update(|rows| {
            rows.push(Draft { id, key: RwSignal::new(String::new()), value: RwSignal::new(String::new()) });
        });
    };
    let place = move |id| rows.with(|rows| rows.iter().position(|row| row.id == id).unwrap_or_default());
    let error = move |id, field: &'static str| {
        Signal::derive(move || problem.at(format!("variants[{}].{field}", place(id))).get())
    };
    let most =
        move || (rows.with(Vec::len) >= MOST_VARIANTS).then(|| format!("A flag has at most {MOST_VARIANTS} variants."));
    let few = move || (rows.with(Vec::len) < 2).then(|| "A flag keeps at least one variant.".to_owned());
    view! {
        <fieldset class="draft-variants">
            <legend class="lbl">
                "Variants" <span class="lbl-note">"What the flag can give; one is for people without the feature"</span>
            </legend>
            <For each=move || rows.get() key=|row| row.id let:row>
                <div class="draft-variant">
                    <TextField label="Variant" value=row.key exact=true error=error(row.id, "key") hide_label=true placeholder="Key" />
                    <TextField
                        label="Value"
                        value=row.value
                        exact=true
                        hide_label=true
                        error=error(row.id, "value")
                        placeholder=example(kind.get_untracked())
                    />
                    <label class="row check-row fs12 ink2">
                        <input
                            type="radio"
                            name="off-variant"
                            class="check radio"
                            prop:checked=move || off.get() == row.id
                            on:change=move |_| off.set(row.id)
                        />
                        "When off"
                    </label>
                    <Button
                        kind=ButtonKind::Quiet
                        icon=IconName::X
                        label="Remove this variant"
                        disabled=Signal::derive(few)
                        on_press=move |()| rows.update(|rows| rows.retain(|one| one.id != row.id))
                    />
                </div>
            </For>
            <Button size=ButtonSize::Small icon=IconName::Plus disabled=Signal::derive(most) on_press=move |()| add()>
                "Add a variant"
            </Button>
        </fieldset>
    }
}

/// What an empty value field shows.
fn example(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Boolean => "true",
        ValueKind::String => "Text",
        ValueKind::Integer => "10",
        ValueKind::Float => "0.5",
        ValueKind::Json => "{\"limit\": 10}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn typed_values_are_read_by_kind() {
        let check = |kind, text, expect: Result<Value, &str>| {
            assert_eq!(parse(kind, text), expect.map_err(str::to_owned), "{text}");
        };
        check(ValueKind::String, "10", Ok(json!("10")));
        check(ValueKind::Integer, " 10 ", Ok(json!(10)));
        check(ValueKind::Integer, "ten", Err("must be a whole number"));
        check(ValueKind::Float, "1", Ok(json!(1.0)));
        check(ValueKind::Json, "{\"a\": [1]}", Ok(json!({"a": [1]})));
        check(ValueKind::Json, "1", Err("must be a JSON object or array"));
        check(ValueKind::Boolean, "true", Ok(json!(true)));
    }
}
