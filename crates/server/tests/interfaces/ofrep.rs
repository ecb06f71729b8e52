//! Flag evaluation over OFREP, as clients see it.

use std::time::Duration;

use crate::bank::{Answer, Bank, send};
use axum::Router;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use signalbox_domain::Share;
use signalbox_domain::command::Command;
use signalbox_domain::rollout::{Stage, StageAudience};
use signalbox_domain::value::ValueKind;
use signalbox_server::applications::{self, TrustedProxies};
use signalbox_server::clock;
use signalbox_server::engine::Terms;
use signalbox_server::ofrep::LARGEST_BODY_BYTES;

const BULK: &str = "/ofrep/v1/evaluate/flags";

/// An application with an SDK key of production.
struct Application {
    bank: Bank,
    router: Router,
    key: String,
}

impl Application {
    fn of(bank: Bank) -> Self {
        let (_, key) = bank.sdk_key("production");
        let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
        Self { bank, router, key }
    }

    async fn post(&self, path: &str, body: impl Into<String>) -> Answer {
        let authorization = format!("Bearer {}", self.key);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        send(&self.router, Method::POST, path, &headers, body.into()).await
    }

    async fn flag(&self, flag: &str, person: &str) -> Value {
        let body = json!({ "context": { "targetingKey": person } }).to_string();
        let answer = self.post(&format!("{BULK}/{flag}"), body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    fn version_of(&self, flag: &str) -> String {
        let place = crate::bank::production(flag);
        self.bank.engine.read(|state, _| {
            let flag = state.flag(&place.project, &place.flag).expect("the flag");
            flag.version.max(flag.configurations[&place.environment].version).to_string()
        })
    }
}

/// An error has all that clients index.
fn assert_error(answer: &Answer, status: u16, code: &str, key: Option<&str>) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json", "{}", answer.text);
    let body = answer.json();
    assert_eq!(body["errorCode"], code, "{}", answer.text);
    assert!(body["errorDetails"].as_str().is_some_and(|details| !details.is_empty()), "{}", answer.text);
    assert_eq!(body.get("key").and_then(Value::as_str), key, "{}", answer.text);
}

#[tokio::test]
async fn values_of_every_kind_keep_their_form() {
    let bank = Bank::new();
    let object = json!({"limit": 10.0, "names": ["a", "ü"], "none": null});
    let cases = [
        ("boolean", ValueKind::Boolean, json!(true), json!(false), r#""value":true"#),
        ("string", ValueKind::String, json!("a \"b\""), json!(""), r#""value":"a \"b\"""#),
        ("integer", ValueKind::Integer, json!(10), json!(0), r#""value":10,"#),
        ("float", ValueKind::Float, json!(10), json!(0), r#""value":10.0,"#),
        ("json", ValueKind::Json, object, json!([]), r#""value":{"limit":10.0,"names":["a","ü"],"none":null}"#),
    ];
    for (key, kind, given, off, _) in cases.clone() {
        bank.flag(key, kind, &[("given", given), ("off", off)]);
        bank.give(key, 100.0, None);
    }
    let application = Application::of(bank);
    for (key, _, _, _, written) in cases {
        let answer = application.post(&format!("{BULK}/{key}"), "{}").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.text.contains(written), "{}", answer.text);
        let mut body = answer.json();
        body["value"].take();
        let metadata = json!({"flagSetId": "bank/production", "version": application.version_of(key)});
        assert_eq!(
            body,
            json!({"key": key, "value": null, "reason": "STATIC", "variant": "given", "metadata": metadata})
        );
    }
}

#[tokio::test]
async fn the_reason_says_what_decided() {
    let bank = Bank::new();
    bank.boolean("nobody", 0.0);
    bank.boolean("half", 50.0);
    bank.boolean("killed", 100.0);
    bank.place("killed", |place| Command::EngageKillSwitch { place });
    bank.boolean("named", 0.0);
    let on = "on".parse().unwrap();
    bank.place("named", |place| Command::SetOverrides { place, overrides: vec![("ann".into(), on)] });
    bank.boolean("rolling", 0.0);
    let stage = Stage {
        gate: Default::default(),
        name: None,
        audience: StageAudience::Percentage { share: Share::from_percent(50.0).unwrap() },
    };
    bank.place("rolling", |place| Command::DraftRollout {
        place,
        rule: None,
        stages: vec![stage],
        guard: Default::default(),
    });
    bank.place("rolling", |place| Command::StartRollout { place });
    let application = Application::of(bank);

    let given = async |flag: &str, person: &str| {
        let body = application.flag(flag, person).await;
        (body["value"].as_bool().unwrap(), body["variant"].as_str().unwrap().to_owned(), body["reason"].clone())
    };
    assert_eq!(given("nobody", "ann").await, (false, "off".into(), json!("STATIC")));
    assert_eq!(given("killed", "ann").await, (false, "off".into(), json!("DISABLED")));
    assert_eq!(given("named", "ann").await, (true, "on".into(), json!("TARGETING_MATCH")));
    assert_eq!(given("named", "bob").await, (false, "off".into(), json!("DEFAULT")));
    let mut of_half = std::collections::BTreeSet::new();
    let mut of_rolling = std::collections::BTreeSet::new();
    for person in 0..40 {
        let person = format!("user-{person}");
        of_half.insert(application.flag("half", &person).await["reason"].to_string());
        of_rolling.insert(application.flag("rolling", &person).await["reason"].to_string());
    }
    assert_eq!(Vec::from_iter(of_half), [r#""DEFAULT""#, r#""TARGETING_MATCH""#]);
    assert_eq!(Vec::from_iter(of_rolling), [r#""SPLIT""#]);
}

#[tokio::test]
async fn a_share_reaches_that_many_people_and_keeps_them() {
    let bank = Bank::new();
    bank.boolean("growing", 10.0);
    let application = Application::of(bank);
    let mut before = Vec::new();
    for person in 0..5_000 {
        before.push(application.flag("growing", &format!("user-{person}")).await["value"] == true);
    }
    let reached = before.iter().filter(|has| **has).count();
    assert!((425..=575).contains(&reached), "{reached} of 5,000");

    application.bank.give("growing", 50.0, None);
    for (person, had) in before.into_iter().enumerate() {
        let has = application.flag("growing", &format!("user-{person}")).await["value"] == true;
        assert!(has || !had, "user-{person} lost it");
    }
}

#[tokio::test]
async fn a_targeting_key_is_asked_for_only_where_it_decides() {
    let bank = Bank::new();
    bank.boolean("everybody", 100.0);
    bank.boolean("half", 50.0);
    let application = Application::of(bank);
    for body in ["", "{}", r#"{"context":{}}"#, r#"{"context":{"targetingKey":"","plan":"plus"}}"#] {
        let answer = application.post(&format!("{BULK}/everybody"), body).await;
        assert_eq!(answer.json()["value"], true, "{body}");
        let answer = application.post(&format!("{BULK}/half"), body).await;
        assert_error(&answer, 400, "TARGETING_KEY_MISSING", Some("half"));
        let metadata = json!({"flagSetId": "bank/production", "version": application.version_of("half")});
        assert_eq!(answer.json()["metadata"], metadata);
    }
}

#[tokio::test]
async fn bulk_answers_every_flag_and_lets_each_fail_by_itself() {
    let bank = Bank::new();
    bank.boolean("everybody", 100.0);
    bank.boolean("half", 50.0);
    bank.flag("limit", ValueKind::Float, &[("high", json!(10.0)), ("low", json!(5.0))]);
    bank.boolean("old", 0.0);
    let flag = "old".parse().unwrap();
    let project = "bank".parse().unwrap();
    let version = bank.engine.read(|state, _| state.flag(&project, &flag).unwrap().version);
    bank.change(Command::ArchiveFlag { project, flag }, Some(version));
    let application = Application::of(bank);

    let answer = application.post(BULK, r#"{"context":{"targetingKey":"ann"}}"#).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    let keys: Vec<_> = body["flags"].as_array().unwrap().iter().map(|flag| flag["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["everybody", "half", "limit"]);
    for flag in body["flags"].as_array().unwrap() {
        let alone = application.flag(flag["key"].as_str().unwrap(), "ann").await;
        assert_eq!(*flag, alone, "bulk and single must agree");
    }
    assert!(answer.text.contains(r#""value":5.0"#), "{}", answer.text);
    let last = application.bank.engine.read(|state, _| state.sequence - 1);
    assert_eq!(body["metadata"], json!({"flagSetId": "bank/production", "version": last.to_string()}));

    let body = application.post(BULK, "{}").await.json();
    assert_eq!(body["flags"][0]["value"], true);
    assert_eq!(body["flags"][1]["errorCode"], "TARGETING_KEY_MISSING");
    assert!(body["flags"][1]["errorDetails"].is_string());
    assert_eq!(body["flags"][2]["value"], 5.0);
}

#[tokio::test]
async fn only_a_flag_that_does_not_exist_is_not_found() {
    let bank = Bank::new();
    bank.boolean("known.flag", 100.0);
    let application = Application::of(bank);
    assert_eq!(application.post(&format!("{BULK}/known%2Eflag"), "{}").await.status, StatusCode::OK);
    let long = "k".repeat(5_000);
    for (sent, said) in [
        ("unknown", "unknown"),
        ("KNOWN.flag", "KNOWN.flag"),
        ("a/b", "a/b"),
        ("zo%C3%AB", "zoë"),
        ("%20", " "),
        ("bad%ff", "bad%ff"),
        (long.as_str(), &long[..256]),
    ] {
        let answer = application.post(&format!("{BULK}/{sent}"), "{}").await;
        assert_error(&answer, 404, "FLAG_NOT_FOUND", Some(said));
    }
}

#[tokio::test]
async fn bad_requests_are_refused_in_the_shape_of_the_standard() {
    let bank = Bank::new();
    bank.boolean("flag", 50.0);
    let application = Application::of(bank);
    let one = format!("{BULK}/flag");
    for (path, key) in [(one.as_str(), Some("flag")), (BULK, None)] {
        for (body, code) in [
            ("{", "PARSE_ERROR"),
            ("context", "PARSE_ERROR"),
            (r#"{"context":7}"#, "INVALID_CONTEXT"),
            (r#"{"context":{"targetingKey":[7]}}"#, "INVALID_CONTEXT"),
            (r#"{"context":{"targetingKey":"a","targetingKey":"b"}}"#, "INVALID_CONTEXT"),
            ("[]", "INVALID_CONTEXT"),
        ] {
            assert_error(&application.post(path, body).await, 400, code, key);
        }
        let large = format!(r#"{{"context":{{"text":"{}"}}}}"#, "x".repeat(LARGEST_BODY_BYTES));
        assert_error(&application.post(path, large).await, 413, "GENERAL", key);

        let authorization = format!("Bearer {}", application.key);
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::TRACE] {
            let headers = [("authorization", authorization.as_str())];
            let answer = send(&application.router, method, path, &headers, "").await;
            assert_error(&answer, 405, "GENERAL", Some(""));
            assert_eq!(answer.header("allow"), "POST, OPTIONS");
        }
    }
}

#[tokio::test]
async fn the_sdk_key_decides_the_environment_and_whether_anything_is_said() {
    let bank = Bank::new();
    bank.boolean("flag", 100.0);
    let (production_id, production) = bank.sdk_key("production");
    let (_, staging) = bank.sdk_key("staging");
    let token = Command::CreateToken { name: "Ann".into(), role: signalbox_domain::access::Role::Admin };
    let token = bank.change(token, None).secret.unwrap();
    let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
    let path = format!("{BULK}/flag");
    let ask = async |headers: &[(&str, &str)]| send(&router, Method::POST, &path, headers, "{}").await;

    let bearer = |key: &str| format!("Bearer {key}");
    let answer = ask(&[("authorization", &bearer(&production))]).await.json();
    assert_eq!((&answer["value"], &answer["metadata"]["flagSetId"]), (&json!(true), &json!("bank/production")));
    let answer = ask(&[("x-api-key", &staging)]).await.json();
    assert_eq!((&answer["value"], &answer["metadata"]["flagSetId"]), (&json!(false), &json!("bank/staging")));
    let answer = ask(&[("authorization", "Basic YTpi"), ("x-api-key", &production)]).await;
    assert_eq!(answer.status, StatusCode::OK);

    let version = bank.engine.read(|state, _| state.sdk_keys[&production_id].version);
    let revoke = Command::RevokeSdkKey { sdk_key: production_id };
    let terms = Terms::system().against(version).because("leaked".to_owned());
    bank.engine.submit(revoke, terms).await.unwrap();
    let refused: [&[(&str, &str)]; 5] = [
        &[],
        &[("authorization", "Bearer sbx_sdk_unknown")],
        &[("authorization", &bearer(token.reveal()))],
        &[("authorization", &bearer(&production))],
        &[("x-api-key", &production)],
    ];
    for headers in refused {
        let answer = ask(headers).await;
        assert_error(&answer, 401, "GENERAL", Some("flag"));
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(!answer.text.contains("sbx_"), "a secret must not be said back");
        assert_error(&send(&router, Method::POST, BULK, headers, "{}").await, 401, "GENERAL", None);
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_ask() {
    let application = Application::of(Bank::new());
    let preflight = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    for path in [BULK.to_owned(), format!("{BULK}/flag")] {
        let answer = send(&application.router, Method::OPTIONS, &path, &preflight, "").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-methods"), "POST,GET");
        let allowed = answer.header("access-control-allow-headers");
        assert_eq!(allowed, "authorization,x-api-key,content-type,if-none-match");
    }
    // Errors must be readable too, or a page cannot tell a wrong key from a server that is gone.
    let headers = [("origin", "https://shop.example")];
    let answer = send(&application.router, Method::POST, BULK, &headers, "{}").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-expose-headers"), "etag,retry-after");
}

#[tokio::test]
async fn whoever_has_the_result_already_is_told_so() {
    let bank = Bank::new();
    bank.boolean("half", 50.0);
    bank.boolean("dark", 0.0);
    let application = Application::of(bank);
    let authorization = format!("Bearer {}", application.key);
    let ask = async |person: &str, known: &str| {
        let headers = [("authorization", authorization.as_str()), ("if-none-match", known)];
        let body = json!({ "context": { "targetingKey": person } }).to_string();
        send(&application.router, Method::POST, BULK, &headers, body).await
    };
    let first = ask("ann", "\"0\"").await;
    assert_eq!(first.status, StatusCode::OK);
    let tag = first.header("etag").to_owned();
    let stream = &first.json()["eventStreams"][0];
    assert_eq!(stream["type"], "sse");
    assert!(stream["endpoint"]["requestUri"].as_str().unwrap().starts_with("/ofrep/v1/events?t="), "{stream}");
    assert!(!first.text.contains(&application.key), "an address is no place for a key");

    let again = ask("ann", &tag).await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(again.header("etag"), tag);
    // The tag is that of the result: whoever gets another value has another one.
    let has_it = |answer: &Answer| answer.json()["flags"][1]["value"].clone();
    let other = ["ben", "cem", "dan", "eve", "fay", "gus", "hal", "ida"].map(async |person| ask(person, &tag).await);
    let mut differing = 0;
    for other in other {
        let other = other.await;
        if other.status == StatusCode::OK {
            assert_ne!(has_it(&other), has_it(&first));
            differing += 1;
        }
    }
    assert!(differing > 0, "somebody is in the other half");

    application.bank.give("dark", 100.0, None);
    assert_eq!(ask("ann", &tag).await.status, StatusCode::OK, "something changed");
}

#[tokio::test]
async fn who_asks_the_same_again_gets_the_same_and_is_counted() {
    let bank = Bank::new();
    (0..20).for_each(|number| bank.boolean(&format!("flag-{number:02}"), 50.0));
    let application = Application::of(bank);
    let body = |person: &str| json!({ "context": { "targetingKey": person } }).to_string();
    let flags = async |person: &str| application.post(BULK, body(person)).await.json()["flags"].clone();
    let first = flags("ann").await;
    for _ in 0..4 {
        assert_eq!(flags("ann").await, first);
    }
    assert_ne!(flags("ben").await, first, "somebody else is asked for anew");
    for number in [0, 19] {
        let place = crate::bank::production(&format!("flag-{number:02}"));
        let seen = application.bank.engine.counting().seen(&place, clock::now()).expect("a flag");
        let bulk: u64 = seen.variants.iter().flat_map(|variant| &variant.minutes).map(|minute| minute.bulk).sum();
        assert_eq!(bulk, 6, "every one of them counts");
    }

    let withheld = json!([false, "OFF"]);
    let has = |flags: &Value| json!([flags[0]["value"], flags[0]["variant"].as_str().map(str::to_uppercase)]);
    application.bank.give("flag-00", 0.0, None);
    assert_eq!(has(&flags("ann").await), withheld, "a change is for everybody");
}

/// The same context is not the same question when a flag looks at the clock.
#[tokio::test]
async fn time_goes_on_for_who_asks_the_same_again() {
    let bank = Bank::new();
    (0..20).for_each(|number| bank.boolean(&format!("flag-{number:02}"), 0.0));
    let until = chrono::DateTime::from_timestamp_millis(clock::now().millis() + 1_500).unwrap().to_rfc3339();
    let rules = json!([{
        "id": "until",
        "clauses": [{"operator": "time_before", "time": until}],
        "split": [{"variant": "on", "weight": 100}],
    }]);
    let rules = serde_json::from_value(rules).unwrap();
    bank.place("flag-00", |place| Command::SetRules { place, rules, default: None });
    let application = Application::of(bank);
    let body = r#"{"context":{"targetingKey":"ann"}}"#;
    let value = async || application.post(BULK, body).await.json()["flags"][0]["value"].clone();
    assert_eq!(value().await, true);
    let waited = async {
        while value().await == true {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.expect("the clause held for a second and a half");
}
