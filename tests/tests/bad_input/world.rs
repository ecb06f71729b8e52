//! A small installation in which every endpoint has something to act on.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_tests::api::{Api, Call};
use signalbox_tests::wait::until;

/// What was made, as far as calls need to name it.
pub struct World {
    /// Secret of the administrator's token.
    pub admin_token: String,
    /// Secret of an editor's token.
    pub editor_token: String,
    /// Secret of a viewer's token.
    pub viewer_token: String,
    /// Secret of a token that was revoked.
    pub revoked_token: String,
    /// Id and version of a token to revoke.
    pub spare_token: (String, u64),
    /// Secret of an SDK key.
    pub sdk_secret: String,
    /// Id and version of an SDK key to revoke.
    pub spare_sdk_key: (String, u64),
    /// Sequence of a kill whose reason is awaited.
    pub awaited: u64,
}

/// The project.
pub const PROJECT: &str = "/api/v1/projects/bank";
/// Its production environment.
pub const PRODUCTION: &str = "/api/v1/projects/bank/environments/prod";

impl World {
    /// Makes it.
    pub async fn make(admin: &Api) -> Self {
        admin.post("/api/v1/projects", &json!({ "key": "bank", "name": "Bank" })).await;
        let environment = json!({ "key": "prod", "name": "Production", "production": true, "audience": 164_000 });
        admin.post(&format!("{PROJECT}/environments"), &environment).await;

        let admin_token = token(admin, "Ada", "admin").await;
        let editor_token = token(admin, "Ed", "editor").await;
        let viewer_token = token(admin, "Vi", "viewer").await;
        let revoked_token = token(admin, "Rex", "admin").await;
        let spare_token = token(admin, "Sam", "viewer").await;
        revoke(admin, &revoked_token.body["token"]).await;

        let sdk_key = admin.post(&format!("{PRODUCTION}/sdk-keys"), &json!({ "name": "web shop" })).await;
        let spare = admin.post(&format!("{PRODUCTION}/sdk-keys"), &json!({ "name": "old app" })).await;

        for flag in [
            "plain", "planned", "unwanted", "running", "ending", "moving", "held", "killed", "kept", "gone", "fresh",
            "targeted", "grouped", "reviewed",
        ] {
            admin
                .post(&format!("{PROJECT}/flags"), &json!({ "key": flag, "name": flag, "value_kind": "boolean" }))
                .await;
        }
        for flag in ["planned", "unwanted", "running", "ending", "moving", "held"] {
            act(admin, "POST", flag, "rollout", &json!({ "stages": stages() })).await;
        }
        for flag in ["running", "ending", "moving", "held"] {
            act(admin, "POST", flag, "rollout/start", &why()).await;
        }
        // Whoever started it could not approve it.
        let mut reviewed = stages();
        reviewed[0]["gate"] = json!({ "approval": true });
        act(admin, "POST", "reviewed", "rollout", &json!({ "stages": reviewed })).await;
        let editor = admin.with_token(Some(&editor_token.secret));
        act(&editor, "POST", "reviewed", "rollout/start", &why()).await;
        // The controller asks for approval by itself; afterwards nothing happens that nobody asked for.
        until(Duration::from_secs(20), "the call for approval", async || {
            let asked = admin.get("/api/v1/audit?kind=standing_changed").await;
            asked["items"].as_array().filter(|items| !items.is_empty()).map(drop)
        })
        .await;
        act(admin, "POST", "moving", "rollout/advance", &why()).await;
        act(admin, "POST", "held", "rollout/hold", &json!({})).await;
        act(admin, "POST", "killed", "kill-switch/engage", &json!({})).await;
        let awaited = admin.newest_entry().await;
        let gone = format!("{PROJECT}/flags/gone");
        admin.change("POST", &format!("{gone}/archive"), &gone, &why()).await;
        // Values of two kinds, which no flag of the project can have.
        let odd = json!({ "flags": { "odd": {
            "state": "ENABLED", "variants": { "on": 1, "off": "x" }, "defaultVariant": "off",
        } } });
        let path = format!("{PROJECT}/import?format=flagd&environment=prod&reason=The%20table%20says%20so");
        admin.post(&path, &odd).await;
        for segment in ["staff", "old-group"] {
            admin.post(&format!("{PROJECT}/segments"), &json!({ "key": segment, "name": segment })).await;
        }
        // Production looks at the group, so a change of it needs a reason.
        let rule = json!({ "id": "staff", "split": [{ "variant": "on", "weight": 100 }],
            "clauses": [{ "operator": "in_segment", "segments": ["staff"] }] });
        let rules = json!({ "rules": [rule], "reason": "The table says so." });
        act(admin, "PUT", "grouped", "rules", &rules).await;
        // One project has a webhook, one can have one, and of one it can be removed. Nobody receives what is sent there.
        for project in ["annex", "attic"] {
            admin.post("/api/v1/projects", &json!({ "key": project, "name": project })).await;
        }
        for project in ["bank", "attic"] {
            let address = json!({ "address": "http://127.0.0.1:9/nobody" });
            admin.post(&format!("/api/v1/projects/{project}/webhook"), &address).await;
        }
        for plan in ["canary", "old-plan"] {
            let plan = json!({ "key": plan, "name": "Canary", "stages": stages() });
            admin.post(&format!("{PROJECT}/plans"), &plan).await;
        }

        Self {
            admin_token: admin_token.secret,
            editor_token: editor_token.secret,
            viewer_token: viewer_token.secret,
            revoked_token: revoked_token.secret,
            spare_token: id_and_version(&spare_token.body["token"]),
            sdk_secret: text(&sdk_key["secret"]),
            spare_sdk_key: id_and_version(&spare["sdk_key"]),
            awaited,
        }
    }
}

