//! A request to the admin API, checked, as a command to the registry.

mod agency;
pub(in crate::admin) mod endpoint;
mod events;
mod feature;
mod integration;
mod key;
mod person;
mod policy;
mod resync;
mod session;
mod settings;
mod sub_account;
mod usage;

pub use self::agency::{AgencyCommand, NewAgency};
pub use self::endpoint::{
    Belongs, EditEndpoint, EndpointCommand, MAX_PUBLICATION_BYTES, NewEndpoint, Publication, Resend, RotateSecret,
};
pub use self::events::{EventCursor, EventFilter, EventFormat, EventsCommand, ListEvents};
pub use self::feature::{FeatureCommand, SwitchEdit};
pub use self::integration::{
    Edit, IntegrationCommand, NewIntegration, NewToken, Rotate, TestToken, TestedToken, WHOAMI,
};
pub use self::key::{EditKey, KeyCommand, MAX_KEY_SECONDS, NewKey};
pub use self::person::{EditPerson, NewPerson, PersonCommand};
pub use self::policy::{Asker, Explain, PolicyCommand, Scopes};
pub use self::resync::ResyncCommand;
pub use self::session::{SessionCommand, SessionId, SignIn};
pub use self::settings::SettingsCommand;
pub use self::sub_account::{NewSubAccount, RenameSubAccount, SubAccountCommand};
pub use self::usage::{AskedRange, UsageCommand};
use super::body;
use super::query::parse_rev;
use super::{AdminError, DocumentName, Named, Route};
use crate::access::{Feature, KeyId, PersonId};
use crate::json::FromJson;
use crate::record::OwnerId;
use crate::token::IntegrationId;
use crate::webhooks::EndpointId;

/// What an admin asks for: the noun's command. A change carries the `rev` that it is based on.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is the noun of the same name")]
#[allow(clippy::large_enum_variant, reason = "one is made for each request")]
pub enum Command {
    Session(SessionCommand),
    SubAccount(SubAccountCommand),
    Agency(AgencyCommand),
    Settings(SettingsCommand),
    Integration(IntegrationCommand),
    Policy(PolicyCommand),
    Resync(ResyncCommand),
    Events(EventsCommand),
    Person(PersonCommand),
    Key(KeyCommand),
    Feature(FeatureCommand),
    Usage(UsageCommand),
    Endpoint(EndpointCommand),
}

/// `If-None-Match`: the revisions that the client has already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRevs(Vec<String>);

/// A request to the admin API, its body read.
#[derive(Clone, Copy)]
pub struct IncomingRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The path below `/_tidegate/api`.
    pub path: &'a str,
    /// The query, without its `?`.
    pub query: Option<&'a str>,
    /// The `If-Match` header field.
    pub if_match: Option<&'a str>,
    /// The `If-None-Match` header field.
    pub if_none_match: Option<&'a str>,
    /// The body; empty for a request without one.
    pub body: &'a str,
}

/// A request with what its path names, for the row of its route to read.
pub(in crate::admin) struct Request<'a> {
    named: Named,
    /// The query, without its `?`.
    pub query: Option<&'a str>,
    /// The body; empty for a request without one.
    pub body: &'a str,
    if_match: Option<&'a str>,
    if_none_match: Option<&'a str>,
}

impl Command {
    /// Reads a request.
    ///
    /// # Errors
    /// [`AdminError`] that names the field.
    pub fn parse(request: IncomingRequest<'_>) -> Result<Self, AdminError> {
        let (route, named) = Route::find(request.method, request.path)?;
        route.command(named, request)
    }
}

impl<'a> Request<'a> {
    pub(in crate::admin) fn new(named: Named, incoming: IncomingRequest<'a>) -> Self {
        let IncomingRequest { query, if_match, if_none_match, body, .. } = incoming;
        Self { named, query, body: body::without_mark(body), if_match, if_none_match }
    }

    /// The integration that the path names.
    pub(in crate::admin) fn integration(&self) -> Result<IntegrationId, AdminError> {
        if let Named::Integration(id) = &self.named { Ok(id.clone()) } else { Err(AdminError::NoIntegration) }
    }

