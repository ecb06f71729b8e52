//! How a rollout stands, and what stands between it and its next stage.

use signalbox_domain::evidence::Outcome;
use signalbox_domain::guard::{MetricRole, Wanted, difference_words, value_words};
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus};
use signalbox_domain::words::difference;
use signalbox_protocol::wire::evidence::{CheckState, Demand, Evidence, MetricEvidence, Step};
use signalbox_protocol::wire::rollout::Rollout;

use crate::components::Aspect;
use crate::pages::flag::change::step::next;
use crate::pages::flag::evidence::Evidenced;
use crate::pages::flag::evidence::checks::missing;
use crate::pages::flag::scene::Scene;

/// How it stands, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The state: "Clear to enter 50 %".
    pub title: String,
    /// Why, and what follows.
    pub sentence: String,
    /// What the lamp beside it shows.
    pub lamp: Lamp,
}

/// What the lamp beside a verdict shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lamp {
    /// A person decides.
    Person,
    /// A signal.
    Shows(Aspect),
}

/// How the rollout of the scene stands.
pub fn verdict(scene: &Scene, known: &Evidenced) -> Verdict {
    let stopped = |title: String, sentence: String| Verdict { title, sentence, lamp: Lamp::Shows(Aspect::Danger) };
    let ready = |title: String, sentence: String| Verdict { title, sentence, lamp: Lamp::Person };
    let reach = scene.unless_turned_off();
    if scene.configuration.killed.is_some() {
        let rest = if scene.rollout_under_way().is_some() { " The rollout is held and keeps its place." } else { "" };
        return stopped("Off for everyone".into(), format!("Nobody has it, whatever the rule says.{rest}"));
    }
    let Some(rollout) = scene.open_rollout() else {
        return ready("No rollout is under way".into(), String::new());
    };
    match rollout.status {
        RolloutStatus::Draft => {
            let first = rollout.stages.first().map_or("", |stage| stage.title.as_str());
            ready(format!("Ready to start with {first}"), "Nobody gets anything until you start it.".into())
        }
        RolloutStatus::Held => {
            let place = match rollout.position {
                Position::Start => "before the start".to_owned(),
                Position::Stage(_) => format!("at {}", reach.title),
            };
            let why = held_because(rollout.held_because);
            stopped(format!("Held {place}"), format!("{why} It goes no further until somebody resumes it."))
        }
        RolloutStatus::Running | RolloutStatus::Finished => running(scene, rollout, known),
    }
}

fn held_because(because: Option<HeldBecause>) -> &'static str {
    match because {
        Some(HeldBecause::RollBack) => "It was rolled back.",
        Some(HeldBecause::Kill) => "It was held when the flag was turned off.",
        Some(HeldBecause::Harm) => "Harm was shown.",
        Some(HeldBecause::Signal) => "A signal was broken.",
        Some(HeldBecause::SampleRatio) => "The groups are not as large as they were drawn to be.",
        Some(HeldBecause::NoEvidence) => "Evidence could not be read for a while.",
        Some(HeldBecause::TookTooLong) => "The stage took longer than it may.",
        Some(HeldBecause::Hold) | None => "Somebody held it.",
    }
}

