//! Whatever is written and whatever is known of whoever asks: targeting never panics, answers the same twice, and
//! explains what it answers.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use signalbox_domain::Timestamp;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::targeting::{
    Attributes, Clause, CompiledClause, CompiledRule, CompiledSegment, CompiledSegments, Rule, Segment,
};

/// Texts that some clause reads and texts that none should trip over.
const TEXTS: [&str; 40] = [
    "",
    "a",
    "A",
    "ab",
    "DE",
    "de",
    "Zoë",
    "ZOË",
    "ß",
    "İ",
    "\u{0}",
    "\u{202e}",
    "日本",
    "👩\u{200d}🔬",
    " ",
    "true",
    "0",
    "-0",
    "18",
    "35.5",
    "1e308",
    "1e999",
    "NaN",
    "inf",
    "1.2",
    "v1.2.3-beta.2+7",
    "1.2.3.4",
    "99999999999999999999",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "2001:db8::1",
    "10.0.0.1/8",
    "2026-03-29T02:30:00+01:00",
    "2026-10-25T02:30:00Z",
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
    "0000-01-01T00:00:00+23:59",
    "2026-12-01",
    "\n",
    "^(a+)+$",
];
const PATHS: [&str; 7] = ["x", "y", "x.y", "x.y.z", "targetingKey", ".", "missing"];
const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
    "Antarctica/Troll",
    "Nowhere/At_All",
];
const SEGMENTS: [&str; 5] = ["staff", "beta", "circle", "back", "gone"];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => proptest::sample::select(&TEXTS[..]).prop_map(ToOwned::to_owned),
        4 => any::<String>(),
        1 => (1_000_usize..3_000).prop_map(|length| "ä".repeat(length)),
    ]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-20_i64..40).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        2 => any::<f64>().prop_map(Value::from),
        1 => Just(json!(18.5)),
        1 => (0_i64..2_000_000_000_000).prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        8 => text().prop_map(Value::from),
        4 => number(),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    scalar.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(proptest::sample::select(&["x", "y", "z", "", "y.z"][..]), inner, 0..3)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

fn context() -> impl Strategy<Value = (Map<String, Value>, Timestamp)> {
    let names = proptest::sample::select(&["x", "y", "x.y", "targetingKey", "", "z"][..]);
    let members = proptest::collection::btree_map(names, value(), 0..5);
    let now = prop_oneof![4 => 0_i64..4_000_000_000_000, 1 => any::<i64>()];
    (members, now).prop_map(|(members, now)| {
        let members = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        (members, Timestamp::from_millis(now))
    })
}

/// A clause as it may be written: of the right shape, with what may be nonsense in it.
fn clause() -> impl Strategy<Value = Clause> {
    let texts = || proptest::collection::vec(text(), 0..12);
    let path = || proptest::sample::select(&PATHS[..]);
    let zone = || proptest::sample::select(&ZONES[..]);
    let moment = || prop_oneof![text(), Just("2026-10-25T02:30".to_owned()), Just("2026-06-01T00:00:00Z".to_owned())];
    let clock = || prop_oneof![Just("00:00"), Just("02:00"), Just("09:30"), Just("23:59"), Just("24:00"), Just("noon")];
    let of = |names: &'static [&'static str]| proptest::sample::select(names);
    let numbers = of(&["number_equals", "number_less_than", "number_at_most", "number_more_than", "number_at_least"]);
    let versions = of(&[
        "version_equals",
        "version_less_than",
        "version_at_most",
        "version_more_than",
        "version_at_least",
        "version_compatible_with",
        "version_close_to",
    ]);
    let finite = || number().prop_map(|number| number.as_f64().unwrap_or_default());
    let days = proptest::collection::vec(of(&["monday", "friday", "saturday", "sunday"]), 0..4);
    let written = prop_oneof![
        4 => (of(&["one_of", "contains", "starts_with", "ends_with"]), path(), texts(), any::<bool>()).prop_map(
            |(operator, path, values, ignore)| {
                json!({"operator": operator, "attribute": path, "values": values, "ignore_case": ignore})
            }
        ),
        1 => (path(), prop_oneof![text(), of(&["^a", "[a-z]+$", r"\d{2}", "(", r"^\w+@"]).prop_map(ToOwned::to_owned)])
            .prop_map(|(path, pattern)| json!({"operator": "matches_pattern", "attribute": path, "pattern": pattern})),
        3 => (numbers, path(), finite()).prop_map(
            |(operator, path, number)| json!({"operator": operator, "attribute": path, "number": number})
        ),
        1 => (path(), finite(), finite()).prop_map(
            |(path, least, most)| json!({"operator": "number_between", "attribute": path, "least": least, "most": most})
        ),
        1 => (path(), 0_u32..12, 0_u32..12).prop_map(|(path, divisor, remainder)| {
            json!({"operator": "modulo", "attribute": path, "divisor": divisor, "remainder": remainder})
        }),
        2 => (versions, path(), text()).prop_map(
            |(operator, path, version)| json!({"operator": operator, "attribute": path, "version": version})
        ),
        2 => (of(&["time_before", "time_after"]), proptest::option::of(path()), moment(), proptest::option::of(zone()))
            .prop_map(|(operator, path, time, zone)| {
                json!({"operator": operator, "attribute": path, "time": time, "zone": zone})
            }),
        1 => (proptest::option::of(path()), moment(), moment(), proptest::option::of(zone())).prop_map(
            |(path, from, until, zone)| {
                json!({"operator": "time_between", "attribute": path, "from": from, "until": until, "zone": zone})
            }
        ),
        2 => (proptest::option::of(path()), zone(), days, proptest::option::of((clock(), clock()))).prop_map(
            |(path, zone, days, hours)| {
                let (from, until) = hours.unzip();
                json!({"operator": "time_of_week", "attribute": path, "zone": zone, "days": days, "from": from, "until": until})
            }
        ),
        1 => (path(), proptest::collection::vec(prop_oneof![text(), Just("::/0".into()), Just("10.0.0.0/8".into())], 0..4))
            .prop_map(|(path, networks)| json!({"operator": "in_network", "attribute": path, "networks": networks})),
        1 => path().prop_map(|path| json!({"operator": "is_set", "attribute": path})),
        2 => proptest::collection::vec(proptest::sample::select(&SEGMENTS[..]), 0..4)
            .prop_map(|segments| json!({"operator": "in_segment", "segments": segments})),
    ];
    (written, any::<bool>()).prop_map(|(mut written, not)| {
        written["not"] = json!(not);
        serde_json::from_value(written).expect("the shape is right")
    })
}

