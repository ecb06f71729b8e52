//! Access tokens and SDK keys. Their secrets never come here; only ids and names do.

use super::{Desk, Events};
use crate::access::{Role, SdkKeyKind};
use crate::event::Event;
use crate::key::{EnvironmentKey, ProjectKey, SdkKeyId, TokenId};
use crate::refusal::Refusal;
use crate::text;

impl Desk<'_> {
    pub(super) fn create_token(&mut self, name: &str, role: Role) -> Events {
        let name = text::name(name).map_err(|error| Refusal::invalid("name", error))?;
        let id = self.entropy.id("tok_");
        let token = TokenId::new(id).map_err(|error| Refusal::invalid("id", error))?;
        let name = self.seal(name);
        Ok(vec![Event::TokenCreated { token, name, role }])
    }

    pub(super) fn revoke_token(&mut self, id: TokenId) -> Events {
        let token = self.state.tokens.get(&id).ok_or_else(|| Refusal::not_found("token", &id))?;
        if token.revoked.is_some() {
            return Ok(Vec::new());
        }
        self.made_against(token.version)?;
        let administrators = self.state.tokens.values().filter(|other| is_live_admin(other)).count();
        if is_live_admin(token) && administrators == 1 {
            return Err(Refusal::conflict(
                "this is the last administrator's token; make another one first, or nobody can administer any more",
            ));
        }
        Ok(vec![Event::TokenRevoked { token: id }])
    }

    pub(super) fn create_sdk_key(
        &mut self,
        project: ProjectKey,
        environment: EnvironmentKey,
        name: &str,
        kind: SdkKeyKind,
    ) -> Events {
        let name = text::name(name).map_err(|error| Refusal::invalid("name", error))?;
        self.environment(self.project(&project)?, &environment)?;
        let id = self.entropy.id("key_");
        let sdk_key = SdkKeyId::new(id).map_err(|error| Refusal::invalid("id", error))?;
        Ok(vec![Event::SdkKeyCreated { sdk_key, project, environment, name, kind }])
    }

    pub(super) fn revoke_sdk_key(&mut self, id: SdkKeyId) -> Events {
        let key = self.state.sdk_keys.get(&id).ok_or_else(|| Refusal::not_found("SDK key", &id))?;
        if key.revoked.is_some() {
            return Ok(Vec::new());
        }
        self.made_against(key.version)?;
        let environment = self.environment(self.project(&key.project)?, &key.environment)?;
        self.reason_if(environment.production)?;
        Ok(vec![Event::SdkKeyRevoked {
            sdk_key: id,
            project: key.project.clone(),
            environment: key.environment.clone(),
        }])
    }
}

fn is_live_admin(token: &crate::access::AccessToken) -> bool {
    token.role == Role::Admin && token.revoked.is_none()
}