    /// The document that the path names.
    pub(in crate::admin) fn document(&self) -> Result<DocumentName, AdminError> {
        if let Named::Document(name) = &self.named { Ok(name.clone()) } else { Err(AdminError::NoDocument) }
    }

    /// The body, read into its type.
    pub(in crate::admin) fn body<T: FromJson>(&self) -> Result<T, AdminError> {
        body::parse(self.body)
    }

    /// The revision that a change is based on.
    pub(in crate::admin) fn needed_rev(&self) -> Result<u64, AdminError> {
        rev(self.if_match.ok_or(AdminError::NeedsRev)?)
    }

    /// The revisions that the client has already.
    pub(in crate::admin) fn known_revs(&self) -> KnownRevs {
        KnownRevs::parse(self.if_none_match)
    }

    /// The person whom the path names.
    pub(in crate::admin) fn person(&self) -> Result<PersonId, AdminError> {
        if let Named::Person(id) = &self.named { Ok(id.clone()) } else { Err(AdminError::NoPerson) }
    }

    /// The automation key that the path names.
    pub(in crate::admin) fn key(&self) -> Result<KeyId, AdminError> {
        if let Named::Key(id) = &self.named { Ok(id.clone()) } else { Err(AdminError::NoKey) }
    }

    /// The webhook endpoint that the path names.
    pub(in crate::admin) fn endpoint(&self) -> Result<EndpointId, AdminError> {
        if let Named::Endpoint(id) = &self.named { Ok(id.clone()) } else { Err(AdminError::NoEndpoint) }
    }

    /// The session that the path names.
    pub(in crate::admin) fn session(&self) -> Result<SessionId, AdminError> {
        if let Named::Session(id) = &self.named { Ok(id.clone()) } else { Err(AdminError::NoSession) }
    }

    /// The feature that the path names.
    pub(in crate::admin) fn feature(&self) -> Result<Feature, AdminError> {
        if let Named::Feature(feature) = &self.named { Ok(*feature) } else { Err(AdminError::NoFeature) }
    }

    /// The sub-account that the path names.
    pub(in crate::admin) fn sub_account(&self) -> Result<OwnerId, AdminError> {
        if let Named::SubAccount(id) = &self.named { Ok(id.clone()) } else { Err(AdminError::NoSubAccount) }
    }
}

/// From a noun's command.
macro_rules! from {
    ($($noun:ident($command:ident))+) => {
        $(impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$noun(command)
            }
        })+
    };
}

from! {
    Session(SessionCommand)
    SubAccount(SubAccountCommand)
    Agency(AgencyCommand)
    Settings(SettingsCommand)
    Integration(IntegrationCommand)
    Policy(PolicyCommand)
    Resync(ResyncCommand)
    Events(EventsCommand)
    Person(PersonCommand)
    Key(KeyCommand)
    Feature(FeatureCommand)
    Usage(UsageCommand)
    Endpoint(EndpointCommand)
}

/// Reads one entity tag, the `ETag` of the thing to change. A weak tag counts as well, although RFC 9110 section 13.1.1 forbids that:
/// an edge that compresses an answer makes its `ETag` weak, and a `rev` names one state in any encoding. `*` and lists are refused,
/// since a change is based on one state that the caller has seen.
fn rev(if_match: &str) -> Result<u64, AdminError> {
    let opaque = if_match.strip_prefix("W/").unwrap_or(if_match);
    let digits = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    digits
        .and_then(parse_rev)
        .ok_or_else(|| AdminError::invalid("If-Match", "it must be one rev in double quotes, as in \"7\""))
}

impl KnownRevs {
    /// Entity tags compare weakly here (RFC 9110 section 13.1.2). Text that is not an entity tag matches nothing.
    fn parse(if_none_match: Option<&str>) -> Self {
        let tags = if_none_match.unwrap_or_default().split(',').map(str::trim);
        Self(tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag).to_owned()).collect())
    }

    /// Whether the list contains `rev`; `*` stands for any.
    pub fn contains(&self, rev: u64) -> bool {
        let tag = format!("\"{rev}\"");
        self.0.iter().any(|known| *known == tag || known == "*")
    }
}
