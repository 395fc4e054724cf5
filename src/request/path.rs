//! The path contract: one spelling for every path, so that what is judged is what the origin reads.

use std::rc::Rc;

use percent_encoding::percent_decode_str;

use super::unencoded::{Encoded, Printed, Unencoded};

/// A path in its only accepted spelling. Whatever a second parser could read differently was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path(Rc<str>);

/// The longest path, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// The most segments in a path.
pub const MAX_SEGMENTS: usize = 256;

/// The rule of the path contract that a path breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Longer than `MAX_BYTES`.
    #[error("the path is longer than 8192 bytes")]
    TooLong,
    /// More than `MAX_SEGMENTS`.
    #[error("the path has more than 256 segments")]
    TooManySegments,
    /// `admin`, `http://host/admin`.
    #[error("the path does not start with a slash")]
    NoLeadingSlash,
    /// `//`.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// `.` or `..`.
    #[error("the path has a dot segment")]
    DotSegment,
    /// `|`, `[`, a space, a raw non-ASCII letter: anything but RFC 3986 `pchar` that a path may have percent-encoded.
    #[error("the path has {0}")]
    ForbiddenCharacter(Unencoded),
    /// `\`, `;`, a control character: no path has them, encoded or not.
    #[error("the path has the character {}, which no path may have, encoded or not", Printed(*.0))]
    NeverAllowed(char),
    /// `%` without two hexadecimal digits after it.
    #[error("the path has a percent sign that is not followed by two hexadecimal digits")]
    BadPercentEncoding,
    /// An encoded `/ \ % ; # ?`.
    #[error("the path has {}, a percent-encoded {}, which no path may have", Encoded(*.0), Printed(*.0))]
    EncodedDelimiter(char),
    /// An encoded control character or DEL.
    #[error("the path has a percent-encoded control character")]
    EncodedControl,
    /// `%61`: RFC 3986 section 2.3 lets any party decode it.
    #[error("the path has {}, which must be written as {}", Encoded(*.0), Printed(*.0))]
    EncodedUnreserved(char),
    /// Encoded bytes that are not UTF-8, overlong forms included.
    #[error("the path's percent-encoded bytes are not UTF-8")]
    NotUtf8,
}

impl Path {
    /// Checks a raw path (no query, no fragment) against the whole contract; it leans on no one before it.
    ///
    /// # Errors
    /// The first rule that the path breaks.
    pub fn parse(raw: &str) -> Result<Self, PathError> {
        Self::check(raw)?;
        Ok(Self(raw.into()))
    }

    /// Checks a raw path as [`parse`](Self::parse) does.
    pub(crate) fn check(raw: &str) -> Result<(), PathError> {
        if raw.len() > MAX_BYTES {
            return Err(PathError::TooLong);
        }
        let segments = raw.strip_prefix('/').ok_or(PathError::NoLeadingSlash)?;
        check_characters(raw)?;
        check_segments(segments)?;
        if raw.contains('%') { check_decoded(raw) } else { Ok(()) }
    }

    /// The path as received, which is also the path as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_segments(segments: &str) -> Result<(), PathError> {
    let mut rest = segments.split('/').peekable();
    let mut count = 0_usize;
    while let Some(segment) = rest.next() {
        count = count.saturating_add(1);
        match segment {
            // Only the last one may be empty: that is a trailing slash.
            "" if rest.peek().is_some() => return Err(PathError::EmptySegment),
            "." | ".." => return Err(PathError::DotSegment),
            _ => {}
        }
    }
    if count > MAX_SEGMENTS { Err(PathError::TooManySegments) } else { Ok(()) }
}

fn check_decoded(raw: &str) -> Result<(), PathError> {
    let decoded = percent_decode_str(raw).decode_utf8().map_err(|_| PathError::NotUtf8)?;
    if decoded.chars().any(char::is_control) { Err(PathError::EncodedControl) } else { Ok(()) }
}

fn check_characters(raw: &str) -> Result<(), PathError> {
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '%' => check_encoded(encoded_byte(letters.next(), letters.next())?)?,
            '/' => {}
            _ if is_unreserved(letter) || is_plain_delimiter(letter) => {}
            _ if is_ambiguous_delimiter(letter) || letter.is_control() => return Err(PathError::NeverAllowed(letter)),
            _ => return Err(PathError::ForbiddenCharacter(Unencoded(letter))),
        }
    }
    Ok(())
}

fn encoded_byte(high: Option<char>, low: Option<char>) -> Result<u8, PathError> {
    let digit = |letter: Option<char>| {
        letter
            .and_then(|letter| letter.to_digit(16))
            .and_then(|digit| u8::try_from(digit).ok())
            .ok_or(PathError::BadPercentEncoding)
    };
    Ok((digit(high)? << 4) | digit(low)?)
}

fn check_encoded(byte: u8) -> Result<(), PathError> {
    match char::from(byte) {
        letter if letter == '/' || is_ambiguous_delimiter(letter) => Err(PathError::EncodedDelimiter(letter)),
        letter if letter.is_ascii_control() => Err(PathError::EncodedControl),
        letter if is_unreserved(letter) => Err(PathError::EncodedUnreserved(letter)),
        _ => Ok(()),
    }
}

/// RFC 3986 section 2.3.
fn is_unreserved(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_' | '~')
}

/// What RFC 3986 section 3.3 allows in a segment besides unreserved characters, without `;` (matrix parameters).
fn is_plain_delimiter(letter: char) -> bool {
    matches!(letter, '!' | '$' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | '=' | ':' | '@')
}

/// What some servers take for a delimiter, whether it is encoded or not. (A raw `%` begins an encoded byte.)
fn is_ambiguous_delimiter(letter: char) -> bool {
    matches!(letter, '\\' | '%' | ';' | '#' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_inclusive() {
        let longest = format!("/{}", "a".repeat(MAX_BYTES - 1));
        assert!(Path::parse(&longest).is_ok());
        assert_eq!(Path::parse(&format!("{longest}a")), Err(PathError::TooLong));
        assert!(Path::parse(&"/a".repeat(MAX_SEGMENTS)).is_ok());
        assert_eq!(Path::parse(&"/a".repeat(MAX_SEGMENTS + 1)), Err(PathError::TooManySegments));
    }
}
