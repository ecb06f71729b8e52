//! The fields for what is known of a person who is checked.

use std::collections::BTreeSet;

use leptos::prelude::*;
use signalbox_domain::targeting::TARGETING_KEY;

use crate::components::{Button, ButtonKind, ButtonSize, FieldError, Icon, IconName};
use crate::json::{Fault, JsonEditor};
use crate::pages::flag::targeting::known::{Context, Kind, Typed, context, fields, of_json};

/// An attribute while it is typed.
#[derive(Clone, Copy)]
struct Row {
    id: u32,
    name: RwSignal<String>,
    kind: RwSignal<Kind>,
    value: RwSignal<String>,
    wrong: RwSignal<Option<String>>,
}

/// What is typed of a person: in fields, or as JSON. Copies share the same state.
#[derive(Clone, Copy)]
pub struct KnownFields {
    key: RwSignal<String>,
    rows: RwSignal<Vec<Row>>,
    next_id: StoredValue<u32>,
    /// The attributes that were put in of themselves.
    offered: StoredValue<BTreeSet<String>>,
    /// Whether it is typed as JSON.
    as_json: RwSignal<bool>,
    text: RwSignal<String>,
    /// What the rows live as long as: they outlive the view in which they were added.
    owner: StoredValue<Owner>,
    fault: RwSignal<Option<Fault>>,
}

impl KnownFields {
    /// No fields yet.
    pub fn new() -> Self {
        Self {
            key: RwSignal::new(String::new()),
            rows: RwSignal::new(Vec::new()),
            next_id: StoredValue::new(0),
            offered: StoredValue::new(BTreeSet::new()),
            as_json: RwSignal::new(false),
            text: RwSignal::new(String::new()),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            fault: RwSignal::new(None),
        }
    }

    /// Puts in fields for these attributes, each once: one that the person has removed does not come back.
    pub fn offer(&self, attributes: &BTreeSet<String>) {
        let fresh: Vec<_> = self
            .offered
            .with_value(|offered| attributes.iter().filter(|name| !offered.contains(*name)).cloned().collect());
        self.offered.update_value(|offered| offered.extend(fresh.iter().cloned()));
        let is_there = |name: &String| {
            self.rows.with_untracked(|rows| rows.iter().any(|row| row.name.with_untracked(|known| known == name)))
        };
        for name in fresh.into_iter().filter(|name| !is_there(name)) {
            self.add(Typed { name, kind: Kind::Text, value: String::new() });
        }
    }

    fn add(&self, Typed { name, kind, value }: Typed) {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        let row = || Row {
            id,
            name: RwSignal::new(name),
            kind: RwSignal::new(kind),
            value: RwSignal::new(value),
            wrong: RwSignal::new(None),
        };
        let row = self.owner.with_value(|owner| owner.with(row));
        self.rows.update(|rows| rows.push(row));
    }

    /// What was typed; nothing where it cannot be read, which then stands at its place.
    pub fn read(&self) -> Option<Context> {
        if self.as_json.get_untracked() {
            let read = self.text.with_untracked(|text| of_json(text));
            self.fault.set(read.as_ref().err().cloned());
            return read.ok();
        }
        let rows = self.rows.get_untracked();
        let typed: Vec<_> = rows
            .iter()
            .map(|row| Typed {
                name: row.name.get_untracked(),
                kind: row.kind.get_untracked(),
                value: row.value.get_untracked(),
            })
            .collect();
        let read = self.key.with_untracked(|key| context(key, &typed));
        let wrong = read.as_ref().err();
        for (place, row) in rows.iter().enumerate() {
            row.wrong.set(wrong.filter(|(at, _)| *at == place).map(|(_, message)| message.clone()));
        }
        read.ok()
    }

    /// From fields to JSON and back, as far as what was typed can be read.
    fn turn(&self) {
        let Some(known) = self.read() else { return };
        if self.as_json.get_untracked() {
            let (key, rows) = fields(&known);
            self.key.set(key);
            self.rows.set(Vec::new());
            rows.into_iter().for_each(|typed| self.add(typed));
            self.as_json.set(false);
        } else {
            // A place for the key, to be filled in.
            let mut known = known;
            known.entry(TARGETING_KEY).or_insert_with(|| "".into());
            let text = serde_json::to_string_pretty(&known).unwrap_or_default();
            self.fault.set(None);
            self.text.set(text);
            self.as_json.set(true);
        }
    }
}

