//! Rules of a flag: their order, what they give, and rollouts of one of them.

use serde_json::{Value, json};
use signalbox_domain::Refusal;
use signalbox_domain::command::{Command, NewFlag, RuleChanges};
use signalbox_domain::evaluation::Reason;
use signalbox_domain::event::Place;
use signalbox_domain::flag::BucketingAlgorithm;
use signalbox_domain::flagd::document::Document;
use signalbox_domain::flagd::{Context, FlagSet, Generation};
use signalbox_domain::key::RuleId;
use signalbox_domain::rollout::Position;
use signalbox_domain::targeting::Rule;
use signalbox_domain::words::Teller;

use crate::bench::{Bench, new_flag, percent, place, project, ring, share};

fn rules(rules: Value) -> Vec<Rule<String>> {
    serde_json::from_value(rules).unwrap()
}

fn set(bench: &mut Bench, place: &Place, body: Value) {
    bench.ok(Command::SetRules { place: place.clone(), rules: rules(body), default: None });
}

fn from(country: &str) -> Value {
    json!([{"operator": "one_of", "attribute": "country", "values": [country]}])
}

fn gives(variant: &str) -> Value {
    json!([{"variant": variant, "weight": 100}])
}

fn id(id: &str) -> Option<RuleId> {
    Some(RuleId::new(id).unwrap())
}

/// A rule for Germany of which a rollout can be made, and one for France beside it.
fn two_countries(bench: &mut Bench, place: &Place) {
    set(
        bench,
        place,
        json!([
            {"id": "de", "name": "Germany", "clauses": from("DE"), "fits": 5_000, "share": 0, "split": gives("on")},
            {"id": "fr", "clauses": from("FR"), "split": gives("on")},
        ]),
    );
}

#[test]
fn the_first_rule_that_fits_decides() {
    let (mut bench, here) = (Bench::with_flag(), place("dev"));
    set(
        &mut bench,
        &here,
        json!([
            {"id": "young", "clauses": [{"operator": "number_less_than", "attribute": "age", "number": 18}], "split": gives("off")},
            {"id": "de", "clauses": from("DE"), "share": 0, "split": gives("on")},
            {"id": "all", "clauses": [{"operator": "is_set", "attribute": "country"}], "split": gives("on")},
        ]),
    );
    let check = |context: Value, variant: &str, reason: Reason, rule: Option<&str>| {
        let got = bench.gets(&here, &context);
        assert_eq!((got.0.as_str(), got.1, got.2.as_deref()), (variant, reason, rule), "{context}");
    };
    check(json!({"age": 17, "country": "DE"}), "off", Reason::TargetingMatch, Some("young"));
    // Whoever is outside the share of a rule is decided: no later rule is asked.
    check(json!({"targetingKey": "ann", "age": 20, "country": "DE"}), "off", Reason::Default, Some("de"));
    check(json!({"age": 20, "country": "FR"}), "on", Reason::TargetingMatch, Some("all"));
    check(json!({"age": 20}), "off", Reason::Default, None);
    check(json!({}), "off", Reason::Default, None);
}

#[test]
fn a_flag_without_rules_is_static_and_kill_stands_above_them() {
    let (mut bench, here) = (Bench::with_flag(), place("dev"));
    assert_eq!(bench.gets(&here, &json!({})), ("off".into(), Reason::Static, None));
    set(&mut bench, &here, json!([{"id": "all", "split": gives("on")}]));
    assert_eq!(bench.gets(&here, &json!({})), ("on".into(), Reason::TargetingMatch, Some("all".into())));
    let overrides = vec![("ann".to_owned(), "off".parse().unwrap())];
    bench.ok(Command::SetOverrides { place: here.clone(), overrides });
    assert_eq!(bench.gets(&here, &json!({"targetingKey": "ann"})), ("off".into(), Reason::TargetingMatch, None));
    bench.ok(Command::EngageKillSwitch { place: here.clone() });
    assert_eq!(bench.gets(&here, &json!({"targetingKey": "ben"})), ("off".into(), Reason::Disabled, None));
}

