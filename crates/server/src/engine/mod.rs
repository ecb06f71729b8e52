//! The engine: one writer that decides, stores, folds and publishes, in that order; readers beside it.
//!
//! Every change of every interface goes through [`Engine::submit`]. What was acknowledged is on disk; what was
//! refused, or could not be stored, changed nothing in memory either.

mod access;
mod deliveries;
mod last_use;
mod secret;
mod terms;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use arc_swap::ArcSwap;
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::chain::Link;
use signalbox_domain::command::Command;
use signalbox_domain::decide::{Act, Decision, decide, settle};
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;
use signalbox_domain::key::{EnvironmentKey, ProjectKey, SdkKeyId};
use signalbox_domain::personal::Vault;
use signalbox_domain::{State, Timestamp};
use signalbox_store::{Counts, Credential, CredentialOwner, Log, Opened, Reader, Session, StoredEntry};
use tokio::sync::{broadcast, watch};

use crate::counting::Counting;
use crate::evaluation_sets::{EvaluationSet, EvaluationSets};
use crate::evidence::Watch;
use crate::metrics::Metrics;
use crate::ofrep::Listening;
use crate::{clock, counting, entropy};

pub use access::{Caller, Presented, SdkKeyPlace};
pub use deliveries::webhook_of;
pub use last_use::{LastUse, LastUses};
pub use secret::{Secret, SecretHash, hash};
pub use terms::{Committed, SubmitError, Terms};

use access::{Access, SdkKeys};

/// Events after which a snapshot is written, so that start-up time does not grow with the history.
const EVENTS_PER_SNAPSHOT: u64 = 1_000;
/// Changes that a reader of the live stream may be behind before it is dropped.
const PUBLISHED_AHEAD: usize = 1_024;
/// How long a browser session lasts, in milliseconds: a working day.
pub const SESSION_MILLIS: i64 = 12 * 60 * 60 * 1_000;

