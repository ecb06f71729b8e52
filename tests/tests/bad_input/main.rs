//! Bad input gets a clear error and changes nothing, at every endpoint there is.
//!
//! [`table`] has a row for each endpoint: where to call it and a body that it accepts. [`wrong`] derives from a
//! good body all the bad ones, by what its fields are called. When everything bad was refused, each good call
//! must be accepted, which shows that the bad ones were refused for what was wrong with them.

mod table;
mod world;
mod wrong;

use std::cell::{Cell, RefCell};
use std::net::Ipv4Addr;

use signalbox_domain::access::Role;
use signalbox_protocol::endpoint::{ALL, Access, Meta, Precondition};
use signalbox_tests::api::{Answer, Api, Call};
use signalbox_tests::server::Server;

use table::Row;
use world::World;
use wrong::Wrong;

#[tokio::test]
async fn every_endpoint_refuses_bad_input_and_changes_nothing() {
    let server = Server::start();
    let world = World::make(&server.api()).await;
    let rows = table::rows(&world);
    let missing: Vec<_> =
        ALL.iter().map(|meta| meta.operation).filter(|name| !rows.iter().any(|row| row.operation == *name)).collect();
    assert!(missing.is_empty(), "endpoints without a row in the table: {missing:?}");
    let unknown: Vec<_> =
        rows.iter().map(|row| row.operation).filter(|name| !ALL.iter().any(|meta| meta.operation == *name)).collect();
    assert!(unknown.is_empty(), "rows without an endpoint: {unknown:?}");

    let mut refused = 0;
    let mut complaints = Vec::new();
    for (number, meta) in (1..).zip(ALL) {
        let row = rows.iter().find(|row| row.operation == meta.operation).expect("checked above");
        // Failed authorisations are limited for each caller's address, so each row calls from its own.
        let caller = Api::from(&server.url, None, Ipv4Addr::new(127, 0, 1, number));
        let newest = Cell::new(server.api().newest_entry().await);
        let probe = Probe { meta, row, world: &world, caller, newest, complaints: RefCell::default() };
        refused += probe.callers().await + probe.versions().await + probe.bodies().await + probe.queries().await;
        complaints.extend(probe.complaints.into_inner());
    }
    assert!(complaints.is_empty(), "{} of {refused} bad requests:\n{}", complaints.len(), complaints.join("\n"));
    assert!(refused > 1_000, "the table shrank: only {refused} bad requests");

    let admin = server.api();
    for meta in ALL {
        let row = rows.iter().find(|row| row.operation == meta.operation).expect("checked above");
        let answer = admin.send(row.good_call(meta, &admin).await).await;
        assert_eq!(answer.status, meta.success, "{} refuses its good body: {answer:?}", meta.operation);
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_get_the_envelope() {
    let server = Server::start();
    let api = server.api();
    for (method, path, status, code) in [
        ("GET", "/api/v1/nothing-here", 404, "not_found"),
        ("GET", "/api/v2/projects", 404, "not_found"),
        ("POST", "/api/v1/me", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/projects", 405, "method_not_allowed"),
    ] {
        let answer = api.send(Call::new(method, path)).await;
        assert_eq!(envelope(&answer, &[status], &[code]), Ok(()), "{method} {path}");
    }
}

/// One endpoint under test.
struct Probe<'a> {
    meta: &'a Meta,
    row: &'a Row,
    world: &'a World,
    caller: Api,
    /// The newest entry of the audit history.
    newest: Cell<u64>,
    /// What did not go as it should.
    complaints: RefCell<Vec<String>>,
}

impl Probe<'_> {
    /// Without a token, with a wrong one, and with a role that does not suffice.
    async fn callers(&self) -> usize {
        let Access::Role(needed) = self.meta.access else {
            return 0;
        };
        let call = self.row.good_call(self.meta, &self.admin()).await;
        for (who, token) in [
            ("nobody", None),
            ("a made-up token", Some("sbt_made-up")),
            ("a revoked token", Some(self.world.revoked_token.as_str())),
            ("an SDK key", Some(self.world.sdk_secret.as_str())),
        ] {
            self.refused(who, self.caller.with_token(token), call.clone(), &[401], &["unauthenticated"], None).await;
        }
        let lesser = match needed {
            Role::Viewer => vec![],
            Role::Editor => vec![("a viewer", &self.world.viewer_token)],
            Role::Admin => vec![("a viewer", &self.world.viewer_token), ("an editor", &self.world.editor_token)],
        };
        for (who, token) in &lesser {
            let caller = self.caller.with_token(Some(token));
            self.refused(who, caller, call.clone(), &[403], &["forbidden"], None).await;
        }
        4 + lesser.len()
    }

    /// Without a version, with an old one, and with one that is none.
    async fn versions(&self) -> usize {
        if self.meta.precondition != Precondition::Versioned {
            return 0;
        }
        let admin = self.admin();
        let good = self.row.good_call(self.meta, &admin).await;
        let current: u64 = good.version.as_ref().expect("a versioned row").parse().expect("a version");

        let missing = Call { version: None, ..good.clone() };
        self.refused("no version", admin.clone(), missing, &[428], &["version_missing"], None).await;

        let given = current - 1;
        let stale = good.clone().against(given);
        let answer = self.refused("an old version", admin.clone(), stale, &[409], &["version_stale"], None).await;
        let versions = &answer.body["error"]["versions"];
        if (versions["given"].as_u64(), versions["current"].as_u64()) != (Some(given), Some(current)) {
            self.complain("an old version", format!("both versions should be told: {answer:?}"));
        }

        let nonsense = ["abc", "-1", "1.5", "99999999999999999999", "*"];
        for text in nonsense {
            let call = good.clone().against(text);
            let what = format!("If-Match: {text}");
            self.refused(&what, admin.clone(), call, &[400, 422], &["malformed_request", "invalid_field"], None).await;
        }
        2 + nonsense.len()
    }

    /// Bodies that are not JSON, not the right shape, or hold something unacceptable.
    async fn bodies(&self) -> usize {
        let Some(body) = &self.row.body else {
            return 0;
        };
        let admin = self.admin();
        let good = self.row.good_call(self.meta, &admin).await;
        let wrongs = wrong::bodies(body, self.row.required);
        for Wrong { what, body, field } in &wrongs {
            let call = good.clone().raw(body.clone());
            let codes = ["malformed_request", "invalid_field", "reason_required"];
            self.refused(what, admin.clone(), call, &[400, 422], &codes, field.as_deref()).await;
        }
        for kind in [Some("text/plain"), Some("application/x-www-form-urlencoded"), None] {
            let call = Call { content_type: kind.map(str::to_owned), ..good.clone() };
            let what = format!("content type {kind:?}");
            self.refused(&what, admin.clone(), call, &[415], &["unsupported_media_type"], None).await;
        }
        let huge = good.clone().raw(wrong::huge(body));
        self.refused("a text of ten megabytes", admin, huge, &[413], &["too_large"], None).await;
        wrongs.len() + 4
    }

    /// Query parameters that the endpoint does not know, or cannot read.
    async fn queries(&self) -> usize {
        let admin = self.admin();
        let good = self.row.good_call(self.meta, &admin).await;
        for (parameter, value) in self.row.bad_query {
            let joint = if good.path.contains('?') { '&' } else { '?' };
            let call = Call { path: format!("{}{joint}{parameter}={value}", good.path), ..good.clone() };
            let what = format!("{parameter}={value}");
            let codes = ["malformed_request", "invalid_field"];
            self.refused(&what, admin.clone(), call, &[400, 422], &codes, Some(parameter)).await;
        }
        self.row.bad_query.len()
    }

    fn admin(&self) -> Api {
        self.caller.with_token(Some(&self.world.admin_token))
    }

    /// The call is refused with one of these codes, about this field, and nothing happened.
    async fn refused(
        &self,
        what: &str,
        caller: Api,
        call: Call,
        statuses: &[u16],
        codes: &[&str],
        field: Option<&str>,
    ) -> Answer {
        let answer = caller.send(call).await;
        if let Err(complaint) = envelope(&answer, statuses, codes) {
            self.complain(what, complaint);
        } else if let Some(expected) = field {
            let named = answer.body["error"]["field"].as_str();
            if !named.is_some_and(|named| is_about(named, expected)) {
                self.complain(what, format!("the field should be {expected}: {answer:?}"));
            }
        }
        let newest = self.admin().newest_entry().await;
        if self.newest.replace(newest) != newest {
            self.complain(what, format!("it changed something, see entry {newest}: {answer:?}"));
        }
        answer
    }

    fn complain(&self, what: &str, complaint: String) {
        self.complaints.borrow_mut().push(format!("{} with {what}: {complaint}", self.meta.operation));
    }
}

/// Whether an error that names `named` names `expected`, what holds it, or what is in it.
fn is_about(named: &str, expected: &str) -> bool {
    let holds = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['.', '[']));
    named == expected || (!named.is_empty() && holds(named, expected)) || holds(expected, named)
}

/// Whether an answer is an error of one of these codes, told as every error is.
fn envelope(answer: &Answer, statuses: &[u16], codes: &[&str]) -> Result<(), String> {
    let error = &answer.body["error"];
    let is_told = error["message"].as_str().is_some_and(|message| !message.trim().is_empty());
    let is_alone = answer.body.as_object().is_some_and(|body| body.len() == 1);
    let known = ["code", "message", "field", "versions"];
    let has_more = error.as_object().is_some_and(|error| error.keys().any(|name| !known.contains(&name.as_str())));
    let is_expected =
        statuses.contains(&answer.status) && error["code"].as_str().is_some_and(|code| codes.contains(&code));
    match (is_expected, is_told && is_alone && !has_more) {
        (false, _) => Err(format!("should be {statuses:?} {codes:?}, is {answer:?}")),
        (true, false) => Err(format!("should be the error envelope and nothing else, is {answer:?}")),
        (true, true) => Ok(()),
    }
}
