//! The caller: the checks of host, origin, key and cookie. None of them needs I/O.

use serde_json::json;

use super::{PlaneSettings, client};
use crate::admin::body::text_of;
use crate::admin::session::{self, find_session};
use crate::admin::{AdminError, MAX_SIGN_IN_BYTES, SignIn};
use crate::events::EventRequest;
use crate::gate::{Credential, Fields, Head, Memory, Read, Reading, log_refusal, log_repeated_error, split};
use crate::request::{BodyFault, Method, check_application_json};
use crate::token::{is_automation_key, verify_key};

/// How long the body of a sign-in may take, in milliseconds. Its sender is not known yet.
const SIGN_IN_TIMEOUT_MS: u64 = 4_000;

/// A request's head.
pub(super) struct Caller {
    pub method: String,
    pub url: String,
    /// The value of `Authorization`. Empty for a token of an integration, which is not a key of the admin plane.
    authorization: Option<String>,
    fields: Fields,
    has_body: bool,
}

/// The caller, verified, as the registry gets it. Only a verified key or cookie makes one.
pub(super) struct Verified(pub(super) session::Credential);

impl Caller {
    /// What is read before anything is checked.
    pub const READS: [Read; 2] = [Read::Fields, Read::HasBody];

    pub fn new(head: &Head<'_>) -> Self {
        let authorization = match head.credential {
            Credential::None => None,
            Credential::Sent(text) => Some(text.to_owned()),
            // The driver knows the numbers of genuine tokens only.
            Credential::Known(_) => Some(String::new()),
        };
        let (method, url) = (head.method.to_owned(), head.url.to_owned());
        Self { method, url, authorization, fields: Fields::default(), has_body: false }
    }

    /// Takes in what came of [`Caller::READS`].
    pub fn take(&mut self, readings: Vec<Reading>) {
        let mut readings = readings.into_iter();
        if let Some(Reading::Bytes(lines)) = readings.next() {
            self.fields = Fields::parse(&String::from_utf8_lossy(&lines));
        }
        self.has_body = matches!(readings.next(), Some(Reading::Bytes(_)));
    }

