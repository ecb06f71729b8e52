//! Flags that wait for other flags.

use serde_json::json;
use signalbox_domain::command::{Command, RuleChanges};
use signalbox_domain::evaluation::Reason;
use signalbox_domain::event::Place;
use signalbox_domain::flag::{Prerequisite, Variant};

use crate::bench::{Bench, new_flag, place, project, share};

fn of(flag: &str) -> Place {
    Place { flag: flag.parse().unwrap(), ..place("dev") }
}

fn wait_for(flag: &str, for_flags: &[(&str, &[&str])]) -> Command {
    let prerequisites = for_flags
        .iter()
        .map(|(flag, variants)| Prerequisite {
            flag: flag.parse().unwrap(),
            variants: variants.iter().map(|key| key.parse().unwrap()).collect(),
        })
        .collect();
    Command::SetPrerequisites { place: of(flag), prerequisites }
}

fn give_to_all(flag: &str) -> Command {
    let changes = RuleChanges { share: Some(share(100.0)), ..RuleChanges::default() };
    Command::ChangeRule { place: of(flag), changes }
}

#[test]
fn a_flag_gives_nothing_before_the_flag_that_it_waits_for() {
    let mut bench = Bench::with_flag();
    bench.ok(give_to_all("pay"));
    bench.ok(wait_for("pay", &[("check", &["on"])]));
    let ann = json!({"targetingKey": "ann"});
    assert_eq!(bench.gets(&of("pay"), &ann), ("off".into(), Reason::Default, None));
    bench.ok(give_to_all("check"));
    assert_eq!(bench.gets(&of("pay"), &ann).0, "on");
    bench.ok(Command::EngageKillSwitch { place: of("check") });
    assert_eq!(bench.gets(&of("pay"), &ann).0, "off");
    // One's own variant stands above that.
    let overrides = vec![("ann".to_owned(), "on".parse().unwrap())];
    bench.ok(Command::SetOverrides { place: of("pay"), overrides });
    assert_eq!(bench.gets(&of("pay"), &ann).0, "on");
    let story = bench.story();
    assert!(story.iter().any(|line| line.ends_with("nothing → Instant payments gives “on”")), "{story:?}");
}

#[test]
fn chains_and_circles_are_refused_by_name() {
    let mut bench = Bench::with_flag();
    bench.ok(Command::CreateFlag { project: project(), flag: Box::new(new_flag("third")) });
    let mut check = |command: Command, expect: &str| assert_eq!(bench.refused(command).to_string(), expect);
    check(wait_for("pay", &[("pay", &["on"])]), "prerequisites[0].flag: must not lead back to itself: pay → pay");
    check(
        wait_for("pay", &[("gone", &["on"])]),
        "prerequisites[0].flag: must be a flag of the project in use; there is no \"gone\"",
    );
    check(wait_for("pay", &[("check", &[])]), "prerequisites[0].variants: must list at least one variant");
    check(
        wait_for("pay", &[("check", &["blue"])]),
        "prerequisites[0].variants[0]: must be the key of one of the variants of \"check\"",
    );
    check(
        wait_for("pay", &[("check", &["on"]), ("check", &["off"])]),
        "prerequisites[1].flag: must not be listed twice",
    );
    bench.ok(wait_for("pay", &[("check", &["on"])]));
    let mut check = |command: Command, expect: &str| assert_eq!(bench.refused(command).to_string(), expect);
    check(
        wait_for("check", &[("pay", &["on"])]),
        "prerequisites[0].flag: must not lead back to itself: check → pay → check",
    );
    check(
        wait_for("third", &[("pay", &["on"])]),
        "prerequisites[0].flag: must be a flag that waits for no other: third → pay → check is one step too long",
    );
    // Of several flags that the other waits for, the one that leads back is named.
    bench.ok(wait_for("pay", &[("third", &["on"]), ("check", &["on"])]));
    let mut check = |command: Command, expect: &str| assert_eq!(bench.refused(command).to_string(), expect);
    check(
        wait_for("check", &[("pay", &["on"])]),
        "prerequisites[0].flag: must not lead back to itself: check → pay → check",
    );
    bench.ok(wait_for("pay", &[("check", &["on"])]));
    let mut check = |command: Command, expect: &str| assert_eq!(bench.refused(command).to_string(), expect);
    check(
        wait_for("check", &[("third", &["on"])]),
        "prerequisites: must be empty, since another flag waits for this one: pay → check → third is one step too long",
    );
    check(
        Command::ArchiveFlag { project: project(), flag: "check".parse().unwrap() },
        "\"pay\" waits for this flag; change what it depends on first",
    );
    let only_off = vec![Variant { key: "off".parse().unwrap(), value: json!(false) }];
    check(
        Command::ChangeVariants {
            project: project(),
            flag: "check".parse().unwrap(),
            variants: only_off,
            off_variant: "off".parse().unwrap(),
        },
        "\"on\" is what the default in \"dev\" gives its share of people; put another variant there first",
    );
    // In another environment each flag stands by itself.
    let elsewhere = Command::SetPrerequisites {
        place: Place { flag: "check".parse().unwrap(), ..place("prod") },
        prerequisites: vec![Prerequisite { flag: "pay".parse().unwrap(), variants: vec!["on".parse().unwrap()] }],
    };
    bench.ok(elsewhere);
}

#[test]
fn a_flag_does_not_come_back_into_a_chain() {
    let mut bench = Bench::with_flag();
    bench.ok(Command::CreateFlag { project: project(), flag: Box::new(new_flag("third")) });
    bench.ok(wait_for("pay", &[("check", &["on"])]));
    let pay = || ("pay".parse().unwrap(), project());
    let (flag, key) = pay();
    bench.ok(Command::ArchiveFlag { project: key, flag });
    bench.ok(wait_for("check", &[("third", &["on"])]));
    let (flag, key) = pay();
    let refusal = bench.refused(Command::RestoreFlag { project: key, flag });
    assert!(refusal.to_string().contains("pay → check → third is one step too long"), "{refusal}");
}
