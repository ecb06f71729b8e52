//! What hangs on a served flag, to be added to while it is evaluated.

use std::sync::Arc;

use signalbox_domain::key::VariantKey;
use signalbox_store::SketchOf;

use super::counters::{Kind, VariantCounts};
use super::people::{PersonHash, RulePeople};

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

    /// The variant at this place was given, by the rule at this place or by none.
    pub fn evaluated(&self, kind: Kind, variant: usize, rule: Option<usize>, person: Option<PersonHash>) {
        let Some((_, counts)) = self.variants.get(variant) else { return };
        counts.count(kind);
        if let Some((person, people)) = person.zip(self.people.get(rule.map_or(0, |rule| rule + 1))) {
            people.add(if variant == self.off { SketchOf::Withheld } else { SketchOf::Given }, person);
        }
    }

    /// An application showed a variant to somebody. Gives whether there is such a variant.
    pub fn exposed(&self, variant: &str, person: Option<PersonHash>) -> bool {
        let Some((_, counts)) = self.variants.iter().find(|(key, _)| key.as_str() == variant) else { return false };
        counts.count(Kind::Exposure);
        if let Some((person, people)) = person.zip(self.people.first()) {
            people.add(SketchOf::Exposed, person);
        }
        true
    }
}
