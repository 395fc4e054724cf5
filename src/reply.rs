//! Step 6, the answer to a denial: it says no more than helps the caller. Problems follow RFC 9457, challenges RFC 6750 section 3.

use serde::Serialize;
use serde_json::{Map, Value};

use super::decision::Denial;
use super::policy::{OwnerError, OwnerParameter};
use super::request::{Ambiguity, AuthorizationError, Method, PathError, QueryError, RequestError};

/// An HTTP response without a body other than its problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Header fields, beside `Content-Type` and `Cache-Control`, which every problem has.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub problem: Problem,
}

/// An RFC 9457 problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// A URI for the kind of problem: `urn:tidegate:problem:` and a word.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind, for people.
    pub title: &'static str,
    /// The status code, once more.
    pub status: u16,
    /// This occurrence, for people.
    pub detail: String,
    /// What else a program may want.
    #[serde(flatten)]
    pub extensions: Map<String, Value>,
}

/// The media type of a problem.
pub const PROBLEM_TYPE: &str = "application/problem+json";

/// The realm of challenges: what a quoted string can hold without escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Realm(String);

/// The text is not a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 128 printable ASCII characters without \" and \\")]
pub struct InvalidRealm;

/// Seconds after which a client may try again when the gate itself could not judge.
const RETRY_AFTER: &str = "5";

/// The answer to a denial.
pub fn answer(denial: &Denial, realm: &Realm) -> Reply {
    match denial {
        Denial::Ambiguous(error) => ambiguous(error, realm),
        Denial::NoCredential => Reply::new(401, "missing-token", "A token is required", NO_CREDENTIAL)
            .with("WWW-Authenticate", format!("Bearer realm=\"{}\"", realm.0)),
        Denial::Token(_)
        | Denial::UnknownToken
        | Denial::DeletedIntegration
        | Denial::DeadToken
        | Denial::PausedIntegration
        | Denial::ExpiredIntegration => Reply::new(401, "invalid-token", "The token is not valid", INVALID_TOKEN)
            .with("WWW-Authenticate", challenge(realm, "invalid_token")),
        Denial::UnknownOperation => Reply::new(404, "unknown-operation", "No such operation", UNKNOWN_OPERATION),
        Denial::OtherMethods(methods) => {
            let allowed = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
            let detail = format!("This path takes {allowed}.");
            Reply::new(405, "method-not-allowed", "The path does not take this method", &detail).with("Allow", allowed)
        }
        Denial::AmbiguousOperation(other) => ambiguous_operation(other.as_deref(), realm),
        Denial::NotForIntegrations => {
            Reply::new(403, "not-for-integrations", "Not open to private integrations", NOT_OPEN)
        }
        Denial::WrongLevel(level) => {
            let detail = format!("This operation is not for integrations of the level {level}.");
            Reply::new(403, "wrong-level", "Not for integrations of this level", &detail)
        }
        Denial::Owner(error) => owner(error, realm),
        Denial::MissingScopes { needed, missing } => {
            let detail = format!("This operation needs {needed}; the integration lacks {missing}.");
            Reply::new(403, "insufficient-scope", "The integration lacks a scope", &detail)
                .with("WWW-Authenticate", format!("{}, scope=\"{needed}\"", challenge(realm, "insufficient_scope")))
                .extend("scope", needed.to_string().into())
                .extend("missing", missing.iter().map(|scope| scope.as_str()).collect())
        }
        Denial::ClientGone => Reply::new(400, "incomplete-body", "The body is incomplete", INCOMPLETE),
        Denial::Store(_) | Denial::Misconfigured(_) => {
            Reply::new(503, "unavailable", "The gate cannot judge this request now", UNAVAILABLE)
                .with("Retry-After", RETRY_AFTER.to_owned())
        }
        Denial::TooBusy => Reply::new(503, "too-busy", "The gate has too much to do", UNAVAILABLE)
            .with("Retry-After", RETRY_AFTER.to_owned()),
        Denial::OriginUnreachable(_) => Reply::new(502, "origin-unreachable", "The API cannot be reached", UNREACHABLE),
        Denial::OriginStatus(_) => Reply::new(502, "unusable-answer", "The API gave no usable answer", UNUSABLE),
        Denial::OriginTooSlow => Reply::new(504, "origin-too-slow", "The API did not answer in time", TOO_SLOW),
    }
}

const NO_CREDENTIAL: &str = "Send a private integration's token as \"Authorization: Bearer <token>\".";
const INVALID_TOKEN: &str = "It is malformed, unknown, expired or revoked.";
const UNKNOWN_OPERATION: &str = "Method and path are not an operation of this API.";
const NOT_OPEN: &str = "Private integrations cannot use this operation, whatever their scopes.";
const SAFE_METHOD: &str =
    "a GET or HEAD request may not have a body here, since the body could name its sub-account or agency";
const INCOMPLETE: &str = "It broke off before its end, or took too long to arrive. Nothing was forwarded.";
const UNAVAILABLE: &str = "Nothing was forwarded. Try again later.";
const UNREACHABLE: &str = "The request was allowed, but the connection to the API failed or its answer could not be read; the request may have taken effect.";
const UNUSABLE: &str = "The request was allowed and forwarded; the API answered with an invalid status. The request may have taken effect.";
const TOO_SLOW: &str = "The request was allowed and forwarded; whether it took effect is not known.";

fn challenge(realm: &Realm, error: &str) -> String {
    format!("Bearer realm=\"{}\", error=\"{error}\"", realm.0)
}

