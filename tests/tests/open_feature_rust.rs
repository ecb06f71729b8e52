//! An application in Rust with the stock OpenFeature provider from crates.io, wired as the README says.

use open_feature::provider::FeatureProvider as _;
use open_feature::{EvaluationContext, OpenFeature};
use open_feature_ofrep::{OfrepOptions, OfrepProvider};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::json;
use signalbox_tests::server::Server;

const FLAGS: &str = "/api/v1/projects/bank/flags";

/// A provider of this server's flags.
async fn provider(server: &Server, sdk_key: &str) -> OfrepProvider {
    let authorization = HeaderValue::from_str(&format!("Bearer {sdk_key}")).expect("a key is visible ASCII");
    let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
    OfrepProvider::new(OfrepOptions { base_url: server.url.clone(), headers, ..OfrepOptions::default() })
        .await
        .expect("a provider")
}

#[tokio::test]
async fn the_stock_rust_provider_sees_what_a_rule_and_the_kill_switch_do() {
    let server = Server::start();
    let admin = server.api();
    admin.post("/api/v1/projects", &json!({ "key": "bank", "name": "Bank" })).await;
    let environments = "/api/v1/projects/bank/environments";
    admin.post(environments, &json!({ "key": "live", "name": "Live", "production": true, "audience": 1_000 })).await;
    let key = admin.post(&format!("{environments}/live/sdk-keys"), &json!({ "name": "rust" })).await;
    let sdk_key = key["secret"].as_str().unwrap();
    let flag = json!({ "key": "checkout", "name": "Checkout", "value_kind": "boolean", "salt": "pepper" });
    admin.post(FLAGS, &flag).await;

    let mut api = OpenFeature::singleton_mut().await;
    api.set_provider(provider(&server, sdk_key).await).await;
    let client = api.create_client();
    drop(api);
    let ann = EvaluationContext::default().with_targeting_key("ann");
    let has_it = async || client.get_bool_value("checkout", Some(&ann), None).await.unwrap();
    assert!(!has_it().await, "dark at first");

    let place = format!("{FLAGS}/checkout/environments/live");
    let everybody = json!({ "share": 100, "reason": "For everybody." });
    admin.change("PATCH", &format!("{place}/rule"), &place, &everybody).await;
    assert!(has_it().await);

    admin.post(&format!("{place}/kill-switch/engage"), &json!({})).await;
    let details = provider(&server, sdk_key).await.resolve_bool_value("checkout", &ann).await.unwrap();
    assert!(!details.value);
    assert_eq!(details.variant.as_deref(), Some("off"));
}
