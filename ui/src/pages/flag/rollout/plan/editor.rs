//! The rows of a plan: whom each stage lets in, with live people counts and errors beside the fields.

use leptos::prelude::*;
use signalbox_domain::guard::{Begin, Guard, Wanted};
use signalbox_domain::key::SegmentKey;
use signalbox_domain::rollout::Stage;

use crate::components::{Button, ButtonKind, ButtonSize, FieldError, Icon, IconName, Select};
use crate::form::Problem;
use crate::pages::flag::crowd::{Crowd, figure};
use crate::pages::flag::percent;
use crate::pages::flag::rollout::plan::figure::Figure;
use crate::pages::flag::rollout::plan::gate_draft::GateDraft;
use crate::pages::flag::rollout::plan::gate_fields::GateFields;
use crate::pages::flag::rollout::plan::guard_draft::GuardDraft;
use crate::pages::flag::rollout::plan::measured::Measured;
use crate::pages::flag::rollout::plan::preview::{Counted, PlanPreview, Remedy};
use crate::pages::flag::rollout::plan::rows::{Checked, Floor, LetsIn, StageRow, check, shown_at, suggested};
use crate::pages::flag::rollout::plan::starts::Start;
use crate::segment_picker::SegmentPicker;
use crate::state::use_store;

/// A plan while it is edited.
#[derive(Clone, Copy)]
pub struct Editor {
    rows: RwSignal<Vec<Row>>,
    /// How its rollouts are watched, as it is typed.
    pub(super) guard: RwSignal<GuardDraft>,
    next_id: StoredValue<u32>,
    /// Who has the feature before the first stage, and of how many people.
    ground: RwSignal<(Floor, Crowd)>,
    checked: Memo<Checked>,
    /// Whether saving was tried: from then on empty fields are marked too.
    tried: RwSignal<bool>,
    /// What the server said.
    pub fault: Problem,
}

/// What a plan comes to: its stages, and how its rollouts are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Stages from first to last.
    pub stages: Vec<Stage<String>>,
    /// What is measured, and what goes by itself.
    pub guard: Guard,
}

/// A stage while it is typed.
#[derive(Clone, Copy)]
struct Row {
    id: u32,
    name: RwSignal<String>,
    lets_in: RwSignal<String>,
    share: RwSignal<String>,
    people: RwSignal<String>,
    groups: RwSignal<Vec<SegmentKey>>,
    gate: RwSignal<GateDraft>,
    passed: StoredValue<Option<Stage<String>>>,
}

const SHARE: &str = "share";
const NAMED: &str = "named";
const GROUPS: &str = "groups";

impl Row {
    fn new(id: u32, row: StageRow) -> Self {
        let lets_in = match row.lets_in {
            LetsIn::Share => SHARE,
            LetsIn::Named => NAMED,
            LetsIn::Groups => GROUPS,
        };
        Self {
            id,
            name: RwSignal::new(row.name),
            lets_in: RwSignal::new(lets_in.to_owned()),
            share: RwSignal::new(row.share),
            people: RwSignal::new(row.people),
            groups: RwSignal::new(row.groups),
            gate: RwSignal::new(row.gate),
            passed: StoredValue::new(row.passed),
        }
    }

    fn is_passed(self) -> bool {
        self.passed.with_value(Option::is_some)
    }

    fn typed(self) -> StageRow {
        StageRow {
            name: self.name.get(),
            lets_in: self.lets_in.with(|lets_in| match lets_in.as_str() {
                NAMED => LetsIn::Named,
                GROUPS => LetsIn::Groups,
                _ => LetsIn::Share,
            }),
            share: self.share.get(),
            people: self.people.get(),
            groups: self.groups.get(),
            gate: self.gate.get(),
            passed: self.passed.get_value(),
        }
    }
}

