//! Who is asking, and browser sessions.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use signalbox_protocol::endpoint::{CreateSession, DeleteSession, GetMe};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::session::Me;

use super::Api;
use super::answer::{Answer, Answered};
use super::authorise::{COOKIE, session_cookie};
use super::call::{Call, handlers};
use super::problem::Problem;
use crate::engine::{Presented, SESSION_MILLIS, hash};

handlers! {
    GetMe => get_me,
    CreateSession => create_session,
    DeleteSession => delete_session,
}

impl Api {
    async fn get_me(&self, call: Call<GetMe>) -> Answered<Me> {
        let caller = call.caller()?;
        Ok(Answer::of(self.look(|view| view.me(caller))))
    }

    async fn create_session(&self, call: Call<CreateSession>) -> Answered<Me> {
        let presented = Presented::Token(hash(call.body.token.trim()));
        let Some(caller) = self.engine().recognise(&presented) else {
            return Err(self.refuse_unknown(&call.parts, "this access token does not work (any more)").about("token"));
        };
        let secret = {
            let caller = caller.clone();
            self.blocking(move |engine| engine.open_session(&caller)).await??
        };
        let cookie = cookie(&call.parts, secret.reveal(), SESSION_MILLIS / 1_000)?;
        Ok(Answer::of(self.look(|view| view.me(&caller))).header(header::SET_COOKIE, cookie))
    }

    async fn delete_session(&self, call: Call<DeleteSession>) -> Answered<Empty> {
        if let Some(secret) = session_cookie(&call.parts.headers) {
            let secret = secret.to_owned();
            self.blocking(move |engine| engine.close_session(&secret)).await??;
        }
        Ok(Answer::of(Empty {}).header(header::SET_COOKIE, cookie(&call.parts, "", 0)?))
    }

    /// Does something with the engine that blocks on the disk.
    async fn blocking<Done: Send + 'static>(
        &self,
        work: impl FnOnce(&crate::engine::Engine) -> Done + Send + 'static,
    ) -> Result<Done, Problem> {
        let engine = std::sync::Arc::clone(self.engine());
        let done = tokio::task::spawn_blocking(move || work(&engine)).await;
        done.map_err(|error| Problem::fault(&error.to_string()))
    }
}

/// The header that sets the cookie, or takes it away.
fn cookie(parts: &Parts, secret: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = if came_by_https(&parts.headers) { "; Secure" } else { "" };
    let text = format!("{COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(text).map_err(|error| Problem::fault(&error.to_string()))
}

/// Whether the page that asks was loaded by HTTPS, as the browser itself says. The server speaks plain HTTP, and
/// headers of a proxy could be set by anybody.
fn came_by_https(headers: &HeaderMap) -> bool {
    headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
}
