//! Bytes as text: Crockford's base32 in lower case and without padding; it has no letters that look alike. `base64ct` has base64url
//! (RFC 4648 section 5).

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Bits of a digit.
const BITS: u32 = 5;
/// The value of each byte, [`NO_DIGIT`] where it has none.
static VALUES: [u8; 256] = values();
const NO_DIGIT: u8 = u8::MAX;

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "it is evaluated by the compiler alone")]
const fn values() -> [u8; 256] {
    let mut values = [NO_DIGIT; 256];
    let mut place = 0;
    while place < DIGITS.len() {
        values[DIGITS[place] as usize] = place as u8;
        place += 1;
    }
    values
}

/// The one spelling of `bytes`.
pub(crate) fn encode_base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut buffer, mut held) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = buffer.wrapping_shl(8) | u32::from(*byte);
        held = held.wrapping_add(8);
        while held >= BITS {
            held = held.wrapping_sub(BITS);
            text.extend(digit(buffer.wrapping_shr(held)));
        }
    }
    if held > 0 {
        text.extend(digit(buffer.wrapping_shl(BITS.wrapping_sub(held))));
    }
    text
}

/// The bytes that `text` encodes; `None` if it is not the one spelling of any.
pub(crate) fn decode_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut buffer, mut held) = (0_u32, 0_u32);
    for digit in text.bytes() {
        buffer = buffer.wrapping_shl(BITS) | value(digit)?;
        held = held.wrapping_add(BITS);
        if held >= 8 {
            held = held.wrapping_sub(8);
            bytes.push(u8::try_from(buffer.wrapping_shr(held) & 0xff).ok()?);
        }
    }
    // What is left are the last digit's spare bits: fewer than it has, and all zero.
    let spare = buffer & 1_u32.wrapping_shl(held).wrapping_sub(1);
    (held < BITS && spare == 0).then_some(bytes)
}

/// Whether `byte` is a digit of base32.
pub(crate) fn is_base32_digit(byte: u8) -> bool {
    value(byte).is_some()
}

fn value(digit: u8) -> Option<u32> {
    let value = VALUES.get(usize::from(digit)).copied();
    value.filter(|value| *value != NO_DIGIT).map(u32::from)
}

/// The digit of the lowest bits of `value`.
fn digit(value: u32) -> Option<char> {
    DIGITS.get((value & 0x1f) as usize).copied().map(char::from)
}

#[cfg(test)]
mod tests {
    use data_encoding::Specification;
    use proptest::prelude::*;

    use super::*;

    /// What a crate for every encoding makes of the same alphabet.
    fn oracle() -> data_encoding::Encoding {
        let mut specification = Specification::new();
        specification.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
        specification.encoding().unwrap()
    }

    #[test]
    fn every_short_text_is_read_as_the_oracle_reads_it() {
        let oracle = oracle();
        for text in (0..=0x7f_u8).flat_map(|a| (0..=0x7f).map(move |b| [a, b])) {
            let text = std::str::from_utf8(&text).unwrap();
            for text in
                [text, text.get(..1).unwrap(), &format!("00{text}"), &format!("000{text}"), &format!("00000{text}")]
            {
                assert_eq!(decode_base32(text), oracle.decode(text.as_bytes()).ok(), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn bytes_have_one_spelling(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let text = encode_base32(&bytes);
            prop_assert_eq!(&text, &oracle().encode(&bytes));
            prop_assert_eq!(decode_base32(&text), Some(bytes));
        }

        #[test]
        fn texts_are_read_as_the_oracle_reads_them(text in "[0-9a-zA-Z_ é-]{0,80}", digits in "[0-9a-hjkmnp-tv-z]{0,80}") {
            for text in [&text, &digits] {
                prop_assert_eq!(decode_base32(text), oracle().decode(text.as_bytes()).ok());
            }
        }
    }
}
