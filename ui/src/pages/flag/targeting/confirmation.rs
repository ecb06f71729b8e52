//! What the confirm dialog says before a change to the rule or to people with a variant of their own.

use std::collections::BTreeMap;

use signalbox_domain::flag::{Prerequisite, WeightedVariant};
use signalbox_domain::key::{FlagKey, SegmentKey, VariantKey};
use signalbox_domain::targeting::Rule;
use signalbox_domain::words::difference;
use signalbox_domain::{Share, people};
use signalbox_protocol::wire::configuration::Override;

use crate::pages::flag::change::confirmation::{Change, Confirmation, Effect, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::step::Asks;
use crate::pages::flag::crowd::in_words;
use crate::pages::flag::scene::Scene;
use crate::words::capitalised;

/// Before another share or other named people.
pub fn of_share(scene: &Scene, share: Share, named: &[String], segments: &[SegmentKey]) -> Confirmation {
    let name = &scene.flag.details.name;
    let environment = &scene.environment.name;
    let rule = &scene.configuration.rule;
    let crowd = scene.everyone();
    let side = |share: Share, people: &[String], segments: &[SegmentKey]| {
        let named = people.len() as u64;
        let besides = scene.segments.people_in(segments);
        let known = besides.is_some() || share != Share::NOBODY;
        let people = crowd.reached(share, named + besides.unwrap_or_default()).filter(|_| known);
        scene.side(share, named, segments, people)
    };
    let now = side(rule.share, &rule.people, &rule.segments);
    let change = Change::new(crowd, now, side(share, named, segments));
    let confirm = match (change.now.people, change.after.people) {
        (Some(now), Some(after)) if after > now => {
            difference(now, after).map_or_else(String::new, |more| format!("Let {more} in"))
        }
        (Some(now), Some(after)) if after < now => format!("Take it away from {}", people::in_words(now - after)),
        _ => format!("Change to {}", change.after.title),
    };
    let lines = |share: Share, people: &[String], segments: &[SegmentKey]| {
        let mut lines = vec![format!("share: {}", share.percent())];
        if rule.people != named {
            lines.push(format!("people: {}", if people.is_empty() { "none".into() } else { people.join(", ") }));
        }
        if rule.segments != segments {
            let keys: Vec<_> = segments.iter().map(SegmentKey::as_str).collect();
            lines.push(format!("groups: {}", if keys.is_empty() { "none".into() } else { keys.join(", ") }));
        }
        lines
    };
    let whom = if scene.configuration.rules.is_empty() {
        format!("everyone in {environment}")
    } else {
        format!("everyone in {environment} whom no rule fits")
    };
    let back = format!("Change it back to {}: the same people get it.", change.now.share);
    let killed = scene.configuration.killed.is_some();
    Confirmation {
        title: format!("Show {name} to {}?", change.after.title),
        about: if killed {
            "It is off for everyone; this takes effect when it is turned on again in"
        } else {
            "This changes what people see in"
        },
        place: environment.clone(),
        effect: Effect::of(&change),
        facts: vec![
            Fact::new(FactKind::Who, format!("Drawn at random from {whom}; each person keeps their place.")),
            Fact::new(
                FactKind::NotAffected,
                if change.grows {
                    "Whoever has it keeps it, with the same variant."
                } else {
                    "Whoever is still within the share keeps the same variant."
                },
            ),
            Fact::new(FactKind::WayBack, back),
        ],
        reason: Reason::asked(Asks::InProduction, scene.environment.production),
        exact: Exact {
            path: path(scene, "rule"),
            removed: lines(rule.share, &rule.people, &rule.segments),
            added: lines(share, named, segments),
        },
        confirm,
        working: "Changing…",
        stops: !change.grows,
        change: Some(change),
    }
}

/// Before another split between variants.
pub fn of_split(scene: &Scene, split: &[WeightedVariant]) -> Confirmation {
    let name = &scene.flag.details.name;
    let reached = if scene.configuration.killed.is_some() { Some(0) } else { scene.default_people() };
    let lines = |split: &[WeightedVariant]| {
        split.iter().map(|part| format!("{}: {}", part.variant, part.weight.percent())).collect::<Vec<_>>()
    };
    let figure = if reached == Some(0) { "Nobody".to_owned() } else { capitalised(&in_words(reached)) };
    let rest = match reached {
        Some(0) => " has it now; whoever gets it later gets the new split.",
        Some(1) => " has it; they may get another variant.",
        _ => " have it; those at the border between two weights get another variant.",
    };
    Confirmation {
        title: format!("Change what people get from {name}?"),
        about: "This changes what people see in",
        place: scene.environment.name.clone(),
        change: None,
        effect: Effect::new("", figure, rest),
        facts: vec![
            Fact::new(FactKind::NotAffected, "Who has it stays the same. So do people with a variant of their own."),
            Fact::new(FactKind::WayBack, "Change the weights back: the same people get the same variants."),
        ],
        reason: Reason::asked(Asks::InProduction, scene.environment.production),
        exact: Exact {
            path: path(scene, "rule / split"),
            removed: lines(&scene.configuration.rule.split),
            added: lines(split),
        },
        confirm: "Change the split".into(),
        working: "Changing…",
        stops: false,
    }
}

/// Before other rules, or the same in another order.
pub fn of_rules(scene: &Scene, wanted: &[Rule<String>]) -> Confirmation {
    let before: Vec<_> = scene.configuration.rules.iter().map(|told| told.rule.clone()).collect();
    let stays = |rule: &Rule<String>, there: &[Rule<String>]| there.contains(rule);
    let line = |rule: &Rule<String>| serde_json::to_string(rule).unwrap_or_default();
    let mut removed: Vec<_> = before.iter().filter(|rule| !stays(rule, wanted)).map(line).collect();
    let mut added: Vec<_> = wanted.iter().filter(|rule| !stays(rule, &before)).map(line).collect();
    let order = |rules: &[Rule<String>]| rules.iter().map(|rule| rule.id.to_string()).collect::<Vec<_>>().join(", ");
    if order(&before) != order(wanted) {
        removed.push(format!("order: {}", order(&before)));
        added.push(format!("order: {}", order(wanted)));
    }
    let changed = added.iter().filter(|line| !line.starts_with("order: ")).count();
    let figure = match (changed, removed.len()) {
        (0, _) => "Whoever fits more than one rule, or one that goes,".to_owned(),
        (1, _) => "Whoever the changed rule fits, before or after,".to_owned(),
        (many, _) => format!("Whoever one of the {many} changed rules fits, before or after,"),
    };
    let killed = scene.configuration.killed.is_some();
    Confirmation {
        title: format!("Change the rules of {}?", scene.flag.details.name),
        about: if killed {
            "It is off for everyone; this takes effect when it is turned on again in"
        } else {
            "This changes what people see in"
        },
        place: scene.environment.name.clone(),
        change: None,
        effect: Effect::new("", figure, " may get something else at once."),
        facts: vec![
            Fact::new(
                FactKind::NotAffected,
                "People with a version of their own, and whoever an earlier rule fits that stays as it is.",
            ),
            Fact::new(FactKind::WayBack, "Change the rules back: the same people get the same as now."),
        ],
        reason: Reason::asked(Asks::InProduction, scene.environment.production),
        exact: Exact { path: path(scene, "rules"), removed, added },
        confirm: "Change the rules".into(),
        working: "Changing…",
        stops: false,
    }
}

/// Before another list of flags that must give something first.
pub fn of_prerequisites(scene: &Scene, wanted: &[Prerequisite], name: impl Fn(&FlagKey) -> String) -> Confirmation {
    let line = |wanted: &Prerequisite| {
        let variants: Vec<_> = wanted.variants.iter().map(VariantKey::as_str).collect();
        format!("{}: {}", wanted.flag, variants.join(", "))
    };
    let before = &scene.configuration.prerequisites;
    let gone: Vec<_> = before.iter().filter(|one| !wanted.contains(one)).collect();
    let come: Vec<_> = wanted.iter().filter(|one| !before.contains(one)).collect();
    let names = |list: &[&Prerequisite]| list.iter().map(|one| name(&one.flag)).collect::<Vec<_>>().join(", ");
    let effect = if come.is_empty() {
        Effect::new("It waits no longer for ", names(&gone), ": whoever a rule fits gets what that says.")
    } else {
        Effect::new("It waits for ", names(&come), ": whoever does not get that gets the off variant here.")
    };
    Confirmation {
        title: format!("Change what {} depends on?", scene.flag.details.name),
        about: "This changes what people see in",
        place: scene.environment.name.clone(),
        change: None,
        effect,
        facts: vec![
            Fact::new(FactKind::NotAffected, "People with a version of their own. The other flags stay as they are."),
            Fact::new(FactKind::WayBack, "Change the list back at any time."),
        ],
        reason: Reason::asked(Asks::InProduction, scene.environment.production),
        exact: Exact {
            path: path(scene, "prerequisites"),
            removed: gone.into_iter().map(line).collect(),
            added: come.into_iter().map(line).collect(),
        },
        confirm: "Change what it depends on".into(),
        working: "Changing…",
        stops: false,
    }
}

/// Before another list of people with a variant of their own.
pub fn of_overrides(scene: &Scene, wanted: &[Override]) -> Confirmation {
    let by_person = |overrides: &[Override]| -> BTreeMap<String, String> {
        overrides.iter().map(|entry| (entry.user_key.clone(), entry.variant.to_string())).collect()
    };
    let (before, after) = (by_person(&scene.configuration.overrides), by_person(wanted));
    let line = |(person, variant): (&String, &String)| format!("{person}: {variant}");
    let removed: Vec<_> =
        before.iter().filter(|(person, variant)| after.get(*person) != Some(variant)).map(line).collect();
    let added: Vec<_> =
        after.iter().filter(|(person, variant)| before.get(*person) != Some(variant)).map(line).collect();
    let gone = before.keys().filter(|person| !after.contains_key(*person)).count();
    let people = |count: usize| if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
    let get = |count: usize| if count == 1 { "gets" } else { "get" };
    let effect = match (added.len(), gone) {
        (0, gone) => {
            let rest = format!(" {} what the rule says instead of their own variant.", get(gone));
            Effect::new("", people(gone), rest)
        }
        (set, 0) => {
            Effect::new("", people(set), format!(" {} a variant of their own, whatever the rule says.", get(set)))
        }
        (set, gone) => {
            let lose = format!("{} {} what the rule says instead", people(gone), get(gone));
            Effect::new("", people(set), format!(" {} a variant of their own; {lose}.", get(set)))
        }
    };
    Confirmation {
        title: format!("Change who has their own variant of {}?", scene.flag.details.name),
        about: "This changes what people see in",
        place: scene.environment.name.clone(),
        change: None,
        effect,
        facts: vec![
            Fact::new(FactKind::NotAffected, "Everyone who is not listed."),
            Fact::new(FactKind::WayBack, "Change the list back at any time."),
        ],
        reason: Reason::asked(Asks::InProduction, scene.environment.production),
        exact: Exact { path: path(scene, "overrides"), removed, added },
        confirm: "Change the list".into(),
        working: "Changing…",
        stops: false,
    }
}

fn path(scene: &Scene, what: &str) -> String {
    format!("{} / {} / {what}", scene.environment.key, scene.flag.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;

    fn share(percent: f64) -> Share {
        Share::from_percent(percent).unwrap()
    }

    fn own(person: &str, variant: &str) -> Override {
        Override { user_key: person.into(), variant: VariantKey::new(variant).unwrap() }
    }

    #[test]
    fn a_share_is_told_in_people() {
        let mut configuration = fixture::nobody();
        let told = of_share(&fixture::scene(configuration.clone()), share(25.0), &[], &[]);
        assert_eq!(told.title, "Show Instant payments to 25 %?");
        assert_eq!(told.confirm, "Let about 41,000 more people in");
        assert_eq!((told.exact.removed, told.exact.added), (vec!["share: 0".to_owned()], vec!["share: 25".to_owned()]));

        configuration.rule.share = share(25.0);
        configuration.reach.share = share(25.0);
        configuration.reach.people = 41_000;
        let told = of_share(&fixture::scene(configuration), share(10.0), &["ann".into()], &[]);
        assert_eq!(told.confirm, "Take it away from about 24,600 people");
        assert!(told.stops);
        assert_eq!(told.exact.added, ["share: 10", "people: ann"]);
    }

    #[test]
    fn rules_are_told_as_a_machine_would() {
        let rule = |id: &str, share: u32| -> Rule<String> {
            serde_json::from_value(json!({"id": id, "share": share, "split": [{"variant": "on", "weight": 100}]}))
                .unwrap()
        };
        let scene = fixture::scene(fixture::nobody());
        let told = of_rules(&scene, &[rule("a", 100), rule("b", 50)]);
        assert_eq!(told.effect.figure, "Whoever one of the 2 changed rules fits, before or after,");
        assert_eq!((told.exact.removed.len(), told.exact.added.len()), (1, 3));
        assert_eq!(told.exact.added[2], "order: a, b");
        assert_eq!(told.reason, Reason::Required);
    }

    #[test]
    fn what_it_waits_for_is_named() {
        let scene = fixture::scene(fixture::nobody());
        let wanted =
            Prerequisite { flag: FlagKey::new("payee-check").unwrap(), variants: vec![VariantKey::new("on").unwrap()] };
        let told = of_prerequisites(&scene, &[wanted], |_| "Payee check".into());
        assert_eq!((told.effect.lead.as_str(), told.effect.figure.as_str()), ("It waits for ", "Payee check"));
        assert_eq!(told.exact.added, ["payee-check: on"]);
    }

    #[test]
    fn a_split_says_who_may_get_another_variant() {
        let split = [WeightedVariant { variant: VariantKey::new("on").unwrap(), weight: Share::EVERYBODY }];
        let told = of_split(&fixture::scene(fixture::running(3)), &split);
        assert_eq!(told.effect.figure, "About 41,000 people");
        assert_eq!(told.exact.added, ["on: 100"]);
    }

    #[test]
    fn overrides_count_those_who_get_and_lose_their_own() {
        let mut configuration = fixture::nobody();
        configuration.overrides = vec![own("ann", "on"), own("ben", "off")];
        let scene = fixture::scene(configuration);
        let check = |wanted: &[Override], figure: &str, rest: &str| {
            let effect = of_overrides(&scene, wanted).effect;
            assert_eq!((effect.figure.as_str(), effect.rest.as_str()), (figure, rest));
        };
        check(&[own("ann", "on")], "1 person", " gets what the rule says instead of their own variant.");
        check(
            &[own("ann", "off"), own("ben", "off"), own("cem", "on")],
            "2 people",
            " get a variant of their own, whatever the rule says.",
        );
        check(
            &[own("cem", "on")],
            "1 person",
            " gets a variant of their own; 2 people get what the rule says instead.",
        );
        let exact = of_overrides(&scene, &[own("ann", "off"), own("ben", "off")]).exact;
        assert_eq!((exact.removed, exact.added), (vec!["ann: on".to_owned()], vec!["ann: off".to_owned()]));
    }
}
