//! The card in which a plan is made or changed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::guard::{Begin, Guard, gate_words, guard_change_words};
use signalbox_domain::key::RuleId;
use signalbox_domain::people;
use signalbox_domain::rollout::{Position, Stage};
use signalbox_protocol::endpoint::{ChangeStagesEndpoint, DiscardRollout, DraftRolloutEndpoint};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::configuration::Configuration;
use signalbox_protocol::wire::rollout::{ChangeStages, DraftRollout, StageInRollout};
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::browser;
use crate::components::{Button, ButtonKind, IconName, Select};
use crate::form::Problem;
use crate::pages::flag::change::confirmation;
use crate::pages::flag::change::confirmation::{Confirmation, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::step::Asks;
use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::pages::flag::crowd::Crowd;
use crate::pages::flag::evidence::Evidenced;
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::plan::editor::{Editor, PlanEditor, Planned};
use crate::pages::flag::rollout::plan::preview::Counted;
use crate::pages::flag::rollout::plan::rows::{Floor, StageRow, usual};
use crate::pages::flag::rollout::plan::template::{Templates, line};
use crate::pages::flag::scene::Scene;
use crate::pages::flag::targeting::called_in_place;
use crate::state::{ToastKind, use_store};

/// Which plan is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanMode {
    /// A rollout that is not there yet.
    New,
    /// One that has not started: everything may change, nobody notices.
    Draft,
    /// One under way: what was passed stays, and a change asks for its reason.
    UnderWay,
}

/// The card in which a plan is made or changed.
#[component]
pub fn PlanCard(
    /// Which plan.
    mode: PlanMode,
    /// Called when it is to close.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    // Whoever opens the plan wants to type into it.
    request_animation_frame(|| browser::focus(".plan-rows input[name=share], .plan-rows textarea"));
    let (rows, floor, crowd) = page.scene.with_untracked(|scene| begin(scene, mode));
    let guard = page.scene.with_untracked(|scene| guard(scene, mode));
    let editor = Editor::new(rows, guard.clone(), floor, crowd);
    let guard = StoredValue::new(guard);
    let begin = Signal::derive(move || match mode {
        PlanMode::UnderWay => page.scene.with(|scene| page.evidence.with(|known| stands(scene, known))),
        PlanMode::New | PlanMode::Draft => Begin::default(),
    });
    let rule = RwSignal::new(String::new());
    // Another rule has other people, and another share to begin from.
    Effect::new(move |before: Option<String>| {
        let chosen = rule.get();
        if before.is_some_and(|before| before != chosen) {
            let (floor, crowd) =
                page.scene.with_untracked(|scene| ground(scene, RuleId::new(chosen.as_str()).ok().as_ref()));
            editor.stand_on(floor, crowd);
        }
        chosen
    });
    // The version that the edit was begun on; after somebody else's change, the next try is made on theirs.
    let version = RwSignal::new(page.scene.with_untracked(|scene| scene.configuration.version));
    let busy = RwSignal::new(false);
    let confirming = RwSignal::new(None::<Planned>);

    let settle = move |answer: Result<Configuration, ErrorBody>, done: &'static str| match answer {
        Ok(configuration) => {
            page.put_configuration(configuration);
            store.toast(ToastKind::Done, done);
            on_close.try_run(());
            Ok(())
        }
        Err(error) => {
            if let Some(versions) = error.error.versions {
                version.try_set(versions.current);
            }
            if error.error.code != ErrorCode::VersionStale {
                editor.fault.set(error.clone());
            }
            Err(error)
        }
    };
    let save = move |()| {
        let Some(planned) = editor.finished() else { return };
        if mode == PlanMode::UnderWay {
            confirming.set(Some(planned));
            return;
        }
        busy.set(true);
        let at = page.scene.with_untracked(|scene| scene.at_place());
        let against = Some(version.get_untracked());
        spawn_local(async move {
            let answer = match mode {
                PlanMode::New => {
                    let rule = RuleId::new(rule.get_untracked()).ok();
                    let Planned { stages, guard } = planned;
                    let body = DraftRollout { stages: Some(stages), plan: None, rule, guard: Some(guard) };
                    store.send::<DraftRolloutEndpoint>(&at, &body, against).await
                }
                PlanMode::Draft | PlanMode::UnderWay => {
                    let body = changed(planned, &guard.get_value(), None);
                    store.send::<ChangeStagesEndpoint>(&at, &body, against).await
                }
            };
            busy.try_set(false);
            // What went wrong stands in the editor.
            let _ = settle(answer, "The rollout is planned. Nobody gets anything until you start it.");
        });
    };
    let discard = move |()| {
        busy.set(true);
        let at = page.scene.with_untracked(|scene| scene.at_place());
        let against = Some(version.get_untracked());
        spawn_local(async move {
            let answer = store.send::<DiscardRollout>(&at, &Empty {}, against).await;
            busy.try_set(false);
            let _ = settle(answer, "The plan is discarded. Nothing changed for anybody.");
        });
    };
    let change = sending(move |reason| async move {
        let Some(planned) = confirming.get_untracked() else { return Ok(()) };
        let at = page.scene.with_untracked(|scene| scene.at_place());
        let against = Some(version.get_untracked());
        let body = changed(planned, &guard.get_value(), reason);
        let answer = store.send::<ChangeStagesEndpoint>(&at, &body, against).await;
        // What is not accepted of the plan is marked in the editor, behind the dialog.
        let about_stage = answer
            .as_ref()
            .err()
            .and_then(|error| error.error.field.as_ref())
            .is_some_and(|field| field.starts_with("stages") || field.starts_with("guard"));
        let settled = settle(answer, "The plan is changed. Nobody gains or loses anything by it.");
        if about_stage { Ok(()) } else { settled }
    });
    let title = match mode {
        PlanMode::New => "Plan a rollout",
        PlanMode::Draft | PlanMode::UnderWay => "Edit the plan",
    };
    let save_label = match mode {
        PlanMode::New => "Save plan",
        PlanMode::Draft => "Save changes",
        PlanMode::UnderWay => "Change the plan…",
    };
    view! {
        <section class="card plan" aria-labelledby="plan">
            <div class="card-h">
                <h2 id="plan">{title}</h2>
                <span class="ink3 fs12">
                    {match mode {
                        PlanMode::UnderWay => "Stages that were passed stay as they are",
                        PlanMode::New | PlanMode::Draft => "Nobody gets anything until you start it",
                    }}
                </span>
            </div>
            {(mode == PlanMode::New).then(|| view! { <ForWhom rule fault=editor.fault /> })}
            <Templates editor choose=mode != PlanMode::UnderWay />
            <PlanEditor editor begin counted=Counted::follow(page) under_way=mode == PlanMode::UnderWay />
            <div class="card-f row">
                {(mode == PlanMode::Draft)
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Quiet
                                icon=IconName::Trash
                                disabled=Signal::derive(move || page.locked())
                                busy
                                on_press=discard
                            >
                                "Discard plan"
                            </Button>
                        }
                    })}
                <span class="grow"></span>
                <Button on_press=on_close>"Cancel"</Button>
                <Button
                    kind=ButtonKind::Primary
                    disabled=Signal::derive(move || page.locked())
                    busy
                    on_press=save
                >
                    {move || if busy.get() { "Saving…" } else { save_label }}
                </Button>
            </div>
        </section>
        {move || {
            confirming
                .get()
                .map(|planned| {
                    let told = page.scene.with_untracked(|scene| told(scene, &planned));
                    view! {
                        <ConfirmDialog
                            confirmation=Signal::stored(told)
                            send=change
                            on_close=move |()| confirming.set(None)
                        />
                    }
                })
        }}
    }
}

