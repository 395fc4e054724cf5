//! The admin API's routes, below `/_tidegate/api`: one row each.

use std::fmt;

use percent_encoding::percent_decode_str;

use super::commands::endpoint;
use super::commands::{
    AgencyCommand, AskedRange, Command, EditEndpoint, EditKey, EditPerson, EndpointCommand, EventsCommand,
    FeatureCommand, IncomingRequest, IntegrationCommand, KeyCommand, ListEvents, MAX_PUBLICATION_BYTES, PersonCommand,
    PolicyCommand, Publication, Request, ResyncCommand, SessionCommand, SessionId, SettingsCommand, SubAccountCommand,
    UsageCommand,
};
use super::{AdminError, DocumentName, ListIntegrations, ListPeople, ListSubAccounts, Paging, PolicyDraft};
use crate::access::{Feature, KeyId, Need, Permissions, PersonId, PlaceOf, Verb};
use crate::record::OwnerId;
use crate::token::IntegrationId;
use crate::webhooks::EndpointId;

/// The longest body, the policy's aside, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest body that carries a policy, in bytes.
pub const MAX_POLICY_BYTES: usize = 8 * 1024 * 1024;
/// The longest body of a test of a token, in bytes.
pub const MAX_TEST_BYTES: usize = 4 * 1024;
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
    /// What it takes: one of these. None where everyone who is signed in may ask, or where nobody has to be.
    pub needs: &'static [Need],
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
    /// Whoever has a session, or sends a key as a bearer token, and meets one of the route's needs.
    Admin,
    /// Whoever has a session, or sends a key as a bearer token: what is one's own.
    SignedIn,
}

/// What the parameter in a path template stands for.
#[derive(Clone, Copy)]
enum Parameter {
    None,
    Integration,
    SubAccount,
    Document,
    Person,
    Key,
    Session,
    Feature,
    Endpoint,
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
    /// One person.
    Person(PersonId),
    /// One automation key.
    Key(KeyId),
    /// One session.
    Session(SessionId),
    /// One feature.
    Feature(Feature),
    /// One webhook endpoint.
    Endpoint(EndpointId),
}

