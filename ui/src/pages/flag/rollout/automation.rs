//! What of a rollout goes by itself: chosen in its card, saved after it was confirmed.

use leptos::prelude::*;
use signalbox_domain::guard::{Automation, Guard, Reaction, Wanted};
use signalbox_domain::rollout::RolloutStatus;
use signalbox_protocol::endpoint::ChangeStagesEndpoint;
use signalbox_protocol::wire::rollout::{ChangeStages, Rollout};

use crate::components::{FieldError, Lockable, Segmented};
use crate::pages::flag::change::confirmation::{Confirmation, Effect as Consequence, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::step::Asks;
use crate::pages::flag::change::{Confirming, sending};
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::plan::as_planned;
use crate::pages::flag::scene::Scene;
use crate::state::{ToastKind, use_store};
use crate::words::capitalised;

const LEVELS: [Automation; 3] = [Automation::Recommend, Automation::Guard, Automation::Auto];

/// The choice of what goes by itself, as long as the rollout is not over.
#[component]
pub fn AutomationSwitch() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let rollout = Memo::new(move |_| page.scene.with(|scene| scene.open_rollout().cloned()));
    let guard = Memo::new(move |_| rollout.with(|rollout| rollout.as_ref().map(|rollout| rollout.guard.clone())));
    let asked = RwSignal::new(None::<Automation>);
    let problem = RwSignal::new(None::<String>);
    let choose = move |automation: Automation| {
        let now = guard.with_untracked(|guard| guard.as_ref().map(|guard| guard.automation));
        if now == Some(automation) {
            problem.set(None);
            return;
        }
        let obstacle = rollout.with_untracked(|rollout| obstacle(rollout.as_ref()?, automation));
        problem.set(obstacle.map(str::to_owned));
        if obstacle.is_none() {
            asked.set(Some(automation));
        }
    };
    let send = sending(move |reason| async move {
        let Some(automation) = asked.get_untracked() else { return Ok(()) };
        let scene = page.scene.get_untracked();
        let Some(rollout) = scene.open_rollout() else { return Ok(()) };
        let body = ChangeStages {
            stages: rollout.stages.iter().map(as_planned).collect(),
            guard: Some(Guard { automation, ..rollout.guard.clone() }),
            reason,
        };
        let answer =
            store.send::<ChangeStagesEndpoint>(&scene.at_place(), &body, Some(scene.configuration.version)).await?;
        page.put_configuration(answer);
        store.toast(ToastKind::Done, format!("{}: {}.", scene.flag.details.name, lower(label(automation))));
        Ok(())
    });
    let told = move |automation: &Automation| page.scene.with_untracked(|scene| told(scene, *automation));
    let options = Signal::stored(LEVELS.map(|automation| (automation, label(automation).to_owned())).to_vec());
    view! {
        <Show when=move || guard.with(Option::is_some)>
            <div class="automation">
                <Lockable reason=Signal::derive(move || page.locked())>
                    <div class="row wrap gap3">
                        <span class="fs12 m" aria-hidden="true">"By itself"</span>
                        <Segmented
                            label="What goes by itself"
                            options
                            value=Signal::derive(move || guard.with(|guard| guard.as_ref().map(|guard| guard.automation)))
                            on_choose=choose
                        />
                        <span class="fs12 ink2 automation-words">
                            {move || guard.with(|guard| guard.as_ref().map(words))}
                        </span>
                    </div>
                    <FieldError error=problem />
                </Lockable>
            </div>
        </Show>
        <Confirming asked told send />
    }
}

const fn label(automation: Automation) -> &'static str {
    match automation {
        Automation::Recommend => "People do everything",
        Automation::Guard => "Guards by itself",
        Automation::Auto => "Goes on by itself",
    }
}

/// For the middle of a sentence.
fn lower(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// What the choice means, in one sentence.
fn words(guard: &Guard) -> String {
    match guard.automation {
        Automation::Recommend => "The page says what could be done; nothing happens without a person.".into(),
        Automation::Guard => format!("On harm {}; a person decides when it goes on.", on_harm(guard.on_harm)),
        Automation::Auto => format!("It goes on when everything asked holds; on harm {}.", on_harm(guard.on_harm)),
    }
}

/// "it goes back to the start": what happens when a guardrail is broken.
pub const fn on_harm(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Hold => "it is held where it is",
        Reaction::PreviousStage => "it goes back one stage",
        Reaction::Start => "it goes back to the start",
        Reaction::SwitchOff => "it is turned off for everyone",
    }
}