/// The key of the person and what else is known, with a button that asks.
#[component]
pub fn KnownForm(
    /// What is typed.
    known: KnownFields,
    /// The button that asks.
    children: ChildrenFn,
) -> impl IntoView {
    let is_open = Memo::new(move |_| known.rows.with(|rows| !rows.is_empty()));
    let children = StoredValue::new(children);
    let turn = move |label: &'static str| {
        view! {
            <Button kind=ButtonKind::Quiet size=ButtonSize::Small on_press=move |()| known.turn()>
                {label}
            </Button>
        }
    };
    move || {
        if known.as_json.get() {
            return view! {
                <div class="row">
                    <span class="lbl check-label">"What an application sends"</span>
                    <span class="end">{turn("As fields")}</span>
                </div>
                <JsonEditor label="What an application sends, as JSON" value=known.text fault=known.fault />
                <div class="check-ask">{children.with_value(|children| children())}</div>
            }
            .into_any();
        }
        view! {
            <div class="row">
                <label class="field grow">
                    <Icon name=IconName::User class="ink3" />
                    <span class="sr">"The key that applications send for the person"</span>
                    <input
                        class="mono"
                        name="person"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder="key, such as customer-204417"
                        prop:value=move || known.key.get()
                        on:input=move |event| known.key.set(event_target_value(&event))
                    />
                </label>
                {children.with_value(|children| children())}
            </div>
            <details class="check-known" open=move || is_open.get()>
                <summary class="fs12 ink2">"What else is known of them"</summary>
                <div class="check-rows">
                    <For each=move || known.rows.get() key=|row| row.id let:row>
                        <KnownRow row rows=known.rows />
                    </For>
                </div>
                <div class="row">
                    <Button
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                        icon=IconName::Plus
                        on_press=move |()| known.add(Typed {
                            name: String::new(),
                            kind: Kind::Text,
                            value: String::new(),
                        })
                    >
                        "Add attribute"
                    </Button>
                    <span class="end">{turn("As JSON")}</span>
                </div>
            </details>
        }
        .into_any()
    }
}

#[component]
fn KnownRow(row: Row, rows: RwSignal<Vec<Row>>) -> impl IntoView {
    let of = move |what: &str| {
        let name = row.name.get();
        if name.trim().is_empty() { format!("{what} of an attribute") } else { format!("{what} of {name}") }
    };
    let error_id = format!("known-{}", row.id);
    let described = error_id.clone();
    view! {
        <div>
            <div class="row gap1">
                <label class="field check-name">
                    <span class="sr">"Attribute"</span>
                    <input
                        class="mono"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder="attribute"
                        title=move || row.name.get()
                        prop:value=move || row.name.get()
                        on:input=move |event| row.name.set(event_target_value(&event))
                    />
                </label>
                <label class="field grow" class:field--error=move || row.wrong.with(Option::is_some)>
                    <span class="sr">{move || of("Value")}</span>
                    <input
                        autocomplete="off"
                        spellcheck="false"
                        placeholder=move || if row.kind.get() == Kind::YesNo { "true or false" } else { "value" }
                        prop:value=move || row.value.get()
                        aria-invalid=move || row.wrong.with(Option::is_some).then_some("true")
                        aria-describedby=described
                        on:input=move |event| {
                            row.value.set(event_target_value(&event));
                            row.wrong.set(None);
                        }
                    />
                </label>
                <label class="field check-kind fs12">
                    <span class="sr">{move || of("Type")}</span>
                    <select on:change=move |event| {
                        row.kind.set(Kind::of(&event_target_value(&event)));
                        row.wrong.set(None);
                    }>
                        {Kind::ALL
                            .into_iter()
                            .map(|(kind, name, label)| {
                                view! {
                                    <option value=name selected=move || row.kind.get() == kind>
                                        {label}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </label>
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    icon=IconName::X
                    label="Remove attribute"
                    on_press=move |()| rows.update(|rows| rows.retain(|one| one.id != row.id))
                />
            </div>
            <FieldError error=row.wrong id=error_id />
        </div>
    }
}
