//! What the window can ask of the app: where it is connected, calls of the API, and to be connected elsewhere.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use signalbox_client::{Address, Client, ClientError};
use signalbox_protocol::desktop::{
    Boot, Choice, Connection, ConnectionState, Place, PlaceKind, Request, Response, TokenKeeper,
};
use signalbox_protocol::wire::session::Me;
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::cache::Cache;
use crate::connection::{Status, Tell, fill, who_am_i};
use crate::embedded::{CannotStart, Embedded};
use crate::home::{Home, account, remove_folder};
use crate::open_place::{Closed, OpenPlace, Ready};
use crate::places::Places;
use crate::token_keeper::Tokens;
use crate::{call, entropy, first_project};

/// How long the first answer to the window waits for the server in this app, so that its address is
/// the one of now. It is far shorter than the page takes to load.
const START: Duration = Duration::from_secs(1);

/// The app behind the window.
pub struct Desktop {
    home: Home,
    tokens: Tokens,
    tell: Tell,
    places: Mutex<Places>,
    open: Mutex<Option<Arc<OpenPlace>>>,
    /// Held while the window is being connected elsewhere.
    changing: tokio::sync::Mutex<()>,
}

impl Desktop {
    /// The app with everything in `home`, as it was left. Nothing is connected before [`Self::resume`].
    #[must_use]
    pub fn new(home: Home, tokens: Tokens, tell: Tell) -> Self {
        let places = Mutex::new(Places::read(home.places()));
        Self { home, tokens, tell, places, open: Mutex::new(None), changing: tokio::sync::Mutex::new(()) }
    }

    /// Opens the place that was chosen before, if any: its last known state is there at once, and the
    /// connection comes about meanwhile. Must be called inside the runtime.
    pub fn resume(self: &Arc<Self>) {
        let Some(place) = self.places().chosen().cloned() else { return };
        let status = self.status_of(&place);
        let desktop = Arc::clone(self);
        let chosen = place.clone();
        let prepare = move |closed| {
            let (desktop, chosen) = (Arc::clone(&desktop), chosen.clone());
            async move { desktop.prepare(&chosen, closed).await }
        };
        self.set_open(Some(Arc::new(OpenPlace::open(place, status, prepare))));
    }

    /// What the window shows before any network answer.
    pub async fn boot(&self) -> Boot {
        let Some(open) = self.open() else { return self.welcome() };
        if open.place().kind != PlaceKind::Remote {
            open.settle(START).await;
        }
        let status = open.status();
        let connection = status.connection();
        let cache = status.cache();
        Boot {
            place: Some(open.place()),
            me: cache.me().cloned(),
            snapshot: cache.snapshot(),
            as_of: cache.as_of(),
            connection,
            demo_exists: self.demo_exists(),
        }
    }

    /// Sends a call of the management API with the token that the window does not know.
    pub async fn call(&self, request: Request) -> Response {
        match self.open() {
            Some(open) => call::send(&open, request).await,
            None => call::unanswered(&not_connected()),
        }
    }

    /// Begins as the person chose.
    ///
    /// # Errors
    /// What stands in the way, in words for the person; the window stays connected as it was.
    pub async fn choose(self: &Arc<Self>, choice: Choice) -> Result<Boot, ErrorBody> {
        let _changing = self.changing.lock().await;
        let (ready, me) = match choice {
            Choice::Demo => self.own_server(PlaceKind::Demo, None).await?,
            Choice::Empty { project_name } => {
                self.own_server(PlaceKind::Embedded, Some(first_project::name(&project_name)?)).await?
            }
            Choice::Remote { url, token } => self.team_server(&url, &token).await?,
        };
        self.places().choose(ready.place.clone()).map_err(|error| cannot_write(&error))?;
        if let Some(before) = self.set_open(None) {
            before.close().await;
        }
        let place = ready.place.clone();
        let mut cache = self.cache_of(&place);
        cache.set_me(me);
        if let Err(error) = fill(&mut cache, &ready.client).await {
            tracing::warn!(%error, "there is no snapshot yet; the connection takes one");
        }
        let status = Arc::new(Status::new(cache, Arc::clone(&self.tell)));
        let desktop = Arc::clone(self);
        let (chosen, mut ready) = (place.clone(), Some(ready));
        let prepare = move |closed| {
            let (desktop, chosen, ready) = (Arc::clone(&desktop), chosen.clone(), ready.take());
            async move {
                match ready {
                    Some(ready) => Ok(ready),
                    None => desktop.prepare(&chosen, closed).await,
                }
            }
        };
        self.set_open(Some(Arc::new(OpenPlace::open(place, status, prepare))));
        Ok(self.boot().await)
    }