/// Why it cannot be chosen, if so; the server decides the same.
fn obstacle(rollout: &Rollout, automation: Automation) -> Option<&'static str> {
    let open = rollout.stages.iter().all(|stage| stage.gate.is_open());
    (automation == Automation::Auto && open).then_some(
        "No stage asks anything before it is left. Edit the plan first, so that there is something to go by.",
    )
}

/// What the dialog says before it is changed.
fn told(scene: &Scene, automation: Automation) -> Confirmation {
    let name = &scene.flag.details.name;
    let rollout = scene.open_rollout();
    let guard = rollout.map(|rollout| rollout.guard.clone()).unwrap_or_default();
    let approvals = rollout.is_some_and(|rollout| rollout.stages.iter().any(|stage| stage.gate.approval));
    let (title, rest) = match automation {
        Automation::Recommend => (
            format!("Leave every step of {name} to people?"),
            " gains or loses it now; nothing is held or taken back by itself any more.",
        ),
        Automation::Guard => (
            format!("Let {name} be held and taken back by itself?"),
            " gains it by this; it is held or taken back by itself when harm is shown.",
        ),
        Automation::Auto => (
            format!("Let {name} go on by itself?"),
            " gains it now; it goes on by itself as soon as everything that its stage asks holds.",
        ),
    };
    let mut facts = Vec::new();
    if automation != Automation::Recommend {
        facts.push(Fact::new(FactKind::OnHarm, format!("{}.", capitalised(on_harm(guard.on_harm)))));
    }
    facts.push(Fact::new(
        FactKind::NotAffected,
        match automation {
            Automation::Auto if approvals => "A stage that asks for approval waits for it.",
            _ => "What is measured, and what each stage asks.",
        },
    ));
    facts.push(Fact::new(FactKind::WayBack, "Choose another at any time. People can always hold it or turn it off."));
    if automation == Automation::Auto {
        let stages = rollout.map(|rollout| rollout.stages.as_slice()).unwrap_or_default();
        let less = stages.iter().filter(|stage| stage.gate.evidence == Wanted::NotHarmful);
        let less = less.map(|stage| stage.title.as_str()).collect::<Vec<_>>().join(", ");
        if !less.is_empty() {
            let words = format!("It leaves {less} if no harm is shown, which is less than safety.");
            facts.push(Fact::new(FactKind::Evidence, words));
        }
    }
    let started = rollout.is_some_and(|rollout| rollout.status != RolloutStatus::Draft);
    Confirmation {
        title,
        about: "This changes what goes by itself in",
        place: scene.environment.name.clone(),
        change: None,
        effect: Consequence::new("", "Nobody", rest),
        facts,
        reason: Reason::asked(Asks::InProduction, scene.environment.production && started),
        exact: Exact {
            path: format!("{} / {} / rollout / automation", scene.environment.key, scene.flag.key),
            removed: vec![lower(label(guard.automation))],
            added: vec![lower(label(automation))],
        },
        confirm: label(automation).into(),
        working: "Changing…",
        stops: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    #[test]
    fn nothing_goes_on_by_itself_without_anything_to_go_by() {
        let open = fixture::running(2);
        let check =
            |configuration: &signalbox_protocol::wire::configuration::Configuration, automation, expect: bool| {
                assert_eq!(obstacle(configuration.rollout.as_ref().unwrap(), automation).is_some(), expect);
            };
        check(&open, Automation::Auto, true);
        check(&open, Automation::Guard, false);
        check(&fixture::guarded(2), Automation::Auto, false);
    }

    #[test]
    fn the_dialog_says_what_will_happen_by_itself() {
        let told = told(&fixture::scene(fixture::guarded(2)), Automation::Auto);
        assert_eq!(told.title, "Let Instant payments go on by itself?");
        assert_eq!(told.facts[0], Fact::new(FactKind::OnHarm, "It goes back to the start."));
        assert_eq!(
            (told.exact.removed, told.exact.added),
            (vec!["people do everything".to_owned()], vec!["goes on by itself".to_owned()],)
        );
        assert_eq!(told.reason, Reason::Required);
        assert_eq!(super::told(&fixture::scene(fixture::draft()), Automation::Guard).reason, Reason::Optional);
    }
}
