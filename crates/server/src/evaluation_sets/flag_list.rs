//! The flags of a set, shared with the sets before and after it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use signalbox_domain::key::FlagKey;

use super::ServedFlag;

/// Flags that are copied together when one of them changes: few enough that copying them takes no time to speak of,
/// so many that of ten thousand flags there are only some hundred of these to copy beside them.
const MOST_TOGETHER: usize = 128;
/// Bytes between the answers of two flags.
const COMMA: usize = 1;

/// Flags sorted by key. A copy shares every flag, and changing one of it leaves all the others where they are: what
/// that takes grows with the number of flags divided by [`MOST_TOGETHER`].
#[derive(Clone, Default)]
pub struct FlagList {
    /// None is empty.
    parts: Vec<Arc<Vec<ServedFlag>>>,
    length: usize,
    reading_attributes: usize,
    answer_bytes: usize,
    digest: u64,
    /// Those that wait for what a flag gives.
    waiting: Arc<BTreeMap<FlagKey, BTreeSet<FlagKey>>>,
}

impl FlagList {
    /// How many there are.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// The flag of this key.
    pub fn get(&self, key: &str) -> Option<&ServedFlag> {
        let part = &self.parts[self.part_of(key)?];
        let position = part.binary_search_by(|flag| flag.told.key.as_str().cmp(key)).ok()?;
        part.get(position)
    }

    /// All of them, by key.
    pub fn iter(&self) -> impl Iterator<Item = &ServedFlag> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// Whether any looks at more of whoever asks than the targeting key.
    pub const fn reads_attributes(&self) -> bool {
        self.reading_attributes > 0
    }

    /// How long the answers of all of them are at most, in bytes, a comma between them.
    pub const fn answer_bytes(&self) -> usize {
        self.answer_bytes
    }

    /// The same for the same flags with the same fragments, and very probably for no others.
    pub const fn digest(&self) -> u64 {
        self.digest
    }

    /// The flags that wait for what the flag of this key gives, whether there is one or not.
    pub fn waiting_for(&self, key: &FlagKey) -> impl Iterator<Item = &FlagKey> {
        self.waiting.get(key).into_iter().flatten()
    }

    /// Puts `flag` where one of this key was, or would be; none takes that one away.
    pub fn set(&mut self, key: &str, flag: Option<ServedFlag>) {
        let Some(place) = self.part_of(key) else {
            if let Some(flag) = flag {
                self.count(&flag);
                self.parts.push(Arc::new(vec![flag]));
            }
            return;
        };
        let part = Arc::make_mut(&mut self.parts[place]);
        let found = part.binary_search_by(|flag| flag.told.key.as_str().cmp(key));
        let (before, after) = (found.ok().map(|position| part[position].clone()), flag.clone());
        match (found, flag) {
            (Ok(position), Some(flag)) => part[position] = flag,
            (Ok(position), None) => drop(part.remove(position)),
            (Err(position), Some(flag)) => part.insert(position, flag),
            (Err(_), None) => {}
        }
        if part.is_empty() {
            self.parts.remove(place);
        } else if part.len() > MOST_TOGETHER {
            // Flags that come in order, as all of them do at first, leave full parts behind.
            let at_the_end = place + 1 == self.parts.len() && found == Err(MOST_TOGETHER);
            let part = Arc::make_mut(&mut self.parts[place]);
            let rest = part.split_off(if at_the_end { MOST_TOGETHER } else { MOST_TOGETHER / 2 });
            self.parts.insert(place + 1, Arc::new(rest));
        }
        if let Some(before) = before {
            self.length -= 1;
            self.reading_attributes -= usize::from(before.compiled.reads_attributes());
            self.answer_bytes -= before.told.fragments.longest() + COMMA;
            self.digest = self.digest.wrapping_sub(before.told.fragments.digest());
            for awaited in before.compiled.prerequisites() {
                if let Some(waiting) = Arc::make_mut(&mut self.waiting).get_mut(awaited) {
                    waiting.remove(&before.told.key);
                }
            }
        }
        if let Some(after) = after {
            self.count(&after);
        }
    }

    fn count(&mut self, flag: &ServedFlag) {
        self.length += 1;
        self.reading_attributes += usize::from(flag.compiled.reads_attributes());
        self.answer_bytes += flag.told.fragments.longest() + COMMA;
        self.digest = self.digest.wrapping_add(flag.told.fragments.digest());
        for awaited in flag.compiled.prerequisites() {
            Arc::make_mut(&mut self.waiting).entry(awaited.clone()).or_default().insert(flag.told.key.clone());
        }
    }

    /// The part where a key is if it is anywhere; none where there are no flags.
    fn part_of(&self, key: &str) -> Option<usize> {
        let not_after =
            self.parts.partition_point(|part| part.first().is_some_and(|flag| flag.told.key.as_str() <= key));
        (!self.parts.is_empty()).then(|| not_after.saturating_sub(1))
    }
}
