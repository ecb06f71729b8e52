//! The one place of this program that draws random numbers.

#![expect(clippy::disallowed_methods, reason = "the one place that draws random numbers")]

/// A fresh access token for the server in this app: 256 random bits behind the prefix of administrators.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn admin_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("sbx_adm_{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ() {
        let (one, other) = (admin_token().unwrap(), admin_token().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), "sbx_adm_".len() + 64);
    }
}
