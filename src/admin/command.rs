//! A request to the admin API, checked, as a command to the registry.

use super::body::{self, Edit, Explain, NewAgency, NewIntegration, NewSubAccount, RenameSubAccount, Rotate};
use super::query::parse_rev;
use super::{AdminError, DocumentName, ListIntegrations, Name, Named, Paging, PolicyDraft, Route};
use crate::json::FromJson;
use crate::record::OwnerId;
use crate::token::IntegrationId;

/// What an admin asks for, by noun. A change carries the `rev` that it is based on.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is the noun of the same name")]
pub enum Command {
    Session(SessionCommand),
    SubAccount(SubAccountCommand),
    Agency(AgencyCommand),
    Integration(IntegrationCommand),
    Policy(PolicyCommand),
    Resync(ResyncCommand),
}

/// Sessions of the admin page.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum SessionCommand {
    SignIn,
    Show,
    SignOut,
}

/// Sub-accounts.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum SubAccountCommand {
    List(Paging<OwnerId>),
    Add(NewSubAccount),
    Rename { id: OwnerId, rev: u64, name: Name },
}

/// The agency.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum AgencyCommand {
    Show,
    Set { rev: u64, agency: NewAgency },
}

/// Integrations.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum IntegrationCommand {
    List(ListIntegrations),
    Create(NewIntegration),
    Show(IntegrationId),
    Edit { id: IntegrationId, rev: u64, edit: Edit },
    Delete { id: IntegrationId, rev: u64 },
    Rotate { id: IntegrationId, rev: u64, rotate: Rotate },
    CancelRotation { id: IntegrationId, rev: u64 },
    FinishRotation { id: IntegrationId, rev: u64 },
    Events(IntegrationId, Paging<u64>),
}

/// The policy, and what it says.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum PolicyCommand {
    Show,
    Compiled(KnownRevs),
    Publish { rev: Option<u64>, draft: PolicyDraft },
    Preview(PolicyDraft),
    Versions(Paging<u64>),
    Scopes,
    Explain(Explain),
}

/// Writing all of KV afresh.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum ResyncCommand {
    Start,
    Progress,
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
    /// The body; empty where there is none.
    pub body: &'a str,
}

/// A request with what its path names, for the row of its route to read.
pub(super) struct Request<'a> {
    named: Named,
    /// The query, without its `?`.
    pub query: Option<&'a str>,
    /// The body; empty if there is none.
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

impl SubAccountCommand {
    pub(super) fn rename(request: &Request<'_>) -> Result<Command, AdminError> {
        let (id, rev) = (request.sub_account()?, request.needed_rev()?);
        let RenameSubAccount { name } = request.body()?;
        Ok(Self::Rename { id, rev, name }.into())
    }
}

impl IntegrationCommand {
    pub(super) fn edit(request: &Request<'_>) -> Result<Command, AdminError> {
        let (id, rev) = (request.integration()?, request.needed_rev()?);
        Ok(Self::Edit { id, rev, edit: Edit::parse(request.body)? }.into())
    }

    pub(super) fn rotate(request: &Request<'_>) -> Result<Command, AdminError> {
        let (id, rev) = (request.integration()?, request.needed_rev()?);
        Ok(Self::Rotate { id, rev, rotate: request.body()? }.into())
    }
}

impl PolicyCommand {
    pub(super) fn publish(
        request: &Request<'_>,
        parse: impl FnOnce(&str) -> Result<PolicyDraft, AdminError>,
    ) -> Result<Command, AdminError> {
        let rev = request.if_match.map(rev).transpose()?;
        Ok(Self::Publish { rev, draft: parse(request.body)? }.into())
    }
}

impl<'a> Request<'a> {
    pub(super) fn new(named: Named, incoming: IncomingRequest<'a>) -> Self {
        let IncomingRequest { query, if_match, if_none_match, body, .. } = incoming;
        // What some systems write before UTF-8 (RFC 8259 section 8.1 lets a reader ignore it).
        let body = body.strip_prefix('\u{feff}').unwrap_or(body);
        Self { named, query, body, if_match, if_none_match }
    }

    /// The integration that the path names.
    pub(super) fn integration(&self) -> Result<IntegrationId, AdminError> {
        if let Named::Integration(id) = &self.named { Ok(id.clone()) } else { Err(AdminError::NoIntegration) }
    }

    /// The document that the path names.
    pub(super) fn document(&self) -> Result<DocumentName, AdminError> {
        if let Named::Document(name) = &self.named { Ok(name.clone()) } else { Err(AdminError::NoDocument) }
    }

    /// The body, read into its type.
    pub(super) fn body<T: FromJson>(&self) -> Result<T, AdminError> {
        body::parse(self.body)
    }

    /// The revision that a change is based on.
    pub(super) fn needed_rev(&self) -> Result<u64, AdminError> {
        rev(self.if_match.ok_or(AdminError::NeedsRev)?)
    }

    /// The revisions that the client has already.
    pub(super) fn known_revs(&self) -> KnownRevs {
        KnownRevs::parse(self.if_none_match)
    }

    fn sub_account(&self) -> Result<OwnerId, AdminError> {
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
    Integration(IntegrationCommand)
    Policy(PolicyCommand)
    Resync(ResyncCommand)
}

/// One entity tag, as the `ETag` of what is changed has it. A weak one counts by its opaque part, which RFC 9110 section 13.1.1
/// forbids: an edge that compresses an answer makes its `ETag` weak, and a `rev` names one state whatever its encoding. `*` and
/// lists are refused: a change is based on one state that somebody saw.
fn rev(if_match: &str) -> Result<u64, AdminError> {
    let opaque = if_match.strip_prefix("W/").unwrap_or(if_match);
    let digits = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    digits
        .and_then(parse_rev)
        .ok_or_else(|| AdminError::invalid("If-Match", "it must be one rev in double quotes, as in \"7\""))
}

impl KnownRevs {
    /// Entity tags compare weakly here (RFC 9110 section 13.1.2); what is none matches nothing.
    fn parse(if_none_match: Option<&str>) -> Self {
        let tags = if_none_match.unwrap_or_default().split(',').map(str::trim);
        Self(tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag).to_owned()).collect())
    }

    /// Whether `rev` is among them; `*` stands for any.
    pub fn contains(&self, rev: u64) -> bool {
        let tag = format!("\"{rev}\"");
        self.0.iter().any(|known| *known == tag || known == "*")
    }
}
