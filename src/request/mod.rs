//! Step 1: a request whose path is canonical and that carries at most one credential.

mod ambiguity;
mod authority;
mod authorization;
mod body;
mod body_fault;
mod charset;
mod fold;
mod form;
mod media_type;
mod method;
mod name;
mod path;
mod query;
mod unencoded;

use std::rc::Rc;

pub use ambiguity::Ambiguity;
pub(crate) use authority::{ends_in_number, host_and_port, is_authority, is_host, is_host_name, is_label, web_origin};
pub(crate) use authorization::is_b64token;
pub use authorization::{Authorization, AuthorizationError, Checked, ForeignCredential};
pub use body::{Body, BodyTooLong, MAX_BODY_BYTES, Property};
pub use body_fault::BodyFault;
pub use charset::{NotUtf8, file_text, into_utf8};
pub(crate) use fold::{decode_segment, may_be_dropped, may_be_value, may_route_as, may_route_as_pattern};
pub(crate) use form::{Candidates, decode};
pub use media_type::check_application_json;
pub(crate) use media_type::{is_readable, is_token};
pub use method::Method;
pub(crate) use name::Names;
pub use name::Occurrence;
pub use path::{Path, PathError};
pub(crate) use path::{is_unreserved, only_encoded};
pub use query::{Query, QueryError};
pub use unencoded::Unencoded;

/// What a verdict needs of an HTTP request. `C` is what is known of its credential: first the
/// [`Authorization`] field as it was sent, after [`authenticate`](Request::authenticate) a proof that it is genuine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<C> {
    method: Method,
    target: Rc<str>,
    path: Path,
    query: Query,
    headers: Vec<(String, String)>,
    body: Body,
    credential: Option<C>,
    foreign: Option<ForeignCredential>,
}

/// Why a request is ambiguous: answered with 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The host is missing, or has a form that a client may not send.
    #[error("host: it is not a host name in ASCII or an IP address, with at most a port")]
    Host {
        /// Whether the request carried an `Authorization` header.
        credential_sent: bool,
    },
    /// The path breaks the path contract.
    #[error("path: {error}")]
    Path {
        /// The rule that it breaks.
        error: PathError,
        /// Whether the request carried an `Authorization` header.
        credential_sent: bool,
    },
    /// The query is too long.
    #[error("query: {error}")]
    Query {
        /// The rule that it breaks.
        error: QueryError,
        /// Whether the request carried an `Authorization` header.
        credential_sent: bool,
    },
    /// The body cannot be judged.
    #[error("body: {0}")]
    Body(#[from] BodyTooLong),
    /// `GET` or `HEAD` with a body that would have to be judged: no such body is passed on.
    #[error("body: a GET or HEAD request that names its owner in a body is not passed on")]
    BodyOfSafeMethod,
    /// The `Authorization` header is malformed or holds several credentials.
    #[error("authorization: {0}")]
    Authorization(#[from] AuthorizationError),
}

impl Request<Authorization> {
    /// Parses a method and a request target in origin form (`/path?query`, RFC 9112 section 3.2.1), and takes the value
    /// of the `Authorization` header. Whether the path may have percent-encoded delimiters is decided with its operation.
    ///
    /// # Errors
    /// [`RequestError`] for whatever two parsers could read in two ways.
    pub fn parse(method: &str, target: &str, authorization: Option<&str>) -> Result<Self, RequestError> {
        let credential_sent = authorization.is_some();
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Ok(Self {
            method: Method::parse(method),
            target: target.into(),
            path: Path::parse_undecided(path).map_err(|error| RequestError::Path { error, credential_sent })?,
            query: Query::parse(query).map_err(|error| RequestError::Query { error, credential_sent })?,
            headers: Vec::new(),
            body: Body::Empty,
            credential: authorization.map(Authorization::new),
            foreign: None,
        })
    }

    /// Takes a credential that is known to be genuine, in place of one as sent.
    pub(crate) fn with_genuine<D>(self, credential: D) -> Request<D> {
        let Self { method, target, path, query, headers, body, .. } = self;
        Request { method, target, path, query, headers, body, credential: Some(credential), foreign: None }
    }

    /// Replaces the credential as sent by what `check` finds in it: a credential of ours, or somebody else's.
    ///
    /// # Errors
    /// Whatever `check` answers.
    pub fn authenticate<D, E>(
        self,
        check: impl FnOnce(&Authorization) -> Result<Checked<D>, E>,
    ) -> Result<Request<D>, E> {
        let (credential, foreign) = match self.credential.as_ref().map(check).transpose()? {
            None => (None, None),
            Some(Checked::Own(credential)) => (Some(credential), None),
            Some(Checked::Foreign(foreign)) => (None, Some(foreign)),
        };
        Ok(Request {
            method: self.method,
            target: self.target,
            path: self.path,
            query: self.query,
            headers: self.headers,
            body: self.body,
            credential,
            foreign,
        })
    }
}

impl<C> Request<C> {
    /// A request that is asked about rather than received, with a credential that is already known.
    ///
    /// # Errors
    /// [`RequestError`] as for [`Request::parse`].
    pub fn with_credential(method: &str, target: &str, credential: Option<C>) -> Result<Self, RequestError> {
        let Request { method, target, path, query, headers, body, .. } = Request::parse(method, target, None)?;
        Ok(Self { method, target, path, query, headers, body, credential, foreign: None })
    }

    /// Adds a header field that the policy reads an owner's id from.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// Adds the body, for an operation that names its owner there.
    #[must_use]
    pub fn with_body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// What is known of the body.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, byte for byte as it was received and will be sent.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The query, byte for byte as it was received and will be sent.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The value of a header field added by [`with_header`](Request::with_header).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// What is known of the credential, if there is one of ours.
    pub fn credential(&self) -> Option<&C> {
        self.credential.as_ref()
    }

    /// The credential in the `Authorization` field, if it is somebody else's.
    pub fn foreign_credential(&self) -> Option<ForeignCredential> {
        self.foreign
    }

    /// Path and query in origin form, byte for byte as they were received.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The same, shared.
    pub(crate) fn shared_target(&self) -> Rc<str> {
        Rc::clone(&self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_is_kept_byte_for_byte() {
        for target in ["/", "/a", "/a/", "/a?", "/a?b", "/a?b=%zz;c&&d=e=f?g", "/caf%C3%A9/x%20y"] {
            let request = Request::parse("GET", target, None).unwrap();
            assert_eq!(request.target(), target);
        }
    }

    #[test]
    fn debug_prints_no_credential() {
        let request = Request::parse("GET", "/", Some("Bearer sesame")).unwrap();
        assert!(!format!("{request:?}").contains("sesame"));
    }
}
