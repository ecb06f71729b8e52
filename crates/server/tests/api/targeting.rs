//! Rules, groups and explanations over HTTP, and what applications then get.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::server::{Answer, Events, Server};

const SEGMENTS: &str = "/api/v1/projects/bank/segments";
const DEV: &str = "/api/v1/projects/bank/flags/pay/environments/dev";
const PROD: &str = "/api/v1/projects/bank/flags/pay/environments/prod";

async fn put(server: &Server, place: &str, what: &str, body: Value) -> Answer {
    let version = server.get(place).await.version();
    server.ask(Method::PUT, &format!("{place}/{what}")).version(version).body(body).send().await
}

async fn set_rules(server: &Server, place: &str, rules: Value) -> Answer {
    put(server, place, "rules", json!({"rules": rules, "reason": "Wanted."})).await
}

fn german_rule() -> Value {
    json!({"id": "dach", "name": "Germany and Austria", "fits": 500, "split": [{"variant": "on", "weight": 100}],
    "clauses": [
        {"operator": "one_of", "attribute": "address.country", "values": ["DE", "AT"]},
        {"operator": "version_at_least", "attribute": "app", "version": "8.2"},
    ]})
}

/// Evaluates `pay` as an application in `dev` does.
async fn evaluate(server: &Server, key: &str, context: Value) -> Value {
    let asked = server.ask_openly(Method::POST, "/ofrep/v1/evaluate/flags/pay").token(key);
    asked.body(json!({"context": context})).send().await.body
}

