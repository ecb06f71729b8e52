//! Where a project's notices are sent, so that whoever must act hears of them wherever they are.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::key::WebhookId;
use crate::notice::Notice;
use crate::personal::{Commitment, Vault};
use crate::text::NotAText;
use crate::time::Timestamp;
use crate::words::ERASED;

/// Longest address, in bytes.
pub const LONGEST_ADDRESS: usize = 2_000;
/// How long messages are signed with the secret before as well, once it was renewed: a day.
pub const BOTH_SECRETS_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// The webhook of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Opaque id; another one with every secret, which follows from it and from a key of the installation.
    pub id: WebhookId,
    /// The id before, and until when its secret still signs as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<(WebhookId, Timestamp)>,
    /// Where it goes, and what is sent.
    pub content: WebhookContent,
    /// Sequence of the last event that changed it.
    pub version: u64,
}

/// What of a webhook people decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookContent {
    /// Where messages are sent. Addresses often are secrets themselves, so only what stands for it is in the log.
    pub address: Commitment,
    /// What is sent.
    pub notices: BTreeSet<Notice>,
}

impl WebhookContent {
    /// Where it goes and what is sent; of the address the host alone, since the rest may be a secret.
    #[must_use]
    pub fn in_words(&self, vault: &Vault) -> String {
        let host = vault.reveal(&self.address).and_then(host_of).unwrap_or(ERASED);
        if self.notices.len() == Notice::ALL.len() {
            return format!("everything to {host}");
        }
        let notices: Vec<_> = self.notices.iter().map(|notice| notice.title().to_lowercase()).collect();
        format!("{} to {host}", notices.join(", "))
    }
}

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// No text that could be one.
    #[error(transparent)]
    Text(#[from] NotAText),
    /// Of another kind.
    #[error("must begin with \"https://\" or \"http://\" and name a host")]
    Scheme,
    /// It holds a name and password, which are no place for secrets: they would be shown.
    #[error("must not hold a name or password before its host")]
    Credentials,
    /// Something in it is no part of an address.
    #[error("must hold no spaces and only ASCII characters; write others in their percent-encoded form")]
    Characters,
}

/// An address that messages could be sent to; whether they may is for the server that sends them.
///
/// # Errors
/// [`NotAnAddress`] says what is wrong with it.
pub fn address(text: &str) -> Result<String, NotAnAddress> {
    let text = text.trim();
    if text.len() > LONGEST_ADDRESS {
        return Err(NotAText::TooManyBytes(LONGEST_ADDRESS).into());
    }
    let host = host_of(text).ok_or(if text.is_empty() { NotAText::Empty.into() } else { NotAnAddress::Scheme })?;
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(NotAnAddress::Characters);
    }
    if host.contains('@') {
        return Err(NotAnAddress::Credentials);
    }
    Ok(text.to_owned())
}

/// The host of an address, with its port: what of it may be shown to everybody.
#[must_use]
pub fn host_of(address: &str) -> Option<&str> {
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| {
        let start = address.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &address[scheme.len()..])
    })?;
    let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let named = !host.is_empty() && !host.starts_with(':');
    named.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_web_and_hold_no_password() {
        for fine in
            ["https://hooks.example.com/x?y=1", "http://10.0.0.1:8080", "HTTPS://example.com", "http://[::1]:9/a"]
        {
            assert_eq!(address(&format!(" {fine} ")), Ok(fine.to_owned()));
        }
        let why = |text: &str| address(text).unwrap_err();
        assert_eq!(why(""), NotAnAddress::Text(NotAText::Empty));
        for other in
            ["ftp://example.com", "example.com", "https://", "https:///x", "https://:443/x", "file:///etc/passwd"]
        {
            assert_eq!(why(other), NotAnAddress::Scheme, "{other}");
        }
        assert_eq!(why("https://ann:secret@example.com"), NotAnAddress::Credentials);
        assert_eq!(why("https://example.com/a b"), NotAnAddress::Characters);
        assert_eq!(why("https://example.com/\u{fc}"), NotAnAddress::Characters);
        assert_eq!(why("https://example.com/\nhost: x"), NotAnAddress::Characters);
        let long = format!("https://example.com/{}", "x".repeat(LONGEST_ADDRESS));
        assert_eq!(why(&long), NotAnAddress::Text(NotAText::TooManyBytes(LONGEST_ADDRESS)));
    }

    #[test]
    fn only_the_host_is_for_everybody() {
        assert_eq!(host_of("https://hooks.example.com:8443/services/T0/secret"), Some("hooks.example.com:8443"));
        assert_eq!(host_of("https://example.com?token=1"), Some("example.com"));
        assert_eq!(host_of("example.com"), None);
    }
}
