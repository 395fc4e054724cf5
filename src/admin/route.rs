//! The admin API's routes, below `/_tidegate/api`: one row each.

use std::fmt;

use percent_encoding::percent_decode_str;

use super::commands::{
    AgencyCommand, Command, IncomingRequest, IntegrationCommand, PolicyCommand, Request, ResyncCommand, SessionCommand,
    SettingsCommand, SubAccountCommand,
};
use super::{AdminError, DocumentName, ListIntegrations, Paging, PolicyDraft};
use crate::record::OwnerId;
use crate::token::IntegrationId;

/// The longest body, the policy's aside, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest body that carries a policy, in bytes.
pub const MAX_POLICY_BYTES: usize = 8 * 1024 * 1024;
/// The longest body of a sign-in, in bytes.
pub const MAX_SIGN_IN_BYTES: usize = 4 * 1024;

/// All that there is to know about a method and a path of the admin API.
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
    /// Whether it is a list of which the query says what to show.
    pub takes_query: bool,
    /// Whether it mints a token, which is in its answer and nowhere else: then it takes an idempotency key.
    pub mints: bool,
    parameter: Parameter,
    parse: Parse,
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone. Only the API's own description.
    Anyone,
    /// Whoever sends the owner key in the body.
    OwnerKeyInBody,
    /// Whoever has a session, or sends the owner key as a bearer token.
    Admin,
}

/// What the parameter in a path template stands for.
#[derive(Clone, Copy)]
enum Parameter {
    None,
    Integration,
    SubAccount,
    Document,
}

/// What a path names, beside its route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// All of a kind.
    Nothing,
    /// One integration.
    Integration(IntegrationId),
    /// One sub-account.
    SubAccount(OwnerId),
    /// One document of the policy.
    Document(DocumentName),
}

