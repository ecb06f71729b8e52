//! The SDK key of a request: `Authorization: Bearer <key>` or `X-API-Key: <key>`, either one.

use axum::http::{HeaderMap, HeaderName, header};

/// The other way to send an SDK key.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Every SDK key that a request shows: proxies and clients may set one header each, so one that works is enough.
pub fn shown(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| bearer(value.to_str().ok()?));
    let api_key = headers.get(X_API_KEY).and_then(|value| value.to_str().ok());
    bearer.into_iter().chain(api_key).map(str::trim).filter(|key| !key.is_empty())
}

/// The scheme's name is case-insensitive (RFC 9110, section 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_either_header() {
        let check = |pairs: &[(HeaderName, &'static str)], expect: &[&str]| {
            let headers = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
            assert_eq!(shown(&headers).collect::<Vec<_>>(), expect, "{pairs:?}");
        };
        let authorization = header::AUTHORIZATION;
        check(&[(authorization.clone(), "Bearer abc")], &["abc"]);
        check(&[(authorization.clone(), "bearer  abc ")], &["abc"]);
        check(&[(X_API_KEY, "abc")], &["abc"]);
        check(&[(authorization.clone(), "Bearer one"), (X_API_KEY, "two")], &["one", "two"]);
        check(&[(authorization.clone(), "Basic YTpi"), (X_API_KEY, "two")], &["two"]);
        check(&[(authorization.clone(), "Bearer")], &[]);
        check(&[(authorization, "Bearer "), (X_API_KEY, "")], &[]);
        check(&[], &[]);
    }
}
