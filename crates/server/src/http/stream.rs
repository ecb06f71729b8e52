//! The live stream: server-sent events with resources as they are now.
//!
//! First everything since the sequence that the reader has, then `live`, then changes as they are committed. A reader
//! is never waited for: one that cannot follow is told to take a new snapshot, and dropped.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use signalbox_domain::access::Role;
use signalbox_domain::event::Event;
use signalbox_protocol::endpoint::Access;
use signalbox_protocol::stream::{Change, StreamQuery, event};
use signalbox_store::{EntryFilter, StoredEntry};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{MissedTickBehavior, interval};

use super::Api;
use super::authorise::Admitted;
use super::call::{Actor, query};
use super::problem::Problem;
use super::resources::{Resource, audit_entry};
use crate::listener::told_to_stop;
use crate::metrics::StreamReader;
use crate::server_sent;

/// Where the stream is.
pub const PATH: &str = "/api/v1/stream";

/// Events that a reader may be behind; beyond that a new snapshot is less to send.
const MOST_BEHIND: u64 = 2_000;
/// Time between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long a reader may take nothing before it is dropped.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages that wait for a reader.
const WAITING: usize = 16;

/// Serves `GET /api/v1/stream`.
pub async fn serve(State(api): State<Api>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let admitted = match api.admit(Access::Role(Role::Viewer), &parts) {
        Ok(Some(admitted)) => admitted,
        Ok(None) => return Problem::fault("a stream for nobody").into_response(),
        Err(problem) => return problem.into_response(),
    };
    let after = match start(&parts.headers, parts.uri.query()) {
        Ok(after) => after,
        Err(problem) => return problem.into_response(),
    };
    let actor = Actor(admitted.caller.token.clone());
    let (out, messages) = mpsc::channel(WAITING);
    // Before the state is looked at, so that nothing falls in between.
    let committed = api.engine().subscribe();
    let reader = Reader { counted: api.engine().metrics().stream_reader(), api, admitted, out };
    tokio::spawn(reader.run(after, committed));
    let mut response = server_sent::response(messages);
    response.extensions_mut().insert(actor);
    response
}

/// The sequence that the reader has; the header stands above the query.
fn start(headers: &HeaderMap, text: Option<&str>) -> Result<Option<u64>, Problem> {
    let StreamQuery { after } = query(text)?;
    let Some(last) = headers.get("last-event-id").filter(|last| !last.is_empty()) else { return Ok(after) };
    match last.to_str().ok().and_then(|last| last.parse().ok()) {
        Some(last) => Ok(Some(last)),
        None => Err(Problem::malformed("must be the sequence of a change, a whole number").about("Last-Event-ID")),
    }
}

/// Why a stream ends.
enum End {
    /// The reader cannot go on from where it is.
    Reset,
    /// The reader went away, takes nothing, may not read any more, or the server stops.
    Over,
}

/// Changes as they are committed.
type Committed = broadcast::Receiver<Arc<[StoredEntry]>>;

/// One reader of the stream.
struct Reader {
    api: Api,
    admitted: Admitted,
    out: mpsc::Sender<Bytes>,
    #[expect(dead_code, reason = "counts the reader for as long as it lives")]
    counted: StreamReader,
}

impl Reader {
    async fn run(self, after: Option<u64>, committed: Committed) {
        let end = match self.catch_up(after).await {
            Ok(sent) => self.follow(sent, committed).await,
            Err(end) => end,
        };
        if matches!(end, End::Reset) {
            // Whoever takes nothing gets no reset either; they find out when they come back.
            let _ = self.send(empty(event::RESET)).await;
        }
    }

    /// Sends everything after `after`, each resource once, with the last event that touched it; gives the sequence
    /// that the reader has then.
    async fn catch_up(&self, after: Option<u64>) -> Result<u64, End> {
        let now = self.api.engine().read(|state, _| state.sequence);
        let after = after.unwrap_or(now);
        if after > now || now - after > MOST_BEHIND {
            return Err(End::Reset);
        }
        if after < now {
            let filter = EntryFilter { after: Some(after), before: Some(now + 1), ..EntryFilter::default() };
            let page = self.api.engine().read_log(move |log| log.entries(&filter)).await.map_err(unreadable)?;
            let mut told = HashSet::new();
            let mut changes = Vec::new();
            for entry in &page.entries {
                changes.push(self.change(entry, &mut told).await?);
            }
            for change in changes.into_iter().rev().flatten() {
                self.send_change(&change).await?;
            }
        }
        self.send(empty(event::LIVE)).await?;
        Ok(now)
    }

