//! Who holds which secret: from the hash of what somebody sends to the token, SDK key or session that it is.

use std::collections::HashMap;
use std::sync::Arc;

use signalbox_domain::access::{Role, SdkKey, SdkKeyKind};
use signalbox_domain::key::{EnvironmentKey, ProjectKey, SdkKeyId, TokenId};
use signalbox_domain::{State, Timestamp};
use signalbox_store::{Credential, CredentialOwner, Session};

use super::last_use::{LastUse, LastUses};
use super::secret::SecretHash;
use crate::applications::IssuedPass;

/// Somebody who showed a secret that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The token that they hold.
    pub token: TokenId,
    /// What it allows.
    pub role: Role,
}

/// What somebody shows to say who they are, as its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// An access token.
    Token(SecretHash),
    /// The cookie of a browser session.
    Session(SecretHash),
}

/// An SDK key that works, with what it evaluates.
pub struct SdkKeyPlace {
    /// The key.
    pub id: SdkKeyId,
    /// Who holds it.
    pub kind: SdkKeyKind,
    /// The project whose flags it evaluates.
    pub project: ProjectKey,
    /// The environment that it evaluates them in.
    pub environment: EnvironmentKey,
    /// When it was used.
    pub last_use: Arc<LastUse>,
    /// The pass to the event stream that it was given last.
    pub pass: IssuedPass,
}

/// The SDK keys that work.
#[derive(Default)]
pub(super) struct SdkKeys {
    /// By the hash of their secret.
    pub by_secret: HashMap<SecretHash, Arc<SdkKeyPlace>>,
    /// By their id.
    pub by_id: HashMap<SdkKeyId, Arc<SdkKeyPlace>>,
}

/// Every secret that was handed out, by hash. Whether it still works is asked of the state, each time.
#[derive(Default)]
pub(super) struct Access {
    tokens: HashMap<SecretHash, TokenId>,
    sdk_keys: HashMap<SecretHash, SdkKeyId>,
    sessions: HashMap<SecretHash, Session>,
}

impl Access {
    /// From what the store kept.
    pub(super) fn new(credentials: Vec<Credential>, sessions: Vec<Session>) -> Self {
        let mut access = Self::default();
        for credential in credentials {
            access.admit(credential);
        }
        for session in sessions {
            access.sessions.insert(session.hash, session);
        }
        access
    }

    pub(super) fn admit(&mut self, credential: Credential) {
        match credential.owner {
            CredentialOwner::Token(id) => {
                self.tokens.insert(credential.hash, id);
            }
            CredentialOwner::SdkKey(id) => {
                self.sdk_keys.insert(credential.hash, id);
            }
        }
    }

    pub(super) fn open_session(&mut self, session: Session) {
        self.sessions.insert(session.hash, session);
    }

    pub(super) fn close_session(&mut self, hash: &SecretHash) -> bool {
        self.sessions.remove(hash).is_some()
    }

    /// Forgets sessions that ended, so that their number stays bounded by those in use.
    pub(super) fn drop_ended_sessions(&mut self, state: &State, now: Timestamp) {
        self.sessions.retain(|_, session| session.expires > now && live(state, &session.token).is_some());
    }

    pub(super) fn recognise(&self, state: &State, presented: &Presented, now: Timestamp) -> Option<Caller> {
        match presented {
            Presented::Token(hash) => live(state, self.tokens.get(hash)?),
            Presented::Session(hash) => {
                let session = self.sessions.get(hash).filter(|session| session.expires > now)?;
                live(state, &session.token)
            }
        }
    }

    pub(super) fn was_issued(&self, token: &SecretHash) -> bool {
        self.tokens.contains_key(token)
    }

    /// Every SDK key that works now.
    pub(super) fn working_sdk_keys(&self, state: &State, uses: &LastUses) -> SdkKeys {
        let mut working = SdkKeys::default();
        for (hash, id) in &self.sdk_keys {
            let Some(key) = state.sdk_keys.get(id).filter(|key| key.revoked.is_none()) else { continue };
            let SdkKey { id, project, environment, kind, .. } = key.clone();
            let (last_use, pass) = (uses.of(&id), IssuedPass::default());
            let place = Arc::new(SdkKeyPlace { id: id.clone(), kind, project, environment, last_use, pass });
            working.by_secret.insert(*hash, Arc::clone(&place));
            working.by_id.insert(id, place);
        }
        working
    }
}

/// Whoever holds this token, unless it was revoked.
fn live(state: &State, token: &TokenId) -> Option<Caller> {
    let token = state.tokens.get(token).filter(|token| token.revoked.is_none())?;
    Some(Caller { token: token.id.clone(), role: token.role })
}
