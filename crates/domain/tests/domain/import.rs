//! What an import does and does not: all or nothing, the same answers as before, and nothing done twice.

use crate::bench::{Bench, place, project};
use serde_json::{Map, Value, json};
use signalbox_domain::command::{Command, NewFlag};
use signalbox_domain::decide::Decision;
use signalbox_domain::evaluation::CompiledFlag;
use signalbox_domain::event::Place;
use signalbox_domain::export::{flagd_document, signalbox_document};
use signalbox_domain::flagd::Generation;
use signalbox_domain::flagd::document::Document;
use signalbox_domain::import::{Change, Import, ImportContent, Report};
use signalbox_domain::key::EnvironmentKey;
use signalbox_domain::targeting::{Attributes, CompiledSegments};
use signalbox_domain::{Refusal, Timestamp};

pub const NOW: i64 = 1_790_000_000_123;

pub fn environment(key: &str) -> EnvironmentKey {
    EnvironmentKey::new(key).unwrap()
}

fn flagd(key: &str, document: Value) -> Command {
    let content = ImportContent::Flagd { document: Document::read(document).unwrap(), generation: Generation::Flagd3 };
    Command::Import(Box::new(Import { project: project(), environment: environment(key), content }))
}

fn signalbox(key: &str, document: Value) -> Command {
    let content = ImportContent::Signalbox(Box::new(serde_json::from_value(document).unwrap()));
    Command::Import(Box::new(Import { project: project(), environment: environment(key), content }))
}

pub fn report(decision: Decision) -> Report {
    decision.report.expect("an import reports")
}

pub fn at(environment: &str, flag: &str) -> Place {
    Place { flag: flag.parse().unwrap(), ..place(environment) }
}

/// Brings the environment's own documents in again, and expects that nothing changes.
pub fn changes_nothing(bench: &mut Bench, key: &str) {
    let known = &bench.state.projects[&project()];
    let in_flagd_form = flagd_document(known, &environment(key));
    let left_out = in_flagd_form.not_representable.len();
    let in_our_form = signalbox_document(known, &environment(key), &bench.vault);
    let flags = (in_flagd_form.flags.len(), in_our_form.flags.len() + in_our_form.kept_apart.len());
    assert_eq!(flags.0 + left_out, flags.1, "each flag is in the document or told");
    for (command, flags) in [
        (flagd(key, in_flagd_form.into_document()), flags.0),
        (signalbox(key, serde_json::to_value(in_our_form.clone()).unwrap()), flags.1 + in_our_form.segments.len()),
    ] {
        let decision = bench.try_silently(command).expect("nothing that needs a reason");
        assert_eq!(decision.envelopes, []);
        let report = report(decision);
        assert!(!report.changes_something(), "{report:?}");
        assert_eq!(report.not_representable, []);
        assert_eq!(report.unchanged.len() + report.kept_apart.len(), flags);
    }
}

pub fn answer(compiled: &CompiledFlag, context: &Map<String, Value>) -> Option<(Value, String, &'static str)> {
    let attributes = Attributes::of_context(context, Timestamp::from_millis(NOW));
    let answer = compiled.evaluate(&attributes, &CompiledSegments::default()).ok()?;
    Some((answer.value.clone(), answer.variant.to_string(), answer.reason.as_str()))
}

