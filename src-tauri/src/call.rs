//! The window's calls of the management API, sent on with the token that the window does not know.

use serde::Deserialize;
use serde_json::Value;
use signalbox_client::{Answer, Terms};
use signalbox_protocol::desktop::{ConnectionState, Request, Response};
use signalbox_protocol::endpoint::{Endpoint, EngageKillSwitch, GetFlag, GetMe, HoldRollout, ListAudit, Method};
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::cache::Cache;
use crate::open_place::OpenPlace;

/// Below this the API is; nothing else is asked for.
const API: &str = "/api/v1/";
/// Sessions are for browsers: nothing of them is asked for.
const SESSION: &str = "/api/v1/session";

/// Sends a call to the server of this place, and takes over what it answers with.
pub async fn send(open: &OpenPlace, request: Request) -> Response {
    let Some(method) = method(&request.method) else {
        let message = format!("the API has no method {}", request.method);
        return refused(&ErrorBody::new(ErrorCode::MethodNotAllowed, message));
    };
    if let Err(why) = check_path(&request.path) {
        return refused(&why);
    }
    if let Err(why) = may_send(open.status().connection().state, method, path_of(&request.path)) {
        return if why.error.code == ErrorCode::Unavailable { unanswered(&why) } else { refused(&why) };
    }
    let client = match open.client().await {
        Ok(client) => client,
        Err(why) => return unanswered(&why),
    };
    let terms = Terms { version: request.version, idempotency_key: request.idempotency_key };
    let body = request.document.or_else(|| request.body.map(|body| body.to_string()));
    match client.send_text(method, &request.path, body, &terms).await {
        Ok(answer) => {
            if method.is_safe() && answer.status == 200 {
                take_over(&mut open.status().cache(), &request.path, &answer.body);
            }
            let Answer { status, body } = answer;
            let as_text = request.answer_as_text && (200..300).contains(&status);
            Response { status, body: if as_text { Value::String(format!("{body:#}")) } else { body } }
        }
        Err(error) => unanswered(&error.into_body()),
    }
}

/// The response where no server answered.
pub fn unanswered(why: &ErrorBody) -> Response {
    response(0, why)
}

/// The response where this app does not send the call.
fn refused(why: &ErrorBody) -> Response {
    response(why.error.code.status(), why)
}

fn response(status: u16, why: &ErrorBody) -> Response {
    // An error always has a form in JSON.
    Response { status, body: serde_json::to_value(why).unwrap_or(Value::Null) }
}

/// Whether a call can be sent in this state of the connection.
fn may_send(state: ConnectionState, method: Method, path: &str) -> Result<(), ErrorBody> {
    // Stopping must always work: it needs no version and may be repeated, so trying does no harm.
    if method.is_safe() || matches(path, EngageKillSwitch::META.path) || matches(path, HoldRollout::META.path) {
        return Ok(());
    }
    match state {
        ConnectionState::Live | ConnectionState::CatchingUp => Ok(()),
        ConnectionState::Offline => Err(ErrorBody::new(
            ErrorCode::Unavailable,
            "you are offline: nothing can be changed until the server answers again",
        )),
        ConnectionState::SignedOut => Err(ErrorBody::new(
            ErrorCode::Unauthenticated,
            "the access token does not work any more: connect anew to make changes",
        )),
    }
}

/// Keys and ids need no escapes, so a path that has any means to lead elsewhere.
fn check_path(path_and_query: &str) -> Result<(), ErrorBody> {
    let path = path_of(path_and_query);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_');
    let query_is_plain = path_and_query[path.len()..].bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let stays = path.split('/').all(|part| part != "." && part != "..");
    if !path.starts_with(API) || !path.bytes().all(plain) || !stays || !query_is_plain {
        let message = format!("calls go to paths that begin with {API} and need no escapes");
        return Err(ErrorBody::new(ErrorCode::Forbidden, message));
    }
    if path == SESSION || path.starts_with(&format!("{SESSION}/")) {
        return Err(ErrorBody::new(ErrorCode::Forbidden, "sessions are for browsers; this app has a token"));
    }
    Ok(())
}

/// Takes over what belongs into the last known state: who we are, a flag, the latest history.
fn take_over(cache: &mut Cache, path_and_query: &str, body: &Value) {
    let path = path_of(path_and_query);
    if path == GetMe::META.path
        && let Some(me) = read::<GetMe>(body)
    {
        cache.set_me(me);
    } else if matches(path, GetFlag::META.path)
        && let Some(flag) = read::<GetFlag>(body)
    {
        cache.put_flag(&flag);
    } else if path == ListAudit::META.path
        && is_whole_history(path_and_query)
        && let Some(list) = read::<ListAudit>(body)
    {
        cache.put_history(&list.items);
    }
}

