//! The life of a rollout, told step by step.

use crate::bench::{Bench, named, percent, place, share};
use signalbox_domain::command::{Command, RuleChanges};
use signalbox_domain::evaluation::Reason;
use signalbox_domain::flag::WeightedVariant;
use signalbox_domain::key::VariantKey;
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus, Stage, StageAudience};
use signalbox_domain::{Refusal, Share};

const PEOPLE: u32 = 5_000;

fn started(stages: Vec<Stage<String>>) -> Bench {
    let mut bench = Bench::with_flag();
    bench.ok(Command::DraftRollout { place: place("prod"), rule: None, stages, guard: Default::default() });
    bench.ok(Command::StartRollout { place: place("prod") });
    bench
}

#[test]
fn from_one_percent_to_everyone() {
    let here = place("prod");
    let mut bench = started(vec![percent(1.0), percent(10.0), percent(50.0), percent(100.0)]);
    let mut had = bench.who_has_it(&here, PEOPLE);
    for expected in [500.0, 2_500.0, 5_000.0] {
        bench.ok(Command::AdvanceRollout { place: here.clone() });
        let have = bench.who_has_it(&here, PEOPLE);
        assert!(had.iter().all(|person| have.contains(person)), "raising a share removes nobody");
        assert!((have.len() as f64 - expected).abs() < 120.0, "{} of {expected}", have.len());
        had = have;
    }
    assert!(matches!(bench.refused(Command::AdvanceRollout { place: here.clone() }), Refusal::Conflict(_)));
    bench.ok(Command::FinishRollout { place: here.clone() });
    assert_eq!(bench.configuration(&here).audience.share, Share::EVERYBODY);
    assert_eq!(bench.who_has_it(&here, PEOPLE).len(), PEOPLE as usize);
    assert_eq!(bench.who_has_it(&place("dev"), PEOPLE).len(), 0, "the other environment stays as it was");
}

#[test]
fn rolling_back_ends_held_and_only_a_resume_goes_on() {
    let here = place("prod");
    let mut bench = started(vec![percent(1.0), percent(10.0), percent(50.0)]);
    bench.ok(Command::AdvanceRollout { place: here.clone() });
    bench.ok(Command::AdvanceRollout { place: here.clone() });
    bench.ok(Command::RollBackRollout { place: here.clone(), to: Position::Stage(0) });
    let rollout = bench.rollout(&here);
    assert_eq!((rollout.status, rollout.position), (RolloutStatus::Held, Position::Stage(0)));
    assert_eq!(rollout.held_because, Some(HeldBecause::RollBack));
    assert_eq!(rollout.held_since, rollout.entered);
    assert!(matches!(bench.refused(Command::AdvanceRollout { place: here.clone() }), Refusal::Conflict(_)));

    bench.ok(Command::ResumeRollout { place: here.clone() });
    assert_eq!(bench.rollout(&here).held_since, None);
    assert_eq!(bench.rollout(&here).epoch, 2, "a resume begins a new stretch of evidence");
    bench.ok(Command::RollBackRollout { place: here.clone(), to: Position::Start });
    assert_eq!(bench.who_has_it(&here, PEOPLE).len(), 0);
    let sideways = Command::RollBackRollout { place: here.clone(), to: Position::Start };
    assert!(matches!(bench.refused(sideways), Refusal::Invalid { field, .. } if field == "to"));
}

#[test]
fn rolling_back_to_the_start_gives_what_the_rule_gave_before() {
    let here = place("prod");
    let mut bench = Bench::with_flag();
    bench.ok(Command::ChangeRule {
        place: here.clone(),
        changes: RuleChanges { share: Some(share(5.0)), ..RuleChanges::default() },
    });
    let before = bench.who_has_it(&here, PEOPLE);
    let shrinking = Command::DraftRollout {
        place: here.clone(),
        rule: None,
        stages: vec![percent(5.0)],
        guard: Default::default(),
    };
    assert!(matches!(bench.refused(shrinking), Refusal::Invalid { field, .. } if field == "stages[0].audience.share"));
    bench.ok(Command::DraftRollout {
        place: here.clone(),
        rule: None,
        stages: vec![percent(20.0)],
        guard: Default::default(),
    });
    bench.ok(Command::StartRollout { place: here.clone() });
    bench.ok(Command::RollBackRollout { place: here.clone(), to: Position::Start });
    assert_eq!(bench.who_has_it(&here, PEOPLE), before);
}

