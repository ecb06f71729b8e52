//! A row for each endpoint.

use serde_json::{Value, json};
use signalbox_protocol::endpoint::{Meta, Precondition};
use signalbox_tests::api::{Api, Call};

use crate::world::{PRODUCTION, PROJECT, World, guard, guarded_stages, place, stages, why};

/// Where and how to call an endpoint.
pub struct Row {
    /// Operation id.
    pub operation: &'static str,
    /// The path, with its named parts filled in.
    pub path: String,
    /// Which version a good call carries.
    pub version: Version,
    /// A body that is accepted, with as many fields as can stand together; `None` where there is no body.
    pub body: Option<Value>,
    /// Fields that a body cannot do without.
    pub required: &'static [&'static str],
    /// Query parameters that are refused, with the value that is wrong.
    pub bad_query: &'static [(&'static str, &'static str)],
}

/// Which version a good call carries.
pub enum Version {
    /// That of the resource at this path, as it is then.
    Of(String),
    /// This one.
    Known(u64),
    /// None: the endpoint takes none.
    None,
}

impl Row {
    /// A call that the endpoint accepts.
    pub async fn good_call(&self, meta: &Meta, admin: &Api) -> Call {
        let mut call = Call::new(meta.method.as_str(), &self.path);
        if let Some(body) = &self.body {
            call = call.json(body);
        }
        assert_eq!(
            meta.precondition == Precondition::Versioned,
            !matches!(self.version, Version::None),
            "the row of {} and the list of endpoints disagree about a version",
            meta.operation
        );
        match &self.version {
            Version::Of(resource) => {
                let version = admin.get(resource).await["version"].clone();
                call.against(version)
            }
            Version::Known(version) => call.against(version),
            Version::None => call,
        }
    }
}

/// The table.
pub fn rows(world: &World) -> Vec<Row> {
    let families = [
        session(world),
        projects(),
        flags(),
        configurations(),
        targeting(),
        segments(),
        rollouts(),
        documents(),
        plans(),
        webhooks(),
        audit(world),
        access(world),
    ];
    families.into_iter().flatten().collect()
}

fn session(world: &World) -> Vec<Row> {
    vec![
        read("get_me", "/api/v1/me"),
        write("create_session", "/api/v1/session", json!({ "token": world.viewer_token }), &["token"]),
        read("delete_session", "/api/v1/session"),
        read("get_snapshot", "/api/v1/snapshot"),
    ]
}

fn projects() -> Vec<Row> {
    let environments = format!("{PROJECT}/environments");
    let environment = json!({ "key": "test", "name": "Test", "production": false, "audience": 500 });
    let changes = json!({
        "name": "Live", "production": true, "audience": 200_000, "position": 0, "reason": "More people came.",
    });
    vec![
        read("list_projects", "/api/v1/projects"),
        write("create_project", "/api/v1/projects", json!({ "key": "shop", "name": "Shop" }), &["key", "name"]),
        read("get_project", PROJECT),
        change("rename_project", PROJECT, PROJECT, json!({ "name": "The bank" }), &["name"]),
        read("list_environments", &environments),
        write("create_environment", &environments, environment, &["key", "name", "production", "audience"]),
        read("get_environment", PRODUCTION),
        change("change_environment", PRODUCTION, PRODUCTION, changes, &["reason"]),
    ]
}

