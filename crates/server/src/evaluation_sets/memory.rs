//! What whoever asked for all flags was given, for when they ask the same again.
//!
//! Clients that poll send the same context every few seconds or minutes, and for as long as no flag changes they get
//! the same. A set remembers the newest of them: who asked, as a keyed hash of the whole request that leads back to
//! nobody, and what each flag gave, in two bytes. It is forgotten with its set, so nothing here can be out of date.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::counting::PersonHash;
use crate::metrics::Tally;

/// Sets of fewer flags are evaluated in the time that remembering takes.
const FEWEST_FLAGS: usize = 16;
/// Longer requests are not remembered: reading them through takes as long as evaluating.
const LONGEST_REQUEST_BYTES: usize = 4 * 1024;
/// Most bytes that all sets of an installation remember together.
const MOST_BYTES: usize = 12 * 1024 * 1024;
/// Places of one set, and how many of them a request may lie in.
const ROWS: usize = 2_048;
const PLACES_IN_A_ROW: usize = 8;

/// What one request for all flags came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Answered {
    /// [`super::Given`] of each flag.
    pub given: Box<[u8]>,
    /// The same by reason.
    pub tally: Tally,
    /// Who asked, where they said.
    pub person: Option<PersonHash>,
}

/// Bytes that may still be remembered.
#[derive(Debug)]
pub struct Room(AtomicUsize);

impl Default for Room {
    fn default() -> Self {
        Self(AtomicUsize::new(MOST_BYTES))
    }
}

impl Room {
    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A whole request, as nobody without the key of this process can make another one of.
type RequestHash = u64;
type Row = [Option<(RequestHash, Arc<Answered>)>; PLACES_IN_A_ROW];

/// What the newest requests to one set came to. Whoever looks waits for nobody but another request of the same row,
/// and for that only as long as a pointer takes to copy.
pub struct Memory {
    /// Made when the first request is remembered.
    rows: OnceLock<Box<[Mutex<Row>]>>,
    hasher: RandomState,
    room: Arc<Room>,
    flags: usize,
    /// What was taken of the room.
    taken: AtomicUsize,
}

impl Memory {
    /// Of nothing yet, for a set of so many flags.
    pub fn new(room: &Arc<Room>, flags: usize) -> Self {
        let (room, taken) = (Arc::clone(room), AtomicUsize::new(0));
        Self { rows: OnceLock::new(), hasher: RandomState::new(), room, flags, taken }
    }

    /// What this very request came to, if it is remembered.
    pub fn recall(&self, request: &[u8]) -> Option<Arc<Answered>> {
        let rows = self.rows.get().filter(|_| request.len() <= LONGEST_REQUEST_BYTES)?;
        let hash = self.hasher.hash_one(request);
        let row = row_of(rows, hash).lock().unwrap_or_else(PoisonError::into_inner);
        row.iter().flatten().find(|(known, _)| *known == hash).map(|(_, answered)| Arc::clone(answered))
    }

    /// Remembers what this request came to, in place of the oldest of its row.
    pub fn remember(&self, request: &[u8], answered: &Arc<Answered>) {
        if self.flags < FEWEST_FLAGS || request.len() > LONGEST_REQUEST_BYTES {
            return;
        }
        let Some(rows) = self.rows.get().map(AsRef::as_ref).or_else(|| self.make_rows()) else { return };
        let hash = self.hasher.hash_one(request);
        let mut row = row_of(rows, hash).lock().unwrap_or_else(PoisonError::into_inner);
        if row.iter().flatten().any(|(known, _)| *known == hash) {
            return;
        }
        // Those of one set are all of one size, so what takes the place of another takes no room.
        let [.., last] = &mut *row;
        if last.is_some() || self.take(size_of::<Answered>() + answered.given.len()) {
            row.rotate_right(1);
            row[0] = Some((hash, Arc::clone(answered)));
        } else if let Some(oldest) = row.iter().rposition(Option::is_some) {
            row[..=oldest].rotate_right(1);
            row[0] = Some((hash, Arc::clone(answered)));
        }
    }

