//! The clauses of a rule or of a part of a group, edited as a list.

use leptos::prelude::*;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::targeting::limits::MOST_CLAUSES;
use signalbox_domain::targeting::{Clause, Weekday};

use super::draft::ClauseDraft;
use super::known_attributes;
use super::operator::{Operand, Operator};
use super::value::Operands;
use crate::components::{Button, ButtonKind, ButtonSize, FieldError, FilterChip, IconName};
use crate::state::use_store;

/// Clauses while they are edited. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Clauses {
    rows: RwSignal<Vec<Row>>,
    next_id: StoredValue<u32>,
    /// Whether saving was tried: from then on empty clauses are marked too.
    tried: RwSignal<bool>,
    /// The group that is edited, which cannot name itself.
    within: StoredValue<Option<SegmentKey>>,
}

/// A clause while it is typed.
#[derive(Clone, Copy)]
pub(super) struct Row {
    id: u32,
    pub(super) operator: RwSignal<String>,
    not: RwSignal<bool>,
    attribute: RwSignal<String>,
    pub(super) list: RwSignal<String>,
    pub(super) first: RwSignal<String>,
    pub(super) second: RwSignal<String>,
    pub(super) zone: RwSignal<String>,
    pub(super) days: RwSignal<Vec<Weekday>>,
    pub(super) segments: RwSignal<Vec<SegmentKey>>,
    pub(super) ignore_case: RwSignal<bool>,
}

impl Row {
    fn new(id: u32, draft: ClauseDraft) -> Self {
        Self {
            id,
            operator: RwSignal::new(draft.operator.key().to_owned()),
            not: RwSignal::new(draft.not),
            attribute: RwSignal::new(draft.attribute),
            list: RwSignal::new(draft.list),
            first: RwSignal::new(draft.first),
            second: RwSignal::new(draft.second),
            zone: RwSignal::new(draft.zone),
            days: RwSignal::new(draft.days),
            segments: RwSignal::new(draft.segments),
            ignore_case: RwSignal::new(draft.ignore_case),
        }
    }

    fn typed(self) -> ClauseDraft {
        ClauseDraft {
            operator: self.operator.with(|key| Operator::of_key(key)).unwrap_or_default(),
            not: self.not.get(),
            attribute: self.attribute.get(),
            list: self.list.get(),
            first: self.first.get(),
            second: self.second.get(),
            zone: self.zone.get(),
            days: self.days.get(),
            segments: self.segments.get(),
            ignore_case: self.ignore_case.get(),
        }
    }
}

impl Clauses {
    /// Begins with these.
    pub fn new<'a>(clauses: impl IntoIterator<Item = &'a Clause>) -> Self {
        let list = Self {
            rows: RwSignal::new(Vec::new()),
            next_id: StoredValue::new(0),
            tried: RwSignal::new(false),
            within: StoredValue::new(None),
        };
        list.replace(clauses);
        list
    }

    /// As clauses of this group, which cannot name itself.
    pub fn within(self, segment: Option<SegmentKey>) -> Self {
        self.within.set_value(segment);
        self
    }

    /// Begins anew with others.
    pub fn replace<'a>(&self, clauses: impl IntoIterator<Item = &'a Clause>) {
        let rows: Vec<_> = clauses.into_iter().map(|clause| Row::new(self.fresh_id(), clause.into())).collect();
        self.rows.set(rows);
        self.tried.set(false);
    }

    /// What was typed.
    pub fn typed(&self) -> Vec<ClauseDraft> {
        self.rows.get().into_iter().map(Row::typed).collect()
    }

    /// From now on clauses that were left empty are marked as well.
    pub fn mark(&self) {
        self.tried.set(true);
    }

    /// One more clause, of an attribute.
    pub fn add(&self) {
        self.push(ClauseDraft::default());
    }

    /// One more clause, that asks for groups.
    pub fn add_segments(&self) {
        self.push(ClauseDraft { operator: Operator::InSegment, ..ClauseDraft::default() });
    }

    fn push(&self, draft: ClauseDraft) {
        let row = Row::new(self.fresh_id(), draft);
        self.rows.update(|rows| rows.push(row));
    }

    fn remove(&self, id: u32) {
        self.rows.update(|rows| rows.retain(|row| row.id != id));
    }

    fn fresh_id(&self) -> u32 {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        id
    }
}

