//! How many different people, without remembering any: HyperLogLog (P. Flajolet, É. Fusy, O. Gandouet, F. Meunier,
//! "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm", AofA 2007).
//!
//! A hash of 64 bits needs no correction for large numbers (S. Heule, M. Nunkesser, A. Hall, "HyperLogLog in
//! Practice", EDBT 2013, section 4). For small numbers the first paper is biased; the estimate here is the improved
//! raw estimator of O. Ertl ("New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284,
//! algorithm 6), which is unbiased over the whole range and needs no table.
//!
//! A sketch is 4,096 registers. The first 12 bits of the hash choose one; it keeps the longest run of zeros, plus
//! one, that the other 52 bits ever began with.

use std::sync::atomic::{AtomicU8, Ordering};

/// Bits of the hash that choose a register.
const PRECISION: u32 = 12;
/// Registers of a sketch.
const REGISTERS: usize = 1 << PRECISION;
/// Bits of the hash that are left for the run of zeros.
const REST: u32 = u64::BITS - PRECISION;
/// Standard error of an estimate as a part of it: 1.04 / √registers.
pub const STANDARD_ERROR: f64 = 1.04 / 64.0;

/// Which register a hash falls into, and the rank that it brings there: 1 to 53.
#[expect(clippy::cast_possible_truncation, reason = "12 bits, and a number up to 53")]
const fn place(hash: u64) -> (usize, u8) {
    // The bit behind the rest ends the run.
    let rest = hash << PRECISION | 1 << (PRECISION - 1);
    ((hash >> REST) as usize, rest.leading_zeros() as u8 + 1)
}

/// A sketch that many threads add to at once, without a lock.
pub struct Sketch([AtomicU8; REGISTERS]);

impl Default for Sketch {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU8::new(0)))
    }
}

impl Sketch {
    /// Adds whoever has this hash. Gives whether that changed anything, which soon it rarely does.
    pub fn add(&self, hash: u64) -> bool {
        let (register, rank) = place(hash);
        let register = &self.0[register];
        register.load(Ordering::Relaxed) < rank && register.fetch_max(rank, Ordering::Relaxed) < rank
    }

    /// Adds everybody whom others counted.
    pub fn merge(&self, others: &Registers) {
        for (own, other) in self.0.iter().zip(others.0.iter()) {
            own.fetch_max(*other, Ordering::Relaxed);
        }
    }

    /// Everybody so far.
    pub fn registers(&self) -> Registers {
        self.each(|register| register.load(Ordering::Relaxed))
    }

    /// Everybody so far, and begins anew.
    pub fn take(&self) -> Registers {
        self.each(|register| register.swap(0, Ordering::Relaxed))
    }

    fn each(&self, read: impl Fn(&AtomicU8) -> u8) -> Registers {
        let mut registers = Registers::default();
        for (to, from) in registers.0.iter_mut().zip(&self.0) {
            *to = read(from);
        }
        registers
    }
}

/// A sketch at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registers(Box<[u8; REGISTERS]>);

impl Default for Registers {
    fn default() -> Self {
        Self(Box::new([0; REGISTERS]))
    }
}

/// First byte of a stored sketch: pairs of register (two bytes, the low one first) and rank follow.
const SPARSE: u8 = 1;
/// First byte of a stored sketch: all ranks follow, six bits each, the low bits first.
const DENSE: u8 = 2;

impl Registers {
    /// Adds everybody whom others counted.
    pub fn merge(&mut self, others: &Self) {
        for (own, other) in self.0.iter_mut().zip(others.0.iter()) {
            *own = (*own).max(*other);
        }
    }

