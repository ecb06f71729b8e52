//! Lists: search, pages, filters; and what the wire keeps of a value.

use axum::http::Method;
use serde_json::{Value, json};

use crate::server::Server;

const FLAGS: &str = "/api/v1/projects/bank/flags";

fn keys(list: &Value, name: &str) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn flags_are_listed_by_key_a_page_at_a_time() {
    let server = Server::with_a_flag().await;
    for (key, owner, tag) in [("cards", "Maren", "money"), ("atm", "Tom", "cash"), ("zeta", "Tom", "Money")] {
        let flag = json!({"key": key, "name": key, "value_kind": "boolean", "owner": owner, "tags": [tag]});
        server.make(FLAGS, flag).await;
    }
    let list = async |query: &str| {
        let answer = server.get(&format!("{FLAGS}{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        (keys(&answer.body, "key"), answer.body["total"].as_u64().unwrap(), answer.body["next"].clone())
    };
    assert_eq!(list("").await, (vec!["atm".into(), "cards".into(), "pay".into(), "zeta".into()], 4, Value::Null));
    assert_eq!(list("?limit=2").await, (vec!["atm".into(), "cards".into()], 4, json!("cards")));
    assert_eq!(list("?limit=2&after=cards").await, (vec!["pay".into(), "zeta".into()], 4, Value::Null));
    assert_eq!(list("?search=MONEY").await.0, ["cards", "zeta"]);
    assert_eq!(list("?search=tom").await.0, ["atm", "zeta"]);
    assert_eq!(list("?search=instant").await.0, ["pay"]);
    assert_eq!(list("?archived=true").await, (vec![], 0, Value::Null));

    let version = server.get(&format!("{FLAGS}/pay")).await.version();
    let archive = server.ask(Method::POST, &format!("{FLAGS}/pay/archive")).version(version);
    archive.body(json!({"reason": "Done."})).send().await;
    assert_eq!(list("?archived=true").await.0, ["pay"]);
    assert_eq!(list("").await.0, ["atm", "cards", "zeta"]);

    for (query, code, field) in [
        ("?limit=0", (422, "invalid_field"), "limit"),
        ("?limit=10001", (422, "invalid_field"), "limit"),
        ("?limit=ten", (400, "malformed_request"), "limit"),
        ("?archived=1", (400, "malformed_request"), "archived"),
        ("?sort=key", (400, "malformed_request"), "sort"),
        ("?search=a&search=b", (400, "malformed_request"), "search"),
    ] {
        let refused = server.get(&format!("{FLAGS}{query}")).await;
        assert_eq!((refused.code(), &refused.body["error"]["field"]), (code, &json!(field)), "{query}");
    }
}

#[tokio::test]
async fn the_history_is_filtered_and_paged_from_the_newest() {
    let server = Server::with_a_flag().await;
    server.ask(Method::POST, &format!("{FLAGS}/pay/environments/dev/kill-switch/engage")).send().await;
    let (actor, _, editor) = server.token("editor").await;
    let flag = json!({"key": "cards", "name": "Cards", "value_kind": "boolean"});
    server.ask_openly(Method::POST, FLAGS).token(&editor).body(flag).send().await;

    let kinds = async |query: &str| {
        let answer = server.get(&format!("/api/v1/audit{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        (keys(&answer.body, "kind"), answer.body["total"].as_u64().unwrap(), answer.body["next"].clone())
    };
    let (all, total, next) = kinds("").await;
    assert_eq!((all[0].as_str(), all.len() as u64, next), ("flag_created", total, Value::Null));
    let (page, of, next) = kinds("?limit=3").await;
    assert_eq!((&page[..], of), (&all[..3], total));
    let before = next.as_str().unwrap().to_owned();
    assert_eq!(kinds(&format!("?limit=3&before={before}")).await.0, all[3..6]);
    assert_eq!(kinds(&format!("?after={}", total - 2)).await.0, all[..2]);
    assert_eq!(kinds("?kind=kill_switch_engaged").await, (vec!["kill_switch_engaged".into()], 1, Value::Null));
    assert_eq!(kinds("?project=bank&flag=pay").await.0, ["kill_switch_engaged", "flag_created"]);
    assert_eq!(kinds("?environment=dev").await.0, ["kill_switch_engaged", "environment_created"]);
    assert_eq!(kinds(&format!("?actor={actor}")).await.0, ["flag_created"]);
    assert_eq!(kinds("?flag=none").await, (vec![], 0, Value::Null));

    assert_eq!(server.get("/api/v1/audit?limit=501").await.code(), (422, "invalid_field"));
    assert_eq!(server.get("/api/v1/audit?before=x").await.code(), (400, "malformed_request"));
    assert_eq!(server.get("/api/v1/audit/999").await.code(), (404, "not_found"));
    let newest = server.get(&format!("/api/v1/audit/{total}")).await.body;
    let one_before = server.get(&format!("/api/v1/audit/{}", total - 1)).await.body;
    assert_eq!(newest["previous_link"], one_before["link"]);
}

#[tokio::test]
async fn a_float_keeps_its_decimal_point_on_the_wire() {
    let server = Server::with_a_flag().await;
    let variants = json!([{"key": "high", "value": 10}, {"key": "low", "value": 0.5}]);
    server.make(FLAGS, json!({"key": "limit", "name": "Limit", "value_kind": "float", "variants": variants})).await;
    let text = server.get(&format!("{FLAGS}/limit")).await.body.to_string();
    assert!(text.contains(r#""value":10.0"#), "{text}");
}
