//! Which clients listen for changes, what they were told, and what they fetched after that.
//!
//! A client that listens fetches all flags anew once it is told that they changed, and names in its request the version
//! that it was told (`flagConfigEtag`). Until then it is known that it was told, and not that it has it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use signalbox_domain::access::SdkKeyKind;

/// Versions of a set of which fetches are counted, the newest.
const MOST_VERSIONS: usize = 32;
/// Sets of which fetches are counted: as many as an installation has environments, and some for clients that are mistaken.
const MOST_SETS: usize = 10_000;

/// What clients of a set came to know of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrived {
    /// Clients that listen now.
    pub listening: u64,
    /// Of them, those that were told of it.
    pub told: u64,
    /// Of them, those that surely fetched it, at least.
    pub fetched: u64,
}

/// The clients of all sets.
#[derive(Debug, Default)]
pub struct Listening(Mutex<HashMap<(String, SdkKeyKind), Clients>>);

#[derive(Debug, Default)]
struct Clients {
    /// What each was told last; those that went away are gone.
    told: Vec<Weak<AtomicU64>>,
    /// How many fetches named which version, oldest first.
    fetched: VecDeque<(u64, u64)>,
}

/// A client that listens; it no longer does when this is dropped.
#[derive(Debug)]
pub struct Client(Arc<AtomicU64>);

impl Client {
    /// It was told of this version.
    pub fn told(&self, version: u64) {
        self.0.store(version, Ordering::Relaxed);
    }
}

impl Listening {
    /// A client of a set begins to listen.
    pub fn begin(&self, set: &str, kind: SdkKeyKind) -> Client {
        let told = Arc::default();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let clients = all.entry((set.to_owned(), kind)).or_default();
        // So rarely that it takes no time to speak of, and so often that what is left behind stays small.
        if clients.told.len() == clients.told.capacity() {
            clients.told.retain(|told| told.strong_count() > 0);
        }
        clients.told.push(Arc::downgrade(&told));
        Client(told)
    }

    /// A client of a set, which is of `current` now, fetched all flags after it was told of this version.
    pub fn fetched(&self, set: &str, kind: SdkKeyKind, version: u64, current: u64) {
        // Nobody was told of what is yet to come.
        if version == 0 || version > current {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (set.to_owned(), kind);
        if all.len() >= MOST_SETS && !all.contains_key(&key) {
            return;
        }
        let fetched = &mut all.entry(key).or_default().fetched;
        if let Some((_, count)) = fetched.iter_mut().find(|(known, _)| *known == version) {
            *count += 1;
            return;
        }
        let place = fetched.partition_point(|(known, _)| *known < version);
        fetched.insert(place, (version, 1));
        if fetched.len() > MOST_VERSIONS {
            fetched.pop_front();
        }
    }

    /// What clients of a set came to know of a change of this version.
    pub fn of(&self, set: &str, kind: SdkKeyKind, version: u64) -> Arrived {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(clients) = all.get(&(set.to_owned(), kind)) else { return Arrived::default() };
        let told = clients.told.iter().filter_map(Weak::upgrade).map(|told| told.load(Ordering::Relaxed));
        let (mut listening, mut knowing) = (0, 0);
        for told in told {
            listening += 1;
            knowing += u64::from(told >= version);
        }
        // A client fetches once for each version, so the most that named one of them is the least that can have it.
        let fetched = clients.fetched.iter().filter(|(known, _)| *known >= version).map(|(_, count)| *count).max();
        Arrived { listening, told: knowing, fetched: fetched.unwrap_or(0).min(knowing) }
    }
}

/// The version that a request says its client was told, from the query.
pub fn version_told(query: Option<&str>) -> Option<u64> {
    let told = form_urlencoded::parse(query?.as_bytes()).find(|(name, _)| name == "flagConfigEtag")?.1;
    told.trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: SdkKeyKind = SdkKeyKind::Server;

    #[test]
    fn a_change_has_arrived_where_it_was_fetched() {
        let listening = Listening::default();
        let of = |version| listening.of("bank/production", SERVER, version);
        assert_eq!(of(7), Arrived::default());
        let clients: Vec<_> = (0..3).map(|_| listening.begin("bank/production", SERVER)).collect();
        clients.iter().for_each(|client| client.told(5));
        assert_eq!(of(7), Arrived { listening: 3, told: 0, fetched: 0 });
        clients[..2].iter().for_each(|client| client.told(7));
        listening.fetched("bank/production", SERVER, 7, 7);
        assert_eq!(of(7), Arrived { listening: 3, told: 2, fetched: 1 });
        // A later version has the earlier one in it.
        clients.iter().for_each(|client| client.told(9));
        (0..3).for_each(|_| listening.fetched("bank/production", SERVER, 9, 9));
        assert_eq!(of(7), Arrived { listening: 3, told: 3, fetched: 3 });
        // What nobody was told, and other sets, say nothing.
        listening.fetched("bank/production", SERVER, 99, 9);
        listening.fetched("bank/staging", SERVER, 12, 12);
        assert_eq!(of(10), Arrived { listening: 3, told: 0, fetched: 0 });
        drop(clients);
        assert_eq!(of(7), Arrived::default(), "nobody listens any more");
    }

    #[test]
    fn clients_that_come_and_go_leave_nothing_behind() {
        let listening = Listening::default();
        for version in 1..10_000 {
            let client = listening.begin("bank/production", SERVER);
            client.told(version);
            listening.fetched("bank/production", SERVER, version, version);
        }
        let all = listening.0.lock().unwrap();
        let clients = &all[&("bank/production".to_owned(), SERVER)];
        assert!(clients.told.len() <= 8 && clients.fetched.len() == MOST_VERSIONS, "{}", clients.told.len());
    }

    #[test]
    fn versions_are_read_from_queries() {
        for (query, expect) in [
            (None, None),
            (Some(""), None),
            (Some("flagConfigEtag=42&flagConfigLastModified=1771622898"), Some(42)),
            (Some("a=b&flagConfigEtag=%2242%22"), Some(42)),
            (Some("flagConfigEtag=cfg-42"), None),
            (Some("flagConfigEtag=-1"), None),
            (Some("flagConfigEtag=99999999999999999999999"), None),
        ] {
            assert_eq!(version_told(query), expect, "{query:?}");
        }
    }
}
