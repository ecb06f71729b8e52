//! Addresses of servers, as people type them.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// The address of a server: `https://flags.example.com`, with a path where the server is behind one.
///
/// Never ends in a slash, so that a path of the API can follow.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

/// An address or a token that cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unusable {
    /// `url` or `token`.
    pub field: &'static str,
    /// One sentence with what would be accepted.
    pub message: String,
}

impl Address {
    /// Reads what a person typed. Without a scheme it is `https`, on this computer `http`.
    ///
    /// # Errors
    /// [`Unusable`] when it is not an address of a web server, or holds more than an address: a name and
    /// password, a query, a fragment.
    pub fn parse(text: &str) -> Result<Self, Unusable> {
        let text = text.trim();
        if text.is_empty() {
            return Err(unusable("the address of the server is missing, such as https://flags.example.com"));
        }
        let whole = if text.contains("://") { text.to_owned() } else { with_scheme(text)? };
        let url = Url::parse(&whole).map_err(|error| unusable(format!("\"{text}\" is not an address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = url.scheme();
            return Err(unusable(format!("a server is reached by https:// or http://, not by {scheme}://")));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(unusable(format!("\"{text}\" names no server")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unusable("leave the name and password out of the address; the token says who you are"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unusable("leave out what follows ? or # in the address"));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// As text, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the server is on this computer.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| is_loopback(&url))
    }

    /// The whole URL of a path (and query) of the API.
    pub(crate) fn join(&self, path_and_query: &str) -> Option<Url> {
        let path = path_and_query.strip_prefix('/')?;
        Url::parse(&format!("{}/{path}", self.0)).ok()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn with_scheme(text: &str) -> Result<String, Unusable> {
    let guess = Url::parse(&format!("http://{text}"))
        .map_err(|error| unusable(format!("\"{text}\" is not an address: {error}")))?;
    let scheme = if is_loopback(&guess) { "http" } else { "https" };
    Ok(format!("{scheme}://{text}"))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn unusable(message: impl Into<String>) -> Unusable {
    Unusable { field: "url", message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_type_them() {
        for (typed, read) in [
            ("flags.example.com", "https://flags.example.com"),
            ("  https://flags.example.com/ ", "https://flags.example.com"),
            ("http://10.0.0.7:4600", "http://10.0.0.7:4600"),
            ("HTTPS://Flags.Example.com:443/", "https://flags.example.com"),
            ("example.com/signalbox/", "https://example.com/signalbox"),
            ("localhost:4600", "http://localhost:4600"),
            ("127.0.0.1:4600", "http://127.0.0.1:4600"),
            ("[::1]:4600", "http://[::1]:4600"),
        ] {
            assert_eq!(Address::parse(typed).as_ref().map(Address::as_str), Ok(read), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused_with_a_reason() {
        for (typed, part_of_the_reason) in [
            ("", "is missing"),
            ("ftp://example.com", "not by ftp://"),
            ("file:///etc/passwd", "not by file://"),
            ("https://", "not an address"),
            ("https://me:secret@example.com", "name and password"),
            ("https://example.com/?a=1", "follows ?"),
            ("https://example.com/#top", "follows ?"),
            ("http://exa mple.com", "not an address"),
            ("example.com:99999", "not an address"),
        ] {
            let refusal = Address::parse(typed).expect_err(typed);
            assert_eq!(refusal.field, "url");
            assert!(refusal.message.contains(part_of_the_reason), "{typed}: {refusal}");
        }
    }

    #[test]
    fn a_server_behind_a_path_keeps_it() {
        let address = Address::parse("https://example.com/signalbox").unwrap();
        let url = address.join("/api/v1/audit?limit=5").unwrap();
        assert_eq!(url.as_str(), "https://example.com/signalbox/api/v1/audit?limit=5");
        assert_eq!(address.join("api/v1/audit"), None);
        assert!(!address.is_loopback());
    }
}
