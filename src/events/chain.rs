//! The chain: each event's value is a hash over its canonical JSON and the value before it.

use std::fmt;

use sha2::{Digest, Sha256};

/// A value of the chain: 32 bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain([u8; 32]);

/// The text is not a value of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a chain value is 64 lower-case hexadecimal digits")]
pub struct InvalidChain;

impl Chain {
    /// The value before the first event: all zero.
    pub const START: Self = Self([0; 32]);

    /// The value of the event that follows: SHA-256 over this value's 64 digits and the event's canonical JSON. Both are text, so
    /// that `printf %s%s "$previous" "$canonical" | sha256sum` gives the same.
    #[must_use]
    pub fn next(&self, canonical: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(self.to_string().as_bytes());
        digest.update(canonical.as_bytes());
        Self(digest.finalize().into())
    }

    /// Reads a value. There is one spelling only.
    ///
    /// # Errors
    /// [`InvalidChain`].
    pub fn parse(text: &str) -> Result<Self, InvalidChain> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidChain)?;
        Some(Self(bytes)).filter(|chain| chain.to_string() == text).ok_or(InvalidChain)
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_sha_256_over_the_digits_before_it_and_the_event() {
        // printf %s%s "$(printf '0%.0s' {1..64})" '{"seq":1}' | sha256sum
        let first = Chain::START.next(r#"{"seq":1}"#);
        assert_eq!(first.to_string(), "0a00898550374c41186879d92f30325cd0a550ce8c5da4d9aeef34a95c0b85ea");
        assert_ne!(first.next(r#"{"seq":1}"#), first);
        assert_eq!(Chain::parse(&first.to_string()), Ok(first));
    }

    #[test]
    fn a_value_has_one_spelling() {
        let long = "0".repeat(66);
        for text in ["", "00", &"A".repeat(64), &"g".repeat(64), &"0".repeat(63), &long] {
            assert_eq!(Chain::parse(text), Err(InvalidChain), "{text}");
        }
    }
}