#[test]
fn a_document_becomes_flags_and_what_cannot_be_one_is_kept_apart() {
    let mut bench = Bench::with_flag();
    let document = json!({
        "$evaluators": {
            "staff": {"ends_with": [{"var": "email"}, "@fernhill.example"]},
            "round": {"!": {"$ref": "trip"}}, "trip": {"!!": {"$ref": "round"}},
        },
        "comment": "not flagd's",
        "flags": {
            "plain": {"state": "ENABLED", "variants": {"a": "x", "b": "y"}, "defaultVariant": "b"},
            "for-staff": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
                "targeting": {"if": [{"$ref": "staff"}, "on", null]}},
            "pay": {"state": "ENABLED", "variants": {"on": true, "off": false, "maybe": false}, "defaultVariant": "on"},
            "odd name/": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"},
            "switched-off": {"state": "DISABLED", "variants": {"on": true}, "defaultVariant": "on"},
            "without-default": {"state": "ENABLED", "variants": {"on": true}},
            "mixed": {"state": "ENABLED", "variants": {"on": true, "one": 1}, "defaultVariant": "on"},
            "told-of": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "metadata": {"team": "x"}},
            "broken": {"state": "MAYBE"},
            "circular": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"$ref": "round"}},
            "dangling": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"$ref": "gone"}},
            "open": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"var": "x"}},
        },
    });
    let told = report(bench.ok(flagd("prod", document.clone())));
    assert_eq!(told.created, ["for-staff", "plain"]);
    assert_eq!(told.changed, ["pay"]);
    let kept: Vec<_> = told.kept_apart.iter().map(|kept| (kept.key.as_str(), kept.why.as_str(), kept.change)).collect();
    let key_why =
        "its key must be 1 to 100 characters from A-Z, a-z, 0-9, '.', '_' and '-', starting with a letter or digit";
    let off_why = "it is DISABLED: applications use the default in their code, and a flag here has a value";
    let open_why = "its rule does not tell which variants it can name, and might name one that does not exist";
    assert_eq!(
        kept,
        [
            ("broken", "it is broken: state must be \"ENABLED\" or \"DISABLED\"", Change::Created),
            ("circular", off_why, Change::Created),
            ("dangling", "its rule is malformed: there is no evaluator \"gone\"", Change::Created),
            ("mixed", "its values are of several kinds, and those of a flag here are of one", Change::Created),
            ("odd name/", key_why, Change::Created),
            ("open", open_why, Change::Created),
            ("switched-off", off_why, Change::Created),
            ("told-of", "it has metadata, which a flag here has not: \"team\"", Change::Created),
            ("without-default", "it has no default variant, and a flag here always gives a value", Change::Created),
        ]
    );
    assert_eq!(told.not_representable, []);
    let warnings: Vec<_> = told.warnings.iter().map(|told| format!("{}: {}", told.place, told.why)).collect();
    assert_eq!(
        warnings,
        [
            "comment: means nothing in a flagd document and is not kept",
            "flags.circular.targeting: its shared rules lead back to themselves: round → trip → round; the flag is \
             switched off until that is mended",
        ]
    );

    // Elsewhere nobody gets anything else.
    let ann = json!({"targetingKey": "ann", "email": "ann@fernhill.example"}).as_object().unwrap().clone();
    let gives = |bench: &Bench, environment: &str, flag: &str| answer(&bench.compiled(&at(environment, flag)), &ann);
    assert_eq!(gives(&bench, "prod", "for-staff"), Some((json!(true), "on".into(), "TARGETING_MATCH")));
    assert_eq!(gives(&bench, "dev", "for-staff"), Some((json!(false), "off".into(), "STATIC")));
    assert_eq!(gives(&bench, "prod", "pay"), Some((json!(true), "on".into(), "STATIC")));
    assert_eq!(gives(&bench, "dev", "pay"), Some((json!(false), "off".into(), "STATIC")));

    let again = bench.try_silently(flagd("prod", document)).unwrap();
    assert_eq!(again.envelopes, []);
    let again = report(again);
    assert_eq!((again.unchanged.len(), again.kept_apart.len()), (3, 9));
    assert!(!again.changes_something());
    changes_nothing(&mut bench, "prod");
    changes_nothing(&mut bench, "dev");
    let story = bench.story().join("\n");
    assert!(story.contains("imported and kept apart told-of in PROD: it has metadata"), "{story}");
}

