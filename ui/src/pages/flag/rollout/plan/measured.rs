//! What is measured of a rollout, and what follows: for the whole plan.

use leptos::prelude::*;
use signalbox_domain::evidence::Direction;
use signalbox_domain::guard::{Automation, MOST_METRICS, MetricRole, Reaction};
use signalbox_domain::key::MetricKey;
use web_sys::HtmlSelectElement;

use crate::components::{Button, ButtonKind, ButtonSize, FieldError, IconName, Lockable};
use crate::pages::flag::rollout::plan::editor::Editor;
use crate::pages::flag::rollout::plan::entry::{Choice, Entry};
use crate::pages::flag::rollout::plan::figure::{Figure, sign, value_sign};
use crate::pages::flag::rollout::plan::gate_fields::Tick;
use crate::pages::flag::rollout::plan::guard_draft::{GuardDraft, MeasureKind, MetricDraft};

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
        if let Some(kind) = MeasureKind::ALL.into_iter().find(|kind| kind.key() == chosen) {
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
                        .map(|kind| view! { <option value=kind.key()>{kind.words()}</option> })
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
    let text = move |part: fn(&MetricDraft) -> String| {
        Signal::derive(move || draft.with(|draft| draft.as_ref().map(part).unwrap_or_default()))
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
            <Entry
                label="Name"
                value=text(|draft| draft.name.clone())
                on_type=move |typed: String| change(&|draft| draft.name.clone_from(&typed))
                error=at("name")
                wide=true
            />
            <Choice
                label="Measure"
                options=MeasureKind::ALL.map(|kind| (kind, kind.words())).to_vec()
                value=kind
                on_choose=move |kind| change(&|draft| draft.kind = kind)
            />
            <Show when=move || kind.get() == MeasureKind::SlowRequests>
                <Entry
                    label="Slower than"
                    value=text(|draft| draft.longer_than.clone())
                    on_type=move |typed: String| change(&|draft| draft.longer_than.clone_from(&typed))
                    error=at("measure.longer_than_ms")
                    unit="ms".to_owned()
                />
            </Show>
            <Show when=move || kind.get().has_outcome()>
                <Entry
                    label="Outcome"
                    value=text(|draft| draft.outcome.clone())
                    on_type=move |typed: String| change(&|draft| draft.outcome.clone_from(&typed))
                    error=at("measure.outcome")
                    placeholder="payment_completed".to_owned()
                    wide=true
                />
            </Show>
            <Show when=move || kind.get() == MeasureKind::TimesPer>
                <Entry
                    label="Per"
                    value=text(|draft| draft.of.clone())
                    on_type=move |typed: String| change(&|draft| draft.of.clone_from(&typed))
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
                value=role
                on_choose=move |role| change(&|draft| draft.role = role)
            />
            <Choice
                label="Worse when"
                options=vec![(Direction::MoreIsWorse, "More"), (Direction::LessIsWorse, "Less")]
                short=true
                value=worse
                on_choose=move |worse| change(&|draft| draft.worse = worse)
            />
            <Entry
                label="Margin"
                value=text(|draft| draft.margin.text(draft.kind.unit()))
                on_type=move |typed: String| change(&|draft| draft.margin = Figure::Typed(typed.clone()))
                error=at("margin")
                unit=Signal::derive(move || sign(kind.get().unit()).to_owned())
            />
            <Entry
                label="Limit by itself"
                value=text(|draft| draft.limit.text(draft.kind.unit()))
                on_type=move |typed: String| change(&|draft| draft.limit = Figure::Typed(typed.clone()))
                error=at("limit")
                unit=Signal::derive(move || value_sign(kind.get().unit()).to_owned())
                placeholder="none".to_owned()
            />
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

/// What goes by itself, and what happens when harm is shown.
#[component]
fn Follows(editor: Editor) -> impl IntoView {
    let guard = editor.guard;
    let text = move |part: fn(&GuardDraft) -> String| Signal::derive(move || guard.with(part));
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
                value=Signal::derive(move || guard.with(|guard| guard.automation))
                on_choose=move |automation| guard.update(|guard| guard.automation = automation)
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
                value=Signal::derive(move || guard.with(|guard| guard.on_harm))
                on_choose=move |on_harm| guard.update(|guard| guard.on_harm = on_harm)
                error=at("on_harm")
            />
            <Entry
                label="Looks in a row"
                value=text(|guard| guard.looks.clone())
                on_type=move |typed| guard.update(|guard| guard.looks = typed)
                error=at("looks")
                placeholder="1".to_owned()
                unit="of 10 s".to_owned()
            />
            <Entry
                label="Rest after a step"
                value=text(|guard| guard.cooldown.clone())
                on_type=move |typed| guard.update(|guard| guard.cooldown = typed)
                error=at("cooldown_minutes")
                placeholder="none".to_owned()
                unit="min".to_owned()
            />
            <Entry
                label="Longest stage"
                value=text(|guard| guard.longest.clone())
                on_type=move |typed| guard.update(|guard| guard.longest = typed)
                error=at("longest_stage_hours")
                placeholder="any".to_owned()
                unit="h".to_owned()
            />
            <Tick
                value=Signal::derive(move || guard.with(|guard| guard.heeds_browsers))
                on_change=move |heeds| guard.update(|guard| guard.heeds_browsers = heeds)
            >
                "What browsers report may take it back"
            </Tick>
        </div>
    }
}