async fn sdk_key(server: &Server) -> String {
    let made = server.make("/api/v1/projects/bank/environments/dev/sdk-keys", json!({"name": "shop"})).await;
    made.body["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn rules_decide_by_attributes_and_answers_name_the_rule() {
    let server = Server::with_a_flag().await;
    let key = sdk_key(&server).await;
    let set = set_rules(&server, DEV, json!([german_rule()])).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    assert_eq!(
        set.body["rules"][0]["words"],
        "Everyone whose address.country is DE or AT and app is 8.2 or newer gets “on”."
    );
    assert_eq!(set.body["rules"][0]["reach"]["people"], 500);
    let fits = evaluate(&server, &key, json!({"address": {"country": "DE"}, "app": "8.4.1"})).await;
    assert_eq!(
        (&fits["value"], &fits["reason"], &fits["metadata"]["rule"]),
        (&json!(true), &json!("TARGETING_MATCH"), &json!("dach"))
    );
    for context in [
        json!({"address": {"country": "DE"}, "app": "8.1.9"}),
        json!({"address": {"country": "FR"}, "app": "8.4.1"}),
        json!({"address": "DE", "app": "8.4.1"}),
        json!({"targetingKey": "ann", "app": {"x": [1, {"y": null}]}}),
        json!({}),
    ] {
        let other = evaluate(&server, &key, context.clone()).await;
        assert_eq!((&other["value"], &other["reason"]), (&json!(false), &json!("DEFAULT")), "{context}: {other}");
        assert_eq!(other["metadata"]["rule"], Value::Null);
    }
    // Rules come back as they were written.
    assert_eq!(server.get(DEV).await.body["rules"][0]["rule"]["clauses"], german_rule()["clauses"]);
}

#[tokio::test]
async fn rules_and_the_default_are_saved_as_one() {
    let server = Server::with_a_flag().await;
    let key = sdk_key(&server).await;
    let before = server.sequence().await;
    let save = async |default: Value| {
        let body = json!({"rules": [german_rule()], "default": default, "reason": "Wanted."});
        put(&server, DEV, "rules", body).await
    };
    for (default, code, field) in [
        (json!({"share": 150}), (422, "invalid_field"), "default.share"),
        (json!({"people": ["ann", "ann"]}), (422, "invalid_field"), "default.people[1]"),
        (json!({"segments": ["gone"]}), (422, "invalid_field"), "default.segments[0]"),
        (json!({"split": [{"variant": "on", "weight": 99}]}), (422, "invalid_field"), "default.split"),
        (json!({"colour": "blue"}), (400, "malformed_request"), "default.colour"),
        (json!([]), (400, "malformed_request"), "default"),
    ] {
        let refused = save(default.clone()).await;
        assert_eq!((refused.code(), &refused.body["error"]["field"]), (code, &json!(field)), "{}", refused.body);
    }
    assert_eq!(server.sequence().await, before, "neither the rules nor the default are changed");

    let saved = save(json!({"share": 100, "people": ["ann"]})).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    assert_eq!(server.sequence().await, before + 2, "an entry for each, made at once");
    assert_eq!(
        (&saved.body["rules"][0]["rule"]["id"], &saved.body["rule"]["share"], &saved.body["rule"]["people"]),
        (&json!("dach"), &json!(100), &json!(["ann"]))
    );
    assert_eq!(saved.body["version"], before + 2, "the version to go on from covers both");
    let rest = evaluate(&server, &key, json!({"targetingKey": "ben"})).await;
    assert_eq!((&rest["value"], &rest["reason"]), (&json!(true), &json!("DEFAULT")), "{rest}");
    let entries = server.get("/api/v1/audit?limit=2").await.body;
    let told: Vec<_> = entries["items"].as_array().unwrap().iter().map(|entry| &entry["reason"]).collect();
    assert_eq!(told, [&json!("Wanted."); 2]);
}

#[tokio::test]
async fn bad_rules_are_refused_by_field_and_change_nothing() {
    let server = Server::with_a_flag().await;
    let before = server.sequence().await;
    let rule = |changes: Value| {
        let mut rule = json!({"id": "r", "split": [{"variant": "on", "weight": 100}]});
        rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        json!([rule])
    };
    let clause = |clause: Value| rule(json!({"clauses": [clause]}));
    for (rules, code, field) in [
        (rule(json!({"share": 150})), (422, "invalid_field"), "rules[0].share"),
        (rule(json!({"share": -5})), (422, "invalid_field"), "rules[0].share"),
        (rule(json!({"share": "abc"})), (400, "malformed_request"), "rules[0].share"),
        (rule(json!({"split": [{"variant": "on", "weight": 99}]})), (422, "invalid_field"), "rules[0].split"),
        (
            rule(json!({"split": [{"variant": "blue", "weight": 100}]})),
            (422, "invalid_field"),
            "rules[0].split[0].variant",
        ),
        (rule(json!({"colour": "blue"})), (400, "malformed_request"), "rules[0].colour"),
        (rule(json!({"segments": ["gone"]})), (422, "invalid_field"), "rules[0].segments[0]"),
        (rule(json!({"expression": {"no_such": []}})), (422, "invalid_field"), "rules[0].expression"),
        (rule(json!({"name": "x".repeat(121)})), (422, "invalid_field"), "rules[0].name"),
        (clause(json!({"operator": "is"})), (422, "invalid_field"), "rules[0].clauses[0].operator"),
        (
            clause(json!({"operator": "one_of", "attribute": "a"})),
            (400, "malformed_request"),
            "rules[0].clauses[0].values",
        ),
        (
            clause(json!({"operator": "matches_pattern", "attribute": "a", "pattern": "("})),
            (422, "invalid_field"),
            "rules[0].clauses[0].pattern",
        ),
        (
            clause(json!({"operator": "in_segment", "segments": ["gone"]})),
            (422, "invalid_field"),
            "rules[0].clauses[0].segments[0]",
        ),
        (json!([{"split": []}]), (400, "malformed_request"), "rules[0].id"),
        (json!({"id": "r"}), (400, "malformed_request"), "rules"),
    ] {
        let refused = set_rules(&server, DEV, rules.clone()).await;
        assert_eq!(
            (refused.code(), &refused.body["error"]["field"]),
            (code, &json!(field)),
            "{rules}: {}",
            refused.body
        );
    }
    let silent = put(&server, PROD, "rules", json!({"rules": [german_rule()]})).await;
    assert_eq!(silent.code(), (422, "reason_required"));
    let stale = server.ask(Method::PUT, &format!("{DEV}/rules")).version(1).body(json!({"rules": []})).send().await;
    assert_eq!(stale.code(), (409, "version_stale"));
    assert_eq!(server.sequence().await, before);
}

#[tokio::test]
async fn a_group_is_made_used_changed_and_removed() {
    let server = Server::with_a_flag().await;
    let key = sdk_key(&server).await;
    let made = server.make(SEGMENTS, json!({"key": "staff", "name": "Staff", "included": ["ann"]})).await;
    assert_eq!(
        (&made.body["words"], made.header("location")),
        (&json!("1 person by name."), "/api/v1/projects/bank/segments/staff")
    );
    let again = server.post(SEGMENTS, json!({"key": "staff", "name": "Staff"})).await;
    assert_eq!(again.code(), (409, "already_exists"));
    let rules = json!([{"id": "r", "split": [{"variant": "on", "weight": 100}],
        "clauses": [{"operator": "in_segment", "segments": ["staff"]}]}]);
    assert_eq!(set_rules(&server, DEV, rules.clone()).await.status, StatusCode::OK);
    assert_eq!(evaluate(&server, &key, json!({"targetingKey": "ann"})).await["value"], true);
    assert_eq!(evaluate(&server, &key, json!({"targetingKey": "ben"})).await["value"], false);

    let row = server.get(SEGMENTS).await.body["items"][0].clone();
    assert_eq!(row["used_by"], json!([{"kind": "rule", "flag": "pay", "environment": "dev", "rule": "r", "place": 1}]));
    assert_eq!((&row["included"], &row["size"]), (&json!(1), &json!(1)));
    let staff = format!("{SEGMENTS}/staff");
    let change = |version: u64, body: Value| server.ask(Method::PUT, &staff).version(version).body(body).send();
    let before = evaluate(&server, &key, json!({"targetingKey": "ben"})).await["metadata"]["version"].clone();
    let changed = change(made.version(), json!({"name": "Staff", "included": ["ben"]})).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let ben = evaluate(&server, &key, json!({"targetingKey": "ben"})).await;
    assert_eq!(ben["value"], true);
    assert_ne!(ben["metadata"]["version"], before, "what the flag gives has changed");
    assert_eq!(change(made.version(), json!({"name": "Staff"})).await.code(), (409, "version_stale"));
    for (body, field) in [
        (json!({"name": ""}), "name"),
        (json!({"name": "S", "included": ["a", "a"]}), "included[1]"),
        (json!({"name": "S", "groups": [{"match": "all", "clauses": []}]}), "groups[0].clauses"),
        (json!({"name": "S", "groups": [{"match": "some", "clauses": []}]}), "groups[0].match"),
    ] {
        let refused = change(changed.version(), body).await;
        assert_eq!((refused.code().0, &refused.body["error"]["field"]), (422, &json!(field)), "{}", refused.body);
    }
    let remove = |version: u64| server.ask(Method::DELETE, &staff).version(version).send();
    let refused = remove(changed.version()).await;
    assert_eq!(refused.code(), (409, "not_possible_now"));
    assert!(refused.body["error"]["message"].as_str().unwrap().contains("\"pay\" in \"dev\""), "{}", refused.body);
    set_rules(&server, DEV, json!([])).await;
    assert_eq!(remove(changed.version()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(&staff).await.code(), (404, "not_found"));
}

#[tokio::test]
async fn the_stream_tells_of_groups_and_of_the_flags_that_use_them() {
    let server = Server::with_a_flag().await;
    server.make(SEGMENTS, json!({"key": "staff", "name": "Staff", "included": ["ann"]})).await;
    let rules = json!([{"id": "r", "split": [{"variant": "on", "weight": 100}],
        "clauses": [{"operator": "in_segment", "segments": ["staff"]}]}]);
    set_rules(&server, DEV, rules).await;
    let after = server.sequence().await;
    let mut events = Events::open(server.ask(Method::GET, &format!("/api/v1/stream?after={after}"))).await;
    assert_eq!(events.names_up_to("live").await, ["live"]);
    let version = server.get(&format!("{SEGMENTS}/staff")).await.version();
    let body = json!({"name": "People who work here", "included": ["ann"]});
    server.ask(Method::PUT, &format!("{SEGMENTS}/staff")).version(version).body(body).send().await;
    let (name, _, change) = events.next().await.unwrap();
    assert_eq!((name.as_str(), &change["kind"]), ("change", &json!("segment_changed")));
    let mut told: Vec<_> =
        change["changed"].as_array().unwrap().iter().map(|one| one["resource"].as_str().unwrap()).collect();
    told.retain(|resource| !resource.starts_with("audit/"));
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "projects/bank/flag-rows/pay",
            "projects/bank/flags/pay",
            "projects/bank/segment-rows/staff",
            "projects/bank/segments/staff",
        ]
    );
    let snapshot = server.get("/api/v1/snapshot").await.body;
    let rows = snapshot["resources"].as_array().unwrap().iter();
    let names: Vec<_> = rows.filter_map(|row| row["resource"].as_str()).collect();
    assert!(names.contains(&"projects/bank/segment-rows/staff"), "{names:?}");
}

