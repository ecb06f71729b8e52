//! The controller, step by step on a clock that tests move, with failures at named places.

mod nameless;
mod standing;

use std::sync::atomic::{AtomicU32, Ordering};

use signalbox_domain::access::{Role, SdkKeyKind};
use signalbox_domain::command::{NewEnvironment, NewFlag, NewProject};
use signalbox_domain::event::Event;
use signalbox_domain::flag::{BucketingAlgorithm, FlagDetails};
use signalbox_domain::guard::{Automation, Guard, Reaction};
use signalbox_domain::key::ActorId;
use signalbox_domain::rollout::{Position, RolloutStatus, Stage};
use signalbox_domain::value::ValueKind;
use signalbox_domain::words::Teller;
use tempfile::TempDir;

use super::*;
use crate::counting::PersonHash;
use crate::evidence::{Evaluation, Request};

const TICK: i64 = 10_000;
const MINUTE: i64 = 60_000;
/// Thursday 19 November 2026, 14:32 UTC.
const BEGIN: i64 = 1_795_098_720_000;

/// Where something fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breakpoint {
    /// Evidence cannot be read.
    ReadingEvidence,
    /// A change is decided and not stored.
    Storing,
}

/// The engine, with failures where a test wants them and somebody who acts between look and act.
struct Breakable {
    engine: Arc<Engine>,
    fails: [AtomicU32; 2],
    meanwhile: Mutex<Option<Command>>,
}

