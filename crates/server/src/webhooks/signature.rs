//! Signatures of messages, as Standard Webhooks has them (<https://www.standardwebhooks.com>, version 1).
//!
//! What is signed is `id.timestamp.body` by HMAC-SHA256; the header holds `v1,` and the Base64 of it, once for each
//! secret that is valid.
//!
//! A secret is not stored: it follows, by HMAC-SHA256, from a key of the installation and from the webhook's id. The
//! key is a file beside the database that its owner alone can read, so that neither the log nor a copy of the database
//! is enough to sign a message.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use signalbox_domain::key::WebhookId;

use crate::entropy;

/// The key in a data directory.
pub const KEY_FILE: &str = "webhook.key";
const KEY_BYTES: usize = 32;
/// What secrets begin with.
const PREFIX: &str = "whsec_";

/// Where the key of the installation is.
#[derive(Debug)]
pub struct KeyFile(PathBuf);

/// What messages of one webhook are signed with.
pub struct SigningSecret([u8; KEY_BYTES]);

impl KeyFile {
    /// In this data directory.
    #[must_use]
    pub fn within(data_dir: &Path) -> Self {
        Self(data_dir.join(KEY_FILE))
    }

    /// The secret that follows from the key and this id. Makes the key when there is none. Blocks on the disk.
    ///
    /// # Errors
    /// What the system says, or that the file does not hold a key.
    pub fn secret_of(&self, webhook: &WebhookId) -> io::Result<SigningSecret> {
        let key = match std::fs::read(&self.0) {
            Ok(key) => key,
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.make()?,
            Err(error) => return Err(error),
        };
        if key.len() != KEY_BYTES {
            let message = format!("{} does not hold {KEY_BYTES} bytes", self.0.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(SigningSecret(mac(&key, &[b"webhook ", webhook.as_str().as_bytes()])))
    }

    /// Complete under its name or not there at all.
    fn make(&self) -> io::Result<Vec<u8>> {
        let key: [u8; KEY_BYTES] = entropy::bytes().map_err(io::Error::other)?;
        let making = self.0.with_extension("key.creating");
        let mut options = std::fs::OpenOptions::new();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&making)?;
        file.write_all(&key)?;
        file.sync_all()?;
        std::fs::rename(&making, &self.0)?;
        Ok(key.to_vec())
    }
}

impl SigningSecret {
    /// As libraries of Standard Webhooks take it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }

    /// The signature of a message: what stands in `webhook-signature`.
    #[must_use]
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let signed = mac(&self.0, &[id.as_bytes(), b".", seconds.to_string().as_bytes(), b".", body]);
        format!("v1,{}", STANDARD.encode(signed))
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; KEY_BYTES] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_is_signed_as_published() {
        // Standard Webhooks, specification, "Signature scheme": secret, id, time and body with their signature.
        let mut secret = [0; KEY_BYTES];
        let bytes = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        secret[..bytes.len()].copy_from_slice(&bytes);
        // HMAC pads a key with zeros to its block, so that 24 bytes and the same with zeros behind are one key.
        let signed =
            SigningSecret(secret).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_follows_from_the_key_and_the_id_and_lasts() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = ("whk_1".parse().unwrap(), "whk_2".parse().unwrap());
        let first = KeyFile::within(dir.path()).secret_of(&one).unwrap().reveal();
        assert!(first.starts_with(PREFIX));
        assert_eq!(KeyFile::within(dir.path()).secret_of(&one).unwrap().reveal(), first);
        assert_ne!(KeyFile::within(dir.path()).secret_of(&other).unwrap().reveal(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(dir.path().join(KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let elsewhere = tempfile::tempdir().unwrap();
        assert_ne!(KeyFile::within(elsewhere.path()).secret_of(&one).unwrap().reveal(), first);
    }

    #[test]
    fn half_a_key_signs_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(KEY_FILE), [1; 12]).unwrap();
        let error = KeyFile::within(dir.path()).secret_of(&"whk_1".parse().unwrap()).err().unwrap();
        assert!(error.to_string().contains("does not hold 32 bytes"), "{error}");
    }
}
