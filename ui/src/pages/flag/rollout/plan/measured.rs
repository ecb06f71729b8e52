//! What is measured of a rollout, and what follows: for the whole plan.

use leptos::prelude::*;
use signalbox_domain::evidence::Direction;
use signalbox_domain::guard::{Automation, MOST_METRICS, MeasureKind, MetricRole, Reaction};
use signalbox_domain::key::MetricKey;
use web_sys::HtmlSelectElement;

use crate::components::{Button, ButtonKind, ButtonSize, FieldError, IconName, Lockable};
use crate::pages::flag::rollout::plan::editor::Editor;
use crate::pages::flag::rollout::plan::entry::{Choice, Entry, Held, Passage, Tick};
use crate::pages::flag::rollout::plan::figure::{Figure, sign, value_sign};
use crate::pages::flag::rollout::plan::guard_draft::{GuardDraft, MetricDraft, kind_words};

/// What is measured, and what happens when it does harm.
#[component]
pub fn Measured(
    /// The plan that is edited.
    editor: Editor,
    /// Whether the rollout is under way: what is measured is fixed then.
    fixed: bool,
) -> impl IntoView {
    let guard = editor.guard;
    let keys = Memo::new(move |_| {
        guard.with(|guard| guard.metrics.iter().map(|metric| metric.key.clone()).collect::<Vec<_>>())
    });
    let reason = fixed.then(|| "What is measured is fixed while the rollout is under way.".to_owned());
    let whole = Signal::derive(move || editor.problem_at("guard.metrics"));
    view! {
        <section class="plan-measured" aria-label="What is measured">
            <Expectation editor />
            <h3 class="plan-part">"What is measured"</h3>
            <Lockable reason=Signal::stored(reason)>
                <Show
                    when=move || keys.with(|keys| !keys.is_empty())
                    fallback=|| {
                        view! {
                            <p class="fs12 ink3 plan-none">
                                "Nothing is measured: soak time, approval and hours can still be asked, evidence cannot."
                            </p>
                        }
                    }
                >
                    <ol class="plan-metrics">
                        <For each=move || keys.get() key=Clone::clone let:key>
                            <MetricFields editor key fixed />
                        </For>
                    </ol>
                </Show>
                {(!fixed).then(|| view! { <AddMetric editor /> })}
                <FieldError error=whole />
            </Lockable>
            <Follows editor />
        </section>
    }
}

#[component]
fn AddMetric(editor: Editor) -> impl IntoView {
    let guard = editor.guard;
    let full = Memo::new(move |_| guard.with(|guard| guard.metrics.len() >= MOST_METRICS));
    let add = move |event| {
        let chosen = event_target_value(&event);
        if let Some(kind) = MeasureKind::ALL.into_iter().find(|kind| kind.name() == chosen) {
            guard.update(|guard| {
                let metric = MetricDraft::new(kind, &guard.metrics);
                guard.metrics.extend(metric);
            });
        }
        // It adds; it keeps no choice.
        event_target::<HtmlSelectElement>(&event).set_value("");
    };
    view! {
        <Show when=move || !full.get() fallback=|| view! { <p class="hint">"A plan measures at most 12 things."</p> }>
            <label class="field plan-add-metric">
                <span class="sr">"Measure something more"</span>
                <select on:change=add>
                    <option value="">"Measure something more…"</option>
                    {MeasureKind::ALL
                        .into_iter()
                        .map(|kind| view! { <option value=kind.name()>{kind_words(kind)}</option> })
                        .collect_view()}
                </select>
            </label>
        </Show>
    }
}

