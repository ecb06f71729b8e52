//! What needs a person now: read off the flags and the latest history.

use std::sync::Arc;

use signalbox_domain::guard::Standing;
use signalbox_domain::key::{EnvironmentKey, FlagKey};
use signalbox_domain::people::{in_share, in_words};
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus};
use signalbox_domain::{Share, Timestamp};
use signalbox_protocol::wire::audit::AuditEntry;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::flag::{FlagInEnvironment, FlagRow, RolloutRow};

use crate::components::percent;
use crate::state::Store;
use crate::words::capitalised;

/// Something that needs a person now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Need {
    /// What it is; the most urgent first.
    pub kind: NeedKind,
    /// The flag it is about.
    pub flag: FlagKey,
    /// The environment it is about.
    pub environment: EnvironmentKey,
    /// What people call that environment.
    pub environment_name: String,
    /// Whether real customers are in it.
    pub production: bool,
    /// The state, in one sentence: "Card freeze is held at 50 %".
    pub title: String,
    /// What it means for people.
    pub text: String,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// The audit entry whose reason is still to be given.
    pub reason_awaited: Option<u64>,
}

/// What needs a person, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedKind {
    /// A rollout was held by itself: harm was shown, or something is wrong.
    HeldByItself,
    /// Something is wrong, and nothing is done about it by itself.
    Help,
    /// Turned off for everyone.
    TurnedOff,
    /// A rollout is held.
    Held,
    /// Only somebody's agreement is missing before a rollout goes on.
    Approval,
    /// All that a stage asks holds, and a person decides when the rollout goes on.
    GoAhead,
    /// Only the reason of a hold or kill is missing; both are over.
    Reason,
    /// A rollout stands in its last stage and can be finished.
    LastStage,
    /// A rollout is planned and can be started.
    Planned,
}

/// What needs a person now, in all environments of the current project.
pub fn of_store(store: Store) -> Vec<Need> {
    needs(&store.flag_rows(), &store.environments(), &store.audit_entries())
}

/// What needs a person: production first within each kind, then the latest first.
///
/// `history` are the latest entries, which may not reach back to what is asked for.
fn needs(flags: &[Arc<FlagRow>], environments: &[Arc<Environment>], history: &[Arc<AuditEntry>]) -> Vec<Need> {
    let mut needs: Vec<Need> = flags
        .iter()
        .filter(|flag| flag.archived.is_none())
        .flat_map(|flag| environments.iter().filter_map(|environment| need(flag, environment, history)))
        .collect();
    needs.sort_by_key(|need| (need.kind, !need.production, std::cmp::Reverse(need.since)));
    needs
}

fn need(flag: &FlagRow, environment: &Environment, history: &[Arc<AuditEntry>]) -> Option<Need> {
    let state = flag.environments.get(&environment.key)?;
    let awaited = state.reasons_awaited.last().copied();
    let name = &flag.name;
    let (kind, title, text, since) = if let Some(since) = state.killed {
        (NeedKind::TurnedOff, format!("{name} is off for everyone"), turned_off(state, environment), Some(since))
    } else if let Some((kind, title, text, since)) = of_rollout(name, state) {
        (kind, title, text, since)
    } else {
        let sequence = awaited?;
        let entry = history.iter().find(|entry| entry.sequence == sequence);
        let title = format!("Why was {name} {}?", entry.map_or("stopped", |entry| past(&entry.words.action)));
        (
            NeedKind::Reason,
            title,
            "The reason is kept in the history; it helps whoever asks later.".into(),
            entry.map(|entry| entry.time),
        )
    };
    Some(Need {
        kind,
        flag: flag.key.clone(),
        environment: environment.key.clone(),
        environment_name: environment.name.clone(),
        production: environment.production,
        title,
        text,
        since,
        reason_awaited: awaited,
    })
}