fn running(scene: &Scene, rollout: &Rollout, known: &Evidenced) -> Verdict {
    let tells = |title: String, sentence: String, aspect| Verdict { title, sentence, lamp: Lamp::Shows(aspect) };
    let unguarded = unguarded(scene, rollout);
    let to = next(rollout).and_then(|stage| rollout.stages.get(stage)).map(|stage| stage.title.as_str());
    let on = to.map_or_else(|| "the end".to_owned(), str::to_owned);
    if !is_guarded(scene) {
        return unguarded;
    }
    let evidence = match known {
        Evidenced::Here(evidence) => evidence,
        Evidenced::Nothing | Evidenced::Loading => {
            return tells(format!("Looking at what guards {on}"), "The evidence is on its way.".into(), Aspect::Dark);
        }
        Evidenced::Offline => {
            let sentence = "Evidence is not known while this page is offline. It is judged by the server all the same.";
            return tells(format!("Not known whether it is clear for {on}"), sentence.into(), Aspect::Dark);
        }
        Evidenced::Failed(error) => {
            let sentence = format!("The evidence could not be loaded: {}.", error.error.message.trim_end_matches('.'));
            return tells(format!("Not known whether it is clear for {on}"), sentence, Aspect::Dark);
        }
    };
    if let Some((title, sentence)) = harm(evidence) {
        return tells(title, sentence, Aspect::Danger);
    }
    if evidence.checks.is_empty() {
        return Verdict {
            sentence: "This stage asks nothing before it is left, so a person decides; what is measured stands below."
                .into(),
            ..unguarded
        };
    }
    let only_not_harmful =
        if asks_less(evidence) { " This stage asks only that no harm was shown, not that safety was." } else { "" };
    if evidence.is_clear {
        let count = match evidence.checks.len() {
            1 => "What this stage asks holds.".to_owned(),
            2 => "Both checks pass.".to_owned(),
            many => format!("All {many} checks pass."),
        };
        let follows = if evidence.is_automatic { " It goes on by itself." } else { "" };
        let adds = added(scene, rollout).map(|people| format!(" Adds {people}.")).unwrap_or_default();
        let title = to.map_or_else(|| "Clear to finish".to_owned(), |to| format!("Clear to enter {to}"));
        return tells(title, format!("{count}{adds}{follows}{only_not_harmful}"), Aspect::Clear);
    }
    if known.awaits_approval() {
        let sentence = "Everything else holds. Somebody other than whoever started the rollout must approve it.";
        let title = format!("Waiting for approval to enter {on}");
        let title = if to.is_none() { "Waiting for approval to finish".to_owned() } else { title };
        return tells(title, format!("{sentence}{only_not_harmful}"), Aspect::Caution);
    }
    let blind = evidence.checks.iter().any(|check| check.state == CheckState::NoData);
    let aspect = if blind { Aspect::Dark } else { Aspect::Caution };
    let list: Vec<_> = evidence.checks.iter().filter_map(|check| missing(check, evidence)).collect();
    let title = to.map_or_else(|| "Not yet clear to finish".to_owned(), |to| format!("Not yet clear for {to}"));
    tells(title, format!("Still missing: {}.{only_not_harmful}", list.join(", ")), aspect)
}

/// Whether something is measured of the rollout, or asked before it leaves its stage.
pub fn is_guarded(scene: &Scene) -> bool {
    let Some(rollout) = scene.rollout_under_way() else { return false };
    let stage = match rollout.position {
        Position::Stage(stage) => rollout.stages.get(stage),
        Position::Start => None,
    };
    !rollout.guard.metrics.is_empty() || stage.is_some_and(|stage| !stage.gate.is_open())
}

/// Where nothing is asked and nothing measured: a person decides.
fn unguarded(scene: &Scene, rollout: &Rollout) -> Verdict {
    let (title, sentence) = match next(rollout).and_then(|stage| rollout.stages.get(stage)) {
        Some(stage) => (
            format!("Ready for {} when you are", stage.title),
            "No checks guard this step, so a person decides.".to_owned(),
        ),
        None => (
            format!("In its last stage, {}", scene.unless_turned_off().title),
            "Finish it, and the rule keeps what the rollout came to.".into(),
        ),
    };
    Verdict { title, sentence, lamp: Lamp::Person }
}

/// Whether the stage asks less than safety.
pub fn asks_less(evidence: &Evidence) -> bool {
    wanted(evidence) == Wanted::NotHarmful
}

/// What the stage asks of guardrails.
pub fn wanted(evidence: &Evidence) -> Wanted {
    let asked = evidence.checks.iter().find_map(|check| match check.demand {
        Demand::Guardrails { wanted, .. } => Some(wanted),
        _ => None,
    });
    asked.unwrap_or_default()
}