impl Breakable {
    fn fails(&self, at: Breakpoint) -> bool {
        self.fails[at as usize].fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

impl Installation for Arc<Breakable> {
    fn state<Seen>(&self, look: impl FnOnce(&State) -> Seen) -> Seen {
        self.engine.state(look)
    }

    fn evidence(&self, place: &Place, rollout: &Rollout) -> Result<Evidence, Unreadable> {
        if self.fails(Breakpoint::ReadingEvidence) {
            return Err(Unreadable("the test says so".into()));
        }
        self.engine.evidence(place, rollout)
    }

    fn note(&self, place: &Place, evidence: Option<&Evidence>, looked: &Looked, now: Timestamp) {
        self.engine.note(place, evidence, looked, now);
    }

    fn submit(&self, command: Command, terms: Terms) -> Result<(), SubmitError> {
        if let Some(command) = self.meanwhile.lock().unwrap().take() {
            let terms = Terms { at: terms.at, ..Terms::system().against(terms.version).because("by hand".to_owned()) };
            self.engine.submit_blocking(command, terms).unwrap();
        }
        if self.fails(Breakpoint::Storing) {
            return Err(SubmitError::Fault("the disk is full".into()));
        }
        Installation::submit(&self.engine, command, terms)
    }
}

/// A rollout in production, its controller, and a clock.
struct House {
    installation: Arc<Breakable>,
    controller: Controller<Arc<Breakable>>,
    data_dir: TempDir,
    now: i64,
    people: u64,
    story: Vec<String>,
    told: u64,
}

fn place() -> Place {
    Place {
        project: "bank".parse().unwrap(),
        flag: "instant".parse().unwrap(),
        environment: "production".parse().unwrap(),
    }
}

fn stages(json: serde_json::Value) -> Vec<Stage<String>> {
    serde_json::from_value(json).unwrap()
}

/// One guardrail, errors by requests, with a margin of 0.5 percentage points.
fn guard(automation: Automation) -> Guard {
    let errors = serde_json::json!({
        "key": "errors", "name": "Errors", "measure": {"kind": "failed_requests"}, "worse": "more_is_worse",
        "role": "guardrail", "margin": 0.005,
    });
    Guard { metrics: vec![serde_json::from_value(errors).unwrap()], automation, ..Guard::default() }
}

/// 10 % and 50 %, each for ten minutes and until it is shown to be safe; then everybody, for ten minutes.
fn careful() -> Vec<Stage<String>> {
    let share = |percent: u32| serde_json::json!({"kind": "percentage", "share": percent});
    stages(serde_json::json!([
        {"audience": share(10), "gate": {"soak_minutes": 10, "evidence": "safe"}},
        {"audience": share(50), "gate": {"soak_minutes": 10, "evidence": "safe"}},
        {"audience": share(100), "gate": {"soak_minutes": 10}},
    ]))
}

impl House {
    fn new(guard: Guard, stages: Vec<Stage<String>>) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let mut house = Self::open(data_dir, BEGIN);
        let project = || "bank".parse().unwrap();
        house.act(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
        let environment = NewEnvironment {
            key: "production".parse().unwrap(),
            name: "Production".into(),
            production: true,
            audience: 100_000,
        };
        house.act(Command::CreateEnvironment { project: project(), environment });
        let details = FlagDetails {
            name: "Instant payments".into(),
            description: String::new(),
            purpose: Default::default(),
            owner: None,
            tags: Vec::new(),
            expected_removal: None,
        };
        let flag = NewFlag {
            key: place().flag,
            details,
            value_kind: ValueKind::Boolean,
            variants: None,
            off_variant: None,
            salt: Some("salt".into()),
            bucketing: BucketingAlgorithm::Signalbox1,
        };
        house.act(Command::CreateFlag { project: project(), flag: Box::new(flag) });
        house.act(Command::DraftRollout { place: place(), rule: None, stages, guard });
        house.act(Command::StartRollout { place: place() });
        house
    }

    fn open(data_dir: TempDir, now: i64) -> Self {
        let engine = Engine::open(data_dir.path()).unwrap();
        let told = engine.read(|state, _| state.sequence);
        let installation = Arc::new(Breakable { engine, fails: Default::default(), meanwhile: Mutex::default() });
        let controller = Controller::new(Arc::clone(&installation), LOOKS_EVERY);
        Self { installation, controller, data_dir, now, people: 0, story: Vec::new(), told }
    }

    /// The server goes away, and comes back after so long.
    fn restart(self, after: i64) -> Self {
        self.engine().stop();
        let Self { installation, controller, data_dir, now, people, story, .. } = self;
        drop((installation, controller));
        Self { people, story, ..Self::open(data_dir, now + after) }
    }

    fn engine(&self) -> &Arc<Engine> {
        &self.installation.engine
    }

    fn rollout(&self) -> Rollout {
        let place = place();
        let found = |state: &State| {
            let here = state.configuration(&place.project, &place.flag, &place.environment)?;
            here.rollout.clone()
        };
        self.engine().read(|state, _| found(state)).unwrap()
    }

    fn version(&self) -> Option<u64> {
        let place = place();
        self.engine().read(|state, _| {
            state.configuration(&place.project, &place.flag, &place.environment).map(|here| here.version)
        })
    }

    /// Somebody does something, by hand.
    fn act(&mut self, command: Command) {
        let terms = Terms { at: Some(Timestamp::from_millis(self.now)), ..Terms::system().against(self.version()) };
        self.engine().submit_blocking(command, terms.because("by hand".to_owned())).unwrap();
    }

    /// So many people make a request each; of a thousand of either group so many fail.
    fn requests(&mut self, people: u64, control: u64, treated: u64) {
        let watched = self.engine().watch().at(&place()).expect("a rollout that is watched");
        let share = watched.rollout.audience_at(watched.rollout.position).share.percent();
        for person in self.people..self.people + people {
            let hash = person.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let is_treated = (person.wrapping_mul(0xD605_1F3B_1C8D_4E15) >> 32) % 1_000 < (share * 10.0) as u64;
            let of_thousand = if is_treated { treated } else { control };
            let evaluation = Evaluation {
                variant: if is_treated { "on" } else { "off" },
                reason: Some(if share < 100.0 { "SPLIT" } else { "TARGETING_MATCH" }),
                version: self.version(),
                person: Some(PersonHash::of(hash)),
                at: Timestamp::from_millis(self.now),
            };
            let failed = person * 617 % 1_000 < of_thousand;
            if let Some(exposed) = watched.expose(SdkKeyKind::Server, evaluation) {
                watched.request(SdkKeyKind::Server, exposed, PersonHash::of(hash), Request { failed, millis: 20.0 });
            }
        }
        self.people += people;
    }

    fn tick(&mut self) {
        self.now += TICK;
        self.controller.tick(Timestamp::from_millis(self.now));
        self.tell();
    }

    /// Ticks for so long.
    fn wait(&mut self, minutes: i64) {
        for _ in 0..minutes * MINUTE / TICK {
            self.tick();
        }
    }

    fn fail(&self, at: Breakpoint, times: u32) {
        self.installation.fails[at as usize].store(times, Ordering::SeqCst);
    }

    /// What the log says is new since it was told last.
    fn tell(&mut self) {
        let since = self.told;
        let engine = Arc::clone(self.engine());
        let sequence = engine.read(|state, _| state.sequence);
        for number in since + 1..=sequence {
            let entry = engine.log().entry(number).unwrap().unwrap();
            let at = (entry.envelope.time.millis() - BEGIN) / 1_000;
            let (words, why) = engine.read(|state, vault| {
                let teller = Teller { state, vault };
                (teller.tell(&entry.envelope).sentence(), entry.envelope.reason.as_ref().map(|why| teller.person(why)))
            });
            let why = why.map(|why| format!(" – {why}")).unwrap_or_default();
            self.story.push(format!("{:>3}:{:02} {words}{why}", at / 60, at % 60));
        }
        self.told = sequence;
    }

    fn stands(&self) -> (RolloutStatus, Position) {
        let rollout = self.rollout();
        (rollout.status, rollout.position)
    }

    /// Every verdict of the log comes out of what it holds, byte for byte.
    fn verdicts_hold(&self) -> usize {
        let mut found = 0;
        for number in 1..=self.engine().read(|state, _| state.sequence) {
            let entry = self.engine().log().entry(number).unwrap().unwrap();
            if let Event::VerdictReached { verdict, .. } = entry.envelope.event {
                let again = verdict.recomputed().unwrap();
                assert_eq!(serde_json::to_vec(&again).unwrap(), serde_json::to_vec(&verdict).unwrap());
                found += 1;
            }
        }
        found
    }
}

const RUNNING: RolloutStatus = RolloutStatus::Running;
const HELD: RolloutStatus = RolloutStatus::Held;

#[test]
fn a_healthy_feature_goes_to_everybody_by_itself() {
    let mut house = House::new(guard(Automation::Auto), careful());
    house.wait(12);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)), "nothing is known, so nothing goes on");
    house.requests(100_000, 10, 10);
    house.wait(1);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)));
    house.wait(9);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)), "ten minutes are not over");
    house.requests(10_000, 10, 10);
    house.wait(2);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(2)));
    house.wait(11);
    assert_eq!(house.stands().0, RolloutStatus::Finished);
    assert!(house.verdicts_hold() >= 3);
    insta::assert_snapshot!("healthy", house.story.join("\n"));
}