#[test]
fn a_mended_flag_moves_and_a_key_is_never_of_two_flags() {
    let mut bench = Bench::with_flag();
    let odd = json!({"flags": {"f": {"state": "DISABLED", "variants": {"on": true}, "defaultVariant": "on"}}});
    let sound = json!({"flags": {"f": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on"}}});
    bench.ok(flagd("dev", odd.clone()));
    let new = NewFlag { key: "f".parse().unwrap(), ..crate::bench::new_flag("f") };
    let refusal = bench.refused(Command::CreateFlag { project: project(), flag: Box::new(new) });
    assert_eq!(refusal.to_string(), "a flag \"f\" is kept apart in \"dev\"; remove it there first");

    let told = report(bench.ok(flagd("prod", sound.clone())));
    assert_eq!(told.kept_apart[0].why, "a flag of this key is kept apart in \"dev\" too");
    bench.ok(Command::RemoveKeptApart { project: project(), environment: environment("prod"), key: "f".into() });

    let told = report(bench.ok(flagd("dev", sound)));
    assert_eq!(told.changed, ["f"]);
    assert!(bench.state.projects[&project()].kept_apart[&environment("dev")].flags.is_empty());
    assert!(bench.state.flag(&project(), &"f".parse().unwrap()).is_some());

    let told = report(bench.ok(flagd("prod", odd)));
    assert!(told.not_representable[0].why.ends_with("since the project has a flag of this key"), "{told:?}");
    let gone = Command::RemoveKeptApart { project: project(), environment: environment("dev"), key: "f".into() };
    assert_eq!(bench.refused(gone), Refusal::not_found("flag kept apart", "f"));
}

#[test]
fn what_the_project_has_already_is_changed_here_alone_or_not_at_all() {
    let mut bench = Bench::with_flag();
    let import = |bench: &mut Bench, flag: Value| report(bench.ok(flagd("prod", json!({"flags": {"pay": flag}}))));
    let refused = |report: &Report| report.not_representable.first().map(|told| told.why.clone()).unwrap_or_default();
    let flag = |variants: Value, rule: Value| json!({"state": "ENABLED", "variants": variants, "defaultVariant": "off", "targeting": rule});

    let other_value = flag(json!({"on": false, "off": false}), Value::Null);
    assert!(refused(&import(&mut bench, other_value)).contains("its variant \"on\" has another value"));
    let other_kind = flag(json!({"on": "yes", "off": "no"}), Value::Null);
    assert!(refused(&import(&mut bench, other_kind)).contains("its values are of another kind"));

    let sound = json!({"on": true, "off": false});
    let overrides = vec![("ann".to_owned(), "on".parse().unwrap())];
    bench.ok(Command::SetOverrides { place: place("prod"), overrides });
    let rule = json!({"if": [{"==": [{"var": "plan"}, "gold"]}, "on"]});
    assert!(refused(&import(&mut bench, flag(sound.clone(), rule.clone()))).contains("variants of their own"));
    bench.ok(Command::SetOverrides { place: place("prod"), overrides: Vec::new() });
    bench.ok(Command::EngageKillSwitch { place: place("prod") });
    assert!(refused(&import(&mut bench, flag(sound.clone(), rule.clone()))).contains("lift the kill switch first"));
    bench.ok(Command::LiftKillSwitch { place: place("prod") });
    let drafted = Command::DraftRollout {
        place: place("prod"),
        rule: None,
        stages: vec![crate::bench::percent(50.0)],
        guard: Default::default(),
    };
    bench.ok(drafted);
    bench.ok(Command::StartRollout { place: place("prod") });
    let before = bench.state.clone();
    assert!(refused(&import(&mut bench, flag(sound.clone(), rule.clone()))).contains("a rollout decides"));
    assert_eq!(bench.state, before, "what is told as not taken over was not taken over by half");
    bench.ok(Command::RollBackRollout { place: place("prod"), to: signalbox_domain::rollout::Position::Start });
    bench.ok(Command::FinishRollout { place: place("prod") });

    let told = import(&mut bench, flag(sound.clone(), rule));
    assert_eq!(told.changed, ["pay"], "{told:?}");
    assert_eq!(bench.configuration(&place("dev")).rules, []);
    // Its people are drawn by signalbox-1, and an advanced rule of it as flagd-3.
    let drawn = flag(sound.clone(), json!({"fractional": [["on", 1], ["off", 1]]}));
    let second = ImportContent::Flagd {
        document: Document::read(json!({"flags": {"pay": drawn}})).unwrap(),
        generation: Generation::Flagd2,
    };
    let import_second = Import { project: project(), environment: environment("prod"), content: second };
    let told = report(bench.ok(Command::Import(Box::new(import_second))));
    assert!(refused(&told).contains("people are divided in another way"), "{told:?}");

    bench.ok(Command::ArchiveFlag { project: project(), flag: "pay".parse().unwrap() });
    assert!(refused(&import(&mut bench, flag(sound, Value::Null))).contains("in its archive"));
}

#[test]
fn production_asks_for_a_reason_and_gives_nothing_without() {
    let mut bench = Bench::with_flag();
    let before = bench.state.clone();
    let rule = json!({"if": [{"var": "x"}, "on"]});
    let flag =
        json!({"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": rule});
    let kept = json!({"state": "DISABLED", "variants": {"on": true}});
    for document in [
        json!({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "defaultVariant": "x"}, "b": flag}}),
        json!({"flags": {"c": kept}}),
        // It was not there, and is on for everybody at once.
        json!({"flags": {"d": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"}}}),
    ] {
        assert_eq!(bench.try_silently(flagd("prod", document.clone())).unwrap_err(), Refusal::ReasonRequired);
        assert_eq!(bench.state, before);
        assert!(Bench::with_flag().try_silently(flagd("dev", document)).is_ok());
    }
    let other = Import {
        project: project(),
        environment: environment("gone"),
        content: ImportContent::Flagd { document: Document::default(), generation: Generation::Flagd3 },
    };
    assert_eq!(bench.refused(Command::Import(Box::new(other))), Refusal::not_found("environment", "gone"));
}

#[test]
fn a_document_of_ours_makes_elsewhere_what_is_here() {
    let mut bench = Bench::with_flag();
    let segment = json!({"key": "staff", "name": "Staff", "included": ["ann"],
        "groups": [{"match": "all", "clauses": [{"operator": "is_set", "attribute": "badge"}]}]});
    let segment = Box::new(serde_json::from_value(segment).unwrap());
    bench.ok(Command::CreateSegment { project: project(), segment });
    let rules = json!([{"id": "r1", "clauses": [{"operator": "in_segment", "segments": ["staff"]}], "people": ["ben"],
        "share": 12.5, "split": [{"variant": "on", "weight": 100}]}]);
    bench.ok(Command::SetRules { place: place("dev"), rules: serde_json::from_value(rules).unwrap(), default: None });
    bench.ok(Command::SetOverrides { place: place("dev"), overrides: vec![("cleo".into(), "on".parse().unwrap())] });
    bench.ok(flagd("dev", json!({"flags": {"odd name": {"state": "DISABLED", "variants": {"on": true}}}})));
    bench.ok(Command::EngageKillSwitch { place: place("dev") });
    changes_nothing(&mut bench, "dev");
    let exported = |bench: &Bench, key: &str| {
        let document = signalbox_document(&bench.state.projects[&project()], &environment(key), &bench.vault);
        serde_json::to_value(document).unwrap()
    };
    let document = exported(&bench, "dev");

    let told = report(bench.ok(signalbox("prod", document.clone())));
    assert_eq!(told.changed, ["pay"]);
    assert_eq!(told.unchanged, ["segments/staff", "check"]);
    assert_eq!((told.kept_apart[0].key.as_str(), told.kept_apart[0].change), ("odd name", Change::Created));
    let mut there = exported(&bench, "prod");
    there["environment"] = json!("dev");
    assert_eq!(there, document);
    changes_nothing(&mut bench, "prod");

    // A segment that is used elsewhere is not changed for one environment.
    let mut changed = document;
    changed["segments"][0]["name"] = json!("Everybody here");
    let told = report(bench.ok(signalbox("dev", changed)));
    assert!(told.not_representable[0].why.contains("where this import changes nothing"), "{told:?}");
    assert_eq!(told.not_representable[0].place, "segments/staff");
}

#[test]
fn flags_that_wait_for_themselves_come_in_turned_off() {
    let mut bench = Bench::with_flag();
    for key in ["a", "b", "c"] {
        let flag = Box::new(crate::bench::new_flag(key));
        bench.ok(Command::CreateFlag { project: project(), flag });
    }
    let document = signalbox_document(&bench.state.projects[&project()], &environment("dev"), &bench.vault);
    let mut document = serde_json::to_value(document).unwrap();
    let waits = |on: &str| json!([{"flag": on, "variants": ["on"]}]);
    for (index, on) in [(0, "b"), (1, "c"), (2, "a")] {
        document["flags"][index]["prerequisites"] = waits(on);
    }
    // What leads nowhere back stays.
    let sound = json!({"flag": "check", "variants": ["on"]});
    document["flags"][0]["prerequisites"].as_array_mut().unwrap().push(sound);
    let told = report(bench.ok(signalbox("dev", document.clone())));
    assert_eq!(told.changed, ["a", "b", "c"], "{told:?}");
    let warnings: Vec<_> = told.warnings.iter().map(|told| (told.place.as_str(), told.why.as_str())).collect();
    let off = "the flag is turned off for everyone";
    let why = |way: &str| format!("leads back to itself: {way}; that is left out, and {off}");
    assert_eq!(
        warnings,
        [
            ("flags.a.prerequisites", why("a → b → c → a").as_str()),
            ("flags.b.prerequisites", why("b → c → a → b").as_str()),
            ("flags.c.prerequisites", why("c → a → b → c").as_str()),
        ]
    );
    for key in ["a", "b", "c"] {
        let here = bench.configuration(&at("dev", key));
        let waits: Vec<_> = here.prerequisites.iter().map(|wanted| wanted.flag.as_str()).collect();
        assert_eq!((here.kill.is_some(), waits.as_slice()), (true, if key == "a" { &["check"][..] } else { &[] }));
    }
    assert_eq!(bench.ok(signalbox("dev", document)).envelopes, []);
}

#[test]
fn a_document_of_another_version_is_refused() {
    let mut bench = Bench::with_flag();
    let refusal = bench.refused(signalbox("dev", json!({"signalbox": 2})));
    assert_eq!(refusal, Refusal::invalid("signalbox", "must be 1, the version of the format"));
}

#[test]
fn of_two_parts_of_one_key_none_is_taken() {
    let mut bench = Bench::with_flag();
    let segment = json!({"key": "staff", "name": "Staff"});
    let kept = json!({"key": "odd k", "generation": "flagd-3", "definition": {}, "why": "odd"});
    for (document, field) in [
        (json!({"signalbox": 1, "segments": [segment, segment]}), "segments[1].key"),
        (json!({"signalbox": 1, "kept_apart": [kept, kept]}), "kept_apart[1].key"),
    ] {
        let content = ImportContent::Signalbox(Box::new(serde_json::from_value(document).unwrap()));
        let import = Import { project: project(), environment: environment("dev"), content };
        let refusal = bench.refused(Command::Import(Box::new(import)));
        assert_eq!(refusal, Refusal::invalid(field, "must not be listed twice"));
    }
}

#[test]
fn an_import_may_be_held_to_what_was_previewed() {
    let mut bench = Bench::with_flag();
    let document = json!({"flags": {"a": {"state": "ENABLED", "variants": {"x": 1}, "defaultVariant": "x"}}});
    let previewed = report(bench.copy().ok(flagd("dev", document.clone()))).version;
    // What is another environment's does not matter.
    bench.ok(Command::EngageKillSwitch { place: place("prod") });
    assert_eq!(report(bench.copy().ok(flagd("dev", document.clone()))).version, previewed);
    bench.ok(Command::EngageKillSwitch { place: place("dev") });
    let current = bench.state.sequence;
    let stale = bench.try_with(flagd("dev", document.clone()), Some(previewed), None).unwrap_err();
    assert_eq!(stale, Refusal::VersionStale { given: previewed, current });
    assert_eq!(bench.try_with(flagd("dev", document), Some(current), None).unwrap().envelopes.len(), 1);
}

#[test]
fn a_reason_is_asked_for_what_people_in_production_notice() {
    let mut bench = Bench::with_flag();
    let segment = serde_json::from_value(json!({"key": "staff", "name": "Staff", "included": ["ann"]})).unwrap();
    bench.ok(Command::CreateSegment { project: project(), segment: Box::new(segment) });
    let exported = |bench: &Bench, key: &str| {
        let document = signalbox_document(&bench.state.projects[&project()], &environment(key), &bench.vault);
        serde_json::to_value(document).unwrap()
    };
    // Whether a reason is wanted is told beforehand, and is so.
    let check = |into: &str, change: &dyn Fn(&mut Value), expect: bool| {
        let mut bench = bench.copy();
        let mut document = exported(&bench, into);
        change(&mut document);
        let silent = bench.try_silently(signalbox(into, document.clone()));
        let refused = matches!(silent, Err(Refusal::ReasonRequired));
        assert!(refused || silent.is_ok(), "{silent:?}");
        let told = report(bench.ok(signalbox(into, document.clone())));
        assert_eq!((refused, told.reason_required), (expect, expect), "{document}");
    };
    check("prod", &|_| {}, false);
    check("prod", &|document| document["flags"][0]["description"] = json!("Pays at once."), false);
    check("prod", &|document| document["segments"][0]["description"] = json!("Who works here."), false);
    check("prod", &|document| document["flags"][0]["default"]["share"] = json!(5), true);
    check("dev", &|document| document["flags"][0]["default"]["share"] = json!(5), false);
    // All environments notice who may ask for a flag, and which variants it has.
    check("dev", &|document| document["flags"][0]["client_side"] = json!(true), true);
    let third = json!({"key": "third", "value": true});
    check("dev", &|document| document["flags"][0]["variants"].as_array_mut().unwrap().push(third.clone()), true);
    check("prod", &|document| document["flags"][0]["killed"] = json!(true), true);
    // What is left out after all asks for nothing.
    let left_out = |document: &mut Value| {
        document["flags"][0]["client_side"] = json!(true);
        document["flags"][0]["rules"] = json!([{"id": "r", "split": [{"variant": "gone", "weight": 100}]}]);
    };
    check("prod", &left_out, false);
    let kept = json!([{"key": "odd k", "generation": "flagd-3", "definition": {}, "why": "odd"}]);
    check("prod", &|document| document["kept_apart"] = kept.clone(), true);
}