#[test]
fn a_variant_that_something_names_stays() {
    let (mut bench, here) = (Bench::with_flag(), place("prod"));
    let left = |flag: &str| Command::ChangeVariants {
        project: project(),
        flag: flag.parse().unwrap(),
        variants: serde_json::from_value(json!([{"key": "new", "value": true}, {"key": "off", "value": false}]))
            .unwrap(),
        off_variant: "off".parse().unwrap(),
    };
    let check = |bench: &mut Bench, expect: &str| assert_eq!(bench.refused(left("pay")).to_string(), expect);
    check(
        &mut bench,
        "\"on\" is what the default in \"dev\" gives its share of people; put another variant there first",
    );
    let off = serde_json::from_value(gives("off")).unwrap();
    for environment in ["dev", "prod"] {
        let changes = RuleChanges { split: Some(Vec::clone(&off)), ..RuleChanges::default() };
        bench.ok(Command::ChangeRule { place: place(environment), changes });
    }
    let overrides = vec![("ann".to_owned(), "on".parse().unwrap())];
    bench.ok(Command::SetOverrides { place: here.clone(), overrides });
    check(&mut bench, "somebody has \"on\" as their own in \"prod\"; put another variant there first");
    bench.ok(Command::SetOverrides { place: here.clone(), overrides: Vec::new() });
    set(
        &mut bench,
        &here,
        json!([{"id": "de", "name": "Germany", "clauses": from("DE"), "share": 0, "split": gives("on")}]),
    );
    check(&mut bench, "rule \"Germany\" in \"prod\" can give \"on\"; put another variant there first");
    // JSON Logic that names it among what it can give.
    let named = json!({"if": [{"==": [{"var": "plan"}, "gold"]}, {"fractional": [["off", 1], ["on", 1]]}, null]});
    set(&mut bench, &here, json!([{"id": "adv", "name": "By plan", "expression": named}]));
    check(&mut bench, "rule \"By plan\" in \"prod\" can give \"on\"; put another variant there first");
    // What it only compares with names no variant.
    let compared = json!({"if": [{"==": [{"var": "plan"}, "on"]}, "off"]});
    set(&mut bench, &here, json!([{"id": "adv", "name": "By plan", "expression": compared}]));
    bench.ok(left("pay"));
}

#[test]
fn rules_and_the_default_change_together_or_not_at_all() {
    let (mut bench, here) = (Bench::with_flag(), place("prod"));
    let german = json!([{"id": "de", "name": "Germany", "clauses": from("DE"), "split": gives("on")}]);
    let both = |body: &Value, changes: RuleChanges| Command::SetRules {
        place: here.clone(),
        rules: rules(body.clone()),
        default: Some(changes),
    };
    let half = || RuleChanges { share: Some(share(50.0)), people: Some(vec!["ann".into()]), ..RuleChanges::default() };
    assert_eq!(bench.try_silently(both(&german, half())), Err(Refusal::ReasonRequired), "one reason is asked");
    for (changes, field) in [
        (RuleChanges { people: Some(vec!["ann".into(), "ann".into()]), ..half() }, "default.people[1]"),
        (RuleChanges { segments: Some(vec!["gone".parse().unwrap()]), ..half() }, "default.segments[0]"),
        (RuleChanges { split: Some(Vec::new()), ..half() }, "default.split"),
    ] {
        let refusal = bench.refused(both(&german, changes));
        assert!(matches!(&refusal, Refusal::Invalid { field: named, .. } if named == field), "{refusal}");
    }
    let unknown = json!([{"id": "de", "split": gives("blue")}]);
    let refusal = bench.refused(both(&unknown, half()));
    assert!(refusal.to_string().starts_with("rules[0].split[0].variant"), "{refusal}");

    let decision = bench.ok(both(&german, half()));
    assert_eq!(decision.envelopes.len(), 2);
    let (first, second) = (&decision.envelopes[0], &decision.envelopes[1]);
    assert_eq!((first.time, &first.reason), (second.time, &second.reason), "one reason, once kept, for both");
    let story = bench.story();
    let told = [
        "changed the rules of Instant payments in PROD: no rule “Germany” → Germany: Everyone whose country is DE",
        "changed the default of Instant payments in PROD",
    ];
    for (sentence, start) in story[story.len() - 2..].iter().zip(told) {
        assert!(sentence.contains(start), "{sentence}");
    }
    let configuration = bench.configuration(&here);
    assert_eq!((configuration.rules.len(), configuration.audience.share), (1, share(50.0)));

    // What stays as it is leaves no trace; the default alone leaves one.
    assert_eq!(bench.ok(both(&german, half())).envelopes.len(), 0);
    let all = RuleChanges { share: Some(share(100.0)), ..RuleChanges::default() };
    assert_eq!(bench.ok(both(&german, all)).envelopes.len(), 1);
}