#[test]
fn named_people_come_first_stay_and_are_not_part_of_the_split() {
    let here = place("prod");
    let mut bench = started(vec![named("Staff", &["ann", "ben"]), percent(10.0)]);
    let reason = |bench: &Bench, who: &str| bench.compiled(&here).evaluate_key(who).unwrap().reason;
    let variant = |bench: &Bench, who: &str| bench.compiled(&here).evaluate_key(who).unwrap().variant.to_string();
    assert_eq!((variant(&bench, "ann").as_str(), reason(&bench, "ann")), ("on", Reason::TargetingMatch));
    assert_eq!((variant(&bench, "eve").as_str(), reason(&bench, "eve")), ("off", Reason::Default));

    bench.ok(Command::AdvanceRollout { place: here.clone() });
    assert_eq!(variant(&bench, "ann"), "on");
    assert_eq!(reason(&bench, "eve"), Reason::Split, "either arm of a running split says so");
    bench.ok(Command::FinishRollout { place: here.clone() });
    assert_eq!(variant(&bench, "ann"), "on", "people let in by name keep it");
    assert_ne!(reason(&bench, "eve"), Reason::Split, "nothing is split any more");
}

#[test]
fn raising_a_share_changes_nobodys_variant() {
    let here = place("dev");
    let mut bench = Bench::with_flag();
    let key = |key: &str| VariantKey::new(key).unwrap();
    let half = |variant: &str| WeightedVariant { variant: key(variant), weight: share(50.0) };
    let mut variants = signalbox_domain::command::boolean_variants();
    variants.insert(1, signalbox_domain::flag::Variant { key: key("also-on"), value: true.into() });
    bench.ok(Command::ChangeVariants {
        project: crate::bench::project(),
        flag: here.flag.clone(),
        variants,
        off_variant: key("off"),
    });
    bench.ok(Command::ChangeRule {
        place: here.clone(),
        changes: RuleChanges { split: Some(vec![half("on"), half("also-on")]), ..RuleChanges::default() },
    });
    let gets = |bench: &Bench| -> Vec<String> {
        let compiled = bench.compiled(&here);
        (0..PEOPLE).map(|id| compiled.evaluate_key(&format!("user-{id}")).unwrap().variant.to_string()).collect()
    };
    let mut before = gets(&bench);
    for percent in [0.1, 10.0, 60.0, 100.0] {
        bench.ok(Command::ChangeRule {
            place: here.clone(),
            changes: RuleChanges { share: Some(share(percent)), ..RuleChanges::default() },
        });
        let after = gets(&bench);
        for (was, is) in before.iter().zip(&after) {
            assert!(was == "off" || was == is, "{was} became {is} at {percent} %");
        }
        before = after;
    }
    let on = before.iter().filter(|variant| *variant == "on").count();
    assert!((2_300..2_700).contains(&on), "{on} of {PEOPLE} get the first half");
}

#[test]
fn the_kill_switch_stands_above_everything() {
    let here = place("prod");
    let mut bench = started(vec![percent(50.0), percent(100.0)]);
    bench.ok(Command::SetOverrides {
        place: here.clone(),
        overrides: vec![("vip".into(), VariantKey::new("on").unwrap())],
    });
    assert_eq!(bench.compiled(&here).evaluate_key("vip").unwrap().variant.as_str(), "on");

    // No version, no reason, and twice.
    let killed = bench.try_with(Command::EngageKillSwitch { place: here.clone() }, None, None).unwrap();
    assert_eq!(killed.envelopes.len(), 2, "off, and held");
    assert_eq!(bench.try_with(Command::EngageKillSwitch { place: here.clone() }, None, None).unwrap().envelopes, []);
    assert_eq!(bench.who_has_it(&here, PEOPLE).len(), 0);
    let vip = bench.compiled(&here).evaluate_key("vip").unwrap().reason;
    assert_eq!(vip, Reason::Disabled);
    for forbidden in [
        Command::AdvanceRollout { place: here.clone() },
        Command::ResumeRollout { place: here.clone() },
        Command::FinishRollout { place: here.clone() },
    ] {
        assert!(matches!(bench.refused(forbidden), Refusal::Conflict(_)));
    }

    // The reason follows as its own event, once.
    let about = killed.envelopes[0].sequence;
    bench.ok(Command::GiveReason { about });
    assert!(matches!(bench.refused(Command::GiveReason { about }), Refusal::Conflict(_)));

    let version = Some(bench.configuration(&here).version);
    let lift = Command::LiftKillSwitch { place: here.clone() };
    assert_eq!(bench.try_with(lift.clone(), version, None), Err(Refusal::ReasonRequired));
    bench.ok(lift);
    assert_eq!(bench.rollout(&here).status, RolloutStatus::Held);
    assert!(bench.who_has_it(&here, PEOPLE).len() > 2_000, "its share is as it was");
}

