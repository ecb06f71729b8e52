//! What saving the rules with what everyone else gets would do: in words, as it is sent, and in people.

use signalbox_domain::flag::WeightedVariant;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::targeting::{Rule, rules_difference};
use signalbox_domain::words::difference;
use signalbox_domain::{Share, people};
use signalbox_protocol::wire::configuration::{self, DefaultChanges, SetRules};

use crate::pages::flag::change::confirmation::{Change, Confirmation, Effect, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::step::Asks;
use crate::pages::flag::crowd::in_words;
use crate::pages::flag::scene::Scene;
use crate::pages::flag::targeting::confirmation::path;
use crate::words::capitalised;

/// The rules and what everyone else gets, as they are to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The rules, first to last.
    pub rules: Vec<Rule<String>>,
    /// What everyone else gets.
    pub default: configuration::Rule,
}

/// What is said by the rules, or by the split of everyone else, now and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about: "Rules".
    pub what: &'static str,
    /// In words, before.
    pub was: String,
    /// In words, after.
    pub is: String,
}

impl Wanted {
    /// What is sent: of what everyone else gets only what is to change.
    pub fn body(self, scene: &Scene, reason: Option<String>) -> SetRules {
        let there = &scene.configuration.rule;
        let default = (self.default != *there).then(|| {
            let configuration::Rule { share, people, segments, split } = self.default;
            DefaultChanges {
                share: (share != there.share).then_some(share),
                people: (people != there.people).then_some(people),
                segments: (segments != there.segments).then_some(segments),
                split: (split != there.split).then_some(split),
            }
        });
        SetRules { rules: self.rules, default, reason }
    }

    /// What the dialog says before it is saved.
    pub fn confirmation(&self, scene: &Scene) -> Confirmation {
        let there = &scene.configuration.rule;
        let configuration::Rule { share, people, segments, split } = &self.default;
        let rules = (rules_of(scene) != self.rules).then(|| of_rules(scene, &self.rules));
        let admits = *share != there.share || *people != there.people || *segments != there.segments;
        let share = admits.then(|| of_share(scene, *share, people, segments));
        let split = (*split != there.split).then(|| of_split(scene, split));
        match (rules, share, split) {
            (None, None, Some(only)) | (None, Some(only), None) | (Some(only), None, None) => only,
            (rules, share, split) => together(scene, rules, share, split),
        }
    }

    /// What the rules and the split say now and after, where that changes.
    pub fn differences(&self, scene: &Scene) -> Vec<Difference> {
        let (before, there) = (rules_of(scene), &scene.configuration.rule);
        let rules = (before != self.rules).then(|| {
            let (was, is) = rules_difference(&before, &self.rules, &scene.segments);
            Difference { what: "Rules", was, is }
        });
        let split = (there.split != self.default.split).then(|| Difference {
            what: "Versions",
            was: split_words(&there.split),
            is: split_words(&self.default.split),
        });
        rules.into_iter().chain(split).collect()
    }
}

/// Several changes told as one: the figure of the share of everyone else where that changes, and beside it whom the
/// rules concern.
fn together(
    scene: &Scene,
    rules: Option<Confirmation>,
    share: Option<Confirmation>,
    split: Option<Confirmation>,
) -> Confirmation {
    let name = &scene.flag.details.name;
    let mut who = Vec::new();
    if share.is_some()
        && let Some(rules) = &rules
    {
        who.push(format!("{}{}", rules.effect.figure, rules.effect.rest));
    }
    if share.is_some() {
        let whom = if rules.is_some() { "those whom no rule fits then" } else { "those whom no rule fits" };
        who.push(format!("The share is drawn at random from {whom}."));
    }
    if split.is_some() {
        who.push("Those at the border between two weights get another variant.".into());
    }
    let unaffected = match rules {
        Some(_) => "People with a version of their own, and whoever an earlier rule fits that stays as it is.",
        None => "People with a version of their own, and whoever a rule fits.",
    };
    let mut exact = Exact { path: path(scene, "rules and default"), removed: Vec::new(), added: Vec::new() };
    for (part, at) in [(&rules, ""), (&share, "default / "), (&split, "default / split / ")] {
        let Some(part) = part else { continue };
        exact.removed.extend(part.exact.removed.iter().map(|line| format!("{at}{line}")));
        exact.added.extend(part.exact.added.iter().map(|line| format!("{at}{line}")));
    }
    let stops = share.as_ref().is_some_and(|share| share.stops);
    let facts = vec![
        Fact::new(FactKind::Who, who.join(" ")),
        Fact::new(FactKind::NotAffected, unaffected),
        Fact::new(FactKind::WayBack, "Change it back: the same people get the same as now."),
    ];
    let told = share.or(rules).or(split);
    let (change, effect) = match told {
        Some(told) => (told.change, told.effect),
        None => (None, Effect::new("", "Nobody", " gains or loses it.")),
    };
    Confirmation {
        title: format!("Change who gets {name}?"),
        about: about(scene),
        place: scene.environment.name.clone(),
        change,
        effect,
        facts,
        reason: Reason::asked(Asks::InProduction, scene.environment.production),
        exact,
        confirm: "Change who gets it".into(),
        working: "Changing…",
        stops,
    }
}

