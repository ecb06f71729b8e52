//! Different people, counted by keeping an even sample of them.

use std::collections::HashSet;

use crate::counting::PersonHash;

/// Most people of one sample. Beyond that, how many there are is known to about 1 %.
const MOST_KEPT: usize = 16_384;

/// An even sample of people: those whose hash ends in enough zeros. While there are few, it is all of them, counted
/// exactly. Distinct sampling by Wegman, analysed by Flajolet ("On Adaptive Sampling", Computing 43, 1990).
///
/// Unlike other sketches it does not merely estimate: who is in a sample depends on nothing that anybody did, so two
/// samples of one depth say exactly how many of the same even part of all people there are in either arm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleSample {
    /// Zeros in which a hash must end.
    depth: u32,
    /// The other half of those hashes.
    kept: HashSet<u32>,
}

impl PeopleSample {
    /// Adds a person, who may be in it already.
    pub fn add(&mut self, person: PersonHash) {
        let hash = half(person);
        if !stays(hash, self.depth) || !self.kept.insert(hash) {
            return;
        }
        while self.kept.len() > MOST_KEPT {
            self.depth += 1;
            let depth = self.depth;
            self.kept.retain(|hash| stays(*hash, depth));
        }
    }

    /// About how many people there are.
    #[must_use]
    pub fn estimate(&self) -> u64 {
        (self.kept.len() as u64) << self.depth
    }

    /// How many people of both are in the same even part of all people: exactly so many.
    #[must_use]
    pub fn compared(&self, other: &Self) -> [u64; 2] {
        let depth = self.depth.max(other.depth);
        [self, other].map(|sample| sample.kept.iter().filter(|hash| stays(**hash, depth)).count() as u64)
    }

    /// As bytes: the depth, then the hashes in order.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        let mut kept: Vec<_> = self.kept.iter().copied().collect();
        kept.sort_unstable();
        bytes.extend(self.depth.to_le_bytes());
        bytes.extend(u32::try_from(kept.len()).unwrap_or(u32::MAX).to_le_bytes());
        kept.iter().for_each(|hash| bytes.extend(hash.to_le_bytes()));
    }

    /// Back from [`Self::write`], and what of the bytes is behind it.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (depth, bytes) = bytes.split_first_chunk()?;
        let (length, bytes) = bytes.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let (kept, rest) = bytes.split_at_checked(length.checked_mul(4)?)?;
        let depth = u32::from_le_bytes(*depth);
        let (kept, _) = kept.as_chunks();
        (depth < u32::BITS && length <= MOST_KEPT)
            .then(|| (Self { depth, kept: kept.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect() }, rest))
    }
}

/// The half of a hash that is kept; bins are drawn by the other one.
const fn half(person: PersonHash) -> u32 {
    (person.number() >> 32) as u32
}

const fn stays(hash: u32, depth: u32) -> bool {
    hash.trailing_zeros() >= depth
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(range: std::ops::Range<u64>) -> PeopleSample {
        let mut sample = PeopleSample::default();
        range.for_each(|person| sample.add(PersonHash::of(person.wrapping_mul(0x9E37_79B9_7F4A_7C15))));
        sample
    }

    #[test]
    fn few_people_are_counted_exactly_and_many_about() {
        assert_eq!(people(0..0).estimate(), 0);
        let mut few = people(0..10_000);
        assert_eq!(few.estimate(), 10_000);
        few.add(PersonHash::of(3_u64.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        assert_eq!(few.estimate(), 10_000, "nobody new");
        let many = people(0..1_000_000);
        assert!(many.kept.len() <= MOST_KEPT);
        assert!((970_000..1_030_000).contains(&many.estimate()), "{}", many.estimate());
    }

    #[test]
    fn two_samples_are_compared_over_the_same_part_of_people() {
        let (control, treated) = (people(0..990_000), people(990_000..1_000_000));
        let [without, with] = control.compared(&treated);
        assert!(without <= MOST_KEPT as u64);
        let share = with as f64 / (without + with) as f64;
        assert!((0.007..0.013).contains(&share), "{with} of {}", without + with);
    }

    #[test]
    fn a_sample_survives_its_bytes_and_half_of_them_are_none() {
        for sample in [people(0..0), people(0..100), people(0..100_000)] {
            let mut bytes = Vec::new();
            sample.write(&mut bytes);
            assert_eq!(PeopleSample::read(&bytes), Some((sample.clone(), &[][..])));
            for cut in [0, 3, 7, bytes.len().saturating_sub(1)] {
                assert_eq!(
                    PeopleSample::read(&bytes[..cut]).map(|(sample, _)| sample),
                    None,
                    "{cut} of {}",
                    bytes.len()
                );
            }
        }
    }
}
