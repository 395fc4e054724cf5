//! The head of a request, as the driver hands it over.

use std::rc::Rc;

use crate::request::{RequestError, is_authority};

/// Method, URL, credential, and those header fields whose values matter to every request.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// As it came.
    pub method: &'a str,
    /// The whole URL, as the platform writes it.
    pub url: &'a str,
    /// The `Authorization` field.
    pub credential: Credential<'a>,
    /// The fields of a class that [`matters`](crate::forward::FieldClass::matters): alternating names, in lower case, and
    /// values, one a line. A value holds no line end (RFC 9110 section 5.5).
    pub fields: &'a str,
}

/// The `Authorization` field of a request.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// There is none.
    None,
    /// Its value.
    Sent(&'a str),
    /// The number that [`Effect::Remember`](super::Effect::Remember) gave for this very value.
    Known(u64),
}

impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// Header fields by name, in the order in which they came.
#[derive(Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads alternating names and values, one a line.
    pub fn parse(text: &str) -> Self {
        let mut lines = text.split('\n');
        let mut fields = Vec::new();
        while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
            fields.push((name.to_owned(), value.to_owned()));
        }
        Self(fields)
    }

    /// The value of a field, its lines joined.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// A URL in its two parts.
#[derive(Clone)]
pub(super) struct Target {
    /// Scheme, host and port, as in `https://api.example.com`.
    pub authority: Rc<str>,
    /// Path and query, byte for byte.
    pub path_and_query: String,
}

impl Target {
    /// The parts of a URL.
    pub fn of(url: &str) -> Self {
        let (authority, path_and_query) = split(url);
        Self { authority: authority.into(), path_and_query: path_and_query.to_owned() }
    }

    /// Checks the authority, so that the path begins where every parser of URLs finds its begin.
    ///
    /// # Errors
    /// [`RequestError::Host`] for anything but a host with at most a port.
    pub fn check_host(&self, credential: &Credential<'_>) -> Result<(), RequestError> {
        let host = self.authority.split_once("://").map_or("", |(_, host)| host);
        let credential_sent = !matches!(credential, Credential::None);
        if is_authority(host) { Ok(()) } else { Err(RequestError::Host { credential_sent }) }
    }
}

/// A URL's scheme and authority, and what follows them.
pub fn split(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").and_then(|at| at.checked_add(3)).unwrap_or_default();
    let at = url.bytes().skip(after_scheme).position(|byte| byte == b'/' || byte == b'?' || byte == b'#');
    at.and_then(|at| url.split_at_checked(at.checked_add(after_scheme)?)).unwrap_or((url, ""))
}
