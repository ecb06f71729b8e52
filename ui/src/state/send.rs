//! Writes, and what to say when somebody else was quicker.

use leptos::prelude::*;
use serde::Serialize;
use serde_json::Value;
use signalbox_domain::key::{FlagKey, ProjectKey};
use signalbox_protocol::endpoint::{AtRoot, ListAudit};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::audit::{AuditEntry, AuditQuery};
use signalbox_protocol::{Endpoint, ErrorBody, ErrorCode};

use super::{Phase, Store, ToastKind};
use crate::{api, time};

impl Store {
    /// Sends a write made against `version`, where the endpoint needs one.
    ///
    /// When somebody has changed it meanwhile, nothing is applied and a message names who changed what;
    /// when the session has ended, the sign-in screen appears. The error comes back in either case.
    ///
    /// # Errors
    /// What the server answered.
    pub async fn send<E: Endpoint>(
        &self,
        at: &E::At,
        body: &E::Body,
        version: Option<u64>,
    ) -> Result<E::Response, ErrorBody>
    where
        E::Query: Default,
    {
        self.send_with::<E>(at, &E::Query::default(), body, version).await
    }

    /// As [`Self::send`], with a query.
    ///
    /// # Errors
    /// What the server answered.
    pub async fn send_with<E: Endpoint>(
        &self,
        at: &E::At,
        query: &E::Query,
        body: &E::Body,
        version: Option<u64>,
    ) -> Result<E::Response, ErrorBody> {
        let answer = api::call::<E>(at, query, body, version).await;
        self.heed(&answer, at).await;
        answer
    }

    /// As [`Self::send`], with the text of a document that goes to the letter.
    ///
    /// # Errors
    /// What the server answered.
    pub async fn send_document<E: Endpoint<Body = Value>>(
        &self,
        at: &E::At,
        query: &E::Query,
        document: String,
    ) -> Result<E::Response, ErrorBody> {
        let answer = api::send_document::<E>(at, query, document).await;
        self.heed(&answer, at).await;
        answer
    }

    /// Tells what an answer means beyond the form that asked.
    async fn heed<Answer>(&self, answer: &Result<Answer, ErrorBody>, at: &impl Serialize) {
        match answer.as_ref().map_err(|error| error.error.code) {
            Err(ErrorCode::VersionStale) => self.tell_conflict(&serde_json::to_value(at).unwrap_or_default()).await,
            Err(ErrorCode::Unauthenticated) => self.signed_out(),
            _ => {}
        }
    }

    /// The session has ended: a browser asks for a token; the desktop app says so on every page.
    pub(super) fn signed_out(&self) {
        if !api::ipc::is_here() {
            self.phase.set(Phase::SignIn);
        }
    }

    /// Says that nothing was changed, and who changed what instead.
    async fn tell_conflict(&self, at: &Value) {
        let part = |name: &str| at.get(name).and_then(|part| part.as_str()).map(str::to_owned);
        let flag = part("flag").and_then(|key| FlagKey::new(key).ok());
        let query = AuditQuery {
            limit: Some(1),
            project: part("project").and_then(|key| ProjectKey::new(key).ok()),
            flag: flag.clone(),
            ..AuditQuery::default()
        };
        let latest = api::call::<ListAudit>(&AtRoot {}, &query, &Empty {}, None).await;
        let detail = latest.ok().and_then(|list| list.items.into_iter().next()).map(|entry| what_happened(&entry));
        let address = flag.map_or_else(|| "/audit".to_owned(), |flag| format!("/audit?flag={flag}"));
        let link = ("See what changed".to_owned(), address);
        self.toast_with(ToastKind::Problem, "The change was not made.", detail, Some(link));
    }
}

/// "Maren Vogt advanced Instant payments in Production at 14:31."
fn what_happened(entry: &AuditEntry) -> String {
    let words = &entry.words;
    let place = words.environment.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
    let at = time::clock(&time::local(entry.time));
    format!("{} {} {}{place} at {at}.", words.actor, words.action, words.subject)
}
