//! Sets that follow changes, held against sets compiled from scratch.

use signalbox_domain::access::Role;
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject, RuleChanges};
use signalbox_domain::decide::{Act, decide, settle};
use signalbox_domain::event::Place;
use signalbox_domain::flag::FlagDetails;
use signalbox_domain::flag::{BucketingAlgorithm, Prerequisite};
use signalbox_domain::flagd::Generation;
use signalbox_domain::flagd::document::Document;
use signalbox_domain::import::{Import, ImportContent};
use signalbox_domain::key::ActorId;
use signalbox_domain::personal::Entropy;
use signalbox_domain::targeting::Attributes;
use signalbox_domain::value::ValueKind;
use signalbox_domain::{Share, Timestamp};
use signalbox_store::CountingStart;

use super::*;

/// An installation whose sets follow every change.
struct Followed {
    state: State,
    vault: Vault,
    sets: EvaluationSets,
}

impl Followed {
    fn new() -> Self {
        let (state, vault) = (State::default(), Vault::default());
        let sets = EvaluationSets::new(&state, &vault, counting());
        Self { state, vault, sets }
    }

    /// Makes a change, and expects the sets to be those that would be compiled from scratch.
    fn change(&mut self, command: Command) {
        let place = match &command {
            Command::ChangeRule { place, .. }
            | Command::SetRules { place, .. }
            | Command::SetOverrides { place, .. }
            | Command::SetPrerequisites { place, .. } => Some(place.clone()),
            _ => None,
        };
        let version = match (&command, &place) {
            (
                Command::ArchiveFlag { project, flag }
                | Command::RestoreFlag { project, flag }
                | Command::ChangeClientSide { project, flag, .. },
                _,
            ) => self.state.flag(project, flag).map(|flag| flag.version),
            (_, Some(place)) => self
                .state
                .configuration(&place.project, &place.flag, &place.environment)
                .map(|configuration| configuration.version),
            _ => None,
        };
        let act = Act {
            actor: ActorId::System,
            role: Role::Admin,
            now: Timestamp::from_millis(1),
            version,
            reason: Some("test".into()),
            entropy: Entropy::new([u8::try_from(self.state.sequence % 251).unwrap(); 32]),
        };
        let decision = decide(&self.state, &self.vault, command, act).unwrap();
        settle(&mut self.state, &mut self.vault, &decision).unwrap();
        self.sets.update(&self.state, &self.vault, &decision.envelopes);

        let afresh = EvaluationSets::new(&self.state, &self.vault, counting());
        assert_eq!(self.told(&self.sets), self.told(&afresh));
    }

    /// Everything that can be seen of the sets: who gets what, in which version.
    fn told(&self, sets: &EvaluationSets) -> Vec<String> {
        let mut told = Vec::new();
        for project in self.state.projects.values() {
            for environment in &project.environments {
                for kind in [SdkKeyKind::Server, SdkKeyKind::Client] {
                    let set = sets.of(&project.key, &environment.key, kind).unwrap();
                    let (digest, reads_attributes) = (set.digest(), set.reads_attributes());
                    told.push(format!("{} for {kind:?} at {}: {digest}, {reads_attributes}", set.id, set.version));
                    assert_eq!(set.length(), set.flags().count());
                    for flag in set.flags() {
                        let ann = Attributes::of_key("ann", Timestamp::default());
                        let ann = flag.compiled.evaluate(&ann, set.segments()).unwrap();
                        told.push(format!("{} at {}: {ann:?}", flag.told.key, flag.compiled.version()));
                    }
                    for key in set.kept_apart().keys() {
                        let mut answer = Vec::new();
                        let ann = Attributes::of_key("ann", Timestamp::default());
                        let outcome = set.kept_apart().write(key, &set.id, &ann, &mut answer);
                        told.push(format!("{outcome:?} {}", String::from_utf8(answer).unwrap()));
                    }
                }
            }
        }
        told
    }

    fn set(&self, environment: &str, kind: SdkKeyKind) -> Arc<EvaluationSet> {
        self.sets.of(&project(), &environment.parse().unwrap(), kind).unwrap()
    }

    fn value(&self, environment: &str, flag: &str, person: &str) -> Option<bool> {
        let set = self.sets.of(&project(), &environment.parse().unwrap(), SdkKeyKind::Server)?;
        let person = Attributes::of_key(person, Timestamp::default());
        set.served(flag)?.compiled.evaluate(&person, set.segments()).unwrap().value.as_bool()
    }
}

fn project() -> ProjectKey {
    "bank".parse().unwrap()
}