#[tokio::test]
async fn an_explanation_agrees_with_what_applications_get() {
    let server = Server::with_a_flag().await;
    let key = sdk_key(&server).await;
    let mut rule = german_rule();
    rule["share"] = json!(25);
    set_rules(&server, DEV, json!([rule])).await;
    for person in 0..50 {
        let context = json!({"targetingKey": format!("user-{person}"), "address": {"country": "AT"}, "app": "9"});
        let given = evaluate(&server, &key, context.clone()).await;
        let explained = server.post(&format!("{DEV}/explain"), json!({"context": context})).await;
        assert_eq!(explained.status, StatusCode::OK, "{}", explained.body);
        let told = &explained.body["explanation"]["given"];
        for member in ["variant", "value", "reason"] {
            assert_eq!(told[member], given[member], "user-{person}");
        }
        assert_eq!(told["rule"], "dach");
    }
    let path = "/api/v1/projects/bank/environments/dev/explain";
    let all = server.post(path, json!({"context": {"targetingKey": "ann"}})).await;
    let steps = all.body["flags"][0]["explanation"]["steps"].as_array().unwrap().clone();
    assert_eq!(steps[0]["title"], "Rule 1, Germany and Austria");
    assert_eq!(steps[0]["detail"], "address.country is DE or AT: is not given, so no.");
    assert_eq!(steps[0]["clauses"].as_array().unwrap().len(), 2, "clause by clause");

    let anonymous = server.post(path, json!({"context": {"address": {"country": "DE"}, "app": "9"}})).await;
    assert_eq!(anonymous.body["flags"][0]["explanation"]["given"], Value::Null);
    for (body, field) in [
        (json!({"context": {"targetingKey": {"id": 7}}}), "context.targetingKey"),
        (json!({"flags": ["gone"]}), "flags[0]"),
    ] {
        let refused = server.post(path, body).await;
        assert_eq!((refused.code(), &refused.body["error"]["field"]), ((422, "invalid_field"), &json!(field)));
    }
    let before = server.sequence().await;
    let (_, _, viewer) = server.token("viewer").await;
    let asked = server.ask_openly(Method::POST, path).token(&viewer).body(json!({"context": {}})).send().await;
    assert_eq!(asked.status, StatusCode::OK, "a viewer may ask: {}", asked.body);
    assert_eq!(server.sequence().await, before + 1, "only the token was made");
}

