//! The live stream, with its way back after a lost link.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use signalbox_protocol::endpoint::Method;
use signalbox_protocol::stream::{Change, event};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::backoff::Backoff;
use crate::client::{Client, refusal};
use crate::error::ClientError;
use crate::sse::{Event, Parser};

/// Path of the live stream.
const PATH: &str = "/api/v1/stream";

/// What a reader of the live stream learns.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamEvent {
    /// The link stands; what was missed is arriving.
    CatchingUp,
    /// Something changed.
    Change(Change),
    /// Everything up to now has arrived; from here on changes arrive as they happen.
    Live,
    /// The server is there, and nothing happened.
    Heartbeat,
    /// The link is lost, or did not come about. It is tried again after the pause.
    Lost {
        /// What happened.
        why: ClientError,
        /// How long until the next attempt.
        pause: Duration,
    },
    /// Too much happened meanwhile: take a new snapshot and begin a new stream from it. Nothing follows.
    Reset,
    /// The server does not let this reader in (any more). Nothing follows.
    Refused(ClientError),
}

/// How long a stream waits for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// For the link to come about and the answer to begin.
    pub answer: Duration,
    /// For the next byte; a server sends a heartbeat every second.
    pub silence: Duration,
    /// Before the first new attempt, at most; it doubles with every failure.
    pub first_pause: Duration,
    /// Before any new attempt, at most.
    pub longest_pause: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(5),
            silence: Duration::from_millis(2_500),
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(5),
        }
    }
}

/// The live stream of a server. It comes back by itself after a lost link and goes on where it was, so
/// that no change is missed and none comes twice.
#[derive(Debug)]
pub struct EventStream {
    client: Client,
    timing: Timing,
    backoff: Backoff,
    seq: u64,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// The next attempt is made then.
    Pausing(Instant),
    Connecting,
    Open(Box<Link>),
    Ended,
}

/// A link that stands.
#[derive(Debug)]
struct Link {
    response: Response,
    parser: Parser,
    heard: Instant,
}

impl EventStream {
    pub(crate) const fn new(client: Client, after: u64, timing: Timing) -> Self {
        let backoff = Backoff::new(timing.first_pause, timing.longest_pause);
        Self { client, timing, backoff, seq: after, phase: Phase::Connecting }
    }

    /// Sequence up to which everything arrived that this reader may see.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Ends a pause: the next attempt is made at once.
    pub fn try_now(&mut self) {
        if matches!(self.phase, Phase::Pausing(_)) {
            self.phase = Phase::Connecting;
        }
    }

    /// What comes next; nothing after [`StreamEvent::Reset`] and [`StreamEvent::Refused`].
    ///
    /// It may be dropped before it is ready and called again, as in `select!`: nothing is lost.
    pub async fn next(&mut self) -> Option<StreamEvent> {
        loop {
            match &mut self.phase {
                Phase::Ended => return None,
                Phase::Pausing(until) => {
                    sleep_until(*until).await;
                    self.phase = Phase::Connecting;
                }
                Phase::Connecting => {
                    return Some(match self.connect().await {
                        Ok(response) => {
                            let link = Link { response, parser: Parser::default(), heard: Instant::now() };
                            self.phase = Phase::Open(Box::new(link));
                            StreamEvent::CatchingUp
                        }
                        Err(why) => self.lose(why),
                    });
                }
                Phase::Open(link) => {
                    if let Some(event) = link.parser.next_event() {
                        // What works is no longer a row of failures.
                        self.backoff.reset();
                        if let Some(understood) = self.understand(&event) {
                            self.seq = furthest(self.seq, &event.id);
                            return Some(understood);
                        }
                        continue;
                    }
                    // All that was read is taken in, so an id without an event counts as well.
                    self.seq = furthest(self.seq, link.parser.last_event_id());
                    if let Some(pause) = link.parser.retry() {
                        self.backoff.set_first(pause);
                    }
                    if let Err(what) = link.read(self.timing.silence).await {
                        let why = ClientError::Unreachable(format!("{} {what}", self.client.address()));
                        return Some(self.lose(why));
                    }
                }
            }
        }
    }

    async fn connect(&self) -> Result<Response, ClientError> {
        let request = self
            .client
            .request(Method::Get, PATH)?
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", self.seq.to_string());
        let response = timeout(self.timing.answer, request.send())
            .await
            .map_err(|_| ClientError::Unreachable(format!("{} did not answer in time", self.client.address())))?
            .map_err(|error| self.client.failed(&error))?;
        let status = response.status();
        if !status.is_success() {
            let body = timeout(self.timing.answer, response.bytes()).await.ok().and_then(Result::ok);
            let body = body.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null);
            return Err(refusal(status.as_u16(), body));
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("text/event-stream") {
            let address = self.client.address();
            return Err(ClientError::Unreadable(format!("{address} has no live stream: is it a Signalbox server?")));
        }
        Ok(response)
    }

    fn lose(&mut self, why: ClientError) -> StreamEvent {
        if matches!(why, ClientError::Api { status: 401 | 403, .. }) {
            self.phase = Phase::Ended;
            return StreamEvent::Refused(why);
        }
        let pause = self.backoff.pause();
        self.phase = Phase::Pausing(Instant::now() + pause);
        StreamEvent::Lost { why, pause }
    }

    fn understand(&mut self, event: &Event) -> Option<StreamEvent> {
        match event.name.as_str() {
            event::CHANGE => match serde_json::from_str::<Change>(&event.data) {
                Ok(change) => {
                    self.seq = self.seq.max(change.seq);
                    Some(StreamEvent::Change(change))
                }
                Err(error) => {
                    // Passing over it would lose a change; a snapshot has it.
                    tracing::warn!(%error, id = event.id, "a change of the live stream does not fit this version");
                    self.phase = Phase::Ended;
                    Some(StreamEvent::Reset)
                }
            },
            event::LIVE => Some(StreamEvent::Live),
            event::HEARTBEAT => Some(StreamEvent::Heartbeat),
            event::RESET => {
                self.phase = Phase::Ended;
                Some(StreamEvent::Reset)
            }
            // From a newer server.
            _ => None,
        }
    }
}

/// Where a reader is after an id. Ids go on past changes that it may not see.
fn furthest(seq: u64, id: &str) -> u64 {
    id.parse().map_or(seq, |id| seq.max(id))
}

impl Link {
    /// Reads the next piece; fails with the end of a sentence that begins with the server's address.
    async fn read(&mut self, silence: Duration) -> Result<(), String> {
        let piece = timeout_at(self.heard + silence, self.response.chunk())
            .await
            .map_err(|_| format!("has sent nothing for {:.1} seconds", silence.as_secs_f64()))?
            .map_err(|error| format!("broke off the live stream: {error}"))?
            .ok_or("ended the live stream")?;
        self.heard = Instant::now();
        self.parser.feed(&piece).map_err(|error| format!("sent {error}"))
    }
}

#[cfg(test)]
mod tests;