fn counting() -> Arc<Counting> {
    let start = CountingStart { since: Timestamp::default(), seed: 0 };
    Arc::new(Counting::new(start, Timestamp::default()))
}

fn environment(key: &str) -> Command {
    let environment = NewEnvironment { key: key.parse().unwrap(), name: key.into(), production: false, audience: 100 };
    Command::CreateEnvironment { project: project(), environment }
}

fn flag(key: &str) -> Command {
    let details = FlagDetails {
        name: key.into(),
        description: String::new(),
        purpose: Default::default(),
        owner: None,
        tags: Vec::new(),
        expected_removal: None,
    };
    let flag = NewFlag {
        key: key.parse().unwrap(),
        details,
        value_kind: ValueKind::Boolean,
        variants: None,
        off_variant: None,
        salt: Some(key.into()),
        bucketing: BucketingAlgorithm::Signalbox1,
    };
    Command::CreateFlag { project: project(), flag: Box::new(flag) }
}

fn rule(flag: &str, environment: &str, changes: RuleChanges) -> Command {
    let place = Place { project: project(), flag: flag.parse().unwrap(), environment: environment.parse().unwrap() };
    Command::ChangeRule { place, changes }
}

#[test]
fn sets_that_follow_changes_are_those_compiled_from_scratch() {
    let mut followed = Followed::new();
    followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
    followed.change(environment("dev"));
    followed.change(flag("beta"));
    followed.change(flag("alpha"));
    followed.change(environment("production"));
    assert_eq!(followed.value("production", "alpha", "ann"), Some(false));

    let everybody = RuleChanges { share: Some(Share::EVERYBODY), ..RuleChanges::default() };
    followed.change(rule("alpha", "dev", everybody));
    assert_eq!(followed.value("dev", "alpha", "ann"), Some(true));
    assert_eq!(followed.value("production", "alpha", "ann"), Some(false));

    followed.change(Command::ArchiveFlag { project: project(), flag: "alpha".parse().unwrap() });
    assert_eq!(followed.value("dev", "alpha", "ann"), None);
    followed.change(Command::RestoreFlag { project: project(), flag: "alpha".parse().unwrap() });
    assert_eq!(followed.value("dev", "alpha", "ann"), Some(true));
}

#[test]
fn an_erased_person_is_not_recognised_any_more() {
    let mut followed = Followed::new();
    followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
    followed.change(environment("dev"));
    followed.change(flag("alpha"));
    let named = RuleChanges { people: Some(vec!["ann".into()]), ..RuleChanges::default() };
    followed.change(rule("alpha", "dev", named));
    assert_eq!(followed.value("dev", "alpha", "ann"), Some(true));
    let version = |followed: &Followed| followed.set("dev", SdkKeyKind::Server).version;
    let before = version(&followed);
    followed.change(Command::Erase { value: "ann".into() });
    assert_eq!(followed.value("dev", "alpha", "ann"), Some(false));
    assert!(version(&followed) > before, "what the set gives has changed");
}

#[test]
fn an_erasure_raises_the_version_of_whatever_names_people() {
    let mut followed = Followed::new();
    followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
    followed.change(environment("dev"));
    let keys = ["plain", "default", "override", "rule", "segment", "waiting"];
    keys.into_iter().for_each(|key| followed.change(flag(key)));
    let people = || vec!["ann".to_owned()];
    let named = RuleChanges { people: Some(people()), ..RuleChanges::default() };
    followed.change(rule("default", "dev", named));
    let place =
        |flag: &str| Place { project: project(), flag: flag.parse().unwrap(), environment: "dev".parse().unwrap() };
    let overrides = vec![("ann".to_owned(), "on".parse().unwrap())];
    followed.change(Command::SetOverrides { place: place("override"), overrides });
    let rules = |rule: serde_json::Value| serde_json::from_value(rule).unwrap();
    let on = serde_json::json!([{"variant": "on", "weight": 100}]);
    let by_name = serde_json::json!([{"id": "r", "people": ["ann"], "share": 0, "split": on}]);
    followed.change(Command::SetRules { place: place("rule"), rules: rules(by_name), default: None });
    for (key, segment) in [
        ("inner", serde_json::json!({"key": "inner", "name": "Inner", "included": ["ann"]})),
        (
            "outer",
            serde_json::json!({"key": "outer", "name": "Outer",
            "groups": [{"match": "all", "clauses": [{"operator": "in_segment", "segments": ["inner"]}]}]}),
        ),
    ] {
        let segment = serde_json::from_value(segment).expect(key);
        followed.change(Command::CreateSegment { project: project(), segment: Box::new(segment) });
    }
    let clauses = serde_json::json!([{"operator": "in_segment", "segments": ["outer"]}]);
    let by_segment = serde_json::json!([{"id": "r", "clauses": clauses, "split": on}]);
    followed.change(Command::SetRules { place: place("segment"), rules: rules(by_segment), default: None });
    let wanted = Prerequisite { flag: "default".parse().unwrap(), variants: vec!["on".parse().unwrap()] };
    followed.change(Command::SetPrerequisites { place: place("waiting"), prerequisites: vec![wanted] });

    let versions = |followed: &Followed| {
        let set = followed.set("dev", SdkKeyKind::Server);
        keys.map(|key| set.served(key).unwrap().compiled.version())
    };
    let before = versions(&followed);
    followed.change(Command::Erase { value: "ann".into() });
    let erased = followed.state.sequence;
    let after = versions(&followed);
    assert_eq!(after[0], before[0], "names nobody");
    assert_eq!(after[1..], [erased; 5], "each may give somebody something else");
}

