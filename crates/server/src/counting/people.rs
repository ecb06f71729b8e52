//! How many different people one rule decided for today.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signalbox_domain::key::RuleId;
use signalbox_store::SketchOf;

use super::hyper_log_log::{Registers, Sketch};

/// Most sketches that are kept at once, of 4 KiB each; people of further rules are not counted.
const MOST_SKETCHES: usize = 8_192;

/// A person as a number that does not lead back to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PersonHash(pub(super) u64);

impl PersonHash {
    /// A person of this number.
    #[must_use]
    pub const fn of(number: u64) -> Self {
        Self(number)
    }

    /// All bits of it.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Sketches that may still be made.
pub struct Allowance(AtomicUsize);

impl Default for Allowance {
    fn default() -> Self {
        Self(AtomicUsize::new(MOST_SKETCHES))
    }
}

impl Allowance {
    fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    fn give_back(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The different people for whom one rule decided today, or no rule at all.
pub struct RulePeople {
    /// The rule; `None` where none decided: the default, or a variant of a person's own.
    pub rule: Option<RuleId>,
    parts: [Part; 3],
    allowance: Arc<Allowance>,
}

/// Some of them.
#[derive(Default)]
struct Part {
    /// Made when the first person comes, the one time that counting allocates.
    sketch: OnceLock<Box<Sketch>>,
    /// Whether it changed since it was last stored.
    changed: AtomicBool,
    /// Whether somebody was not counted for want of an allowance.
    refused: AtomicBool,
}

impl RulePeople {
    /// Nobody yet.
    pub fn new(rule: Option<RuleId>, allowance: Arc<Allowance>) -> Self {
        Self { rule, parts: Default::default(), allowance }
    }

    /// Adds a person.
    pub fn add(&self, of: SketchOf, PersonHash(hash): PersonHash) {
        let part = &self.parts[of as usize];
        let Some(sketch) = part.sketch.get().map(AsRef::as_ref).or_else(|| self.make(part)) else { return };
        if sketch.add(hash) {
            part.changed.store(true, Ordering::Relaxed);
        }
    }

    fn make<'a>(&self, part: &'a Part) -> Option<&'a Sketch> {
        if part.refused.load(Ordering::Relaxed) {
            return None;
        }
        if !self.allowance.take() {
            part.refused.store(true, Ordering::Relaxed);
            return None;
        }
        if part.sketch.set(Box::default()).is_err() {
            // Another thread was first.
            self.allowance.give_back();
        }
        part.sketch.get().map(AsRef::as_ref)
    }

    /// Adds everybody whom an earlier run of the server counted today.
    pub fn restore(&self, of: SketchOf, counted: &Registers) {
        let part = &self.parts[of as usize];
        if let Some(sketch) = part.sketch.get().map(AsRef::as_ref).or_else(|| self.make(part)) {
            sketch.merge(counted);
        }
    }

    /// Everybody so far; `None` where people could not be counted.
    pub fn today(&self, of: SketchOf) -> Option<Registers> {
        let part = &self.parts[of as usize];
        match part.sketch.get() {
            Some(sketch) => Some(sketch.registers()),
            None if part.refused.load(Ordering::Relaxed) => None,
            None => Some(Registers::default()),
        }
    }

    /// What changed since the last time.
    pub fn changed(&self) -> impl Iterator<Item = (SketchOf, Registers)> {
        self.each(|part| {
            let changed = part.changed.swap(false, Ordering::Relaxed);
            part.sketch.get().filter(|_| changed).map(|sketch| sketch.registers())
        })
    }

    /// Has it told again by [`Self::changed`], as after what was told could not be stored.
    pub fn not_stored(&self, of: SketchOf) {
        self.parts[of as usize].changed.store(true, Ordering::Relaxed);
    }

    /// Everybody of the day that ended; begins the next one.
    pub fn end_day(&self) -> impl Iterator<Item = (SketchOf, Registers)> {
        self.each(|part| {
            part.changed.store(false, Ordering::Relaxed);
            part.refused.store(false, Ordering::Relaxed);
            part.sketch.get().map(|sketch| sketch.take()).filter(|registers| !registers.is_empty())
        })
    }

    fn each(&self, read: impl Fn(&Part) -> Option<Registers>) -> impl Iterator<Item = (SketchOf, Registers)> {
        let kinds = [SketchOf::Given, SketchOf::Withheld, SketchOf::Exposed];
        kinds.into_iter().filter_map(move |of| Some((of, read(&self.parts[of as usize])?)))
    }
}

impl Drop for RulePeople {
    fn drop(&mut self) {
        for _ in self.parts.iter().filter(|part| part.sketch.get().is_some()) {
            self.allowance.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_sketches_is_bounded() {
        let allowance = Arc::new(Allowance(AtomicUsize::new(1)));
        let first = RulePeople::new(None, Arc::clone(&allowance));
        let second = RulePeople::new(Some(RuleId::new("rule_1").unwrap()), Arc::clone(&allowance));
        let today = |people: &RulePeople| people.today(SketchOf::Given).map(|registers| registers.estimate());
        assert_eq!((today(&first), today(&second)), (Some(0), Some(0)));
        for person in [1 << 60, 2 << 60, 2 << 60] {
            first.add(SketchOf::Given, PersonHash(person));
            second.add(SketchOf::Given, PersonHash(person));
        }
        assert_eq!((today(&first), today(&second)), (Some(2), None), "not counted is not nobody");

        drop(first);
        assert_eq!(second.end_day().count(), 0);
        second.add(SketchOf::Given, PersonHash(1 << 60));
        assert_eq!(today(&second), Some(1), "there is room again");
    }

    #[test]
    fn changes_are_told_once_and_a_day_ends() {
        let people = RulePeople::new(None, Arc::default());
        people.add(SketchOf::Withheld, PersonHash(1 << 60));
        let told = |changes: Vec<(SketchOf, Registers)>| -> Vec<_> {
            changes.into_iter().map(|(of, registers)| (of, registers.estimate())).collect()
        };
        assert_eq!(told(people.changed().collect()), [(SketchOf::Withheld, 1)]);
        assert_eq!(told(people.changed().collect()), []);
        people.add(SketchOf::Withheld, PersonHash(1 << 60));
        assert_eq!(told(people.changed().collect()), [], "nobody new");
        people.not_stored(SketchOf::Withheld);
        assert_eq!(told(people.changed().collect()), [(SketchOf::Withheld, 1)]);
        assert_eq!(told(people.end_day().collect()), [(SketchOf::Withheld, 1)]);
        assert_eq!(told(people.end_day().collect()), []);
    }
}