fn flags() -> Vec<Row> {
    let all = format!("{PROJECT}/flags");
    let one = |flag: &str| format!("{all}/{flag}");
    let details = json!({
        "name": "Instant payments", "description": "Euro transfers in under 10 seconds.", "purpose": "release",
        "owner": "Maren Vogt", "tags": ["payments"], "expected_removal": "2027-03-31",
    });
    let variants = json!([{ "key": "on", "value": true }, { "key": "off", "value": false }]);
    let mut made = details.clone();
    made["key"] = json!("payments-instant");
    made["value_kind"] = json!("boolean");
    made["variants"] = variants.clone();
    made["off_variant"] = json!("off");
    made["salt"] = json!("pepper");
    let wider = json!({
        "variants": [{ "key": "on", "value": true }, { "key": "off", "value": false }, { "key": "dark", "value": false }],
        "off_variant": "off", "reason": "A third one.",
    });
    let list = Row {
        bad_query: &[
            ("limit", "0"),
            ("limit", "10001"),
            ("limit", "-1"),
            ("limit", "ten"),
            ("limit", "99999999999999999999"),
            ("archived", "maybe"),
            ("unheard_of", "1"),
        ],
        ..read("list_flags", &all)
    };
    vec![
        list,
        write("create_flag", &all, made, &["key", "name", "value_kind"]),
        read("get_flag", &one("plain")),
        change("change_flag", &format!("{}/details", one("plain")), &one("plain"), details, &["name"]),
        change(
            "change_variants",
            &format!("{}/variants", one("plain")),
            &one("plain"),
            wider,
            &["variants", "off_variant", "reason"],
        ),
        change(
            "change_client_side",
            &format!("{}/client-side", one("plain")),
            &one("plain"),
            json!({ "client_side": true, "reason": "The shop asks for it." }),
            &["client_side", "reason"],
        ),
        change("archive_flag", &format!("{}/archive", one("kept")), &one("kept"), why(), &["reason"]),
        change("restore_flag", &format!("{}/restore", one("gone")), &one("gone"), why(), &["reason"]),
    ]
}

fn configurations() -> Vec<Row> {
    let plain = place("plain");
    let rule = json!({
        "share": 12.5, "split": [{ "variant": "on", "weight": 100 }], "people": ["ada", "grace"], "reason": "A first try.",
    });
    let overrides = json!({ "overrides": [{ "user_key": "ada", "variant": "off" }], "reason": "She asked." });
    vec![
        read("get_configuration", &plain),
        read("get_arrival", &format!("{plain}/arrival")),
        read("get_usage", &format!("{plain}/usage")),
        read("list_usage", &format!("{PRODUCTION}/usage")),
        change("change_rule", &format!("{plain}/rule"), &plain, rule, &["reason"]),
        change("set_overrides", &format!("{plain}/overrides"), &plain, overrides, &["overrides", "reason"]),
        write("engage_kill_switch", &format!("{}/kill-switch/engage", place("kept")), why(), &[]),
        change(
            "lift_kill_switch",
            &format!("{}/kill-switch/lift", place("killed")),
            &place("killed"),
            why(),
            &["reason"],
        ),
    ]
}

fn targeting() -> Vec<Row> {
    let targeted = place("targeted");
    let rules = json!({
        "rules": [{
            "id": "dach", "name": "Germany and Austria", "description": "Where it is allowed.",
            "clauses": [
                { "operator": "one_of", "attribute": "country", "values": ["DE", "AT"], "ignore_case": true },
                { "operator": "matches_pattern", "attribute": "email", "pattern": "@bank[.]example$" },
                { "operator": "version_at_least", "attribute": "app", "version": "8.2" },
                { "operator": "in_network", "attribute": "ip", "networks": ["10.0.0.0/8"] },
                { "operator": "time_after", "time": "2026-12-01T09:00", "zone": "Europe/Berlin" },
                { "operator": "in_segment", "segments": ["staff"], "not": true },
            ],
            "share": 25, "people": ["ada"], "segments": ["staff"], "split_by": "company.id",
            "split": [{ "variant": "on", "weight": 100 }],
        }],
        "default": {
            "share": 12.5, "split": [{ "variant": "on", "weight": 100 }], "people": ["ada"], "segments": ["staff"],
        },
        "reason": "Allowed since today.",
    });
    let prerequisites =
        json!({ "prerequisites": [{ "flag": "plain", "variants": ["on"] }], "reason": "It checks the payee." });
    let context = json!({ "targetingKey": "ada", "country": "DE" });
    vec![
        change("set_rules", &format!("{targeted}/rules"), &targeted, rules, &["rules", "reason"]),
        change(
            "set_prerequisites",
            &format!("{targeted}/prerequisites"),
            &targeted,
            prerequisites,
            &["prerequisites", "reason"],
        ),
        write("explain_flag", &format!("{targeted}/explain"), json!({ "context": context }), &[]),
        write(
            "explain_flags",
            &format!("{PRODUCTION}/explain"),
            json!({ "context": context, "flags": ["targeted"] }),
            &[],
        ),
    ]
}

