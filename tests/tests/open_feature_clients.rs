//! Applications with stock OpenFeature clients, unmodified from npm and PyPI, see what a rollout does.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use signalbox_tests::api::Api;
use signalbox_tests::clients::{Application, Evaluated, LANGUAGES, Language, assert_share, users};
use signalbox_tests::server::Server;

const PROJECT: &str = "/api/v1/projects/bank";
const PEOPLE: usize = 5_000;
/// As many are enough to see that all or none of them have it.
const FEW: usize = 500;

#[tokio::test]
async fn a_rollout_lets_in_as_many_as_it_says_and_takes_nobody_back() {
    let server = Server::start();
    let admin = server.api();
    let sdk_key = make_bank(&admin).await;
    // With a salt of its own the draw is the same in every run.
    let flag = json!({ "key": "checkout", "name": "New checkout", "value_kind": "boolean", "salt": "pepper" });
    admin.post(&format!("{PROJECT}/flags"), &flag).await;
    let stages: Vec<Value> =
        [1, 10, 50, 100].iter().map(|share| json!({ "audience": { "kind": "percentage", "share": share } })).collect();
    act(&admin, "POST", "checkout", "rollout", &json!({ "stages": stages })).await;

    let people = users(PEOPLE);
    let few = &people[..FEW];
    assert_eq!(who_has(&server, &sdk_key, few).await, BTreeSet::new(), "a planned rollout lets nobody in");

    act(&admin, "POST", "checkout", "rollout/start", &why("Staff are happy.")).await;
    act(&admin, "POST", "checkout", "rollout/advance", &why("No errors at 1 %.")).await;
    let at_ten = who_has(&server, &sdk_key, &people).await;
    assert_share(at_ten.len(), PEOPLE, 10.0);

    act(&admin, "POST", "checkout", "rollout/advance", &why("No errors at 10 %.")).await;
    let at_fifty = who_has(&server, &sdk_key, &people).await;
    assert_share(at_fifty.len(), PEOPLE, 50.0);
    assert!(at_fifty.is_superset(&at_ten), "{:?} lost it", at_ten.difference(&at_fifty).next());

    act(&admin, "POST", "checkout", "rollout/roll-back", &json!({ "to": { "stage": 1 }, "reason": "Errors." })).await;
    let few_at_ten: BTreeSet<_> = few.iter().filter(|user| at_ten.contains(*user)).cloned().collect();
    assert_eq!(who_has(&server, &sdk_key, few).await, few_at_ten, "rolled back, those have it who had it then");

    admin.post(&format!("{}/kill-switch/engage", place("checkout")), &json!({})).await;
    assert_eq!(who_has(&server, &sdk_key, few).await, BTreeSet::new(), "the kill switch leaves nobody");

    act(&admin, "POST", "checkout", "kill-switch/lift", &why("Fixed.")).await;
    assert_eq!(who_has(&server, &sdk_key, few).await, few_at_ten, "lifted, the same people have it again");
}

