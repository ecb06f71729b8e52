//! How much each client key is asked with from each address. A client key is public, so this is what keeps a page
//! that runs wild, or somebody who means harm, from everybody else's share of the server.
//!
//! Each key and address may ask [`BURST`] times at once and [`PER_SECOND`] times each second on. That is an office
//! of thousands behind one address whose pages all evaluate anew when a flag changes, and far from what one machine
//! could send.
//!
//! Nothing is remembered by address. Each falls, by a hash that nobody else knows, on one place in each of two rows
//! of fixed size, and is refused only when both are used up: for whoever is not asking too much, both would have to be
//! shared with somebody who is. Memory stays the same however many ask, and no lock is taken.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use signalbox_domain::key::SdkKeyId;

/// Requests that a client key has at once from one address.
pub const BURST: u64 = 6_000;
/// Requests that it has more of each second.
pub const PER_SECOND: u64 = 100;

/// Microseconds that one request uses up.
const COST: u64 = 1_000_000 / PER_SECOND;
const PLACES: usize = 16_384;

/// For each place, the moment when all that was used up there has come back, as microseconds since the start (the
/// generic cell rate algorithm: a token bucket in one number).
pub struct ClientRate {
    rows: [Box<[AtomicU64]>; 2],
    hashers: [RandomState; 2],
    started: Instant,
}

impl Default for ClientRate {
    fn default() -> Self {
        let row = || (0..PLACES).map(|_| AtomicU64::new(0)).collect();
        Self { rows: [row(), row()], hashers: Default::default(), started: Instant::now() }
    }
}

impl ClientRate {
    /// Counts one request.
    ///
    /// # Errors
    /// The seconds to wait, when there were too many.
    pub fn take(&self, key: &SdkKeyId, address: IpAddr) -> Result<(), u64> {
        self.take_at(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX), key, address)
    }

    fn take_at(&self, now: u64, key: &SdkKeyId, address: IpAddr) -> Result<(), u64> {
        // Each row takes it where it has room; who is refused by both is refused.
        let [one, other] = [0, 1].map(|row| {
            let place = self.hashers[row].hash_one((key.as_str(), address)) as usize % PLACES;
            take_one(&self.rows[row][place], now)
        });
        one.or_else(|wait| other.map_err(|other| wait.min(other))).map_err(|micros| micros.div_ceil(1_000_000))
    }
}

/// Uses one request up.
///
/// # Errors
/// Microseconds until there is one again.
fn take_one(place: &AtomicU64, now: u64) -> Result<(), u64> {
    let full = now + BURST * COST;
    let next = |until: u64| Some(until.max(now) + COST).filter(|until| *until <= full);
    let taken = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    taken.map(drop).map_err(|until| until + COST - full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> SdkKeyId {
        SdkKeyId::new(format!("key_{number}")).unwrap()
    }

    fn address(number: u32) -> IpAddr {
        IpAddr::V4((0x0a00_0000 + number).into())
    }

    #[test]
    fn a_burst_is_let_through_and_then_a_steady_rate() {
        let rate = ClientRate::default();
        for request in 0..BURST {
            assert_eq!(rate.take_at(0, &key(1), address(1)), Ok(()), "{request}");
        }
        assert_eq!(rate.take_at(0, &key(1), address(1)), Err(1));
        assert_eq!(rate.take_at(0, &key(1), address(2)), Ok(()), "another address");
        assert_eq!(rate.take_at(0, &key(2), address(1)), Ok(()), "another key");

        let second = 1_000_000;
        for request in 0..PER_SECOND {
            assert_eq!(rate.take_at(second, &key(1), address(1)), Ok(()), "{request}");
        }
        assert_eq!(rate.take_at(second, &key(1), address(1)), Err(1));
        let rested = second + BURST * COST;
        let taken = (0..2 * BURST).filter(|_| rate.take_at(rested, &key(1), address(1)).is_ok()).count();
        assert_eq!(taken as u64, BURST);
    }

    #[test]
    fn a_few_who_ask_too_much_leave_the_others_alone() {
        let rate = ClientRate::default();
        for wild in 0..50 {
            while rate.take_at(0, &key(1), address(wild)).is_ok() {}
        }
        let refused = (1_000..11_000).filter(|other| rate.take_at(0, &key(1), address(*other)).is_err()).count();
        // Both places shared with one of fifty: one in 100,000.
        assert!(refused <= 3, "{refused} of 10,000");
    }
}