    /// Back to the welcome screen; nothing is deleted.
    ///
    /// # Errors
    /// When the choice cannot be written.
    pub async fn leave(&self) -> Result<Boot, ErrorBody> {
        let _changing = self.changing.lock().await;
        self.places().choose_none().map_err(|error| cannot_write(&error))?;
        if let Some(open) = self.set_open(None) {
            open.close().await;
        }
        Ok(self.welcome())
    }

    /// Deletes the demo with everything that is known of it.
    ///
    /// # Errors
    /// When something of it cannot be deleted.
    pub async fn remove_demo(&self) -> Result<Boot, ErrorBody> {
        {
            let _changing = self.changing.lock().await;
            if self.open().is_some_and(|open| open.place().kind == PlaceKind::Demo)
                && let Some(open) = self.set_open(None)
            {
                open.close().await;
            }
            self.delete_demo()
                .await
                .map_err(|error| ErrorBody::new(ErrorCode::Internal, format!("the demo cannot be deleted: {error}")))?;
        }
        Ok(self.boot().await)
    }

    /// Tries the connection now instead of after the pause.
    pub fn try_again(&self) {
        if let Some(open) = self.open() {
            open.status().try_now();
        }
    }

    /// Ends the connection and stops the server in this app.
    pub async fn close(&self) {
        if let Some(open) = self.set_open(None) {
            open.close().await;
        }
    }

    /// Gets a place ready that was chosen before.
    async fn prepare(&self, place: &Place, mut closed: Closed) -> Result<Ready, (ConnectionState, ErrorBody)> {
        let account = account(place);
        // A keyring may wait for a person; somebody who leaves does not wait for it.
        let kept = tokio::select! {
            kept = self.tokens.read(&account, Some(place.token_kept_in)) => kept,
            _ = closed.wait_for(|closed| *closed) => return Err((ConnectionState::Offline, not_connected())),
        };
        if place.kind == PlaceKind::Remote {
            let Some((token, token_kept_in)) = kept else { return Err((ConnectionState::SignedOut, token_is_lost())) };
            let client = Client::new(&place.url, &token).map_err(|error| {
                (ConnectionState::SignedOut, ErrorBody::new(ErrorCode::Unauthenticated, error.message))
            })?;
            return Ok(Ready { place: Place { token_kept_in, ..place.clone() }, client, server: None });
        }
        let ready = self.start(place.kind, kept).await.map_err(|why| (ConnectionState::Offline, why))?;
        if ready.place != *place
            && let Err(error) = self.places().choose(ready.place.clone())
        {
            tracing::warn!(%error, "the new address of the server in this app is not kept");
        }
        Ok(ready)
    }

    /// The server in this app, ready to be shown. Where it has no project it gets one of this name.
    async fn own_server(&self, kind: PlaceKind, project_name: Option<String>) -> Result<(Ready, Me), ErrorBody> {
        // One server at a time has the data.
        if self.open().is_some_and(|open| open.place().kind == kind)
            && let Some(open) = self.set_open(None)
        {
            open.close().await;
        }
        let known = self.places().known(kind).cloned();
        let account = account(&known.clone().unwrap_or_else(|| unknown(kind)));
        let kept = self.tokens.read(&account, known.map(|place| place.token_kept_in)).await;
        let ready = self.start(kind, kept).await?;
        let entered = async {
            if let Some(name) = project_name {
                first_project::make(&ready.client, name).await?;
            }
            who_am_i(&ready.client).await
        };
        match entered.await {
            Ok(me) => Ok((ready, me)),
            Err(error) => {
                if let Some(server) = ready.server {
                    server.stop().await;
                }
                Err(error.into_body())
            }
        }
    }

    /// A team's server, asked whether it lets this token in.
    async fn team_server(&self, url: &str, token: &str) -> Result<(Ready, Me), ErrorBody> {
        let client = Client::new(url, token)
            .map_err(|error| ErrorBody::new(ErrorCode::InvalidField, error.message).about(error.field))?;
        let url = client.address().as_str().to_owned();
        let mut place = Place { kind: PlaceKind::Remote, url, token_kept_in: TokenKeeper::Keyring };
        let me = who_am_i(&client).await.map_err(|error| not_let_in(client.address(), error))?;
        place.token_kept_in =
            self.tokens.keep(&account(&place), token.trim()).await.map_err(|error| cannot_write(&error))?;
        Ok((Ready { place, client, server: None }, me))
    }