#[test]
fn the_default_that_a_rollout_drives_stays_when_rules_change() {
    let (mut bench, here) = (Bench::with_flag(), place("prod"));
    bench.ok(Command::DraftRollout {
        place: here.clone(),
        rule: None,
        stages: vec![percent(10.0), percent(100.0)],
        guard: Default::default(),
    });
    bench.ok(Command::StartRollout { place: here.clone() });
    let wanted = |default: Option<RuleChanges>| Command::SetRules {
        place: here.clone(),
        rules: rules(json!([{"id": "de", "clauses": from("DE"), "split": gives("on")}])),
        default,
    };
    let changes = RuleChanges { share: Some(share(50.0)), ..RuleChanges::default() };
    let refusal = bench.refused(wanted(Some(changes)));
    assert!(refusal.to_string().contains("a rollout decides who has this now"), "{refusal}");
    bench.ok(wanted(None));
    assert_eq!(bench.configuration(&here).rules.len(), 1);
}

#[test]
fn turning_off_counts_whom_every_rule_reaches() {
    let here = place("prod");
    let told = |rules: Value, default: f64| {
        let mut bench = Bench::with_flag();
        set(&mut bench, &here, rules);
        let changes = RuleChanges { share: Some(share(default)), ..RuleChanges::default() };
        bench.ok(Command::ChangeRule { place: here.clone(), changes });
        let mut said = |command| {
            let decision = bench.ok(command);
            let teller = Teller { state: &bench.state, vault: &bench.vault };
            teller.tell(&decision.envelopes[0]).consequence.unwrap_or_default()
        };
        let off = said(Command::EngageKillSwitch { place: here.clone() });
        let on = said(Command::LiftKillSwitch { place: here.clone() });
        assert_eq!(off.replace("fewer", "more"), on, "lifting gives back what was taken");
        off
    };
    let rule = |id: &str, fits: Option<u64>, share: f64, split: Value| json!({"id": id, "clauses": from("DE"), "fits": fits, "share": share, "split": split});
    // 10,000 people are there. A rule of 4,000 has it, then the default decides of the 6,000 who are left.
    assert_eq!(told(json!([rule("a", Some(4_000), 50.0, gives("on"))]), 0.0), "about 2,000 fewer people");
    assert_eq!(told(json!([rule("a", Some(4_000), 50.0, gives("on"))]), 10.0), "about 2,600 fewer people");
    // What gives the off variant reaches nobody, and takes them from the default.
    assert_eq!(told(json!([rule("a", Some(4_000), 100.0, gives("off"))]), 50.0), "about 3,000 fewer people");
    let mostly = json!([{"variant": "on", "weight": 75}, {"variant": "off", "weight": 25}]);
    assert_eq!(told(json!([rule("a", Some(4_000), 100.0, mostly)]), 0.0), "about 3,000 fewer people");
    // Rules that say they fit more people than there are reach no more than there are.
    let two = json!([rule("a", Some(9_000), 100.0, gives("on")), rule("b", Some(9_000), 100.0, gives("on"))]);
    assert_eq!(told(two, 100.0), "about 10,000 fewer people");
    // How many of the rest fit a rule that does not say is not known: counted is the least they can have.
    let two = json!([rule("a", Some(4_000), 50.0, gives("on")), rule("b", None, 100.0, gives("on"))]);
    assert_eq!(told(two.clone(), 0.0), "at least about 2,000 fewer people");
    assert_eq!(told(two, 50.0), "at least about 5,000 fewer people");
    assert_eq!(told(json!([rule("b", None, 100.0, gives("off"))]), 50.0), "");
    assert_eq!(told(json!([{"id": "all", "split": gives("on")}]), 0.0), "about 10,000 fewer people");
}

