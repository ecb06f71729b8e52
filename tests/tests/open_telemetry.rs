//! Applications with stock OpenFeature hooks and OpenTelemetry exporters, unmodified from npm and PyPI, report what they
//! showed to whom, and nobody had to write any code for it.

use serde_json::json;
use signalbox_tests::clients::{Application, Language, users};
use signalbox_tests::server::Server;

const PROJECT: &str = "/api/v1/projects/bank";
/// More than one batch of the exporters, which is 512.
const PEOPLE: usize = 600;

#[tokio::test]
async fn evaluations_by_stock_hooks_are_exposures() {
    let server = Server::start();
    let admin = server.api();
    admin.post("/api/v1/projects", &json!({ "key": "bank", "name": "Bank" })).await;
    let environment = json!({ "key": "production", "name": "Production", "production": true, "audience": 600 });
    admin.post(&format!("{PROJECT}/environments"), &environment).await;
    let keys = format!("{PROJECT}/environments/production/sdk-keys");
    let made = admin.post(&keys, &json!({ "name": "tests" })).await;
    let sdk_key = made["secret"].as_str().expect("a secret").to_owned();
    let people = users(PEOPLE);
    for (number, (language, hook)) in [
        (Language::Python, None),
        (Language::JavaScript, Some("EventHook")),
        (Language::JavaScript, Some("SpanEventHook")),
        (Language::JavaScript, Some("SpanHook")),
    ]
    .into_iter()
    .enumerate()
    {
        let flag = format!("flag-{number}");
        admin.post(&format!("{PROJECT}/flags"), &json!({ "key": flag, "name": flag, "value_kind": "boolean" })).await;
        let place = format!("{PROJECT}/flags/{flag}/environments/production");
        let half = json!({ "share": 50, "reason": "Half of them." });
        admin.change("PATCH", &format!("{place}/rule"), &place, &half).await;

        let application = Application { language, url: server.url.clone(), sdk_key: sdk_key.clone() };
        application.report(&flag, &people, hook).await;

        let usage = admin.get(&format!("{place}/usage")).await;
        let told = &usage["last_hour"];
        assert_eq!(told, &json!({ "single": PEOPLE, "bulk": 0, "exposures": PEOPLE }), "{language:?} {hook:?}");
        for variant in usage["variants"].as_array().expect("variants") {
            assert_eq!(variant["single"], variant["exposures"], "{language:?} {hook:?}: each as it was evaluated");
            assert!(variant["exposures"].as_u64() > Some(200), "{language:?} {hook:?}: {variant}");
        }
        let exposed = usage["people"][0]["today"]["exposed"]["about"].as_u64().expect("people");
        // Five standard errors of the sketch.
        assert!(exposed.abs_diff(PEOPLE as u64) < 50, "{language:?} {hook:?}: {exposed} of {PEOPLE} people");
    }
}
