//! Reports that are sent again: exporters repeat what they are not sure arrived.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// Spans of one generation; those of two are remembered.
const GENERATION: usize = 65_536;

/// Recognises what was taken before, among the last 65,536 at least.
#[derive(Default)]
pub struct Repeats {
    hasher: RandomState,
    generations: Mutex<[HashSet<u64>; 2]>,
}

impl Repeats {
    /// Whether this is new. One without an id always is.
    pub fn is_new(&self, trace: &[u8], span: &[u8]) -> bool {
        if trace.is_empty() || span.is_empty() {
            return true;
        }
        let hash = self.hasher.hash_one((trace, span));
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let [new, old] = &mut *generations;
        if old.contains(&hash) || !new.insert(hash) {
            return false;
        }
        if new.len() >= GENERATION {
            *old = std::mem::take(new);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_lately_is_recognised() {
        let repeats = Repeats::default();
        let id = |number: usize| number.to_le_bytes();
        for number in 0..GENERATION + 10 {
            assert!(repeats.is_new(&id(number), b"span"));
        }
        assert!(!repeats.is_new(&id(GENERATION + 9), b"span"));
        assert!(!repeats.is_new(&id(10), b"span"));
        assert!(repeats.is_new(&id(10), b"another"));
        assert!(repeats.is_new(b"", b"span") && repeats.is_new(b"", b"span"));
        let kept: usize = repeats.generations.lock().unwrap().iter().map(HashSet::len).sum();
        assert!(kept <= 2 * GENERATION);
    }
}
