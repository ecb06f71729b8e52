//! Documents brought in and carried out, as callers see it.

use axum::http::Method;
use serde_json::{Value, json};
use signalbox_server::start;

use crate::server::{Answer, Server, options};

const IMPORT: &str = "/api/v1/projects/bank/import";
const KEPT_APART: &str = "/api/v1/projects/bank/environments/prod/kept-apart";

fn document() -> Value {
    json!({"flags": {
        "greeting": {"state": "ENABLED", "variants": {"hi": "hi", "bye": "bye"}, "defaultVariant": "bye",
            "targeting": {"if": [{"ends_with": [{"var": "email"}, "@fernhill.example"]}, "hi", null]}},
        "odd name/é": {"state": "ENABLED", "variants": {"on": 1, "off": "x"}, "defaultVariant": "off"},
        "switched off": {"state": "DISABLED", "variants": {"on": true}, "defaultVariant": "on"},
        "broken": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"$ref": "gone"},
            "metadata": {"team": "shop", "version": "7"}},
    }})
}

async fn import(server: &Server, query: &str, document: &Value) -> Answer {
    server.post(&format!("{IMPORT}?{query}"), document.clone()).await
}

async fn evaluate(server: &Server, sdk_key: &str, flag: &str) -> Answer {
    let path = format!("/ofrep/v1/evaluate/flags{flag}");
    let context = json!({"context": {"targetingKey": "ann", "email": "ann@fernhill.example"}});
    server.ask_openly(Method::POST, &path).token(sdk_key).body(context).send().await
}

#[tokio::test]
async fn a_document_is_previewed_brought_in_served_and_removed() {
    let server = Server::with_a_flag().await;
    let keys = "/api/v1/projects/bank/environments/prod/sdk-keys";
    let sdk_key = server.make(keys, json!({"name": "shop"})).await.body["secret"].as_str().unwrap().to_owned();
    let before = server.sequence().await;
    let preview = import(&server, "format=flagd&environment=prod&dry_run=true", &document()).await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    assert_eq!((&preview.body["dry_run"], &preview.body["created"]), (&json!(true), &json!(["greeting"])));
    let keys: Vec<_> = preview.body["kept_apart"].as_array().unwrap().iter().map(|kept| &kept["key"]).collect();
    assert_eq!(keys, ["broken", "odd name/é", "switched off"]);
    assert_eq!(server.sequence().await, before);
    assert_eq!(evaluate(&server, &sdk_key, "/greeting").await.status, 404);

    let silent = import(&server, "format=flagd&environment=prod", &document()).await;
    assert_eq!(silent.code(), (422, "reason_required"));
    assert_eq!(server.sequence().await, before);
    assert_eq!(preview.body["reason_required"], true);
    let stale = import(&server, "format=flagd&environment=prod&reason=Moving%20over&version=1", &document()).await;
    assert_eq!(stale.code(), (409, "version_stale"));
    let held = format!("format=flagd&environment=prod&reason=Moving%20over&version={}", preview.body["version"]);
    let done = import(&server, &held, &document()).await;
    assert_eq!(done.body["dry_run"], false);
    let mut same = done.body.clone();
    same["dry_run"] = json!(true);
    assert_eq!(same, preview.body, "what was previewed is what was done");
    let audit = server.get("/api/v1/audit?limit=1").await.body;
    assert_eq!(audit["items"][0]["reason"], "Moving over");

    let greeting = evaluate(&server, &sdk_key, "/greeting").await.body;
    assert_eq!((&greeting["value"], &greeting["reason"]), (&json!("hi"), &json!("TARGETING_MATCH")));
    let odd = evaluate(&server, &sdk_key, "/odd%20name%2F%C3%A9").await;
    assert_eq!((odd.status.as_u16(), &odd.body["value"], &odd.body["key"]), (200, &json!("x"), &json!("odd name/é")));
    let off = evaluate(&server, &sdk_key, "/switched%20off").await;
    assert_eq!((off.status.as_u16(), off.body.get("value"), &off.body["variant"]), (200, None, &json!("")));
    assert_eq!(off.body["reason"], "DISABLED");
    let broken = evaluate(&server, &sdk_key, "/broken").await;
    assert_eq!((broken.status.as_u16(), &broken.body["errorCode"]), (400, &json!("PARSE_ERROR")));
    assert!(broken.body["errorDetails"].as_str().unwrap().contains("there is no evaluator \"gone\""));
    let metadata = &broken.body["metadata"];
    assert_eq!((&metadata["team"], &metadata["flagSetId"]), (&json!("shop"), &json!("bank/prod")));
    assert!(
        metadata["version"].as_str().unwrap().parse::<u64>().unwrap() > before,
        "not the document's own: {metadata}"
    );

    let all = evaluate(&server, &sdk_key, "").await;
    let flags: Vec<_> = all.body["flags"].as_array().unwrap().iter().map(|flag| &flag["key"]).collect();
    assert_eq!(flags, ["greeting", "pay", "broken", "odd name/é", "switched off"]);
    let tag = all.header("etag").to_owned();

    let explain = "/api/v1/projects/bank/environments/prod/explain";
    let told = server.post(explain, json!({"context": {"targetingKey": "ann"}})).await;
    let told: Vec<_> = told.body["kept_apart"].as_array().unwrap().iter().collect();
    let keys: Vec<_> = told.iter().map(|told| &told["key"]).collect();
    assert_eq!(keys, ["broken", "odd name/é", "switched off"]);
    assert_eq!(told[0]["fault"]["code"], "PARSE_ERROR");
    assert_eq!(told[1]["given"], json!({"variant": "off", "value": "x", "reason": "STATIC"}));
    assert_eq!(told[2]["given"], json!({"reason": "DISABLED"}));
    assert!(told[1]["why"].as_str().unwrap().contains("its key must be"), "{}", told[1]);

    let kept = server.get(KEPT_APART).await.body;
    assert_eq!(kept["total"], 3);
    assert_eq!(kept["items"][1]["definition"], document()["flags"]["odd name/é"]);
    let remove = |query: &str| server.ask(Method::DELETE, &format!("{KEPT_APART}?{query}")).send();
    assert_eq!(remove("key=odd%20name/%C3%A9").await.code(), (422, "reason_required"));
    assert_eq!(remove("key=odd%20name/%C3%A9&reason=Gone").await.status, 204);
    assert_eq!(remove("key=odd%20name/%C3%A9&reason=Gone").await.code(), (404, "not_found"));
    assert_eq!(evaluate(&server, &sdk_key, "/odd%20name%2F%C3%A9").await.status, 404);
    let after = evaluate(&server, &sdk_key, "").await;
    assert_eq!(after.body["flags"].as_array().unwrap().len(), 4);
    assert_ne!(after.header("etag"), tag);
}