    /// Whether nobody was counted.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|rank| *rank == 0)
    }

    /// About how many different people were added; see [`STANDARD_ERROR`].
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a finite number that is not negative")]
    pub fn estimate(&self) -> u64 {
        if self.is_empty() {
            return 0;
        }
        let mut registers_of_rank = [0_u32; REST as usize + 2];
        for rank in self.0.iter() {
            registers_of_rank[usize::from(*rank)] += 1;
        }
        const ALL: f64 = REGISTERS as f64;
        let part = |rank: usize| f64::from(registers_of_rank[rank]) / ALL;
        let highest = REST as usize + 1;
        let mut sum = ALL * tau(1.0 - part(highest));
        for rank in (1..highest).rev() {
            sum = 0.5 * (sum + f64::from(registers_of_rank[rank]));
        }
        sum += ALL * sigma(part(0));
        (ALL * ALL / (2.0 * std::f64::consts::LN_2 * sum)).round() as u64
    }

    /// As it is stored, in at most 3,073 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let used = self.0.iter().zip(0_u16..).filter(|(rank, _)| **rank > 0);
        if used.clone().count() * 3 < REGISTERS / 4 * 3 {
            let pairs = used.flat_map(|(rank, register)| {
                let [low, high] = register.to_le_bytes();
                [low, high, *rank]
            });
            return std::iter::once(SPARSE).chain(pairs).collect();
        }
        let mut bytes = vec![DENSE];
        for [one, two, three, four] in self.0.as_chunks().0 {
            let [low, middle, high, _] =
                (u32::from(*one) | u32::from(*two) << 6 | u32::from(*three) << 12 | u32::from(*four) << 18)
                    .to_le_bytes();
            bytes.extend([low, middle, high]);
        }
        bytes
    }

    /// From stored bytes; `None` for bytes that were not written by [`Self::to_bytes`].
    #[expect(clippy::cast_possible_truncation, reason = "six bits each")]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut registers = Self::default();
        match bytes.split_first()? {
            (&SPARSE, pairs) => {
                let (pairs, rest) = pairs.as_chunks();
                for [low, high, rank] in pairs {
                    *registers.0.get_mut(usize::from(u16::from_le_bytes([*low, *high])))? = *rank;
                }
                if !rest.is_empty() {
                    return None;
                }
            }
            (&DENSE, packed) if packed.len() == REGISTERS / 4 * 3 => {
                for ([low, middle, high], four) in packed.as_chunks().0.iter().zip(registers.0.as_chunks_mut().0) {
                    let ranks = u32::from_le_bytes([*low, *middle, *high, 0]);
                    *four = [0, 6, 12, 18].map(|shift| (ranks >> shift & 0b11_1111) as u8);
                }
            }
            _ => return None,
        }
        let highest = REST as u8 + 1;
        registers.0.iter().all(|rank| *rank <= highest).then_some(registers)
    }
}

/// What registers that are still empty stand for (Ertl, equation 27).
fn sigma(mut empty: f64) -> f64 {
    if empty >= 1.0 {
        return f64::INFINITY;
    }
    let (mut power, mut sum) = (1.0, empty);
    loop {
        empty *= empty;
        let before = sum;
        sum += empty * power;
        power *= 2.0;
        if sum <= before {
            return sum;
        }
    }
}

