//! A browser reads the server's stream itself: server-sent events, watched for silence.

use std::cell::RefCell;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::Timestamp;
use signalbox_protocol::desktop::{Connection, ConnectionState};
use signalbox_protocol::endpoint::{AtRoot, GetMe, GetSnapshot};
use signalbox_protocol::stream::{Change, event};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::{ErrorBody, ErrorCode};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::watch::{Step, Watch};
use crate::state::{Phase, Store};
use crate::{api, clock};

/// How often silence is looked for. Milliseconds.
const TICK: u32 = 250;

thread_local! {
    /// The one stream of this page; a page has one thread.
    static STREAM: RefCell<Option<Stream>> = const { RefCell::new(None) };
}

struct Stream {
    store: Store,
    watch: Watch,
    source: Option<Source>,
    /// Ends with the stream.
    _ticking: Interval,
}

/// An open connection with what listens to it.
struct Source {
    events: EventSource,
    _listeners: Vec<Closure<dyn FnMut(MessageEvent)>>,
}

impl Drop for Source {
    fn drop(&mut self) {
        self.events.close();
    }
}

/// Learns who the reader is and how everything stands, then follows the stream.
///
/// # Errors
/// What the server answered; `unauthenticated` where there is no session.
pub async fn connect(store: Store) -> Result<(), ErrorBody> {
    let me = api::call::<GetMe>(&AtRoot {}, &Empty {}, &Empty {}, None).await?;
    store.me.set(Some(me));
    take_snapshot(store).await?;
    store.phase.set(Phase::Ready);
    let stream = Stream {
        store,
        watch: Watch::new(clock::now().millis()),
        source: None,
        _ticking: Interval::new(TICK, || with_stream(Stream::tick)),
    };
    STREAM.set(Some(stream));
    with_stream(Stream::tick);
    Ok(())
}

/// Connects now instead of after the pause.
pub fn try_now() {
    with_stream(|stream| {
        stream.watch.now(clock::now().millis());
        stream.tick();
    });
}

async fn take_snapshot(store: Store) -> Result<(), ErrorBody> {
    let snapshot = api::call::<GetSnapshot>(&AtRoot {}, &Empty {}, &Empty {}, None).await?;
    store.replace(snapshot);
    super::catch_up(store);
    Ok(())
}

fn with_stream(act: impl FnOnce(&mut Stream)) {
    STREAM.with_borrow_mut(|stream| stream.as_mut().map(act));
}

impl Stream {
    fn tick(&mut self) {
        let step = self.watch.tick(clock::now().millis());
        self.take(step);
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Wait => {}
            Step::Close => self.source = None,
            Step::Connect => self.source = self.listen(),
        }
        self.tell();
    }

    /// Shows how the connection is, where that has changed.
    fn tell(&self) {
        let heard = Timestamp::from_millis(self.watch.heard_at());
        let now = Connection { state: self.watch.connection(), heard: Some(heard) };
        if self.store.connection.get_untracked() != now {
            self.store.connection.set(now);
        }
        if self.store.as_of.get_untracked() != Some(heard) {
            self.store.as_of.set(Some(heard));
        }
    }

    fn listen(&self) -> Option<Source> {
        let events = EventSource::new(&format!("/api/v1/stream?after={}", self.store.seq())).ok()?;
        let mut listeners = Vec::new();
        let mut on = |name: &str, act: fn(&mut Stream, MessageEvent)| {
            let listener = Closure::new(move |message: MessageEvent| with_stream(|stream| act(stream, message)));
            // Listening fails for no name.
            let _ = events.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
            listeners.push(listener);
        };
        on("open", |stream, _| {
            stream.watch.opened(clock::now().millis());
            stream.tell();
        });
        on("error", |stream, _| stream.failed());
        on(event::HEARTBEAT, |stream, _| {
            stream.watch.heard(clock::now().millis());
            stream.tell();
        });
        on(event::LIVE, |stream, _| {
            stream.watch.live(clock::now().millis());
            stream.tell();
        });
        on(event::RESET, |stream, _| stream.reset());
        on(event::CHANGE, |stream, message| {
            stream.watch.heard(clock::now().millis());
            let change = message.data().as_string().and_then(|data| serde_json::from_str::<Change>(&data).ok());
            match change {
                Some(change) => stream.store.apply(change),
                // A change that cannot be read cannot be applied: begin anew from a snapshot.
                None => stream.reset(),
            }
        });
        Some(Source { events, _listeners: listeners })
    }

    /// The stream broke. An ended session looks the same, so ask.
    fn failed(&mut self) {
        let step = self.watch.failed(clock::now().millis());
        self.take(step);
        let store = self.store;
        spawn_local(async move {
            let me = api::call::<GetMe>(&AtRoot {}, &Empty {}, &Empty {}, None).await;
            if me.is_err_and(|error| error.error.code == ErrorCode::Unauthenticated) {
                stop(store);
                store.signed_out();
            }
        });
    }

    /// Too much was missed: begin anew from a snapshot.
    fn reset(&mut self) {
        let step = self.watch.failed(clock::now().millis());
        self.take(step);
        let store = self.store;
        spawn_local(async move {
            // Where it fails the next connection is told to reset again.
            if take_snapshot(store).await.is_ok() {
                try_now();
            }
        });
    }
}

fn stop(store: Store) {
    STREAM.set(None);
    store.connection.update(|connection| connection.state = ConnectionState::SignedOut);
}
