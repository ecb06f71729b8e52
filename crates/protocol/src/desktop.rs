//! What the user interface and the desktop app say to each other over IPC.
//!
//! One command list, [`command`]; one event list, [`event`]. The desktop drives a server, embedded or
//! remote, through the same API as everybody; the page never learns a token.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use signalbox_domain::Timestamp;

use crate::stream::Snapshot;
use crate::wire::session::Me;

/// Names of the commands that the desktop app answers.
pub mod command {
    /// No arguments; answers [`super::Boot`]. What the window shows before any network answer.
    pub const BOOT: &str = "boot";
    /// Argument `request`: [`super::Request`]; answers [`super::Response`].
    pub const CALL: &str = "call";
    /// Argument `choice`: [`super::Choice`]; answers [`super::Boot`], or fails with an `ErrorBody`.
    pub const CHOOSE: &str = "choose";
    /// No arguments; answers [`super::Boot`]. Back to the welcome screen; nothing is deleted.
    pub const LEAVE: &str = "leave";
    /// No arguments; answers [`super::Boot`]. Deletes the demo with its data and goes back to the welcome screen.
    pub const REMOVE_DEMO: &str = "remove_demo";
    /// Arguments `name`, a plain file name, and `text`; answers the path of the file, or fails with an `ErrorBody`.
    /// Saves a text into the person's folder for downloads, beside whatever has the name already.
    pub const SAVE: &str = "save";
    /// No arguments, no answer. Tries the connection now instead of after the pause.
    pub const TRY_AGAIN: &str = "try_again";
}

/// Names of the events that the desktop app emits to the window.
pub mod event {
    /// Payload [`super::Connection`].
    pub const CONNECTION: &str = "connection";
    /// Payload [`crate::stream::Change`].
    pub const CHANGE: &str = "change";
    /// Payload [`crate::stream::Snapshot`]: replaces everything that was shown.
    pub const SNAPSHOT: &str = "snapshot";
}

/// What the window shows before any network answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boot {
    /// Where the window is connected; absent on the first run: show the welcome screen.
    pub place: Option<Place>,
    /// Who the person is there, as last known.
    pub me: Option<Me>,
    /// Last known state, from the local cache.
    pub snapshot: Option<Snapshot>,
    /// When the last known state was taken over from the server.
    pub as_of: Option<Timestamp>,
    /// The connection now.
    pub connection: Connection,
    /// Whether a demo's data is on this computer.
    pub demo_exists: bool,
}

/// Where the window is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which kind of server.
    pub kind: PlaceKind,
    /// Its address, such as `http://127.0.0.1:40123`.
    pub url: String,
    /// Where the access token is kept.
    pub token_kept_in: TokenKeeper,
}

/// Which kind of server a window drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// In this app, with the person's own data.
    Embedded,
    /// In this app, with the made-up bank.
    Demo,
    /// A team's server.
    Remote,
}

/// Where an access token is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKeeper {
    /// In the operating system's keyring.
    Keyring,
    /// In a file that only this user may read, since no keyring answered.
    File,
}

/// How a person begins.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Choice {
    /// Look around in the demo.
    Demo,
    /// Begin with an empty project in this app.
    Empty {
        /// What to call the project.
        project_name: String,
    },
    /// Connect to a team's server.
    Remote {
        /// Its address.
        url: String,
        /// The access token.
        token: String,
    },
}

/// The connection to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// How it is.
    pub state: ConnectionState,
    /// When the server was last heard.
    pub heard: Option<Timestamp>,
}

/// How a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Changes arrive as they happen.
    Live,
    /// Connected; what was missed is arriving.
    CatchingUp,
    /// Not connected: everything readable, nothing changeable.
    Offline,
    /// The token does not work any more; connect anew.
    SignedOut,
}

/// A call of the management API, to be sent with the token that the page does not know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Path and query, beginning with `/api/v1/`.
    pub path: String,
    /// Body, for methods that have one.
    pub body: Option<Value>,
    /// The text of the body in place of `body`, where it must arrive to the letter: as values of a page, `10.0` would
    /// become `10`, and a field that is given twice would be given once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// Whether the body of a good answer comes as the text of its JSON, for the same reason.
    #[serde(default)]
    pub answer_as_text: bool,
    /// For `If-Match`.
    pub version: Option<u64>,
    /// For `Idempotency-Key`.
    pub idempotency_key: Option<String>,
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// HTTP status; 0 when the server did not answer (the body is an `ErrorBody` of code `unavailable`).
    pub status: u16,
    /// Body; null where there is none.
    pub body: Value,
}