#[test]
fn production_wants_reasons_and_versions() {
    let mut bench = Bench::with_flag();
    let draft = |environment| Command::DraftRollout {
        place: place(environment),
        rule: None,
        stages: vec![percent(10.0)],
        guard: Default::default(),
    };
    assert_eq!(bench.try_with(draft("prod"), None, Some("r")), Err(Refusal::VersionMissing));
    let version = bench.configuration(&place("prod")).version;
    assert_eq!(
        bench.try_with(draft("prod"), Some(version + 7), Some("r")),
        Err(Refusal::VersionStale { given: version + 7, current: version })
    );
    for environment in ["dev", "prod"] {
        bench.ok(draft(environment));
        let version = Some(bench.configuration(&place(environment)).version);
        let start = Command::StartRollout { place: place(environment) };
        let silent = bench.try_with(start, version, Some("  "));
        assert_eq!(silent.is_ok(), environment == "dev");
    }
}

#[test]
fn passed_stages_stay_as_they_are() {
    let here = place("prod");
    let mut bench = started(vec![named("Staff", &["ann"]), percent(10.0), percent(50.0)]);
    let change = |stages| Command::ChangeStages { place: here.clone(), stages, guard: None };
    let other_staff = change(vec![named("Staff", &["eve"]), percent(10.0)]);
    assert!(matches!(bench.refused(other_staff), Refusal::Conflict(_)));
    let falling = change(vec![named("Staff", &["ann"]), percent(20.0), percent(20.0)]);
    assert!(matches!(bench.refused(falling), Refusal::Invalid { field, .. } if field == "stages[2].audience.share"));
    bench.ok(change(vec![named("Staff", &["ann"]), percent(25.0)]));
    bench.ok(Command::AdvanceRollout { place: here.clone() });
    assert_eq!(bench.configuration(&here).effective_audience().share, share(25.0));
}

#[test]
fn the_story_is_told_in_words() {
    let here = place("prod");
    let mut bench = started(vec![percent(10.0), percent(50.0)]);
    bench.ok(Command::AdvanceRollout { place: here.clone() });
    bench.try_with(Command::HoldRollout { place: here.clone() }, None, None).unwrap();
    bench.ok(Command::RollBackRollout { place: here, to: Position::Start });
    let story = bench.story();
    let told = &story[story.len() - 4..];
    assert_eq!(
        told,
        [
            "tok_ann started the rollout of Instant payments in PROD: nobody → 10 %",
            "tok_ann advanced Instant payments in PROD: 10 % → 50 %",
            "tok_ann held Instant payments in PROD: running → held at 50 %",
            "tok_ann rolled back Instant payments in PROD: 50 % → nobody",
        ]
    );
}

