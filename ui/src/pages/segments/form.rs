//! Who is in a group, edited: sets of conditions, people by name, and how many that are.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::targeting::limits::MOST_GROUPS;
use signalbox_domain::targeting::{self, Quantifier};
use signalbox_protocol::endpoint::{AtSegment, ChangeSegmentEndpoint};
use signalbox_protocol::wire::segment::{ChangeSegment, Segment};

use super::confirmation::of_change;
use super::draft::{Problems, SegmentDraft};
use super::uses::is_used_in_production;
use crate::clauses::{Clauses, ClausesEditor};
use crate::components::{
    Button, ButtonKind, ButtonSize, FieldError, IconName, Lockable, Segmented, TextArea, TextField,
};
use crate::pages::flag::base::{Base, closed};
use crate::pages::flag::change::{Confirming, sending};
use crate::pages::flag::form_foot::FormFoot;
use crate::state::{ToastKind, use_store};

/// What is typed into the form. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Fields {
    key: StoredValue<SegmentKey>,
    name: RwSignal<String>,
    description: RwSignal<String>,
    people: RwSignal<String>,
    sets: RwSignal<Vec<ConditionSet>>,
    next_id: StoredValue<u32>,
    included: RwSignal<String>,
    excluded: RwSignal<String>,
    base: Base<targeting::Segment<String>>,
    changed: Memo<bool>,
    /// What was typed, as a group.
    pub read: Memo<Result<targeting::Segment<String>, Problems>>,
}

/// A set of conditions while it is edited.
#[derive(Clone, Copy)]
struct ConditionSet {
    id: u32,
    quantifier: RwSignal<Quantifier>,
    clauses: Clauses,
}

/// What people decide of a group, as it stands.
pub fn content(segment: &Segment) -> targeting::Segment<String> {
    targeting::Segment {
        key: segment.key.clone(),
        name: segment.name.clone(),
        description: segment.description.clone(),
        people: segment.people,
        groups: segment.groups.clone(),
        included: segment.included.clone(),
        excluded: segment.excluded.clone(),
    }
}

impl Fields {
    /// Follows what the page shows, as long as nobody has typed.
    pub fn follow(segment: Memo<Arc<Segment>>) -> Self {
        let key = StoredValue::new(segment.with_untracked(|segment| segment.key.clone()));
        let text = || RwSignal::new(String::new());
        let (name, description, people, included, excluded) = (text(), text(), text(), text(), text());
        let sets = RwSignal::new(Vec::<ConditionSet>::new());
        let next_id = StoredValue::new(0);
        let seed = move |there: targeting::Segment<String>| {
            let draft = SegmentDraft::of(&there);
            name.set(draft.name);
            description.set(draft.description);
            people.set(draft.people);
            included.set(draft.included);
            excluded.set(draft.excluded);
            let set = |group: &targeting::Group| ConditionSet {
                id: fresh(next_id),
                quantifier: RwSignal::new(group.quantifier),
                clauses: Clauses::new(&group.clauses).within(Some(key.get_value())),
            };
            sets.set(there.groups.iter().map(set).collect());
        };
        seed(segment.with_untracked(|segment| content(segment)));
        let typed = move || SegmentDraft {
            name: name.get(),
            description: description.get(),
            people: people.get(),
            groups: sets.get().into_iter().map(|set| (set.quantifier.get(), set.clauses.typed())).collect(),
            included: included.get(),
            excluded: excluded.get(),
        };
        let latest = Memo::new(move |_| segment.with(|segment| (content(segment), segment.version)));
        let (base, changed) = Base::over(latest, move |there| typed() != SegmentDraft::of(there), seed);
        let read = Memo::new(move |_| typed().read(&key.get_value()));
        Self { key, name, description, people, sets, next_id, included, excluded, base, changed, read }
    }

    fn add(&self) {
        let clauses = Clauses::new([]).within(Some(self.key.get_value()));
        clauses.add();
        let set = ConditionSet { id: fresh(self.next_id), quantifier: RwSignal::new(Quantifier::All), clauses };
        self.sets.update(|sets| sets.push(set));
    }
}

fn fresh(next_id: StoredValue<u32>) -> u32 {
    let id = next_id.get_value();
    next_id.set_value(id + 1);
    id
}

