//! Passes to the event stream of an SDK key.
//!
//! A browser's `EventSource` sends no headers, so what lets it in stands in the address. An address is written down in
//! places where a key must not be; so it carries a pass that is good for an hour or two, and only for hearing *that*
//! something changed. It stays the same within an hour, because clients connect anew when the address changes.
//!
//! ```text
//! pass = hours ‖ "." ‖ SDK key id ‖ "." ‖ base64url(HMAC-SHA256(secret, hours ‖ "." ‖ SDK key id))
//! ```
//! where `hours` is the number of full hours from 1970 to the moment from which it does not work, in decimal.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use signalbox_domain::Timestamp;
use signalbox_domain::key::SdkKeyId;

const HOUR_MILLIS: i64 = 60 * 60 * 1_000;

/// The pass that a key was given last: signing one for each answer would take longer than evaluating a flag.
#[derive(Default)]
pub struct IssuedPass(ArcSwapOption<(i64, String)>);

impl IssuedPass {
    /// The pass of this hour for the key on which this hangs.
    pub fn of_hour(&self, secret: &[u8; 32], key: &SdkKeyId, now: Timestamp) -> Arc<(i64, String)> {
        let hour = now.millis().div_euclid(HOUR_MILLIS);
        if let Some(issued) = self.0.load_full().filter(|issued| issued.0 == hour) {
            return issued;
        }
        let issued = Arc::new((hour, issue(secret, key, now)));
        self.0.store(Some(Arc::clone(&issued)));
        issued
    }
}

/// A pass for this key, issued at `now`.
fn issue(secret: &[u8; 32], key: &SdkKeyId, now: Timestamp) -> String {
    let claim = format!("{}.{key}", now.millis().div_euclid(HOUR_MILLIS) + 2);
    let signature = BASE64_URL_SAFE_NO_PAD.encode(mac(secret, &claim).finalize().into_bytes());
    format!("{claim}.{signature}")
}

/// Whose pass this is, unless it is none of ours or does not work any more at `now`.
pub fn check(secret: &[u8; 32], pass: &str, now: Timestamp) -> Option<SdkKeyId> {
    let (claim, signature) = pass.rsplit_once('.')?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(secret, claim).verify_slice(&signature).ok()?;
    let (hours, key) = claim.split_once('.')?;
    let ends = hours.parse::<i64>().ok()?.checked_mul(HOUR_MILLIS)?;
    (now.millis() < ends).then(|| SdkKeyId::new(key).ok()).flatten()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(secret: &[u8; 32], claim: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(claim.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_works_for_an_hour_or_two_and_for_its_key_alone() {
        let (secret, key) = ([7; 32], SdkKeyId::new("key_1").unwrap());
        let at = |minutes: i64| Timestamp::from_millis(1_000 * HOUR_MILLIS + minutes * 60_000);
        let issued = IssuedPass::default();
        let pass = issued.of_hour(&secret, &key, at(0)).1.clone();
        assert_eq!(pass, issued.of_hour(&secret, &key, at(59)).1, "the same address within an hour");
        assert_ne!(pass, issued.of_hour(&secret, &key, at(60)).1);
        assert_eq!(check(&secret, &pass, at(119)), Some(key));
        assert_eq!(check(&secret, &pass, at(120)), None);
        assert_eq!(check(&[8; 32], &pass, at(0)), None);
        for forged in
            ["", ".", "..", "a.b.c", &pass.replace("key_1", "key_2"), &pass.replace("1002", "9999"), &pass[1..]]
        {
            assert_eq!(check(&secret, forged, at(0)), None, "{forged}");
        }
    }
}