#[test]
fn time_never_goes_back() {
    let mut bench = Bench::with_flag();
    bench.now = 500;
    bench.ok(Command::DraftRollout {
        place: place("dev"),
        rule: None,
        stages: vec![percent(1.0)],
        guard: Default::default(),
    });
    let times: Vec<_> = bench.log.iter().map(|envelope| envelope.time.millis()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(times.last(), Some(&1_000));
}

#[test]
fn erasing_a_person_removes_them_and_the_log_still_folds() {
    let here = place("prod");
    let mut bench = Bench::with_flag();
    let on = VariantKey::new("on").unwrap();
    bench.ok(Command::SetOverrides { place: here.clone(), overrides: vec![("ann@bank.example".into(), on)] });
    let bytes =
        |bench: &Bench| bench.log.iter().flat_map(signalbox_domain::envelope::Envelope::to_bytes).collect::<Vec<_>>();
    assert!(!String::from_utf8(bytes(&bench)).unwrap().contains("ann@bank"), "no personal value in the log");
    let erased = bench.ok(Command::Erase { value: "ann@bank.example".into() });
    assert_eq!(erased.erased.len(), 1);
    assert_eq!(bench.compiled(&here).evaluate_key("ann@bank.example").unwrap().variant.as_str(), "off");
    assert!(bench.story().iter().any(|told| told.contains("(erased)")));
    assert_eq!(signalbox_domain::fold::fold(&bench.log).unwrap(), bench.state);
    assert!(matches!(bench.refused(Command::Erase { value: "ann@bank.example".into() }), Refusal::NotFound { .. }));
}

#[test]
fn a_line_that_names_an_erased_person_can_still_be_planned_anew() {
    let here = place("prod");
    let mut bench = Bench::with_flag();
    let staff = |people: &[&str]| Stage {
        gate: Default::default(),
        name: Some("Staff".into()),
        audience: StageAudience::People { people: people.iter().map(ToString::to_string).collect() },
    };
    let stages = vec![staff(&["ann", "ben", "cleo"]), percent(10.0)];
    bench.ok(Command::DraftRollout { place: here.clone(), rule: None, stages, guard: Default::default() });
    bench.ok(Command::StartRollout { place: here.clone() });
    bench.ok(Command::Erase { value: "ann".into() });
    bench.ok(Command::Erase { value: "cleo".into() });
    let passed = bench.rollout(&here).stages[0].clone();

    // As it is shown, with a further stage.
    let shown = staff(&["(erased)", "ben", "(erased)"]);
    let longer = vec![shown.clone(), percent(10.0), percent(50.0)];
    bench.ok(Command::ChangeStages { place: here.clone(), stages: longer, guard: None });
    assert_eq!(bench.rollout(&here).stages.len(), 3);
    assert_eq!(bench.rollout(&here).stages[0], passed);

    let without_ben = vec![staff(&["(erased)", "(erased)"]), percent(10.0)];
    let refused = bench.refused(Command::ChangeStages { place: here, stages: without_ben, guard: None });
    assert!(matches!(refused, Refusal::Conflict(_)), "{refused:?}");
}

#[test]
fn every_step_in_production_wants_a_reason_and_stopping_wants_none() {
    let here = place("prod");
    let mut bench = Bench::with_flag();
    let stages = vec![percent(1.0), percent(10.0), percent(50.0)];
    bench.ok(Command::DraftRollout { place: here.clone(), rule: None, stages, guard: Default::default() });
    let steps = [
        Command::StartRollout { place: here.clone() },
        Command::AdvanceRollout { place: here.clone() },
        Command::RollBackRollout { place: here.clone(), to: Position::Stage(0) },
        Command::ResumeRollout { place: here.clone() },
        Command::FinishRollout { place: here.clone() },
    ];
    for step in steps {
        assert_eq!(bench.try_silently(step.clone()), Err(Refusal::ReasonRequired), "{step:?}");
        bench.ok(step);
    }
    bench.try_silently(Command::EngageKillSwitch { place: here.clone() }).unwrap();
    let lift = Command::LiftKillSwitch { place: here };
    assert_eq!(bench.try_silently(lift.clone()), Err(Refusal::ReasonRequired));
    bench.ok(lift);
}

#[test]
fn a_log_out_of_order_does_not_fold() {
    let bench = Bench::with_flag();
    let refused =
        |log: &[signalbox_domain::envelope::Envelope]| signalbox_domain::fold::fold(log).unwrap_err().sequence;
    let mut gap = bench.log.clone();
    gap.remove(1);
    assert_eq!(refused(&gap), 3);
    let mut back = bench.log;
    back[2].time = signalbox_domain::Timestamp::from_millis(back[1].time.millis() - 1);
    assert_eq!(refused(&back), 3);
}
