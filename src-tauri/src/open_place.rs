//! The place that the window drives: its client, its connection, and its server where that is in this app.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use signalbox_client::{Client, Timing};
use signalbox_protocol::ErrorBody;
use signalbox_protocol::desktop::{ConnectionState, Place};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::connection::{Status, follow};
use crate::embedded::Embedded;

/// What it takes to drive a place.
pub struct Ready {
    /// The place, with the address of now.
    pub place: Place,
    /// The client that knows its access token.
    pub client: Client,
    /// Its server, where that is in this app.
    pub server: Option<Embedded>,
}

/// Turns true when the place is closed.
pub type Closed = watch::Receiver<bool>;

/// How far a place is that was chosen before.
#[derive(Clone)]
enum Readiness {
    Preparing,
    Ready(Client),
    Failed(ErrorBody),
}

/// The place that the window drives.
pub struct OpenPlace {
    place: Arc<Mutex<Place>>,
    status: Arc<Status>,
    readiness: watch::Receiver<Readiness>,
    closing: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl OpenPlace {
    /// Opens a place whose last known state is shown at once, while `prepare` gets it ready. Where that
    /// fails it is tried again when somebody says so. It learns when the place is closed meanwhile.
    pub fn open<Prepare, Preparing>(place: Place, status: Arc<Status>, prepare: Prepare) -> Self
    where
        Prepare: FnMut(Closed) -> Preparing + Send + 'static,
        Preparing: Future<Output = Result<Ready, (ConnectionState, ErrorBody)>> + Send + 'static,
    {
        let place = Arc::new(Mutex::new(place));
        let (ready, readiness) = watch::channel(Readiness::Preparing);
        let (closing, closed) = watch::channel(false);
        let drive = Drive { place: Arc::clone(&place), status: Arc::clone(&status), ready, closed };
        let task = Mutex::new(Some(tokio::spawn(drive.run(prepare))));
        Self { place, status, readiness, closing, task }
    }

    /// The place, with its last known address.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its last known state and its connection.
    #[must_use]
    pub const fn status(&self) -> &Arc<Status> {
        &self.status
    }

    /// The client, as soon as there is one.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn client(&self) -> Result<Client, ErrorBody> {
        let mut readiness = self.readiness.clone();
        let settled = readiness.wait_for(|readiness| !matches!(readiness, Readiness::Preparing)).await;
        match settled.as_deref() {
            Ok(Readiness::Ready(client)) => Ok(client.clone()),
            Ok(Readiness::Failed(why)) => Err(why.clone()),
            Ok(Readiness::Preparing) | Err(_) => Err(super::desktop::not_connected()),
        }
    }

    /// Waits until it is ready or cannot be, but not for long.
    pub async fn settle(&self, patience: Duration) {
        // Whether it took longer or failed, the answer is the same: show what is known.
        let _ = timeout(patience, self.client()).await;
    }

    /// Ends the connection and stops the server, where that is in this app.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the connection ended badly");
        }
        self.status.cache().lost();
    }
}

/// What runs while a place is open.
struct Drive {
    place: Arc<Mutex<Place>>,
    status: Arc<Status>,
    ready: watch::Sender<Readiness>,
    closed: Closed,
}

impl Drive {
    async fn run<Prepare, Preparing>(mut self, mut prepare: Prepare)
    where
        Prepare: FnMut(Closed) -> Preparing + Send + 'static,
        Preparing: Future<Output = Result<Ready, (ConnectionState, ErrorBody)>> + Send + 'static,
    {
        while !*self.closed.borrow() {
            let server = match prepare(self.closed.clone()).await {
                Ok(Ready { place, client, server }) => {
                    *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
                    self.ready.send_replace(Readiness::Ready(client.clone()));
                    tokio::select! {
                        () = follow(&client, &self.status, Timing::default()) => {}
                        _ = self.closed.wait_for(|closed| *closed) => {}
                    }
                    server
                }
                Err((state, why)) => {
                    tracing::warn!(%why, "the place cannot be opened");
                    self.ready.send_replace(Readiness::Failed(why));
                    self.status.enter(state);
                    None
                }
            };
            // Signed out or not opened: what is known stays to be seen, until somebody says what to do.
            tokio::select! {
                () = self.status.until_try_now() => {}
                _ = self.closed.wait_for(|closed| *closed) => {}
            }
            if let Some(server) = server {
                server.stop().await;
            }
        }
    }
}