/// Segments of any clauses, two of which lead round in a circle.
fn segments() -> impl Strategy<Value = CompiledSegments> {
    let quantifier = || proptest::sample::select(&["all", "any", "none"][..]);
    let groups = || proptest::collection::vec((quantifier(), proptest::collection::vec(clause(), 1..3)), 0..3);
    (groups(), groups(), groups(), groups()).prop_map(|(staff, beta, mut circle, mut back)| {
        let refers = |key: &str| serde_json::from_value(json!({"operator": "in_segment", "segments": [key]})).unwrap();
        circle.push(("all", vec![refers("back")]));
        back.push(("none", vec![refers("circle")]));
        let written = [("staff", staff), ("beta", beta), ("circle", circle), ("back", back)];
        let segments = written.map(|(key, groups)| {
            let groups: Vec<_> = groups
                .into_iter()
                .map(|(quantifier, clauses)| json!({"match": quantifier, "clauses": clauses}))
                .collect();
            let body = json!({"key": key, "name": key, "groups": groups, "included": ["a"], "excluded": ["A"]});
            serde_json::from_value::<Segment<String>>(body).unwrap()
        });
        segments.iter().map(|segment| CompiledSegment::new(segment, |person| Some(person))).collect()
    })
}

/// A million and more: each of 1,100 rounds asks 32 clauses about 32 contexts.
#[test]
fn a_million_questions_never_panic_and_are_answered_as_explained() {
    const ROUNDS: u32 = 1_100;
    const EACH: usize = 32;
    let count = |counter: &Cell<u32>, so: bool| counter.set(counter.get() + u32::from(so));
    let (asked, held, held_inverted) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let config = Config { cases: ROUNDS, max_shrink_iters: 2_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let strategy = (proptest::collection::vec(clause(), EACH), proptest::collection::vec(context(), EACH), segments());
    runner
        .run(&strategy, |(clauses, contexts, segments)| {
            for clause in &clauses {
                let again: Clause = serde_json::from_str(&serde_json::to_string(clause).unwrap()).unwrap();
                prop_assert_eq!(&again, clause);
                let compiled = CompiledClause::new(clause.clone());
                let opposite = CompiledClause::new(Clause { not: !clause.not, ..clause.clone() });
                for (context, now) in &contexts {
                    let attributes = Attributes::of_context(context, *now);
                    let matches = compiled.matches(&attributes, &segments);
                    prop_assert_eq!(compiled.explain(&attributes, &segments).holds, matches);
                    let inverted = opposite.matches(&attributes, &segments);
                    prop_assert!(!(matches && inverted), "{clause:?} and its opposite for {context:?}");
                    count(&asked, true);
                    count(&held, matches);
                    count(&held_inverted, inverted);
                }
            }
            let everyone: Rule<String> = serde_json::from_value(json!({"id": "r"})).unwrap();
            let rule = Rule { clauses: clauses.into_iter().take(2).collect(), ..everyone };
            let rule = CompiledRule::new(&rule);
            for (context, now) in &contexts {
                let attributes = Attributes::of_context(context, *now);
                prop_assert_eq!(rule.matches(&attributes, &segments), rule.explain(&attributes, &segments).fits);
                for key in SEGMENTS {
                    if let Some(segment) = segments.get(&SegmentKey::new(key).unwrap()) {
                        let is_in = segment.contains(&attributes, &segments);
                        prop_assert_eq!(is_in, segment.explain(&attributes, &segments).is_in());
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    let (asked, held, held_inverted) = (asked.get(), held.get(), held_inverted.get());
    assert!(asked >= 1_000_000, "{asked} questions");
    // The generator is worth something only while many questions have each answer.
    assert!(held > asked / 100 && held_inverted > asked / 100, "{held} and {held_inverted} of {asked} held");
    println!("{asked} questions; {held} held, and of {held_inverted} the opposite");
}

/// Whatever may be stored can be read when it is compiled: nothing that was accepted is ever unreadable.
#[test]
fn what_is_accepted_can_be_read() {
    let config = Config { cases: 4_000, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&clause(), |clause| {
            if clause.check("clause").is_ok() {
                let attributes = Map::new();
                let attributes = Attributes::new(None, Timestamp::default(), &attributes);
                let explanation = CompiledClause::new(clause).explain(&attributes, &CompiledSegments::default());
                prop_assert!(!explanation.found.contains("cannot be read"), "{}", explanation.sentence());
            }
            Ok(())
        })
        .unwrap();
}