    /// Sends changes as they are committed.
    async fn follow(&self, sent: u64, mut committed: Committed) -> End {
        let mut stopping = self.api.engine().stopping();
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                entries = committed.recv() => match entries {
                    Ok(entries) => self.tell(&entries, sent).await,
                    Err(broadcast::error::RecvError::Lagged(_)) => Err(End::Reset),
                    Err(broadcast::error::RecvError::Closed) => Err(End::Over),
                },
                _ = heartbeat.tick() => self.send(empty(event::HEARTBEAT)).await,
                () = told_to_stop(&mut stopping) => Err(End::Over),
            };
            if let Err(end) = outcome {
                return end;
            }
            if self.api.engine().recognise(&self.admitted.presented).is_none() {
                return End::Over;
            }
        }
    }

    /// Sends what was committed at once, each resource once, with the first event that touched it: it is as it is
    /// after all of them.
    async fn tell(&self, entries: &[StoredEntry], sent: u64) -> Result<(), End> {
        let mut told = HashSet::new();
        for entry in entries.iter().filter(|entry| entry.envelope.sequence > sent) {
            if let Some(change) = self.change(entry, &mut told).await? {
                self.send_change(&change).await?;
            }
        }
        Ok(())
    }

    /// What an event changed that this reader may see, leaving out what was `told` already.
    async fn change(&self, entry: &StoredEntry, told: &mut HashSet<Resource>) -> Result<Option<Change>, End> {
        let envelope = &entry.envelope;
        let about = match envelope.event {
            // Any copy of any resource may hold what was erased, so all of it has to be taken anew.
            Event::PersonalValuesErased { .. } => return Err(End::Reset),
            Event::ReasonGiven { about, .. } => {
                let found = self.api.engine().read_log(move |log| log.entry(about)).await;
                found.map_err(unreadable)?
            }
            _ => None,
        };
        let role = self.admitted.caller.role;
        let change = self.api.look(|view| {
            let touched = Resource::touched_by(&envelope.event, view.state).into_iter();
            let touched = touched.filter(|resource| resource.is_visible_to(role));
            let fresh = touched.filter(|resource| told.insert(resource.clone()));
            let mut changed: Vec<_> = fresh.map(|resource| resource.now(view, envelope.sequence)).collect();
            changed.extend(about.iter().chain([entry]).map(|entry| audit_entry(view, entry)));
            let words = view.audit_entry(entry).words.sentence();
            Change {
                seq: envelope.sequence,
                words,
                kind: envelope.event.kind(),
                notice: envelope.event.notice(),
                changed,
            }
        });
        Ok(Some(change).filter(|change| !change.changed.is_empty()))
    }

    async fn send_change(&self, change: &Change) -> Result<(), End> {
        let data = serde_json::to_string(change).map_err(unreadable)?;
        let Change { seq, .. } = change;
        // JSON has no line breaks of its own, so the data is one line.
        self.send(format!("id:{seq}\nevent:{}\ndata:{data}\n\n", event::CHANGE).into()).await
    }

    async fn send(&self, message: Bytes) -> Result<(), End> {
        self.out.send_timeout(message, PATIENCE).await.map_err(|_| End::Over)
    }
}

/// Ends a stream whose changes cannot be read, so that the reader comes back instead of missing some.
fn unreadable(error: impl std::fmt::Display) -> End {
    tracing::error!(%error, "a stream was ended");
    End::Over
}

/// An event without data. A browser passes over an event that has no line of data at all, so there is an empty one.
fn empty(name: &'static str) -> Bytes {
    format!("event:{name}\ndata:\n\n").into()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn the_header_stands_above_the_query() {
        let check = |header: Option<&'static str>, text: Option<&str>, expect: Option<Option<u64>>| {
            let header =
                header.map(|value| (HeaderName::from_static("last-event-id"), HeaderValue::from_static(value)));
            let headers = header.into_iter().collect();
            assert_eq!(start(&headers, text).ok(), expect, "{headers:?} {text:?}");
        };
        check(None, None, Some(None));
        check(None, Some("after=7"), Some(Some(7)));
        check(Some("9"), Some("after=7"), Some(Some(9)));
        check(Some(""), Some("after=7"), Some(Some(7)));
        check(Some("x"), None, None);
        check(None, Some("after=x"), None);
        check(None, Some("since=1"), None);
    }
}
