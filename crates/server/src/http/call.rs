//! One call of one endpoint: everything that is alike for all of them.

use std::borrow::Cow;
use std::future::Future;

use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use signalbox_domain::key::TokenId;
use signalbox_domain::targeting::bounded_numbers;
use signalbox_protocol::endpoint::{Endpoint, ExplainFlag, ExplainFlags, ImportDocument, Meta, Method, Precondition};
use signalbox_protocol::wire::import::LARGEST_DOCUMENT;
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::answer::{Answered, Rendered};
use super::authorise::Admitted;
use super::explain::explain;
use super::problem::Problem;
use super::repeats::Fingerprint;
use super::{Api, json, precondition, repeats};
use crate::body;
use crate::engine::{Caller, Terms};

/// Largest body, in bytes.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// Answers the calls of one endpoint. The router asks for one implementation for each endpoint of the list.
pub trait Handle<E: Endpoint>: Send + Sync {
    /// Answers a call.
    fn handle(&self, call: Call<E>) -> impl Future<Output = Answered<E::Response>> + Send;
}

/// Implements [`Handle`] by a method of [`Api`] that is named like the operation.
macro_rules! handlers {
    ($($endpoint:ident => $operation:ident),* $(,)?) => {$(
        impl $crate::http::call::Handle<signalbox_protocol::endpoint::$endpoint> for $crate::http::Api {
            fn handle(
                &self,
                call: $crate::http::call::Call<signalbox_protocol::endpoint::$endpoint>,
            ) -> impl Future<Output = $crate::http::answer::Answered<
                <signalbox_protocol::endpoint::$endpoint as signalbox_protocol::Endpoint>::Response,
            >> + Send {
                self.$operation(call)
            }
        }
    )*};
}
pub(super) use handlers;

/// What a call says.
pub struct Call<E: Endpoint> {
    /// The named parts of the path.
    pub at: E::At,
    /// The query string.
    pub query: E::Query,
    /// The body.
    pub body: E::Body,
    /// Who calls; nobody where an endpoint is open.
    pub caller: Option<Caller>,
    /// The version that a change is made against, where the endpoint carries one.
    pub version: Option<u64>,
    /// The rest of the request.
    pub parts: Parts,
}

impl<E: Endpoint> Call<E> {
    /// Who calls.
    ///
    /// # Errors
    /// `unauthenticated` where the endpoint is open and nobody said.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(|| Problem::new(ErrorCode::Unauthenticated, "send an access token"))
    }

    /// On what terms the caller asks for a change.
    ///
    /// # Errors
    /// As [`Self::caller`].
    pub fn terms(&self) -> Result<Terms, Problem> {
        Ok(Terms::of(self.caller()?).against(self.version))
    }
}

/// Marks an answer with who asked, for the log.
#[derive(Debug, Clone)]
pub struct Actor(pub TokenId);

/// Serves one endpoint.
pub async fn serve<E>(State(api): State<Api>, request: Request) -> Response
where
    E: Endpoint + 'static,
    Api: Handle<E>,
{
    let (parts, body) = request.into_parts();
    let admitted = match api.admit(E::META.access, &parts) {
        Ok(admitted) => admitted,
        Err(problem) => return problem.into_response(),
    };
    let actor = admitted.as_ref().map(|admitted| Actor(admitted.caller.token.clone()));
    let mut response = answer::<E>(api, parts, body, admitted).await.into_response();
    if let Some(actor) = actor {
        response.extensions_mut().insert(actor);
    }
    response
}

async fn answer<E>(api: Api, parts: Parts, body: Body, admitted: Option<Admitted>) -> Result<Rendered, Problem>
where
    E: Endpoint + 'static,
    Api: Handle<E>,
{
    let (request, mut parts) = Prepared::read(&E::META, parts, body).await?;
    let at = path(&mut parts).await?;
    let query = query(parts.uri.query())?;
    let caller = admitted.map(|admitted| admitted.caller);
    let token = caller.as_ref().map(|caller| caller.token.clone());
    let body = json::parse(&whole_body(&E::META, &request.body))?;

    let repeats = std::sync::Arc::clone(api.repeats());
    let call = Call { at, query, body, caller, version: request.version, parts };
    let run = async move { Rendered::new(&E::META, api.handle(call).await?) };
    match (request.idempotency_key, token) {
        (Some(key), Some(token)) => repeats.once((token, key), request.fingerprint, run).await,
        _ => run.await,
    }
}

