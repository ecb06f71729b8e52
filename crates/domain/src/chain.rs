//! The hash chain over the log: an event that is changed, dropped or put in between breaks it.

use sha2::{Digest, Sha256};

use crate::personal::hex;

/// One link: SHA-256 over the link before it and the stored bytes of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link(pub [u8; 32]);

impl Link {
    /// The link before the first event.
    pub const FIRST: Self = Self([0; 32]);

    /// The link of an event: `SHA-256(previous ‖ bytes)`.
    #[must_use]
    pub fn next(&self, bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update(self.0).chain_update(bytes).finalize().into())
    }
}

impl std::fmt::Display for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}