fn rules_of(scene: &Scene) -> Vec<Rule<String>> {
    scene.configuration.rules.iter().map(|told| told.rule.clone()).collect()
}

/// "on 90 %, next 10 %".
fn split_words(split: &[WeightedVariant]) -> String {
    split.iter().map(|part| format!("{} {}", part.variant, part.weight)).collect::<Vec<_>>().join(", ")
}

/// What the dialog is about, before the name of the environment.
const fn about(scene: &Scene) -> &'static str {
    match scene.configuration.killed {
        Some(_) => "It is off for everyone; this takes effect when it is turned on again in",
        None => "This changes what people see in",
    }
}

/// Another share, or other people and groups that have it whatever the share is.
fn of_share(scene: &Scene, share: Share, named: &[String], segments: &[SegmentKey]) -> Confirmation {
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
    Confirmation {
        title: format!("Show {name} to {}?", change.after.title),
        about: about(scene),
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

/// Another split between variants.
fn of_split(scene: &Scene, split: &[WeightedVariant]) -> Confirmation {
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

/// Other rules, or the same in another order.
fn of_rules(scene: &Scene, wanted: &[Rule<String>]) -> Confirmation {
    let before = rules_of(scene);
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
    Confirmation {
        title: format!("Change the rules of {}?", scene.flag.details.name),
        about: about(scene),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;
    use signalbox_domain::key::VariantKey;

    fn share(percent: f64) -> Share {
        Share::from_percent(percent).unwrap()
    }

    fn rule(id: &str, share: u32) -> Rule<String> {
        serde_json::from_value(json!({"id": id, "share": share, "split": [{"variant": "on", "weight": 100}]})).unwrap()
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
        let scene = fixture::scene(fixture::nobody());
        let told = of_rules(&scene, &[rule("a", 100), rule("b", 50)]);
        assert_eq!(told.effect.figure, "Whoever one of the 2 changed rules fits, before or after,");
        assert_eq!((told.exact.removed.len(), told.exact.added.len()), (1, 3));
        assert_eq!(told.exact.added[2], "order: a, b");
        assert_eq!(told.reason, Reason::Required);
    }

    #[test]
    fn a_split_says_who_may_get_another_variant() {
        let split = [WeightedVariant { variant: VariantKey::new("on").unwrap(), weight: Share::EVERYBODY }];
        let told = of_split(&fixture::scene(fixture::running(3)), &split);
        assert_eq!(told.effect.figure, "About 41,000 people");
        assert_eq!(told.exact.added, ["on: 100"]);
    }

    #[test]
    fn what_changes_at_once_is_told_and_sent_as_one() {
        let scene = fixture::scene(fixture::nobody());
        let there = scene.configuration.rule.clone();
        let untouched = Wanted { rules: Vec::new(), default: there.clone() };
        assert_eq!(untouched.clone().body(&scene, None), SetRules { rules: Vec::new(), default: None, reason: None });
        assert!(untouched.differences(&scene).is_empty());

        let only_share = Wanted { default: configuration::Rule { share: share(25.0), ..there.clone() }, ..untouched };
        assert_eq!(only_share.confirmation(&scene).title, "Show Instant payments to 25 %?");
        let changes = DefaultChanges { share: Some(share(25.0)), ..DefaultChanges::default() };
        assert_eq!(only_share.clone().body(&scene, None).default, Some(changes), "what stays is not sent");

        let split =
            ["on", "off"].map(|key| WeightedVariant { variant: VariantKey::new(key).unwrap(), weight: share(50.0) });
        let all = Wanted {
            rules: vec![rule("a", 100)],
            default: configuration::Rule { split: split.to_vec(), ..only_share.default },
        };
        let told = all.confirmation(&scene);
        assert_eq!((told.title.as_str(), told.reason), ("Change who gets Instant payments?", Reason::Required));
        assert_eq!((told.effect.figure.as_str(), told.effect.rest.as_str()), ("About 41,000 more people", " get it."));
        assert!(told.facts[0].text.starts_with("Whoever the changed rule fits, before or after, may get something"));
        assert_eq!(told.exact.removed, ["order: ", "default / share: 0", "default / split / on: 100"]);
        let differences = all.differences(&scene);
        assert_eq!((differences[0].what, differences[1].what), ("Rules", "Versions"));
        assert_eq!((differences[1].was.as_str(), differences[1].is.as_str()), ("on 100 %", "on 50 %, off 50 %"));

        let less = fixture::scene({
            let mut configuration = fixture::nobody();
            configuration.rule.share = share(50.0);
            configuration
        });
        assert!(all.confirmation(&less).stops, "it takes the feature away");
    }
}
