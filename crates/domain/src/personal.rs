//! Personal values: kept beside the log, so that they can be erased while the chain still verifies.
//!
//! An event holds only a [`Commitment`]: SHA-256 over a random salt and the value. The value and its
//! salt stand in a side table. Erasing deletes that row; the commitment left in the log says nothing,
//! since the salt is gone with the value.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Stands for a personal value in events and state: 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(String);

impl Commitment {
    /// Commits to `value` under `salt`: `hex(SHA-256(salt ‖ value))`.
    #[must_use]
    pub fn to(value: &str, salt: &Salt) -> Self {
        Self(hex(&Sha256::new().chain_update(salt.0).chain_update(value).finalize()))
    }

    /// From its text as stored; the caller vouches that it was made by [`Commitment::to`].
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The commitment as 64 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Random bytes that keep a commitment from being guessed by trying values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl std::fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Salt(…)")
    }
}

/// A personal value with what proves that its commitment stands for it; a row of the side table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalValue {
    /// What stands in the log.
    pub commitment: Commitment,
    /// The salt of the commitment.
    pub salt: Salt,
    /// The value itself.
    pub value: String,
}

/// The personal values that are known, by commitment: those never stored, or erased, are missing.
#[derive(Debug, Clone, Default)]
pub struct Vault(HashMap<Commitment, String>);

impl Vault {
    /// The value behind a commitment, unless it was erased.
    #[must_use]
    pub fn reveal(&self, commitment: &Commitment) -> Option<&str> {
        self.0.get(commitment).map(String::as_str)
    }

    /// Takes a value in.
    pub fn keep(&mut self, value: PersonalValue) {
        self.0.insert(value.commitment, value.value);
    }

    /// Forgets a value; its commitment reveals nothing from now on.
    pub fn forget(&mut self, commitment: &Commitment) {
        self.0.remove(commitment);
    }

    /// Every commitment that stands for exactly `value`, in order.
    #[must_use]
    pub fn commitments_of(&self, value: &str) -> Vec<Commitment> {
        let mut found: Vec<_> =
            self.0.iter().filter(|(_, known)| *known == value).map(|(commitment, _)| commitment.clone()).collect();
        found.sort();
        found
    }
}

/// Fresh randomness for one decision, stretched with SHA-256, so that `decide` itself draws none.
#[derive(Debug, Clone)]
pub struct Entropy {
    seed: [u8; 32],
    drawn: u64,
}

impl Entropy {
    /// From 32 bytes of the operating system's randomness; never use the same bytes for two decisions.
    #[must_use]
    pub const fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A salt that nothing else has.
    pub fn salt(&mut self) -> Salt {
        Salt(self.draw())
    }

    /// An id that nothing else has: `prefix` and 32 hexadecimal digits.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", hex(&self.draw()))
    }

    fn draw(&mut self) -> [u8; 16] {
        self.drawn += 1;
        let digest = Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_le_bytes()).finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        half
    }
}

/// Lower-case hexadecimal digits of `bytes`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_hides_its_value_and_is_forgotten_with_it() {
        let mut entropy = Entropy::new([7; 32]);
        let seal = |entropy: &mut Entropy, value: &str| {
            let salt = entropy.salt();
            PersonalValue { commitment: Commitment::to(value, &salt), salt, value: value.into() }
        };
        let (first, second) = (seal(&mut entropy, "ann"), seal(&mut entropy, "ann"));
        assert_ne!(first.commitment, second.commitment, "the same value twice must not be recognisable");

        let mut vault = Vault::default();
        vault.keep(first.clone());
        vault.keep(second.clone());
        assert_eq!(vault.commitments_of("ann").len(), 2);
        vault.forget(&first.commitment);
        assert_eq!(vault.reveal(&first.commitment), None);
        assert_eq!(vault.reveal(&second.commitment), Some("ann"));
    }
}
