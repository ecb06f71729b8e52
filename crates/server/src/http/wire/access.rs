//! Access tokens and SDK keys, without their secrets.

use signalbox_domain::access;
use signalbox_domain::key::{EnvironmentKey, ProjectKey, SdkKeyId, TokenId};
use signalbox_protocol::wire::access::{SdkKey, Token};
use signalbox_protocol::wire::session::Me;

use super::View;
use crate::engine::Caller;

impl View<'_> {
    /// The caller.
    #[must_use]
    pub fn me(&self, caller: &Caller) -> Me {
        let name = self.state.tokens.get(&caller.token).map(|token| self.person(&token.name));
        Me { token: caller.token.clone(), name: name.unwrap_or_default(), role: caller.role }
    }

    /// An access token.
    #[must_use]
    pub fn token(&self, id: &TokenId) -> Option<Token> {
        let token = self.state.tokens.get(id)?;
        Some(Token {
            id: token.id.clone(),
            name: self.person(&token.name),
            role: token.role,
            created: token.created,
            revoked: token.revoked,
            version: token.version,
        })
    }

    /// All access tokens, oldest first.
    #[must_use]
    pub fn tokens(&self) -> Vec<Token> {
        let mut tokens: Vec<_> = self.state.tokens.keys().filter_map(|id| self.token(id)).collect();
        tokens.sort_by(|one, other| (one.created, &one.id).cmp(&(other.created, &other.id)));
        tokens
    }

    /// An SDK key.
    #[must_use]
    pub fn sdk_key(&self, id: &SdkKeyId) -> Option<SdkKey> {
        self.state.sdk_keys.get(id).map(|key| self.sdk_key_of(key))
    }

    /// The SDK keys of an environment, oldest first; nothing when there is no such environment.
    #[must_use]
    pub fn sdk_keys(&self, project: &ProjectKey, environment: &EnvironmentKey) -> Option<Vec<SdkKey>> {
        self.project_state(project)?.environment(environment)?;
        let keys = self.state.sdk_keys.values();
        let here = keys.filter(|key| key.project == *project && key.environment == *environment);
        let mut keys: Vec<_> = here.map(|key| self.sdk_key_of(key)).collect();
        keys.sort_by(|one, other| (one.created, &one.id).cmp(&(other.created, &other.id)));
        Some(keys)
    }

    fn sdk_key_of(&self, key: &access::SdkKey) -> SdkKey {
        SdkKey {
            id: key.id.clone(),
            project: key.project.clone(),
            environment: key.environment.clone(),
            name: key.name.clone(),
            kind: key.kind,
            created: key.created,
            revoked: key.revoked,
            last_used: self.uses.last(&key.id),
            use_noted_since: key.created.max(self.uses_noted_since),
            version: key.version,
        }
    }
}
