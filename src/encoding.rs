//! Bytes as text of some bits a character, and back: one spelling only, without padding (RFC 4648 sections 3.2 to 3.5).
//! A crate for every encoding there is would be a fifth of the browser's code.

/// An alphabet of digits.
#[derive(Debug)]
pub struct Encoding {
    bits: u32,
    /// The digits, in the order of their values.
    digits: &'static [u8],
    /// The value of each byte, [`NO_DIGIT`] where it has none.
    values: [u8; 256],
}

const NO_DIGIT: u8 = u8::MAX;

/// Crockford's alphabet in lower case: no upper case, no look-alikes.
pub(crate) static BASE32: Encoding = Encoding::new(5, b"0123456789abcdefghjkmnpqrstvwxyz");

/// base64url (RFC 4648 section 5).
pub static BASE64URL: Encoding = Encoding::new(6, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

impl Encoding {
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "it is evaluated by the compiler alone"
    )]
    const fn new(bits: u32, digits: &'static [u8]) -> Self {
        let mut values = [NO_DIGIT; 256];
        let mut place = 0;
        while place < digits.len() {
            values[digits[place] as usize] = place as u8;
            place += 1;
        }
        Self { bits, digits, values }
    }

    /// The one spelling of `bytes`.
    pub fn encode(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        let (mut buffer, mut held) = (0_u32, 0_u32);
        for byte in bytes {
            buffer = buffer.wrapping_shl(8) | u32::from(*byte);
            held = held.wrapping_add(8);
            while held >= self.bits {
                held = held.wrapping_sub(self.bits);
                text.extend(self.digit(buffer.wrapping_shr(held)));
            }
        }
        if held > 0 {
            text.extend(self.digit(buffer.wrapping_shl(self.bits.wrapping_sub(held))));
        }
        text
    }

    /// The bytes whose one spelling is `text`; `None` where there are none.
    pub fn decode(&self, text: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(text.len());
        let (mut buffer, mut held) = (0_u32, 0_u32);
        for digit in text.bytes() {
            buffer = buffer.wrapping_shl(self.bits) | self.value(digit)?;
            held = held.wrapping_add(self.bits);
            if held >= 8 {
                held = held.wrapping_sub(8);
                bytes.push(u8::try_from(buffer.wrapping_shr(held) & 0xff).ok()?);
            }
        }
        // What is left are the last digit's spare bits: fewer than it has, and all zero.
        let spare = buffer & 1_u32.wrapping_shl(held).wrapping_sub(1);
        (held < self.bits && spare == 0).then_some(bytes)
    }

    /// Whether `byte` is a digit of it.
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.value(byte).is_some()
    }

    fn value(&self, digit: u8) -> Option<u32> {
        let value = self.values.get(usize::from(digit)).copied();
        value.filter(|value| *value != NO_DIGIT).map(u32::from)
    }

    /// The digit of the lowest bits of `value`.
    fn digit(&self, value: u32) -> Option<char> {
        let place = value & 1_u32.wrapping_shl(self.bits).wrapping_sub(1);
        self.digits.get(place as usize).copied().map(char::from)
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64URL_NOPAD, Specification};
    use proptest::prelude::*;

    use super::*;

    /// What a crate for every encoding makes of the same alphabets.
    fn oracle(encoding: &Encoding) -> data_encoding::Encoding {
        if encoding.bits == 6 {
            return BASE64URL_NOPAD;
        }
        let mut specification = Specification::new();
        specification.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
        specification.encoding().unwrap()
    }

    #[test]
    fn every_short_text_is_read_as_the_oracle_reads_it() {
        for encoding in [&BASE32, &BASE64URL] {
            let oracle = oracle(encoding);
            for text in (0..=0x7f_u8).flat_map(|a| (0..=0x7f).map(move |b| [a, b])) {
                let text = std::str::from_utf8(&text).unwrap();
                for text in
                    [text, text.get(..1).unwrap(), &format!("00{text}"), &format!("000{text}"), &format!("00000{text}")]
                {
                    assert_eq!(encoding.decode(text), oracle.decode(text.as_bytes()).ok(), "{text:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn bytes_have_one_spelling(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            for encoding in [&BASE32, &BASE64URL] {
                let text = encoding.encode(&bytes);
                prop_assert_eq!(&text, &oracle(encoding).encode(&bytes));
                prop_assert_eq!(encoding.decode(&text), Some(bytes.clone()));
            }
        }

        #[test]
        fn texts_are_read_as_the_oracle_reads_them(text in "[0-9a-zA-Z_ é-]{0,80}", digits in "[0-9a-hjkmnp-tv-z]{0,80}") {
            for encoding in [&BASE32, &BASE64URL] {
                for text in [&text, &digits] {
                    prop_assert_eq!(encoding.decode(text), oracle(encoding).decode(text.as_bytes()).ok());
                }
            }
        }
    }
}
