//! Failed authorisation, limited by the address that it comes from.
//!
//! Each address may fail [`BURST`] times at once, and once more every [`REFILL`]; beyond that it is told when to
//! come back. Whoever shows a secret that works is let in all the same, so nobody can lock anybody out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures that an address has at once.
pub const BURST: u32 = 60;
/// Time after which it has one more.
pub const REFILL: Duration = Duration::from_secs(1);
/// Addresses that are remembered; beyond that the one that failed longest ago is forgotten.
const MOST_ADDRESSES: usize = 4_096;

/// Who failed how often.
#[derive(Default)]
pub struct FailedAuthorisations(Mutex<HashMap<IpAddr, Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    /// When the address has all its failures again.
    cleared: Instant,
}

impl FailedAuthorisations {
    /// Counts a failure at `now`; gives the seconds to wait when there were too many.
    pub fn count(&self, address: IpAddr, now: Instant) -> Option<u64> {
        let mut peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = subject(address);
        let cleared = peers.get(&address).map_or(now, |failures| failures.cleared.max(now));
        // Each failure moves the time when all is forgiven by one refill.
        let wait = (cleared + REFILL).saturating_duration_since(now + REFILL * BURST);
        if !wait.is_zero() {
            return Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        }
        if peers.len() >= MOST_ADDRESSES && !peers.contains_key(&address) {
            peers.retain(|_, failures| failures.cleared > now);
            let oldest = peers.iter().min_by_key(|(_, failures)| failures.cleared).map(|(address, _)| *address);
            if let Some(oldest) = oldest.filter(|_| peers.len() >= MOST_ADDRESSES) {
                peers.remove(&oldest);
            }
        }
        peers.insert(address, Failures { cleared: cleared + REFILL });
        None
    }
}

/// Whoever has an IPv6 address has at least the 2^64 addresses of its network.
fn subject(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(network))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_that_fails_too_often_must_wait_and_others_need_not() {
        let failed = FailedAuthorisations::default();
        let start = Instant::now();
        for attempt in 0..BURST {
            assert_eq!(failed.count(address("192.0.2.1"), start), None, "{attempt}");
        }
        assert_eq!(failed.count(address("192.0.2.1"), start), Some(1));
        assert_eq!(failed.count(address("::ffff:192.0.2.1"), start), Some(1), "the same address, written otherwise");
        assert_eq!(failed.count(address("192.0.2.2"), start), None);

        assert_eq!(failed.count(address("192.0.2.1"), start + REFILL), None, "one more after a while");
        assert_eq!(failed.count(address("192.0.2.1"), start + REFILL), Some(1));
        let later = start + REFILL * (BURST + 2);
        for attempt in 0..BURST {
            assert_eq!(failed.count(address("192.0.2.1"), later), None, "{attempt}");
        }
    }

    #[test]
    fn a_network_counts_as_one_address() {
        let failed = FailedAuthorisations::default();
        let now = Instant::now();
        for host in 0..BURST {
            assert_eq!(failed.count(address(&format!("2001:db8::{host:x}")), now), None);
        }
        assert!(failed.count(address("2001:db8::ffff"), now).is_some());
        assert!(failed.count(address("2001:db8:0:1::1"), now).is_none());
    }

    #[test]
    fn a_flood_of_addresses_is_bounded() {
        let failed = FailedAuthorisations::default();
        let now = Instant::now();
        for number in 0..10_000_u32 {
            failed.count(IpAddr::V4((0x0a00_0000 + number).into()), now);
        }
        assert_eq!(failed.0.lock().unwrap().len(), MOST_ADDRESSES);
    }
}
