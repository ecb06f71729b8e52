//! The event stream of OFREP (open-feature/protocol, ADR-0008): tells clients that flags changed, never what they give.
//!
//! A client that connects is told the version at once, since something may have changed between its last evaluation
//! and now; one that comes back with `Last-Event-ID` only when it missed something. Afterwards each change of the set
//! is one message, and clients evaluate again.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use signalbox_domain::key::SdkKeyId;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc};
use tokio::time::{MissedTickBehavior, interval};

use super::answer::{ErrorCode, failure};
use super::listening::Client;
use crate::applications::{Applications, check_pass};
use crate::clock;
use crate::engine::{Engine, SdkKeyPlace};
use crate::listener::told_to_stop;
use crate::metrics::StreamReader;
use crate::server_sent;

/// Where the stream is; the pass is in the query.
pub const PATH: &str = "/ofrep/v1/events";

/// Time between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client may take nothing before it is dropped.
const PATIENCE: Duration = Duration::from_secs(10);
/// After how many seconds a client for which there is no room may come back.
const RETRY_SECONDS: u64 = 5;
/// Seconds without a visible page after which a client may close the stream.
pub const INACTIVITY_SECONDS: u32 = 120;

/// The query.
#[derive(Deserialize)]
pub struct Pass {
    t: Option<String>,
}

/// Where an application with this key hears of changes, for now.
pub fn address(engine: &Engine, key: &SdkKeyPlace) -> String {
    let pass = key.pass.of_hour(engine.stream_secret(), &key.id, clock::now());
    format!("{PATH}?t={}", pass.1)
}

/// Serves the stream.
pub async fn serve(
    State(Applications { engine, listeners, .. }): State<Applications>,
    Query(pass): Query<Pass>,
    headers: HeaderMap,
) -> Response {
    let now = clock::now();
    let key = pass.t.and_then(|pass| check_pass(engine.stream_secret(), &pass, now));
    let Some(key) = key.and_then(|id| engine.sdk_key_of(&id)) else {
        let details = "the pass in the address does not work any more; evaluate again to get another one";
        return failure(StatusCode::UNAUTHORIZED, Some(""), ErrorCode::General, details);
    };
    let Ok(place) = listeners.try_acquire_owned() else {
        let details = "the server has too many event streams; try again in a moment";
        let mut response = failure(StatusCode::SERVICE_UNAVAILABLE, Some(""), ErrorCode::General, details);
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_SECONDS.into());
        return response;
    };
    key.last_use.note(now);
    let last = headers.get("last-event-id").and_then(|last| last.to_str().ok()?.parse().ok());
    // One message tells as much as many, so a client that lags has no use for a longer queue.
    let (out, messages) = mpsc::channel(1);
    let committed = engine.subscribe();
    let counted = engine.metrics().stream_reader();
    let client = engine.evaluation_set(&key).map(|set| engine.listening().begin(&set.id, key.kind));
    let listener = Listener { counted, place, client, engine, key: key.id.clone(), out };
    tokio::spawn(listener.run(last, committed));
    server_sent::response(messages)
}

/// One client that listens.
struct Listener {
    engine: Arc<Engine>,
    key: SdkKeyId,
    out: mpsc::Sender<Bytes>,
    /// What it knows, for whoever follows a change to its end.
    client: Option<Client>,
    #[expect(dead_code, reason = "gives its place to the next client when it ends")]
    place: OwnedSemaphorePermit,
    #[expect(dead_code, reason = "counts the client for as long as it listens")]
    counted: StreamReader,
}

/// The client went away, takes nothing, or its key does not work any more.
struct Over;

impl Listener {
    /// `told` is the version that the client evaluated last, where it says so.
    async fn run<Entries: Clone>(self, mut told: Option<u64>, mut committed: broadcast::Receiver<Entries>) {
        let mut stopping = self.engine.stopping();
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if self.tell(&mut told).await.is_err() {
                return;
            }
            let outcome = tokio::select! {
                change = committed.recv() => match change {
                    // However many were missed, the version says it.
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => Ok(()),
                    Err(broadcast::error::RecvError::Closed) => Err(Over),
                },
                // Whoever went away gives their place to the next at once.
                () = self.out.closed() => Err(Over),
                _ = heartbeat.tick() => self.send(Bytes::from_static(b":\n\n")).await,
                () = told_to_stop(&mut stopping) => Err(Over),
            };
            if outcome.is_err() {
                return;
            }
        }
    }

    /// Says which version there is, unless the client knows.
    async fn tell(&self, told: &mut Option<u64>) -> Result<(), Over> {
        let key = self.engine.sdk_key_of(&self.key).ok_or(Over)?;
        let version = self.engine.evaluation_set(&key).map_or(0, |set| set.version);
        if told.replace(version) == Some(version) {
            self.knows(version);
            return Ok(());
        }
        let seconds = clock::now().millis().div_euclid(1_000);
        let message = format!(
            "id:{version}\nevent:message\ndata:{{\"type\":\"refetchEvaluation\",\"etag\":\"{version}\",\
             \"lastModified\":{seconds}}}\n\n"
        );
        self.send(message.into()).await?;
        self.knows(version);
        Ok(())
    }

    fn knows(&self, version: u64) {
        if let Some(client) = &self.client {
            client.told(version);
        }
    }

    async fn send(&self, message: Bytes) -> Result<(), Over> {
        self.out.send_timeout(message, PATIENCE).await.map_err(|_| Over)
    }
}
