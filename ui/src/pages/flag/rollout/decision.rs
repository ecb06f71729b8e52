//! The next step: what it would do, and the buttons that ask to confirm it.

use leptos::prelude::*;
use signalbox_domain::key::ActorId;
use signalbox_domain::rollout::{Position, RolloutStatus};
use signalbox_protocol::wire::evidence::Evidence;

use crate::components::{AspectGlyph, Button, ButtonKind, Icon, IconName};
use crate::pages::flag::change::step::{Step, UNAPPROVED, back_one, next, steps};
use crate::pages::flag::crowd::figure;
use crate::pages::flag::evidence::{ArrivalNote, EvidenceTable, Evidenced, GateChecks, Lamp, is_guarded, verdict};
use crate::pages::flag::page::{Page, use_page};
use crate::pages::flag::scene::Scene;
use crate::state::use_store;
use crate::time;

/// The state as a title, the next step as buttons, what guards it, what was measured, what each step would do as facts.
#[component]
pub fn Decision() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    // Nobody agrees with themselves.
    let is_own = Memo::new(move |_| {
        let me = store.me.with(|me| me.as_ref().map(|me| ActorId::Token(me.token.clone())));
        let started_by = page.scene.with(|scene| scene.rollout_under_way()?.started_by.clone());
        me.is_some() && me == started_by
    });
    let verdict = Memo::new(move |_| page.scene.with(|scene| page.evidence.with(|known| verdict(scene, known))));
    let steps = Memo::new(move |_| offered(page, is_own.get()));
    let evidence = Memo::new(move |_| page.evidence.with(|known| known.here().cloned()));
    let evidence = Signal::<Option<Evidence>>::from(evidence);
    let blocked = move || {
        let reason = steps.with(|steps| steps.first().and_then(|step| page.obstacle(*step)));
        // A missing approval stands among what is missing already.
        let other = reason.filter(|reason| reason != UNAPPROVED || evidence.with(Option::is_none));
        let own = is_own.get() && page.evidence.with(Evidenced::awaits_approval);
        other.or_else(|| own.then(|| "You started it, so somebody else must approve.".to_owned()))
    };
    view! {
        <section class="card" aria-labelledby="decision">
            <div class="row gap3 decision">
                <span class="decision-lamp">
                    {move || match verdict.with(|verdict| verdict.lamp) {
                        Lamp::Shows(aspect) => view! { <AspectGlyph aspect /> }.into_any(),
                        Lamp::Person => view! { <Icon name=IconName::User /> }.into_any(),
                    }}
                </span>
                <div class="grow">
                    <h2 id="decision" class="decision-title">
                        {move || verdict.with(|verdict| verdict.title.clone())}
                    </h2>
                    <p class="fs12 ink2 num">
                        {move || verdict.with(|verdict| verdict.sentence.clone())}
                        {move || blocked().map(|reason| view! { <span class="decision-blocked">{reason}</span> })}
                    </p>
                </div>
                <span class="row decision-steps">
                    {move || {
                        let mut buttons = steps.get();
                        // The main step stands last, where the eye ends.
                        buttons.reverse();
                        buttons.into_iter().map(|step| view! { <StepButton step /> }).collect_view()
                    }}
                </span>
            </div>
            <ArrivalNote store scene=page.scene />
            <GateChecks evidence />
            <EvidenceTable evidence />
            <DecisionFacts />
        </section>
    }
}

/// What a person can do next, most important first: agreeing comes first where nothing else is missing.
fn offered(page: Page, is_own: bool) -> Vec<Step> {
    let mut steps = page.scene.with(|scene| steps(scene));
    let approves = !is_own
        && page.evidence.with(Evidenced::awaits_approval)
        && page.scene.with(|scene| Step::Approve.obstacle(scene).is_none());
    if approves {
        steps.insert(0, Step::Approve);
    }
    steps
}

/// Whether going on is what the page suggests: nothing guards the step, or everything that does holds.
fn is_suggested(page: Page) -> bool {
    page.evidence.with(|known| match known {
        Evidenced::Here(_) => !known.warns(),
        _ => page.scene.with(|scene| !is_guarded(scene)),
    })
}