/// One metric. Its fields stay while others come and go.
#[component]
fn MetricFields(editor: Editor, key: MetricKey, fixed: bool) -> impl IntoView {
    let guard = editor.guard;
    let key = StoredValue::new(key);
    let find =
        move |guard: &GuardDraft| key.with_value(|key| guard.metrics.iter().position(|metric| metric.key == *key));
    let place = Memo::new(move |_| guard.with(find).unwrap_or_default());
    // What it was last, for the moment in which it goes.
    let draft = Memo::new(move |last: Option<&Option<MetricDraft>>| {
        let now = guard.with(|guard| find(guard).and_then(|place| guard.metrics.get(place).cloned()));
        now.or_else(|| last.cloned().flatten())
    });
    let change = move |change: &dyn Fn(&mut MetricDraft)| {
        guard.update(|guard| {
            if let Some(metric) = find(guard).and_then(|place| guard.metrics.get_mut(place)) {
                change(metric);
            }
        });
    };
    let text = move |part: fn(&mut MetricDraft) -> &mut String| {
        let value = move || draft.get().as_mut().map(|draft| part(draft).clone()).unwrap_or_default();
        Held::new(Signal::derive(value), move |typed: String| change(&|draft| part(draft).clone_from(&typed)))
    };
    let figure = move |part: fn(&mut MetricDraft) -> &mut Figure| {
        let value =
            move || draft.get().as_mut().map(|draft| part(draft).clone().text(draft.kind.unit())).unwrap_or_default();
        let put = move |typed: String| change(&|draft| *part(draft) = Figure::Typed(typed.clone()));
        Held::new(Signal::derive(value), put)
    };
    let at = move |field: &'static str| {
        editor.error(move || format!("guard.metrics[{}].{field}", place.get()), Signal::stored(false))
    };
    let kind =
        Memo::new(move |_| draft.with(|draft| draft.as_ref().map_or(MeasureKind::FailedRequests, |one| one.kind)));
    let role = Memo::new(move |_| draft.with(|draft| draft.as_ref().map_or(MetricRole::Guardrail, |one| one.role)));
    let worse = Memo::new(move |_| draft.with(|draft| draft.as_ref().map_or(Direction::MoreIsWorse, |one| one.worse)));
    view! {
        <li class="plan-metric" data-testid="plan-metric">
            <Entry label="Name" held=text(|draft| &mut draft.name) error=at("name") wide=true />
            <Choice
                label="Measure"
                options=MeasureKind::ALL.map(|kind| (kind, kind_words(kind))).to_vec()
                held=Held::new(kind.into(), move |kind| change(&|draft| draft.kind = kind))
            />
            <Show when=move || kind.get() == MeasureKind::SlowRequests>
                <Entry
                    label="Slower than"
                    held=text(|draft| &mut draft.longer_than)
                    error=at("measure.longer_than_ms")
                    unit="ms".to_owned()
                />
            </Show>
            <Show when=move || kind.get().has_outcome()>
                <Entry
                    label="Outcome"
                    held=text(|draft| &mut draft.outcome)
                    error=at("measure.outcome")
                    placeholder="payment_completed".to_owned()
                    wide=true
                />
            </Show>
            <Show when=move || kind.get() == MeasureKind::TimesPer>
                <Entry
                    label="Per"
                    held=text(|draft| &mut draft.of)
                    error=at("measure.of")
                    placeholder="payment_started".to_owned()
                    wide=true
                />
            </Show>
            <Choice
                label="It is a"
                options=vec![
                    (MetricRole::Guardrail, "Guardrail, takes back"),
                    (MetricRole::Signal, "Signal, holds"),
                    (MetricRole::Goal, "Goal, reported"),
                ]
                held=Held::new(role.into(), move |role| change(&|draft| draft.role = role))
            />
            <Choice
                label="Worse when"
                options=vec![(Direction::MoreIsWorse, "More"), (Direction::LessIsWorse, "Less")]
                short=true
                held=Held::new(worse.into(), move |worse| change(&|draft| draft.worse = worse))
            />
            <Entry
                label="Margin"
                held=figure(|draft| &mut draft.margin)
                error=at("margin")
                unit=Signal::derive(move || sign(kind.get().unit()).to_owned())
            />
            <Entry
                label="Limit by itself"
                held=figure(|draft| &mut draft.limit)
                error=at("limit")
                unit=Signal::derive(move || value_sign(kind.get().unit()).to_owned())
                placeholder="none".to_owned()
            />
            <Show when=move || role.get() == MetricRole::Goal>
                <Entry
                    label="Better by"
                    held=figure(|draft| &mut draft.expected)
                    error=at("expected")
                    unit=Signal::derive(move || sign(kind.get().unit()).to_owned())
                    placeholder="any".to_owned()
                />
            </Show>
            {(!fixed).then(|| {
                let remove = move |()| {
                    guard.update(|guard| guard.metrics.retain(|metric| key.with_value(|key| metric.key != *key)));
                };
                view! {
                    <span class="plan-metric-remove">
                        <Button
                            kind=ButtonKind::Quiet
                            size=ButtonSize::Small
                            icon=IconName::X
                            label="Measure it no longer"
                            on_press=remove
                        />
                    </span>
                }
            })}
        </li>
    }
}

/// What the feature is expected to bring about, in words.
#[component]
fn Expectation(editor: Editor) -> impl IntoView {
    let held = Held::part_of(editor.guard, |guard| &mut guard.hypothesis);
    let error = editor.error(|| "guard.hypothesis".into(), Signal::stored(false));
    view! {
        <h3 class="plan-part" id="plan-expected">"What is expected"</h3>
        <Passage
            label="Hypothesis"
            held
            error
            placeholder="If transfers arrive in seconds, more people will finish their payment, because they no longer leave \
                to check their balance."
        />
    }
}

/// What goes by itself, and what happens when harm is shown.
#[component]
fn Follows(editor: Editor) -> impl IntoView {
    let guard = editor.guard;
    let at = move |field: &'static str| editor.error(move || format!("guard.{field}"), Signal::stored(false));
    view! {
        <h3 class="plan-part">"What follows"</h3>
        <div class="plan-fields">
            <Choice
                label="By itself"
                options=vec![
                    (Automation::Recommend, "People do everything"),
                    (Automation::Guard, "Guards by itself"),
                    (Automation::Auto, "Goes on by itself"),
                ]
                held=Held::part_of(guard, |guard| &mut guard.automation)
                error=at("automation")
            />
            <Choice
                label="On harm"
                options=vec![
                    (Reaction::Hold, "Hold it where it is"),
                    (Reaction::PreviousStage, "Back one stage"),
                    (Reaction::Start, "Back to the start"),
                    (Reaction::SwitchOff, "Off for everyone"),
                ]
                held=Held::part_of(guard, |guard| &mut guard.on_harm)
                error=at("on_harm")
            />
            <Entry
                label="Looks in a row"
                held=Held::part_of(guard, |guard| &mut guard.looks)
                error=at("looks")
                placeholder="1".to_owned()
                unit="of 10 s".to_owned()
            />
            <Entry
                label="Rest after a step"
                held=Held::part_of(guard, |guard| &mut guard.cooldown)
                error=at("cooldown_minutes")
                placeholder="none".to_owned()
                unit="min".to_owned()
            />
            <Entry
                label="Longest stage"
                held=Held::part_of(guard, |guard| &mut guard.longest)
                error=at("longest_stage_hours")
                placeholder="any".to_owned()
                unit="h".to_owned()
            />
            <Tick held=Held::part_of(guard, |guard| &mut guard.heeds_browsers)>
                "What browsers report may take it back"
            </Tick>
        </div>
    }
}