#[test]
fn harm_is_taken_back_at_once_and_once() {
    let mut house = House::new(guard(Automation::Auto), careful());
    house.requests(100_000, 10, 10);
    house.wait(11);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)));
    house.requests(20_000, 10, 40);
    house.tick();
    assert_eq!(house.stands(), (HELD, Position::Start));
    assert_eq!(house.rollout().held_because, Some(HeldBecause::RollBack));
    let before = house.told;
    house.wait(30);
    assert_eq!(house.told, before, "it is not taken back again and again");
    assert!(house.verdicts_hold() >= 2);
    insta::assert_snapshot!("harm", house.story.join("\n"));
}

#[test]
fn a_held_rollout_is_judged_as_well() {
    let reaction = Guard { on_harm: Reaction::PreviousStage, ..guard(Automation::Guard) };
    let mut house = House::new(reaction, careful());
    house.requests(100_000, 10, 10);
    house.wait(11);
    house.act(Command::AdvanceRollout { place: place() });
    house.act(Command::HoldRollout { place: place() });
    assert_eq!(house.stands(), (HELD, Position::Stage(1)));
    house.requests(20_000, 10, 40);
    house.tick();
    assert_eq!(house.stands(), (HELD, Position::Stage(0)), "people still had it");
}

#[test]
fn reactions_are_those_that_the_plan_names() {
    let check = |on_harm, expect: (RolloutStatus, Position), because| {
        let mut house = House::new(Guard { on_harm, ..guard(Automation::Guard) }, careful());
        house.requests(40_000, 10, 60);
        house.tick();
        assert_eq!((house.stands(), house.rollout().held_because), (expect, Some(because)), "{on_harm:?}");
    };
    check(Reaction::Hold, (HELD, Position::Stage(0)), HeldBecause::Harm);
    check(Reaction::PreviousStage, (HELD, Position::Start), HeldBecause::RollBack);
    check(Reaction::Start, (HELD, Position::Start), HeldBecause::RollBack);
    check(Reaction::SwitchOff, (HELD, Position::Stage(0)), HeldBecause::Kill);
}

#[test]
fn without_traffic_it_waits_for_ever() {
    let mut house = House::new(guard(Automation::Auto), careful());
    house.tell();
    let before = house.told;
    house.wait(24 * 60);
    assert_eq!((house.stands(), house.told), ((RUNNING, Position::Stage(0)), before));
    // And with traffic of which nobody says in which arm it is, the same.
    let watched = house.engine().watch().at(&place()).unwrap();
    for person in 0..5_000 {
        let evaluation = Evaluation {
            variant: "on",
            reason: Some("DEFAULT"),
            version: house.version(),
            person: Some(PersonHash::of(person)),
            at: Timestamp::from_millis(house.now),
        };
        assert_eq!(watched.expose(SdkKeyKind::Server, evaluation), None, "chance did not decide");
    }
    house.wait(5);
    assert_eq!(house.told, before);
}