/// What does harm, or else is wrong, and what follows.
fn harm(evidence: &Evidence) -> Option<(String, String)> {
    let broken = |role| {
        let harmed =
            evidence.metrics.iter().filter(move |metric| metric.outcome == Outcome::Harm && metric.role == role);
        harmed.collect::<Vec<_>>()
    };
    let (guardrails, signals) = (broken(MetricRole::Guardrail), broken(MetricRole::Signal));
    let follows = follows(evidence);
    let uneven = matches!(evidence.step, Some(Step::Hold { because: HeldBecause::SampleRatio }));
    if !guardrails.is_empty() {
        let words: Vec<_> = guardrails.iter().map(|metric| broken_words(metric)).collect();
        return Some((format!("Harm shown: {}", names(&guardrails)), format!("{}. {follows}", words.join("; "))));
    }
    if uneven {
        let seen = evidence.people;
        let sentence = format!(
            "{} people without and {} with the feature is no chance for the shares that were drawn, so nothing can be \
             compared. {follows}",
            signalbox_domain::people::grouped(seen.control),
            signalbox_domain::people::grouped(seen.treated)
        );
        return Some(("The groups are not as large as they were drawn".into(), sentence));
    }
    if !signals.is_empty() {
        let words: Vec<_> = signals.iter().map(|metric| broken_words(metric)).collect();
        return Some((format!("Signal broken: {}", names(&signals)), format!("{}. {follows}", words.join("; "))));
    }
    match evidence.step {
        Some(Step::Hold { because }) => {
            Some(("It should be held".into(), format!("{} {follows}", held_because(Some(because)))))
        }
        _ => None,
    }
}

fn names(metrics: &[&MetricEvidence]) -> String {
    metrics.iter().map(|metric| metric.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// "Errors are at least +0.62 pp worse where 0.5 pp is allowed".
fn broken_words(metric: &MetricEvidence) -> String {
    let Some(bounds) = metric.bounds else { return metric.name.clone() };
    let least = difference_words(bounds.at_least, metric.unit);
    let least = least.trim_start_matches('+');
    match metric.limit {
        Some(limit) => {
            format!("{}: at least {least} beyond the limit of {}", metric.name, value_words(limit, metric.unit))
        }
        None => {
            let margin = difference_words(metric.margin, metric.unit);
            format!("{}: at least {least} worse where {} is allowed", metric.name, margin.trim_start_matches('+'))
        }
    }
}

/// What is done by itself, or what people could do.
fn follows(evidence: &Evidence) -> &'static str {
    match (evidence.step, evidence.is_automatic) {
        (Some(Step::Hold { .. }), true) => "It is held by itself.",
        (Some(Step::RollBack { to: Position::Start }), true) => "It goes back to the start by itself.",
        (Some(Step::RollBack { .. }), true) => "It goes back by itself.",
        (Some(Step::SwitchOff), true) => "It is turned off for everyone by itself.",
        (Some(Step::Hold { .. }), false) => "Hold it and look.",
        (Some(Step::RollBack { .. }), false) => "Roll it back; nothing is done by itself.",
        (Some(Step::SwitchOff), false) => "Turn it off for everyone; nothing is done by itself.",
        (Some(Step::Advance | Step::Finish) | None, _) => "It does not count until the next looks show it too.",
    }
}

/// "about 41,000 people" who get it with the next stage.
fn added(scene: &Scene, rollout: &Rollout) -> Option<String> {
    let now = scene.unless_turned_off().people?;
    let then = scene.at(rollout, Position::Stage(next(rollout)?)).people?;
    difference(now, then).map(|words| words.replace(" more people", " people").replace(" more person", " person"))
}

/// What the signal at the entrance of the next stage shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Its aspect.
    pub aspect: Aspect,
    /// "Clear to enter".
    pub words: &'static str,
    /// "3 of 5 checks pass".
    pub detail: String,
}