    fn make_rows(&self) -> Option<&[Mutex<Row>]> {
        let bytes = ROWS * size_of::<Mutex<Row>>();
        if !self.take(bytes) {
            return None;
        }
        if self.rows.set((0..ROWS).map(|_| Mutex::default()).collect()).is_err() {
            // Another thread was first.
            self.taken.fetch_sub(bytes, Ordering::Relaxed);
            self.room.give_back(bytes);
        }
        self.rows.get().map(AsRef::as_ref)
    }

    fn take(&self, bytes: usize) -> bool {
        let there_was = self.room.take(bytes);
        if there_was {
            self.taken.fetch_add(bytes, Ordering::Relaxed);
        }
        there_was
    }
}

#[expect(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
fn row_of(rows: &[Mutex<Row>], hash: RequestHash) -> &Mutex<Row> {
    &rows[hash as usize % rows.len()]
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.room.give_back(*self.taken.get_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: usize = 100;

    fn answered(number: u16) -> Arc<Answered> {
        let given = number.to_le_bytes().repeat(FLAGS).into();
        Arc::new(Answered { given, tally: Tally::default(), person: None })
    }

    fn left(room: &Room) -> usize {
        room.0.load(Ordering::Relaxed)
    }

    #[test]
    fn the_same_request_has_the_same_answer() {
        let memory = Memory::new(&Arc::default(), FLAGS);
        let requests = |number: u16| format!(r#"{{"context":{{"targetingKey":"person-{number}"}}}}"#).into_bytes();
        assert_eq!(memory.recall(&requests(1)), None);
        for number in 0..2_000 {
            memory.remember(&requests(number), &answered(number));
            memory.remember(&requests(number), &answered(number));
        }
        for number in 0..2_000 {
            if let Some(found) = memory.recall(&requests(number)) {
                assert_eq!(found, answered(number));
            }
        }
        let kept = (0..2_000).filter(|number| memory.recall(&requests(*number)).is_some()).count();
        assert!(kept > 1_990, "of 2,000 in 2,048 rows of 8 all have a place, not {kept}");
        assert_eq!(memory.recall(&requests(2_000)), None);
    }

    #[test]
    fn the_newest_stay_within_the_room_and_it_is_given_back() {
        let one = size_of::<Answered>() + FLAGS * 2;
        let room = Arc::new(Room(AtomicUsize::new(ROWS * size_of::<Mutex<Row>>() + one * 3_000)));
        let whole = left(&room);
        let memory = Memory::new(&room, FLAGS);
        for number in 0..60_000 {
            memory.remember(&u16::to_le_bytes(number), &answered(number));
        }
        assert!(left(&room) < one, "the room is used");
        let kept = |range: std::ops::Range<u16>| {
            range.filter(|number| memory.recall(&u16::to_le_bytes(*number)).is_some()).count()
        };
        assert!(kept(0..60_000) <= 3_000);
        assert!(kept(59_000..60_000) > 500, "the newest are those that are kept");
        assert_eq!(kept(0..3_000), 0, "the oldest are not");
        let other = Memory::new(&room, FLAGS);
        other.remember(b"request", &answered(1));
        assert_eq!(other.recall(b"request"), None, "there is no room for another set");
        drop(memory);
        other.remember(b"request", &answered(1));
        assert_eq!(other.recall(b"request"), Some(answered(1)));
        drop(other);
        assert_eq!(left(&room), whole);
    }

    #[test]
    fn few_flags_and_long_requests_are_not_remembered() {
        let few = Memory::new(&Arc::default(), FEWEST_FLAGS - 1);
        few.remember(b"request", &answered(1));
        assert_eq!(few.recall(b"request"), None);
        let memory = Memory::new(&Arc::default(), FLAGS);
        let long = vec![b' '; LONGEST_REQUEST_BYTES + 1];
        memory.remember(&long, &answered(1));
        assert_eq!(memory.recall(&long), None);
        memory.remember(&long[1..], &answered(1));
        assert!(memory.recall(&long[1..]).is_some());
    }
}
