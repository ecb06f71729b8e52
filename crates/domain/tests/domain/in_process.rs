//! Flags as applications evaluate them by themselves, with flagd's engine.

use serde_json::{Map, Value, json};
use signalbox_domain::State;
use signalbox_domain::command::{Command, RuleChanges};
use signalbox_domain::event::Place;
use signalbox_domain::flagd::document::Document;
use signalbox_domain::flagd::in_process::{DRAWN_OTHERWISE, document};
use signalbox_domain::flagd::{Context, FlagSet, Generation};
use signalbox_domain::import::{Import, ImportContent};
use signalbox_domain::key::VariantKey;

use crate::bench::{Bench, place, project, share};

fn written(bench: &Bench, place: &Place) -> Value {
    let State { projects, .. } = &bench.state;
    document(&projects[&project()], &place.environment, 7, &bench.vault)
}

/// What flagd's engine gives to somebody.
fn given(document: &Value, place: &Place, person: &str) -> Value {
    let set = FlagSet::compile(&Document::read(document.clone()).unwrap(), |_| Generation::Flagd3);
    let attributes = Map::from_iter([("targetingKey".to_owned(), json!(person))]);
    let context = Context { attributes: &attributes, timestamp: 0 };
    set.evaluate(place.flag.as_str(), context).unwrap().value.unwrap().clone()
}

fn change(bench: &mut Bench, place: &Place, changes: RuleChanges) {
    bench.ok(Command::ChangeRule { place: place.clone(), changes });
}

#[test]
fn what_gives_everybody_the_same_is_exact_and_kill_stands_above_it() {
    let mut bench = Bench::with_flag();
    let place = place("dev");
    let gives = |bench: &Bench, person: &str| given(&written(bench, &place), &place, person);
    assert_eq!(gives(&bench, "ann"), false);
    let on = VariantKey::new("on").unwrap();
    bench.ok(Command::SetOverrides { place: place.clone(), overrides: vec![("ann".into(), on)] });
    change(&mut bench, &place, RuleChanges { people: Some(vec!["ben".into()]), ..RuleChanges::default() });
    let told: Vec<_> = ["ann", "ben", "cem"].iter().map(|person| gives(&bench, person)).collect();
    assert_eq!(told, [json!(true), json!(true), json!(false)]);

    change(&mut bench, &place, RuleChanges { share: Some(share(100.0)), ..RuleChanges::default() });
    assert_eq!(gives(&bench, "cem"), true);
    bench.ok(Command::EngageKillSwitch { place: place.clone() });
    for person in ["ann", "ben", "cem"] {
        assert_eq!(gives(&bench, person), false, "{person}");
    }
    let document = written(&bench, &place);
    assert_eq!(
        document["metadata"],
        json!({"flagSetId": format!("{}/{}", place.project, place.environment), "version": "7"})
    );
    assert_eq!(document["flags"][place.flag.as_str()]["metadata"].get("remark"), None);
}

#[test]
fn a_share_is_as_large_as_here_and_says_that_other_people_are_drawn() {
    let mut bench = Bench::with_flag();
    let place = place("dev");
    change(&mut bench, &place, RuleChanges { share: Some(share(30.0)), ..RuleChanges::default() });
    let document = written(&bench, &place);
    assert_eq!(document["flags"][place.flag.as_str()]["metadata"]["remark"], DRAWN_OTHERWISE);
    let set = FlagSet::compile(&Document::read(document).unwrap(), |_| Generation::Flagd3);
    let drawn = (0..10_000).filter(|person| {
        let attributes = Map::from_iter([("targetingKey".to_owned(), json!(format!("person-{person}")))]);
        let context = Context { attributes: &attributes, timestamp: 0 };
        set.evaluate(place.flag.as_str(), context).unwrap().value == Some(&json!(true))
    });
    // Six standard errors of 10,000 draws.
    assert!(drawn.count().abs_diff(3_000) < 275);
}

#[test]
fn what_cannot_be_written_is_left_out_by_name() {
    let mut bench = Bench::with_flag();
    let place = place("dev");
    let set_rule = |bench: &mut Bench, clause: Value| {
        let split = json!([{"variant": "on", "weight": 100}]);
        let rules = json!([{"id": "rule_1", "clauses": [clause], "share": 100, "split": split}]);
        bench.ok(Command::SetRules {
            place: place.clone(),
            rules: serde_json::from_value(rules).unwrap(),
            default: None,
        });
    };
    set_rule(&mut bench, json!({"operator": "matches_pattern", "attribute": "age", "pattern": "^1"}));
    let document = written(&bench, &place);
    assert_eq!(document["flags"].get(place.flag.as_str()), None);
    let why = "rule \"rule_1\" matches a pattern, which JSON Logic cannot";
    assert_eq!(document["$signalbox"]["leftOut"], json!({place.flag.as_str(): why}));
    Document::read(document).unwrap();

    set_rule(&mut bench, json!({"operator": "one_of", "attribute": "targetingKey", "values": ["ann"]}));
    let document = written(&bench, &place);
    assert_eq!(document.get("$signalbox"), None);
    let told: Vec<_> = ["ann", "ben"].iter().map(|person| given(&document, &place, person)).collect();
    assert_eq!(told, [json!(true), json!(false)]);
}

#[test]
fn flags_kept_apart_are_here_as_they_were_imported() {
    let mut bench = Bench::with_flag();
    let place = place("dev");
    let odd =
        json!({"state": "DISABLED", "variants": {"on": 1, "off": "x"}, "metadata": {"team": "a", "version": "9"}});
    let content = ImportContent::Flagd {
        document: Document::read(json!({"flags": {"odd one": odd}})).unwrap(),
        generation: Generation::Flagd3,
    };
    let import = Import { project: place.project.clone(), environment: place.environment.clone(), content };
    bench.ok(Command::Import(Box::new(import)));
    let mut expected = odd;
    expected["metadata"] = json!({"team": "a"});
    assert_eq!(written(&bench, &place)["flags"]["odd one"], expected);
}