#[test]
fn turning_off_counts_whom_the_rollout_of_a_rule_reached() {
    let (mut bench, here) = (Bench::with_flag(), place("prod"));
    two_countries(&mut bench, &here);
    bench.ok(Command::DraftRollout {
        place: here.clone(),
        rule: id("de"),
        stages: vec![percent(10.0)],
        guard: Default::default(),
    });
    bench.ok(Command::StartRollout { place: here.clone() });
    let off = bench.ok(Command::EngageKillSwitch { place: here.clone() });
    let told = Teller { state: &bench.state, vault: &bench.vault }.tell(&off.envelopes[0]);
    assert_eq!(told.consequence.as_deref(), Some("at least about 500 fewer people"));
}

#[test]
fn only_the_arms_of_a_rollout_answer_split() {
    let (mut bench, here) = (Bench::with_flag(), place("prod"));
    two_countries(&mut bench, &here);
    bench.ok(Command::DraftRollout {
        place: here.clone(),
        rule: id("de"),
        stages: vec![percent(10.0), percent(50.0), percent(100.0)],
        guard: Default::default(),
    });
    bench.ok(Command::StartRollout { place: here.clone() });
    let split = |bench: &Bench, key: u32, country: &str| {
        bench.gets(&here, &json!({"targetingKey": format!("user-{key}"), "country": country}))
    };
    let mut on = 0;
    for key in 0..2_000 {
        let (variant, reason, rule) = split(&bench, key, "DE");
        assert_eq!((reason, rule.as_deref()), (Reason::Split, Some("de")));
        on += u32::from(variant == "on");
        assert_eq!(split(&bench, key, "FR"), ("on".into(), Reason::TargetingMatch, Some("fr".into())));
        assert_eq!(split(&bench, key, "US"), ("off".into(), Reason::Default, None));
    }
    assert!((140..260).contains(&on), "{on} of 2,000 at 10 %");

    let before = bench.who_has_it(&here, 2_000);
    bench.ok(Command::AdvanceRollout { place: here.clone() });
    let after = bench.who_has_it(&here, 2_000);
    assert!(before.iter().all(|person| after.contains(person)), "advancing takes it from nobody");
    bench.ok(Command::RollBackRollout { place: here.clone(), to: Position::Stage(0) });
    assert_eq!(bench.who_has_it(&here, 2_000), before);
    bench.ok(Command::ResumeRollout { place: here.clone() });
    bench.ok(Command::AdvanceRollout { place: here.clone() });
    bench.ok(Command::FinishRollout { place: here.clone() });
    assert_eq!(bench.who_has_it(&here, 2_000), after);
    let configuration = bench.configuration(&here);
    assert_eq!(configuration.rule(&id("de").unwrap()).unwrap().share, share(50.0));
    assert_eq!(configuration.audience.share, share(0.0), "the rest is as it was");
    assert_ne!(split(&bench, 1, "DE").1, Reason::Split, "nothing is drawn for a rollout any more");
}

#[test]
fn the_rule_that_a_rollout_drives_stays_and_the_others_may_change() {
    let (mut bench, here) = (Bench::with_flag(), place("prod"));
    two_countries(&mut bench, &here);
    let stages = vec![percent(10.0), percent(100.0)];
    bench.ok(Command::DraftRollout { place: here.clone(), rule: id("de"), stages, guard: Default::default() });
    let refusal = bench.refused(Command::SetRules {
        place: here.clone(),
        rules: rules(json!([{"id": "fr", "split": gives("on")}])),
        default: None,
    });
    assert!(refusal.to_string().contains("rule \"Germany\""), "{refusal}");
    bench.ok(Command::StartRollout { place: here.clone() });
    let driven = |changes: Value| {
        let mut rule = json!({"id": "de", "name": "Germany", "clauses": from("DE"), "fits": 5_000, "share": 0, "split": gives("on")});
        rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        rule
    };
    for changes in
        [json!({"share": 5}), json!({"clauses": from("AT")}), json!({"fits": 10}), json!({"split": gives("off")})]
    {
        let refusal = bench.refused(Command::SetRules {
            place: here.clone(),
            rules: rules(json!([driven(changes)])),
            default: None,
        });
        assert!(refusal.to_string().contains("a rollout decides who of rule \"Germany\""), "{refusal}");
    }
    set(
        &mut bench,
        &here,
        json!([{"id": "at", "clauses": from("AT"), "split": gives("on")}, driven(json!({"name": "DACH"}))]),
    );
    let changes = RuleChanges { share: Some(share(30.0)), ..Default::default() };
    bench.ok(Command::ChangeRule { place: here.clone(), changes });
    let refusal = bench.refused(Command::DraftRollout {
        place: here.clone(),
        rule: None,
        stages: vec![percent(50.0)],
        guard: Default::default(),
    });
    assert!(refusal.to_string().contains("under way already"), "{refusal}");
}