/// Every route.
pub const ROUTES: [Route; 74] = [
    post("/session", |_| Ok(SessionCommand::SignIn.into())).access(Access::OwnerKeyInBody).body(MAX_SIGN_IN_BYTES),
    get("/session", |_| Ok(SessionCommand::Show.into())).access(Access::SignedIn),
    delete("/session", |_| Ok(SessionCommand::SignOut.into())).access(Access::SignedIn),
    get("/sign-in", |_| Err(AdminError::NotFound)).access(Access::Anyone), // the Worker answers it from its configuration
    get("/sessions", |request| Ok(SessionCommand::List(Paging::by_text(request.query)?).into()))
        .access(Access::SignedIn)
        .query(),
    delete("/sessions/{session}", |request| Ok(SessionCommand::End(request.session()?).into()))
        .access(Access::SignedIn)
        .names(Parameter::Session),
    get("/sub-accounts", |request| Ok(SubAccountCommand::List(ListSubAccounts::parse(request.query)?).into()))
        .needs(ANYTHING)
        .query(),
    post("/sub-accounts", |request| Ok(SubAccountCommand::Add(request.body()?).into()))
        .needs(&[at_sub_accounts(Verb::IntegrationsManage)])
        .body(MAX_BODY_BYTES),
    patch("/sub-accounts/{id}", SubAccountCommand::rename)
        .needs(&[at_sub_accounts(Verb::IntegrationsManage)])
        .names(Parameter::SubAccount)
        .body(MAX_BODY_BYTES),
    get("/agency", |_| Ok(AgencyCommand::Show.into())).needs(&[at_agency(Verb::IntegrationsView)]),
    put("/agency", |request| {
        let rev = request.needed_rev()?;
        Ok(AgencyCommand::Set { rev, agency: request.body()? }.into())
    })
    .needs(&[at_agency(Verb::SettingsManage)])
    .body(MAX_BODY_BYTES),
    get("/settings", |_| Ok(SettingsCommand::Show.into())).needs(&[anywhere(Verb::IntegrationsView)]),
    patch("/settings", SettingsCommand::change).needs(&[at_agency(Verb::SettingsManage)]).body(MAX_BODY_BYTES),
    get("/lifecycle", |_| Ok(IntegrationCommand::Lifecycle.into())).needs(&[anywhere(Verb::IntegrationsView)]),
    get("/scopes", |_| Ok(PolicyCommand::Scopes.into())).needs(&[anywhere(Verb::IntegrationsView)]),
    get("/integrations", |request| Ok(IntegrationCommand::List(ListIntegrations::parse(request.query)?).into()))
        .needs(&[anywhere(Verb::IntegrationsView)])
        .query(),
    post("/integrations", |request| Ok(IntegrationCommand::Create(request.body()?).into()))
        .needs(&[in_body(Verb::IntegrationsManage)])
        .body(MAX_BODY_BYTES)
        .mints(),
    get("/integrations/{id}", |request| Ok(IntegrationCommand::Show(request.integration()?).into()))
        .needs(&[named(Verb::IntegrationsView)])
        .names(Parameter::Integration),
    patch("/integrations/{id}", IntegrationCommand::edit)
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration)
        .body(MAX_BODY_BYTES),
    delete("/integrations/{id}", |request| {
        Ok(IntegrationCommand::Delete { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/rotate", IntegrationCommand::rotate)
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration)
        .body(MAX_BODY_BYTES)
        .mints(),
    get("/integrations/{id}/rotation", |request| Ok(IntegrationCommand::ShowRotation(request.integration()?).into()))
        .needs(&[named(Verb::UsageView)])
        .names(Parameter::Integration),
    post("/integrations/{id}/rotation/cancel", |request| {
        Ok(IntegrationCommand::CancelRotation { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/rotation/finish", IntegrationCommand::finish)
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration)
        .optional_body(MAX_BODY_BYTES),
    post("/integrations/{id}/rotation/extend", IntegrationCommand::extend)
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration)
        .body(MAX_BODY_BYTES),
    post("/integrations/{id}/pause", |request| {
        Ok(IntegrationCommand::Pause { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/resume", |request| {
        Ok(IntegrationCommand::Resume { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/undo", |request| {
        Ok(IntegrationCommand::Undo { id: request.integration()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration),
    post("/integrations/{id}/test", |request| {
        Ok(IntegrationCommand::Test { id: request.integration()?, test: request.body()? }.into())
    })
    .needs(&[named(Verb::IntegrationsManage)])
    .names(Parameter::Integration)
    .body(MAX_TEST_BYTES),
    get("/integrations/{id}/events", |request| {
        Ok(IntegrationCommand::Events(request.integration()?, Paging::by_number(request.query)?).into())
    })
    .needs(&[named(Verb::IntegrationsView)])
    .names(Parameter::Integration)
    .query(),
    get("/integrations/{id}/usage", |request| {
        let range = AskedRange::of_integration(request.query)?;
        Ok(UsageCommand::OfIntegration(request.integration()?, range).into())
    })
    .needs(&[named(Verb::UsageView)])
    .names(Parameter::Integration)
    .query(),
    delete("/integrations/{id}/usage", |request| Ok(UsageCommand::Forget(request.integration()?).into()))
        .needs(&[named(Verb::IntegrationsManage)])
        .names(Parameter::Integration),
    get("/usage", |request| Ok(UsageCommand::Overall(AskedRange::overall(request.query)?).into()))
        .needs(&[anywhere(Verb::UsageView)])
        .query(),
    get("/policy", |_| Ok(PolicyCommand::Show.into())).needs(&[at_agency(Verb::PolicyView)]),
    put("/policy", |request| PolicyCommand::publish(request, PolicyDraft::parse_whole))
        .needs(PUBLISH)
        .body(MAX_POLICY_BYTES),
    patch("/policy", |request| PolicyCommand::publish(request, PolicyDraft::parse_change))
        .needs(PUBLISH)
        .body(MAX_POLICY_BYTES),
    put("/policy/documents/{name}", |request| {
        let name = request.document()?;
        PolicyCommand::publish(request, |body| PolicyDraft::parse_document(name, body))
    })
    .needs(PUBLISH)
    .names(Parameter::Document)
    .body(MAX_POLICY_BYTES),
    delete("/policy/documents/{name}", |request| {
        let name = request.document()?;
        PolicyCommand::publish(request, |_| Ok(PolicyDraft::remove(name)))
    })
    .needs(PUBLISH)
    .names(Parameter::Document),
    get("/policy/compiled", |request| Ok(PolicyCommand::Compiled(request.known_revs()).into()))
        .needs(&[anywhere(Verb::IntegrationsView)]),
    post("/policy/preview", |request| Ok(PolicyCommand::Preview(PolicyDraft::parse_preview(request.body)?).into()))
        .needs(&[at_agency(Verb::PolicyView)])
        .body(MAX_POLICY_BYTES),
    get("/policy/versions", |request| Ok(PolicyCommand::Versions(Paging::by_number(request.query)?).into()))
        .needs(&[at_agency(Verb::PolicyView)])
        .query(),
    post("/policy/rollback", |request| PolicyCommand::publish(request, PolicyDraft::parse_earlier))
        .needs(PUBLISH)
        .body(MAX_BODY_BYTES),
    post("/explain", |request| Ok(PolicyCommand::Explain(request.body()?).into()))
        .needs(&[in_body(Verb::IntegrationsView), at_agency(Verb::PolicyView)])
        .body(MAX_BODY_BYTES),
    post("/resync", |_| Ok(ResyncCommand::Start.into())).needs(&[at_agency(Verb::SettingsManage)]),
    get("/resync", |_| Ok(ResyncCommand::Progress.into())).needs(&[at_agency(Verb::PolicyView)]),
    get("/events", |request| Ok(EventsCommand::List(ListEvents::parse(request.query)?).into()))
        .needs(&[anywhere(Verb::AuditView)])
        .query(),
    get("/people", |request| Ok(PersonCommand::List(ListPeople::parse(request.query)?).into()))
        .needs(&[anywhere(Verb::PeopleView)])
        .query(),
    post("/people", |request| Ok(PersonCommand::Add(request.body()?).into()))
        .needs(&[in_body(Verb::PeopleManage)])
        .body(MAX_BODY_BYTES),
    get("/people/{id}", |request| Ok(PersonCommand::Show(request.person()?).into()))
        .needs(&[named(Verb::PeopleView)])
        .names(Parameter::Person),
    patch("/people/{id}", |request| {
        let (id, rev) = (request.person()?, request.needed_rev()?);
        Ok(PersonCommand::Edit { id, rev, edit: EditPerson::parse(request.body)? }.into())
    })
    .needs(&[named(Verb::PeopleManage)])
    .names(Parameter::Person)
    .body(MAX_BODY_BYTES),
    delete("/people/{id}", |request| {
        Ok(PersonCommand::Remove { id: request.person()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::PeopleManage)])
    .names(Parameter::Person),
    post("/people/{id}/rebind", |request| {
        Ok(PersonCommand::Rebind { id: request.person()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::PeopleManage)])
    .names(Parameter::Person),
    get("/keys", |request| Ok(KeyCommand::List(Paging::by_text(request.query)?).into()))
        .needs(&[anywhere(Verb::KeysManage)])
        .query(),
    post("/keys", |request| Ok(KeyCommand::Create(request.body()?).into()))
        .needs(&[in_body(Verb::KeysManage)])
        .body(MAX_BODY_BYTES),
    get("/keys/{id}", |request| Ok(KeyCommand::Show(request.key()?).into()))
        .needs(&[named(Verb::KeysManage)])
        .names(Parameter::Key),
    patch("/keys/{id}", |request| {
        let (id, rev) = (request.key()?, request.needed_rev()?);
        Ok(KeyCommand::Edit { id, rev, edit: EditKey::parse(request.body)? }.into())
    })
    .needs(&[named(Verb::KeysManage)])
    .names(Parameter::Key)
    .body(MAX_BODY_BYTES),
    delete("/keys/{id}", |request| Ok(KeyCommand::Delete { id: request.key()?, rev: request.needed_rev()? }.into()))
        .needs(&[named(Verb::KeysManage)])
        .names(Parameter::Key),
    post("/keys/{id}/rotate", |request| {
        let (id, rev) = (request.key()?, request.needed_rev()?);
        Ok(KeyCommand::Rotate { id, rev, rotate: request.body()? }.into())
    })
    .needs(&[named(Verb::KeysManage)])
    .names(Parameter::Key)
    .body(MAX_BODY_BYTES),
    post("/keys/{id}/rotation/cancel", |request| {
        Ok(KeyCommand::CancelRotation { id: request.key()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::KeysManage)])
    .names(Parameter::Key),
    post("/keys/{id}/rotation/finish", |request| {
        Ok(KeyCommand::FinishRotation { id: request.key()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::KeysManage)])
    .names(Parameter::Key),
    get("/features", |_| Ok(FeatureCommand::Show.into())).access(Access::SignedIn),
    patch("/features/{name}", |request| {
        Ok(FeatureCommand::Set { feature: request.feature()?, switch: request.body()? }.into())
    })
    .needs(&[at_agency(Verb::SettingsManage)])
    .names(Parameter::Feature)
    .body(MAX_BODY_BYTES),
    get("/endpoints", |request| Ok(endpoint::list(request.query)?.into()))
        .needs(&[anywhere(Verb::WebhooksManage)])
        .query(),
    post("/endpoints", |request| Ok(EndpointCommand::Create(request.body()?).into()))
        .needs(&[in_body(Verb::WebhooksManage)])
        .body(MAX_BODY_BYTES),
    get("/endpoints/{id}", |request| Ok(EndpointCommand::Show(request.endpoint()?).into()))
        .needs(&[named(Verb::WebhooksManage)])
        .names(Parameter::Endpoint),
    patch("/endpoints/{id}", |request| {
        let (id, rev) = (request.endpoint()?, request.needed_rev()?);
        Ok(EndpointCommand::Edit { id, rev, edit: EditEndpoint::parse(request.body)? }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint)
    .body(MAX_BODY_BYTES),
    delete("/endpoints/{id}", |request| {
        Ok(EndpointCommand::Delete { id: request.endpoint()?, rev: request.needed_rev()? }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint),
    post("/endpoints/{id}/rotate", |request| {
        let (id, rev) = (request.endpoint()?, request.needed_rev()?);
        Ok(EndpointCommand::Rotate { id, rev, rotate: request.body()? }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint)
    .body(MAX_BODY_BYTES),
    post("/endpoints/{id}/test", |request| Ok(EndpointCommand::Test(request.endpoint()?).into()))
        .needs(&[named(Verb::WebhooksManage)])
        .names(Parameter::Endpoint),
    post("/endpoints/{id}/resend", |request| {
        Ok(EndpointCommand::Resend { id: request.endpoint()?, what: request.body()? }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint)
    .body(MAX_BODY_BYTES),
    get("/endpoints/{id}/deliveries", |request| {
        let paging = Paging::by_number(request.query)?;
        Ok(EndpointCommand::Deliveries { id: request.endpoint()?, paging }.into())
    })
    .needs(&[named(Verb::WebhooksManage)])
    .names(Parameter::Endpoint)
    .query(),
    get("/event-types", |_| Ok(EndpointCommand::Kinds.into())).needs(&[anywhere(Verb::WebhooksManage)]),
    post("/publications", |request| Ok(EndpointCommand::Publish(Publication::parse(request.body)?).into()))
        .needs(&[in_body(Verb::EventsPublish)])
        .body(MAX_PUBLICATION_BYTES),
    get("/openapi.json", |_| Err(AdminError::NotFound)).access(Access::Anyone), // the Worker answers it from a file
];

/// The policy can open every operation to everyone.
const PUBLISH: &[Need] = &[at_agency(Verb::PolicyPublish)];

/// Anything that can be seen or done at a place.
const ANYTHING: &[Need] = &[
    anywhere(Verb::IntegrationsView),
    anywhere(Verb::WebhooksManage),
    anywhere(Verb::UsageView),
    anywhere(Verb::PeopleView),
    anywhere(Verb::KeysManage),
];

const fn at_agency(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::Agency }
}

const fn at_sub_accounts(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::SubAccounts }
}

const fn anywhere(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::Anywhere }
}

const fn named(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::Named }
}

const fn in_body(verb: Verb) -> Need {
    Need { verb, at: PlaceOf::Body }
}

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

    /// Whether somebody with these permissions may ask, as far as that can be told before anything is looked up.
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

    const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
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
            Self::Person => PersonId::parse(given).map(Named::Person).map_err(|_| AdminError::NoPerson),
            Self::Key => KeyId::parse(given).map(Named::Key).map_err(|_| AdminError::NoKey),
            Self::Session => SessionId::parse(given).map(Named::Session).ok_or(AdminError::NoSession),
            Self::Endpoint => EndpointId::parse(given).map(Named::Endpoint).map_err(|_| AdminError::NoEndpoint),
            Self::Feature => Feature::find(given).map(Named::Feature).ok_or(AdminError::NoFeature),
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
    Route { method, path, access, max_body, body_is_optional, takes_query, mints, needs: &[], parameter, parse }
}