/// The rows of clauses, and the ways to add one.
#[component]
pub fn ClausesEditor(
    /// The clauses.
    clauses: Clauses,
    /// What they are, for screen readers.
    #[prop(into)]
    label: String,
    /// What stands between two of them: "and", "or".
    #[prop(into)]
    between: Signal<&'static str>,
) -> impl IntoView {
    let store = use_store();
    let known = Memo::new(move |_| known_attributes(store));
    let names = format!("attributes-{}", clauses.fresh_id());
    let list = names.clone();
    let full = Signal::derive(move || {
        (clauses.rows.with(Vec::len) >= MOST_CLAUSES).then(|| format!("At most {MOST_CLAUSES} conditions."))
    });
    view! {
        <datalist id=names>
            {move || known.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
        </datalist>
        <ol class="clauses" aria-label=label>
            <For each=move || clauses.rows.get() key=|row| row.id let:row>
                <ClauseRow clauses row between list=list.clone() />
            </For>
        </ol>
        <div class="row gap1">
            <Button size=ButtonSize::Small icon=IconName::Plus disabled=full on_press=move |()| clauses.add()>
                "Add condition"
            </Button>
            <Button
                size=ButtonSize::Small
                kind=ButtonKind::Quiet
                icon=IconName::Users
                disabled=full
                on_press=move |()| clauses.add_segments()
            >
                "Add group"
            </Button>
        </div>
    }
}

#[component]
fn ClauseRow(clauses: Clauses, row: Row, between: Signal<&'static str>, list: String) -> impl IntoView {
    let place = Memo::new(move |_| clauses.rows.with(|rows| rows.iter().position(|one| one.id == row.id)).unwrap_or(0));
    let number = move || place.get() + 1;
    let operator = Memo::new(move |_| row.operator.with(|key| Operator::of_key(key)).unwrap_or_default());
    let asks_group = Memo::new(move |_| operator.get().operand() == Operand::Segments);
    let tells_time = move || matches!(operator.get().operand(), Operand::Moment | Operand::Period | Operand::Weekly);
    let error = Signal::derive(move || {
        let draft = row.typed();
        draft.read().err().filter(|_| clauses.tried.get() || !draft.is_blank())
    });
    view! {
        <li class="clause" data-testid="clause">
            <span class="clause-and fs12 ink3">{move || if place.get() == 0 { "" } else { between.get() }}</span>
            <div class="clause-asks">
                <Show when=move || !asks_group.get()>
                    <label class="field clause-attribute">
                        <span class="sr">{move || format!("Attribute of condition {}", number())}</span>
                        <input
                            class="mono"
                            name="attribute"
                            list=list.clone()
                            autocomplete="off"
                            spellcheck="false"
                            placeholder=move || if tells_time() { "the time of the question" } else { "attribute" }
                            prop:value=move || row.attribute.get()
                            on:input=move |event| row.attribute.set(event_target_value(&event))
                        />
                    </label>
                </Show>
                <label class="field clause-operator">
                    <span class="sr">{move || format!("What condition {} asks", number())}</span>
                    <select name="operator" on:change=move |event| row.operator.set(event_target_value(&event))>
                        {Operator::FAMILIES
                            .into_iter()
                            .map(|(family, operators)| {
                                view! {
                                    <optgroup label=family>
                                        {operators
                                            .iter()
                                            .map(|one| {
                                                let one = *one;
                                                view! {
                                                    <option value=one.key() selected=move || operator.get() == one>
                                                        {move || one.words(row.not.get())}
                                                    </option>
                                                }
                                            })
                                            .collect_view()}
                                    </optgroup>
                                }
                            })
                            .collect_view()}
                    </select>
                </label>
                {move || {
                    let without = clauses.within.get_value();
                    view! { <Operands row operand=operator.get().operand() number=place.get_untracked() + 1 without /> }
                }}
                <FilterChip
                    label="Not"
                    pressed=row.not
                    on_press=move |()| row.not.update(|not| *not = !*not)
                />
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    icon=IconName::X
                    label="Remove condition"
                    on_press=move |()| clauses.remove(row.id)
                />
            </div>
            <FieldError error />
        </li>
    }
}
