//! Who is asking: an access token, or the cookie of a browser session.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use signalbox_domain::Refusal;
use signalbox_protocol::ErrorCode;
use signalbox_protocol::endpoint::Access;

use super::Api;
use super::problem::Problem;
use crate::engine::{Caller, Presented, hash};

/// Name of the cookie of a browser session.
pub const COOKIE: &str = "signalbox_session";

/// Whoever is let in.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Who.
    pub caller: Caller,
    /// What they showed, to look again whether it still works.
    pub presented: Presented,
}

impl Api {
    /// Lets somebody in, or says why not.
    ///
    /// # Errors
    /// `unauthenticated`, `too_many_requests` or `forbidden`.
    pub fn admit(&self, access: Access, parts: &Parts) -> Result<Option<Admitted>, Problem> {
        let presented = presented(&parts.headers)?;
        let changes = !is_safe(&parts.method);
        if changes && !matches!(presented, Some(Presented::Token(_))) {
            // A browser sends its cookie along whichever page asks; nobody else sends one.
            let surely_ours = matches!(presented, Some(Presented::Session(_)));
            from_our_own_page(&parts.headers, surely_ours)?;
        }
        let Access::Role(needed) = access else { return Ok(None) };
        let Some(presented) = presented else {
            return Err(unauthenticated("send an access token as Authorization: Bearer …, or sign in"));
        };
        let Some(caller) = self.engine().recognise(&presented) else {
            let message = "this access token or session does not work (any more)";
            // Whoever shows what once worked is not guessing.
            return Err(match &presented {
                Presented::Token(hash) if self.engine().was_issued(hash) => unauthenticated(message),
                _ => self.refuse_unknown(parts, message),
            });
        };
        if caller.role < needed {
            return Err(Refusal::Forbidden { needed }.into());
        }
        Ok(Some(Admitted { caller, presented }))
    }

    /// The answer to a secret that does not work; slowed down for those who try many.
    pub fn refuse_unknown(&self, parts: &Parts, message: &str) -> Problem {
        match self.failed_authorisations().count(peer(parts), Instant::now()) {
            None => unauthenticated(message),
            Some(seconds) => {
                Problem::new(ErrorCode::TooManyRequests, "too many failed attempts from this address; wait a little")
                    .retry_after(seconds)
            }
        }
    }
}

fn unauthenticated(message: &str) -> Problem {
    Problem::new(ErrorCode::Unauthenticated, message)
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Where the connection comes from. A proxy in front stands for everybody behind it.
fn peer(parts: &Parts) -> IpAddr {
    let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip())
}

/// What somebody shows to say who they are; a token stands above a cookie.
fn presented(headers: &HeaderMap) -> Result<Option<Presented>, Problem> {
    let Some(authorization) = headers.get(header::AUTHORIZATION) else {
        return Ok(session_cookie(headers).map(|secret| Presented::Session(hash(secret))));
    };
    let secret = authorization.to_str().ok().and_then(|text| {
        let (scheme, secret) = text.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
    });
    match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => Ok(Some(Presented::Token(hash(secret)))),
        None => Err(unauthenticated("must be Authorization: Bearer … with an access token")),
    }
}

/// The secret in the cookie of a browser session.
pub fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, secret)| secret)
}

/// A change that a browser asks for must come from a page of this very server. Where it must surely be a browser
/// (`by_cookie`), saying nothing about its origin is not enough.
fn from_our_own_page(headers: &HeaderMap, by_cookie: bool) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = text("host").unwrap_or_default();
            let scheme = origin.split_once("://");
            scheme.is_some_and(|(scheme, of)| matches!(scheme, "http" | "https") && of.eq_ignore_ascii_case(host))
        }
        (None, None) => !by_cookie,
    };
    if ours {
        Ok(())
    } else {
        Err(Problem::new(ErrorCode::Forbidden, "with a session cookie, changes are accepted from the same origin only"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_cookie_is_accepted_from_our_own_pages_only() {
        let check = |pairs: &[(&'static str, &str)], by_cookie: bool, expect: bool| {
            assert_eq!(from_our_own_page(&headers(pairs), by_cookie).is_ok(), expect, "{pairs:?} {by_cookie}");
        };
        let host = ("host", "flags.example:4600");
        check(&[host, ("sec-fetch-site", "same-origin")], true, true);
        check(&[host, ("sec-fetch-site", "same-site")], true, false);
        check(&[host, ("sec-fetch-site", "cross-site")], true, false);
        check(&[host, ("sec-fetch-site", "none")], true, false);
        check(&[host, ("origin", "https://flags.example:4600")], true, true);
        check(&[host, ("origin", "http://evil.example")], true, false);
        check(&[host, ("origin", "http://flags.example")], true, false);
        check(&[host, ("origin", "null")], true, false);
        check(&[host, ("sec-fetch-site", "cross-site"), ("origin", "http://flags.example:4600")], true, false);
        check(&[host], true, false);
        check(&[host], false, true);
        check(&[host, ("origin", "http://evil.example")], false, false);
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let check = |pairs: &[(&'static str, &str)], expect: Option<&str>| {
            assert_eq!(session_cookie(&headers(pairs)), expect, "{pairs:?}");
        };
        check(&[("cookie", "a=b; signalbox_session=sbx_ses_x;c=d")], Some("sbx_ses_x"));
        check(&[("cookie", "xsignalbox_session=1")], None);
        check(&[], None);
    }

    #[test]
    fn only_a_bearer_token_is_one() {
        let check = |value: &str, expect: bool| {
            let got = presented(&headers(&[("authorization", value)]));
            assert_eq!(matches!(got, Ok(Some(Presented::Token(_)))), expect, "{value:?}");
        };
        check("Bearer sbx_adm_x", true);
        check("bearer  sbx_adm_x", true);
        check("Bearer", false);
        check("Bearer ", false);
        check("Basic YTpi", false);
        check("sbx_adm_x", false);
    }
}