/// What the signal at the entrance of the next stage shows; nothing where nothing is asked.
pub fn passed(scene: &Scene, known: &Evidenced) -> Option<Passed> {
    let Some(evidence) = known.here() else {
        // Where something guards the step and nobody knows how it stands, nothing is ready.
        let (words, detail) = ("Not known", "no evidence at hand".to_owned());
        return is_guarded(scene).then_some(Passed { aspect: Aspect::Dark, words, detail });
    };
    if known.asks_to_stop() {
        let (words, detail) = ("Not now", "harm was shown, or something is wrong".to_owned());
        return Some(Passed { aspect: Aspect::Danger, words, detail });
    }
    let all = evidence.checks.len();
    let passed = evidence.checks.iter().filter(|check| check.state == CheckState::Passed).count();
    let blind = evidence.checks.iter().any(|check| check.state == CheckState::NoData);
    let (aspect, words) = match (evidence.is_clear, blind) {
        (true, _) => (Aspect::Clear, "Clear to enter"),
        (false, true) => (Aspect::Dark, "Not yet clear"),
        (false, false) => (Aspect::Caution, "Not yet clear"),
    };
    let verb = if all == 1 && passed == 1 { "check passes" } else { "checks pass" };
    (all > 0).then(|| Passed { aspect, words, detail: format!("{passed} of {all} {verb}") })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::{Value, json};
    use signalbox_domain::Timestamp;
    use signalbox_protocol::wire::configuration::Configuration;

    fn check(configuration: Configuration, known: &Evidenced, title: &str, sentence: &str) {
        let verdict = verdict(&fixture::scene(configuration), known);
        assert_eq!((verdict.title.as_str(), verdict.sentence.as_str()), (title, sentence));
    }

    #[test]
    fn without_a_gate_the_title_is_the_state() {
        let check = |configuration, title, sentence| check(configuration, &Evidenced::Nothing, title, sentence);
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

    fn guarded(evidence: Value, title: &str, sentence: &str) {
        let known = Evidenced::Here(Arc::new(fixture::evidence(&evidence)));
        check(fixture::guarded(2), &known, title, sentence);
    }

    #[test]
    fn what_is_clear_says_whom_it_adds_and_what_was_asked() {
        guarded(
            json!({"is_clear": true, "checks": [
                {"kind": "soak", "state": "passed", "wanted_seconds": 259_200, "passed_seconds": 277_200},
                {"kind": "guardrails", "state": "passed", "wanted": "safe", "passed": 3, "of": 3},
            ]}),
            "Clear to enter 25 %",
            "Both checks pass. Adds about 24,600 people.",
        );
        guarded(
            json!({"is_clear": true, "is_automatic": true, "checks": [
                {"kind": "guardrails", "state": "passed", "wanted": "not_harmful", "passed": 1, "of": 1},
            ]}),
            "Clear to enter 25 %",
            "What this stage asks holds. Adds about 24,600 people. It goes on by itself. This stage asks only that no \
             harm was shown, not that safety was.",
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        guarded(
            json!({"people": {"control": 900, "treated": 412}, "checks": [
                {"kind": "soak", "state": "waiting", "wanted_seconds": 259_200, "passed_seconds": 241_200},
                {"kind": "people", "state": "waiting", "wanted": 1_000, "has_control": true},
                {"kind": "guardrails", "state": "waiting", "wanted": "safe", "passed": 1, "of": 3},
                {"kind": "approval", "state": "waiting"},
            ]}),
            "Not yet clear for 25 %",
            "Still missing: 5 h of soak time, 588 people, 2 of 3 guardrails, approval.",
        );
        guarded(
            json!({"checks": [
                {"kind": "soak", "state": "passed", "wanted_seconds": 60, "passed_seconds": 61},
                {"kind": "approval", "state": "waiting"},
            ]}),
            "Waiting for approval to enter 25 %",
            "Everything else holds. Somebody other than whoever started the rollout must approve it.",
        );
        guarded(
            json!({"checks": [{"kind": "guardrails", "state": "no_data", "wanted": "safe", "passed": 0, "of": 1}]}),
            "Not yet clear for 25 %",
            "Still missing: anything measured by guardrails.",
        );
    }

    #[test]
    fn harm_comes_before_everything() {
        let errors = json!({"outcome": "harm", "margin": 0.005, "control": 0.003, "treated": 0.012, "people": 41_000,
            "bounds": {"estimate": 0.0076, "at_least": 0.0062, "at_most": 0.009}});
        guarded(
            json!({"metrics": [errors], "is_automatic": true, "step": {"kind": "roll_back", "to": "start"},
                "checks": [{"kind": "guardrails", "state": "failed", "wanted": "safe", "passed": 0, "of": 1}]}),
            "Harm shown: Errors",
            "Errors: at least 0.62 pp worse where 0.5 pp is allowed. It goes back to the start by itself.",
        );
    }

    #[test]
    fn offline_nothing_is_claimed() {
        check(
            fixture::guarded(2),
            &Evidenced::Offline,
            "Not known whether it is clear for 25 %",
            "Evidence is not known while this page is offline. It is judged by the server all the same.",
        );
        let signal = |configuration| passed(&fixture::scene(configuration), &Evidenced::Offline);
        assert_eq!(signal(fixture::guarded(2)).map(|told| told.words), Some("Not known"));
        assert_eq!(signal(fixture::running(2)), None, "a person decides, offline or not");
    }
}