/// The form, saved as a whole.
#[component]
pub fn SegmentForm(fields: Fields, segment: Memo<Arc<Segment>>) -> impl IntoView {
    let store = use_store();
    let Fields { name, description, people, sets, included, excluded, base, changed, read, .. } = fields;
    let tried = RwSignal::new(false);
    let problem = move |field: &'static str| {
        Signal::derive(move || {
            let problem = read.with(|read| read.as_ref().err().and_then(|problems| problems.get(field).cloned()));
            problem.filter(|_| tried.get() || field != "groups")
        })
    };
    let confirming = RwSignal::new(None::<targeting::Segment<String>>);
    let change = sending(move |reason| async move {
        let Some(wanted) = confirming.get_untracked() else { return Ok(()) };
        let at = segment
            .with_untracked(|segment| AtSegment { project: segment.project.clone(), segment: segment.key.clone() });
        let targeting::Segment { name, description, people, groups, included, excluded, .. } = wanted;
        let body = ChangeSegment { name, description, people, groups, included, excluded, reason };
        let changed = store.send::<ChangeSegmentEndpoint>(&at, &body, Some(base.version())).await?;
        store.put_segment(&changed);
        base.undo();
        tried.set(false);
        store.toast(ToastKind::Done, format!("{} is changed. All that name it follow at once.", changed.name));
        Ok(())
    });
    let save = move |()| {
        tried.set(true);
        sets.with_untracked(|sets| sets.iter().for_each(|set| set.clauses.mark()));
        confirming.set(read.get_untracked().ok());
    };
    let locked = Signal::derive(move || store.can_edit().err());
    let full = Signal::derive(move || {
        let full = sets.with(Vec::len) >= MOST_GROUPS;
        locked.get().or_else(|| full.then(|| format!("At most {MOST_GROUPS} sets.")))
    });
    let has_named =
        included.with_untracked(|people| !people.is_empty()) || excluded.with_untracked(|people| !people.is_empty());
    let says = move |wanted: &targeting::Segment<String>| {
        let before = segment.with(|segment| content(segment));
        let segments = store.segments();
        let production = segments.get(&before.key).is_some_and(|row| is_used_in_production(row, store));
        let used = segment.with(|segment| segment.used_by.len());
        of_change(&before, wanted, used, production, &segments)
    };
    view! {
        <section class="card" aria-labelledby="who-is-in">
            <div class="card-h">
                <h2 id="who-is-in">"Who is in it"</h2>
                <span class="ink3 fs12">
                    {move || match sets.with(Vec::len) {
                        0 => "Only who is named",
                        1 => "Whoever fits this, and whoever is named",
                        _ => "Whoever fits every set, and whoever is named",
                    }}
                </span>
                <span class="end">
                    <Button
                        size=ButtonSize::Small
                        icon=IconName::Plus
                        disabled=full
                        on_press=move |()| fields.add()
                    >
                        "Add conditions"
                    </Button>
                </span>
            </div>
            <Lockable reason=closed(changed, move || locked.get())>
            <ol class="sets">
                <For each=move || sets.get() key=|set| set.id let:set>
                    <SetRow set sets />
                </For>
            </ol>
            <div class="card-b">
                <FieldError error=problem("groups") />
                <details class="raw" open=has_named>
                    <summary class="m fs12 ink2">"People by name"</summary>
                    <div class="grid g2 group-people">
                        <TextArea
                            label="In, whatever they fit"
                            note="One key on each line"
                            value=included
                            exact=true
                            rows=6
                            error=problem("included")
                        />
                        <TextArea
                            label="Out, whatever they fit"
                            note="One key on each line"
                            value=excluded
                            exact=true
                            rows=6
                            error=problem("excluded")
                        />
                    </div>
                </details>
                <div class="form-grid group-about">
                    <TextField label="Name" value=name required=true error=problem("name") />
                    <TextField
                        label="About how many people are in it"
                        note="Optional"
                        value=people
                        placeholder="640"
                        error=problem("people")
                    />
                    <div class="form-wide">
                        <TextField
                            label="What it is for"
                            note="Optional"
                            value=description
                            error=problem("description")
                        />
                    </div>
                </div>
            </div>
            </Lockable>
            <FormFoot
                changed
                overtaken=Signal::derive(move || base.is_overtaken())
                save="Change the group…"
                disabled=locked
                opens="dialog"
                on_save=save
                on_undo=move |()| {
                    tried.set(false);
                    base.undo();
                }
            />
        </section>
        <Confirming asked=confirming send=change told=says />
    }
}

/// A set of conditions, of which all, any or none must hold.
#[component]
fn SetRow(set: ConditionSet, sets: RwSignal<Vec<ConditionSet>>) -> impl IntoView {
    let place = Memo::new(move |_| sets.with(|sets| sets.iter().position(|one| one.id == set.id)).unwrap_or(0));
    let between = Signal::derive(move || match set.quantifier.get() {
        Quantifier::All => "and",
        Quantifier::Any => "or",
        Quantifier::None => "nor",
    });
    view! {
        <li class="set" data-testid="set">
            <div class="row set-head">
                <span class="fs12 ink3 set-and">{move || if place.get() == 0 { "" } else { "and" }}</span>
                <Segmented
                    label="How many of these must hold"
                    options=Signal::stored(
                        vec![
                            (Quantifier::All, "All of these".to_owned()),
                            (Quantifier::Any, "Any of these".to_owned()),
                            (Quantifier::None, "None of these".to_owned()),
                        ],
                    )
                    value=Signal::derive(move || Some(set.quantifier.get()))
                    on_choose=move |quantifier| set.quantifier.set(quantifier)
                />
                <span class="end">
                    <Button
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                        icon=IconName::X
                        label="Remove this set"
                        on_press=move |()| sets.update(|sets| sets.retain(|one| one.id != set.id))
                    />
                </span>
            </div>
            <ClausesEditor clauses=set.clauses label="Conditions" between />
        </li>
    }
}
