//! Following `$ref` inside a document. A reference that leads elsewhere, or in a circle, leads nowhere.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::objects::MaybeReference;
use crate::json::Map;

/// How many references are followed one after another; a chain that is longer is a circle, or might as well be.
const MOST_STEPS: usize = 16;
/// The longest reference that is followed, in bytes: thousands of operations can come by it.
const MAX_REFERENCE: usize = 1024;
/// How many characters of a text in a document a message repeats.
const MAX_REPEATED: usize = 300;

/// What is meant, where it stands in the document under the pointer `place`.
///
/// # Errors
/// The reference that leads nowhere.
pub(super) fn inline<'a, T>(
    mut value: &'a MaybeReference<T>,
    place: &str,
    all: &'a Map<MaybeReference<T>>,
) -> Result<&'a T, &'a str> {
    let mut last = "";
    for _ in 0..MOST_STEPS {
        match value {
            MaybeReference::Inline(found) => return Ok(found),
            MaybeReference::Reference { reference } => {
                last = reference;
                value = name(reference, place).and_then(|name| all.get(&name)).ok_or(last)?;
            }
        }
    }
    Err(last)
}

/// As much of a text as a message repeats.
pub(super) fn shortened(text: &str) -> &str {
    text.char_indices().nth(MAX_REPEATED).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// The name of what a reference leads to directly beneath `place`; none of a reference that is too long. A pointer in a URI is percent-encoded (RFC 6901 section
/// 6), and `~1` and `~0` in it stand for `/` and `~`.
pub(super) fn name<'a>(reference: &'a str, place: &str) -> Option<Cow<'a, str>> {
    let written = reference.strip_prefix(place).filter(|_| reference.len() <= MAX_REFERENCE)?;
    let token = percent_decode_str(written).decode_utf8().ok()?;
    if token.contains('/') {
        return None;
    }
    Some(if token.contains('~') { Cow::Owned(token.replace("~1", "/").replace("~0", "~")) } else { token })
}