#[test]
fn several_looks_must_agree_where_the_plan_asks_so() {
    let mut house = House::new(Guard { looks: 3, ..guard(Automation::Guard) }, careful());
    house.requests(40_000, 10, 60);
    house.tick();
    house.tick();
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    // A look at which nothing can be read neither counts nor breaks the row.
    house.fail(Breakpoint::ReadingEvidence, 1);
    house.tick();
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    house.tick();
    assert_eq!(house.stands(), (HELD, Position::Start));
}

#[test]
fn evidence_that_cannot_be_read_is_neither_good_nor_bad_until_it_lasts() {
    let mut house = House::new(guard(Automation::Auto), careful());
    house.requests(100_000, 10, 10);
    house.wait(9);
    house.fail(Breakpoint::ReadingEvidence, 5);
    house.wait(1);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)), "a minute of it is passed over");
    house.wait(1);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)), "then it goes on");
    house.fail(Breakpoint::ReadingEvidence, 6);
    house.wait(1);
    assert_eq!(house.stands(), (HELD, Position::Stage(1)));
    assert_eq!(house.rollout().held_because, Some(HeldBecause::NoEvidence));
}

#[test]
fn a_store_that_fails_changes_nothing_and_the_next_look_does() {
    let mut house = House::new(guard(Automation::Auto), careful());
    house.requests(40_000, 10, 60);
    house.fail(Breakpoint::Storing, 3);
    let before = house.engine().read(|state, _| state.clone());
    for _ in 0..3 {
        house.tick();
        assert_eq!(house.engine().read(|state, _| state.clone()), before);
    }
    house.tick();
    assert_eq!(house.stands(), (HELD, Position::Start));
}

#[test]
fn whoever_acts_at_the_same_time_comes_first() {
    let mut house = House::new(guard(Automation::Auto), careful());
    house.requests(100_000, 10, 10);
    house.wait(9);
    // At the look at which it would advance, somebody holds it.
    let advance_at = |house: &mut House| {
        while house.stands() == (RUNNING, Position::Stage(0)) {
            house.tick();
        }
    };
    *house.installation.meanwhile.lock().unwrap() = Some(Command::HoldRollout { place: place() });
    advance_at(&mut house);
    assert_eq!(house.stands(), (HELD, Position::Stage(0)), "{:?}", house.story);
    assert_eq!(house.rollout().held_because, Some(HeldBecause::Hold));
    house.wait(5);
    assert_eq!(house.stands(), (HELD, Position::Stage(0)));
    house.act(Command::ResumeRollout { place: place() });
    house.wait(1);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)), "what was shown before a hold by hand still counts");
}

#[test]
fn after_downtime_it_is_judged_before_it_goes_on() {
    let mut house = House::new(guard(Automation::Auto), careful());
    house.requests(100_000, 10, 10);
    house.wait(5);
    let mut house = house.restart(3 * 60 * MINUTE);
    house.tick();
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)), "the first look only looks");
    house.tick();
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)), "what was gathered was not lost");
    house.tick();
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)), "nothing overdue is made up for in a row");

    // Harm that was reported before the server went away is acted on at the first look.
    house.requests(20_000, 10, 40);
    let mut house = house.restart(MINUTE);
    house.tick();
    assert_eq!(house.stands(), (HELD, Position::Start));
}

#[test]
fn clocks_that_jump_let_nothing_pass_unseen() {
    let mut house = House::new(guard(Automation::Auto), careful());
    house.requests(100_000, 10, 10);
    house.wait(2);
    // Forward by a day, between two looks.
    house.now += 24 * 60 * MINUTE;
    house.tick();
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)), "one look after a jump does not let it go on");
    // And back again: time stands still until it is later than the last event.
    house.now -= 24 * 60 * MINUTE;
    house.tick();
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    let last = house.engine().read(|state, _| state.time);
    house.wait(9);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)));
    assert!(house.engine().read(|state, _| state.time) >= last);
}

#[test]
fn groups_that_are_not_as_large_as_drawn_hold_it() {
    let mut house = House::new(guard(Automation::Auto), careful());
    // Of those with the feature, every other one is never heard of again.
    let watched = house.engine().watch().at(&place()).unwrap();
    for person in 0..20_000_u64 {
        let is_treated = person % 20 == 0;
        let evaluation = Evaluation {
            variant: if is_treated { "on" } else { "off" },
            reason: Some("split"),
            version: house.version(),
            person: Some(PersonHash::of(person.wrapping_mul(0x9E37_79B9_7F4A_7C15))),
            at: Timestamp::from_millis(house.now),
        };
        watched.expose(SdkKeyKind::Server, evaluation);
    }
    house.tick();
    assert_eq!(house.stands(), (HELD, Position::Stage(0)));
    assert_eq!(house.rollout().held_because, Some(HeldBecause::SampleRatio));
}