#[tokio::test]
async fn documents_survive_a_restart_and_tell_what_they_leave_out() {
    let server = Server::with_a_flag().await;
    import(&server, "format=flagd&environment=prod&reason=Moving", &document()).await;
    let rules = json!({"reason": "Try", "rules": [{"id": "r", "split": [{"variant": "on", "weight": 100}],
        "clauses": [{"operator": "matches_pattern", "attribute": "age", "pattern": "^1"}]}]});
    let pay = "/api/v1/projects/bank/flags/pay/environments/prod";
    let version = server.get(pay).await.version();
    let set = server.ask(Method::PUT, &format!("{pay}/rules")).version(version).body(rules).send().await;
    assert_eq!(set.status, 200, "{}", set.body);

    let path = |format: &str| format!("/api/v1/projects/bank/export?environment=prod&format={format}");
    let flagd = server.get(&path("flagd")).await;
    assert_eq!(flagd.header("signalbox-not-representable"), "1");
    assert_eq!(
        flagd.body["$signalbox"]["not_representable"],
        json!([{"place": "flags.pay", "why": "rule \"r\" matches a pattern, which JSON Logic cannot"}])
    );
    assert_eq!(flagd.body["flags"], document()["flags"]);
    let ours = server.get(&path("signalbox")).await.body;
    assert_eq!((&ours["signalbox"], &ours["flags"][1]["key"]), (&json!(1), &json!("pay")));

    let Server { running, admin, data_dir } = server;
    running.stop().await;
    let running = start(options(data_dir.path())).await.unwrap();
    let server = Server { running, admin, data_dir };
    assert_eq!(server.get(&path("flagd")).await.body, flagd.body);
    let before = server.sequence().await;
    for (format, document) in [("flagd", flagd.body), ("signalbox", ours)] {
        let again = import(&server, &format!("format={format}&environment=prod"), &document).await.body;
        assert_eq!((&again["created"], &again["changed"]), (&json!([]), &json!([])), "{again}");
        assert_eq!(again["not_representable"], json!([]));
    }
    assert_eq!(server.sequence().await, before);
}

