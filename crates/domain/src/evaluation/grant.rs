//! Who of those asked has the feature, and which variant they get: what a rule and the default have in common.

use std::collections::HashSet;

use smallvec::SmallVec;

use super::bucketing::Bucketer;
use super::decide::{Reason, TargetingKeyMissing};
use super::explanation::{Step, StepKind};
use super::witness::Witness;
use crate::flag::{Audience, WeightedVariant};
use crate::key::{SegmentKey, VariantKey};
use crate::personal::Vault;
use crate::share::{BUCKETS, Share};
use crate::targeting::{AttributePath, Attributes, CompiledSegments};

/// Who has the feature, and what they get. What most grants lack is boxed: the smaller a flag, the fewer of the
/// processor's memory lines an evaluation waits for.
#[derive(Clone)]
pub(super) struct Grant {
    /// People who have it by name; absent where there are none.
    #[expect(clippy::box_collection, reason = "a pointer that is mostly absent is a sixth of an empty set")]
    named: Option<Box<HashSet<Box<str>>>>,
    /// Segments that have it whole.
    rings: Box<[SegmentKey]>,
    share: Share,
    /// Upper end of each variant's buckets, rising to [`BUCKETS`].
    split: SmallVec<[(u32, usize); 1]>,
    /// Whose bucket decides; the targeting key when absent.
    split_by: Option<Box<AttributePath>>,
    /// Whether a rollout drives the share: either arm then answers [`Reason::Split`].
    rolling_out: bool,
}

/// Why people have what they have by a grant.
#[derive(Clone, Copy)]
pub(super) struct Reasons {
    /// Where all have the same.
    pub(super) all: Reason,
    /// Of whoever is within the share.
    pub(super) within: Reason,
    /// Of whoever is outside.
    pub(super) outside: Reason,
}

impl Reasons {
    /// For those whom a rule fits.
    pub(super) const OF_A_RULE: Self =
        Self { all: Reason::TargetingMatch, within: Reason::TargetingMatch, outside: Reason::Default };
    /// For those whom no rule fits.
    pub(super) const OF_THE_REST: Self = Self { all: Reason::Default, ..Self::OF_A_RULE };

    /// Either arm of a rollout's split says so, and nothing else does: evidence rests on that.
    const fn drawn_by_a_rollout(self) -> Self {
        Self { within: Reason::Split, outside: Reason::Split, ..self }
    }
}

/// What a grant comes to for one person: the variant, or the off variant where there is none.
pub(super) type Granted = (Option<usize>, Reason);

impl Grant {
    /// Compiles it. `variant` gives the index of a variant of the flag.
    pub(super) fn new(
        audience: &Audience,
        split: &[WeightedVariant],
        split_by: Option<&AttributePath>,
        rolling_out: bool,
        variant: impl Fn(&VariantKey) -> usize,
        vault: &Vault,
    ) -> Self {
        let mut end = 0;
        let split = split.iter().map(|part| {
            end += part.weight.buckets();
            (end, variant(&part.variant))
        });
        let named: HashSet<Box<str>> =
            audience.people.iter().filter_map(|person| vault.reveal(person).map(Into::into)).collect();
        Self {
            named: (!named.is_empty()).then(|| Box::new(named)),
            rings: audience.segments.as_slice().into(),
            share: audience.share,
            split: split.collect(),
            split_by: split_by.cloned().map(Box::new),
            rolling_out,
        }
    }

    /// Whether everybody, or nobody, has the same by it, whoever they are.
    pub(super) fn is_static(&self) -> bool {
        match self.share {
            Share::NOBODY => self.named.is_none() && self.rings.is_empty(),
            Share::EVERYBODY => self.split.len() == 1,
            _ => false,
        }
    }

    /// The variant that everybody has by it, where they do.
    pub(super) fn variant_for_all(&self) -> Option<usize> {
        match (self.share, &*self.split) {
            (Share::EVERYBODY, [(_, only)]) => Some(*only),
            _ => None,
        }
    }

    /// Whether there is a variant that it could give.
    pub(super) fn gives_something(&self) -> bool {
        !self.split.is_empty()
    }

    /// Whether it looks at more of whoever asks than the targeting key.
    pub(super) fn reads_attributes(&self) -> bool {
        !self.rings.is_empty() || self.split_by.is_some()
    }

    /// The segments that it names.
    pub(super) fn segments(&self) -> impl Iterator<Item = &SegmentKey> {
        self.rings.iter()
    }

