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

    /// As [`parse`](Self::parse), but for percent-encoded delimiters: whether it may have some is the operation's to say.
    ///
    /// # Errors
    /// The first rule that the path breaks.
    pub(crate) fn parse_undecided(raw: &str) -> Result<Self, PathError> {
        check(raw, &|_| Ok(()))?;
        Ok(Self(raw.into()))
    }

    /// The percent-encoded delimiter that it has, for which [`parse`](Self::parse) would refuse it.
    pub fn encoded_delimiter(&self) -> Option<PathError> {
        Self::check(&self.0).err()
    }

    /// Whether its percent-encoded delimiters can be read in one way alone by an origin that keeps them apart from those that
    /// stand as they are.
    ///
    /// # Errors
    /// [`PathError`] where a segment decodes to dot segments, to empty parts, or to something that is encoded once more.
    pub fn check_encoded_delimiters(&self) -> Result<(), PathError> {
        for segment in self.0.split('/').filter(|segment| segment.contains('%')) {
            let decoded = percent_decode_str(segment).decode_utf8().map_err(|_| PathError::NotUtf8)?;
            for part in decoded.split(['/', '\\']) {
                // What follows a semicolon some servers drop.
                match part.split(';').next().unwrap_or_default() {
                    "" => return Err(PathError::EmptySegment),
                    "." | ".." => return Err(PathError::DotSegment),
                    _ => {}
                }
            }
            let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_hexdigit());
            let twice = decoded.split('%').skip(1).any(|after| {
                let mut letters = after.chars();
                is_digit(letters.next()) && is_digit(letters.next())
            });
            if twice {
                return Err(PathError::EncodedDelimiter('%'));
            }
        }
        Ok(())
    }

    /// Checks a raw path as [`parse`](Self::parse) does.
    pub(crate) fn check(raw: &str) -> Result<(), PathError> {
        check(raw, &|delimiter| Err(PathError::EncodedDelimiter(delimiter)))
    }

    /// The path as received, which is also the path as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks a raw path; `delimiter` judges the percent-encoded delimiters in it.
fn check(raw: &str, delimiter: &dyn Fn(char) -> Result<(), PathError>) -> Result<(), PathError> {
    if raw.len() > MAX_BYTES {
        return Err(PathError::TooLong);
    }
    let segments = raw.strip_prefix('/').ok_or(PathError::NoLeadingSlash)?;
    check_characters(raw, delimiter)?;
    check_segments(segments)?;
    if raw.contains('%') { check_decoded(raw) } else { Ok(()) }
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

fn check_characters(raw: &str, delimiter: &dyn Fn(char) -> Result<(), PathError>) -> Result<(), PathError> {
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '%' => check_encoded(encoded_byte(letters.next(), letters.next())?, delimiter)?,
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

fn check_encoded(byte: u8, delimiter: &dyn Fn(char) -> Result<(), PathError>) -> Result<(), PathError> {
    match char::from(byte) {
        letter if letter == '/' || is_ambiguous_delimiter(letter) => delimiter(letter),
        letter if letter.is_ascii_control() => Err(PathError::EncodedControl),
        letter if is_unreserved(letter) => Err(PathError::EncodedUnreserved(letter)),
        _ => Ok(()),
    }
}

/// `letter`, where a path can have it, and has it only percent-encoded.
pub(crate) fn only_encoded(letter: char) -> Option<Unencoded> {
    let is_plain = letter == '/' || is_unreserved(letter) || is_plain_delimiter(letter);
    (!is_plain && !is_ambiguous_delimiter(letter) && !letter.is_control()).then_some(Unencoded(letter))
}

/// RFC 3986 section 2.3.
pub(crate) fn is_unreserved(letter: char) -> bool {
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
    fn encoded_delimiters_are_undecided_until_an_operation_takes_them() {
        for (path, taken) in [
            ("/a/group%2Fproject", true),
            ("/a/C%23", true),
            ("/a/50%25", true),
            ("/a/why%3F", true),
            ("/a/a%3Bb", true),
            ("/a/..%2Fb", false),
            ("/a/x%2f..%2Fb", false),
            ("/a/x%2F..%3Bv=1%2Fb", false),
            ("/a/x%5C..", false),
            ("/a/%2Fb", false),
            ("/a/b%2F", false),
            ("/a/x%2F%2Fb", false),
            ("/a/%252e", false),
            ("/a/x%25412", false),
        ] {
            assert!(matches!(Path::parse(path), Err(PathError::EncodedDelimiter(_))), "{path}");
            let undecided = Path::parse_undecided(path).unwrap();
            assert!(undecided.encoded_delimiter().is_some());
            assert_eq!(undecided.check_encoded_delimiters().is_ok(), taken, "{path}");
        }
        for path in ["/a/../b", "/a/%61", "/a/%00", "/a//b", "/a/%2", "/a;b"] {
            assert_eq!(Path::parse_undecided(path), Path::parse(path), "{path}");
        }
        assert_eq!(Path::parse("/a/b%20c").unwrap().encoded_delimiter(), None);
    }

    #[test]
    fn limits_are_inclusive() {
        let longest = format!("/{}", "a".repeat(MAX_BYTES - 1));
        assert!(Path::parse(&longest).is_ok());
        assert_eq!(Path::parse(&format!("{longest}a")), Err(PathError::TooLong));
        assert!(Path::parse(&"/a".repeat(MAX_SEGMENTS)).is_ok());
        assert_eq!(Path::parse(&"/a".repeat(MAX_SEGMENTS + 1)), Err(PathError::TooManySegments));
    }
}
