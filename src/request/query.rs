//! The query, kept byte for byte, and asked only where a parameter names an owner.

use std::fmt;
use std::rc::Rc;

use super::form::Candidates;
use super::unencoded::Unencoded;

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
    #[error("the query has {0}")]
    ForbiddenCharacter(Unencoded),
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
        if let Some(letter) = text.chars().find(|letter| *letter == '#' || !letter.is_ascii_graphic()) {
            return Err(QueryError::ForbiddenCharacter(Unencoded(letter)));
        }
        Ok(Self(raw.map(Rc::from)))
    }

    /// The query as received, which is also the query as sent.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The parameters that some parser could take for one of `names`.
    pub(crate) fn candidates(&self, names: &[&str]) -> Candidates<'_> {
        Candidates::of(self.0.as_deref().unwrap_or_default(), names)
    }
}

/// Clients put secrets into queries; none is printed.
impl fmt::Debug for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "[redacted]" } else { "None" })
    }
}