#[tokio::test]
async fn every_kind_of_value_arrives_as_it_is() {
    let server = Server::start();
    let admin = server.api();
    let sdk_key = make_bank(&admin).await;
    let object = json!({ "colour": "blue", "steps": [1, 2.5], "deep": { "on": true } });
    let values = [
        ("on", "boolean", json!(true), json!(false)),
        ("greeting", "string", json!("Grüße, 世界 👋"), json!("")),
        ("limit", "integer", json!(9_007_199_254_740_991_i64), json!(0)),
        // Sent as 10, it would be no float to Python.
        ("rate", "float", json!(10.0), json!(0.5)),
        ("theme", "json", object, json!({})),
    ];
    for (flag, kind, value, other) in &values {
        let variants = json!([{ "key": "a", "value": value }, { "key": "b", "value": other }]);
        let body = json!({ "key": flag, "name": flag, "value_kind": kind, "variants": variants });
        admin.post(&format!("{PROJECT}/flags"), &body).await;
        act(&admin, "PATCH", flag, "rule", &json!({ "share": 100, "reason": "For everybody." })).await;
    }
    let evaluations: Vec<Value> = values
        .iter()
        .map(|(flag, kind, _, other)| json!({ "flag": flag, "kind": kind, "fallback": other, "user": "ada" }))
        .collect();
    for language in LANGUAGES {
        let application = application(&server, &sdk_key, language);
        let answers = application.evaluate(&evaluations).await;
        let types = match language {
            Language::JavaScript => ["boolean", "string", "number", "number", "object"],
            Language::Python => ["bool", "str", "int", "float", "dict"],
        };
        for (((flag, _, value, _), answer), value_type) in values.iter().zip(&answers).zip(types) {
            assert_eq!(answer.error, None, "{language:?} {flag}: {answer:?}");
            // In JavaScript 10.0 is 10, and both are the number ten.
            let same = answer.value == *value || answer.value.as_f64().is_some_and(|it| Some(it) == value.as_f64());
            assert!(same, "{language:?} {flag}: {answer:?} is not {value}");
            assert_eq!(answer.value_type, value_type, "{language:?} {flag}: {answer:?}");
            assert_eq!(answer.variant.as_deref(), Some("a"), "{language:?} {flag}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_evaluated_gives_the_value_in_the_code_and_says_why() {
    let server = Server::start();
    let admin = server.api();
    let sdk_key = make_bank(&admin).await;
    let flag = json!({ "key": "checkout", "name": "New checkout", "value_kind": "boolean" });
    admin.post(&format!("{PROJECT}/flags"), &flag).await;
    act(&admin, "PATCH", "checkout", "rule", &json!({ "share": 50, "reason": "Half." })).await;

    let ask = |flag: &str, user: Option<&str>| {
        let mut evaluation = json!({ "flag": flag, "kind": "boolean", "fallback": true });
        if let Some(user) = user {
            evaluation["user"] = json!(user);
        }
        evaluation
    };
    for language in LANGUAGES {
        let application = application(&server, &sdk_key, language);
        let answers = application.evaluate(&[ask("unheard-of", Some("ada")), ask("checkout", None)]).await;
        let errors: Vec<_> = answers.iter().map(|answer| answer.error.as_deref()).collect();
        assert_eq!(errors, [Some("FLAG_NOT_FOUND"), Some("TARGETING_KEY_MISSING")], "{language:?}: {answers:?}");
        assert!(answers.iter().all(gives_the_fallback), "{language:?}: {answers:?}");

        for wrong in ["sbk_made-up", &server.admin_token] {
            let stranger = Application { sdk_key: wrong.to_owned(), ..application.clone() };
            let answers = stranger.evaluate(&[ask("checkout", Some("ada"))]).await;
            assert_eq!(answers[0].error.as_deref(), Some("GENERAL"), "{language:?}: {answers:?}");
            assert!(answers.iter().all(gives_the_fallback), "{language:?}: {answers:?}");
        }
    }
}

fn gives_the_fallback(answer: &Evaluated) -> bool {
    answer.value == json!(true) && answer.reason.as_deref() == Some("ERROR")
}

/// Who has the flag, asked by both clients at the same time, which must agree.
async fn who_has(server: &Server, sdk_key: &str, people: &[String]) -> BTreeSet<String> {
    let [javascript, python] = LANGUAGES.map(|language| application(server, sdk_key, language));
    let (javascript, python) = tokio::join!(javascript.who_has("checkout", people), python.who_has("checkout", people));
    assert_eq!(javascript, python, "the clients disagree");
    javascript
}

fn application(server: &Server, sdk_key: &str, language: Language) -> Application {
    Application { language, url: server.url.clone(), sdk_key: sdk_key.to_owned() }
}

/// A project with a production environment, and the secret of an SDK key for it.
async fn make_bank(admin: &Api) -> String {
    admin.post("/api/v1/projects", &json!({ "key": "bank", "name": "Bank" })).await;
    let environment = json!({ "key": "prod", "name": "Production", "production": true, "audience": 164_000 });
    admin.post(&format!("{PROJECT}/environments"), &environment).await;
    let made = admin.post(&format!("{PROJECT}/environments/prod/sdk-keys"), &json!({ "name": "web shop" })).await;
    made["secret"].as_str().expect("a secret").to_owned()
}

async fn act(admin: &Api, method: &str, flag: &str, what: &str, body: &Value) {
    let place = place(flag);
    admin.change(method, &format!("{place}/{what}"), &place, body).await;
}

fn place(flag: &str) -> String {
    format!("{PROJECT}/flags/{flag}/environments/prod")
}

fn why(reason: &str) -> Value {
    json!({ "reason": reason })
}

/// Attributes as the languages send them: nested, numbers, lists.
#[tokio::test]
async fn rules_see_the_attributes_that_stock_clients_send() {
    let server = Server::start();
    let admin = server.api();
    let sdk_key = make_bank(&admin).await;
    let flag = json!({ "key": "checkout", "name": "New checkout", "value_kind": "boolean" });
    admin.post(&format!("{PROJECT}/flags"), &flag).await;
    admin.post(&format!("{PROJECT}/segments"), &json!({ "key": "staff", "name": "Staff", "included": ["ann"] })).await;
    let gives = json!([{ "variant": "on", "weight": 100 }]);
    let rules = json!([
        { "id": "staff", "clauses": [{ "operator": "in_segment", "segments": ["staff"] }], "split": gives },
        { "id": "adults", "split": gives, "clauses": [
            { "operator": "number_at_least", "attribute": "age", "number": 18 },
            { "operator": "one_of", "attribute": "address.country", "values": ["DE", "AT"] },
            { "operator": "version_at_least", "attribute": "app", "version": "8.2" },
            { "operator": "one_of", "attribute": "groups", "values": ["beta"], "not": true },
        ] },
    ]);
    act(&admin, "PUT", "checkout", "rules", &json!({ "rules": rules, "reason": "Allowed there." })).await;
    let fits = json!({ "age": 18.0, "address": { "country": "AT" }, "app": "8.10.0", "groups": ["alpha"] });
    let but = |name: &str, value: Value| {
        let mut attributes = fits.clone();
        attributes[name] = value;
        attributes
    };
    let asked = [
        ("eve", fits.clone(), true),
        ("ann", json!({}), true),
        ("eve", json!({}), false),
        ("eve", but("age", json!(17)), false),
        ("eve", but("address", json!({ "country": "FR" })), false),
        ("eve", but("app", json!("8.1.99")), false),
        ("eve", but("groups", json!(["alpha", "beta"])), false),
    ];
    let evaluations: Vec<_> = asked
        .iter()
        .map(|(user, attributes, _)| {
            json!({ "flag": "checkout", "kind": "boolean", "fallback": false, "user": user, "attributes": attributes })
        })
        .collect();
    for language in LANGUAGES {
        let answers = application(&server, &sdk_key, language).evaluate(&evaluations).await;
        for ((user, attributes, expected), answer) in asked.iter().zip(answers) {
            assert_eq!(answer.value, json!(expected), "{language:?} {user} {attributes}: {answer:?}");
            let reason = if *expected { "TARGETING_MATCH" } else { "DEFAULT" };
            assert_eq!(answer.reason.as_deref(), Some(reason), "{language:?} {user} {attributes}: {answer:?}");
        }
    }
}