/// What all endpoints read alike, apart from types.
struct Prepared {
    version: Option<u64>,
    idempotency_key: Option<String>,
    fingerprint: Fingerprint,
    body: Vec<u8>,
}

impl Prepared {
    async fn read(meta: &Meta, parts: Parts, body: Body) -> Result<(Self, Parts), Problem> {
        let version = match meta.precondition {
            Precondition::Versioned => Some(precondition::version(&parts.headers)?),
            Precondition::Free | Precondition::Always => None,
        };
        let idempotency_key = match meta.method {
            // A stop is done anew each time: what it undid may have been put back in between.
            Method::Post if meta.precondition != Precondition::Always => repeats::key(&parts.headers)?,
            _ => None,
        };
        let body = body::read(&parts.headers, body, largest_body(meta)).await?;
        if !body.is_empty() && !is_json(&parts.headers) {
            return Err(Problem::new(
                ErrorCode::UnsupportedMediaType,
                "send the body as Content-Type: application/json",
            ));
        }
        let fingerprint = Sha256::new()
            .chain_update(parts.method.as_str())
            .chain_update([0])
            .chain_update(parts.uri.to_string())
            .chain_update([0])
            .chain_update(version.unwrap_or_default().to_le_bytes())
            .chain_update(&body)
            .finalize()
            .into();
        Ok((Self { version, idempotency_key, fingerprint, body }, parts))
    }
}

/// The body to read; none is an empty object. Where it tells of a person, a number beyond a double is bounded, as it is
/// for applications that evaluate.
fn whole_body<'body>(meta: &Meta, body: &'body [u8]) -> Cow<'body, [u8]> {
    let tells_of_a_person = [ExplainFlag::META.operation, ExplainFlags::META.operation].contains(&meta.operation);
    match body {
        [] => Cow::Borrowed(b"{}"),
        body if tells_of_a_person => bounded_numbers(body).map_or(Cow::Borrowed(body), Cow::Owned),
        body => Cow::Borrowed(body),
    }
}

fn largest_body(meta: &Meta) -> usize {
    if meta.operation == ImportDocument::META.operation { LARGEST_DOCUMENT } else { LARGEST_BODY }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads the named parts of the path, like a query of the same names.
async fn path<At: DeserializeOwned>(parts: &mut Parts) -> Result<At, Problem> {
    let Ok(named) = RawPathParams::from_request_parts(parts, &()).await else {
        return Err(Problem::malformed("the path must be UTF-8, once its escapes are resolved"));
    };
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(&named);
    query(Some(&text.finish())).map_err(|mut body| {
        // Whatever is wrong with it, such a path leads nowhere.
        body.error.code = ErrorCode::MalformedRequest;
        body.into()
    })
}

/// Reads a query string: nothing unknown, nothing twice.
pub fn query<Query: DeserializeOwned>(query: Option<&str>) -> Result<Query, ErrorBody> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs))
        .map_err(|error| explain(&error.path().to_string(), &error.inner().to_string()))
}

#[cfg(test)]
mod tests {
    use signalbox_protocol::wire::flag::FlagQuery;

    use super::*;

    #[test]
    fn a_query_is_read_strictly() {
        let check = |text: &str, expect: Result<FlagQuery, (ErrorCode, &str)>| {
            let got = query::<FlagQuery>(Some(text));
            let got = got.map_err(|body| (body.error.code, body.error.field.unwrap_or_default()));
            assert_eq!(got, expect.map_err(|(code, field)| (code, field.to_owned())), "{text}");
        };
        check("", Ok(FlagQuery::default()));
        check(
            "search=a%20b&limit=5",
            Ok(FlagQuery { search: Some("a b".into()), limit: Some(5), ..Default::default() }),
        );
        check("limit=x", Err((ErrorCode::MalformedRequest, "limit")));
        check("limit=-1", Err((ErrorCode::MalformedRequest, "limit")));
        check("limit=99999999999", Err((ErrorCode::InvalidField, "limit")));
        check("archived=yes", Err((ErrorCode::MalformedRequest, "archived")));
        check("limit=1&limit=2", Err((ErrorCode::MalformedRequest, "limit")));
        check("page=1", Err((ErrorCode::MalformedRequest, "page")));
    }
}
