//! Rollouts that go on and are taken back by themselves, on evidence that a service reports with stock OpenFeature hooks
//! and stock OpenTelemetry exporters.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use signalbox_tests::api::Api;
use signalbox_tests::clients::{Application, Behaviour, Language, Requests, Service};
use signalbox_tests::given;
use signalbox_tests::server::Server;
use tokio::time::sleep;

const PROJECT: &str = "/api/v1/projects/bank";
/// Requests that are all right.
const FINE: Behaviour = Behaviour { error: 0.04, error_at_end: 0.04, millis: 100.0 };
const ONE_EACH: Requests = Requests { each: 1, busy_with: None, busy: 1 };
/// Four looks: two must agree before it goes on, and they may just have passed.
const LOOKS: Duration = Duration::from_secs(4);
/// People who come at once.
const CROWD: usize = 4_000;
/// So many crowds at most until something is sure.
const MOST_CROWDS: usize = 8;

/// A bank with one service, and a rollout of each of its flags.
struct Bank {
    server: Server,
    admin: Api,
    service: Application,
}

impl Bank {
    async fn open() -> Self {
        let server = Server::start();
        let admin = server.api();
        admin.post("/api/v1/projects", &json!({ "key": "bank", "name": "Bank" })).await;
        let environment = json!({ "key": "production", "name": "Production", "production": true, "audience": 100_000 });
        admin.post(&format!("{PROJECT}/environments"), &environment).await;
        let keys = format!("{PROJECT}/environments/production/sdk-keys");
        let made = admin.post(&keys, &json!({ "name": "service" })).await;
        let sdk_key = made["secret"].as_str().expect("a secret").to_owned();
        let service = Application { language: Language::JavaScript, url: server.url.clone(), sdk_key };
        Self { server, admin, service }
    }

    /// Starts a rollout to 25 %, 50 % and everybody that goes on by itself once errors and slow requests are shown to be
    /// no more than the margins above those without the feature.
    async fn start(&self, flag: &str) {
        let flags = format!("{PROJECT}/flags");
        self.admin.post(&flags, &json!({ "key": flag, "name": flag, "value_kind": "boolean", "salt": flag })).await;
        let metric = |key: &str, measure: Value, role: &str, worse: &str, margin: f64| json!({ "key": key, "name": key, "measure": measure, "role": role, "worse": worse, "margin": margin });
        let guard = json!({
            "automation": "auto",
            "metrics": [
                metric("errors", json!({ "kind": "failed_requests" }), "guardrail", "more_is_worse", 0.02),
                metric("slow", json!({ "kind": "slow_requests", "longer_than_ms": 300 }), "guardrail", "more_is_worse", 0.05),
                metric("paid", json!({ "kind": "people_who", "outcome": "payment_completed" }), "goal", "less_is_worse", 0.05),
            ],
        });
        let stage =
            |share: u32, gate: Value| json!({ "audience": { "kind": "percentage", "share": share }, "gate": gate });
        let stages = [
            stage(25, json!({ "evidence": "safe", "people": 1_000 })),
            stage(50, json!({ "evidence": "safe", "people": 1_000 })),
            stage(100, json!({ "people": 500 })),
        ];
        let place = self.place(flag);
        let draft = json!({ "stages": stages, "guard": guard });
        self.admin.change("POST", &format!("{place}/rollout"), &place, &draft).await;
        self.admin.change("POST", &format!("{place}/rollout/start"), &place, &json!({ "reason": "It is time." })).await;
    }

    fn place(&self, flag: &str) -> String {
        format!("{PROJECT}/flags/{flag}/environments/production")
    }

    /// Where the rollout stands: `running 1`, `held start`, `finished 2`.
    async fn stands(&self, flag: &str) -> String {
        let rollout = &self.admin.get(&self.place(flag)).await["rollout"];
        let position = rollout["position"]["stage"].as_u64().map_or("start".to_owned(), |stage| stage.to_string());
        format!("{} {position}", rollout["status"].as_str().expect("a status"))
    }

    async fn evidence(&self, flag: &str) -> Value {
        self.admin.get(&format!("{}/rollout/evidence", self.place(flag))).await
    }

