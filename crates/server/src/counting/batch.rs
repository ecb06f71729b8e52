//! Evaluations of all flags together, kept until there are enough of them to be counted flag by flag.
//!
//! Counting an evaluation touches the counter of its variant and one place in a sketch of people. For all flags of a
//! request that is a walk through memory which takes longer than evaluating them. Counted for a hundred requests at
//! once, what hangs on a flag is fetched once.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::counters::{LANES, lane};
use super::people::PersonHash;
use crate::evaluation_sets::Given;

/// Requests that are counted together at most, and bytes of what they were given.
const MOST_REQUESTS: usize = 256;
const MOST_BYTES: usize = 64 * 1024;

/// Requests that wait to be counted, by thread.
#[derive(Default)]
pub struct Batch([Mutex<Waiting>; LANES]);

/// Some of them.
#[derive(Default)]
pub struct Waiting {
    /// What each flag gave, request after request.
    given: Vec<u8>,
    people: Vec<Option<PersonHash>>,
}

impl Batch {
    /// Adds what each flag gave to one person; hands over to `count` what is full. Gives back nothing, and waits for
    /// nobody: where every place is being counted at this moment, `count` gets this request alone.
    pub fn add(&self, given: &[u8], person: Option<PersonHash>, count: impl Fn(&Waiting)) {
        let own = lane();
        for place in (0..LANES).map(|number| &self.0[(own + number) % LANES]) {
            let mut waiting = match place.try_lock() {
                Ok(waiting) => waiting,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => continue,
            };
            waiting.add(given, person);
            if waiting.people.len() >= MOST_REQUESTS || waiting.given.len() >= MOST_BYTES {
                count(&waiting);
                waiting.clear();
            }
            return;
        }
        let mut alone = Waiting::default();
        alone.add(given, person);
        count(&alone);
    }

    /// Hands over to `count` whatever waits.
    pub fn settle(&self, count: impl Fn(&Waiting)) {
        for place in &self.0 {
            let mut waiting: MutexGuard<'_, Waiting> = place.lock().unwrap_or_else(PoisonError::into_inner);
            if !waiting.people.is_empty() {
                count(&waiting);
                waiting.clear();
            }
        }
    }
}

impl Waiting {
    /// What the flag at this place of the set gave, and to whom.
    pub fn of_flag(&self, place: usize) -> impl Iterator<Item = (Given, Option<PersonHash>)> {
        let flags = self.given.len() / Given::BYTES / self.people.len().max(1);
        let (all, _) = self.given.as_chunks::<{ Given::BYTES }>();
        let given = all.iter().skip(place).step_by(flags.max(1)).map(|bytes| Given::from_bytes(*bytes));
        given.zip(self.people.iter().copied())
    }

    fn add(&mut self, given: &[u8], person: Option<PersonHash>) {
        self.given.extend_from_slice(given);
        self.people.push(person);
    }

    fn clear(&mut self) {
        self.given.clear();
        self.people.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use signalbox_domain::evaluation::{Choice, Reason};

    use super::*;

    fn row(variants: &[usize]) -> Vec<u8> {
        let given = |variant: &usize| Choice { variant: *variant, reason: Reason::Default, rule: None };
        variants.iter().flat_map(|variant| Given::of(Ok(given(variant))).to_bytes()).collect()
    }

    #[test]
    fn every_request_is_handed_over_once() {
        let batch = Batch::default();
        let counted = RefCell::new(Vec::new());
        let count = |waiting: &Waiting| {
            for flag in 0..3 {
                let given = waiting.of_flag(flag);
                let told = given.map(|(given, person)| (flag, given.choice().unwrap().variant, person.unwrap().0));
                counted.borrow_mut().extend(told);
            }
        };
        let requests = MOST_REQUESTS as u64 * 2 + 5;
        let variants = |request: u64| [(request % 7) as usize, 3, (request % 50) as usize];
        for request in 0..requests {
            batch.add(&row(&variants(request)), Some(PersonHash(request)), count);
        }
        assert_eq!(counted.borrow().len(), MOST_REQUESTS * 2 * 3, "two were full");
        batch.settle(count);
        batch.settle(count);
        let mut counted = counted.into_inner();
        counted.sort_by_key(|(flag, _, person)| (*person, *flag));
        let flags = (0..requests).flat_map(|request| (0..3).map(move |flag| (flag, variants(request)[flag], request)));
        assert_eq!(counted, flags.collect::<Vec<_>>());
    }

    #[test]
    fn whoever_finds_every_place_taken_is_counted_at_once() {
        let batch = Batch::default();
        let taken: Vec<_> = batch.0.iter().map(|place| place.lock().unwrap()).collect();
        let counted = RefCell::new(0);
        batch.add(&row(&[1, 2]), None, |waiting| *counted.borrow_mut() += waiting.of_flag(1).count());
        assert_eq!(counted.take(), 1);
        drop(taken);
        batch.settle(|_| *counted.borrow_mut() += 1);
        assert_eq!(counted.take(), 0, "nothing was left behind");
    }
}
