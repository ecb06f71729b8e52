//! On what terms a change is asked for, and what comes of it.

use std::sync::Arc;

use signalbox_domain::access::Role;
use signalbox_domain::event::Event;
use signalbox_domain::import::Report;
use signalbox_domain::key::{ActorId, SdkKeyId, TokenId};
use signalbox_domain::{Refusal, Timestamp};
use signalbox_store::StoredEntry;

use super::access::Caller;
use super::secret::Secret;

/// Who asks for a change, and on what terms.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Who.
    pub actor: ActorId,
    /// With which role.
    pub role: Role,
    /// The version that the change was made against.
    pub version: Option<u64>,
    /// Why.
    pub reason: Option<String>,
    /// When, where that is not now: the made-up history of the demo.
    pub at: Option<Timestamp>,
    /// The secret of the token or SDK key that the change makes, where it is not to be drawn afresh.
    pub secret: Option<Secret>,
}

impl Terms {
    /// Signalbox itself, or an operator at the server's command line.
    #[must_use]
    pub const fn system() -> Self {
        Self { actor: ActorId::System, role: Role::Admin, version: None, reason: None, at: None, secret: None }
    }

    /// Somebody who showed a secret that works.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        Self { actor: ActorId::Token(caller.token.clone()), role: caller.role, ..Self::system() }
    }

    /// Made against this version.
    #[must_use]
    pub fn against(self, version: impl Into<Option<u64>>) -> Self {
        Self { version: version.into(), ..self }
    }

    /// For this reason.
    #[must_use]
    pub fn because(self, reason: impl Into<Option<String>>) -> Self {
        Self { reason: reason.into(), ..self }
    }

    /// At this time; an event still never gets a time before the event ahead of it.
    #[must_use]
    pub fn at(self, time: Timestamp) -> Self {
        Self { at: Some(time), ..self }
    }
}

/// What came of a change: durable, folded in and published.
#[derive(Debug, Clone)]
pub struct Committed {
    /// What happened, in order, with its links of the chain; empty when nothing had to change.
    pub entries: Arc<[StoredEntry]>,
    /// The secret of the token or SDK key that was made, to show it this once.
    pub secret: Option<Secret>,
    /// What became of a document that was to be imported.
    pub report: Option<Report>,
}

impl Committed {
    /// The access token that was made.
    #[must_use]
    pub fn token(&self) -> Option<&TokenId> {
        self.entries.iter().find_map(|entry| match &entry.envelope.event {
            Event::TokenCreated { token, .. } => Some(token),
            _ => None,
        })
    }

    /// The SDK key that was made.
    #[must_use]
    pub fn sdk_key(&self) -> Option<&SdkKeyId> {
        self.entries.iter().find_map(|entry| match &entry.envelope.event {
            Event::SdkKeyCreated { sdk_key, .. } => Some(sdk_key),
            _ => None,
        })
    }
}

/// Why a change was not made. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server is stopping, or does not accept changes any more.
    #[error("{0}")]
    Unavailable(&'static str),
    /// A fault; what went wrong is for the log, not for the caller.
    #[error("the change could not be stored: {0}")]
    Fault(String),
}