fn ambiguous(error: &RequestError, realm: &Realm) -> Reply {
    let (credential_sent, detail) = match error {
        RequestError::Body(error) => {
            return Reply::new(
                413,
                "body-too-long",
                "The body is too long to be judged",
                &format!("Refused: {error}."),
            );
        }
        RequestError::Path { error: PathError::TooLong, .. } => return target_too_long(&PathError::TooLong),
        RequestError::Query { error: QueryError::TooLong, .. } => return target_too_long(&QueryError::TooLong),
        RequestError::Host { credential_sent } => (*credential_sent, error.to_string()),
        RequestError::Path { error, credential_sent } => (*credential_sent, error.to_string()),
        RequestError::Query { error, credential_sent } => (*credential_sent, error.to_string()),
        RequestError::Authorization(error @ AuthorizationError::TooLong) => {
            return Reply::new(
                431,
                "authorization-too-long",
                "Authorization is too long",
                &format!("Refused: {error}."),
            );
        }
        RequestError::Authorization(error) => (true, error.to_string()),
        RequestError::BodyOfSafeMethod => (true, SAFE_METHOD.to_owned()),
    };
    let reply =
        Reply::new(400, "ambiguous-request", "The request is malformed or ambiguous", &format!("Refused: {detail}."));
    if credential_sent { reply.with("WWW-Authenticate", challenge(realm, "invalid_request")) } else { reply }
}

fn target_too_long(error: &impl std::fmt::Display) -> Reply {
    Reply::new(414, "target-too-long", "Path or query is too long", &format!("Refused: {error}."))
}

fn ambiguous_operation(other: Option<&str>, realm: &Realm) -> Reply {
    let title = "The path may be read as another operation";
    match other {
        Some(other) => {
            let detail =
                format!("Some routers read this path as {other}, which this integration cannot use in this way.");
            Reply::new(400, "ambiguous-operation", title, &detail)
                .with("WWW-Authenticate", challenge(realm, "invalid_request"))
                .extend("operation", other.into())
        }
        None => Reply::new(400, "ambiguous-operation", title, "Some routers read this path as another operation."),
    }
}

fn owner(error: &OwnerError, realm: &Realm) -> Reply {
    let (status, kind, title) = match error {
        OwnerError::Ambiguous { .. } | OwnerError::Disagreeing(..) => {
            (400, "ambiguous-owner", "The owner is given ambiguously")
        }
        OwnerError::Missing(_) => (400, "missing-owner", "The owner is not given"),
        OwnerError::Other(_) => (403, "wrong-owner", "The integration belongs to another owner"),
        OwnerError::NotChecked(_) => (415, "owner-not-checked", "The owner cannot be compared in this body"),
    };
    let (OwnerError::Ambiguous { name, .. }
    | OwnerError::Disagreeing(OwnerParameter { name, .. }, _)
    | OwnerError::Missing(name)
    | OwnerError::Other(name)
    | OwnerError::NotChecked(name)) = error;
    let reply = Reply::new(status, kind, title, &owner_detail(error)).extend("parameter", name.as_str().into());
    if status == 400 { reply.with("WWW-Authenticate", challenge(realm, "invalid_request")) } else { reply }
}

/// The fault itself: which of two parameters, which character, what about the body.
fn owner_detail(error: &OwnerError) -> String {
    match error {
        OwnerError::Ambiguous { name, place, why: Ambiguity::Alike(other) } => {
            let other: String = other.chars().take(MOST_OF_A_NAME).collect();
            format!("{other:?} in the {place} is read as {name} by some parsers. Leave it out, or send {name} alone.")
        }
        OwnerError::Ambiguous { name, place, why: why @ Ambiguity::Body(_) } => {
            format!("{name} cannot be read from the {place}: {why}.")
        }
        OwnerError::Ambiguous { name, place, why } => format!("{name} in the {place}: {why}."),
        OwnerError::Disagreeing(one, other) => format!(
            "{} in the {} and {} in the {} name two owners. Send the same id in both, or one of them.",
            one.name, one.place, other.name, other.place
        ),
        OwnerError::Missing(name) => format!("Give {name}: the id of the integration's own agency or sub-account."),
        OwnerError::Other(name) => format!("{name} must be the id of the integration's own agency or sub-account."),
        OwnerError::NotChecked(name) => format!(
            "{name} stands in a multipart/form-data body, which the gate does not read. Send JSON or \
             application/x-www-form-urlencoded."
        ),
    }
}

/// How many characters of a parameter's name are repeated to its sender.
const MOST_OF_A_NAME: usize = 64;

impl Problem {
    /// The word of its kind.
    pub fn code(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }
}

impl Reply {
    /// A problem of this kind.
    pub fn new(status: u16, kind: &str, title: &'static str, detail: &str) -> Self {
        let kind = format!("urn:tidegate:problem:{kind}");
        let problem = Problem { kind, title, status, detail: detail.to_owned(), extensions: Map::new() };
        Self { status, headers: Vec::new(), problem }
    }

    /// With a header field more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With an extension member more (RFC 9457 section 3.2).
    #[must_use]
    pub fn extend(mut self, name: &str, value: Value) -> Self {
        self.problem.extensions.insert(name.to_owned(), value);
        self
    }
}

impl Realm {
    /// Reads a realm.
    ///
    /// # Errors
    /// [`InvalidRealm`] where it would need escaping.
    pub fn parse(text: &str) -> Result<Self, InvalidRealm> {
        let allowed = |byte: u8| (byte == b' ' || byte.is_ascii_graphic()) && byte != b'"' && byte != b'\\';
        if text.bytes().all(allowed) && (1..=128).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRealm)
        }
    }
}

impl Default for Realm {
    fn default() -> Self {
        Self("api".to_owned())
    }
}
