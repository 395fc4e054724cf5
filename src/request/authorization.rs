//! The `Authorization` header field (RFC 9110 section 11.6.2, RFC 6750 section 2.1).

use std::fmt;

use super::media_type::is_token;

/// The value of an `Authorization` field as it was sent: unchecked, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization(String);

/// What checking an [`Authorization`] field found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked<C> {
    /// A credential of the gate's own.
    Own(C),
    /// A credential for somebody else.
    Foreign(ForeignCredential),
}

/// A credential that is not the gate's. A public operation passes it on; every other operation refuses it as this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignCredential {
    /// A credential of another scheme: for the gate, none.
    OtherScheme,
    /// A bearer token that does not begin as the gate's own.
    UnknownToken,
    /// A value that is not one credential.
    Malformed(AuthorizationError),
}

/// The longest `Authorization` value that is read as a credential, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;

/// Why an `Authorization` header field is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// Longer than `MAX_BYTES`.
    #[error("the Authorization header is longer than 8192 bytes")]
    TooLong,
    /// A comma, and not in the parameters of one credential: field lines that were sent twice arrive joined by one (RFC 9110
    /// section 5.3).
    #[error("there is more than one credential; send one \"Authorization: Bearer <token>\"")]
    Several,
    /// `Bearer` without a token, or with something that is not a `b64token`.
    #[error("the Authorization header is malformed; send \"Authorization: Bearer <token>\"")]
    Malformed,
}

impl Authorization {
    /// Takes a field value, without the white space around it, which is not part of it (RFC 9110 section 5.5).
    pub fn new(value: &str) -> Self {
        Self(value.trim_matches(is_blank).to_owned())
    }

    /// The whole value.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The one token of a value that is `Bearer <token>` or a token alone.
    pub fn token(&self) -> Option<&str> {
        let token = match self.0.split_once(is_blank) {
            Some((scheme, rest)) if is_bearer(scheme) => rest.trim_start_matches(is_blank),
            Some(_) => return None,
            None => self.0.as_str(),
        };
        (!token.is_empty() && !token.contains(is_separator)).then_some(token)
    }

    /// What stands between commas and white space.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split(is_separator).filter(|part| !part.is_empty())
    }

    /// Reads a value that holds no credential of the gate's.
    pub fn foreign(&self) -> ForeignCredential {
        match self.read() {
            Ok(credential) => credential,
            Err(error) => ForeignCredential::Malformed(error),
        }
    }

    fn read(&self) -> Result<ForeignCredential, AuthorizationError> {
        if self.0.len() > MAX_BYTES {
            return Err(AuthorizationError::TooLong);
        }
        let (scheme, rest) = self.0.split_once(is_blank).unwrap_or((&self.0, ""));
        if self.0.contains(',') && (is_bearer(scheme) || !is_token(scheme) || !are_parameters(rest)) {
            return Err(AuthorizationError::Several);
        }
        match is_bearer(scheme) {
            true if is_b64token(rest.trim_start_matches(is_blank)) => Ok(ForeignCredential::UnknownToken),
            false if is_b64token(scheme) => Ok(ForeignCredential::OtherScheme),
            _ => Err(AuthorizationError::Malformed),
        }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// `b64token` (RFC 6750 section 2.1): at least one of its characters, then any number of `=`.
pub(crate) fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    !body.is_empty() && body.bytes().all(allowed)
}

/// Whether this is a list of parameters, as Digest, OAuth 1 and AWS's signatures have them (RFC 9110 section 11.4), and so one
/// credential. AWS's have characters that a token may not have.
fn are_parameters(list: &str) -> bool {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let mut parts = list.split(|letter: char| {
        let ends = letter == ',' && !is_quoted;
        is_quoted ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && is_quoted && !is_escaped;
        ends
    });
    parts.all(is_parameter)
}

fn is_parameter(part: &str) -> bool {
    let Some((name, value)) = part.trim_matches(is_blank).split_once('=') else { return false };
    let value = value.trim_start_matches(is_blank);
    let is_value = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(quoted) => !quoted.replace("\\\\", "").replace("\\\"", "").contains('"'),
        None => !value.is_empty() && !value.contains(|letter: char| is_separator(letter) || letter == '"'),
    };
    is_token(name.trim_end_matches(is_blank)) && is_value
}

fn is_bearer(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("bearer")
}

/// The white space of a field value (RFC 9110 section 5.6.3).
fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

fn is_separator(letter: char) -> bool {
    letter == ',' || letter.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_is_case_insensitive_and_white_space_around_a_token_is_none_of_it() {
        for value in ["Bearer abc", "bearer abc", "BEARER   abc", "Bearer abc ", "Bearer abc\t", " Bearer\tabc", "abc "]
        {
            assert_eq!(Authorization::new(value).token(), Some("abc"), "{value:?}");
        }
    }

    #[test]
    fn other_values_hold_no_single_token() {
        for value in ["", "Bearer a b", "Bearer a,b", "Basic abc", "a, b", "Bearer a\u{a0}b", "Bearer a\r\nb"] {
            assert_eq!(Authorization::new(value).token(), None, "{value:?}");
        }
    }

    #[test]
    fn a_foreign_value_is_refused_as_what_it_is() {
        let read = |value: &str| Authorization::new(value).foreign();
        assert_eq!(read("Basic dXNlcjpwYXNz"), ForeignCredential::OtherScheme);
        assert_eq!(read("abc"), ForeignCredential::OtherScheme);
        assert_eq!(read("Bearer abc"), ForeignCredential::UnknownToken);
        for one in [
            r#"Digest a="b", c="d""#,
            r#"Digest a="b, Bearer c" ,c = d,e="\\", f="\"""#,
            r#"OAuth realm="Example",oauth_signature="a%2Fb%3D""#,
            "AWS4-HMAC-SHA256 Credential=A/1/s3/aws4_request, SignedHeaders=host;range, Signature=fe5f",
        ] {
            assert_eq!(read(one), ForeignCredential::OtherScheme, "{one}");
        }
        for several in [
            "Basic x, Bearer y",
            "Basic x, realm=y",
            "Basic dXNlcg==, Basic dXNlcg==",
            r#"Digest a="b", Bearer c"#,
            r#"Digest a="b", Bearer c="d""#,
            r#"Digest a="b" Bearer "c", d=e"#,
            r#"Digest a="b\", c=d"#,
            "Digest a=b,",
            "Digest a=, b=c",
            "Digest, a=b",
            "Bearer a=b, c=d",
            "a=b, c=d",
        ] {
            let fault = ForeignCredential::Malformed(AuthorizationError::Several);
            assert_eq!(read(several), fault, "{several}");
        }
        for value in
            ["", "Bearer", "Bearer ", "Bearer a b", "Bearer =", "Bearer a\tb", "Bearer \u{e9}", "Bearer {{token}}"]
        {
            assert_eq!(read(value), ForeignCredential::Malformed(AuthorizationError::Malformed), "{value:?}");
        }
        let long = format!("Bearer {}", "a".repeat(MAX_BYTES));
        assert_eq!(read(&long), ForeignCredential::Malformed(AuthorizationError::TooLong));
    }
}
