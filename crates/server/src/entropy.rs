//! The one place of the server that draws randomness.

use signalbox_domain::personal::Entropy;

/// Why there is no randomness: the operating system gave none.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the operating system gives no randomness: {0}")]
pub struct NoEntropy(String);

/// Fresh bytes that nobody can guess.
///
/// # Errors
/// [`NoEntropy`] when the operating system refuses.
#[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
pub fn bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], NoEntropy> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| NoEntropy(error.to_string()))?;
    Ok(bytes)
}

/// Fresh randomness for one decision.
///
/// # Errors
/// [`NoEntropy`] when the operating system refuses.
pub fn for_decision() -> Result<Entropy, NoEntropy> {
    bytes().map(Entropy::new)
}