/// Why a data directory does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] signalbox_store::OpenError),
    /// It opened, but cannot be read.
    #[error(transparent)]
    Read(#[from] signalbox_store::ReadError),
    /// It opened, but what is counted cannot be written.
    #[error(transparent)]
    Count(#[from] signalbox_store::WriteError),
    /// The operating system gives no randomness.
    #[error(transparent)]
    NoEntropy(#[from] entropy::NoEntropy),
}

/// The open installation: state in memory, log on disk.
pub struct Engine {
    /// Where counts are written; before the writer, so that its file is closed while the directory is still ours.
    counts: Mutex<Counts>,
    writer: Mutex<Writer>,
    folded: RwLock<Folded>,
    access: RwLock<Access>,
    sets: EvaluationSets,
    counting: Arc<Counting>,
    uses: LastUses,
    watch: Watch,
    listening: Listening,
    /// The SDK keys that work; applications are recognised without waiting for a change.
    sdk_keys: ArcSwap<SdkKeys>,
    stream_secret: [u8; 32],
    reader: Reader,
    metrics: Metrics,
    published: broadcast::Sender<Arc<[StoredEntry]>>,
    stopping: watch::Sender<bool>,
    /// Set when what is in memory may differ from what is on disk: no more changes until a restart.
    diverged: AtomicBool,
}

/// State and the personal values that it commits to; always of the same sequence.
struct Folded {
    state: State,
    vault: Vault,
}

/// What only one change at a time may use.
struct Writer {
    log: Log,
    /// The last link of the chain.
    link: Link,
    since_snapshot: u64,
}

impl Engine {
    /// Opens a data directory, making it when it does not exist. Blocks on the disk.
    ///
    /// # Errors
    /// [`OpenError`] when the directory cannot be used, is in use, or holds what this version cannot read.
    pub fn open(data_dir: &Path) -> Result<Arc<Self>, OpenError> {
        let Opened { log, mut counts, reader, state, vault, link } = signalbox_store::open(data_dir)?;
        let mut access = Access::new(reader.credentials()?, reader.sessions()?);
        let now = clock::now();
        access.drop_ended_sessions(&state, now);
        let counting = Arc::new(Counting::new(counts.begin(now, u64::from_le_bytes(entropy::bytes()?))?, now));
        let sets = EvaluationSets::new(&state, &vault, Arc::clone(&counting));
        let minute = counting::minute_of(now);
        let (hour, today) = (minute - counting::MINUTES as i64, counting::day_of(minute));
        counting.restore(reader.evaluation_counts(hour)?, reader.series_ends()?, reader.sketches_of_day(today)?);
        let uses = LastUses::new(reader.sdk_key_uses()?);
        let watch = Watch::new(&state, reader.gathered_strata()?, reader.evidence_histories()?);
        Ok(Arc::new(Self {
            sets,
            counting,
            sdk_keys: ArcSwap::from_pointee(access.working_sdk_keys(&state, &uses)),
            uses,
            watch,
            listening: Listening::default(),
            counts: Mutex::new(counts),
            stream_secret: entropy::bytes()?,
            writer: Mutex::new(Writer { log, link, since_snapshot: 0 }),
            folded: RwLock::new(Folded { state, vault }),
            access: RwLock::new(access),
            reader,
            metrics: Metrics::default(),
            published: broadcast::Sender::new(PUBLISHED_AHEAD),
            stopping: watch::Sender::new(false),
            diverged: AtomicBool::new(false),
        }))
    }

    /// Looks at the state and the personal values of one moment. Keep it short: a change waits for it.
    pub fn read<Seen>(&self, look: impl FnOnce(&State, &Vault) -> Seen) -> Seen {
        let folded = read(&self.folded);
        look(&folded.state, &folded.vault)
    }

    /// The log, to read from; blocks on the disk.
    #[must_use]
    pub const fn log(&self) -> &Reader {
        &self.reader
    }

    /// What the server counts of itself.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Reads the log without blocking the caller's thread.
    ///
    /// # Errors
    /// [`SubmitError::Fault`] when it cannot be read.
    pub async fn read_log<Found: Send + 'static>(
        self: &Arc<Self>,
        find: impl FnOnce(&Reader) -> Result<Found, signalbox_store::ReadError> + Send + 'static,
    ) -> Result<Found, SubmitError> {
        let engine = Arc::clone(self);
        match tokio::task::spawn_blocking(move || find(&engine.reader)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(SubmitError::Fault(error.to_string())),
            Err(error) => Err(SubmitError::Fault(error.to_string())),
        }
    }

    /// Makes a change: decided, stored, folded in and published when this returns.
    ///
    /// Once begun it is carried through, even when the caller stops waiting.
    ///
    /// # Errors
    /// [`SubmitError`] says why it was not made; nothing changed then.
    pub async fn submit(self: &Arc<Self>, command: Command, terms: Terms) -> Result<Committed, SubmitError> {
        let engine = Arc::clone(self);
        match tokio::task::spawn_blocking(move || engine.submit_blocking(command, terms)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(SubmitError::Fault(error.to_string())),
        }
    }

    /// Decides a change without making it, for a preview: nothing is stored, and no reason is asked for.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn rehearse(self: &Arc<Self>, command: Command, terms: Terms) -> Result<Decision, SubmitError> {
        let engine = Arc::clone(self);
        // What is only looked at needs no reason; where one is asked for, any text stands in for it.
        let terms = terms.because("preview".to_owned());
        match tokio::task::spawn_blocking(move || engine.decide(command, &terms)).await {
            Ok(outcome) => outcome,
            Err(error) => Err(SubmitError::Fault(error.to_string())),
        }
    }

    /// As [`Self::submit`], for threads that may block.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub fn submit_blocking(&self, command: Command, terms: Terms) -> Result<Committed, SubmitError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.accepts_changes()?;

        let decision = self.decide(command, &terms)?;
        let (credentials, secret) = issue(&decision.envelopes, terms.secret)?;
        if decision.envelopes.is_empty() {
            return Ok(Committed { entries: Arc::new([]), secret: None, report: decision.report });
        }
        let started = Instant::now();
        let links = match writer.log.append(&decision, &credentials) {
            Ok(links) => links,
            Err(error) => return Err(SubmitError::Fault(error.to_string())),
        };
        self.metrics.committed(links.len(), started.elapsed());
        // From here the change stands. Should it not fold, or fold by half, nothing may build on that.
        self.diverged.store(true, Ordering::SeqCst);
        let entries = entries(&decision.envelopes, writer.link, &links);
        writer.link = links.last().copied().unwrap_or(writer.link);
        self.fold(&decision, credentials)?;
        self.diverged.store(false, Ordering::SeqCst);

        // Nobody may be listening; that is no fault.
        let _ = self.published.send(Arc::clone(&entries));
        writer.since_snapshot += entries.len() as u64;
        if writer.since_snapshot >= EVENTS_PER_SNAPSHOT {
            self.write_snapshot(&mut writer);
        }
        Ok(Committed { entries, secret, report: decision.report })
    }

    /// Changes as they are committed, from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[StoredEntry]>> {
        self.published.subscribe()
    }

    /// The SDK key with this secret, unless it does not work. Takes no lock.
    #[must_use]
    pub fn sdk_key(&self, secret: &str) -> Option<Arc<SdkKeyPlace>> {
        self.sdk_keys.load().by_secret.get(&hash(secret)).cloned()
    }

    /// The SDK key of this id, unless it does not work. Takes no lock.
    #[must_use]
    pub fn sdk_key_of(&self, id: &SdkKeyId) -> Option<Arc<SdkKeyPlace>> {
        self.sdk_keys.load().by_id.get(id).cloned()
    }

    /// What applications with this SDK key evaluate, as it is now. Takes no lock.
    #[must_use]
    pub fn evaluation_set(&self, key: &SdkKeyPlace) -> Option<Arc<EvaluationSet>> {
        self.sets.of(&key.project, &key.environment, key.kind)
    }

    /// What servers in this environment evaluate, as it is now. Takes no lock.
    #[must_use]
    pub fn evaluation_set_of(&self, project: &ProjectKey, environment: &EnvironmentKey) -> Option<Arc<EvaluationSet>> {
        self.sets.of(project, environment, SdkKeyKind::Server)
    }

    /// What is counted of evaluations.
    #[must_use]
    pub fn counting(&self) -> &Counting {
        &self.counting
    }

    /// What is gathered of rollouts.
    #[must_use]
    pub const fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Which clients listen for changes.
    #[must_use]
    pub const fn listening(&self) -> &Listening {
        &self.listening
    }

    /// When SDK keys were last used.
    #[must_use]
    pub const fn last_uses(&self) -> &LastUses {
        &self.uses
    }

    /// Writes what was counted, and which keys were used, since the last time. Blocks on the disk.
    pub fn flush_counts(&self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.counting.flush(&mut counts, clock::now()) {
            tracing::warn!(%error, "what was counted is not stored yet");
        }
        if let Err(error) = self.watch.flush(&mut counts) {
            tracing::warn!(%error, "what was gathered of rollouts is not stored yet");
        }
        let uses = self.uses.unstored();
        if uses.is_empty() {
            return;
        }
        match counts.note_uses(&uses) {
            Ok(()) => self.uses.stored(&uses),
            Err(error) => tracing::warn!(%error, "which SDK keys were used is not stored yet"),
        }
    }

    /// What passes to event streams are signed with; another one after each start.
    #[must_use]
    pub const fn stream_secret(&self) -> &[u8; 32] {
        &self.stream_secret
    }

    /// Whoever showed this, unless it does not work, or does not work any more.
    #[must_use]
    pub fn recognise(&self, presented: &Presented) -> Option<Caller> {
        let folded = read(&self.folded);
        read(&self.access).recognise(&folded.state, presented, clock::now())
    }

    /// Whether this secret was ever an access token's, revoked ones included.
    #[must_use]
    pub fn was_issued(&self, token: &SecretHash) -> bool {
        read(&self.access).was_issued(token)
    }

    /// Opens a browser session for the holder of a token. Blocks on the disk.
    ///
    /// # Errors
    /// [`SubmitError`] when it could not be stored.
    pub fn open_session(&self, caller: &Caller) -> Result<Secret, SubmitError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.accepts_changes()?;
        let now = clock::now();
        let secret = Secret::of_session().map_err(|error| SubmitError::Fault(error.to_string()))?;
        let session = Session {
            hash: secret.hash(),
            token: caller.token.clone(),
            expires: Timestamp::from_millis(now.millis() + SESSION_MILLIS),
        };
        writer.log.open_session(&session, now).map_err(|error| SubmitError::Fault(error.to_string()))?;
        let folded = read(&self.folded);
        let mut access = write(&self.access);
        access.drop_ended_sessions(&folded.state, now);
        access.open_session(session);
        Ok(secret)
    }

    /// Ends a browser session; nothing happens when there is none. Blocks on the disk.
    ///
    /// # Errors
    /// [`SubmitError`] when that could not be stored.
    pub fn close_session(&self, secret: &str) -> Result<(), SubmitError> {
        let hash = hash(secret);
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if write(&self.access).close_session(&hash) {
            writer.log.close_session(&hash).map_err(|error| SubmitError::Fault(error.to_string()))?;
        }
        Ok(())
    }

    /// Whether changes are accepted: open, not stopping, memory and disk agree.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.accepts_changes().is_ok()
    }

    /// Accepts no changes from now on, and lets streams end.
    pub fn begin_stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Becomes true when the server begins to stop.
    #[must_use]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Writes what was counted, waits for a change under way and writes a snapshot. Blocks on the disk.
    pub fn stop(&self) {
        self.begin_stop();
        self.counting.write_people_next();
        self.watch.write_next();
        self.flush_counts();
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.since_snapshot > 0 && !self.diverged.load(Ordering::SeqCst) {
            self.write_snapshot(&mut writer);
        }
    }

    fn accepts_changes(&self) -> Result<(), SubmitError> {
        if *self.stopping.borrow() {
            return Err(SubmitError::Unavailable("the server is stopping"));
        }
        if self.diverged.load(Ordering::SeqCst) {
            return Err(SubmitError::Unavailable("the server does not accept changes until it is started again"));
        }
        Ok(())
    }

    fn decide(&self, command: Command, terms: &Terms) -> Result<Decision, SubmitError> {
        let act = Act {
            actor: terms.actor.clone(),
            role: terms.role,
            now: terms.at.unwrap_or_else(clock::now),
            version: terms.version,
            reason: terms.reason.clone(),
            entropy: entropy::for_decision().map_err(|error| SubmitError::Fault(error.to_string()))?,
        };
        let folded = read(&self.folded);
        Ok(decide(&folded.state, &folded.vault, command, act)?)
    }

    /// Takes a stored decision into memory. Only the one writer calls this, so that no other change comes in between.
    fn fold(&self, decision: &Decision, credentials: Vec<Credential>) -> Result<(), SubmitError> {
        let mut folded = write(&self.folded);
        let Folded { state, vault } = &mut *folded;
        settle(state, vault, decision).map_err(|error| SubmitError::Fault(error.to_string()))?;
        let mut access = write(&self.access);
        for credential in credentials {
            access.admit(credential);
        }
        let about_keys = |event: &Event| matches!(event, Event::SdkKeyCreated { .. } | Event::SdkKeyRevoked { .. });
        if decision.envelopes.iter().any(|envelope| about_keys(&envelope.event)) {
            self.sdk_keys.store(Arc::new(access.working_sdk_keys(state, &self.uses)));
        }
        drop(access);
        drop(folded);
        let folded = read(&self.folded);
        // Before anybody can be served the change, so that whoever reports it finds the stratum that begins with it.
        self.watch.follow(&folded.state, &decision.envelopes);
        self.sets.update(&folded.state, &folded.vault, &decision.envelopes);
        Ok(())
    }

    /// A snapshot only saves time at the next start, so failing to write one is told, not fatal.
    fn write_snapshot(&self, writer: &mut Writer) {
        let folded = read(&self.folded);
        match writer.log.write_snapshot(&folded.state) {
            Ok(()) => writer.since_snapshot = 0,
            Err(error) => tracing::warn!(%error, sequence = folded.state.sequence, "no snapshot was written"),
        }
    }
}

