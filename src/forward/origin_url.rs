//! The address of the origin.

use crate::request::web_origin;

/// `ORIGIN_URL` as scheme and authority, without a path: `https://api.example.com`. A path would be a rewrite after the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginUrl(String);

/// The text is not a scheme and a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a scheme and a host with at most a port, as in https://api.example.com")]
pub struct InvalidOriginUrl;

impl OriginUrl {
    /// Reads the variable. A slash at its end is dropped.
    ///
    /// # Errors
    /// [`InvalidOriginUrl`] for anything but `http` or `https` and a host with at most a port: a path, a query, a user.
    pub fn parse(text: &str) -> Result<Self, InvalidOriginUrl> {
        web_origin(text).map(|url| Self(url.to_owned())).ok_or(InvalidOriginUrl)
    }

    /// Without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for text in ["https://api.example.com", "http://127.0.0.1:8080", "https://[::1]:8443"] {
            assert_eq!(OriginUrl::parse(text).unwrap().as_str(), text);
            assert_eq!(OriginUrl::parse(&format!("{text}/")).unwrap().as_str(), text);
        }
        for text in
            ["", "api.example.com", "https://a/v1", "https://a\\v1", "https://a b", "https://a:x", "https://u@a"]
        {
            assert_eq!(OriginUrl::parse(text), Err(InvalidOriginUrl), "{text}");
        }
    }
}
