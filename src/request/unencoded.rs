//! How errors name a character that must be percent-encoded, so that whoever sent it can find and replace it.

use std::fmt;

/// A character that stands somewhere as it is and must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unencoded(pub char);

impl Unencoded {
    /// Its percent-encoded form (RFC 3986 section 2.1).
    pub(crate) fn encoded(self) -> String {
        Encoded(self.0).to_string()
    }
}

/// The character, and how to write it.
impl fmt::Display for Unencoded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the character {}, which must be percent-encoded as {}", Printed(self.0), Encoded(self.0))
    }
}

/// A character in an error: itself where it is visible ASCII, else its code point, so that it cannot change what is around it.
pub(super) struct Printed(pub char);

impl fmt::Display for Printed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ' ' => formatter.write_str("' '"),
            visible if visible.is_ascii_graphic() => write!(formatter, "'{visible}'"),
            other => write!(formatter, "U+{:04X}", u32::from(other)),
        }
    }
}

/// A character in its percent-encoded form (RFC 3986 section 2.1).
pub(super) struct Encoded(pub char);

impl fmt::Display for Encoded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| write!(formatter, "%{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_is_named_so_that_it_prints() {
        let of = |letter| Unencoded(letter).to_string();
        assert_eq!(of('|'), "the character '|', which must be percent-encoded as %7C");
        assert_eq!(of(' '), "the character ' ', which must be percent-encoded as %20");
        assert_eq!(of('\''), "the character ''', which must be percent-encoded as %27");
        assert_eq!(of('\n'), "the character U+000A, which must be percent-encoded as %0A");
        assert_eq!(of('é'), "the character U+00E9, which must be percent-encoded as %C3%A9");
        assert_eq!(of('\u{202e}'), "the character U+202E, which must be percent-encoded as %E2%80%AE");
        assert_eq!(of('\u{1f30a}'), "the character U+1F30A, which must be percent-encoded as %F0%9F%8C%8A");
    }
}