#[test]
fn browsers_see_what_is_marked_for_them_and_hear_of_nothing_else() {
    let mut followed = Followed::new();
    followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
    followed.change(environment("dev"));
    followed.change(flag("alpha"));
    followed.change(flag("beta"));
    let seen = |followed: &Followed| {
        let set = followed.set("dev", SdkKeyKind::Client);
        (Vec::from_iter(set.flags().map(|flag| flag.told.key.to_string())), set.version)
    };
    assert_eq!(seen(&followed), (vec![], 0));
    let mark = |flag: &str, client_side: bool| Command::ChangeClientSide {
        project: project(),
        flag: flag.parse().unwrap(),
        client_side,
    };
    followed.change(mark("beta", true));
    let (flags, marked) = seen(&followed);
    assert_eq!((flags, marked), (vec!["beta".to_owned()], followed.state.sequence));

    let everybody = || RuleChanges { share: Some(Share::EVERYBODY), ..RuleChanges::default() };
    followed.change(rule("alpha", "dev", everybody()));
    assert_eq!(seen(&followed).1, marked, "of other flags they hear nothing");
    followed.change(rule("beta", "dev", everybody()));
    assert_eq!(seen(&followed).1, followed.state.sequence);
    followed.change(mark("beta", false));
    assert_eq!(seen(&followed), (vec![], followed.state.sequence), "what they had is gone");
    let gone = followed.state.sequence;
    followed.change(rule("beta", "dev", RuleChanges { share: Some(Share::NOBODY), ..RuleChanges::default() }));
    assert_eq!(seen(&followed).1, gone);
}

#[test]
fn a_change_shares_the_flags_it_did_not_touch() {
    let mut followed = Followed::new();
    followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
    followed.change(environment("dev"));
    followed.change(environment("production"));
    followed.change(flag("alpha"));
    followed.change(flag("beta"));
    let set = |followed: &Followed, key: &str| followed.set(key, SdkKeyKind::Server);
    let (dev, production) = (set(&followed, "dev"), set(&followed, "production"));
    let everybody = RuleChanges { share: Some(Share::EVERYBODY), ..RuleChanges::default() };
    followed.change(rule("alpha", "dev", everybody));
    assert!(Arc::ptr_eq(&production, &set(&followed, "production")));
    let shared = |flag: &str| {
        let now = set(&followed, "dev");
        let (before, after) = (dev.served(flag).unwrap(), now.served(flag).unwrap());
        Arc::ptr_eq(&before.compiled, &after.compiled) && Arc::ptr_eq(&before.told, &after.told)
    };
    assert!(!shared("alpha"));
    assert!(shared("beta"));
}