fn of_rollout(name: &str, state: &FlagInEnvironment) -> Option<(NeedKind, String, String, Option<Timestamp>)> {
    let rollout = state.rollout.as_ref()?;
    let since = rollout.entered;
    let people = capitalised(&in_words(state.people));
    let have = if state.people == 1 { "has" } else { "have" };
    match rollout.status {
        RolloutStatus::Held => {
            let how = match rollout.held_because {
                Some(HeldBecause::RollBack) if rollout.held_by_machine => "Rolled back by itself",
                Some(HeldBecause::RollBack) => "Rolled back",
                Some(HeldBecause::Kill) => "Held since the kill switch was used",
                Some(HeldBecause::Harm) => "Held because harm was shown",
                Some(HeldBecause::Signal) => "Held because a signal was broken",
                Some(HeldBecause::SampleRatio) => "Held because the groups are not as large as they were drawn",
                Some(HeldBecause::NoEvidence) => "Held because evidence could not be read",
                Some(HeldBecause::TookTooLong) => "Held because the stage took too long",
                Some(HeldBecause::Hold) | None => "Held by hand",
            };
            let who = match state.people {
                0 => "nobody has it".to_owned(),
                _ => format!("{} {have} it, nobody new gets it", in_words(state.people)),
            };
            Some((
                held_kind(rollout),
                format!("{name} is held {}", place(rollout)),
                format!("{how}; {who}."),
                rollout.held_since,
            ))
        }
        RolloutStatus::Running if rollout.standing.needs_somebody() => Some(waits(name, state, rollout)),
        RolloutStatus::Running if is_last(rollout) => {
            let title = match state.share {
                Share::EVERYBODY => format!("{name} has reached everybody"),
                share => format!("{name} has reached its last stage, {}", percent(share)),
            };
            let text = format!("{people} {have} it. Finish the rollout to keep it so for good.");
            Some((NeedKind::LastStage, title, text, since))
        }
        RolloutStatus::Draft => {
            let line = rollout.stages.join(" → ");
            let title = format!("{name} is planned, not started");
            Some((
                NeedKind::Planned,
                title,
                format!("{line}. Nobody new gets it before you start."),
                Some(state.changed),
            ))
        }
        RolloutStatus::Running | RolloutStatus::Finished => None,
    }
}

/// What a rollout that is under way waits for people to do.
fn waits(name: &str, state: &FlagInEnvironment, rollout: &RolloutRow) -> (NeedKind, String, String, Option<Timestamp>) {
    let stage = match rollout.position {
        Position::Start => 0,
        Position::Stage(stage) => stage,
    };
    let here = rollout.stages.get(stage).map_or("", String::as_str);
    let next = rollout.stages.get(stage + 1);
    let have =
        format!("{} {} it now", capitalised(&in_words(state.people)), if state.people == 1 { "has" } else { "have" });
    let (kind, title, text) = match rollout.standing {
        Standing::Approval => {
            let what = next.map_or_else(|| "to finish".to_owned(), |next| format!("to enter {next}"));
            let less = if rollout.asks_less { " Of evidence it asks only that no harm is shown." } else { "" };
            let text = format!("Everything else holds. Somebody other than whoever started it must agree.{less}");
            (NeedKind::Approval, format!("{name} waits for approval {what}"), text)
        }
        Standing::GoAhead => {
            let what = next.map_or_else(|| "be finished".to_owned(), |next| format!("enter {next}"));
            let holds = if rollout.asks_less {
                format!("No harm is shown at {here}, which is all that is asked there; safety is not. {have}.")
            } else {
                format!("All that {here} asks holds. {have}.")
            };
            (NeedKind::GoAhead, format!("{name} can {what}"), holds)
        }
        Standing::Help | Standing::Nobody => (
            NeedKind::Help,
            format!("{name} should be stopped at {here}"),
            format!("What was measured says so, and nothing is done by itself. {have}."),
        ),
    };
    (kind, title, text, rollout.standing_since)
}

/// What a machine stopped is looked at before what people did: nobody may know of it yet.
const fn held_kind(rollout: &RolloutRow) -> NeedKind {
    match rollout.held_because {
        _ if rollout.held_by_machine => NeedKind::HeldByItself,
        Some(
            HeldBecause::Harm
            | HeldBecause::Signal
            | HeldBecause::SampleRatio
            | HeldBecause::NoEvidence
            | HeldBecause::TookTooLong,
        ) => NeedKind::HeldByItself,
        Some(HeldBecause::Hold | HeldBecause::RollBack | HeldBecause::Kill) | None => NeedKind::Held,
    }
}

