//! The card that checks one person.

use std::collections::BTreeSet;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::evaluation::{Explanation, Step, StepKind};
use signalbox_domain::key::RuleId;
use signalbox_domain::targeting::{ClauseExplanation, TARGETING_KEY};
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::ExplainFlag;
use signalbox_protocol::wire::explanation::AskFlag;

use crate::clauses::{of_rules, of_segments};
use crate::components::{Button, FieldError, Icon, IconName};
use crate::form::sentence;
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;
use crate::pages::flag::targeting::check::{is_asked, otherwise, place};
use crate::pages::flag::targeting::known::Context;
use crate::pages::flag::targeting::known_fields::{KnownFields, KnownForm};
use crate::state::use_store;
use crate::words::capitalised;

/// The person who was checked last: whom the squares of a rule mark.
#[derive(Clone, Copy)]
pub struct Checked(RwSignal<Option<(Context, Explanation)>>);

impl Checked {
    /// Nobody was checked yet.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Where their place is among those of a rule, or of everyone else, 0 to 99,999; nothing where what was asked did
    /// not come down to that.
    pub fn place(self, scene: &Scene, rule: Option<&RuleId>) -> Option<u32> {
        self.0.with(|checked| {
            let (context, explanation) = checked.as_ref()?;
            is_asked(explanation, rule).then(|| place(scene, rule, context)).flatten()
        })
    }
}

/// Asks for one person and says what they get, and why: the server answers, by the code that answers applications.
#[component]
pub fn CheckCard(checked: Checked) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    // What the rules ask for, and the groups that they name, is what there is to say.
    let known = KnownFields::new();
    let groups = Memo::new(move |_| {
        scene.with(|scene| {
            let rules = scene.configuration.rules.iter().map(|told| &told.rule);
            let named = rules.flat_map(|rule| rule.references("").into_iter().map(|(_, key)| key.clone()));
            named.collect::<BTreeSet<_>>()
        })
    });
    Effect::new(move |_| store.want_segments(&groups.get().into_iter().collect::<Vec<_>>()));
    let asked_for = Memo::new(move |_| {
        let named = groups.get();
        let here = store.segments_at_hand();
        let mut attributes = of_segments(here.iter().filter(|one| named.contains(&one.key)).map(|one| &**one));
        attributes.extend(scene.with(|scene| of_rules(scene.configuration.rules.iter().map(|told| &told.rule))));
        attributes
    });
    Effect::new(move |_| known.offer(&asked_for.get()));
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let asked = RwSignal::new(None::<Context>);
    // Asked again when what the flag gives here has changed.
    let version = Memo::new(move |_| scene.with(|scene| (scene.configuration.version, scene.flag.version)));
    Effect::new(move |_| {
        version.track();
        let Some(context) = asked.get() else { return };
        busy.set(true);
        let at = scene.with_untracked(|scene| scene.at_place());
        spawn_local(async move {
            let body = AskFlag { context: context.clone(), at: None };
            let answer = store.send::<ExplainFlag>(&at, &body, None).await;
            busy.try_set(false);
            // Whoever was asked for meanwhile is the one whose answer is shown.
            if asked.try_with_untracked(|asked| asked.as_ref() == Some(&context)) != Some(true) {
                return;
            }
            match answer {
                Ok(told) => {
                    wrong.try_set(None);
                    checked.0.try_set(Some((context, told.explanation)));
                }
                Err(error) => {
                    checked.0.try_set(None);
                    wrong.try_set(Some(problem(&error)));
                }
            }
        });
    });
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        if store.is_offline() {
            return;
        }
        let Some(context) = known.read() else { return };
        if context.is_empty() {
            wrong.set(Some("Type the key that your applications send, or something that is known of them.".into()));
            return;
        }
        wrong.set(None);
        asked.set(Some(context));
    };
    let offline = Signal::derive(move || {
        store.is_offline().then(|| "You are offline. The server answers this question.".to_owned())
    });
    view! {
        <section class="card" aria-labelledby="check">
            <div class="card-h">
                <h2 id="check">"Check one person"</h2>
                <span class="end">{move || scene.with(|scene| scene.environment.name.clone())}</span>
            </div>
            <form class="card-b" on:submit=ask>
                <KnownForm known>
                    <Button submit=true busy disabled=offline>"Check"</Button>
                </KnownForm>
                <FieldError error=wrong />
                <div aria-live="polite">
                    {move || match checked.0.get() {
                        Some((context, explanation)) => {
                            let then = scene.with(|scene| otherwise(scene, &explanation, &context));
                            let who = context.get(TARGETING_KEY).and_then(|key| key.as_str()).map(str::to_owned);
                            view! { <Told explanation who then /> }.into_any()
                        }
                        None => {
                            view! {
                                <p class="fs12 ink3 check-hint">
                                    {move || {
                                        offline
                                            .get()
                                            .unwrap_or_else(|| {
                                                "What you type is sent to the server to answer this question. It is not kept."
                                                    .to_owned()
                                            })
                                    }}
                                </p>
                            }
                                .into_any()
                        }
                    }}
                </div>
            </form>
        </section>
    }
}