/// What registers that cannot rise any more stand for (Ertl, equation 28).
fn tau(mut not_full: f64) -> f64 {
    if not_full <= 0.0 || not_full >= 1.0 {
        return 0.0;
    }
    let (mut power, mut sum) = (1.0, 1.0 - not_full);
    loop {
        not_full = not_full.sqrt();
        let before = sum;
        power *= 0.5;
        sum -= (1.0 - not_full).powi(2) * power;
        if sum >= before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh64::xxh64;

    use super::*;

    fn hash(person: u64, seed: u64) -> u64 {
        xxh64(&person.to_le_bytes(), seed)
    }

    fn sketch(people: std::ops::Range<u64>, seed: u64) -> Registers {
        let sketch = Sketch::default();
        for person in people {
            sketch.add(hash(person, seed));
        }
        sketch.registers()
    }

    /// The error of an estimate as a part of the truth.
    #[expect(clippy::cast_precision_loss, reason = "numbers up to a few millions")]
    fn error(estimate: u64, truth: u64) -> f64 {
        (estimate as f64 - truth as f64) / truth as f64
    }

    #[test]
    fn estimates_are_near_the_truth_from_ten_to_a_million() {
        for truth in [1, 10, 100, 1_000, 3_000, 10_000, 20_000, 100_000, 1_000_000] {
            let estimate = sketch(0..truth, 7).estimate();
            let error = error(estimate, truth);
            // Four standard errors; one in 16,000 seeds would be further off, and this seed is not.
            assert!(error.abs() < 4.0 * STANDARD_ERROR, "{estimate} for {truth}: {:.2} %", 100.0 * error);
            if truth <= 10 {
                assert_eq!(estimate, truth, "few people are counted exactly");
            }
        }
    }

    #[test]
    fn errors_are_as_large_as_stated_and_lean_to_no_side() {
        // Around where the classic algorithm changes its formula (2.5 times the registers) it is biased most.
        for truth in [500, 5_000, 10_240, 15_000, 40_000] {
            const SEEDS: u32 = 100;
            let errors: Vec<_> =
                (0..SEEDS).map(|seed| error(sketch(0..truth, seed.into()).estimate(), truth)).collect();
            let mean = errors.iter().sum::<f64>() / f64::from(SEEDS);
            let spread = (errors.iter().map(|error| error.powi(2)).sum::<f64>() / f64::from(SEEDS)).sqrt();
            // The mean of 100 has a tenth of the standard error.
            assert!(mean.abs() < 0.4 * STANDARD_ERROR, "{truth}: mean error {:.3} %", 100.0 * mean);
            assert!(spread < 1.3 * STANDARD_ERROR, "{truth}: spread {:.3} %", 100.0 * spread);
        }
    }

    #[test]
    fn people_seen_again_and_in_two_sketches_are_counted_once() {
        let sketch_of_all = Sketch::default();
        assert!(sketch_of_all.add(hash(1, 7)));
        assert!(!sketch_of_all.add(hash(1, 7)), "known already");
        sketch_of_all.merge(&sketch(0..3_000, 7));
        let mut merged = sketch(2_000..6_000, 7);
        merged.merge(&sketch_of_all.registers());
        assert_eq!(merged, sketch(0..6_000, 7));
        assert_eq!(sketch_of_all.take(), sketch(0..3_000, 7));
        assert!(sketch_of_all.registers().is_empty());
        assert_eq!(sketch_of_all.registers().estimate(), 0);
    }

    #[test]
    fn ranks_run_from_one_to_fifty_three() {
        assert_eq!(place(0), (0, 53));
        assert_eq!(place(u64::MAX), (REGISTERS - 1, 1));
        assert_eq!(place(1 << 51), (0, 1));
        assert_eq!(place(1 << 52 | 1), (1, 52));
        assert_eq!(place(1), (0, 52));
    }

    #[test]
    fn stored_sketches_are_read_back() {
        let check = |registers: Registers, format: u8| {
            let bytes = registers.to_bytes();
            assert_eq!(bytes.first(), Some(&format));
            assert!(bytes.len() <= 3_073, "{}", bytes.len());
            assert_eq!(Registers::from_bytes(&bytes), Some(registers));
        };
        check(Registers::default(), SPARSE);
        check(sketch(0..900, 1), SPARSE);
        check(sketch(0..100_000, 1), DENSE);
        let whole = Registers(Box::new([53; REGISTERS]));
        check(whole.clone(), DENSE);
        assert!(whole.estimate() > 1 << 40, "and does not fail on what cannot be");

        for bytes in [&[] as &[u8], &[3], &[SPARSE, 1], &[SPARSE, 0, 16, 1], &[SPARSE, 0, 0, 54], &[DENSE, 0]] {
            assert_eq!(Registers::from_bytes(bytes), None, "{bytes:?}");
        }
    }
}