/// Three stages: named people, a share, everybody.
pub fn stages() -> Value {
    json!([
        { "name": "Staff", "audience": { "kind": "people", "people": ["ada", "grace"] } },
        { "audience": { "kind": "percentage", "share": 12.5 } },
        { "audience": { "kind": "percentage", "share": 100 } },
    ])
}

/// The same stages, with everything that can be asked before they are left.
pub fn guarded_stages() -> Value {
    let mut stages = stages();
    stages[1]["gate"] = json!({
        "soak_minutes": 60, "people": 1_000, "evidence": "safe", "approval": true, "margins": { "errors": 0.02 },
        "window": { "zone": "Europe/Berlin", "days": ["monday", "friday"], "from": "09:00", "until": "17:00" },
    });
    stages
}

/// How a rollout is watched, with everything that can be said of it.
pub fn guard() -> Value {
    json!({
        "metrics": [{
            "key": "errors", "name": "Errors", "measure": { "kind": "failed_requests" }, "worse": "more_is_worse",
            "role": "guardrail", "margin": 0.01, "limit": 0.05,
        }],
        "automation": "guard", "on_harm": "previous_stage", "looks": 2, "cooldown_minutes": 10,
        "longest_stage_hours": 72, "heeds_browsers": true,
    })
}

/// A reason and nothing else.
pub fn why() -> Value {
    json!({ "reason": "The table says so." })
}

/// Path of a flag in production.
pub fn place(flag: &str) -> String {
    format!("{PROJECT}/flags/{flag}/environments/prod")
}

/// A change to a flag in production against its present version.
async fn act(admin: &Api, method: &str, flag: &str, what: &str, body: &Value) {
    let place = place(flag);
    admin.change(method, &format!("{place}/{what}"), &place, body).await;
}

struct NewToken {
    body: Value,
    secret: String,
}

async fn token(admin: &Api, name: &str, role: &str) -> NewToken {
    let body = admin.post("/api/v1/tokens", &json!({ "name": name, "role": role })).await;
    let secret = text(&body["secret"]);
    NewToken { body, secret }
}

async fn revoke(admin: &Api, token: &Value) {
    let (id, version) = id_and_version(token);
    let call = Call::new("POST", format!("/api/v1/tokens/{id}/revoke")).json(&json!({})).against(version);
    admin.must(call).await;
}

fn id_and_version(made: &Value) -> (String, u64) {
    (text(&made["id"]), made["version"].as_u64().expect("a version"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}
