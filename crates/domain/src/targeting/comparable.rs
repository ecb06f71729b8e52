//! Texts of which most pairs are told apart by one comparison of numbers.

use std::ops::Deref;

/// Bytes of a text that are also kept as a number.
const BEGINNING: usize = 8;

/// A text with its first eight bytes as a number. Names and values that are compared again and again are short, and
/// most that differ do so there: comparing the numbers is several times quicker than calling for a comparison of
/// memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Comparable<Text> {
    text: Text,
    /// Zeros follow a text that is shorter.
    beginning: u64,
}

impl<Text: Deref<Target = str>> Comparable<Text> {
    pub(super) fn new(text: Text) -> Self {
        let beginning = beginning(text.as_bytes());
        Self { text, beginning }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the two are the same text.
    #[inline]
    pub(super) fn is<Other: Deref<Target = str>>(&self, other: &Comparable<Other>) -> bool {
        let length = self.text.len();
        self.beginning == other.beginning
            && length == other.text.len()
            && (length <= BEGINNING || *self.text == *other.text)
    }
}

fn beginning(bytes: &[u8]) -> u64 {
    if let Some(whole) = bytes.first_chunk::<BEGINNING>() {
        return u64::from_le_bytes(*whole);
    }
    let end = 8 * bytes.len() as u32;
    // Two reads that may overlap, where reading byte by byte would take longer than what this is to save.
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (end - 32);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<2>(), bytes.last_chunk::<2>()) {
        return u64::from(u16::from_le_bytes(*first)) | u64::from(u16::from_le_bytes(*last)) << (end - 16);
    }
    bytes.first().map_or(0, |byte| u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_when_they_are() {
        let texts =
            ["", "\0", "a", "a\0", "b", "ab", "abc", "abcd", "abcde", "abcdefg", "abcdefgh", "abcdefgh\0", "abcdefghi"];
        for one in texts {
            for other in texts {
                assert_eq!(Comparable::new(one).is(&Comparable::new(other)), one == other, "{one:?}, {other:?}");
            }
            let mut padded = [0; BEGINNING];
            let length = one.len().min(BEGINNING);
            padded[..length].copy_from_slice(&one.as_bytes()[..length]);
            assert_eq!(Comparable::new(one).beginning, u64::from_le_bytes(padded), "{one:?}");
        }
    }
}
