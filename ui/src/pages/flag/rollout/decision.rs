//! The next step: what it would do, and the buttons that ask to confirm it.

use leptos::prelude::*;
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus};

use crate::components::{Aspect, AspectGlyph, Button, ButtonKind, Icon, IconName};
use crate::pages::flag::change::step::{Step, back_one, next, steps};
use crate::pages::flag::crowd::figure;
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;
use crate::state::use_store;
use crate::time;

/// The state as a title, the next step as buttons, what they would do as facts.
#[component]
pub fn Decision() -> impl IntoView {
    let page = use_page();
    let verdict = Memo::new(move |_| page.scene.with(|scene| verdict(scene)));
    let steps = Memo::new(move |_| page.scene.with(|scene| steps(scene)));
    let blocked = move || steps.with(|steps| steps.first().and_then(|step| page.obstacle(*step)));
    view! {
        <section class="card" aria-labelledby="decision">
            <div class="row gap3 decision">
                <span class="decision-lamp">
                    {move || {
                        if verdict.with(|verdict| verdict.stopped) {
                            view! { <AspectGlyph aspect=Aspect::Danger /> }.into_any()
                        } else {
                            view! { <Icon name=IconName::User /> }.into_any()
                        }
                    }}
                </span>
                <div class="grow">
                    <h2 id="decision" class="decision-title">
                        {move || verdict.with(|verdict| verdict.title.clone())}
                    </h2>
                    <p class="fs12 ink2 num">
                        {move || blocked().unwrap_or_else(|| verdict.with(|verdict| verdict.sentence.clone()))}
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
            <DecisionFacts />
        </section>
    }
}

/// A button that opens the dialog of a step.
#[component]
fn StepButton(step: Step) -> impl IntoView {
    let page = use_page();
    let label = page.scene.with_untracked(|scene| step.label(scene));
    let (kind, icon) = match step {
        Step::Start | Step::Resume => (ButtonKind::Primary, Some(IconName::Play)),
        Step::Advance => (ButtonKind::Primary, None),
        Step::Finish => (ButtonKind::Primary, Some(IconName::Check)),
        Step::Hold => (ButtonKind::Plain, Some(IconName::Pause)),
        Step::RollBack(_) => (ButtonKind::Quiet, Some(IconName::Undo)),
        Step::TurnOff | Step::TurnOn => (ButtonKind::Plain, Some(IconName::Power)),
    };
    let key = match step {
        Step::Start | Step::Advance | Step::Finish => Some("A"),
        Step::Hold => Some("H"),
        Step::RollBack(_) => Some("R"),
        Step::Resume | Step::TurnOff | Step::TurnOn => None,
    };
    view! {
        <Button
            kind
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

/// How it stands, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Verdict {
    title: String,
    sentence: String,
    stopped: bool,
}

fn verdict(scene: &Scene) -> Verdict {
    let stopped = |title: String, sentence: String| Verdict { title, sentence, stopped: true };
    let ready = |title: String, sentence: String| Verdict { title, sentence, stopped: false };
    let reach = scene.unless_turned_off();
    let rollout = scene.open_rollout();
    if scene.configuration.killed.is_some() {
        let rest = if scene.rollout_under_way().is_some() { " The rollout is held and keeps its place." } else { "" };
        return stopped("Off for everyone".into(), format!("Nobody has it, whatever the rule says.{rest}"));
    }
    let Some(rollout) = rollout else {
        return ready("No rollout is under way".into(), String::new());
    };
    match (rollout.status, next(rollout)) {
        (RolloutStatus::Draft, _) => {
            let first = rollout.stages.first().map_or("", |stage| stage.title.as_str());
            ready(format!("Ready to start with {first}"), "Nobody gets anything until you start it.".into())
        }
        (RolloutStatus::Held, _) => {
            let place = match rollout.position {
                Position::Start => "before the start".to_owned(),
                Position::Stage(_) => format!("at {}", reach.title),
            };
            let why = match rollout.held_because {
                Some(HeldBecause::RollBack) => "It was rolled back.",
                Some(HeldBecause::Kill) => "It was held when the flag was turned off.",
                Some(HeldBecause::Harm) => "Harm was shown.",
                Some(HeldBecause::Signal) => "A signal was broken.",
                Some(HeldBecause::SampleRatio) => "The groups are not as large as they were drawn to be.",
                Some(HeldBecause::NoEvidence) => "Evidence could not be read for a while.",
                Some(HeldBecause::TookTooLong) => "The stage took longer than it may.",
                Some(HeldBecause::Hold) | None => "Somebody held it.",
            };
            stopped(format!("Held {place}"), format!("{why} It goes no further until somebody resumes it."))
        }
        (_, Some(stage)) => {
            let title = &rollout.stages[stage].title;
            ready(format!("Ready for {title} when you are"), "No checks guard this step, so a person decides.".into())
        }
        (_, None) => ready(
            format!("In its last stage, {}", reach.title),
            "Finish it, and the rule keeps what the rollout came to.".into(),
        ),
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
    use signalbox_domain::Timestamp;
    use signalbox_protocol::wire::configuration::Configuration;

    fn check(configuration: Configuration, title: &str, sentence: &str) {
        let verdict = verdict(&fixture::scene(configuration));
        assert_eq!((verdict.title.as_str(), verdict.sentence.as_str()), (title, sentence));
    }

    #[test]
    fn the_title_is_the_state() {
        check(fixture::draft(), "Ready to start with Staff", "Nobody gets anything until you start it.");
        check(fixture::running(1), "Ready for 10 % when you are", "No checks guard this step, so a person decides.");
        check(
            fixture::running(4),
            "In its last stage, 100 %",
            "Finish it, and the rule keeps what the rollout came to.",
        );
        check(fixture::held(2), "Held at 10 %", "Somebody held it. It goes no further until somebody resumes it.");
        let mut killed = fixture::held(2);
        killed.killed = Some(Timestamp::from_millis(1));
        check(
            killed,
            "Off for everyone",
            "Nobody has it, whatever the rule says. The rollout is held and keeps its place.",
        );
    }

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
