//! XXH64 of a text behind a salt that is known beforehand.
//!
//! Specified at <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>. A library hashes bytes that lie
//! together; putting salt and text together first, or hashing them one after the other, takes longer than the hash of
//! so few bytes. Here all that the salt alone decides is computed once, and each word of the text is shifted into its
//! place behind what is left of the salt.

use crate::word;

const PRIMES: [u64; 5] =
    [0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5];
/// Bytes of a word.
const WORD: usize = 8;
/// Words of a stripe, each of which goes into an accumulator of its own.
const STRIPE: usize = 4;

/// A salt, ready to have texts hashed behind it by one seed.
#[derive(Debug, Clone)]
pub(super) struct SaltedHash {
    /// After the whole stripes of the salt.
    accumulators: [u64; STRIPE],
    /// What the hash begins with where the text brings no further stripe.
    beginning: u64,
    /// The whole words of the salt behind its stripes: so many of these.
    words: [u64; STRIPE - 1],
    word_count: usize,
    /// The bytes behind them, the first of them lowest.
    rest: u64,
    rest_bits: u32,
    /// Of the salt, in bytes.
    length: usize,
}

impl SaltedHash {
    pub(super) fn new(salt: &[u8], seed: u64) -> Self {
        let [first, second, ..] = PRIMES;
        let (all, rest) = salt.as_chunks::<WORD>();
        let (stripes, left) = all.as_chunks::<STRIPE>();
        let mut accumulators =
            [seed.wrapping_add(first).wrapping_add(second), seed.wrapping_add(second), seed, seed.wrapping_sub(first)];
        for stripe in stripes {
            take_in(&mut accumulators, stripe.map(u64::from_le_bytes));
        }
        let mut words = [0; STRIPE - 1];
        for (to, word) in words.iter_mut().zip(left) {
            *to = u64::from_le_bytes(*word);
        }
        Self {
            accumulators,
            beginning: if stripes.is_empty() { seed.wrapping_add(PRIMES[4]) } else { join(&accumulators) },
            words,
            word_count: left.len(),
            rest: word::of_fewer(rest),
            rest_bits: bits(rest),
            length: salt.len(),
        }
    }

    /// XXH64 of the salt with `text` behind it.
    #[inline(always)]
    pub(super) fn of(&self, text: &[u8]) -> u64 {
        let length = self.length + text.len();
        if length / WORD - self.length / WORD / STRIPE * STRIPE < STRIPE {
            self.of_short(text, length)
        } else {
            self.of_long(text, length)
        }
    }

    /// The same where they make further stripes.
    fn of_long(&self, text: &[u8], length: usize) -> u64 {
        let (behind, last) = text.as_chunks::<WORD>();
        let mut words = Words {
            salt: self.words[..self.word_count].iter(),
            text: behind.iter(),
            carried: self.rest,
            carried_bits: self.rest_bits,
            last: word::of_fewer(last),
        };
        let mut left = length / WORD - self.length / WORD / STRIPE * STRIPE;
        let mut accumulators = self.accumulators;
        while left >= STRIPE {
            take_in(&mut accumulators, std::array::from_fn(|_| words.next()));
            left -= STRIPE;
        }
        let hash = join(&accumulators).wrapping_add(length as u64);
        let hash = (0..left).fold(hash, |hash, _| step(hash, words.next()));
        finish(hash, words.rest(bits(last)), length % WORD)
    }

    /// The same where salt and text make no stripe behind those of the salt alone.
    #[inline(always)]
    fn of_short(&self, text: &[u8], length: usize) -> u64 {
        let (behind, last) = text.as_chunks::<WORD>();
        let hash = self.beginning.wrapping_add(length as u64);
        let mut hash = self.words[..self.word_count].iter().fold(hash, |hash, word| step(hash, *word));
        let mut carried = self.rest;
        let left_of = |word: u64| word.checked_shr(u64::BITS - self.rest_bits).unwrap_or_default();
        for word in behind {
            let word = u64::from_le_bytes(*word);
            hash = step(hash, carried | word << self.rest_bits);
            carried = left_of(word);
        }
        let (last, last_bits) = (word::of_fewer(last), bits(last));
        carried |= last << self.rest_bits;
        if self.rest_bits + last_bits >= u64::BITS {
            hash = step(hash, carried);
            carried = left_of(last);
        }
        finish(hash, carried, length % WORD)
    }
}