/// What went wrong, in a sentence.
fn problem(error: &ErrorBody) -> String {
    let field = error.error.field.as_deref().unwrap_or_default();
    sentence(&error.error.message, field)
}

/// What they get, in two short lines.
fn headline(scene: &Scene, explanation: &Explanation) -> (bool, String, String) {
    let Some(given) = &explanation.given else {
        let why = "A share of people decides here, so the key of the person is needed.";
        return (false, "Nothing can be said".into(), why.into());
    };
    let has_it = given.variant != scene.flag.off_variant;
    let decided = |kind| explanation.steps.iter().any(|step: &Step| step.kind == kind && step.holds == Some(true));
    let number = given.rule.as_ref().and_then(|id| {
        let place = scene.configuration.rules.iter().position(|told| told.rule.id == *id)?;
        Some(format!("because of rule {}", place + 1))
    });
    let unmet = explanation.steps.iter().any(|step| step.kind == StepKind::Prerequisite && step.holds == Some(false));
    let why = match number {
        Some(number) => number,
        None if decided(StepKind::KillSwitch) => "because it is turned off for everyone".into(),
        None if decided(StepKind::Override) => "because they have a version of their own".into(),
        None if unmet => "because another flag must give something first".into(),
        None if scene.configuration.rules.is_empty() => "because there are no rules here".into(),
        None => "because no rule fits".into(),
    };
    (has_it, format!("Gets {}", given.variant), why)
}

#[component]
fn Told(explanation: Explanation, who: Option<String>, then: Vec<(String, &'static str)>) -> impl IntoView {
    let scene = use_page().scene;
    let (has_it, title, why) = scene.with_untracked(|scene| headline(scene, &explanation));
    let banner = if has_it { "banner banner--clear check-answer" } else { "banner check-answer" };
    view! {
        <div class=banner data-testid="check-answer">
            <Icon name=if has_it { IconName::Check } else { IconName::X } />
            <span>
                <b>{title}</b>
                <br />
                <span class="fs12 ink2">{why}</span>
            </span>
            {who.map(|who| view! { <code class="end fs11 ink3 trunc">{who}</code> })}
        </div>
        <ol class="check-steps" aria-label="Why">
            {explanation.steps.into_iter().map(|step| view! { <StepTold step /> }).collect_view()}
        </ol>
        {(!then.is_empty())
            .then(|| {
                view! {
                    <dl class="dl check-otherwise">
                        {then
                            .into_iter()
                            .map(|(place, says)| {
                                view! {
                                    <dt>{place}</dt>
                                    <dd>{says}</dd>
                                }
                            })
                            .collect_view()}
                    </dl>
                }
            })}
    }
}

/// One thing that was asked, with its clauses folded away where there are several.
#[component]
fn StepTold(step: Step) -> impl IntoView {
    let Step { holds, title, detail, clauses, .. } = step;
    let (class, spoken) = match holds {
        Some(true) => ("st st--yes", "Yes: "),
        Some(false) => ("st st--no", "No: "),
        None => ("st", "Not asked: "),
    };
    let folded = clauses.len() > 1 || clauses.iter().any(|clause| !clause.segments.is_empty());
    view! {
        <li class="row top check-step">
            <span class=class>
                {holds.map(|holds| view! { <Icon name=if holds { IconName::Check } else { IconName::X } /> })}
            </span>
            <div class="grow">
                <span class="sr">{spoken}</span>
                <span class="m fs12">{title}</span>
                <p class="fs12 ink3">{capitalised(&detail)}</p>
                {folded
                    .then(|| {
                        view! {
                            <details class="check-clauses">
                                <summary class="fs12 ink3">"Every condition"</summary>
                                <ClauseList clauses />
                            </details>
                        }
                    })}
            </div>
        </li>
    }
}

#[component]
fn ClauseList(clauses: Vec<ClauseExplanation>) -> impl IntoView {
    view! {
        <ul class="fs12">
            {clauses
                .into_iter()
                .map(|clause| {
                    let said = clause.sentence();
                    let groups = clause.segments.into_iter().flat_map(|segment| segment.groups);
                    let within: Vec<_> = groups.flat_map(|group| group.clauses).collect();
                    view! {
                        <li class:yes=clause.holds class:no=!clause.holds>
                            <span class="sr">{if clause.holds { "Holds: " } else { "Does not hold: " }}</span>
                            {said}
                            {(!within.is_empty()).then(|| view! { <ClauseList clauses=within /> }.into_any())}
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}