/// The typed form of an answer, where it fits this version.
fn read<E: Endpoint>(body: &Value) -> Option<E::Response> {
    E::Response::deserialize(body).ok()
}

/// Whether the list is of all that happened, beginning now: nothing but its length is limited.
fn is_whole_history(path_and_query: &str) -> bool {
    let query = path_and_query.split_once('?').map_or("", |(_, query)| query);
    query.split('&').all(|part| part.is_empty() || part.starts_with("limit="))
}

fn path_of(path_and_query: &str) -> &str {
    path_and_query.split_once('?').map_or(path_and_query, |(path, _)| path)
}

/// Whether a path is one of a template with its named parts in braces.
fn matches(path: &str, template: &str) -> bool {
    let (mut parts, mut expected) = (path.split('/'), template.split('/'));
    loop {
        match (parts.next(), expected.next()) {
            (None, None) => return true,
            (Some(part), Some(named)) if named.starts_with('{') && !part.is_empty() => {}
            (Some(part), Some(same)) if part == same => {}
            _ => return false,
        }
    }
}

fn method(name: &str) -> Option<Method> {
    [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete]
        .into_iter()
        .find(|method| method.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_go_to_the_api_only() {
        for path in [
            "/api/v1/me",
            "/api/v1/projects/bank/flags?search=a%20b&limit=5",
            "/api/v1/projects/a.b/flags/..c/environments/prod_1",
            "/api/v1/sessions-of-the-future",
        ] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        for path in [
            "",
            "/",
            "/healthz",
            "/api/v1",
            "/api/v2/me",
            "api/v1/me",
            "//elsewhere.example/api/v1/me",
            "http://elsewhere.example/api/v1/me",
            "/api/v1/../../metrics",
            "/api/v1/./me",
            "/api/v1/%2e%2e/%2e%2e/metrics",
            "/api/v1/x\\..\\..\\metrics",
            "/api/v1/me#top",
            "/api/v1/me?a=b#top",
            "/api/v1/me?a=\r\nX-Header: 1",
            "/api/v1/me @elsewhere.example",
            "/api/v1/session",
            "/api/v1/session?x=1",
            "/api/v1/session/1",
        ] {
            assert_eq!(check_path(path).map_err(|why| why.error.code), Err(ErrorCode::Forbidden), "{path}");
        }
    }

    #[test]
    fn offline_nothing_is_changed_but_stopping_is_tried() {
        use ConnectionState::{CatchingUp, Live, Offline, SignedOut};
        const FLAG: &str = "/api/v1/projects/bank/flags/pay";
        let kill = format!("{FLAG}/environments/prod/kill-switch/engage");
        let hold = format!("{FLAG}/environments/prod/rollout/hold");
        let lift = format!("{FLAG}/environments/prod/kill-switch/lift");
        for (state, refusal) in [
            (Live, None),
            (CatchingUp, None),
            (Offline, Some(ErrorCode::Unavailable)),
            (SignedOut, Some(ErrorCode::Unauthenticated)),
        ] {
            let check = |method, path: &str| may_send(state, method, path).err().map(|why| why.error.code);
            assert_eq!(check(Method::Get, FLAG), None);
            assert_eq!(check(Method::Post, &kill), None);
            assert_eq!(check(Method::Post, &hold), None);
            assert_eq!(check(Method::Post, &lift), refusal, "{state:?}");
            assert_eq!(check(Method::Put, FLAG), refusal, "{state:?}");
        }
    }

    #[test]
    fn only_a_list_of_everything_is_the_latest_history() {
        for (path, whole) in [
            ("/api/v1/audit", true),
            ("/api/v1/audit?", true),
            ("/api/v1/audit?limit=100", true),
            ("/api/v1/audit?before=7", false),
            ("/api/v1/audit?limit=5&flag=a", false),
        ] {
            assert_eq!(is_whole_history(path), whole, "{path}");
        }
    }

    #[test]
    fn paths_are_those_of_their_template() {
        let template = "/a/{b}/c";
        for (path, expected) in
            [("/a/x/c", true), ("/a//c", false), ("/a/x/c/d", false), ("/a/x", false), ("/a/x/d", false)]
        {
            assert_eq!(matches(path, template), expected, "{path}");
        }
    }

    #[test]
    fn methods_are_spelt_as_http_does() {
        assert_eq!(method("PATCH"), Some(Method::Patch));
        assert_eq!((method("get"), method("TRACE"), method("")), (None, None, None));
    }
}
