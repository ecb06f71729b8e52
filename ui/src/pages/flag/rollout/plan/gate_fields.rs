//! The fields of what a stage asks before it is left; folded away until somebody looks.

use leptos::html;
use leptos::prelude::*;
use signalbox_domain::guard::{Gate, Unit, Wanted, gate_words};
use signalbox_domain::key::MetricKey;

use crate::clauses::{Days, Zone};
use crate::components::{FieldError, Icon, IconName};
use crate::pages::flag::rollout::plan::editor::Editor;
use crate::pages::flag::rollout::plan::entry::{Choice, Entry, Held, Tick};
use crate::pages::flag::rollout::plan::figure::{Figure, sign};
use crate::pages::flag::rollout::plan::gate_draft::{GateDraft, SoakUnit};

/// What the stage at `place` asks before it is left.
#[component]
pub fn GateFields(editor: Editor, gate: RwSignal<GateDraft>, place: Memo<usize>) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    let at = move |field: &'static str| {
        let path = move || format!("stages[{}].gate.{field}", place.get());
        editor.error(path, Signal::stored(false))
    };
    // Nobody finds an error that is folded away.
    let is_wrong = Memo::new(move |_| editor.has_problem(&format!("stages[{}].gate.", place.get())));
    Effect::new(move |_| {
        if let Some(details) = node.get()
            && is_wrong.get()
        {
            // Fails for no name that is an attribute.
            let _ = details.set_attribute("open", "");
        }
    });
    let words = move || {
        let guard = editor.guard_as_typed();
        let read: Option<Gate> = gate.with(|gate| gate.read(&guard, &mut |_, _| {}));
        read.map_or_else(|| "something is wrong in here".to_owned(), |gate| gate_words(&gate))
    };
    let has_window = Held::new(Signal::derive(move || gate.with(|gate| gate.has_window)), move |has_window| {
        gate.update(|gate| open_window(gate, has_window));
    });
    view! {
        <details class="plan-gate" node_ref=node>
            <summary class="fs12 row gap1">
                <Icon name=IconName::ChevronDown small=true />
                <span class="m ink2">"Before it goes on"</span>
                <span class="ink3 num">{words}</span>
            </summary>
            <div class="plan-fields">
                <div class="row top gap1">
                    <Entry
                        label="Soak time"
                        held=Held::part_of(gate, |gate| &mut gate.soak)
                        error=at("soak_minutes")
                        placeholder="none"
                    />
                    <Choice
                        label="Unit"
                        short=true
                        options=SoakUnit::ALL.map(|unit| (unit, unit.name())).to_vec()
                        held=Held::part_of(gate, |gate| &mut gate.soak_unit)
                    />
                </div>
                <Entry
                    label="People per group"
                    held=Held::part_of(gate, |gate| &mut gate.people)
                    error=at("people")
                    placeholder="any"
                />
                <Choice
                    label="Guardrails"
                    options=vec![
                        (Wanted::Nothing, "Nothing is asked"),
                        (Wanted::NotHarmful, "Not shown to harm"),
                        (Wanted::Safe, "Shown to be safe"),
                    ]
                    held=Held::part_of(gate, |gate| &mut gate.evidence)
                    error=at("evidence")
                />
                <Tick held=Held::part_of(gate, |gate| &mut gate.approval)>"Somebody else approves"</Tick>
                <Tick held=has_window>"Only at some hours"</Tick>
            </div>
            <Show when=move || gate.with(|gate| gate.evidence == Wanted::NotHarmful)>
                <p class="hint plan-hint">
                    "Less than safety: each guardrail is measured, and none was shown to be worse than its margin. Every \
                     screen says so."
                </p>
            </Show>
            <Show when=move || gate.with(|gate| gate.has_window)>
                <WindowFields gate zone=at("window.zone") days=at("window.days") from=at("window.from") until=at("window.until") />
            </Show>
            <Margins editor gate place />
        </details>
    }
}

fn open_window(gate: &mut GateDraft, open: bool) {
    gate.has_window = open;
    if open && gate.zone.is_empty() && gate.days.is_empty() && gate.from.is_empty() {
        gate.zone = "Europe/Berlin".into();
        gate.days = signalbox_domain::targeting::Weekday::ALL[..4].to_vec();
        gate.from = "09:00".into();
        gate.until = "16:00".into();
    }
}