    /// Starts the server of this kind in this app. A token that is lost or was revoked is replaced: the
    /// data is on this person's own computer.
    async fn start(&self, kind: PlaceKind, kept: Option<(String, TokenKeeper)>) -> Result<Ready, ErrorBody> {
        let last = self.places().known(kind).cloned();
        let (mut token, mut token_kept_in) = match kept {
            Some(kept) => kept,
            None => self.new_token(kind).await?,
        };
        let server = match Embedded::start(&self.home, kind, &token, last.as_ref()).await {
            Err(CannotStart::TokenRevoked) => {
                (token, token_kept_in) = self.new_token(kind).await?;
                Embedded::start(&self.home, kind, &token, last.as_ref()).await?
            }
            started => started?,
        };
        let client =
            Client::new(server.url(), &token).map_err(|error| ErrorBody::new(ErrorCode::Internal, error.message))?;
        let place = Place { kind, url: server.url().to_owned(), token_kept_in };
        Ok(Ready { place, client, server: Some(server) })
    }

    /// A fresh token for a server in this app, kept before the server knows it: it is never lost in between.
    async fn new_token(&self, kind: PlaceKind) -> Result<(String, TokenKeeper), ErrorBody> {
        let token = entropy::admin_token().map_err(|error| {
            ErrorBody::new(ErrorCode::Internal, format!("this computer gives no random numbers: {error}"))
        })?;
        let kept_in = self.tokens.keep(&account(&unknown(kind)), &token).await.map_err(|error| cannot_write(&error))?;
        Ok((token, kept_in))
    }

    async fn delete_demo(&self) -> io::Result<()> {
        let demo = unknown(PlaceKind::Demo);
        self.places().forget(PlaceKind::Demo)?;
        self.tokens.forget(&account(&demo)).await?;
        Cache::delete(&self.home.cache(&demo))?;
        match self.home.server_data(PlaceKind::Demo) {
            Some(folder) => remove_folder(&folder),
            None => Ok(()),
        }
    }

    fn welcome(&self) -> Boot {
        Boot {
            place: None,
            me: None,
            snapshot: None,
            as_of: None,
            connection: Connection { state: ConnectionState::Offline, heard: None },
            demo_exists: self.demo_exists(),
        }
    }

    fn demo_exists(&self) -> bool {
        self.home.server_data(PlaceKind::Demo).is_some_and(|folder| folder.exists())
    }

    fn status_of(&self, place: &Place) -> Arc<Status> {
        Arc::new(Status::new(self.cache_of(place), Arc::clone(&self.tell)))
    }

    fn cache_of(&self, place: &Place) -> Cache {
        Cache::open(&self.home.cache(place), &account(place))
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Option<Arc<OpenPlace>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_open(&self, open: Option<Arc<OpenPlace>>) -> Option<Arc<OpenPlace>> {
        std::mem::replace(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner), open)
    }
}

/// The answer to whoever asks something of a server while there is none.
pub fn not_connected() -> ErrorBody {
    ErrorBody::new(ErrorCode::Unavailable, "this window is not connected to a server")
}

/// A place in this app that was not opened before.
fn unknown(kind: PlaceKind) -> Place {
    Place { kind, url: String::new(), token_kept_in: TokenKeeper::Keyring }
}

fn token_is_lost() -> ErrorBody {
    ErrorBody::new(ErrorCode::Unauthenticated, "the access token is not on this computer any more; connect anew")
}

fn cannot_write(error: &io::Error) -> ErrorBody {
    ErrorBody::new(ErrorCode::Internal, format!("this cannot be kept on this computer: {error}"))
}

/// Why a team's server cannot be driven, about the field where it was typed.
fn not_let_in(address: &Address, error: ClientError) -> ErrorBody {
    match error {
        ClientError::Api { status: 401, .. } => {
            let message = format!("{address} does not accept this access token; ask for a new one");
            ErrorBody::new(ErrorCode::Unauthenticated, message).about("token")
        }
        ClientError::Api { body, .. } => body,
        ClientError::Unreachable(message) => ErrorBody::new(ErrorCode::Unavailable, message).about("url"),
        ClientError::Unreadable(message) => ErrorBody::new(ErrorCode::InvalidField, message).about("url"),
    }
}

#[cfg(test)]
mod tests;
