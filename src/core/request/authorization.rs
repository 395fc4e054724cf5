//! The `Authorization` header field (RFC 9110 section 11.6.2, RFC 6750 section 2.1).

use std::fmt;

/// A credential as it was sent: unchecked, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    text: String,
    bare: bool,
}

/// The longest `Authorization` value that is read, in bytes; the platform allows 16 KiB of headers or more.
pub const MAX_BYTES: usize = 8 * 1024;

/// Why an `Authorization` header field is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// Longer than `MAX_BYTES`.
    #[error("the Authorization header is longer than 8192 bytes")]
    TooLong,
    /// A comma: field lines that were sent twice arrive joined by one (RFC 9110 section 5.3).
    #[error("there is more than one credential")]
    Several,
    /// `Bearer` without a token, or with something that is no `b64token`.
    #[error("the Authorization header is malformed")]
    Malformed,
}

impl Credential {
    /// Reads a field value. `None` is a credential of another scheme, which is none for us.
    ///
    /// # Errors
    /// [`AuthorizationError`] where it is not clear which one credential is meant.
    pub fn parse(value: &str) -> Result<Option<Self>, AuthorizationError> {
        if value.len() > MAX_BYTES {
            return Err(AuthorizationError::TooLong);
        }
        if value.contains(',') {
            return Err(AuthorizationError::Several);
        }
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            let text = rest.trim_start_matches(' ');
            return if is_b64token(text) {
                Ok(Some(Self::new(text, false)))
            } else {
                Err(AuthorizationError::Malformed)
            };
        }
        match (is_b64token(scheme), rest) {
            (true, "") => Ok(Some(Self::new(scheme, true))),
            (true, _) => Ok(None),
            (false, _) => Err(AuthorizationError::Malformed),
        }
    }

    /// The token's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it came without a scheme. Then it counts only where it looks like one of our tokens.
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    fn new(text: &str, bare: bool) -> Self {
        Self { text: text.to_owned(), bare }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// `b64token` (RFC 6750 section 2.1): at least one of its characters, then any number of `=`.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    !body.is_empty() && body.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Result<Option<String>, AuthorizationError> {
        Credential::parse(value).map(|credential| credential.map(|credential| credential.text))
    }

    #[test]
    fn scheme_is_case_insensitive() {
        for value in ["Bearer abc", "bearer abc", "BEARER   abc"] {
            assert_eq!(text(value), Ok(Some("abc".into())), "{value}");
        }
    }

    #[test]
    fn other_schemes_are_no_credential() {
        assert_eq!(text("Basic dXNlcjpwYXNz"), Ok(None));
    }

    #[test]
    fn ambiguity_is_refused() {
        assert_eq!(text("Bearer a, Bearer b"), Err(AuthorizationError::Several));
        for value in ["", "Bearer", "Bearer ", "Bearer a b", "Bearer =", "Bearer a\tb", " Bearer a", "Bearer é"] {
            assert_eq!(text(value), Err(AuthorizationError::Malformed), "{value:?}");
        }
    }
}