#[test]
fn a_rollout_needs_a_rule_that_says_how_many_fit() {
    let (mut bench, here) = (Bench::with_flag(), place("dev"));
    two_countries(&mut bench, &here);
    let draft = |rule: &str| Command::DraftRollout {
        place: here.clone(),
        rule: id(rule),
        stages: vec![percent(50.0)],
        guard: Default::default(),
    };
    assert!(bench.refused(draft("fr")).to_string().contains("\"fits\""));
    assert!(bench.refused(draft("us")).to_string().contains("there is no \"us\""));
    bench.ok(draft("de"));
    bench.ok(Command::StartRollout { place: here.clone() });
    // 50 % of the 100 people of "dev", not of the 5,000 that the rule states.
    assert!(bench.story().last().unwrap().ends_with("nobody → 50 %"), "{:?}", bench.story().last());
}

#[test]
fn rings_let_whole_segments_in_before_any_share() {
    let (mut bench, here) = (Bench::with_flag(), place("prod"));
    let segment = json!({"key": "staff", "name": "Staff", "people": 640,
        "groups": [{"match": "all", "clauses": [{"operator": "ends_with", "attribute": "email", "values": ["@bank.example"]}]}]});
    bench
        .ok(Command::CreateSegment { project: project(), segment: Box::new(serde_json::from_value(segment).unwrap()) });
    two_countries(&mut bench, &here);
    bench.ok(Command::DraftRollout {
        place: here.clone(),
        rule: id("de"),
        stages: vec![ring(&["staff"]), percent(10.0)],
        guard: Default::default(),
    });
    bench.ok(Command::StartRollout { place: here.clone() });
    let staff = json!({"targetingKey": "s", "country": "DE", "email": "ann@bank.example"});
    assert_eq!(bench.gets(&here, &staff), ("on".into(), Reason::TargetingMatch, Some("de".into())));
    let abroad = json!({"targetingKey": "s", "country": "US", "email": "ann@bank.example"});
    assert_eq!(bench.gets(&here, &abroad).0, "off", "a ring is of those whom the rule fits");
    assert!(bench.who_has_it(&here, 100).iter().all(|id| !id.is_multiple_of(2)), "nobody else in Germany yet");
    assert!(bench.story().last().unwrap().contains("Staff"), "{:?}", bench.story().last());
    let refusal = bench.refused(Command::RemoveSegment { project: project(), segment: "staff".parse().unwrap() });
    assert!(refusal.to_string().contains("the rollout of \"pay\" in \"prod\""), "{refusal}");
}

#[test]
fn rules_in_json_logic_name_variants_or_fit() {
    let (mut bench, here) = (Bench::with_flag(), place("dev"));
    set(
        &mut bench,
        &here,
        json!([
            {"id": "named", "expression": {"if": [{"==": [{"var": "tier"}, "gold"]}, "on", null]}},
            {"id": "fits", "expression": {"sem_ver": [{"var": "app"}, ">=", "8.2.0"]}, "share": 100, "split": gives("on")},
            {"id": "unknown", "expression": {"var": "tier"}},
        ]),
    );
    let check = |context: Value, variant: &str, rule: Option<&str>| {
        let got = bench.gets(&here, &context);
        assert_eq!((got.0.as_str(), got.2.as_deref()), (variant, rule), "{context}");
    };
    check(json!({"tier": "gold"}), "on", Some("named"));
    check(json!({"app": "8.3.0"}), "on", Some("fits"));
    check(json!({"app": "8.1.0"}), "off", None);
    check(json!({"tier": "off"}), "off", Some("unknown"));
    check(json!({"tier": "silver"}), "off", None);
    let refusal = |expression: Value| {
        let rules = rules(json!([{"id": "x", "expression": expression}]));
        bench.try_with_clone(Command::SetRules { place: here.clone(), rules, default: None })
    };
    assert!(refusal(json!({"no_such_operator": []})).starts_with("rules[0].expression: must be JSON Logic"));
}

