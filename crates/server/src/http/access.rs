//! Access tokens, SDK keys and erasure.

use signalbox_domain::Refusal;
use signalbox_domain::command::Command;
use signalbox_domain::event::Event;
use signalbox_domain::key::{SdkKeyId, TokenId};
use signalbox_protocol::endpoint::{
    AtEnvironment, AtSdkKey, CreateSdkKeyEndpoint, CreateTokenEndpoint, EraseEndpoint, ListSdkKeys, ListTokens,
    RevokeSdkKey, RevokeToken,
};
use signalbox_protocol::wire::List;
use signalbox_protocol::wire::access::{CreatedSdkKey, CreatedToken, Erased, SdkKey, Token};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::problem::Problem;
use super::projects::whole;
use crate::engine::{Committed, Secret};

handlers! {
    ListSdkKeys => list_sdk_keys,
    CreateSdkKeyEndpoint => create_sdk_key,
    RevokeSdkKey => revoke_sdk_key,
    ListTokens => list_tokens,
    CreateTokenEndpoint => create_token,
    RevokeToken => revoke_token,
    EraseEndpoint => erase,
}

impl Api {
    async fn list_sdk_keys(&self, call: Call<ListSdkKeys>) -> Answered<List<SdkKey>> {
        let AtEnvironment { project, environment } = call.at;
        self.look(|view| {
            view.project_state(&project).ok_or_else(|| Refusal::not_found("project", &project))?;
            let keys = view.sdk_keys(&project, &environment);
            Ok(Answer::of(whole(keys.ok_or_else(|| Refusal::not_found("environment", &environment))?)))
        })
    }

    async fn create_sdk_key(&self, call: Call<CreateSdkKeyEndpoint>) -> Answered<CreatedSdkKey> {
        let terms = call.terms()?;
        let AtEnvironment { project, environment } = call.at;
        let command = Command::CreateSdkKey { project, environment, name: call.body.name, kind: call.body.kind };
        let committed = self.submit(command, terms).await?;
        let sdk_key = committed.sdk_key().and_then(|id| self.look(|view| view.sdk_key(id)));
        let (sdk_key, secret) = made(sdk_key, committed)?;
        Ok(Answer::of(CreatedSdkKey { sdk_key, secret: secret.reveal().to_owned() }))
    }

    async fn revoke_sdk_key(&self, call: Call<RevokeSdkKey>) -> Answered<SdkKey> {
        let terms = call.terms()?;
        let AtSdkKey { project, environment, sdk_key } = call.at;
        // The path names an environment, and a key of another one is not at it.
        self.look(|view| {
            let key = view.sdk_key(&sdk_key);
            let here = key.filter(|key| key.project == project && key.environment == environment);
            here.ok_or_else(|| Problem::from(Refusal::not_found("SDK key", &sdk_key)))
        })?;
        self.submit(Command::RevokeSdkKey { sdk_key: sdk_key.clone() }, terms.because(call.body.reason)).await?;
        self.sdk_key(&sdk_key)
    }

    fn sdk_key(&self, id: &SdkKeyId) -> Answered<SdkKey> {
        let key = self.look(|view| view.sdk_key(id)).ok_or_else(|| Refusal::not_found("SDK key", id))?;
        let version = key.version;
        Ok(Answer::of(key).version(version))
    }

    async fn list_tokens(&self, _: Call<ListTokens>) -> Answered<List<Token>> {
        Ok(Answer::of(whole(self.look(|view| view.tokens()))))
    }

    async fn create_token(&self, call: Call<CreateTokenEndpoint>) -> Answered<CreatedToken> {
        let terms = call.terms()?;
        let command = Command::CreateToken { name: call.body.name, role: call.body.role };
        let committed = self.submit(command, terms).await?;
        let token = committed.token().and_then(|id| self.look(|view| view.token(id)));
        let (token, secret) = made(token, committed)?;
        Ok(Answer::of(CreatedToken { token, secret: secret.reveal().to_owned() }))
    }

    async fn revoke_token(&self, call: Call<RevokeToken>) -> Answered<Token> {
        let terms = call.terms()?;
        let token = call.at.token;
        self.submit(Command::RevokeToken { token: token.clone() }, terms.because(call.body.reason)).await?;
        self.token(&token)
    }

    fn token(&self, id: &TokenId) -> Answered<Token> {
        let token = self.look(|view| view.token(id)).ok_or_else(|| Refusal::not_found("token", id))?;
        let version = token.version;
        Ok(Answer::of(token).version(version))
    }

    async fn erase(&self, call: Call<EraseEndpoint>) -> Answered<Erased> {
        let terms = call.terms()?;
        let committed = self.submit(Command::Erase { value: call.body.value }, terms).await?;
        self.repeats().forget_answers();
        let places = committed.entries.iter().map(|entry| match &entry.envelope.event {
            Event::PersonalValuesErased { commitments } => commitments.len() as u64,
            _ => 0,
        });
        Ok(Answer::of(Erased { places: places.sum() }))
    }
}

/// What was just made, with its secret.
fn made<Made>(made: Option<Made>, committed: Committed) -> Result<(Made, Secret), Problem> {
    made.zip(committed.secret).ok_or_else(|| Problem::fault("what was just made is not there"))
}