    /// What whoever asks has by it.
    ///
    /// # Errors
    /// [`TargetingKeyMissing`] when a share or a split decides by the targeting key and there is none.
    #[inline(always)]
    pub(super) fn of<W: Witness>(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        bucketer: &Bucketer,
        reasons: Reasons,
        witness: &mut W,
    ) -> Result<Granted, TargetingKeyMissing> {
        if let Some((named, key)) = self.named.as_ref().zip(attributes.targeting_key())
            && named.contains(key)
        {
            witness.note(|| Step::new(StepKind::Named, true, "Named", "This person is named here."));
            return Ok((Some(self.variant_of(attributes, bucketer, witness)?), Reason::TargetingMatch));
        }
        for ring in &self.rings {
            if witness.is_in(ring, attributes, segments) {
                return Ok((Some(self.variant_of(attributes, bucketer, witness)?), Reason::TargetingMatch));
            }
        }
        let reasons = if self.rolling_out { reasons.drawn_by_a_rollout() } else { reasons };
        match self.share {
            Share::NOBODY => {
                witness.note(|| Step::new(StepKind::Share, false, "Outside the 0 %", "Nobody has it by a share."));
                // Nobody was drawn, so nobody is in an arm of a split.
                Ok((None, Reason::Default))
            }
            Share::EVERYBODY => {
                let variant = self.variant_of(attributes, bucketer, witness)?;
                // One arm alone is no split.
                Ok((Some(variant), if self.split.len() == 1 { reasons.all } else { reasons.within }))
            }
            share => {
                let place = self.place_in(attributes, |key| bucketer.membership_bucket(key))?;
                let is_in = place.is_some_and(|bucket| bucket < share.buckets());
                witness.note(|| share_step(share, place, is_in, self.split_by.as_deref()));
                // Whoever is in no bucket was not drawn, so no arm of a split has them.
                let outside = if place.is_some() { reasons.outside } else { Reason::Default };
                let reason = if is_in { reasons.within } else { outside };
                // Nothing foretells on which side somebody is, so with one variant there is no jump here: the
                // processor would take the wrong one half of the time, and notice only when the hash is there.
                if let [(BUCKETS, only)] = *self.split {
                    return Ok((is_in.then_some(only), reason));
                }
                let variant = if is_in { Some(self.variant_of(attributes, bucketer, witness)?) } else { None };
                Ok((variant, reason))
            }
        }
    }

    /// Which variant a member gets; independent of whether they are one. Somebody without what is split by gets the
    /// first.
    fn variant_of<W: Witness>(
        &self,
        attributes: &Attributes<'_>,
        bucketer: &Bucketer,
        witness: &mut W,
    ) -> Result<usize, TargetingKeyMissing> {
        if let [(BUCKETS, only)] = *self.split {
            return Ok(only);
        }
        let place = self.place_in(attributes, |key| bucketer.variant_bucket(key))?;
        let bucket = place.unwrap_or_default();
        let (start, end, variant) = self.part_of(bucket);
        witness.note(|| variant_step(place, start, end));
        Ok(variant)
    }

    /// The part of the split in which a bucket lies: from, to, and its variant.
    fn part_of(&self, bucket: u32) -> (u32, u32, usize) {
        let mut start = 0;
        for (end, variant) in &self.split {
            if bucket < *end {
                return (start, *end, *variant);
            }
            start = *end;
        }
        // The parts of a split sum to all buckets; an empty one gives the first variant to nobody who could ask.
        (start, BUCKETS, 0)
    }

    /// The bucket of whoever asks; `None` where the attribute that is split by is missing.
    #[inline(always)]
    fn place_in(
        &self,
        attributes: &Attributes<'_>,
        bucket: impl FnOnce(&str) -> u32,
    ) -> Result<Option<u32>, TargetingKeyMissing> {
        match &self.split_by {
            None => Ok(Some(bucket(attributes.targeting_key().ok_or(TargetingKeyMissing)?))),
            Some(path) => Ok(attributes.with_text(path, |key| key.map(bucket))),
        }
    }
}

/// A place among all, as people read it: "17.3 of 100".
fn place_words(bucket: u32) -> String {
    format!("{} of 100", f64::from(bucket) / 1_000.0)
}

fn share_step(share: Share, place: Option<u32>, is_in: bool, split_by: Option<&AttributePath>) -> Step {
    let title = format!("{} the {share}", if is_in { "Inside" } else { "Outside" });
    let whose = split_by.map_or("Their".to_owned(), |path| format!("By {path}, their"));
    let detail = match place {
        Some(bucket) => {
            let relation = if is_in { "below" } else { "not below" };
            format!("{whose} place is {}, {relation} {}.", place_words(bucket), share.percent())
        }
        None => format!("{} is not given, so they have no place.", split_by.map_or("key", AttributePath::as_str)),
    };
    Step::new(StepKind::Share, is_in, title, detail)
}

fn variant_step(place: Option<u32>, start: u32, end: u32) -> Step {
    let percent = |bucket: u32| f64::from(bucket) / 1_000.0;
    let detail = match place {
        Some(bucket) => {
            format!(
                "Their place among versions is {}, from {} to {}.",
                place_words(bucket),
                percent(start),
                percent(end)
            )
        }
        None => "They have no place, so they get the first version.".to_owned(),
    };
    Step::new(StepKind::Variant, true, "Version", detail)
}
