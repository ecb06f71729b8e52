//! What the confirm dialog says before a step of a rollout, or before the kill switch.

use signalbox_domain::guard::{Automation, Wanted};
use signalbox_domain::rollout::{Position, RolloutStatus, StageAudience};
use signalbox_domain::words::difference;
use signalbox_domain::{Share, people};
use signalbox_protocol::wire::rollout::Rollout;

use crate::pages::flag::change::confirmation::{Change, Confirmation, Effect, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::step::{Step, next};
use crate::pages::flag::crowd::in_words;
use crate::pages::flag::scene::{Scene, Side};
use crate::words::capitalised;

/// What the dialog says before a step; nothing where the step needs a rollout and there is none.
pub fn confirmation(scene: &Scene, step: Step) -> Option<Confirmation> {
    let name = &scene.flag.details.name;
    let rollout = scene.open_rollout();
    let now = scene.now();
    let at = |position| rollout.map(|rollout| scene.at(rollout, position));
    let after = match step {
        Step::Start => at(Position::Stage(0))?,
        Step::Advance => at(Position::Stage(rollout.and_then(next)?))?,
        Step::RollBack(to) => at(to)?,
        Step::Approve | Step::Hold | Step::Resume | Step::Finish => rollout.map(|_| now.clone())?,
        Step::TurnOff => Side::off(),
        Step::TurnOn => scene.unless_turned_off(),
    };
    let title = match step {
        Step::Start => format!("Start {name} with {}?", after.title),
        Step::Advance => format!("Let {name} into {}?", after.title),
        Step::Approve => format!("Approve that {name} enters {}?", ahead(scene)),
        Step::Hold => format!("Hold {name} at {}?", now.title),
        Step::Resume => format!("Resume {name} at {}?", now.title),
        Step::RollBack(to) => format!("Take {name} back to {}?", place(to, &after)),
        Step::Finish => format!("Finish the rollout of {name} at {}?", now.title),
        Step::TurnOff => format!("Turn {name} off for everyone?"),
        Step::TurnOn => format!("Turn {name} on again?"),
    };
    let about = match step {
        Step::Approve => "This agrees to what comes next in",
        Step::Hold => "This stops the rollout in",
        Step::Resume => "This lets the rollout go on in",
        Step::Finish => "This ends the rollout in",
        _ => "This changes what people see in",
    };
    let moves = !matches!(step, Step::Approve | Step::Hold | Step::Resume | Step::Finish);
    let change = Change::new(scene.crowd(), now.clone(), after.clone());
    Some(Confirmation {
        title,
        about,
        place: scene.environment.name.clone(),
        effect: effect(scene, step, &change),
        facts: facts(scene, step, &change),
        reason: Reason::asked(step.asks(), scene.environment.production),
        exact: exact(scene, step, &change),
        confirm: confirm(scene, step, &change),
        working: step.working(),
        stops: step.stops(),
        change: moves.then_some(change),
    })
}

/// "the start", or the name of the stage.
fn place(position: Position, side: &Side) -> String {
    match position {
        Position::Start => "the start".into(),
        Position::Stage(_) => side.title.clone(),
    }
}

fn effect(scene: &Scene, step: Step, change: &Change) -> Effect {
    let keep = |rest: &str| {
        let verb = if change.now.people == Some(1) { " keeps it" } else { " keep it" };
        Effect::new("", capitalised(&in_words(change.now.people)), format!("{verb}{rest}"))
    };
    match step {
        Step::Start | Step::Advance | Step::RollBack(_) => Effect::of(change),
        Step::Approve if goes_on_by_itself(scene) => {
            Effect::new("", "Nobody", format!(" gains it by this alone; it then enters {} by itself.", ahead(scene)))
        }
        Step::Approve => Effect::new(
            "",
            "Nobody",
            format!(" gains or loses it by this; somebody may then let it into {}.", ahead(scene)),
        ),
        Step::Hold => keep("; nobody else gets it until somebody resumes."),
        Step::Resume => keep("; it changes nothing for anybody until somebody advances."),
        Step::Finish if change.now.share == Share::EVERYBODY => keep(" for good."),
        Step::Finish => keep(" for good; nobody else gets it unless you plan another rollout."),
        Step::TurnOff if !scene.configuration.rules.is_empty() => {
            Effect::new("It is taken away at once from ", "everyone who has it", ", whichever rule gave it to them.")
        }
        Step::TurnOff if change.now.people == Some(0) => {
            Effect::new("", "Nobody", " has it now, and nobody can get it until it is turned on again.")
        }
        Step::TurnOff => Effect::new("It is taken away at once from ", in_words(change.now.people), "."),
        Step::TurnOn if !scene.configuration.rules.is_empty() => {
            Effect::new("", "Everyone who had it", " by a rule or the rollout gets it back.")
        }
        Step::TurnOn => {
            let verb = if change.after.people == Some(1) { " gets it back." } else { " get it back." };
            Effect::new("", capitalised(&in_words(change.after.people)), verb)
        }
    }
}

fn confirm(scene: &Scene, step: Step, change: &Change) -> String {
    let fallback = step.label(scene);
    match (step, change.now.people, change.after.people) {
        (Step::Start | Step::Advance, Some(now), Some(after)) if after > now => {
            difference(now, after).map_or(fallback, |more| format!("Let {more} in"))
        }
        (Step::RollBack(_), Some(now), Some(after)) if after < now => {
            format!("Take it away from {}", people::in_words(now - after))
        }
        (Step::RollBack(to), ..) => format!("Roll back to {}", place(to, &change.after)),
        (Step::Approve, ..) => format!("Approve {}", ahead(scene)),
        (Step::Hold, ..) => format!("Hold at {}", change.now.title),
        (Step::Resume, ..) => format!("Resume at {}", change.now.title),
        (Step::Finish, ..) => format!("Finish at {}", change.now.title),
        (Step::TurnOff | Step::TurnOn, ..) if !scene.configuration.rules.is_empty() => fallback,
        (Step::TurnOff, Some(now), _) if now > 0 => format!("Turn off for {}", people::in_words(now)),
        (Step::TurnOn, _, Some(after)) if after > 0 => format!("Give it back to {}", people::in_words(after)),
        _ => fallback,
    }
}

fn facts(scene: &Scene, step: Step, change: &Change) -> Vec<Fact> {
    use FactKind::{NotAffected, WayBack, Who};
    let environment = &scene.environment.name;
    let own = match scene.configuration.overrides.len() {
        0 => String::new(),
        1 => " So does 1 person with a variant of their own.".into(),
        many => format!(" So do {many} people with a variant of their own."),
    };
    let here = &change.now.title;
    match step {
        Step::Start | Step::Advance => {
            let entered = scene.open_rollout().and_then(|rollout| rollout.stages.get(next(rollout)?));
            let who = match entered.map(|stage| &stage.audience) {
                Some(StageAudience::People { people }) => format!("Named by their key: {}.", some_of(people)),
                Some(StageAudience::Segments { segments }) => {
                    let names: Vec<_> = segments.iter().map(|key| scene.segments.called(key)).collect();
                    format!("Whoever is in {}, as it is then.", some_of(&names))
                }
                _ => {
                    let rule = scene.open_rollout().and_then(|rollout| scene.rule(rollout.rule.as_ref()?));
                    let whom = rule
                        .map_or_else(|| format!("everyone in {environment}"), |rule| rule.rule.who(&scene.segments));
                    format!("Drawn at random from {whom}; each person keeps their place.")
                }
            };
            let back = match step {
                Step::Start => "Roll back to the start at any time.".into(),
                _ => format!("Roll back to {here} at any time."),
            };
            let mut facts = vec![
                Fact::new(Who, who),
                Fact::new(NotAffected, format!("Whoever has it keeps it, with the same variant.{own}")),
                Fact::new(WayBack, back),
            ];
            facts.extend(less_than_safety(scene, step));
            facts
        }
        Step::RollBack(to) => vec![
            Fact::new(Who, "Those who were let in last lose it first."),
            Fact::new(
                NotAffected,
                format!("Whoever had it at {} keeps it, with the same variant.{own}", place(to, &change.after)),
            ),
            Fact::new(WayBack, "It is held there. Resume and advance to let the same people in again."),
        ],
        Step::Approve => {
            let mut facts = vec![
                Fact::new(Who, "You agree by name. Whoever started the rollout cannot."),
                Fact::new(NotAffected, format!("Whoever has it at {here} keeps it.{own}")),
                Fact::new(WayBack, "It counts for this stage only. Hold it or roll it back at any time."),
            ];
            facts.extend(less_than_safety(scene, step));
            facts
        }
        Step::Hold => vec![
            Fact::new(NotAffected, format!("Whoever has it keeps it.{own}")),
            Fact::new(WayBack, "Resume at any time."),
        ],
        Step::Resume => vec![
            Fact::new(NotAffected, format!("Everybody: it stays at {here}.")),
            Fact::new(WayBack, "Hold it again at any time."),
        ],
        Step::Finish => vec![
            Fact::new(Who, format!("The rule of {environment} takes over: {here}.")),
            Fact::new(WayBack, "Change the rule, plan another rollout, or turn it off for everyone."),
        ],
        Step::TurnOff => vec![
            Fact::new(Who, format!("Everyone in {environment}, people named by their key included.")),
            Fact::new(NotAffected, "Other environments. A rollout under way is held and keeps its place."),
            Fact::new(WayBack, "Turn it on again; the same people get it back."),
        ],
        Step::TurnOn => vec![
            Fact::new(Who, "The same people who had it before it was turned off."),
            Fact::new(
                NotAffected,
                match scene.rollout_under_way() {
                    Some(_) => "A rollout stays held until somebody resumes it.",
                    None => "Other environments.",
                },
            ),
            Fact::new(WayBack, "Turn it off for everyone again at any time."),
        ],
    }
}

/// Said before a stage is left that asks less than safety, by the choice of whoever planned it.
fn less_than_safety(scene: &Scene, step: Step) -> Option<Fact> {
    let rollout = scene.rollout_under_way().filter(|_| step != Step::Start)?;
    let Position::Stage(stage) = rollout.position else { return None };
    let stage = rollout.stages.get(stage).filter(|stage| stage.gate.evidence == Wanted::NotHarmful)?;
    let words = format!("{} asks only that no harm is shown, which is less than safety.", stage.title);
    Some(Fact::new(FactKind::Evidence, words))
}

/// What the stage ahead is called.
fn ahead(scene: &Scene) -> String {
    let stage = scene.open_rollout().and_then(|rollout| rollout.stages.get(next(rollout)?));
    stage.map_or_else(|| "its end".to_owned(), |stage| stage.title.clone())
}

fn goes_on_by_itself(scene: &Scene) -> bool {
    scene.rollout_under_way().is_some_and(|rollout| rollout.guard.automation == Automation::Auto)
}

/// The first three, and how many more there are.
fn some_of(people: &[String]) -> String {
    let shown: Vec<_> = people.iter().take(3).map(String::as_str).collect();
    match people.len() {
        0..=3 => shown.join(", "),
        many => format!("{} and {} more", shown.join(", "), many - 3),
    }
}

fn exact(scene: &Scene, step: Step, change: &Change) -> Exact {
    let at = |what: &str| format!("{} / {} / {what}", scene.environment.key, scene.flag.key);
    let status = |before: &str, after: &str| Exact {
        path: at("rollout"),
        removed: vec![format!("status: {before}")],
        added: vec![format!("status: {after}")],
    };
    let lines = |stage: String, side: &Side| {
        let mut lines = vec![format!("stage: {stage}"), format!("share: {}", side.share.percent())];
        if change.now.named != change.after.named {
            lines.push(format!("named people: {}", side.named));
        }
        if change.now.groups != change.after.groups {
            lines.push(format!(
                "groups: {}",
                if side.groups.is_empty() { "none".into() } else { side.groups.join(", ") }
            ));
        }
        lines
    };
    let stage_of = |rollout: &Rollout, position| match position {
        Position::Start => "start".to_owned(),
        Position::Stage(stage) => format!("{} of {}", stage + 1, rollout.stages.len()),
    };
    let stage = |position: Option<Position>| match (scene.open_rollout(), position) {
        (Some(rollout), Some(position)) => stage_of(rollout, position),
        _ => "none".into(),
    };
    let here = scene.open_rollout().map(|rollout| rollout.position);
    let to = match step {
        Step::Start => Some(Position::Stage(0)),
        Step::Advance => scene.open_rollout().and_then(next).map(Position::Stage),
        Step::RollBack(to) => Some(to),
        _ => None,
    };
    match step {
        Step::Start | Step::Advance | Step::RollBack(_) => {
            // Turned off, the stage moves although nobody has it; the lines tell what moves.
            let reach = scene.unless_turned_off();
            Exact { path: at("rollout"), removed: lines(stage(here), &reach), added: lines(stage(to), &change.after) }
        }
        Step::Approve => {
            Exact { path: at("rollout"), removed: vec!["approved: no".into()], added: vec!["approved: yes".into()] }
        }
        Step::Hold => status("running", "held"),
        Step::Resume => status("held", "running"),
        Step::Finish => {
            let was = match scene.open_rollout().map(|rollout| rollout.status) {
                Some(RolloutStatus::Held) => "held",
                _ => "running",
            };
            let mut exact = status(was, "finished");
            exact.added.push(format!("rule share: {}", change.now.share.percent()));
            exact
        }
        Step::TurnOff | Step::TurnOn => {
            let off = step == Step::TurnOff;
            Exact {
                path: at("kill switch"),
                removed: vec![format!("off for everyone: {}", !off)],
                added: vec![format!("off for everyone: {off}")],
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use signalbox_domain::Timestamp;
    use signalbox_protocol::wire::configuration::Configuration;

    fn told(configuration: Configuration, step: Step) -> Confirmation {
        confirmation(&fixture::scene(configuration), step).unwrap()
    }

    fn check(configuration: Configuration, step: Step, title: &str, effect: &str, confirm: &str) {
        let told = told(configuration, step);
        let Effect { lead, figure, rest } = told.effect;
        assert_eq!((told.title.as_str(), told.confirm.as_str()), (title, confirm));
        assert_eq!(format!("{lead}{figure}{rest}"), effect);
    }

    #[test]
    fn what_is_left_without_safety_says_so() {
        let mut configuration = fixture::guarded(2);
        configuration.rollout.as_mut().unwrap().stages[2].gate.evidence = Wanted::NotHarmful;
        for step in [Step::Advance, Step::Approve] {
            let facts = told(configuration.clone(), step).facts;
            let last = facts.last().unwrap();
            let expect = "10 % asks only that no harm is shown, which is less than safety.";
            assert_eq!((last.kind, last.text.as_str()), (FactKind::Evidence, expect));
        }
        let safe = told(fixture::guarded(2), Step::Advance).facts;
        assert!(safe.iter().all(|fact| fact.kind != FactKind::Evidence));
    }

    #[test]
    fn every_step_states_its_consequence_in_people() {
        check(
            fixture::running(2),
            Step::Advance,
            "Let Instant payments into 25 %?",
            "About 24,600 more people get it.",
            "Let about 24,600 more people in",
        );
        check(
            fixture::draft(),
            Step::Start,
            "Start Instant payments with Staff?",
            "3 more people get it.",
            "Let 3 more people in",
        );
        check(
            fixture::running(3),
            Step::RollBack(Position::Stage(2)),
            "Take Instant payments back to 10 %?",
            "It is taken away from about 24,600 people.",
            "Take it away from about 24,600 people",
        );
        check(
            fixture::running(3),
            Step::RollBack(Position::Start),
            "Take Instant payments back to the start?",
            "It is taken away from about 41,000 people.",
            "Take it away from about 41,000 people",
        );
        check(
            fixture::running(3),
            Step::Hold,
            "Hold Instant payments at 25 %?",
            "About 41,000 people keep it; nobody else gets it until somebody resumes.",
            "Hold at 25 %",
        );
        check(
            fixture::running(3),
            Step::TurnOff,
            "Turn Instant payments off for everyone?",
            "It is taken away at once from about 41,000 people.",
            "Turn off for about 41,000 people",
        );
        check(
            fixture::running(4),
            Step::Finish,
            "Finish the rollout of Instant payments at 100 %?",
            "About 164,000 people keep it for good.",
            "Finish at 100 %",
        );
        let mut killed = fixture::held(3);
        killed.killed = Some(Timestamp::from_millis(1));
        check(
            killed,
            Step::TurnOn,
            "Turn Instant payments on again?",
            "About 41,000 people get it back.",
            "Give it back to about 41,000 people",
        );
        check(
            fixture::nobody(),
            Step::TurnOff,
            "Turn Instant payments off for everyone?",
            "Nobody has it now, and nobody can get it until it is turned on again.",
            "Turn off for everyone",
        );
    }

    #[test]
    fn an_unstated_audience_is_told_as_a_share() {
        let mut scene = fixture::scene(fixture::running(2));
        scene.environment.audience = 0;
        let told = confirmation(&scene, Step::Advance).unwrap();
        assert_eq!(told.effect.figure, "10 % to 25 % of people");
        assert_eq!(told.confirm, "Advance to 25 %");
    }

    #[test]
    fn the_bar_shows_who_stays_and_who_moves() {
        let change = told(fixture::running(3), Step::RollBack(Position::Stage(2))).change.unwrap();
        assert_eq!((change.kept, change.moved, change.grows), (10.0, 15.0, false));
        assert_eq!(change.bar_label(), "10 percent keep it, 15 percent lose it, 75 percent never had it");
    }

    #[test]
    fn reasons_are_asked_as_the_server_does() {
        let check = |step, production, expect| assert_eq!(Reason::asked(Step::asks(step), production), expect);
        check(Step::Advance, true, Reason::Required);
        check(Step::Advance, false, Reason::Optional);
        check(Step::TurnOn, false, Reason::Required);
        check(Step::TurnOff, true, Reason::Afterwards);
    }

    #[test]
    fn the_exact_change_names_stage_and_share() {
        let exact = told(fixture::running(2), Step::Advance).exact;
        assert_eq!(exact.path, "production / payments-instant / rollout");
        assert_eq!(exact.removed, ["stage: 3 of 5", "share: 10"]);
        assert_eq!(exact.added, ["stage: 4 of 5", "share: 25"]);
        let exact = told(fixture::draft(), Step::Start).exact;
        assert_eq!(exact.added, ["stage: 1 of 5", "share: 0", "named people: 3"]);
    }

    #[test]
    fn a_step_without_its_rollout_has_nothing_to_confirm() {
        assert_eq!(confirmation(&fixture::scene(fixture::nobody()), Step::Advance), None);
    }
}
