//! The admin API's routes, below `/_tidegate/api`: how a route is found, and how it reads a request. The routes themselves are
//! in the [table](ROUTES).

mod named;
mod row;
mod table;

use std::fmt;

use self::named::Parameter;
use super::AdminError;
use super::commands::{Command, IncomingRequest, Request};
use crate::access::{Need, Permissions, Verb};

pub use self::named::Named;
pub use self::table::{ANYTHING, ROUTES};

/// The longest body, the policy's aside, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest body that carries a policy, in bytes.
pub const MAX_POLICY_BYTES: usize = 8 * 1024 * 1024;
/// The longest body of a test of a token, in bytes.
pub const MAX_TEST_BYTES: usize = 4 * 1024;
/// The longest body of a sign-in, in bytes.
pub const MAX_SIGN_IN_BYTES: usize = 4 * 1024;

/// Everything about one method and path of the admin API.
#[derive(Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path template below `/_tidegate/api`.
    pub path: &'static str,
    /// Who may ask.
    pub access: Access,
    /// How long its body may be, in bytes; `None` if it takes none.
    pub max_body: Option<usize>,
    /// Whether its body may be left out.
    pub body_is_optional: bool,
    /// Whether it is a list that takes a query.
    pub takes_query: bool,
    /// Whether it mints a token, which is only in its answer. Then it takes an idempotency key.
    pub mints: bool,
    /// The permissions of which one is needed. Empty if everyone who is signed in may ask, or everyone at all.
    pub needs: &'static [Need],
    parameter: Parameter,
    parse: Parse,
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone. Only the API's own description.
    Anyone,
    /// Callers who send the owner key in the body.
    OwnerKeyInBody,
    /// Callers with a session, or a key as a bearer token, who meet one of the route's needs.
    Admin,
    /// Callers with a session, or a key as a bearer token: the route is about themselves.
    SignedIn,
}

type Parse = fn(&Request<'_>) -> Result<Command, AdminError>;

impl Route {
    /// The route that `method` and `path` (below `/_tidegate/api`) name, and what else the path names.
    ///
    /// # Errors
    /// [`AdminError::NotFound`], [`AdminError::NoIntegration`], [`AdminError::NoSubAccount`], [`AdminError::NoDocument`] or
    /// [`AdminError::MethodNotAllowed`].
    pub fn find(method: &str, path: &str) -> Result<(&'static Self, Named), AdminError> {
        let mut allowed = Vec::new();
        for route in &ROUTES {
            match route.matches(path)? {
                Some(named) if route.method == method => return Ok((route, named)),
                Some(_) if route.method == "GET" => allowed.extend(["GET", "HEAD"]),
                Some(_) => allowed.push(route.method),
                None => {}
            }
        }
        Err(if allowed.is_empty() { AdminError::NotFound } else { AdminError::MethodNotAllowed(allowed) })
    }

    /// Checks whether these permissions may be enough, before anything is read.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`] with what they lack.
    pub fn permit(&self, permissions: &Permissions) -> Result<(), AdminError> {
        if self.access != Access::Admin || self.needs.iter().any(|need| need.is_met(permissions)) {
            return Ok(());
        }
        let need = self.needs.first();
        let verb = need.map_or(Verb::SettingsManage, |need| need.verb);
        Err(AdminError::Forbidden { verb, place: need.and_then(Need::place) })
    }

    /// Reads a request that this route was found for, with what its path names.
    ///
    /// # Errors
    /// [`AdminError`] that names the field.
    pub fn command(&self, named: Named, incoming: IncomingRequest<'_>) -> Result<Command, AdminError> {
        if !self.takes_query && incoming.query.is_some_and(|query| !query.is_empty()) {
            return Err(AdminError::invalid("query", "this address takes no query"));
        }
        (self.parse)(&Request::new(named, incoming))
    }

    /// What the path names, if it fits the template.
    fn matches(&self, path: &str) -> Result<Option<Named>, AdminError> {
        let is_parameter = |segment: &str| segment.starts_with('{');
        let fits = |(segment, value): (&str, &str)| is_parameter(segment) || segment == value;
        let segments = || self.path.split('/').zip(path.split('/'));
        if self.path.split('/').count() != path.split('/').count() || !segments().all(fits) {
            return Ok(None);
        }
        let given = segments().find(|(segment, _)| is_parameter(segment)).map_or("", |(_, given)| given);
        self.parameter.parse(given).map(Some)
    }
}

/// Routes are equal if their methods and paths are.
impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        (self.method, self.path) == (other.method, other.path)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}
