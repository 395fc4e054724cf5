//! The query, kept byte for byte, and asked only where a parameter names an owner.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use percent_encoding::percent_decode_str;

use super::name::{Given, may_be};

/// A query string as received, without its `?`; `None` where the target has no `?`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Query(Option<Rc<str>>);

/// The longest query, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;

/// The rule that a query breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Longer than `MAX_BYTES`.
    #[error("the query is longer than 16384 bytes")]
    TooLong,
    /// A `#`, a control character, a space or a byte that is not ASCII: not an RFC 3986 query.
    #[error("the query has a character that is not allowed there unencoded")]
    ForbiddenCharacter,
}

impl Query {
    /// Takes a raw query.
    ///
    /// # Errors
    /// [`QueryError`] where it is too long or no RFC 3986 query.
    pub fn parse(raw: Option<&str>) -> Result<Self, QueryError> {
        let text = raw.unwrap_or_default();
        if text.len() > MAX_BYTES {
            return Err(QueryError::TooLong);
        }
        if text.bytes().any(|byte| byte == b'#' || !byte.is_ascii_graphic()) {
            return Err(QueryError::ForbiddenCharacter);
        }
        Ok(Self(raw.map(Rc::from)))
    }

    /// The query as received, which is also the query as sent.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// How the query gives the parameter `name`, as an `application/x-www-form-urlencoded` reader would see it.
    ///
    /// Readers differ in what they take for one name: `a[]`, `a[0]`, `A`, `a.b`, `;` as a separator, a value that is
    /// not UTF-8. Whoever relies on such a difference gets [`Given::Ambiguous`]. Exact names of `others` are parameters
    /// of their own and count as such only.
    pub fn given(&self, name: &str, others: &[&str]) -> Given<'_> {
        let mut found = Given::Absent;
        for pair in self.0.as_deref().unwrap_or_default().split('&') {
            for part in pair.split(';') {
                let (raw_name, raw_value) = part.split_once('=').unwrap_or((part, ""));
                let given_name = decode_name(raw_name);
                if !may_be(&given_name, name) {
                    continue;
                }
                let (is_whole, is_exact) = (part.len() == pair.len(), given_name == name);
                if is_whole && !is_exact && others.contains(&given_name.as_ref()) {
                    continue;
                }
                let exact = is_exact && is_whole && found == Given::Absent;
                found = match decode(raw_value) {
                    Some(value) if exact => Given::Once(value),
                    _ => return Given::Ambiguous,
                };
            }
        }
        found
    }
}

/// Clients put secrets into queries; none is printed.
impl fmt::Debug for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "[redacted]" } else { "None" })
    }
}

/// What is not UTF-8 in a name becomes U+FFFD, and [`may_be`] drops it as some parsers do.
fn decode_name(raw: &str) -> Cow<'_, str> {
    if is_plain(raw) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(percent_decode_str(&raw.replace('+', " ")).decode_utf8_lossy().into_owned())
}

/// A value as HTML forms write it; `None` where it is not UTF-8.
pub(in crate::core) fn decode(raw: &str) -> Option<Cow<'_, str>> {
    if is_plain(raw) {
        return Some(Cow::Borrowed(raw));
    }
    Some(Cow::Owned(percent_decode_str(&raw.replace('+', " ")).decode_utf8().ok()?.into_owned()))
}

/// Whether nothing is encoded in it.
fn is_plain(raw: &str) -> bool {
    !raw.bytes().any(|byte| matches!(byte, b'%' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(query: &str) -> Given<'static> {
        let query = Box::leak(Box::new(Query::parse(Some(query)).unwrap()));
        query.given("locationId", &["locationId", "location-id"])
    }

    #[test]
    fn once_is_once_in_any_encoding() {
        for query in ["locationId=a", "x=1&locationId=a", "location%49d=%61", "location=b&locationId=a&y"] {
            assert_eq!(given(query), Given::Once("a".into()), "{query}");
        }
    }

    #[test]
    fn other_names_are_absent() {
        for query in ["", "location=a", "x=locationId", "mylocationId=a", "location-id=a"] {
            assert_eq!(given(query), Given::Absent, "{query}");
        }
    }

    #[test]
    fn smuggled_spellings_are_ambiguous() {
        for query in [
            "locationId=a&locationId=a",
            "locationId=a&locationId=b",
            "locationId=a&location%49d=b",
            "locationId[]=a",
            "locationId%5B0%5D=a",
            "locationid=a",
            "location_id=a",
            "locationId%00x=a",
            "location%00Id=a",
            "+locationId=a",
            "x=1;locationId=a",
            "locationId=a;x=1",
            "locationId=%ff",
            "locationId%ff=a",
        ] {
            assert_eq!(given(query), Given::Ambiguous, "{query}");
        }
    }
}
