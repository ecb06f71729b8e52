//! Opening: where the page is connected, and as whom.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_protocol::desktop::{Boot, Choice, ConnectionState, PlaceKind};
use signalbox_protocol::endpoint::{AtRoot, CreateSession, DeleteSession};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::session::SignIn;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::{Phase, Store, live};
use crate::api::{self, ipc};

impl Store {
    /// Opens the page: takes up what was chosen before, shows what is known, goes live.
    pub fn open(&self) {
        self.selection.recall();
        live::start_clock(*self);
        let store = *self;
        spawn_local(async move {
            if ipc::is_here() {
                // What happens after the app's first answer must be heard.
                live::listen_to_app(store).await;
            }
            store.try_to_open();
        });
    }

    /// Tries again after [`Phase::Broken`].
    pub fn try_to_open(&self) {
        let store = *self;
        self.phase.set(Phase::Opening);
        spawn_local(async move {
            let opened =
                if ipc::is_here() { store.answered(ipc::boot()).await } else { live::connect_browser(store).await };
            match opened {
                Ok(()) => {}
                Err(error) if error.error.code == ErrorCode::Unauthenticated => store.phase.set(Phase::SignIn),
                Err(error) => store.phase.set(Phase::Broken(error)),
            }
        });
    }

    /// Begins as the person chose on the welcome screen (desktop app).
    ///
    /// # Errors
    /// What the app says went wrong.
    pub async fn choose(&self, choice: Choice) -> Result<(), ErrorBody> {
        self.answered(ipc::choose(choice)).await
    }

    /// Back to the welcome screen (desktop app); nothing is deleted.
    ///
    /// # Errors
    /// What the app says went wrong.
    pub async fn leave(&self) -> Result<(), ErrorBody> {
        self.answered(ipc::leave()).await
    }

    /// Deletes the demo with its data and goes back to the welcome screen (desktop app).
    ///
    /// # Errors
    /// What the app says went wrong.
    pub async fn remove_demo(&self) -> Result<(), ErrorBody> {
        self.answered(ipc::remove_demo()).await
    }

    /// Exchanges an access token for a session and opens the page (browser).
    ///
    /// # Errors
    /// What the server answered.
    pub async fn sign_in(&self, token: String) -> Result<(), ErrorBody> {
        api::call::<CreateSession>(&AtRoot {}, &Empty {}, &SignIn { token }, None).await?;
        live::connect_browser(*self).await
    }

    /// Ends the session (browser).
    ///
    /// # Errors
    /// What the server answered.
    pub async fn sign_out(&self) -> Result<(), ErrorBody> {
        api::call::<DeleteSession>(&AtRoot {}, &Empty {}, &Empty {}, None).await?;
        self.signed_out();
        Ok(())
    }

    /// Tries the connection now instead of after the pause.
    pub fn try_connection(&self) {
        if ipc::is_here() {
            spawn_local(async {
                // The app tells by an event how it went.
                let _ = ipc::try_again().await;
            });
        } else {
            live::try_now();
        }
    }

    /// Whether what is shown is the made-up bank of the demo.
    pub fn is_demo(&self) -> bool {
        self.place.with(|place| place.as_ref().is_some_and(|place| place.kind == PlaceKind::Demo))
            || self.project().is_some_and(|project| project.demo)
    }

    /// Takes over what the app answers about itself.
    async fn answered(&self, answer: impl Future<Output = Result<Boot, ErrorBody>>) -> Result<(), ErrorBody> {
        self.await_answer();
        let answer = answer.await.map(|boot| self.take_over(boot));
        self.answer_is_there();
        answer
    }

    fn take_over(&self, boot: Boot) {
        let Boot { place, me, snapshot, as_of, connection, demo_exists } = boot;
        self.phase.set(if place.is_some() { Phase::Ready } else { Phase::Welcome });
        self.place.set(place);
        self.me.set(me);
        self.as_of.set(as_of);
        self.connection.set(connection);
        self.demo_exists.set(demo_exists);
        match snapshot {
            Some(snapshot) => self.take_answer(snapshot),
            None => self.forget(),
        }
        if connection.state == ConnectionState::Live {
            live::catch_up(*self);
        }
    }
}