/// The choice of the rule that the rollout is for, where there are rules.
#[component]
fn ForWhom(rule: RwSignal<String>, fault: Problem) -> impl IntoView {
    let scene = use_page().scene;
    let options = Signal::derive(move || {
        scene.with(|scene| {
            let mut options = vec![(String::new(), "Everyone else, whom no rule fits".to_owned())];
            options.extend((1..).zip(&scene.configuration.rules).map(|(number, told)| {
                let fits = told.rule.fits.map_or_else(String::new, |fits| format!(", {}", people::in_words(fits)));
                (told.rule.id.to_string(), called_in_place(told.rule.name.as_deref(), number) + &fits)
            }));
            options
        })
    });
    let error = fault.at("rule");
    view! {
        <Show when=move || options.with(|options| options.len() > 1)>
            <div class="plan-for">
                <Select label="For whom" value=rule options error />
            </div>
        </Show>
    }
}

/// Who has the feature before a rollout of a rule, or of what everyone else gets, and among how many people.
pub fn ground(scene: &Scene, rule: Option<&RuleId>) -> (Floor, Crowd) {
    let (share, people, segments) = scene.own_audience(rule);
    let named = people.len() as u64 + scene.segments.people_in(segments).unwrap_or_default();
    let crowd = match rule.and_then(|id| scene.rule(id)) {
        Some(told) => Crowd::new(told.rule.fits.unwrap_or_default()),
        None => scene.everyone(),
    };
    (Floor { share, named }, crowd)
}

/// The rows to begin with, and who has the feature before the first of them.
fn begin(scene: &Scene, mode: PlanMode) -> (Vec<StageRow>, Floor, Crowd) {
    let rollout = scene.open_rollout().filter(|_| mode != PlanMode::New);
    let (floor, crowd) = ground(scene, rollout.and_then(|rollout| rollout.rule.as_ref()));
    let Some(rollout) = rollout else { return (usual(floor), floor, crowd) };
    let passed = match (mode, rollout.position) {
        (PlanMode::UnderWay, Position::Stage(stage)) => stage + 1,
        _ => 0,
    };
    let rows = rollout
        .stages
        .iter()
        .enumerate()
        .map(|(index, stage)| {
            let stage = as_planned(stage);
            if index < passed { StageRow::passed(stage) } else { StageRow::from(stage) }
        })
        .collect();
    let floor = if mode == PlanMode::UnderWay { Floor { share: rollout.share_before, ..floor } } else { floor };
    (rows, floor, crowd)
}