#[tokio::test]
async fn bad_documents_are_refused_with_their_place_and_change_nothing() {
    let server = Server::with_a_flag().await;
    let before = server.sequence().await;
    let check = async |query: &str, body: &str, expect: (u16, &str), field: Option<&str>| {
        let answer = server.ask(Method::POST, &format!("{IMPORT}?{query}")).text(body).send().await;
        assert_eq!((answer.code(), answer.body["error"]["field"].as_str()), (expect, field), "{query} {}", answer.body);
        assert!(answer.body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    };
    let malformed = (400, "malformed_request");
    let invalid = (422, "invalid_field");
    let flagd = "format=flagd&environment=dev";
    check("environment=dev", "{}", malformed, Some("format")).await;
    check("format=yaml&environment=dev", "{}", invalid, Some("format")).await;
    check("format=flagd", "{}", malformed, Some("environment")).await;
    check("format=flagd&environment=gone", "{\"flags\":{}}", (404, "not_found"), None).await;
    check("format=flagd&environment=a%20b", "{\"flags\":{}}", invalid, Some("environment")).await;
    check(&format!("{flagd}&dry_run=maybe"), "{}", malformed, Some("dry_run")).await;
    check(&format!("{flagd}&generation=flagd-1"), "{}", invalid, Some("generation")).await;
    check(&format!("{flagd}&force=true"), "{}", malformed, Some("force")).await;
    check(flagd, "", malformed, Some("flags")).await;
    check(flagd, "{}", malformed, Some("flags")).await;
    check(flagd, "[]", malformed, None).await;
    check(flagd, "flags: {}", malformed, None).await;
    check(flagd, r#"{"flags":7}"#, malformed, Some("flags")).await;
    check(flagd, r#"{"flags":{"a":{"state":"ENABLED","variants":{"on":tr"#, malformed, None).await;
    check(flagd, r#"{"flags":{"a":{},"a":{}}}"#, malformed, Some("flags.a")).await;
    let huge = format!(r#"{{"flags":{{"a":"{}"}}}}"#, "x".repeat(10 * 1024 * 1024));
    check(flagd, &huge, (413, "too_large"), None).await;
    check(flagd, &format!("{{\"flags\":{}", "[".repeat(100_000)), malformed, None).await;

    let ours = "format=signalbox&environment=dev";
    check(ours, "{}", malformed, Some("signalbox")).await;
    check(ours, r#"{"signalbox":2}"#, invalid, Some("signalbox")).await;
    check(ours, r#"{"signalbox":1,"flag":[]}"#, malformed, Some("flag")).await;
    check(ours, r#"{"signalbox":1,"flags":[{"key":"a b"}]}"#, invalid, Some("flags[0].key")).await;
    check(ours, r#"{"signalbox":1,"segments":[{"key":"s"}]}"#, malformed, Some("segments[0].name")).await;
    let (_, _, viewer) = server.token("viewer").await;
    let asked = server.ask_openly(Method::POST, &format!("{IMPORT}?{flagd}")).token(&viewer);
    assert_eq!(asked.body(document()).send().await.code(), (403, "forbidden"));
    assert_eq!(server.sequence().await, before + 1, "nothing but the viewer's token was made");

    let export = async |query: &str| server.get(&format!("/api/v1/projects/bank/export?{query}")).await.code().0;
    assert_eq!(export("format=flagd&environment=gone").await, 404);
    assert_eq!(export("format=xml&environment=dev").await, 422);
    assert_eq!(export("format=flagd").await, 400);
}

/// Larger than every other body may be.
#[tokio::test]
async fn a_document_of_some_megabytes_is_taken() {
    let server = Server::with_a_flag().await;
    let flag = |number: usize| {
        let text = "x".repeat(3_000);
        let variants = json!({"a": text, "b": number.to_string()});
        (format!("flag-{number}"), json!({"state": "ENABLED", "variants": variants, "defaultVariant": "a"}))
    };
    let flags: serde_json::Map<_, _> = (0..1_000).map(flag).collect();
    let report = import(&server, "format=flagd&environment=dev", &json!({"flags": flags})).await;
    assert_eq!((report.status.as_u16(), report.body["created"].as_array().unwrap().len()), (200, 1_000));
}
