//! CRC-32 as zip and Ethernet have it (ISO-HDLC), a bit at a time: a token has eighty bytes, and tables for speed have
//! sixteen thousand.

const POLYNOMIAL: u32 = 0xedb8_8320;

/// The CRC-32 of these parts, one after another.
pub(super) fn crc32(parts: &[&[u8]]) -> u32 {
    let mut remainder = u32::MAX;
    for byte in parts.iter().copied().flatten() {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            let divisor = if remainder & 1 == 1 { POLYNOMIAL } else { 0 };
            remainder = remainder.wrapping_shr(1) ^ divisor;
        }
    }
    !remainder
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_value_is_the_catalogues() {
        assert_eq!(crc32(&[b"1234", b"", b"56789"]), 0xcbf4_3926);
    }

    proptest! {
        #[test]
        fn it_is_what_a_crate_for_it_makes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(crc32(&[&bytes]), crc32fast::hash(&bytes));
        }
    }
}