#[tokio::test]
async fn a_number_beyond_a_double_is_the_greatest_wherever_it_is_sent() {
    let server = Server::with_a_flag().await;
    let key = sdk_key(&server).await;
    let adults = json!({"id": "adults", "split": [{"variant": "on", "weight": 100}],
        "clauses": [{"operator": "number_at_least", "attribute": "age", "number": 18}]});
    set_rules(&server, DEV, json!([adults])).await;
    for (age, variant) in [("1e400", "on"), ("-1e400", "off"), (&*"9".repeat(400), "on"), ("\"1e400\"", "off")] {
        let context = format!(r#"{{"context":{{"targetingKey":"ann","age":{age}}}}}"#);
        let all = "/api/v1/projects/bank/environments/dev/explain";
        let one = server.ask(Method::POST, &format!("{DEV}/explain")).text(&context).send().await;
        let every = server.ask(Method::POST, all).text(&context).send().await;
        let evaluated = server.ask_openly(Method::POST, "/ofrep/v1/evaluate/flags").token(&key);
        let evaluated = evaluated.text(&context).send().await;
        let told = [
            &one.body["explanation"]["given"],
            &every.body["flags"][0]["explanation"]["given"],
            &evaluated.body["flags"][0],
        ];
        assert_eq!(told.map(|told| &told["variant"]), [&json!(variant); 3], "{age}: {told:?}");
    }
    // Nowhere else is such a number taken.
    let flag = r#"{"key":"x","name":"X","value_kind":"float","variants":[{"key":"a","value":1e400}]}"#;
    let refused = server.ask(Method::POST, "/api/v1/projects/bank/flags").text(flag).send().await;
    assert_eq!(refused.code(), (400, "malformed_request"));
}

#[tokio::test]
async fn a_rollout_drives_one_rule() {
    let server = Server::with_a_flag().await;
    set_rules(
        &server,
        PROD,
        json!([{"id": "dach", "fits": 400, "share": 0, "split": [{"variant": "on", "weight": 100}],
        "clauses": [{"operator": "one_of", "attribute": "country", "values": ["DE"]}]}]),
    )
    .await;
    let post = async |what: &str, body: Value| {
        let version = server.get(PROD).await.version();
        server.ask(Method::POST, &format!("{PROD}/{what}")).version(version).body(body).send().await
    };
    let stages = json!([{"audience": {"kind": "percentage", "share": 25}}]);
    let wrong = post("rollout", json!({"stages": stages, "rule": "gone"})).await;
    assert_eq!((wrong.code(), &wrong.body["error"]["field"]), ((422, "invalid_field"), &json!("rule")));
    let drafted = post("rollout", json!({"stages": stages, "rule": "dach"})).await;
    assert_eq!(drafted.status, StatusCode::CREATED, "{}", drafted.body);
    assert_eq!((&drafted.body["rollout"]["rule"], &drafted.body["rollout"]["audience"]), (&json!("dach"), &json!(400)));
    assert_eq!(drafted.body["rollout"]["stages"][0]["people"], 100);
    assert_eq!(post("rollout/start", json!({"reason": "Ready."})).await.status, StatusCode::OK);
    let here = server.get(PROD).await.body;
    assert_eq!((&here["rules"][0]["reach"]["share"], &here["reach"]["share"]), (&json!(25), &json!(0)));
    let ring = json!([{"audience": {"kind": "segments", "segments": ["gone"]}}]);
    let version = server.get(PROD).await.version();
    let refused = server.ask(Method::PUT, &format!("{PROD}/rollout/stages")).version(version);
    let refused = refused.body(json!({"stages": ring, "reason": "More."})).send().await;
    assert_eq!(refused.body["error"]["field"], "stages[0].audience.segments[0]", "{}", refused.body);
}
