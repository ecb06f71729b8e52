//! The connection to the server: catches up, stays live, tells when it is lost, and comes back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use signalbox_client::{Backoff, Client, ClientError, EventStream, StreamEvent, Terms, Timing};
use signalbox_domain::Timestamp;
use signalbox_protocol::desktop::{Connection, ConnectionState};
use signalbox_protocol::endpoint::{AtRoot, GetMe, GetSnapshot};
use signalbox_protocol::stream::{Change, Snapshot};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::session::Me;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::cache::Cache;
use crate::clock;
use crate::notify::Alert;

/// Something for the window.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The connection is another than before.
    Connection(Connection),
    /// Something changed.
    Change(Change),
    /// Everything is replaced.
    Snapshot(Snapshot),
    /// Something that a person should see also when they look elsewhere.
    Alert(Alert),
}

/// Takes news to the window.
pub type Tell = Arc<dyn Fn(News) + Send + Sync>;

/// What a connection shares with those who ask about it.
pub struct Status {
    cache: Mutex<Cache>,
    connection: Mutex<Connection>,
    try_now: Notify,
    tell: Tell,
}

impl Status {
    /// A connection that has not come about yet, to a place whose last known state this is.
    #[must_use]
    pub fn new(cache: Cache, tell: Tell) -> Self {
        // Nothing is wrong before the first attempt has failed.
        let connection = Connection { state: ConnectionState::CatchingUp, heard: cache.as_of() };
        Self { cache: Mutex::new(cache), connection: Mutex::new(connection), try_now: Notify::new(), tell }
    }

    /// How the connection is now.
    #[must_use]
    pub fn connection(&self) -> Connection {
        *lock(&self.connection)
    }

    /// The last known state.
    pub fn cache(&self) -> MutexGuard<'_, Cache> {
        lock(&self.cache)
    }

    /// Ends a pause between two attempts.
    pub fn try_now(&self) {
        self.try_now.notify_one();
    }

    /// Ends when somebody does not want to wait any longer.
    pub async fn until_try_now(&self) {
        self.try_now.notified().await;
    }

    /// The connection is in this state now; told where it was in another.
    pub fn enter(&self, state: ConnectionState) {
        let (connection, told) = {
            let mut connection = lock(&self.connection);
            let told = connection.state == state;
            connection.state = state;
            (*connection, told)
        };
        if !told {
            (self.tell)(News::Connection(connection));
        }
    }

    fn heard(&self) -> Timestamp {
        let now = clock::now();
        lock(&self.connection).heard = Some(now);
        now
    }
}

/// Nothing that holds one of these locks leaves things half done, so a panic elsewhere does not matter.
fn lock<Shared>(mutex: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Follows a server for as long as it lets us in. Ends when it does not accept the token any more.
pub async fn follow(client: &Client, status: &Status, timing: Timing) {
    let mut known = status.cache().seq();
    loop {
        let seq = match known {
            Some(seq) => seq,
            None => match snapshot_at_last(client, status, timing).await {
                Some(seq) => seq,
                None => break,
            },
        };
        match read(client.stream_with(seq, timing), status).await {
            End::Reset => known = None,
            End::Refused => break,
        }
    }
    status.enter(ConnectionState::SignedOut);
}

/// Asks the server who the holder of the token is.
///
/// # Errors
/// When the server is not there, is none, or does not accept the token.
pub async fn who_am_i(client: &Client) -> Result<Me, ClientError> {
    client.call::<GetMe>(&AtRoot {}, &Empty {}, &Empty {}, Terms::default()).await
}

/// Takes a snapshot where nothing is known yet.
///
/// # Errors
/// When the server does not give one.
pub async fn fill(cache: &mut Cache, client: &Client) -> Result<(), ClientError> {
    if cache.seq().is_none() {
        cache.replace(snapshot(client).await?, clock::now());
    }
    Ok(())
}

enum End {
    Reset,
    Refused,
}

async fn read(mut stream: EventStream, status: &Status) -> End {
    loop {
        let event = tokio::select! {
            event = stream.next() => event,
            () = status.until_try_now() => {
                stream.try_now();
                continue;
            }
        };
        match event {
            Some(StreamEvent::CatchingUp) => {
                status.heard();
                status.enter(ConnectionState::CatchingUp);
            }
            Some(StreamEvent::Change(change)) => {
                let now = status.heard();
                status.cache().apply(change.clone(), now);
                let alert = Alert::about(&change).filter(|_| status.connection().state == ConnectionState::Live);
                (status.tell)(News::Change(change));
                if let Some(alert) = alert {
                    (status.tell)(News::Alert(alert));
                }
            }
            Some(StreamEvent::Live) => {
                let now = status.heard();
                status.cache().caught_up(stream.seq(), now);
                status.enter(ConnectionState::Live);
            }
            Some(StreamEvent::Heartbeat) => {
                let now = status.heard();
                status.cache().heard(now);
                // Told each time: the window shows how old its state is.
                (status.tell)(News::Connection(status.connection()));
            }
            Some(StreamEvent::Lost { why, pause }) => lose(status, &why, pause),
            Some(StreamEvent::Refused(why)) => {
                tracing::warn!(%why, "the server does not let us in");
                status.cache().lost();
                return End::Refused;
            }
            Some(StreamEvent::Reset) | None => return End::Reset,
        }
    }
}

/// A snapshot, however long it takes; none when the server does not let us in.
async fn snapshot_at_last(client: &Client, status: &Status, timing: Timing) -> Option<u64> {
    let mut backoff = Backoff::new(timing.first_pause, timing.longest_pause);
    loop {
        match snapshot(client).await {
            Ok(snapshot) => {
                let seq = snapshot.seq;
                let now = status.heard();
                status.cache().replace(snapshot.clone(), now);
                status.enter(ConnectionState::CatchingUp);
                (status.tell)(News::Snapshot(snapshot));
                return Some(seq);
            }
            Err(why) if why.is_refused_token() => {
                tracing::warn!(%why, "the server does not let us in");
                return None;
            }
            Err(why) => {
                let pause = backoff.pause();
                lose(status, &why, pause);
                tokio::select! {
                    () = sleep(pause) => {}
                    () = status.until_try_now() => {}
                }
            }
        }
    }
}

async fn snapshot(client: &Client) -> Result<Snapshot, ClientError> {
    client.call::<GetSnapshot>(&AtRoot {}, &Empty {}, &Empty {}, Terms::default()).await
}

fn lose(status: &Status, why: &ClientError, pause: Duration) {
    if status.connection().state != ConnectionState::Offline {
        tracing::info!(%why, ?pause, "the connection is lost");
        status.cache().lost();
    }
    status.enter(ConnectionState::Offline);
}

#[cfg(test)]
mod tests;
