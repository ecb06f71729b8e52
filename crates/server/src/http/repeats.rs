//! `Idempotency-Key`: a POST that is sent again with the same key is done once and answered alike.
//!
//! Remembered in memory, for [`REMEMBERED`] and within [`MOST_KEYS`] and [`MOST_BYTES`]; a restart forgets. Only good
//! answers are remembered: what was refused changed nothing, and may be tried again under its key.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use signalbox_domain::key::TokenId;
use signalbox_protocol::ErrorCode;
use tracing::Instrument;

use super::answer::Rendered;
use super::problem::Problem;

/// How long an answer is remembered.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// Most keys that are remembered; beyond that the oldest are forgotten.
pub const MOST_KEYS: usize = 10_000;
/// Most bytes of answers that are remembered; beyond that the oldest are forgotten.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Longest key, in characters.
pub const LONGEST_KEY: usize = 200;
/// The header with the key.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is the remembered one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// SHA-256 of what makes two requests the same: method, path, query, version and body.
pub type Fingerprint = [u8; 32];

/// A key, within the token that it was sent with.
pub type Key = (TokenId, String);

/// Reads the header.
///
/// # Errors
/// `malformed_request` when it is empty, too long, given twice or not visible ASCII.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all(HEADER).iter();
    let Some(first) = given.next() else { return Ok(None) };
    let accepted = |text: &&str| (1..=LONGEST_KEY).contains(&text.len());
    match first.to_str().ok().filter(accepted) {
        Some(text) if given.next().is_none() => Ok(Some(text.to_owned())),
        _ => Err(Problem::malformed(format!("must be 1 to {LONGEST_KEY} characters of visible ASCII"))
            .about("Idempotency-Key")),
    }
}

/// The answers that are remembered.
#[derive(Default)]
pub struct Repeats(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    slots: HashMap<Key, Slot>,
    /// Keys from oldest to newest.
    order: VecDeque<(Instant, Key)>,
    bytes: usize,
}

#[derive(Default)]
struct Slot {
    /// Held while the request is carried out, so that a second one waits for the first.
    done: Arc<tokio::sync::Mutex<Option<Done>>>,
    bytes: usize,
}

struct Done {
    fingerprint: Fingerprint,
    rendered: Rendered,
}

impl Repeats {
    /// Does `run`, unless the same was done under this key before: then gives what came of it.
    ///
    /// Once begun, `run` is carried through even when the caller stops waiting.
    ///
    /// # Errors
    /// Whatever `run` refuses, and `idempotency_key_reused` when something else was done under this key.
    pub async fn once(
        self: &Arc<Self>,
        key: Key,
        fingerprint: Fingerprint,
        run: impl Future<Output = Result<Rendered, Problem>> + Send + 'static,
    ) -> Result<Rendered, Problem> {
        let mut done = self.slot(&key, Instant::now()).lock_owned().await;
        if let Some(done) = &*done {
            return if done.fingerprint == fingerprint {
                Ok(done.rendered.clone().header(REPLAYED, HeaderValue::from_static("true")))
            } else {
                Err(Problem::new(
                    ErrorCode::IdempotencyKeyReused,
                    "this key was used for another request; take a new one",
                )
                .about("Idempotency-Key"))
            };
        }
        let repeats = Arc::clone(self);
        let carried_through = async move {
            let outcome = run.await;
            if let Ok(rendered) = &outcome {
                repeats.remember(&key, rendered.size());
                *done = Some(Done { fingerprint, rendered: rendered.clone() });
            }
            outcome
        };
        match tokio::spawn(carried_through.in_current_span()).await {
            Ok(outcome) => outcome,
            Err(error) => Err(Problem::fault(&error.to_string())),
        }
    }

    /// Forgets every answer that was given: what it says may have been erased since. Requests that are being carried
    /// out are not affected.
    pub fn forget_answers(&self) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Remembered { slots, order, bytes } = &mut *remembered;
        slots.retain(|_, slot| Arc::strong_count(&slot.done) > 1);
        order.retain(|(_, key)| slots.contains_key(key));
        *bytes = slots.values().map(|slot| slot.bytes).sum();
    }

    fn slot(&self, key: &Key, now: Instant) -> Arc<tokio::sync::Mutex<Option<Done>>> {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.forget_old(now);
        if let Some(slot) = remembered.slots.get(key) {
            return Arc::clone(&slot.done);
        }
        remembered.make_room();
        remembered.order.push_back((now, key.clone()));
        let slot = remembered.slots.entry(key.clone()).or_default();
        Arc::clone(&slot.done)
    }

    fn remember(&self, key: &Key, bytes: usize) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = remembered.slots.get_mut(key) {
            slot.bytes = bytes;
            remembered.bytes += bytes;
        }
        remembered.make_room();
    }
}

