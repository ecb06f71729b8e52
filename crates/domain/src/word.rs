//! Bytes as whole numbers, the first byte lowest.

/// Up to seven bytes; zeros are behind them.
#[inline]
pub fn of_fewer(bytes: &[u8]) -> u64 {
    // Two reads that may overlap take less time than a read of each byte.
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<2>(), bytes.last_chunk::<2>()) {
        return u64::from(u16::from_le_bytes(*first)) | u64::from(u16::from_le_bytes(*last)) << (8 * (bytes.len() - 2));
    }
    bytes.first().map_or(0, |byte| u64::from(*byte))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_first_byte_is_lowest() {
        let bytes = [1, 2, 3, 4, 5, 6, 7];
        for length in 0..=7 {
            let mut padded = [0; 8];
            padded[..length].copy_from_slice(&bytes[..length]);
            assert_eq!(super::of_fewer(&bytes[..length]), u64::from_le_bytes(padded));
        }
    }
}
