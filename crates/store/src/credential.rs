//! Secrets of access tokens and SDK keys, as SHA-256 hashes: a copy of the file opens no door.

use signalbox_domain::key::{SdkKeyId, TokenId};

/// Whose secret it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CredentialOwner {
    /// A person's or program's access token.
    Token(TokenId),
    /// An application's SDK key.
    SdkKey(SdkKeyId),
}

/// A secret as it is kept: its SHA-256 hash, and whose it is. An owner has one secret; a new one replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// SHA-256 of the secret. The secret is random, so that the hash needs no salt.
    pub hash: [u8; 32],
    /// Whose it is.
    pub owner: CredentialOwner,
}
