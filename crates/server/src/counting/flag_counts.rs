//! What hangs on a served flag, to be added to while it is evaluated.

use std::sync::Arc;

use signalbox_domain::evaluation::Choice;
use signalbox_domain::flag::MOST_VARIANTS;
use signalbox_domain::key::VariantKey;
use signalbox_store::SketchOf;

use super::counters::{Kind, VariantCounts};
use super::people::{PersonHash, RulePeople};
use crate::evaluation_sets::Given;

/// The counters of one flag in one environment.
pub struct FlagCounts {
    /// In the order of the flag's variants.
    variants: Box<[(VariantKey, Arc<VariantCounts>)]>,
    /// Place of the off variant.
    off: usize,
    /// Those whom no rule decided for come first; then the rules in their order.
    people: Box<[Arc<RulePeople>]>,
}

impl FlagCounts {
    pub(super) const fn new(
        variants: Box<[(VariantKey, Arc<VariantCounts>)]>,
        off: usize,
        people: Box<[Arc<RulePeople>]>,
    ) -> Self {
        Self { variants, off, people }
    }

    /// This was given to somebody who asked for this flag alone.
    pub fn evaluated(&self, choice: Choice, person: Option<PersonHash>) {
        let Some((_, counts)) = self.variants.get(choice.variant) else { return };
        counts.count(Kind::Single, 1);
        self.reached(choice, person);
    }

    /// These were given to people who asked for all flags together; nothing is counted where nothing was given.
    pub fn evaluated_in_bulk(&self, given: impl Iterator<Item = (Given, Option<PersonHash>)>) {
        let mut times = [0_u32; MOST_VARIANTS];
        for (choice, person) in given.filter_map(|(given, person)| Some((given.choice().ok()?, person))) {
            if let Some(times) = times.get_mut(choice.variant) {
                *times += 1;
            }
            self.reached(choice, person);
        }
        for ((_, counts), times) in self.variants.iter().zip(times).filter(|(_, times)| *times > 0) {
            counts.count(Kind::Bulk, times);
        }
    }

    #[inline]
    fn reached(&self, choice: Choice, person: Option<PersonHash>) {
        if let Some((person, people)) = person.zip(self.people.get(choice.rule.map_or(0, |rule| rule + 1))) {
            people.add(if choice.variant == self.off { SketchOf::Withheld } else { SketchOf::Given }, person);
        }
    }

    /// An application showed a variant to somebody. Gives whether there is such a variant.
    pub fn exposed(&self, variant: &str, person: Option<PersonHash>) -> bool {
        let Some((_, counts)) = self.variants.iter().find(|(key, _)| key.as_str() == variant) else { return false };
        counts.count(Kind::Exposure, 1);
        if let Some((person, people)) = person.zip(self.people.first()) {
            people.add(SketchOf::Exposed, person);
        }
        true
    }
}