#[test]
fn whoever_is_drawn_where_nobody_should_be_holds_it() {
    let everybody = stages(serde_json::json!([
        {"audience": {"kind": "percentage", "share": 100}, "gate": {"soak_minutes": 600}},
    ]));
    let mut house = House::new(guard(Automation::Auto), everybody);
    house.requests(2_000, 10, 10);
    house.tick();
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    let evaluation = Evaluation {
        variant: "off",
        reason: Some("split"),
        version: house.version(),
        person: Some(PersonHash::of(7)),
        at: Timestamp::from_millis(house.now),
    };
    let watched = house.engine().watch().at(&place()).unwrap();
    assert_eq!(watched.expose(SdkKeyKind::Server, evaluation), None);
    house.tick();
    assert_eq!(house.stands(), (HELD, Position::Stage(0)));
    assert_eq!(house.rollout().held_because, Some(HeldBecause::SampleRatio));
}

#[test]
fn approval_is_asked_last_and_given_by_somebody_else() {
    let share = |percent: u32| serde_json::json!({"kind": "percentage", "share": percent});
    let stages = stages(serde_json::json!([
        {"audience": share(10), "gate": {"soak_minutes": 10, "evidence": "safe", "approval": true}},
        {"audience": share(50), "gate": {"soak_minutes": 10}},
    ]));
    let mut house = House::new(guard(Automation::Auto), stages);
    house.requests(100_000, 10, 10);
    house.wait(30);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)), "a review point is not passed by a machine");
    let (engine, version) = (Arc::clone(house.engine()), house.version());
    let by = |actor: ActorId, command| {
        let terms = Terms { actor, role: Role::Admin, ..Terms::system().against(version) };
        engine.submit_blocking(command, terms.because("looks fine".to_owned()))
    };
    let refused = by(ActorId::System, Command::AdvanceRollout { place: place() });
    assert!(refused.unwrap_err().to_string().contains("approve"), "nor by a click");
    let refused = by(ActorId::System, Command::ApproveStage { place: place() });
    assert!(refused.unwrap_err().to_string().contains("somebody else"));
    by(ActorId::Token("tok_jonas".parse().unwrap()), Command::ApproveStage { place: place() }).unwrap();
    house.wait(1);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(1)));
    assert_eq!(house.rollout().approval(), None, "it was for that stage");
}

#[test]
fn what_browsers_tell_takes_back_only_where_the_plan_says_so_and_never_lets_go_on() {
    for heeds_browsers in [false, true] {
        let mut house = House::new(Guard { heeds_browsers, ..guard(Automation::Auto) }, careful());
        let tell = |house: &House, treated: u64| {
            let watched = house.engine().watch().at(&place()).unwrap();
            for person in 0..60_000_u64 {
                let hash = PersonHash::of(person.wrapping_mul(0x9E37_79B9_7F4A_7C15));
                let is_treated = (person.wrapping_mul(0xD605_1F3B_1C8D_4E15) >> 32) % 10 == 0;
                let evaluation = Evaluation {
                    variant: if is_treated { "on" } else { "off" },
                    reason: Some("split"),
                    version: house.version(),
                    person: Some(hash),
                    at: Timestamp::from_millis(house.now),
                };
                let failed = person * 617 % 1_000 < if is_treated { treated } else { 10 };
                let exposed = watched.expose(SdkKeyKind::Client, evaluation).unwrap();
                watched.request(SdkKeyKind::Client, exposed, hash, Request { failed, millis: 1.0 });
            }
        };
        tell(&house, 10);
        house.wait(15);
        assert_eq!(house.stands(), (RUNNING, Position::Stage(0)), "it never lets it go on");
        tell(&house, 90);
        house.wait(1);
        let expect = if heeds_browsers { (HELD, Position::Start) } else { (RUNNING, Position::Stage(0)) };
        assert_eq!(house.stands(), expect);
    }
}

#[test]
fn a_stage_that_lasts_too_long_is_held_for_somebody_to_look() {
    let mut house = House::new(Guard { longest_stage_hours: Some(1), ..guard(Automation::Guard) }, careful());
    house.wait(60);
    assert_eq!(house.stands(), (RUNNING, Position::Stage(0)));
    house.wait(1);
    assert_eq!(house.rollout().held_because, Some(HeldBecause::TookTooLong));
}
