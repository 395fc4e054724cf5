//! CRC-32 as zip and Ethernet have it (ISO-HDLC), half a byte at a time: a token has eighty bytes, and tables for more
//! speed have sixteen thousand.

const POLYNOMIAL: u32 = 0xedb8_8320;

/// What each value of the lowest four bits leaves behind.
const STEPS: [u32; 16] = steps();

/// The CRC-32 of these parts, one after another.
pub(super) fn crc32(parts: &[&[u8]]) -> u32 {
    let mut remainder = u32::MAX;
    for byte in parts.iter().copied().flatten() {
        remainder = half(half(remainder ^ u32::from(*byte)));
    }
    !remainder
}

fn half(remainder: u32) -> u32 {
    let step = STEPS.get((remainder & 0xf) as usize).copied().unwrap_or_default();
    remainder.wrapping_shr(4) ^ step
}

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "it is evaluated by the compiler alone")]
const fn steps() -> [u32; 16] {
    let mut steps = [0; 16];
    let mut value = 0;
    while value < steps.len() {
        let mut remainder = value as u32;
        let mut bit = 0;
        while bit < 4 {
            remainder = (remainder >> 1) ^ if remainder & 1 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        steps[value] = remainder;
        value += 1;
    }
    steps
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