/// Every route.
pub const ROUTES: [Route; 38] = [
    post("/session", |_| Ok(SessionCommand::SignIn.into())).access(Access::OwnerKeyInBody).body(MAX_SIGN_IN_BYTES),
    get("/session", |_| Ok(SessionCommand::Show.into())),
    delete("/session", |_| Ok(SessionCommand::SignOut.into())),
    get("/sub-accounts", |request| Ok(SubAccountCommand::List(Paging::by_id(request.query)?).into())).query(),
    post("/sub-accounts", |request| Ok(SubAccountCommand::Add(request.body()?).into())).body(MAX_BODY_BYTES),
    patch("/sub-accounts/{id}", SubAccountCommand::rename).names(Parameter::SubAccount).body(MAX_BODY_BYTES),
    get("/agency", |_| Ok(AgencyCommand::Show.into())),
    put("/agency", |request| {
        let rev = request.needed_rev()?;
        Ok(AgencyCommand::Set { rev, agency: request.body()? }.into())
    })
    .body(MAX_BODY_BYTES),
    get("/settings", |_| Ok(SettingsCommand::Show.into())),
    patch("/settings", SettingsCommand::change).body(MAX_BODY_BYTES),
    get("/lifecycle", |_| Ok(IntegrationCommand::Lifecycle.into())),
    get("/scopes", |_| Ok(PolicyCommand::Scopes.into())),
    get("/integrations", |request| Ok(IntegrationCommand::List(ListIntegrations::parse(request.query)?).into()))
        .query(),
    post("/integrations", |request| Ok(IntegrationCommand::Create(request.body()?).into()))
        .body(MAX_BODY_BYTES)
        .mints(),
    get("/integrations/{id}", |request| Ok(IntegrationCommand::Show(request.integration()?).into()))
        .names(Parameter::Integration),
    patch("/integrations/{id}", IntegrationCommand::edit).names(Parameter::Integration).body(MAX_BODY_BYTES),
    delete("/integrations/{id}", |request| {
        Ok(IntegrationCommand::Delete { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .names(Parameter::Integration),
    post("/integrations/{id}/rotate", IntegrationCommand::rotate)
        .names(Parameter::Integration)
        .body(MAX_BODY_BYTES)
        .mints(),
    post("/integrations/{id}/rotation/cancel", |request| {
        Ok(IntegrationCommand::CancelRotation { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .names(Parameter::Integration),
    post("/integrations/{id}/rotation/finish", IntegrationCommand::finish)
        .names(Parameter::Integration)
        .optional_body(MAX_BODY_BYTES),
    post("/integrations/{id}/rotation/extend", IntegrationCommand::extend)
        .names(Parameter::Integration)
        .body(MAX_BODY_BYTES),
    post("/integrations/{id}/pause", |request| {
        Ok(IntegrationCommand::Pause { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .names(Parameter::Integration),
    post("/integrations/{id}/resume", |request| {
        Ok(IntegrationCommand::Resume { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .names(Parameter::Integration),
    post("/integrations/{id}/undo", |request| {
        Ok(IntegrationCommand::Undo { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .names(Parameter::Integration),
    get("/integrations/{id}/events", |request| {
        Ok(IntegrationCommand::Events(request.integration()?, Paging::by_number(request.query)?).into())
    })
    .names(Parameter::Integration)
    .query(),
    get("/policy", |_| Ok(PolicyCommand::Show.into())),
    put("/policy", |request| PolicyCommand::publish(request, PolicyDraft::parse_whole)).body(MAX_POLICY_BYTES),
    patch("/policy", |request| PolicyCommand::publish(request, PolicyDraft::parse_change)).body(MAX_POLICY_BYTES),
    put("/policy/documents/{name}", |request| {
        let name = request.document()?;
        PolicyCommand::publish(request, |body| PolicyDraft::parse_document(name, body))
    })
    .names(Parameter::Document)
    .body(MAX_POLICY_BYTES),
    delete("/policy/documents/{name}", |request| {
        let name = request.document()?;
        PolicyCommand::publish(request, |_| Ok(PolicyDraft::remove(name)))
    })
    .names(Parameter::Document),
    get("/policy/compiled", |request| Ok(PolicyCommand::Compiled(request.known_revs()).into())),
    post("/policy/preview", |request| Ok(PolicyCommand::Preview(PolicyDraft::parse_preview(request.body)?).into()))
        .body(MAX_POLICY_BYTES),
    get("/policy/versions", |request| Ok(PolicyCommand::Versions(Paging::by_number(request.query)?).into())).query(),
    post("/policy/rollback", |request| PolicyCommand::publish(request, PolicyDraft::parse_earlier))
        .body(MAX_BODY_BYTES),
    post("/explain", |request| Ok(PolicyCommand::Explain(request.body()?).into())).body(MAX_BODY_BYTES),
    post("/resync", |_| Ok(ResyncCommand::Start.into())),
    get("/resync", |_| Ok(ResyncCommand::Progress.into())),
    get("/openapi.json", |_| Err(AdminError::NotFound)).access(Access::Anyone), // the Worker answers it from a file
];

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
                Some(_) => allowed.push(route.method),
                None => {}
            }
        }
        Err(if allowed.is_empty() { AdminError::NotFound } else { AdminError::MethodNotAllowed(allowed) })
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

    const fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    const fn body(self, max_bytes: usize) -> Self {
        Self { max_body: Some(max_bytes), ..self }
    }

    const fn optional_body(self, max_bytes: usize) -> Self {
        Self { max_body: Some(max_bytes), body_is_optional: true, ..self }
    }

    const fn query(self) -> Self {
        Self { takes_query: true, ..self }
    }

    const fn mints(self) -> Self {
        Self { mints: true, ..self }
    }

    const fn names(self, parameter: Parameter) -> Self {
        Self { parameter, ..self }
    }
}

impl Parameter {
    fn parse(self, given: &str) -> Result<Named, AdminError> {
        let decoded = || percent_decode_str(given).decode_utf8().ok();
        match self {
            Self::None => Ok(Named::Nothing),
            Self::Integration => {
                IntegrationId::parse(given).map(Named::Integration).map_err(|_| AdminError::NoIntegration)
            }
            Self::SubAccount => {
                let id = decoded().and_then(|id| OwnerId::parse(&id).ok());
                id.map(Named::SubAccount).ok_or(AdminError::NoSubAccount)
            }
            Self::Document => {
                let name = decoded().and_then(|name| DocumentName::try_from(name.into_owned()).ok());
                name.map(Named::Document).ok_or(AdminError::NoDocument)
            }
        }
    }
}

/// A route is told from others by its method and its path.
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

type Parse = fn(&Request<'_>) -> Result<Command, AdminError>;

const fn get(path: &'static str, parse: Parse) -> Route {
    route("GET", path, parse)
}

const fn post(path: &'static str, parse: Parse) -> Route {
    route("POST", path, parse)
}

const fn put(path: &'static str, parse: Parse) -> Route {
    route("PUT", path, parse)
}

const fn patch(path: &'static str, parse: Parse) -> Route {
    route("PATCH", path, parse)
}

const fn delete(path: &'static str, parse: Parse) -> Route {
    route("DELETE", path, parse)
}

const fn route(method: &'static str, path: &'static str, parse: Parse) -> Route {
    let (access, max_body, parameter) = (Access::Admin, None, Parameter::None);
    let (body_is_optional, takes_query, mints) = (false, false, false);
    Route { method, path, access, max_body, body_is_optional, takes_query, mints, parameter, parse }
}