/// Where a rollout under way stands, and since when it soaks there.
fn stands(scene: &Scene, known: &Evidenced) -> Begin {
    let Some(rollout) = scene.rollout_under_way() else { return Begin::default() };
    let stage = match rollout.position {
        Position::Start => None,
        Position::Stage(stage) => Some(stage),
    };
    let seen = known.here().map_or(0, |evidence| evidence.people.control + evidence.people.treated);
    Begin { stage, since: known.soaking_since().or(rollout.entered), seen }
}

/// How the rollout that is edited is watched; a new one is not.
fn guard(scene: &Scene, mode: PlanMode) -> Guard {
    let rollout = scene.open_rollout().filter(|_| mode != PlanMode::New);
    rollout.map(|rollout| rollout.guard.clone()).unwrap_or_default()
}

/// The change of a rollout that was watched like `before`: what stayed as it was is not sent.
fn changed(Planned { stages, guard }: Planned, before: &Guard, reason: Option<String>) -> ChangeStages {
    ChangeStages { stages, guard: (guard != *before).then_some(guard), reason }
}

/// A stage as it was planned.
pub fn as_planned(stage: &StageInRollout) -> Stage<String> {
    Stage { name: stage.name.clone(), audience: stage.audience.clone(), gate: stage.gate.clone() }
}

/// What the dialog says before the plan of a rollout under way is changed.
fn told(scene: &Scene, planned: &Planned) -> Confirmation {
    let was: Vec<_> = scene.open_rollout().cloned().map_or_else(Vec::new, |rollout| rollout.stages);
    let was: Vec<_> = was.iter().map(as_planned).collect();
    let guard = guard(scene, PlanMode::UnderWay);
    let mut removed = vec![line(&was, &scene.segments)];
    let mut added = vec![line(&planned.stages, &scene.segments)];
    let gates = |stages: &[Stage<String>]| {
        let asks = |stage: &Stage<String>| format!("{}: {}", stage.in_words(&scene.segments), gate_words(&stage.gate));
        stages.iter().filter(|stage| !stage.gate.is_open()).map(asks).collect::<Vec<_>>()
    };
    let (before, after) = (gates(&was), gates(&planned.stages));
    removed.extend(before.iter().filter(|line| !after.contains(line)).cloned());
    added.extend(after.iter().filter(|line| !before.contains(line)).cloned());
    if guard != planned.guard {
        let (was, is) = guard_change_words(&guard, &planned.guard);
        removed.push(was);
        added.push(is);
    }
    Confirmation {
        title: format!("Change the plan of {}?", scene.flag.details.name),
        about: "This changes what comes next in",
        place: scene.environment.name.clone(),
        change: None,
        effect: confirmation::Effect::new("", "Nobody", " gains or loses it now; the stages ahead are different."),
        facts: vec![
            Fact::new(FactKind::NotAffected, "Stages that were passed, and everyone who has it."),
            Fact::new(FactKind::WayBack, "Edit the plan again at any time."),
        ],
        reason: Reason::asked(Asks::InProduction, scene.environment.production),
        exact: Exact {
            path: format!("{} / {} / rollout / stages", scene.environment.key, scene.flag.key),
            removed,
            added,
        },
        confirm: "Change the plan".into(),
        working: "Changing…",
        stops: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    #[test]
    fn what_was_passed_is_locked() {
        let scene = fixture::scene(fixture::running(1));
        let (rows, ..) = begin(&scene, PlanMode::UnderWay);
        let locked: Vec<_> = rows.iter().map(|row| row.passed.is_some()).collect();
        assert_eq!(locked, [true, true, false, false, false]);
        let (rows, ..) = begin(&fixture::scene(fixture::draft()), PlanMode::Draft);
        assert!(rows.iter().all(|row| row.passed.is_none()));
    }

    #[test]
    fn a_new_plan_begins_with_the_usual_line() {
        let (rows, floor, _) = begin(&fixture::scene(fixture::nobody()), PlanMode::New);
        assert_eq!(rows.len(), 4);
        assert_eq!(floor.named, 0);
    }

    #[test]
    fn the_exact_change_is_the_two_lines() {
        let scene = fixture::scene(fixture::running(1));
        let told = told(&scene, &Planned { stages: Vec::new(), guard: Guard::default() });
        assert_eq!(told.exact.added, [""]);
        assert_eq!(told.exact.removed, ["Staff → 1 % → 10 % → 25 % → 100 %"]);
        assert_eq!(told.reason, Reason::Required);
    }
}
