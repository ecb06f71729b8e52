//! Browser sessions: a cookie that stands for an access token until it expires.

use signalbox_domain::Timestamp;
use signalbox_domain::key::TokenId;

/// A browser's session. Its cookie is kept as a SHA-256 hash, like every secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's secret.
    pub hash: [u8; 32],
    /// The token that it was opened with.
    pub token: TokenId,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
}
