//! MurmurHash3, the x86 variant of 32 bits with seed 0, fed piece by piece.

/// A hash under way. How the bytes are cut into pieces makes no difference.
#[derive(Default)]
pub struct Murmur3 {
    state: u32,
    /// Bytes that do not fill a word yet, the first in the lowest place.
    tail: u32,
    /// How many bytes `tail` holds, 0 to 3.
    tail_bytes: u32,
    length: u32,
}

impl Murmur3 {
    /// Takes in more bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        #[expect(clippy::cast_possible_truncation, reason = "the algorithm takes the length modulo 2^32")]
        let length = bytes.len() as u32;
        self.length = self.length.wrapping_add(length);
        while self.tail_bytes > 0
            && let Some((first, rest)) = bytes.split_first()
        {
            self.push(*first);
            bytes = rest;
        }
        let (words, rest) = bytes.as_chunks::<4>();
        for word in words {
            self.mix(u32::from_le_bytes(*word));
        }
        for byte in rest {
            self.push(*byte);
        }
    }

    /// The hash of all bytes so far.
    pub fn finish(&self) -> u32 {
        let mut hash = self.state;
        if self.tail_bytes > 0 {
            hash ^= scrambled(self.tail);
        }
        hash ^= self.length;
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
        hash ^ (hash >> 16)
    }

    fn push(&mut self, byte: u8) {
        self.tail |= u32::from(byte) << (8 * self.tail_bytes);
        self.tail_bytes += 1;
        if self.tail_bytes == 4 {
            self.mix(self.tail);
            (self.tail, self.tail_bytes) = (0, 0);
        }
    }

    fn mix(&mut self, word: u32) {
        self.state = (self.state ^ scrambled(word)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
}

fn scrambled(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(pieces: &[&[u8]]) -> u32 {
        let mut hash = Murmur3::default();
        for piece in pieces {
            hash.update(piece);
        }
        hash.finish()
    }

    #[test]
    fn known_texts_have_known_hashes() {
        for (text, expect) in [
            ("", 0),
            ("ejOoVL", 0),
            ("bY9fO-", 1),
            ("SI7p-", 2_147_483_647),
            ("6LvT0", 2_147_483_648),
            ("ceQdGm", 4_294_967_295),
            ("flag-user", 2_410_693_464),
            ("accept-splituser-0", 408_657_903),
            ("accept-splituser-1", 199_330_327),
            ("fractional-flag-shorthandjon@company.com", 618_039_204),
            ("fractional-flag-shorthandjane@company.com", 2_316_038_310),
            ("checkout-v2u1", 2_441_657_945),
            ("checkout-v2Zoë", 1_276_837_688),
        ] {
            assert_eq!(hash(&[text.as_bytes()]), expect, "{text}");
        }
    }

    #[test]
    fn where_the_bytes_are_cut_makes_no_difference() {
        let text = b"fractional-flag-shorthand";
        for first in 0..text.len() {
            for second in first..text.len() {
                assert_eq!(hash(&[&text[..first], &text[first..second], &text[second..]]), hash(&[text]));
            }
        }
    }
}