impl Remembered {
    fn forget_old(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(since, _)| now.saturating_duration_since(*since) > REMEMBERED) {
            self.forget_oldest();
        }
    }

    /// Leaves room for one more, sparing requests that are being carried out.
    fn make_room(&mut self) {
        let mut spared = 0;
        while (self.slots.len() >= MOST_KEYS || self.bytes > MOST_BYTES) && spared < self.order.len() {
            let oldest = self.order.front().and_then(|(_, key)| self.slots.get(key));
            if oldest.is_some_and(|slot| Arc::strong_count(&slot.done) > 1) {
                self.order.rotate_left(1);
                spared += 1;
            } else {
                self.forget_oldest();
            }
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.order.pop_front()
            && let Some(slot) = self.slots.remove(&key)
        {
            self.bytes -= slot.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::http::StatusCode;
    use axum::response::IntoResponse;
    use signalbox_protocol::Endpoint;
    use signalbox_protocol::endpoint::CreateTokenEndpoint;

    use super::super::answer::Answer;
    use super::*;

    const META: signalbox_protocol::endpoint::Meta = <CreateTokenEndpoint as Endpoint>::META;

    fn name(text: &str) -> Key {
        (TokenId::new("tok").unwrap(), text.into())
    }

    fn rendered(text: &str) -> Rendered {
        Rendered::new(&META, Answer::of(text)).unwrap()
    }

    #[tokio::test]
    async fn many_at_once_under_one_key_are_done_once() {
        let (repeats, done) = (Arc::new(Repeats::default()), Arc::new(AtomicUsize::new(0)));
        let attempts: Vec<_> = (0..20)
            .map(|_| {
                let (repeats, done) = (Arc::clone(&repeats), Arc::clone(&done));
                tokio::spawn(async move {
                    let run = async move {
                        tokio::task::yield_now().await;
                        Ok(rendered(&done.fetch_add(1, Ordering::SeqCst).to_string()))
                    };
                    repeats.once(name("a"), [1; 32], run).await.unwrap().into_response().status()
                })
            })
            .collect();
        for attempt in attempts {
            assert_eq!(attempt.await.unwrap(), StatusCode::CREATED);
        }
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_key_stands_for_one_request_and_a_refusal_frees_it() {
        let repeats = Arc::new(Repeats::default());
        let refused = repeats.once(name("a"), [1; 32], async { Err(Problem::malformed("no")) }).await;
        assert!(refused.is_err());
        repeats.once(name("a"), [2; 32], async { Ok(rendered("done")) }).await.unwrap();
        let other = repeats.once(name("a"), [3; 32], async { Ok(rendered("again")) }).await;
        assert_eq!(other.unwrap_err().into_response().status(), StatusCode::UNPROCESSABLE_ENTITY);
        let elsewhere = (TokenId::new("other").unwrap(), "a".to_owned());
        repeats.once(elsewhere, [3; 32], async { Ok(rendered("of another token")) }).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_remembered_is_bounded() {
        let repeats = Arc::new(Repeats::default());
        let large = "x".repeat(MOST_BYTES / 4);
        for number in 0..8 {
            let rendered = rendered(&large);
            repeats.once(name(&number.to_string()), [0; 32], async { Ok(rendered) }).await.unwrap();
        }
        for number in 0..MOST_KEYS + 100 {
            repeats.once(name(&format!("small-{number}")), [0; 32], async { Ok(rendered("")) }).await.unwrap();
        }
        let remembered = repeats.0.lock().unwrap();
        assert!(remembered.bytes <= MOST_BYTES, "{} bytes", remembered.bytes);
        assert!(remembered.slots.len() <= MOST_KEYS, "{} keys", remembered.slots.len());
        assert_eq!(remembered.slots.len(), remembered.order.len());
        assert!(remembered.slots.contains_key(&name(&format!("small-{}", MOST_KEYS + 99))));
    }
}