    /// The value of a header field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.value(name)
    }

    /// `ADMIN_HOST`, when set, is the only host name that knows of the admin plane.
    pub fn check_host(&self, settings: &PlaneSettings) -> Result<(), AdminError> {
        let host = settings.host.as_ref().map_err(Clone::clone)?;
        if host.as_ref().is_some_and(|host| !host.serves(&self.url)) {
            return Err(AdminError::NotFound);
        }
        settings.api_url.as_ref().map_err(Clone::clone)?;
        settings.oidc.as_ref().map_err(Clone::clone)?;
        Ok(())
    }

    /// The body of a sign-in, if it may be read: no further than it must be.
    pub fn sign_in_body(&self, settings: &PlaneSettings) -> Result<Read, AdminError> {
        settings.check_has_host()?;
        self.check_origin()?;
        settings.owner_key()?;
        settings.keys()?;
        self.check_content_type()?;
        Ok(Read::Body { limit: MAX_SIGN_IN_BYTES, timeout_ms: SIGN_IN_TIMEOUT_MS })
    }

    /// Verifies a sign-in by the owner key in the body.
    pub fn verify_body(&self, settings: &PlaneSettings, body: Reading) -> Result<Verified, AdminError> {
        let given = SignIn::parse(&text_of(body, MAX_SIGN_IN_BYTES)?)?;
        if settings.owner_key()?.is(&given.key) { Ok(OWNER) } else { Err(AdminError::WrongKey) }
    }

    /// Who asks. A change must not come from another origin's page; a browser's session shows where it comes from.
    pub fn verify(&self, settings: &PlaneSettings) -> Result<Verified, AdminError> {
        self.check_origin()?;
        if let Some(authorization) = &self.authorization {
            return check_key(authorization, settings);
        }
        let cookie = self.field("cookie").filter(|_| settings.has_host()).ok_or(AdminError::NotSignedIn)?;
        let session =
            find_session(cookie, settings.keys()?, settings.owner_key_if_set()?).ok_or(AdminError::NotSignedIn)?;
        match self.is_own_origin() {
            Some(false) => Err(AdminError::CrossOrigin),
            None if self.changes() => Err(AdminError::CrossOrigin),
            _ => Ok(Verified(session)),
        }
    }

    /// Whether there is a session's cookie with a genuine tag. Whether the session lives is the registry's to say.
    pub fn has_session(&self, settings: &PlaneSettings) -> bool {
        let cookie = self.field("cookie").filter(|_| settings.has_host());
        let (Some(cookie), Ok(keys), Ok(key)) = (cookie, settings.keys(), settings.owner_key_if_set()) else {
            return false;
        };
        find_session(cookie, keys, key).is_some()
    }

    /// Whether there is no body. A media type may be declared for it, as `curl -d ''` does.
    pub fn has_no_body(&self) -> bool {
        !self.has_body || self.field("content-length") == Some("0")
    }

    /// Whether the body is declared as JSON.
    pub fn check_content_type(&self) -> Result<(), AdminError> {
        check_application_json(self.field("content-type")).map_err(AdminError::NotJson)?;
        let is_encoded = self.field("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
        if is_encoded { Err(AdminError::NotJson(BodyFault::Encoded)) } else { Ok(()) }
    }

    /// The request as events of the registry name it. If the platform has no id for it, the registry makes one.
    pub fn told(&self, settings: &PlaneSettings) -> String {
        let id = self
            .field("cf-ray")
            .filter(|id| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_graphic()))
            .unwrap_or_default();
        EventRequest::new(id.to_owned(), self.client(settings), self.field("user-agent")).to_json().to_string()
    }

    /// The port that the request came in by.
    pub fn port(&self) -> Option<u16> {
        let (scheme, rest) = self.url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        match authority.rsplit_once(':') {
            Some((_, port)) => port.parse().ok(),
            None => Some(if scheme == "https" { 443 } else { 80 }),
        }
    }

    /// What log lines and events call the client.
    fn client(&self, settings: &PlaneSettings) -> Option<String> {
        // Set by the platform, which takes off what a client sends under this name.
        let address = self.field("cf-connecting-ip").unwrap_or_default();
        settings.keys().ok().map(|keys| client::name(address, keys))
    }

    /// Writes a log line if the caller failed to prove who they are.
    pub fn note(&self, error: &AdminError, settings: &PlaneSettings, memory: &mut Memory, now_ms: u64) {
        if matches!(error, AdminError::Misconfigured(_) | AdminError::NoAdminHost) {
            return;
        }
        let client = self.client(settings);
        let reply = error.answer();
        let code = reply.problem.code();
        let (status, method) = (reply.status, &self.method);
        let line = json!({ "event": "refused", "code": code, "status": status, "method": method, "client": client });
        log_refusal(memory, line, code, now_ms);
    }

    /// Writes a log line if a sign-in with an identity provider was refused.
    pub fn note_sign_in(&self, code: &str, settings: &PlaneSettings, memory: &mut Memory, now_ms: u64) {
        let line = json!({ "event": "sign_in", "code": code, "client": self.client(settings) });
        log_repeated_error(memory, line, &format!("sign-in {code}"), now_ms);
    }

    /// Refuses every change that a page of another origin requests, whatever credential comes with it.
    fn check_origin(&self) -> Result<(), AdminError> {
        if self.changes() && self.is_own_origin() == Some(false) { Err(AdminError::CrossOrigin) } else { Ok(()) }
    }

    /// Whether it asks for a change.
    pub fn changes(&self) -> bool {
        !Method::parse(&self.method).is_safe()
    }

    /// Whether the page that asks is our own; `None` where no page is named.
    fn is_own_origin(&self) -> Option<bool> {
        match (self.field("origin"), self.field("sec-fetch-site")) {
            (Some(given), _) => Some(given.eq_ignore_ascii_case(split(&self.url).0)),
            (None, Some(site)) => Some(site == "same-origin" || site == "none"),
            (None, None) => None,
        }
    }
}

const OWNER: Verified = Verified(session::Credential::OwnerKey);

/// The owner key, or an automation key with a genuine tag: whether that lives is the registry's to say.
fn check_key(authorization: &str, settings: &PlaneSettings) -> Result<Verified, AdminError> {
    let (scheme, given) = authorization.split_once(' ').unwrap_or_default();
    let (is_bearer, given) = (scheme.eq_ignore_ascii_case("bearer"), given.trim());
    if is_bearer && is_automation_key(given) {
        let presented = verify_key(settings.keys()?, given).map_err(|_| AdminError::WrongKey)?;
        return Ok(Verified(session::Credential::Key(presented)));
    }
    let right = settings.owner_key_if_set()?.is_some_and(|key| key.is(given)) & is_bearer;
    if right { Ok(OWNER) } else { Err(AdminError::WrongKey) }
}