/// Draws, or takes over, the secret of the token or SDK key that was made. At most one is made by one command.
fn issue(envelopes: &[Envelope], given: Option<Secret>) -> Result<(Vec<Credential>, Option<Secret>), SubmitError> {
    let fault = |error: entropy::NoEntropy| SubmitError::Fault(error.to_string());
    for envelope in envelopes {
        let (secret, owner) = match &envelope.event {
            Event::TokenCreated { token, role, .. } => {
                (given.map_or_else(|| Secret::of_token(*role), Ok), CredentialOwner::Token(token.clone()))
            }
            Event::SdkKeyCreated { sdk_key, kind, .. } => {
                (given.map_or_else(|| Secret::of_sdk_key(*kind), Ok), CredentialOwner::SdkKey(sdk_key.clone()))
            }
            _ => continue,
        };
        let secret = secret.map_err(fault)?;
        return Ok((vec![Credential { hash: secret.hash(), owner }], Some(secret)));
    }
    Ok((Vec::new(), None))
}

/// The events as they stand in the log now.
fn entries(envelopes: &[Envelope], before: Link, links: &[Link]) -> Arc<[StoredEntry]> {
    let previous = std::iter::once(&before).chain(links);
    let stored = envelopes.iter().zip(links).zip(previous);
    stored
        .map(|((envelope, link), previous)| StoredEntry {
            envelope: envelope.clone(),
            link: *link,
            previous_link: *previous,
            later_reason: None,
        })
        .collect()
}

// A panic under one of these locks leaves `diverged` set, which is what guards against half a change; reading on
// is safe, and better than taking every later request down with the first.
fn read<Inner>(lock: &RwLock<Inner>) -> RwLockReadGuard<'_, Inner> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<Inner>(lock: &RwLock<Inner>) -> RwLockWriteGuard<'_, Inner> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