impl Editor {
    /// Begins with these stages, watched like this.
    pub fn new(rows: Vec<StageRow>, guard: Guard, floor: Floor, crowd: Crowd) -> Self {
        let rows: Vec<_> = (0..).zip(rows).map(|(id, row)| Row::new(id, row)).collect();
        let next_id = StoredValue::new(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        let rows = RwSignal::new(rows);
        let ground = RwSignal::new((floor, crowd));
        let store = use_store();
        let guard = RwSignal::new(GuardDraft::from(guard));
        let checked = Memo::new(move |_| {
            let typed: Vec<_> = rows.get().into_iter().map(Row::typed).collect();
            let (floor, crowd) = ground.get();
            guard.with(|guard| check(&typed, guard, floor, crowd, &store.segments()))
        });
        Self { rows, guard, next_id, ground, checked, tried: RwSignal::new(false), fault: Problem::new() }
    }

    /// The plan, when nothing is wrong with it; else marks what is.
    pub fn finished(&self) -> Option<Planned> {
        self.tried.set(true);
        self.fault.clear();
        untrack(|| self.planned())
    }

    /// The plan as it is typed, when nothing is wrong with it.
    pub fn planned(&self) -> Option<Planned> {
        self.checked.with(|checked| Some(Planned { stages: checked.stages.clone()?, guard: checked.guard.clone() }))
    }

    /// Begins anew with another plan.
    pub fn begin_from(&self, stages: Vec<Stage<String>>, guard: Guard) {
        self.replace(stages.into_iter().map(StageRow::from).collect());
        self.guard.set(GuardDraft::from(guard));
    }

    /// Begins anew with one of the usual lines.
    pub fn start(&self, start: Start, groups: &[SegmentKey]) {
        let (rows, guard) = start.begin(self.floor(), &self.guard.get_untracked(), groups);
        self.replace(rows);
        self.guard.set(guard);
    }

    /// Begins anew with other stages.
    fn replace(&self, rows: Vec<StageRow>) {
        let rows = rows.into_iter().map(|row| Row::new(self.fresh_id(), row)).collect();
        self.fault.clear();
        self.tried.set(false);
        self.rows.set(rows);
    }

    /// It is for other people now, of whom others have the feature before the first stage.
    pub fn stand_on(&self, floor: Floor, crowd: Crowd) {
        self.ground.set((floor, crowd));
    }

    fn floor(&self) -> Floor {
        self.ground.get_untracked().0
    }

    fn add(&self) {
        let typed: Vec<_> = untrack(|| self.rows.get().into_iter().map(Row::typed).collect());
        let row = Row::new(self.fresh_id(), suggested(&typed, self.floor()));
        self.rows.update(|rows| rows.push(row));
    }

    fn remove(&self, id: u32) {
        self.rows.update(|rows| rows.retain(|row| row.id != id));
    }

    /// Moves a stage one place; stages that were passed stay where they are.
    fn shift(&self, id: u32, down: bool) {
        self.rows.update(|rows| {
            let Some(place) = rows.iter().position(|row| row.id == id) else { return };
            let Some(other) = (if down { place.checked_add(1) } else { place.checked_sub(1) }) else { return };
            if rows.get(other).is_some_and(|row| !row.is_passed()) {
                rows.swap(place, other);
            }
        });
    }

    /// Mends one stage.
    fn mend(&self, place: usize, remedy: Remedy) {
        let Some(row) = self.rows.with_untracked(|rows| rows.get(place).copied()) else { return };
        match remedy {
            Remedy::Margins(margins) => row.gate.update(|gate| {
                gate.margins.extend(margins.into_iter().map(|(metric, margin)| (metric, Figure::Kept(margin))));
            }),
            Remedy::Share(share) => row.share.set(percent::typed(share)),
            Remedy::NotHarmful => row.gate.update(|gate| gate.evidence = Wanted::NotHarmful),
        }
    }

    fn fresh_id(&self) -> u32 {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        id
    }

    /// The guard as far as it can be read.
    pub(super) fn guard_as_typed(&self) -> Guard {
        self.checked.with(|checked| checked.guard.clone())
    }

    /// What is wrong with exactly this part: as typed, else what the server said about it.
    pub(super) fn problem_at(&self, path: &str) -> Option<String> {
        let here = self.checked.with(|checked| checked.problems.get(path).cloned());
        here.or_else(|| self.fault.about(|field| shown_at(field) == path))
    }

    /// Whether anything below this path is wrong.
    pub(super) fn has_problem(&self, below: &str) -> bool {
        let here = self.checked.with(|checked| checked.problems.keys().any(|path| path.starts_with(below)));
        here || self.fault.about(|field| field.starts_with(below)).is_some()
    }

    /// What is wrong with a field: as typed, else what the server said about it.
    pub(super) fn error(
        &self,
        path: impl Fn() -> String + Send + Sync + 'static,
        is_empty: Signal<bool>,
    ) -> Signal<Option<String>> {
        let editor = *self;
        Signal::derive(move || {
            let path = path();
            let here = editor.checked.with(|checked| checked.problems.get(&path).cloned());
            // An empty field is no error before somebody tries to save it.
            let here = here.filter(|_| editor.tried.get() || !is_empty.get());
            here.or_else(|| editor.fault.about(|field| shown_at(field) == path))
        })
    }
}

/// The rows of a plan.
#[component]
pub fn PlanEditor(
    /// The plan.
    editor: Editor,
    /// From where and when it goes on, for how long it takes.
    #[prop(into)]
    begin: Signal<Begin>,
    /// What production tells about who comes, and what is usual.
    #[prop(into)]
    counted: Signal<Counted>,
    /// Whether the rollout is under way: what is measured is fixed then.
    #[prop(optional)]
    under_way: bool,
) -> impl IntoView {
    let whole = Signal::derive(move || {
        let here = editor.checked.with(|checked| checked.problems.get("stages").cloned());
        let elsewhere = || editor.fault.about(|field| field.starts_with("guard.")).is_none();
        here.or_else(|| editor.fault.beside("stages").filter(|_| elsewhere()))
    });
    view! {
        <ol class="plan-rows" aria-label="Stages">
            <For each=move || editor.rows.get() key=|row| row.id let:row>
                <PlanRow editor row />
            </For>
        </ol>
        <div class="plan-add row">
            <Button size=ButtonSize::Small icon=IconName::Plus on_press=move |()| editor.add()>
                "Add stage"
            </Button>
            <FieldError error=whole />
        </div>
        <Measured editor fixed=under_way />
        <PlanPreview
            planned=Signal::derive(move || editor.planned())
            ground=editor.ground
            begin
            counted
            locked=Signal::stored(None::<String>)
            on_remedy=move |(place, remedy)| editor.mend(place, remedy)
        />
    }
}

#[component]
fn PlanRow(editor: Editor, row: Row) -> impl IntoView {
    let place = Memo::new(move |_| editor.rows.with(|rows| rows.iter().position(|one| one.id == row.id)).unwrap_or(0));
    let number = move || place.get() + 1;
    let path = move |field: &'static str| move || format!("stages[{}].{field}", place.get());
    let people = move || {
        let people = editor.checked.with(|checked| checked.people.get(place.get()).copied().flatten());
        people.map_or_else(|| "–".to_owned(), |people| figure(Some(people)))
    };
    let first = move || {
        let before = editor.rows.with(|rows| place.get().checked_sub(1).and_then(|before| rows.get(before).copied()));
        before.is_none_or(Row::is_passed)
    };
    let last = move || editor.rows.with(|rows| place.get() + 1 >= rows.len());
    let lets_in = Memo::new(move |_| row.lets_in.get());
    let empty = |typed: RwSignal<String>| Signal::derive(move || typed.with(String::is_empty));
    if row.is_passed() {
        let names = use_store().segments();
        let title =
            row.passed.with_value(|stage| stage.as_ref().map(|stage| stage.in_words(&names))).unwrap_or_default();
        return view! {
            <li class="plan-row plan-row--passed">
                <span class="rn num">{number}</span>
                <span class="row plan-passed">
                    <span class="m">{title}</span>
                    <span class="row gap1 fs12 ink3">
                        <Icon name=IconName::Lock small=true />
                        "Passed. Roll back first to change it."
                    </span>
                </span>
                <span class="num ink2 plan-people">{people}</span>
            </li>
        }
        .into_any();
    }
    let options = vec![
        (SHARE.to_owned(), "A share".to_owned()),
        (GROUPS.to_owned(), "Groups".into()),
        (NAMED.to_owned(), "Named people".into()),
    ];
    view! {
        <li class="plan-row" data-testid="plan-stage">
            <span class="rn num">{number}</span>
            <div class="plan-kind">
                <Select label="Lets in" hide_label=true value=row.lets_in options=Signal::stored(options) />
            </div>
            <div class="plan-audience">
                {move || match lets_in.get().as_str() {
                    NAMED => {
                        view! {
                            <NamedPeople
                                value=row.people
                                number=number()
                                error=editor.error(path("audience.people"), empty(row.people))
                            />
                        }
                            .into_any()
                    }
                    GROUPS => {
                        let none = Signal::derive(move || row.groups.with(Vec::is_empty));
                        let error = editor.error(path("audience.segments"), none);
                        view! {
                            <SegmentPicker label=format!("Groups of stage {}", number()) value=row.groups />
                            <FieldError error />
                        }
                            .into_any()
                    }
                    _ => {
                        view! {
                            <ShareField
                                value=row.share
                                number=number()
                                error=editor.error(path("audience.share"), empty(row.share))
                            />
                        }
                            .into_any()
                    }
                }}
            </div>
            <div class="plan-name grow">
                <NameField value=row.name number=number error=editor.error(path("name"), empty(row.name)) />
            </div>
            <span class="num ink2 plan-people">{people}</span>
            <span class="row gap1 plan-moves">
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    icon=IconName::ArrowUp
                    label="Move up"
                    disabled=Signal::derive(move || first().then(|| "It is the first that may move.".to_owned()))
                    on_press=move |()| editor.shift(row.id, false)
                />
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    icon=IconName::ArrowDown
                    label="Move down"
                    disabled=Signal::derive(move || last().then(|| "It is the last.".to_owned()))
                    on_press=move |()| editor.shift(row.id, true)
                />
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    icon=IconName::X
                    label="Remove stage"
                    on_press=move |()| editor.remove(row.id)
                />
            </span>
            <GateFields editor gate=row.gate place />
        </li>
    }
    .into_any()
}

#[component]
fn ShareField(value: RwSignal<String>, number: usize, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <label class="field" class:field--error=move || error.with(Option::is_some)>
            <span class="sr">{format!("Share of stage {number} in percent")}</span>
            <input
                class="num"
                name="share"
                inputmode="decimal"
                autocomplete="off"
                prop:value=move || value.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                on:input=move |event| value.set(event_target_value(&event))
            />
            <span class="ink3">"%"</span>
        </label>
        <FieldError error />
    }
}

#[component]
fn NamedPeople(value: RwSignal<String>, number: usize, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        <label class="field field--area" class:field--error=move || error.with(Option::is_some)>
            <span class="sr">{format!("People of stage {number}, one key on each line")}</span>
            <textarea
                class="mono"
                name="people"
                rows="3"
                spellcheck="false"
                placeholder="one key on each line"
                prop:value=move || value.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </label>
        <FieldError error />
    }
}

#[component]
fn NameField(
    value: RwSignal<String>,
    number: impl Fn() -> usize + Send + Sync + 'static,
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <label class="field" class:field--error=move || error.with(Option::is_some)>
            <span class="sr">{move || format!("Name of stage {}, optional", number())}</span>
            <input
                name="name"
                autocomplete="off"
                placeholder="name, if it needs one"
                prop:value=move || value.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
        <FieldError error />
    }
}
