//! Sends notices to the webhooks of projects, signed, and again until they arrive.
//!
//! Which events still have to be told is known from the log and from how far it was looked through, so that nothing is
//! lost when the server stops in between; a message may arrive twice then, under the same id. What it says is written
//! from its event whenever it is sent. Format and headers are those of Standard Webhooks
//! (<https://www.standardwebhooks.com>).

mod message;
mod reach;
mod signature;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;
use signalbox_domain::key::ProjectKey;
use signalbox_domain::{State, Timestamp};
use signalbox_store::{Attempt, Delivery};
use tokio::sync::Notify;

use crate::clock;
use crate::engine::{Engine, SubmitError, webhook_of};
use crate::listener::told_to_stop;
use message::Message;
use signature::KeyFile;

pub use reach::{OutOfReach, Reach};
pub use signature::SigningSecret;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages that are sent at once.
const AT_ONCE: usize = 8;
/// Messages that are looked for at once.
const BATCH: u32 = 64;
/// How long after each try the next one follows, in seconds: eight tries within 32 hours, as Standard Webhooks suggests.
const WAITS: [i64; 7] = [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 14 * 3_600];
/// How long after a fault of the store it is asked again.
const PAUSE: Duration = Duration::from_secs(10);

/// Why webhooks cannot be sent to at all.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be sent to: {0}")]
pub struct Unsendable(#[from] reqwest::Error);

/// The webhooks of an installation.
pub struct Webhooks {
    engine: Arc<Engine>,
    key: KeyFile,
    reach: Reach,
    http: reqwest::Client,
    queued: Notify,
}

/// A try that did not succeed.
struct Failed {
    status: Option<u16>,
    why: String,
    /// Whether it makes no sense to try again.
    is_final: bool,
}

/// A message that is ready to be sent.
struct Ready {
    url: reqwest::Url,
    body: Vec<u8>,
    signatures: String,
}

impl Webhooks {
    /// Of this engine, with the key in its data directory.
    ///
    /// # Errors
    /// [`Unsendable`] when no client can be made.
    pub fn new(engine: Arc<Engine>, data_dir: &Path, reach: Reach) -> Result<Self, Unsendable> {
        // Only refused when a provider was chosen already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            // A proxy would look names up by itself, and a redirect lead where nobody agreed to.
            .no_proxy()
            .redirect(Policy::none())
            .dns_resolver(Arc::new(reach))
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { engine, key: KeyFile::within(data_dir), reach, http, queued: Notify::new() })
    }

    /// Whether messages may be sent there, as far as it can be told without looking its host up.
    ///
    /// # Errors
    /// [`OutOfReach`] says why not.
    pub fn check(&self, address: &str) -> Result<(), OutOfReach> {
        self.reach.check(address).map(drop)
    }

    /// The secret of the webhook of a project; none where it has none. Blocks on the disk.
    ///
    /// # Errors
    /// [`SubmitError::Fault`] when the key cannot be read or made.
    pub fn secret_of(&self, project: &ProjectKey) -> Result<Option<SigningSecret>, SubmitError> {
        let id = self.engine.read(|state, _| webhook_of(state, project).map(|webhook| webhook.id.clone()));
        let secret = id.map(|id| self.key.secret_of(&id)).transpose();
        secret.map_err(|error| SubmitError::Fault(format!("the key of webhooks: {error}")))
    }

    /// Queues a message that says that it is a trial; none where the project has no webhook. Blocks on the disk.
    ///
    /// # Errors
    /// [`SubmitError::Fault`] when nothing can be queued.
    pub fn queue_trial(&self, project: &ProjectKey) -> Result<Option<Delivery>, SubmitError> {
        let queued = self.engine.queue_trial(project, clock::now())?;
        self.queued.notify_one();
        Ok(queued)
    }

    /// Sends what there is to send, until the server stops.
    pub async fn run(self: Arc<Self>) {
        let mut stopping = self.engine.stopping();
        let mut committed = self.engine.subscribe();
        loop {
            let webhooks = Arc::clone(&self);
            let round = async move {
                let next = webhooks.round().await;
                next.unwrap_or_else(|error| {
                    tracing::warn!(%error, "messages to webhooks are not sent yet");
                    Some(PAUSE)
                })
            };
            let wait = tokio::select! {
                wait = round => wait,
                () = told_to_stop(&mut stopping) => return,
            };
            let due = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // Whether it was one change or too many to tell them apart: the log says what is new.
                _ = committed.recv() => {}
                () = self.queued.notified() => {}
                () = due => {}
                () = told_to_stop(&mut stopping) => return,
            }
        }
    }

    /// Queues what is new, sends what is due, and says in how long there is more to do.
    async fn round(self: &Arc<Self>) -> Result<Option<Duration>, SubmitError> {
        let webhooks = Arc::clone(self);
        let due = blocking(move || {
            let now = clock::now();
            webhooks.engine.queue_notices(now)?;
            webhooks.engine.log().due_deliveries(now, BATCH).map_err(fault)
        });
        let due = due.await?;
        let all = due.len() < BATCH as usize;
        futures_util::stream::iter(due).for_each_concurrent(AT_ONCE, |delivery| self.deliver(delivery)).await;
        if !all {
            return Ok(Some(Duration::ZERO));
        }
        let webhooks = Arc::clone(self);
        let next = blocking(move || webhooks.engine.log().next_delivery().map_err(fault)).await?;
        let millis = next.map(|next| next.millis().saturating_sub(clock::now().millis()));
        Ok(millis.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
    }

    async fn deliver(self: &Arc<Self>, delivery: Delivery) {
        let at = clock::now();
        let outcome = self.attempt(&delivery, at).await;
        let (attempt, next) = match outcome {
            Ok(status) => (Attempt { at, status: Some(status), error: None }, None),
            Err(Failed { status, why, is_final }) => {
                let wait = WAITS.get(delivery.attempts as usize).filter(|_| !is_final);
                let next = wait.map(|seconds| Timestamp::from_millis(clock::now().millis() + seconds * 1_000));
                let (message, project) = (&delivery.new.message, &delivery.new.project);
                tracing::warn!(message, %project, why, again = next.is_some(), "a message to a webhook did not arrive");
                (Attempt { at, status, error: Some(why) }, next)
            }
        };
        let (engine, number) = (Arc::clone(&self.engine), delivery.number);
        if let Err(error) = blocking(move || engine.note_attempt(number, &attempt, next)).await {
            tracing::warn!(%error, "what came of a message to a webhook is not kept");
        }
    }

    async fn attempt(self: &Arc<Self>, delivery: &Delivery, at: Timestamp) -> Result<u16, Failed> {
        let id = delivery.new.message.clone();
        let seconds = at.millis().div_euclid(1_000);
        let (webhooks, wanted) = (Arc::clone(self), delivery.clone());
        let ready = tokio::task::spawn_blocking(move || webhooks.prepare(&wanted, seconds));
        let ready = ready.await.unwrap_or_else(|error| Err(Failed::for_now(error.to_string())))?;
        let request = self
            .http
            .post(ready.url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("Signalbox/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", ready.signatures)
            .body(ready.body);
        // Of the answer nothing but the status is read, so that nobody can make us take much.
        let answer = request.send().await.map_err(|error| Failed::for_now(in_words(&error)))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(status.as_u16());
        }
        let why = match status.as_u16() {
            410 => "it answered 410: there is nothing any more".to_owned(),
            code @ 300..400 => format!("it answered {code}, and redirects are not followed"),
            code => format!("it answered {code}"),
        };
        Err(Failed { status: Some(status.as_u16()), why, is_final: status == reqwest::StatusCode::GONE })
    }

    /// Blocks on the disk.
    fn prepare(&self, delivery: &Delivery, seconds: i64) -> Result<Ready, Failed> {
        let new = &delivery.new;
        let entry = match new.sequence {
            Some(sequence) => {
                let found = self.engine.log().entry(sequence).map_err(|error| Failed::for_now(error.to_string()))?;
                Some(found.ok_or_else(|| Failed::for_good("there is no such entry in the history"))?)
            }
            None => None,
        };
        let written = self.engine.read(|state, vault| {
            let webhook = webhook_of(state, &new.project).ok_or_else(|| Failed::for_good("the webhook was removed"))?;
            let address = vault.reveal(&webhook.content.address);
            let address = address.ok_or_else(|| Failed::for_good("the address was erased"))?.to_owned();
            let message = match &entry {
                Some(entry) => Message::about(&entry.envelope, state, vault),
                None => Some(Message::trial(delivery.queued)),
            };
            let message = message.ok_or_else(|| Failed::for_good("nothing is told of this any more"))?;
            let body = serde_json::to_vec(&message).map_err(|error| Failed::for_good(&error.to_string()))?;
            Ok((address, body, ids(state, new, seconds)))
        });
        let (address, body, ids) = written?;
        // What is allowed may be less than it was when the webhook was made.
        let url = self.reach.check(&address).map_err(|error| Failed::for_now(format!("its address {error}")))?;
        let secrets: Result<Vec<_>, _> = ids.iter().map(|id| self.key.secret_of(id)).collect();
        let secrets = secrets.map_err(|error| Failed::for_now(format!("the key of webhooks: {error}")))?;
        let signatures: Vec<_> = secrets.iter().map(|secret| secret.sign(&new.message, seconds, &body)).collect();
        Ok(Ready { url, body, signatures: signatures.join(" ") })
    }
}