#[test]
fn flags_that_come_in_any_order_are_found_by_their_keys() {
    let mut followed = Followed::new();
    followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
    followed.change(environment("dev"));
    // 97 and 199 share no factor, so every number comes once.
    let keys: Vec<_> = (0..199).map(|number| format!("flag-{:03}", number * 97 % 199)).collect();
    for key in &keys {
        followed.change(flag(key));
    }
    let mut sorted = keys.clone();
    sorted.sort();
    let served = |followed: &Followed| {
        let set = followed.set("dev", SdkKeyKind::Server);
        set.flags().map(|flag| flag.told.key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(served(&followed), sorted);
    let (archived, kept) = sorted.split_at(60);
    for key in archived {
        followed.change(Command::ArchiveFlag { project: project(), flag: key.parse().unwrap() });
    }
    assert_eq!(served(&followed), kept);
    let set = followed.set("dev", SdkKeyKind::Server);
    assert!(archived.iter().all(|key| set.served(key).is_none()));
    assert!(kept.iter().all(|key| set.served(key).unwrap().told.key.as_str() == key));
    assert!(set.served("a").is_none() && set.served("flag-0600").is_none() && set.served("z").is_none());
}

#[test]
fn what_all_flags_gave_is_counted_even_by_a_set_that_is_replaced() {
    let mut followed = Followed::new();
    followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
    followed.change(environment("dev"));
    followed.change(flag("alpha"));
    followed.change(flag("beta"));
    let ask = |followed: &Followed, person: &str| {
        let set = followed.set("dev", SdkKeyKind::Server);
        let attributes = Attributes::of_key(person, Timestamp::default());
        let given = set.flags().map(|flag| Given::of(flag.compiled.choose(&attributes, set.segments())).to_bytes());
        set.count(given.collect::<Vec<_>>().as_flattened(), Some(followed.sets.counting.person(person)));
    };
    let counted = |followed: &Followed, flag: &str| {
        let place = Place { project: project(), flag: flag.parse().unwrap(), environment: "dev".parse().unwrap() };
        let seen = followed.sets.counting.seen(&place, Timestamp::default()).unwrap();
        let bulk = |key: &str| {
            let variant = seen.variants.iter().find(|variant| variant.key.as_str() == key).unwrap();
            variant.minutes.iter().map(|minute| minute.bulk).sum::<u64>()
        };
        let people = &seen.people[0];
        let people = [&people.given, &people.withheld].map(|people| people.as_ref().unwrap().estimate());
        ([bulk("on"), bulk("off")], people)
    };
    ask(&followed, "ann");
    assert_eq!(counted(&followed, "alpha"), ([0, 1], [0, 1]), "what waits is counted before it is looked at");
    ask(&followed, "ann");
    ask(&followed, "bob");
    let everybody = RuleChanges { share: Some(Share::EVERYBODY), ..RuleChanges::default() };
    followed.change(rule("alpha", "dev", everybody));
    ask(&followed, "bob");
    assert_eq!(counted(&followed, "alpha"), ([1, 3], [1, 2]));
    assert_eq!(counted(&followed, "beta"), ([0, 4], [0, 2]));
}

#[test]
fn what_is_kept_apart_follows_its_changes_and_no_others() {
    let mut followed = Followed::new();
    followed.change(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
    followed.change(environment("dev"));
    followed.change(environment("production"));
    followed.change(flag("alpha"));
    let import = |flags: serde_json::Value| {
        let document = Document::read(serde_json::json!({ "flags": flags })).unwrap();
        let content = ImportContent::Flagd { document, generation: Generation::Flagd3 };
        let environment = "dev".parse().unwrap();
        Command::Import(Box::new(Import { project: project(), environment, content }))
    };
    let odd =
        |value: i64| serde_json::json!({"state": "ENABLED", "variants": {"a": value, "b": "x"}, "defaultVariant": "a"});
    followed.change(import(serde_json::json!({"odd": odd(1), "other": odd(2)})));
    let dev = followed.set("dev", SdkKeyKind::Server);
    let keys: Vec<_> = dev.kept_apart().keys().collect();
    assert_eq!(keys, ["odd", "other"]);
    assert!(dev.reads_attributes());
    assert!(followed.set("production", SdkKeyKind::Server).kept_apart().is_empty());
    assert!(followed.set("dev", SdkKeyKind::Client).kept_apart().is_empty(), "nothing of it is marked for browsers");

    let everybody = RuleChanges { share: Some(Share::EVERYBODY), ..RuleChanges::default() };
    followed.change(rule("alpha", "dev", everybody));
    assert!(std::ptr::eq(dev.kept_apart(), followed.set("dev", SdkKeyKind::Server).kept_apart()));

    followed.change(import(serde_json::json!({"odd": odd(3)})));
    let changed = followed.set("dev", SdkKeyKind::Server);
    assert!(changed.version > dev.version && !std::ptr::eq(dev.kept_apart(), changed.kept_apart()));
    let environment = "dev".parse().unwrap();
    followed.change(Command::RemoveKeptApart { project: project(), environment, key: "odd".into() });
    let left: Vec<String> = followed.set("dev", SdkKeyKind::Server).kept_apart().keys().map(str::to_owned).collect();
    assert_eq!(left, ["other"]);
}