fn segments() -> Vec<Row> {
    let all = format!("{PROJECT}/segments");
    let one = |segment: &str| format!("{all}/{segment}");
    let content = json!({
        "name": "Staff", "description": "Whoever works here.", "people": 640,
        "groups": [{ "match": "any", "clauses": [
            { "operator": "ends_with", "attribute": "email", "values": ["@bank.example"] },
        ] }],
        "included": ["ada"], "excluded": ["eve"],
    });
    let mut made = content.clone();
    made["key"] = json!("beta");
    let mut changed = content;
    changed["reason"] = json!("They moved in.");
    vec![
        read("list_segments", &all),
        write("create_segment", &all, made, &["key", "name"]),
        read("get_segment", &one("staff")),
        change("change_segment", &one("staff"), &one("staff"), changed, &["name", "reason"]),
        Row { body: None, ..change("remove_segment", &one("old-group"), &one("old-group"), Value::Null, &[]) },
    ]
}

fn rollouts() -> Vec<Row> {
    let act = |operation, flag: &str, what: &str, body, required| {
        change(operation, &format!("{}/rollout{what}", place(flag)), &place(flag), body, required)
    };
    let mut other_stages = stages();
    other_stages[1]["audience"]["share"] = json!(25);
    vec![
        act("draft_rollout", "fresh", "", json!({ "stages": guarded_stages(), "guard": guard() }), &[]),
        act("change_stages", "planned", "/stages", json!({ "stages": other_stages }), &["stages"]),
        Row { body: None, ..act("discard_rollout", "unwanted", "", Value::Null, &[]) },
        act("start_rollout", "planned", "/start", why(), &["reason"]),
        act("approve_stage", "reviewed", "/approve", why(), &[]),
        read("get_evidence", &format!("{}/rollout/evidence", place("running"))),
        read("get_evidence_history", &format!("{}/rollout/evidence/history", place("running"))),
        act("advance_rollout", "running", "/advance", why(), &["reason"]),
        write("hold_rollout", &format!("{}/rollout/hold", place("running")), why(), &[]),
        act("resume_rollout", "held", "/resume", why(), &["reason"]),
        act(
            "roll_back_rollout",
            "moving",
            "/roll-back",
            json!({ "to": "start", "reason": "Too soon." }),
            &["to", "reason"],
        ),
        act("finish_rollout", "ending", "/finish", why(), &["reason"]),
    ]
}

fn documents() -> Vec<Row> {
    let kept_apart = format!("{PRODUCTION}/kept-apart");
    // What a document holds is told part by part; only its frame is refused.
    let import = Row {
        bad_query: &[("dry_run", "maybe"), ("generation", "flagd-1"), ("unheard_of", "1")],
        ..write(
            "import_document",
            &format!("{PROJECT}/import?format=signalbox&environment=prod"),
            json!({ "signalbox": 1 }),
            &["signalbox"],
        )
    };
    let export = Row {
        bad_query: &[("unheard_of", "1")],
        ..read("export_document", &format!("{PROJECT}/export?format=flagd&environment=prod"))
    };
    vec![
        import,
        export,
        read("list_kept_apart", &kept_apart),
        read("remove_kept_apart", &format!("{kept_apart}?key=odd&reason=No%20more")),
    ]
}

