//! Messages of webhooks as those who receive them see them, with the stock library of Standard Webhooks.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_tests::api::{Api, Call};
use signalbox_tests::receiver::Receiver;
use signalbox_tests::server::Server;
use signalbox_tests::wait::until;

const PROJECT: &str = "/api/v1/projects/bank";
const WEBHOOK: &str = "/api/v1/projects/bank/webhook";
const PLACE: &str = "/api/v1/projects/bank/flags/pay/environments/production";

async fn bank(admin: &Api) {
    admin.post("/api/v1/projects", &json!({ "key": "bank", "name": "Bank" })).await;
    let environment = json!({ "key": "production", "name": "Production", "production": true, "audience": 100_000 });
    admin.post(&format!("{PROJECT}/environments"), &environment).await;
    let flag = json!({ "key": "pay", "name": "Instant payments", "value_kind": "boolean" });
    admin.post(&format!("{PROJECT}/flags"), &flag).await;
}

/// A rollout that is started, whose first stage asks this.
async fn start(admin: &Api, gate: Value) {
    let stages = json!([
        { "audience": { "kind": "percentage", "share": 5 }, "gate": gate },
        { "audience": { "kind": "percentage", "share": 50 } },
    ]);
    admin.change("POST", &format!("{PLACE}/rollout"), PLACE, &json!({ "stages": stages })).await;
    admin.change("POST", &format!("{PLACE}/rollout/start"), PLACE, &json!({ "reason": "It is time." })).await;
}

/// A webhook with this content, and whoever receives its messages and trusts its secret.
async fn received(admin: &Api, mut content: Value) -> (Receiver, Value) {
    let mut receiver = Receiver::start().await;
    content["address"] = json!(receiver.url);
    let made = admin.post(WEBHOOK, &content).await;
    receiver.trust(made["secret"].as_str().expect("a secret")).await;
    (receiver, made)
}

/// The newest message, once it is over or waits for another try.
async fn newest(admin: &Api, state: &str) -> Value {
    until(Duration::from_secs(20), state, async || {
        let newest = admin.get(&format!("{WEBHOOK}/deliveries")).await["items"][0].clone();
        (newest["state"] == state && newest["attempts"] != 0).then_some(newest)
    })
    .await
}

#[tokio::test]
async fn whoever_must_act_hears_of_it_once_and_can_tell_that_it_is_true() {
    let server = Server::start();
    let admin = server.api();
    bank(&admin).await;
    let (mut receiver, _) = received(&admin, json!({})).await;

    admin.post(&format!("{WEBHOOK}/trial"), &json!({})).await;
    let trial = receiver.next().await;
    assert_eq!((&trial["verified"], &trial["body"]["type"]), (&json!(true), &json!("trial")), "{trial}");

    // A stage that asks for approval and nothing else.
    start(&admin, json!({ "approval": true })).await;
    let review = receiver.next().await;
    assert_eq!(review["verified"], true, "{review}");
    assert_eq!(review["type"], "application/json");
    assert!(review["agent"].as_str().is_some_and(|agent| agent.starts_with("Signalbox/")), "{review}");
    assert_eq!(review["body"]["type"], "notice.review_point");
    let data = &review["body"]["data"];
    assert_eq!(data["title"], "Approval awaited");
    assert_eq!(data["text"], "Signalbox asks for approval of Instant payments in Production: leaving 5 %");
    assert_eq!(data["flag"], json!({ "key": "pay", "name": "Instant payments" }));
    assert_eq!(data["environment"], json!({ "key": "production", "name": "Production" }));

    let roll_back = json!({ "to": "start", "reason": "Errors went up." });
    admin.change("POST", &format!("{PLACE}/rollout/roll-back"), PLACE, &roll_back).await;
    let back = receiver.next().await;
    assert_eq!((&back["verified"], &back["body"]["type"]), (&json!(true), &json!("notice.rolled_back")), "{back}");
    assert_eq!(back["body"]["data"]["reason"], "Errors went up.");

    let delivered = newest(&admin, "delivered").await;
    assert_eq!((&delivered["message"], &delivered["last_status"]), (&back["id"], &json!(204)));
    assert_eq!(delivered["words"], back["body"]["data"]["text"]);
    let all = admin.get(&format!("{WEBHOOK}/deliveries")).await;
    assert_eq!(all["items"].as_array().map(Vec::len), Some(3), "each once: {all}");
    // The address may be a secret itself.
    let history = admin.get("/api/v1/audit?kind=webhook_created").await.to_string();
    assert!(history.contains("127.0.0.1") && !history.contains("secret-path"), "{history}");
}

#[tokio::test]
async fn what_does_not_arrive_is_sent_again_under_the_same_id_also_after_a_restart() {
    let mut server = Server::start();
    let admin = server.api();
    bank(&admin).await;
    let (mut receiver, _) = received(&admin, json!({ "notices": ["turned_off"] })).await;
    receiver.answer(&[500, 301]).await;

    admin.post(&format!("{PLACE}/kill-switch/engage"), &json!({})).await;
    let first = receiver.next().await;
    assert_eq!((&first["verified"], &first["answered"]), (&json!(true), &json!(500)));
    let waiting = newest(&admin, "waiting").await;
    assert_eq!((&waiting["last_error"], &waiting["attempts"]), (&json!("it answered 500"), &json!(1)));

    server.stop();
    server.start_again();
    let second = receiver.next().await;
    assert_eq!((&second["id"], &second["verified"]), (&first["id"], &json!(true)), "the key outlives the server");
    assert_eq!(second["body"], first["body"]);
    let waiting = loop {
        let newest = newest(&admin, "waiting").await;
        if newest["attempts"] == 2 {
            break newest;
        }
    };
    assert_eq!(waiting["last_error"], "it answered 301, and redirects are not followed");

    // Whoever takes the webhook away takes what waits with it, when its time comes; nothing is sent.
    let version = admin.get(WEBHOOK).await["version"].clone();
    admin.must(Call::new("DELETE", WEBHOOK).against(version)).await;
    assert_eq!(admin.send(Call::new("GET", WEBHOOK)).await.status, 404);
}

#[tokio::test]
async fn a_renewed_secret_signs_beside_the_one_before() {
    let server = Server::start();
    let admin = server.api();
    bank(&admin).await;
    let (mut receiver, made) = received(&admin, json!({})).await;
    let renewed = admin.change("POST", &format!("{WEBHOOK}/secret"), WEBHOOK, &json!({})).await;
    assert_ne!(renewed["secret"], made["secret"]);
    assert!(renewed["both_secrets_until"].is_string());
    receiver.trust(renewed["secret"].as_str().expect("a secret")).await;

    admin.post(&format!("{WEBHOOK}/trial"), &json!({})).await;
    let trial = receiver.next().await;
    assert_eq!(
        (&trial["verified"], &trial["older"], &trial["signatures"]),
        (&json!(true), &json!(true), &json!(2)),
        "{trial}"
    );
}
