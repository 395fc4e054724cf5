//! Request methods (RFC 9110 section 9).

/// A request method. Case-sensitive (RFC 9110 section 9.1): `get` is not `GET`, and no operation is named by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `PUT`
    Put,
    /// `POST`
    Post,
    /// `DELETE`
    Delete,
    /// `OPTIONS`
    Options,
    /// `HEAD`
    Head,
    /// `PATCH`
    Patch,
    /// `TRACE`
    Trace,
    /// Any other; OpenAPI can describe them since 3.2.
    Other(String),
}

/// The longest name of a method that OpenAPI 3.1 has no member for.
const MAX_NAME: usize = 32;

impl Method {
    /// The methods that OpenAPI 3.0 and 3.1 can describe, in its order.
    pub const OPENAPI: [Self; 8] =
        [Self::Get, Self::Put, Self::Post, Self::Delete, Self::Options, Self::Head, Self::Patch, Self::Trace];

    /// Reads a method exactly as it was sent; method-override headers play no part.
    pub fn parse(text: &str) -> Self {
        let known = Self::OPENAPI.into_iter().find(|method| method.as_str() == text);
        known.unwrap_or_else(|| Self::Other(text.to_owned()))
    }

    /// The method as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
            Self::Other(text) => text,
        }
    }

    /// Whether a policy can have a method of this name: one in capitals.
    pub(crate) fn is_name(text: &str) -> bool {
        let is_of_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(is_of_name)
    }

    /// Whether the method is safe (RFC 9110 section 9.2.1): it reads and changes nothing.
    pub fn is_safe(&self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options | Self::Trace) || self.as_str() == "QUERY"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_case_sensitive() {
        assert_eq!(Method::parse("GET"), Method::Get);
        assert_eq!(Method::parse("get"), Method::Other("get".into()));
    }
}
