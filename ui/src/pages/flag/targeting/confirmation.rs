//! What the confirm dialog says before a change to what a flag waits for, or to people with a variant of their own.

use std::collections::BTreeMap;

use signalbox_domain::flag::Prerequisite;
use signalbox_domain::key::{FlagKey, VariantKey};
use signalbox_protocol::wire::configuration::Override;

use crate::pages::flag::change::confirmation::{Confirmation, Effect, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::step::Asks;
use crate::pages::flag::scene::Scene;

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

/// A part of the flag in this environment, as a machine would name it.
pub fn path(scene: &Scene, what: &str) -> String {
    format!("{} / {} / {what}", scene.environment.key, scene.flag.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    fn own(person: &str, variant: &str) -> Override {
        Override { user_key: person.into(), variant: VariantKey::new(variant).unwrap() }
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