fn turned_off(state: &FlagInEnvironment, environment: &Environment) -> String {
    if state.rules > 0 {
        return "Nobody has it, whichever rule fits. Turning it on again needs a reason.".into();
    }
    let people = in_share(environment.audience, state.share).max(state.named);
    match people {
        0 => "Nobody had it before.".into(),
        people => format!("It was on for {}. Turning it on again needs a reason.", in_words(people)),
    }
}

/// "at 50 %", "before its first stage".
fn place(rollout: &RolloutRow) -> String {
    match rollout.position {
        Position::Start => "before its first stage".into(),
        Position::Stage(stage) => format!("at {}", rollout.stages.get(stage).map_or("", String::as_str)),
    }
}

fn is_last(rollout: &RolloutRow) -> bool {
    matches!(rollout.position, Position::Stage(stage) if stage + 1 == rollout.stages.len())
}

/// "held, with the kill switch," as a plain participle.
fn past(action: &str) -> &str {
    action.split(',').next().unwrap_or(action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn flag(state: Value) -> Arc<FlagRow> {
        let row = json!({
            "project": "bank", "key": "card-freeze", "name": "Card freeze", "description": "", "purpose": "release",
            "value_kind": "boolean", "tags": [], "created": "2026-11-01T09:00:00Z", "changed": "2026-11-19T09:00:00Z",
            "environments": {"prod": state}, "version": 7
        });
        Arc::new(serde_json::from_value(row).unwrap())
    }

    fn state(rollout: Value) -> Value {
        json!({"share": 50, "named": 0, "overrides": 0, "people": 118_000, "rollout": rollout, "version": 7,
            "changed": "2026-11-19T09:00:00Z"})
    }

    fn rollout(status: &str, position: Value) -> Value {
        json!({"status": status, "position": position, "stages": ["Staff", "10 %", "50 %"],
            "entered": "2026-11-19T08:00:00Z"})
    }

    fn production() -> Arc<Environment> {
        let environment = json!({"project": "bank", "key": "prod", "name": "Production", "production": true,
            "audience": 236_000, "position": 0, "version": 1});
        Arc::new(serde_json::from_value(environment).unwrap())
    }

    fn awaiting() -> Arc<AuditEntry> {
        let entry = json!({
            "sequence": 9, "time": "2026-11-19T08:00:00Z", "actor": "tok-1", "kind": "rollout_held",
            "words": {"actor": "Ann", "action": "held", "subject": "Card freeze"}, "reason_awaited": true,
            "project": "bank", "flag": "card-freeze", "environment": "prod", "previous_link": "", "link": ""
        });
        Arc::new(serde_json::from_value(entry).unwrap())
    }

    #[test]
    fn each_state_says_what_it_needs() {
        let check = |state: Value, history: &[Arc<AuditEntry>], expect: Option<(NeedKind, &str, &str)>| {
            let found = needs(&[flag(state)], &[production()], history);
            let found = found.first().map(|need| (need.kind, need.title.as_str(), need.text.as_str()));
            assert_eq!(found, expect);
        };
        let mut held = rollout("held", json!({"stage": 2}));
        held["held_because"] = json!("hold");
        let held_words = "Held by hand; about 118,000 people have it, nobody new gets it.";
        check(state(held), &[], Some((NeedKind::Held, "Card freeze is held at 50 %", held_words)));
        let last = "About 118,000 people have it. Finish the rollout to keep it so for good.";
        check(
            state(rollout("running", json!({"stage": 2}))),
            &[],
            Some((NeedKind::LastStage, "Card freeze has reached its last stage, 50\u{a0}%", last)),
        );
        check(state(rollout("running", json!({"stage": 1}))), &[], None);
        check(state(rollout("finished", json!({"stage": 2}))), &[], None);
        let line = "Staff → 10 % → 50 %. Nobody new gets it before you start.";
        check(
            state(rollout("draft", json!("start"))),
            &[],
            Some((NeedKind::Planned, "Card freeze is planned, not started", line)),
        );
        let mut killed = state(rollout("held", json!({"stage": 2})));
        killed["killed"] = json!("2026-11-19T10:00:00Z");
        killed["people"] = json!(0);
        let off = "It was on for about 118,000 people. Turning it on again needs a reason.";
        check(killed, &[], Some((NeedKind::TurnedOff, "Card freeze is off for everyone", off)));
    }

    #[test]
    fn what_a_machine_held_comes_first() {
        let held = |because: &str| {
            let mut held = rollout("held", json!({"stage": 2}));
            held["held_because"] = json!(because);
            state(held)
        };
        let mut killed = state(rollout("held", json!({"stage": 2})));
        killed["killed"] = json!("2026-11-19T10:00:00Z");
        let flags = [flag(held("hold")), flag(killed), flag(held("harm"))];
        let kinds: Vec<_> = needs(&flags, &[production()], &[]).into_iter().map(|need| need.kind).collect();
        assert_eq!(kinds, [NeedKind::HeldByItself, NeedKind::TurnedOff, NeedKind::Held]);
        let needs = needs(&[flag(held("harm"))], &[production()], &[]);
        assert!(needs[0].text.starts_with("Held because harm was shown; "), "{}", needs[0].text);
    }

    #[test]
    fn what_a_rollout_waits_for_is_said_before_what_can_wait() {
        let standing = |standing: &str, stage: usize| {
            let mut running = rollout("running", json!({ "stage": stage }));
            running["standing"] = json!(standing);
            running["standing_since"] = json!("2026-11-19T08:30:00Z");
            state(running)
        };
        let flags = [("go_ahead", 1), ("approval", 2), ("help", 1)].map(|(word, stage)| flag(standing(word, stage)));
        let found = needs(&flags, &[production()], &[]);
        let titles: Vec<_> = found.iter().map(|need| need.title.as_str()).collect();
        let expect = [
            "Card freeze should be stopped at 10 %",
            "Card freeze waits for approval to finish",
            "Card freeze can enter 50 %",
        ];
        assert_eq!(titles, expect);
        assert_eq!(found[2].text, "All that 10 % asks holds. About 118,000 people have it now.");
        assert_eq!(found[2].since, serde_json::from_value(json!("2026-11-19T08:30:00Z")).ok());
        let mut less = standing("go_ahead", 1);
        less["rollout"]["asks_less"] = json!(true);
        let text = "No harm is shown at 10 %, which is all that is asked there; safety is not. About 118,000 people have it now.";
        assert_eq!(needs(&[flag(less)], &[production()], &[])[0].text, text);
        let mut back = rollout("held", json!("start"));
        back["held_because"] = json!("roll_back");
        back["held_by_machine"] = json!(true);
        assert_eq!(needs(&[flag(state(back))], &[production()], &[])[0].kind, NeedKind::HeldByItself);
    }

    #[test]
    fn a_missing_reason_is_asked_for_with_the_state_or_alone() {
        let history = [awaiting()];
        let mut held_then = rollout("held", json!({"stage": 2}));
        held_then["held_since"] = json!("2026-11-19T08:30:00Z");
        let awaited = |rollout| {
            let mut state = state(rollout);
            state["reasons_awaited"] = json!([4, 9]);
            flag(state)
        };
        let held = needs(&[awaited(held_then)], &[production()], &history);
        assert_eq!((held[0].kind, held[0].reason_awaited), (NeedKind::Held, Some(9)));
        assert_eq!(
            held[0].since,
            serde_json::from_value(json!("2026-11-19T08:30:00Z")).ok(),
            "held then, not when it entered the stage"
        );
        let running = |history: &[Arc<AuditEntry>]| {
            needs(&[awaited(rollout("running", json!({"stage": 1})))], &[production()], history)
        };
        let old = running(&[]);
        assert_eq!((old[0].title.as_str(), old[0].since), ("Why was Card freeze stopped?", None), "however old");
        let running = running(&history);
        assert_eq!((running[0].kind, running[0].title.as_str()), (NeedKind::Reason, "Why was Card freeze held?"));
    }
}