/// The ids whose secrets sign now: the webhook's own, and for a while the one before.
fn ids(state: &State, new: &signalbox_store::NewDelivery, seconds: i64) -> Vec<signalbox_domain::key::WebhookId> {
    let Some(webhook) = webhook_of(state, &new.project) else { return Vec::new() };
    let before = webhook.before.as_ref().filter(|(_, until)| until.millis() > seconds * 1_000);
    [&webhook.id].into_iter().chain(before.map(|(id, _)| id)).cloned().collect()
}

impl Failed {
    fn for_now(why: String) -> Self {
        Self { status: None, why, is_final: false }
    }

    fn for_good(why: &str) -> Self {
        Self { status: None, why: why.to_owned(), is_final: true }
    }
}

/// Why there was no answer: the last cause, which is the one that people can do something about.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("it did not answer within {} seconds", PATIENCE.as_secs());
    }
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    // Never the address itself, whose path may be a secret.
    format!("it cannot be reached: {cause}")
}

async fn blocking<Done: Send + 'static>(
    work: impl FnOnce() -> Result<Done, SubmitError> + Send + 'static,
) -> Result<Done, SubmitError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(SubmitError::Fault(error.to_string())))
}

fn fault(error: signalbox_store::ReadError) -> SubmitError {
    SubmitError::Fault(error.to_string())
}
