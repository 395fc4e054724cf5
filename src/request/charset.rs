//! Bodies that are not in UTF-8, named as far as their first bytes tell.

/// Why bytes are not a text in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUtf8 {
    /// They begin with the byte order mark of UTF-16, or with one of its two bytes zero.
    #[error("the body is in UTF-16; send UTF-8")]
    Utf16,
    /// They begin with the byte order mark of UTF-32, or with three of its four bytes zero.
    #[error("the body is in UTF-32; send UTF-8")]
    Utf32,
    /// They are not UTF-8, and nothing tells what they are.
    #[error("the body is not UTF-8")]
    Unknown,
}

impl NotUtf8 {
    /// The same of a file, for whoever wrote it.
    pub fn of_file(self) -> &'static str {
        match self {
            Self::Utf16 => "the file is in UTF-16; save it as UTF-8",
            Self::Utf32 => "the file is in UTF-32; save it as UTF-8",
            Self::Unknown => "the file is not UTF-8",
        }
    }
}

/// A text in UTF-8. A byte order mark of UTF-8 stays in it.
///
/// # Errors
/// [`NotUtf8`]. UTF-16 and UTF-32 without a mark are known by their zeros, as RFC 4627 section 3 did: no JSON text and no form has
/// any.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, NotUtf8> {
    match other_encoding(bytes) {
        Some(other) => Err(other),
        None => std::str::from_utf8(bytes).map_err(|_| NotUtf8::Unknown),
    }
}

/// The same, without a copy.
///
/// # Errors
/// [`NotUtf8`]
pub fn into_utf8(bytes: Vec<u8>) -> Result<String, NotUtf8> {
    match other_encoding(&bytes) {
        Some(other) => Err(other),
        None => String::from_utf8(bytes).map_err(|_| NotUtf8::Unknown),
    }
}

/// The text of a file. A byte order mark of UTF-8 stays in it.
///
/// # Errors
/// What the file is in, and what to do; or the place from which on it is not UTF-8.
pub fn file_text(bytes: Vec<u8>) -> Result<String, String> {
    if let Some(other) = other_encoding(&bytes) {
        return Err(other.of_file().to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let line_ends = error.as_bytes().iter().take(place).filter(|byte| **byte == b'\n').count();
        format!("{} from byte {place} on, in line {}", NotUtf8::Unknown.of_file(), line_ends.saturating_add(1))
    })
}

/// UTF-16 or UTF-32, as the first bytes tell.
fn other_encoding(bytes: &[u8]) -> Option<NotUtf8> {
    match *bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(NotUtf8::Utf32),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(NotUtf8::Utf16),
        [0, 0, 0, (1..), ..] | [(1..), 0, 0, 0, ..] => Some(NotUtf8::Utf32),
        [0, (1..), ..] | [(1..), 0, ..] => Some(NotUtf8::Utf16),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text in UTF-16 or UTF-32, as `unit` writes each of its characters.
    fn written<const N: usize>(text: &str, unit: fn(u32) -> [u8; N]) -> Vec<u8> {
        text.chars().flat_map(|letter| unit(u32::from(letter))).collect()
    }

    #[test]
    fn what_is_not_utf8_is_named() {
        let le16 = |letter: u32| u16::try_from(letter).unwrap().to_le_bytes();
        let be16 = |letter: u32| u16::try_from(letter).unwrap().to_be_bytes();
        for text in ["\u{feff}{\"a\":1}", "{\"a\":1}", "[]", "7", "a=1", "\u{feff}\u{442}", "{\u{442}"] {
            for bytes in [written(text, le16), written(text, be16)] {
                assert_eq!(utf8(&bytes), Err(NotUtf8::Utf16), "{text:?}");
                assert_eq!(file_text(bytes).unwrap_err(), "the file is in UTF-16; save it as UTF-8", "{text:?}");
            }
            for bytes in [written(text, u32::to_le_bytes), written(text, u32::to_be_bytes)] {
                assert_eq!(utf8(&bytes), Err(NotUtf8::Utf32), "{text:?}");
                assert_eq!(file_text(bytes).unwrap_err(), "the file is in UTF-32; save it as UTF-8", "{text:?}");
            }
        }
        for bytes in [&b"{\"a\":\"\xe9\"}"[..], b"\x84\x31\x95\x33{}", b"\xed\xa0\x80", b"\xc0\xaf"] {
            assert_eq!(utf8(bytes), Err(NotUtf8::Unknown), "{bytes:?}");
            assert_eq!(into_utf8(bytes.into()), Err(NotUtf8::Unknown), "{bytes:?}");
        }
        let told = file_text(b"openapi: 3.1.0\ninfo: {title: Caf\xe9}\n".into()).unwrap_err();
        assert_eq!(told, "the file is not UTF-8 from byte 32 on, in line 2");
    }

    #[test]
    fn what_is_utf8_stays_as_it_is() {
        for text in ["", "{", "\0", "{}", "\u{feff}{}", "\u{442}", "a\u{e9}"] {
            assert_eq!(utf8(text.as_bytes()), Ok(text), "{text:?}");
            assert_eq!(into_utf8(text.into()).as_deref(), Ok(text), "{text:?}");
            assert_eq!(file_text(text.into()).as_deref(), Ok(text), "{text:?}");
        }
    }
}
