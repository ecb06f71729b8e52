//! SDK keys that are public, and keys that take turns.

use axum::Router;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::command::Command;
use signalbox_server::applications::{self, BURST, FLAGS_DOCUMENT_PATH, TrustedProxies};

use crate::bank::{Answer, Bank, send};

const BULK: &str = "/ofrep/v1/evaluate/flags";

/// An application with a key.
struct Application {
    router: Router,
    authorization: String,
}

impl Application {
    fn of(bank: &Bank, key: &str) -> Self {
        let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
        Self { router, authorization: format!("Bearer {key}") }
    }

    async fn post(&self, path: &str) -> Answer {
        self.with(path, &[]).await
    }

    async fn with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let headers = [&[("authorization", self.authorization.as_str())], headers].concat();
        let body = json!({"context": {"targetingKey": "ann"}}).to_string();
        send(&self.router, Method::POST, path, &headers, body).await
    }

    async fn flags(&self) -> Vec<String> {
        let answer = self.post(BULK).await.json();
        let flags = answer["flags"].as_array().expect("a list of flags").iter();
        flags.map(|flag| flag["key"].as_str().expect("a key").to_owned()).collect()
    }
}

#[tokio::test]
async fn a_client_key_sees_what_is_marked_for_browsers_and_nothing_else() {
    let bank = Bank::new();
    for flag in ["banner", "limits"] {
        bank.boolean(flag, 100.0);
    }
    bank.client_side("banner", true);
    let (_, secret) = bank.sdk_key_of(SdkKeyKind::Client, "production");
    assert!(secret.starts_with("sbx_web_"), "{}", &secret[..8]);
    let (browser, server) = (Application::of(&bank, &secret), Application::of(&bank, &bank.sdk_key("production").1));

    assert_eq!(browser.flags().await, ["banner"]);
    assert_eq!(server.flags().await, ["banner", "limits"]);
    assert_eq!(browser.post(&format!("{BULK}/banner")).await.json()["value"], true);
    let hidden = browser.post(&format!("{BULK}/limits")).await;
    let unknown = browser.post(&format!("{BULK}/nothing")).await;
    assert_eq!((hidden.status, hidden.json()["errorCode"].as_str()), (StatusCode::NOT_FOUND, Some("FLAG_NOT_FOUND")));
    assert_eq!(hidden.json()["errorDetails"], unknown.json()["errorDetails"], "it does not even say that there is one");

    // What changes elsewhere changes nothing for a browser: not its entity tag, and not the version that it is told.
    let first = browser.post(BULK).await;
    bank.give("limits", 50.0, None);
    bank.boolean("new", 100.0);
    let known = [("if-none-match", first.header("etag"))];
    assert_eq!(browser.with(BULK, &known).await.status, StatusCode::NOT_MODIFIED);
    bank.client_side("limits", true);
    assert_eq!(browser.with(BULK, &known).await.status, StatusCode::OK);
    assert_eq!(browser.flags().await, ["banner", "limits"]);
    bank.client_side("banner", false);
    assert_eq!(browser.flags().await, ["limits"]);
    assert_eq!(browser.post(&format!("{BULK}/banner")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_client_key_is_asked_with_at_a_bounded_rate_and_a_server_key_is_not() {
    let bank = Bank::new();
    bank.boolean("banner", 100.0);
    bank.client_side("banner", true);
    let browser = Application::of(&bank, &bank.sdk_key_of(SdkKeyKind::Client, "production").1);
    let server = Application::of(&bank, &bank.sdk_key("production").1);
    let path = format!("{BULK}/banner");

    let mut refused = None;
    for _ in 0..2 * BURST {
        let answer = browser.post(&path).await;
        if answer.status != StatusCode::OK {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("an end to what is let through");
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!((&refused.json()["errorCode"], &refused.json()["key"]), (&json!("GENERAL"), &json!("banner")));

    for _ in 0..BURST + 100 {
        assert_eq!(server.post(&path).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn two_keys_work_while_one_takes_over_from_the_other() {
    let bank = Bank::new();
    bank.boolean("half", 50.0);
    let (old, old_secret) = bank.sdk_key("production");
    let (_, new_secret) = bank.sdk_key("production");
    let (with_old, with_new) = (Application::of(&bank, &old_secret), Application::of(&bank, &new_secret));
    let given = async |application: &Application| {
        let answer = application.post(&format!("{BULK}/half")).await;
        (answer.status == StatusCode::OK).then(|| answer.json()["value"].clone())
    };
    let value = given(&with_old).await;
    assert!(value.as_ref().is_some_and(Value::is_boolean));
    assert_eq!(given(&with_new).await, value);

    let version = bank.engine.read(|state, _| state.sdk_keys[&old].version);
    bank.change(Command::RevokeSdkKey { sdk_key: old.clone() }, Some(version));
    assert_eq!(given(&with_old).await, None);
    assert_eq!(given(&with_new).await, value);

    let uses = bank.engine.last_uses();
    let last = uses.last(&old).expect("it was used, and that is still known");
    assert_eq!(last.millis() % 60_000, 0, "to the minute");
    let (unused, _) = bank.sdk_key("production");
    assert_eq!(uses.last(&unused), None);
}

#[tokio::test]
async fn the_flags_document_is_for_servers_and_told_only_when_it_is_new() {
    let bank = Bank::new();
    bank.boolean("limits", 100.0);
    bank.boolean("half", 50.0);
    let server = Application::of(&bank, &bank.sdk_key("production").1);
    let take = async |application: &Application, headers: &[(&str, &str)]| {
        let headers = [&[("authorization", application.authorization.as_str())], headers].concat();
        send(&application.router, Method::GET, FLAGS_DOCUMENT_PATH, &headers, "").await
    };
    let first = take(&server, &[]).await;
    let document = first.json();
    assert_eq!(document["metadata"]["flagSetId"], "bank/production");
    assert_eq!(document["flags"]["limits"]["defaultVariant"], "on");
    assert_eq!(document["flags"]["half"]["targeting"], json!({"fractional": [["on", 50_000], ["off", 50_000]]}));
    let known = [("if-none-match", first.header("etag"))];
    let unchanged = take(&server, &known).await;
    assert_eq!((unchanged.status, unchanged.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    bank.place("limits", |place| Command::EngageKillSwitch { place });
    let changed = take(&server, &known).await;
    assert_eq!((changed.status, &changed.json()["flags"]["limits"]["defaultVariant"]), (StatusCode::OK, &json!("off")));

    let browser = Application::of(&bank, &bank.sdk_key_of(SdkKeyKind::Client, "production").1);
    let refused = take(&browser, &[]).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")));
    assert_eq!(take(&Application::of(&bank, "sbx_sdk_none"), &[]).await.status, StatusCode::UNAUTHORIZED);
}
