//! Secrets of tokens, SDK keys and sessions: drawn here, shown once, kept only as hashes.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use signalbox_domain::access::{Role, SdkKeyKind};

use crate::entropy::{self, NoEntropy};

/// SHA-256 of a secret. A secret has 256 bits of randomness of its own, so no salt and no slow hash are needed.
pub type SecretHash = [u8; 32];

/// A secret in the clear. Its debug form shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret that somebody else chose.
    #[must_use]
    pub const fn given(text: String) -> Self {
        Self(text)
    }

    /// A fresh secret of an access token: `sbx_adm_…`, `sbx_edt_…` or `sbx_vwr_…`.
    ///
    /// # Errors
    /// [`NoEntropy`] when the operating system gives no randomness.
    pub fn of_token(role: Role) -> Result<Self, NoEntropy> {
        Self::fresh(match role {
            Role::Admin => "sbx_adm_",
            Role::Editor => "sbx_edt_",
            Role::Viewer => "sbx_vwr_",
        })
    }

    /// A fresh secret of an SDK key: `sbx_sdk_…`, or `sbx_web_…` for one that is public.
    ///
    /// # Errors
    /// [`NoEntropy`] when the operating system gives no randomness.
    pub fn of_sdk_key(kind: SdkKeyKind) -> Result<Self, NoEntropy> {
        Self::fresh(match kind {
            SdkKeyKind::Server => "sbx_sdk_",
            SdkKeyKind::Client => "sbx_web_",
        })
    }

    /// A fresh secret of a browser session: `sbx_ses_…`.
    ///
    /// # Errors
    /// [`NoEntropy`] when the operating system gives no randomness.
    pub fn of_session() -> Result<Self, NoEntropy> {
        Self::fresh("sbx_ses_")
    }

    /// The prefix says what leaked, should one ever turn up in a file; 32 random bytes follow.
    fn fresh(prefix: &str) -> Result<Self, NoEntropy> {
        let bytes: [u8; 32] = entropy::bytes()?;
        Ok(Self(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The secret itself, to show it this once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        hash(&self.0)
    }
}

/// What is kept of a secret.
#[must_use]
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret).into()
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_say_what_they_are_and_hide_in_logs() {
        let first = Secret::of_token(Role::Editor).unwrap();
        let second = Secret::of_token(Role::Editor).unwrap();
        assert_ne!(first, second);
        assert!(first.reveal().starts_with("sbx_edt_"));
        assert_eq!(first.reveal().len(), "sbx_edt_".len() + 43);
        assert_eq!(format!("{first:?}"), "Secret(…)");
        assert_eq!(first.hash(), hash(first.reveal()));
    }
}