fn plans() -> Vec<Row> {
    let all = format!("{PROJECT}/plans");
    let one = |plan: &str| format!("{all}/{plan}");
    let made = json!({ "key": "careful", "name": "Careful", "stages": stages() });
    let mut changed = json!({ "name": "Canary, slower", "stages": stages() });
    changed["stages"][1]["audience"]["share"] = json!(5);
    vec![
        read("list_plans", &all),
        write("create_plan", &all, made, &["key", "name", "stages"]),
        read("get_plan", &one("canary")),
        change("change_plan", &one("canary"), &one("canary"), changed, &["name", "stages"]),
        Row { body: None, ..change("remove_plan", &one("old-plan"), &one("old-plan"), Value::Null, &[]) },
    ]
}

fn webhooks() -> Vec<Row> {
    let of = |project: &str| format!("/api/v1/projects/{project}/webhook");
    let here = of("bank");
    let content = json!({ "address": "https://127.0.0.1:9/nobody", "notices": ["danger", "rolled_back"] });
    let versioned = |operation, path: &str, webhook: &str| Row {
        version: Version::Of(webhook.to_owned()),
        ..read(operation, path)
    };
    vec![
        read("get_webhook", &here),
        write("create_webhook", &of("annex"), content.clone(), &["address"]),
        change("change_webhook", &here, &here, content, &["address"]),
        versioned("renew_webhook_secret", &format!("{here}/secret"), &here),
        versioned("remove_webhook", &of("attic"), &of("attic")),
        read("try_webhook", &format!("{here}/trial")),
        read("list_deliveries", &format!("{here}/deliveries")),
    ]
}

fn audit(world: &World) -> Vec<Row> {
    let list = Row {
        bad_query: &[
            ("limit", "0"),
            ("limit", "501"),
            ("limit", "ten"),
            ("before", "-1"),
            ("before", "yesterday"),
            ("after", "1.5"),
            ("project", "a%20b"),
            ("flag", "zo%C3%AB"),
            ("environment", "..%2Fx"),
            ("unheard_of", "1"),
        ],
        ..read("list_audit", "/api/v1/audit")
    };
    let entry = format!("/api/v1/audit/{}", world.awaited);
    vec![
        list,
        read("get_audit_entry", &entry),
        write("give_reason", &format!("{entry}/reason"), why(), &["reason"]),
        read("verify_chain", "/api/v1/audit/chain"),
    ]
}

fn access(world: &World) -> Vec<Row> {
    let keys = format!("{PRODUCTION}/sdk-keys");
    let (key, key_version) = &world.spare_sdk_key;
    let (token, token_version) = &world.spare_token;
    let known = |operation, path: &str, version: u64, required| Row {
        version: Version::Known(version),
        ..write(operation, path, why(), required)
    };
    vec![
        read("list_sdk_keys", &keys),
        write("create_sdk_key", &keys, json!({ "name": "mobile app", "kind": "client" }), &["name"]),
        known("revoke_sdk_key", &format!("{keys}/{key}/revoke"), *key_version, &["reason"]),
        read("list_tokens", "/api/v1/tokens"),
        write("create_token", "/api/v1/tokens", json!({ "name": "Nina", "role": "viewer" }), &["name", "role"]),
        known("revoke_token", &format!("/api/v1/tokens/{token}/revoke"), *token_version, &[]),
        write("erase", "/api/v1/erasures", json!({ "value": "grace" }), &["value"]),
    ]
}

/// An endpoint without a body and without a version.
fn read(operation: &'static str, path: &str) -> Row {
    Row { operation, path: path.to_owned(), version: Version::None, body: None, required: &[], bad_query: &[] }
}

/// An endpoint with a body and without a version.
fn write(operation: &'static str, path: &str, body: Value, required: &'static [&'static str]) -> Row {
    Row { body: Some(body), required, ..read(operation, path) }
}

/// An endpoint with a body, made against the version of a resource.
fn change(operation: &'static str, path: &str, resource: &str, body: Value, required: &'static [&'static str]) -> Row {
    Row { version: Version::Of(resource.to_owned()), ..write(operation, path, body, required) }
}