#[test]
fn a_flag_of_flagds_bucketing_draws_as_flagd_does() {
    for (algorithm, generation) in
        [(BucketingAlgorithm::Flagd2, Generation::Flagd2), (BucketingAlgorithm::Flagd3, Generation::Flagd3)]
    {
        let mut bench = Bench::with_flag();
        let flag = NewFlag { bucketing: algorithm, ..new_flag("checkout") };
        bench.ok(Command::CreateFlag { project: project(), flag: Box::new(flag) });
        let here = Place { flag: "checkout".parse().unwrap(), ..place("dev") };
        let changes = RuleChanges { share: Some(share(25.0)), ..Default::default() };
        bench.ok(Command::ChangeRule { place: here.clone(), changes });
        let document = Document::read(json!({"flags": {"checkout": {
            "state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
            "targeting": {"fractional": [["on", 25], ["off", 75]]},
        }}}))
        .unwrap();
        let flagd = FlagSet::compile(&document, |_| generation);
        for id in 0..2_000 {
            let context = json!({"targetingKey": format!("user-{id}")});
            let asked = Context { attributes: context.as_object().unwrap(), timestamp: 0 };
            let theirs = flagd.evaluate("checkout", asked).unwrap().variant.unwrap();
            assert_eq!(bench.gets(&here, &context).0, theirs, "user-{id} by {algorithm:?}");
        }
    }
}

#[test]
fn a_household_stays_together() {
    let (mut bench, here) = (Bench::with_flag(), place("dev"));
    set(&mut bench, &here, json!([{"id": "r", "share": 50, "split_by": "household", "split": gives("on")}]));
    let of = |bench: &Bench, person: u32, household: Value| {
        bench.gets(&here, &json!({"targetingKey": format!("user-{person}"), "household": household})).0
    };
    let mut on = 0;
    for household in 0..400 {
        let first = of(&bench, 1, json!(household));
        assert!((2..5).all(|person| of(&bench, person, json!(household)) == first), "household {household}");
        // A number and its digits are one household.
        assert_eq!(of(&bench, 9, json!(household.to_string())), first);
        on += u32::from(first == "on");
    }
    assert!((150..250).contains(&on), "{on} of 400 households");
    // Without a household they are in no bucket, and need no targeting key either.
    assert_eq!(bench.gets(&here, &json!({})), ("off".into(), Reason::Default, Some("r".into())));
}

#[test]
fn an_explanation_says_each_step_in_words() {
    let (mut bench, here) = (Bench::with_flag(), place("prod"));
    two_countries(&mut bench, &here);
    bench.ok(Command::DraftRollout {
        place: here.clone(),
        rule: id("de"),
        stages: vec![percent(25.0)],
        guard: Default::default(),
    });
    bench.ok(Command::StartRollout { place: here.clone() });
    let told = |context: Value| -> Vec<String> {
        let attributes = signalbox_domain::targeting::Attributes::of_context(
            context.as_object().unwrap(),
            signalbox_domain::Timestamp::default(),
        );
        let explanation = bench.compiled(&here).explain(&attributes, &bench.segments());
        let sign = |holds: Option<bool>| holds.map_or("○", |holds| if holds { "✓" } else { "✗" });
        explanation.steps.iter().map(|step| format!("{} {}: {}", sign(step.holds), step.title, step.detail)).collect()
    };
    assert_eq!(
        told(json!({"targetingKey": "user-1", "country": "DE"})),
        [
            "✓ Rule 1, Germany: country is DE: is DE, so yes.",
            "✗ Outside the 25 %: Their place is 95.029 of 100, not below 25.",
            "○ Rule 2: Not reached.",
            "○ Everyone else: Not reached.",
        ]
    );
    assert_eq!(
        told(json!({"targetingKey": "user-1"})),
        [
            "✗ Rule 1, Germany: country is DE: is not given, so no.",
            "✗ Rule 2: country is FR: is not given, so no.",
            "✓ Everyone else: Nothing above fits.",
            "✗ Outside the 0 %: Nobody has it by a share.",
        ]
    );
}
