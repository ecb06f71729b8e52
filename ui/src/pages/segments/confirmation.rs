//! What the confirm dialog says before a group is changed.

use std::collections::BTreeSet;

use signalbox_domain::people;
use signalbox_domain::targeting::Segment;

use crate::pages::flag::change::confirmation::{Confirmation, Effect, Exact, Fact, FactKind, Reason};
use crate::state::Segments;

use super::uses::count_words;

/// Before a group is changed that is used in so many places, some of which may be in production.
pub fn of_change(
    before: &Segment<String>,
    after: &Segment<String>,
    used: usize,
    production: bool,
    segments: &Segments,
) -> Confirmation {
    let told = |segment: &Segment<String>| {
        let mut lines = vec![segment.name.clone(), segment.words(segments)];
        lines.extend(segment.people.map(|people| format!("people: {}", people::grouped(people))));
        lines.extend(Some(segment.description.clone()).filter(|description| !description.is_empty()));
        lines
    };
    let (was, is) = (told(before), told(after));
    let mut removed: Vec<_> = was.iter().filter(|line| !is.contains(line)).cloned().collect();
    let mut added: Vec<_> = is.iter().filter(|line| !was.contains(line)).cloned().collect();
    for (name, was, is) in
        [("included", &before.included, &after.included), ("excluded", &before.excluded, &after.excluded)]
    {
        let (was, is): (BTreeSet<_>, BTreeSet<_>) = (was.iter().collect(), is.iter().collect());
        removed.extend(was.difference(&is).map(|person| format!("{name}: {person}")));
        added.extend(is.difference(&was).map(|person| format!("{name}: {person}")));
    }
    let same_people =
        before.groups == after.groups && before.included == after.included && before.excluded == after.excluded;
    let effect = match (same_people, used) {
        (true, _) => Effect::new("", "Nobody", " comes in or goes out; only what is said of the group changes."),
        (false, 0) => Effect::new("", "Nobody", " notices: no rule and no rollout names this group yet."),
        (false, used) => {
            let rest = ", and whoever comes in or goes out may get something else.";
            Effect::new("It changes at once in ", count_words(used), rest)
        }
    };
    Confirmation {
        title: format!("Change who is in {}?", before.name),
        about: "This changes the group",
        place: before.name.clone(),
        change: None,
        effect,
        facts: vec![
            Fact::new(FactKind::NotAffected, "Whoever stays in, and whoever stays out."),
            Fact::new(FactKind::WayBack, "Change it back: the same people are in as now."),
        ],
        reason: if production { Reason::Required } else { Reason::Optional },
        exact: Exact { path: format!("groups / {}", before.key), removed, added },
        confirm: "Change the group".into(),
        working: "Changing…",
        stops: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_says_who_came_and_went() {
        let before: Segment<String> =
            serde_json::from_value(json!({"key": "staff", "name": "Staff", "included": ["ann", "ben"]})).unwrap();
        let mut after = before.clone();
        after.included = vec!["ben".into(), "cem".into()];
        let told = of_change(&before, &after, 2, true, &Segments::default());
        assert_eq!(
            (told.exact.removed, told.exact.added),
            (vec!["included: ann".to_owned()], vec!["included: cem".to_owned()])
        );
        assert_eq!((told.effect.figure.as_str(), told.reason), ("2 places", Reason::Required));
        let mut renamed = before.clone();
        renamed.name = "People who work here".into();
        let told = of_change(&before, &renamed, 2, false, &Segments::default());
        assert_eq!((told.effect.figure.as_str(), told.reason), ("Nobody", Reason::Optional));
        assert_eq!(told.exact.added, ["People who work here"]);
    }
}