/// Takes in a word behind the stripes.
#[inline]
const fn step(hash: u64, word: u64) -> u64 {
    (hash ^ round(0, word)).rotate_left(27).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3])
}

/// Takes in the last bytes, fewer than a word, and spreads every bit over all others.
#[inline]
const fn finish(mut hash: u64, mut rest: u64, mut bytes: usize) -> u64 {
    let [first, second, third, _, fifth] = PRIMES;
    if bytes >= WORD / 2 {
        hash = (hash ^ (rest & u32::MAX as u64).wrapping_mul(first)).rotate_left(23);
        hash = hash.wrapping_mul(second).wrapping_add(third);
        rest >>= 32;
        bytes -= WORD / 2;
    }
    while bytes > 0 {
        hash = (hash ^ (rest & 0xFF).wrapping_mul(fifth)).rotate_left(11).wrapping_mul(first);
        rest >>= 8;
        bytes -= 1;
    }
    hash = (hash ^ hash >> 33).wrapping_mul(second);
    hash = (hash ^ hash >> 29).wrapping_mul(third);
    hash ^ hash >> 32
}

fn take_in(accumulators: &mut [u64; STRIPE], stripe: [u64; STRIPE]) {
    for (accumulator, word) in accumulators.iter_mut().zip(stripe) {
        *accumulator = round(*accumulator, word);
    }
}

fn join(accumulators: &[u64; STRIPE]) -> u64 {
    let turned = accumulators.iter().zip([1, 7, 12, 18]);
    let joined = turned.fold(0_u64, |sum, (accumulator, by)| sum.wrapping_add(accumulator.rotate_left(by)));
    accumulators.iter().fold(joined, |hash, accumulator| {
        (hash ^ round(0, *accumulator)).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3])
    })
}

/// The words of salt and text, one after the other.
struct Words<'bytes> {
    salt: std::slice::Iter<'bytes, u64>,
    text: std::slice::Iter<'bytes, [u8; WORD]>,
    /// Bytes that belong before the next ones of the text.
    carried: u64,
    carried_bits: u32,
    /// What is behind the text's whole words.
    last: u64,
}

impl Words<'_> {
    #[inline]
    fn next(&mut self) -> u64 {
        if let Some(word) = self.salt.next() {
            return *word;
        }
        let next = self.text.next().map_or(self.last, |word| u64::from_le_bytes(*word));
        let word = self.carried | next << self.carried_bits;
        self.carried = next.checked_shr(u64::BITS - self.carried_bits).unwrap_or_default();
        word
    }

    /// The bytes behind the last whole word; `last_bits` are behind the text's own.
    #[inline]
    const fn rest(&self, last_bits: u32) -> u64 {
        // Together with what was carried they may have made a word more.
        let taken = self.carried_bits + last_bits >= u64::BITS;
        if taken { self.carried } else { self.carried | self.last << self.carried_bits }
    }
}

#[inline]
const fn round(accumulator: u64, word: u64) -> u64 {
    accumulator.wrapping_add(word.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

#[expect(clippy::cast_possible_truncation, reason = "of at most seven bytes")]
const fn bits(bytes: &[u8]) -> u32 {
    bytes.len() as u32 * 8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xxhash_rust::xxh64::xxh64;

    use super::*;

    fn check(salt: &[u8], text: &[u8], seed: u64) {
        let together = [salt, text].concat();
        assert_eq!(SaltedHash::new(salt, seed).of(text), xxh64(&together, seed), "{salt:?} {text:?} {seed}");
    }

    #[test]
    fn every_pair_of_lengths_is_hashed_as_one_text() {
        let bytes = |length: usize, from: u8| -> Vec<u8> {
            (0..length).map(|place| from.wrapping_add(u8::try_from(place * 7 % 256).unwrap())).collect()
        };
        for salt in 0..75 {
            for text in 0..75 {
                check(&bytes(salt, 200), &bytes(text, 3), 0);
                check(&bytes(salt, 11), &bytes(text, 101), 1);
            }
        }
    }

    proptest! {
        #[test]
        fn any_salt_and_text_are_hashed_as_one(
            salt in proptest::collection::vec(any::<u8>(), 0..200),
            text in proptest::collection::vec(any::<u8>(), 0..300),
            seed in any::<u64>(),
        ) {
            check(&salt, &text, seed);
        }
    }
}