    /// Waits until the rollout stands somewhere else than at `before`; looks are a second apart.
    async fn moves_from(&self, flag: &str, before: &str) -> String {
        let begun = Instant::now();
        loop {
            let stands = self.stands(flag).await;
            if stands != before || begun.elapsed() > LOOKS {
                return stands;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// A crowd comes.
    async fn come(&self, flag: &str, first: usize, people: usize, requests: Requests, both: [Behaviour; 2]) -> Value {
        let [without, with] = both;
        self.service.serve(flag, &Service { first, people, requests, without, with }).await
    }

    /// Crowds come until the rollout stands in a stage or beyond; nothing may hold it on its way. Gives how many people
    /// came.
    async fn goes_on_to(
        &self,
        flag: &str,
        stage: u32,
        first: usize,
        requests: Requests,
        both: [Behaviour; 2],
    ) -> usize {
        let mut people = first;
        let has_not = |stands: &str| (0..stage).any(|earlier| stands == format!("running {earlier}"));
        while has_not(&self.stands(flag).await) {
            let (stands, next) = self.come_until_it_moves(flag, people, requests, both).await;
            assert!(!stands.starts_with("held"), "{flag}: {stands} after {next} people: {:?}", self.story(flag).await);
            people = next;
        }
        people
    }

    /// Crowds come until the rollout moves; gives where to, and how many people came in all.
    async fn come_until_it_moves(
        &self,
        flag: &str,
        first: usize,
        requests: Requests,
        both: [Behaviour; 2],
    ) -> (String, usize) {
        let before = self.stands(flag).await;
        let mut next = first;
        for _ in 0..MOST_CROWDS {
            self.come(flag, next, CROWD, requests, both).await;
            next += CROWD;
            let stands = self.moves_from(flag, &before).await;
            if stands != before {
                return (stands, next);
            }
        }
        panic!("{flag} stays {before} after {next} people: {}", self.evidence(flag).await);
    }

    /// Every verdict of the rollout comes out of the history again, byte for byte, while the server runs.
    async fn recomputes(&self, flag: &str) {
        let rollout = self.admin.get(&self.place(flag)).await["rollout"]["id"].as_str().expect("an id").to_owned();
        let mut command = Command::new(given::server_program());
        let output =
            command.args(["recompute", &rollout, "--data-dir"]).arg(self.server.data()).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
        assert!(told.contains("harm shown") && told.contains("each the same byte for byte"), "{told}");
        assert!(!told.contains("NOT THE SAME"), "{told}");
    }

    /// What the history says of the flag, newest first: sentences with their reasons.
    async fn story(&self, flag: &str) -> Vec<String> {
        let page = self.admin.get(&format!("/api/v1/audit?project=bank&flag={flag}&limit=50")).await;
        let entries = page["items"].as_array().expect("entries").iter();
        entries.map(|entry| format!("{} | {}", entry["words"]["action"], entry["reason"])).collect()
    }
}

#[tokio::test]
async fn features_go_on_and_are_taken_back_on_what_stock_exporters_tell() {
    let bank = Bank::open().await;
    healthy(&bank).await;
    harmful(&bank).await;
    slow(&bank).await;
    without_traffic(&bank).await;
    drifting(&bank).await;
    with_busy_people(&bank).await;
}

async fn healthy(bank: &Bank) {
    bank.start("healthy").await;
    let told = bank.come("healthy", 0, 1_000, ONE_EACH, [FINE, FINE]).await;
    // What was reported is what happened: nothing was lost, nothing counted twice.
    let evidence = bank.evidence("healthy").await;
    let seen = |group: &str| evidence["people"][group].as_u64().expect("people");
    assert_eq!(seen("control") + seen("treated"), 1_000, "{evidence}");
    assert_eq!(json!(seen("treated")), told["with"]);
    assert_eq!(bank.stands("healthy").await, "running 0");
    let people = bank.goes_on_to("healthy", 2, 1_000, ONE_EACH, [FINE, FINE]).await;
    if bank.stands("healthy").await == "running 2" {
        bank.come("healthy", people, 1_000, ONE_EACH, [FINE, FINE]).await;
        bank.moves_from("healthy", "running 2").await;
    }
    assert_eq!(bank.stands("healthy").await, "finished 2");
}

/// Half as many errors again, at 25 %: from 12 to 18 % of requests, where 2 percentage points are allowed.
async fn harmful(bank: &Bank) {
    let errors = |part: f64| Behaviour { error: part, error_at_end: part, ..FINE };
    bank.start("harmful").await;
    let both = [errors(0.12), errors(0.18)];
    // What was forecast after the first crowd, which may have been enough.
    bank.come("harmful", 0, CROWD, ONE_EACH, both).await;
    let forecast = bank.evidence("harmful").await["metrics"][0]["people_to_go"].as_u64().unwrap_or_default() as usize;
    let (mut stands, mut people) = (bank.moves_from("harmful", "running 0").await, CROWD);
    if stands == "running 0" {
        (stands, people) = bank.come_until_it_moves("harmful", CROWD, ONE_EACH, both).await;
    }
    assert_eq!(stands, "held start");
    assert!(people <= CROWD + forecast + CROWD, "after {people} people, {forecast} more were forecast after {CROWD}");
    let story = bank.story("harmful").await;
    let taken_back = story.iter().find(|entry| entry.contains("rolled back")).expect("it was rolled back");
    bank.recomputes("harmful").await;
    assert!(taken_back.contains("errors: harm shown") && taken_back.contains("+2 pp is allowed"), "{taken_back}");
}

/// Only slow: requests with the feature take four times as long.
async fn slow(bank: &Bank) {
    bank.start("slow").await;
    let both = [FINE, Behaviour { millis: 400.0, ..FINE }];
    assert_eq!(bank.come_until_it_moves("slow", 0, ONE_EACH, both).await.0, "held start");
    let story = bank.story("slow").await;
    assert!(story.iter().any(|entry| entry.contains("slow: harm shown")), "{story:?}");
}

async fn without_traffic(bank: &Bank) {
    bank.start("quiet").await;
    sleep(Duration::from_secs(4)).await;
    assert_eq!(bank.stands("quiet").await, "running 0");
    let evidence = bank.evidence("quiet").await;
    assert_eq!(evidence["is_clear"], false);
    let states: Vec<_> = evidence["checks"].as_array().expect("checks").iter().map(|check| &check["state"]).collect();
    assert_eq!(states, ["no_data", "no_data"], "{evidence}");
    assert_eq!(evidence.get("last_reported"), None, "{evidence}");
}

/// Errors become more for everybody while the rollout goes on, which has nothing to do with the feature.
async fn drifting(bank: &Bank) {
    bank.start("drifting").await;
    let early = Behaviour { error: 0.01, error_at_end: 0.05, ..FINE };
    let people = bank.goes_on_to("drifting", 1, 0, ONE_EACH, [early, early]).await;
    let late = Behaviour { error: 0.05, error_at_end: 0.12, ..FINE };
    bank.goes_on_to("drifting", 2, people, ONE_EACH, [late, late]).await;
}

/// Every tenth person with the feature makes twenty requests.
async fn with_busy_people(bank: &Bank) {
    bank.start("busy").await;
    let requests = Requests { each: 1, busy_with: Some(true), busy: 20 };
    bank.goes_on_to("busy", 1, 0, requests, [FINE, FINE]).await;
}

#[tokio::test]
async fn what_a_stock_meter_measures_of_nobody_holds_a_rollout_and_no_more() {
    let bank = Bank::open().await;
    bank.start("meter").await;
    let version = bank.admin.get(&bank.place("meter")).await["version"].to_string();
    let measure = |failing: [u32; 2]| {
        bank.service.measure(json!({
            "flag": "meter", "version": version, "rounds": 45, "requests": 100, "failing": failing,
        }))
    };
    measure([4, 4]).await;
    assert_eq!(bank.moves_from("meter", "running 0").await, "running 0", "however much there is of it");
    measure([4, 14]).await;
    assert_eq!(bank.moves_from("meter", "running 0").await, "held 0");
    let rollout = &bank.admin.get(&bank.place("meter")).await["rollout"];
    assert_eq!((&rollout["held_because"], &rollout["held_by_machine"]), (&json!("signal"), &json!(true)));
    let held = bank.admin.get("/api/v1/audit?kind=rollout_held&flag=meter").await;
    let reason = held["items"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("of which nobody says whose they were"), "{reason}");
}