/// A button that opens the dialog of a step.
#[component]
fn StepButton(step: Step) -> impl IntoView {
    let page = use_page();
    // Its label, its kind and its icon follow what is known by now.
    let kind = Memo::new(move |_| match step {
        Step::Advance | Step::Finish if !is_suggested(page) => ButtonKind::Plain,
        Step::Start | Step::Resume | Step::Advance | Step::Approve | Step::Finish => ButtonKind::Primary,
        Step::Hold | Step::TurnOff | Step::TurnOn => ButtonKind::Plain,
        Step::RollBack(_) if page.evidence.with(Evidenced::asks_to_stop) => ButtonKind::Danger,
        Step::RollBack(_) => ButtonKind::Quiet,
    });
    let icon = match step {
        Step::Start | Step::Resume => Some(IconName::Play),
        Step::Advance => None,
        Step::Approve | Step::Finish => Some(IconName::Check),
        Step::Hold => Some(IconName::Pause),
        Step::RollBack(_) => Some(IconName::Undo),
        Step::TurnOff | Step::TurnOn => Some(IconName::Power),
    };
    let key = match step {
        Step::Start | Step::Advance | Step::Finish => Some("A"),
        Step::Hold => Some("H"),
        Step::RollBack(_) => Some("R"),
        Step::Approve | Step::Resume | Step::TurnOff | Step::TurnOn => None,
    };
    move || {
        let label = page.scene.with_untracked(|scene| step.label(scene));
        view! {
            <Button
                kind=kind.get()
                opens="dialog"
                disabled=Signal::derive(move || page.obstacle(step))
                on_press=move |()| page.ask(step)
                attr:aria-keyshortcuts=key
            >
                {icon.map(|name| view! { <Icon name small=true /> })}
                {label}
                {(step == Step::Advance).then(|| view! { <Icon name=IconName::ArrowRight small=true /> })}
            </Button>
        }
    }
}

/// What is so now, and what each step would come to.
#[component]
fn DecisionFacts() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let facts = Memo::new(move |_| {
        let now = store.now.get();
        page.scene.with(|scene| {
            let entered = scene.since().map(|since| {
                let local = time::local(since);
                (
                    time::span(now.millis() - since.millis()),
                    format!("since {}", time::day_and_clock(&local, &time::local(now))),
                )
            });
            facts(scene, entered)
        })
    });
    move || {
        let facts = facts.get();
        (!facts.is_empty()).then(|| {
            view! {
                <dl class="facts">
                    {facts
                        .into_iter()
                        .map(|(name, value, detail)| {
                            view! {
                                <div>
                                    <dt class="fs12 ink3">{name}</dt>
                                    <dd class="num">
                                        <span class="m">{value}</span>
                                        <br />
                                        <span class="fs12 ink2">{detail}</span>
                                    </dd>
                                </div>
                            }
                        })
                        .collect_view()}
                </dl>
            }
        })
    }
}

/// Name, value and detail of each fact; `entered` is how long and since when it stands where it stands.
fn facts(scene: &Scene, entered: Option<(String, String)>) -> Vec<(&'static str, String, String)> {
    let mut facts = Vec::new();
    if let Some((span, since)) = entered {
        let name = if scene.configuration.killed.is_some() { "Off for" } else { "Here for" };
        facts.push((name, span, since));
    }
    let now = scene.now();
    let of = scene.crowd().size().map_or_else(String::new, |size| format!("of {}", figure(Some(size))));
    facts.push(("Has it now", figure(now.people), of));
    let Some(rollout) = scene.open_rollout() else { return facts };
    let reach = scene.unless_turned_off();
    let change = |position| {
        let then = scene.at(rollout, position);
        let words =
            reach.people.zip(then.people).and_then(|(now, then)| signalbox_domain::words::difference(now, then));
        (then.title, words.unwrap_or_else(|| "the same number of people".into()))
    };
    if let Some(stage) = next(rollout) {
        let (title, detail) = change(Position::Stage(stage));
        facts.push((if rollout.status == RolloutStatus::Draft { "First stage" } else { "Next stage" }, title, detail));
    }
    if scene.rollout_under_way().is_some()
        && let Some(back) = back_one(rollout)
    {
        let (title, detail) = change(back);
        let title = if back == Position::Start { "The start".to_owned() } else { title };
        facts.push(("One step back", title, detail));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    #[test]
    fn facts_compare_the_ways_on_and_back() {
        let facts = facts(&fixture::scene(fixture::running(2)), Some(("3 d".into(), "since Monday".into())));
        let told: Vec<_> =
            facts.into_iter().map(|(name, value, detail)| format!("{name}: {value}, {detail}")).collect();
        assert_eq!(
            told,
            [
                "Here for: 3 d, since Monday",
                "Has it now: 16,400 people, of 164,000 people",
                "Next stage: 25 %, about 24,600 more people",
                "One step back: 1 %, about 14,800 fewer people"
            ]
        );
    }
}