#[component]
fn WindowFields(
    gate: RwSignal<GateDraft>,
    zone: Signal<Option<String>>,
    days: Signal<Option<String>>,
    from: Signal<Option<String>>,
    until: Signal<Option<String>>,
) -> impl IntoView {
    let typed_zone = RwSignal::new(gate.with_untracked(|gate| gate.zone.clone()));
    let chosen = RwSignal::new(gate.with_untracked(|gate| gate.days.clone()));
    Effect::new(move |_| {
        let (zone, days) = (typed_zone.get(), chosen.get());
        gate.update(|gate| {
            gate.zone = zone;
            gate.days = days;
        });
    });
    view! {
        <div class="plan-fields">
            <div class="entry entry--days">
                <span class="lbl" aria-hidden="true">"On these days"</span>
                <Days label="Days on which it may go on".into() value=chosen />
                <FieldError error=days />
            </div>
            <Entry
                label="From"
                held=Held::part_of(gate, |gate| &mut gate.from)
                error=from
                placeholder="09:00"
            />
            <Entry
                label="Until"
                held=Held::part_of(gate, |gate| &mut gate.until)
                error=until
                placeholder="16:00"
            />
            <div class="entry entry--wide">
                <span class="lbl" aria-hidden="true">"By clocks in"</span>
                <Zone label="Time zone".into() value=typed_zone />
                <FieldError error=zone />
            </div>
        </div>
    }
}

/// Margins of this stage, for those metrics that are measured.
#[component]
fn Margins(editor: Editor, gate: RwSignal<GateDraft>, place: Memo<usize>) -> impl IntoView {
    let metrics = Memo::new(move |_| {
        editor.guard.with(|guard| guard.metrics.iter().map(|metric| metric.key.clone()).collect::<Vec<_>>())
    });
    view! {
        <Show when=move || metrics.with(|metrics| !metrics.is_empty())>
            <p class="hint plan-hint">"Margins of this stage, where they differ:"</p>
            <div class="plan-fields">
                <For each=move || metrics.get() key=Clone::clone let:metric>
                    <Margin editor gate place metric />
                </For>
            </div>
        </Show>
    }
}

#[component]
fn Margin(editor: Editor, gate: RwSignal<GateDraft>, place: Memo<usize>, metric: MetricKey) -> impl IntoView {
    let key = StoredValue::new(metric);
    // Its name, its unit, and its margin elsewhere.
    let metric = Memo::new(move |_| {
        editor.guard.with(|guard| {
            let found = guard.metrics.iter().find(|metric| key.with_value(|key| metric.key == *key));
            found.map(|metric| {
                let unit = metric.kind.unit();
                (metric.name.clone(), unit, metric.margin.text(unit))
            })
        })
    });
    let unit = move || metric.with(|metric| metric.as_ref().map_or(Unit::Number, |(_, unit, _)| *unit));
    let path = move || key.with_value(|key| format!("stages[{}].gate.margins.{key}", place.get()));
    let text = move || {
        let figure = gate.with(|gate| key.with_value(|key| gate.margins.get(key).cloned()));
        figure.map(|figure| figure.text(unit())).unwrap_or_default()
    };
    let put = move |typed: String| {
        gate.update(|gate| {
            let key = key.get_value();
            if typed.trim().is_empty() {
                gate.margins.remove(&key);
            } else {
                gate.margins.insert(key, Figure::Typed(typed));
            }
        });
    };
    let label = move || metric.with(|metric| metric.as_ref().map(|(name, ..)| name.clone())).unwrap_or_default();
    let elsewhere =
        move || metric.with(|metric| metric.as_ref().map(|(.., margin)| margin.clone())).unwrap_or_default();
    view! {
        <Entry
            label=Signal::derive(label)
            held=Held::new(Signal::derive(text), put)
            error=editor.error(path, Signal::stored(false))
            unit=Signal::derive(move || sign(unit()).to_owned())
            placeholder=Signal::derive(elsewhere)
        />
    }
}
